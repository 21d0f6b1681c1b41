"""Words that catalogues use for parts, figures, families and attributes, in several languages.

The file `vocabulary.csv` has for each word of Lynchpin (`becomes`) what it is, for an attribute its usual
unit, sense and range, and how catalogues call it. `what` is role, attribute, family, or the name of the
attribute or role whose cells are meant.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rapidfuzz import fuzz, process

ROLES = ("part", "name", "family", "volume", "price", "supplier", "owner", "status", "release")
"""What a column may become besides an attribute or `ignore`."""
LIKE = 84.0


@dataclass(frozen=True)
class Entry:
    """One word of Lynchpin: what it is, its usual unit, sense and range, and how catalogues call it."""

    becomes: str
    what: str
    unit: str
    sense: str
    low: float | None
    high: float | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class Match:
    """A word found: the entry, how alike the words are from 0 to 1, and the word of the vocabulary."""

    entry: Entry
    likeness: float
    word: str


def key(text: str) -> str:
    """Return a text without case, accents, blanks and punctuation, for comparing words."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if letter.isalnum())


def slug(text: str) -> str:
    """Return a text as an identifier: letters and digits with _ between words; empty where none is left."""
    plain = unicodedata.normalize("NFKC", text.casefold())
    return re.sub(r"[^\w]+|_+", "_", plain).strip("_")[:64]


@cache
def entries() -> tuple[Entry, ...]:
    """Return the vocabulary in the order of its file."""
    text = (files("lynchpin.catalogue") / "vocabulary.csv").read_text(encoding="utf-8")
    return tuple(_entry(row) for row in csv.DictReader(text.splitlines()))


def _entry(row: Mapping[str, str]) -> Entry:
    words = tuple(dict.fromkeys((row["becomes"], *row["words"].split(";"))))
    low, high = (float(row[name]) if row[name] else None for name in ("low", "high"))
    return Entry(row["becomes"], row["what"], row["unit"], row["sense"], low, high, words)


@cache
def entry_of(becomes: str, what: str) -> Entry | None:
    """Return the entry of a word of Lynchpin, or None where the vocabulary has none."""
    return next((entry for entry in entries() if entry.becomes == becomes and entry.what == what), None)


@cache
def _known(what: str) -> dict[str, tuple[Entry, str]]:
    known: dict[str, tuple[Entry, str]] = {}
    for entry in entries():
        if entry.what == what:
            for word in entry.words:
                known.setdefault(key(word), (entry, word))
    return known


def matches(text: str, what: str) -> list[Match]:
    """Return the entries of one sort that a text may mean, the most alike first; short words exactly."""
    known = _known(what)
    word = key(text)
    if not word:
        return []
    if word in known:
        entry, spelt = known[word]
        return [Match(entry, 1.0, spelt)]
    if len(word) < 4 or not word.isascii():
        return _inside(word, known)
    found = process.extract(word, list(known), scorer=fuzz.ratio, score_cutoff=LIKE, limit=5)
    best: dict[str, Match] = {}
    for candidate, score, _ in found:
        entry, spelt = known[candidate]
        best.setdefault(entry.becomes, Match(entry, round(score / 100, 2), spelt))
    return list(best.values()) or _inside(word, known)


def _inside(word: str, known: Mapping[str, tuple[Entry, str]]) -> list[Match]:
    """Return the entry whose longest word stands within the text, for words written without blanks."""
    inside = [other for other in known if len(other) >= (4 if other.isascii() else 2) and other in word]
    if not inside:
        return []
    entry, spelt = known[max(inside, key=lambda other: (len(other), other))]
    return [Match(entry, 0.7, spelt)]


def alike(text: str, others: Iterable[str]) -> tuple[str, float] | None:
    """Return the most alike of other texts and how alike it is from 0 to 1, or None where none is."""
    word = key(text)
    keys = {key(other): other for other in others}
    if word in keys:
        return keys[word], 1.0
    if len(word) < 4:
        return None
    found = process.extractOne(word, list(keys), scorer=fuzz.ratio, score_cutoff=LIKE)
    return None if found is None else (keys[found[0]], round(found[1] / 100, 2))

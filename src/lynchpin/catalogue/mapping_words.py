"""The proposed rows of a mapping about words in cells, about whole catalogues, and about families."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from lynchpin.catalogue.mapping import Row
from lynchpin.catalogue.vocabulary import alike, key, matches, slug
from lynchpin.study.raw import RawTable

MOST_WORDS = 300
FILLED = 0.5


def whole_catalogue(file: str, rows: Sequence[Row]) -> list[Row]:
    """Return rows that give every part of a catalogue its owner or family where no column does."""
    has = {row.becomes for row in rows if row.file == file}
    stem = file.partition("/")[0].rpartition(".")[0] or file
    found: list[Row] = []
    if "owner" not in has:
        why = "no column names the owner: the file's name"
        found.append(Row(file=file, word=slug(stem) or stem, becomes="owner", confidence="0.60", why=why))
    if "family" not in has:
        sheet = file.partition("/")[2] or stem
        match = next(iter(matches(sheet, "family")), None)
        family = match.entry.becomes if match else "parts"
        why = f"named like {match.word!r}" if match else "no column names the family: all parts are one"
        confidence = f"{match.likeness * 0.8:.2f}" if match else "0.30"
        found.append(Row(file=file, word=family, becomes="family", confidence=confidence, why=why))
    return found


def words(tables: Mapping[str, RawTable], rows: Sequence[Row]) -> list[Row]:
    """Return rows for words in cells: every family, and words of text attributes that mean the same."""
    found: list[Row] = []
    known: dict[str, list[str]] = {}
    for row in rows:
        text = row.becomes in ("family", "status") or (row.attribute and row.kind == "text")
        if not text or not row.column or row.word:
            continue
        words = tables[row.file].cells[row.column].drop_nulls().str.strip_chars().unique().sort().to_list()
        if len(words) <= MOST_WORDS:
            found += _word_rows(row, words, known.setdefault(row.becomes, []))
    return found


def _word_rows(row: Row, words: Sequence[str], known: list[str]) -> list[Row]:
    """Return the rows for the words of one column; `known` collects what the words so far became."""
    found: list[Row] = []
    seen: set[str] = set()
    for word in words:
        if key(word) in seen or not key(word):
            continue
        seen.add(key(word))
        becomes, confidence, why = _meaning(word, row.becomes, known)
        if becomes not in known:
            known.append(becomes)
        if row.becomes == "family" or key(becomes) != key(word):
            found.append(
                Row(
                    file=row.file,
                    column=row.column,
                    word=word,
                    becomes=becomes,
                    confidence=f"{confidence:.2f}",
                    why=why,
                )
            )
    return found


def _meaning(word: str, what: str, known: Sequence[str]) -> tuple[str, float, str]:
    """Return what a word of a column becomes, with confidence and reason."""
    match = next(iter(matches(word, what)), None)
    if match is not None:
        return match.entry.becomes, round(match.likeness * 0.95, 2), f"means {match.word!r}"
    like = alike(word, known) if what == "family" else None
    if like is not None:
        return like[0], round(like[1] * 0.8, 2), f"written like {like[0]!r}"
    if what == "family":
        return slug(word) or word, 0.5, "a family that the vocabulary does not know"
    return word, 0.5, "taken as it is"


def with_families(rows: list[Row], tables: Mapping[str, RawTable]) -> list[Row]:
    """Return the rows of attributes with the families in which at least half of the parts give them."""
    done: list[Row] = []
    for row in rows:
        column = next((other for other in rows if other.file == row.file and other.becomes == "family"), None)
        if row.attribute and column is not None and column.column:
            words = {
                key(o.word): o.becomes
                for o in rows
                if o.file == row.file and o.column == column.column and o.word
            }
            row = replace(
                row, families="; ".join(_families(tables[row.file].cells, row, column.column, words))
            )
        done.append(row)
    return done


def _families(cells: pl.DataFrame, row: Row, column: str, words: Mapping[str, str]) -> list[str]:
    shares = cells.group_by(column).agg(pl.col(row.column).count().alias("given"), pl.len().alias("all"))
    given: dict[str, list[int]] = {}
    for word, filled, every in shares.drop_nulls().iter_rows():
        counts = given.setdefault(words.get(key(word.strip()), word), [0, 0])
        counts[0] += filled
        counts[1] += every
    return sorted(family for family, (filled, every) in given.items() if filled >= FILLED * every)

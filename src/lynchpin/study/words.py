"""Words for the messages: the nearest known one, and a list that is not too long."""

import difflib
from collections import Counter
from collections.abc import Collection, Iterable
from functools import lru_cache

SHORT_LIST = 60
COMMON = 2000


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known word nearest to `word`, upper and lower case alike; empty where none is near."""
    return _nearest(word.strip().lower(), tuple(known))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    lowered, pairs = _indexed(known)
    candidates: Iterable[str] = lowered
    if len(lowered) > SHORT_LIST:
        shared = Counter(other for pair in _pairs(word) for other in pairs.get(pair, ()))
        candidates = [other for other, _ in shared.most_common(SHORT_LIST)]
    found = difflib.get_close_matches(word, candidates, n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


@lru_cache(maxsize=64)
def _indexed(known: tuple[str, ...]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return the words by their small letters, and by each pair of letters that tells some of them apart."""
    lowered: dict[str, str] = {}
    for candidate in known:
        lowered.setdefault(candidate.lower(), candidate)
    pairs: dict[str, list[str]] = {}
    if len(lowered) > SHORT_LIST:
        for candidate in lowered:
            for pair in _pairs(candidate):
                pairs.setdefault(pair, []).append(candidate)
    return lowered, {pair: words for pair, words in pairs.items() if len(words) <= COMMON}


def _pairs(word: str) -> set[str]:
    padded = f"^{word}$"
    return {padded[index : index + 2] for index in range(len(padded) - 1)}


def listed(words: Iterable[str], most: int = 30) -> str:
    """Return the words in one line, the last of many left out."""
    known = list(words)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more

"""Words for the messages: the nearest known one, and a list that is not too long."""

import difflib
from collections.abc import Collection, Iterable
from functools import lru_cache


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known word nearest to `word`, upper and lower case alike; empty where none is near."""
    return _nearest(word.strip(), tuple(known))


@lru_cache(maxsize=1024)
def _nearest(word: str, known: tuple[str, ...]) -> str:
    lowered: dict[str, str] = {}
    for candidate in known:
        lowered.setdefault(candidate.lower(), candidate)
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


def listed(words: Iterable[str], most: int = 30) -> str:
    """Return the words in one line, the last of many left out."""
    known = list(words)
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more

"""Nearest known words, for the messages."""

import difflib
from collections.abc import Collection


def nearest(word: str, known: Collection[str]) -> str:
    """Return the known word nearest to `word`, upper and lower case alike; empty where none is near."""
    lowered: dict[str, str] = {}
    for candidate in known:
        lowered.setdefault(candidate.lower(), candidate)
    found = difflib.get_close_matches(word.strip().lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""

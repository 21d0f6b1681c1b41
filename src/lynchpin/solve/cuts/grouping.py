"""Grouping and looking up whole numbers, many at a time."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from lynchpin.model.vectors import Positions


def numbered(*keys: Positions) -> Positions:
    """Return the group of each entry: those with the same keys, counted as they appear (n)."""
    code: Positions = np.zeros(len(keys[0]), dtype=np.int64)
    for key in keys:
        lowest = key.min(initial=0)
        code = np.unique(code * (key.max(initial=0) - lowest + 1) + key - lowest, return_inverse=True)[1]
    _, first = np.unique(code, return_index=True)
    place: Positions = np.empty(len(first), dtype=np.int64)
    place[np.argsort(first)] = np.arange(len(first))
    return place[code]


def spread(start: Positions, size: Positions) -> Positions:
    """Return the numbers start to start + size − 1 of each range (n), range after range."""
    ends = np.cumsum(size)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(start - (ends - size), size)


def bounds(group: Positions, count: int) -> Positions:
    """Return where each of some groups begins in sorted numbers, and where the last one ends (count + 1)."""
    return np.searchsorted(group, np.arange(count + 1))


def pairs(group: Positions) -> tuple[Positions, Positions]:
    """Return every two entries of a group (n), either way round, in the order of the one (pairs each)."""
    order = np.argsort(group, kind="stable")
    start = bounds(group[order], int(group.max(initial=-1)) + 1)
    begin, size = start[group], np.diff(start)[group]
    one, other = np.repeat(np.arange(len(group)), size), order[spread(begin, size)]
    apart = one != other
    return one[apart], other[apart]


class Table:
    """What is known under keys of several whole numbers from nought."""

    def __init__(self, keys: Sequence[Positions], values: Any, *, missing: float) -> None:
        """Take keys and values (n each); of equal keys the last one counts, but for `ranges`."""
        self._sizes = [int(key.max(initial=-1)) + 1 for key in keys]
        code = self._code(keys)
        order = np.argsort(code, kind="stable")
        self._codes = np.append(-1, code[order])
        self.values: Any = np.asarray(values)[order]
        self._missing = missing

    def _code(self, keys: Sequence[Positions]) -> Positions:
        """Return a number for each combination of keys, -2 for one beyond all that are known (n)."""
        code: Positions = np.zeros(len(keys[0]), dtype=np.int64)
        inside = np.ones(len(code), dtype=np.bool_)
        for key, size in zip(keys, self._sizes, strict=True):
            code = code * size + key
            inside &= (key >= 0) & (key < size)
        return np.where(inside, code, -2)

    def at(self, *keys: Positions) -> Any:
        """Return the value under each combination of keys, `missing` where there is none (n)."""
        code = self._code(keys)
        place = np.searchsorted(self._codes, code, side="right") - 1
        known = self._codes[place] == code
        found = np.full(len(code), self._missing, dtype=self.values.dtype)
        found[known] = self.values[place[known] - 1]
        return found

    def ranges(self, *keys: Positions) -> tuple[Positions, Positions]:
        """Return where in `values` those under each combination of keys begin, and how many they are (n)."""
        code = self._code(keys)
        left, right = (np.searchsorted(self._codes, code, side=side) for side in ("left", "right"))
        return left - 1, right - left

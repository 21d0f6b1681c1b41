"""Rows of a frame put into groups by their index, which is much of what stating a model takes.

Index columns are positions, small numbers that are not negative. They are read one after the other: the
groups so far, times how many values the next column may have, plus that value. What occurs of it is counted
through, so that numbers stay small and groups stay in the order of the index.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.vectors import Positions, Vector

ROOMY = 16  # numbers per row up to which they are counted in a table, which is quicker than to sort them


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups of a frame's rows.

    keys   index columns, one row a group, sorted
    row    group of each row of the frame
    first  first row of each group
    """

    keys: pl.DataFrame
    row: Positions
    first: Positions

    @classmethod
    def of(cls, frame: pl.DataFrame, on: list[str]) -> "Groups":
        """Return the groups of rows with the same positions in the columns `on`."""
        row = np.zeros(frame.height, dtype=np.int64)
        for name in on:
            values = frame[name].to_numpy()
            size = int(values.max(initial=0)) + 1
            row = _counted(row * size + values)
        first = np.zeros(int(row.max(initial=-1)) + 1, dtype=np.int64)
        first[row[::-1]] = np.arange(frame.height)[::-1]  # the last one that is written is the first row
        return cls(frame.select(on)[first], row, first)

    def sums(self, values: Vector) -> Vector:
        """Return the sum of each group's values."""
        return np.bincount(self.row, weights=values, minlength=len(self.first)).astype(np.float64)


def _counted(numbers: Positions) -> Positions:
    """Return numbers that are not negative by their rank among those that occur."""
    most = int(numbers.max(initial=0)) + 1
    if most > ROOMY * len(numbers):
        return np.unique(numbers, return_inverse=True)[1]
    occurs = np.zeros(most, dtype=np.bool_)
    occurs[numbers] = True
    return (np.cumsum(occurs) - 1)[numbers]

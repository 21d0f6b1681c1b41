"""What separators read of a form: its rows by formula, and how many cars can be sold.

All rows of a formula are read at once, for a loop over them in Python takes longer than a first relaxation.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.grouping import Table, spread

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form


@dataclass(frozen=True, eq=False)
class Entries:
    """Columns and coefficients in some rows, row after row.

    start          where each row begins, and where the last one ends (rows + 1)
    column, value  of each entry (e)
    """

    start: Positions
    column: Positions
    value: Vector

    @cached_property
    def sizes(self) -> Positions:
        """Return the number of entries of each row (rows)."""
        return np.diff(self.start)

    @cached_property
    def row(self) -> Positions:
        """Return the place of each entry's row among the rows (e)."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    def all(self, holds: Flags) -> Flags:
        """Return the rows of which each entry is one of those for which something holds (rows)."""
        return np.bincount(self.row[~holds], minlength=len(self.sizes)) == 0

    def of(self, rows: Positions) -> "Entries":
        """Return the entries of some rows, in the order given."""
        sizes = self.sizes[rows]
        own = spread(self.start[rows], sizes)
        return Entries(np.append(0, np.cumsum(sizes)), self.column[own], self.value[own])

    def only(self, chosen: Flags) -> "Entries":
        """Return some of the entries, of the same rows (e)."""
        return Entries(np.append(0, np.cumsum(chosen))[self.start], self.column[chosen], self.value[chosen])


@dataclass(frozen=True, eq=False)
class Apart:
    """Rows, the entries in columns that are asked for, and the other entries."""

    rows: Positions
    own: Entries
    others: Entries

    def of(self, rows: Positions) -> "Apart":
        """Return some of the rows, in the order given."""
        return Apart(self.rows[rows], self.own.of(rows), self.others.of(rows))

    def kept(self, holds: Flags) -> "Apart":
        """Return the rows for which something holds (rows)."""
        return self.of(np.flatnonzero(holds))


class Rows:
    """The rows of a form, as its matrix has them."""

    def __init__(self, form: "Form") -> None:
        matrix: Any = form.problem.matrix
        self.form = form
        self._matrix: Any = matrix.tocsr()
        tags = form.tags
        begins = np.flatnonzero(tags[1:] != tags[:-1]) + 1  # rows of a formula stand together
        starts: list[int] = [0, *begins.tolist()] if len(tags) else []
        self._runs = [
            (tags[start], range(*run))
            for start, run in zip(starts, pairwise([*starts, len(tags)]), strict=True)
        ]

    def of(self, *tags: str) -> Positions:
        """Return the rows of some formulas."""
        own = [np.arange(run.start, run.stop) for tag, run in self._runs if tag in tags]
        return np.concatenate(own) if own else np.zeros(0, np.int64)

    def apart(self, own: Flags, *tags: str) -> Apart:
        """Return the rows of some formulas, apart by whether a column is one's own (n)."""
        rows = self.of(*tags)
        some = self._matrix[rows]
        start, column = some.indptr.astype(np.int64), some.indices.astype(np.int64)
        every, mine = Entries(start, column, some.data), own[column]
        return Apart(rows, every.only(mine), every.only(~mine))


def columns_of(form: "Form", *names: str) -> Flags:
    """Return which columns belong to some variables, as far as the form has them (n)."""
    found = np.zeros(len(form.problem.cost), dtype=np.bool_)
    for name in names:
        if name in form.place:
            found[form.place[name]] = True
    return found


def keys_of(frame: Any, *names: str) -> list[Positions]:
    """Return columns of a data frame as whole numbers."""
    return [frame[name].to_numpy().astype(np.int64) for name in names]


def uses_of(form: "Form") -> tuple[Positions, Positions]:
    """Return the row of used of each car that it stands for, and the column of the car's use (e, e)."""
    frames, place = form.built.instance.frames, form.place["use"]
    known = Table(keys_of(frames["use"], "model", "variant"), np.arange(place.start, place.stop), missing=-1)
    (variant,), (row, car) = keys_of(frames["used"], "variant"), keys_of(frames["used_by"], "row", "model")
    return row, known.at(car, variant[row])


def most_sold(form: "Form") -> Table:
    """Return the most cars that are sold, by version, market and period; inf where that is not known."""
    keys = keys_of(form.built.columns["sell"].frame, "model", "market", "period")
    return Table(keys, form.problem.upper[form.place["sell"]], missing=np.inf)

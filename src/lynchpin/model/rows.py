"""Columns and rows of a model before they are handed to linopy: plain arrays with named index frames.

Flows are stated in `flow` vehicles or pieces, money in `money` units of currency; both are powers of ten
chosen from the study, so that coefficients lie near one whatever the currency. A row set is added as whole
arrays:

    rows = statement.rows("F1", keys, "=", 0.0)
    rows.add("make", 1.0, column=..., row=...)
    rows.done()

In the aggregate form a row set that has parts in it (`buy`) is lifted from periods to slots, see `lifting`;
without a `lift` it is left out there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.instance import Instance
from lynchpin.model.lifting import Aggregate, Lift, RowSet
from lynchpin.model.vectors import Flags, Matrix, Positions, Vector

Numbers = Vector | float
Entries = tuple[Positions, Positions, Vector]
"""Rows, columns and coefficients of some terms."""


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of one variable.

    frame   index frame, one row a column
    lower, upper  in units of the model
    binary  whether the variable is 0 or 1
    unit    real units in one unit of the model
    """

    frame: pl.DataFrame
    lower: Vector
    upper: Vector
    binary: bool
    unit: float


@dataclass(eq=False)
class Statement:
    """A model while it is being stated: its variables, rows and costs.

    aggregate  part flows of the aggregate form, None in the yearly one
    strong  whether rows that only tighten the relaxation are stated
    flow, money  real units in one unit of the model
    cost    variable -> present cost of one unit of the model, to be minimised
    """

    instance: Instance
    aggregate: Aggregate | None
    strong: bool
    flow: float
    money: float
    columns: dict[str, Columns] = field(default_factory=dict[str, Columns])
    row_sets: list[RowSet] = field(default_factory=list[RowSet])
    cost: dict[str, Vector] = field(default_factory=dict[str, Vector])
    offset: float = 0.0

    @property
    def frames(self) -> Mapping[str, pl.DataFrame]:
        """Return the frames of the instance."""
        return self.instance.frames

    @property
    def position(self) -> dict[str, slice]:
        """Return the columns of each variable."""
        ends = np.cumsum([part.frame.height for part in self.columns.values()]).tolist()
        starts = [0, *ends[:-1]]
        return {name: slice(*both) for name, *both in zip(self.columns, starts, ends, strict=True)}

    @property
    def costs(self) -> Vector:
        """Return the cost of every column (n)."""
        found = np.zeros(sum(part.frame.height for part in self.columns.values()))
        for name, place in self.position.items():
            found[place] += self.cost.get(name, 0.0)
        return found

    def width(self, variable: str) -> int:
        """Return the number of columns as the blocks state them: parts by period in both forms."""
        return self.frames["buy"].height if variable == "buy" else self.columns[variable].frame.height

    def binary(self, name: str, frame: pl.DataFrame, *, fixed: Flags | None = None) -> None:
        """Add decisions of 0 or 1; those that are `fixed` are 1."""
        lower = np.zeros(frame.height) if fixed is None else fixed.astype(np.float64)
        self.columns[name] = Columns(frame, lower, np.ones(frame.height), binary=True, unit=1.0)

    def share(self, name: str, frame: pl.DataFrame) -> None:
        """Add decisions between 0 and 1 that are whole by themselves."""
        size = frame.height
        self.columns[name] = Columns(frame, np.zeros(size), np.ones(size), binary=False, unit=1.0)

    def flows(self, name: str, frame: pl.DataFrame, most: Vector) -> None:
        """Add flows between 0 and `most` real units."""
        self.columns[name] = Columns(
            frame, np.zeros(frame.height), most / self.flow, binary=False, unit=self.flow
        )

    def rows(
        self, tag: str, keys: pl.DataFrame, sense: str, rhs: Numbers = 0.0, *, lift: Lift | None = None
    ) -> "Rows":
        """Start a row set named by a formula; `keys` has one row each, `rhs` in units of the model."""
        return Rows(
            self, tag, keys, sense, np.broadcast_to(np.asarray(rhs, dtype=np.float64), keys.height), lift
        )


@dataclass(eq=False)
class Rows:
    """A row set while terms are added to it."""

    statement: Statement
    tag: str
    keys: pl.DataFrame
    sense: str
    rhs: Vector
    lift: Lift | None
    entries: dict[str, list[Entries]] = field(default_factory=dict[str, list[Entries]])

    def add(self, variable: str, coefficient: Numbers, *, column: Positions, row: Positions) -> "Rows":
        """Add coefficient x variable[column] to the rows; entries at one place add up."""
        values = np.broadcast_to(np.asarray(coefficient, dtype=np.float64), len(column))
        self.entries.setdefault(variable, []).append((np.asarray(row), np.asarray(column), values))
        return self

    def done(self) -> None:
        """Finish the set: as it is, or lifted to the slots of the statement."""
        if self.keys.height == 0:
            return
        rows, form = self._finished(), self.statement.aggregate
        if form is None or "buy" not in self.entries:
            self.statement.row_sets.append(rows)
        elif self.lift is not None:
            self.statement.row_sets.extend(form.lifted(rows, self.lift))

    def _finished(self) -> RowSet:
        terms: dict[str, Matrix] = {}
        for variable, parts in self.entries.items():
            width = self.statement.width(variable)
            row, column, value = (np.concatenate([part[place] for part in parts]) for place in range(3))
            matrix = sparse.coo_array((value, (row, column)), shape=(self.keys.height, width)).tocsr()
            matrix.sum_duplicates()
            terms[variable] = matrix
        return RowSet(self.tag, self.keys, self.sense, self.rhs.copy(), terms)


def over_columns(rows: RowSet, position: Mapping[str, slice]) -> Matrix:
    """Return a row set over all columns; `position` holds those of each variable."""
    entries = [(matrix.tocoo(), position[name].start) for name, matrix in rows.terms.items()]
    row = np.concatenate([part.coords[0] for part, _ in entries])
    column = np.concatenate([part.coords[1] + start for part, start in entries])
    value = np.concatenate([part.data for part, _ in entries])
    width = max(place.stop for place in position.values())
    return sparse.coo_array((value, (row, column)), shape=(rows.keys.height, width)).tocsr()


def positions(frame: pl.DataFrame, keys: pl.DataFrame, on: list[str]) -> Positions:
    """Return for each row of `frame` the row of `keys` with the same `on`, -1 where there is none."""
    found = frame.select(on).join(
        keys.select(on).with_row_index("_key"), on=on, how="left", maintain_order="left"
    )
    return found["_key"].cast(pl.Int64).fill_null(-1).to_numpy()


def every(frame: pl.DataFrame) -> Positions:
    """Return the positions of all rows of a frame."""
    return np.arange(frame.height)

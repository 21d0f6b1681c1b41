"""Suppliers of variants, read from the rows F5 and F7_capacity of a form: what `covers` looks at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.alternatives import Alternatives
from lynchpin.solve.cuts.covers import Supplies, Supply
from lynchpin.solve.cuts.grouping import bounds
from lynchpin.solve.cuts.markets import Need
from lynchpin.solve.cuts.reading import Entries, Rows, columns_of, keys_of

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form


def supplies(rows: Rows, needs: Sequence[Need]) -> list[Supplies]:
    """Return the suppliers of each variant and slot, read from the rows F5 and F7_capacity of a form."""
    is_part = columns_of(rows.form, "buy", "buy_peak")
    limit, use, most = _limits(rows, is_part)
    lots = Lots.of(rows, is_part, limit)
    phase, others = _phases(rows.form), Alternatives.of(rows.form)
    need_of = _needed(needs, len(rows.form.problem.cost))[lots.column]
    groups = list(lots.together().values())
    found = list[Supplies]()
    for members, numbers in zip(groups, lots.common(groups, need_of), strict=True):
        own = slice(*lots.line[members[0] : members[0] + 2])
        cars, piece = lots.car[own], lots.piece[own]
        of_cars = [needs[number] if number >= 0 else None for number in numbers]
        suppliers = [lots.supply(line) for line in members]
        when = np.unique(np.concatenate([phase[supply.tool] for supply in suppliers]))
        instead = others[int(when[0])] if len(when) == 1 else None
        found.append(Supplies(use[cars], piece, piece * most[cars], suppliers, of_cars, instead))
    return found


@dataclass(frozen=True, eq=False)
class Lots:
    """Rows F7_capacity by car: a lot is what a car has in a row.

    column      columns of parts, lot by lot (e)
    start       where each lot begins, and where the last one ends (lots + 1)
    line        where the lots of each row begin, and where those of the last one end (rows + 1)
    car, piece  of each lot: its F5 row, and the capacity that a piece takes (lots)
    tools       the other entries of each row
    right       whether each row is as it is stated (rows)
    """

    column: Positions
    start: Sequence[int]
    line: Sequence[int]
    car: Positions
    piece: Vector
    tools: Entries
    right: Flags

    @classmethod
    def of(cls, rows: Rows, is_part: Flags, limit: Positions) -> "Lots":
        """Return the rows of a form, of whose columns of parts the F5 rows are given (n)."""
        lines = rows.apart(is_part, "F7_capacity", "F7_capacity_peak")
        own, tools = lines.own, lines.others
        lines = lines.kept(
            (rows.form.problem.row_upper[lines.rows] == 0)
            & (own.sizes > 0)
            & own.all(limit[own.column] >= 0)
            & tools.all(tools.value < 0)
        )
        own, tools = lines.own, lines.others
        order = np.lexsort((limit[own.column], own.row))
        column, value = own.column[order], own.value[order]
        car = limit[column]
        begins = np.ones(len(column), dtype=np.bool_)
        begins[1:] = (car[1:] != car[:-1]) | (own.row[1:] != own.row[:-1])
        first = np.flatnonzero(begins)
        same = value == value[first][np.cumsum(begins) - 1]
        start, line = [*first.tolist(), len(column)], bounds(own.row[first], len(lines.rows)).tolist()
        return cls(column, start, line, car[first], value[first], tools, own.all(same))

    def together(self) -> dict[bytes, list[int]]:
        """Return the rows that are right, those with the same cars and pieces together."""
        groups: dict[bytes, list[int]] = {}
        for row in np.flatnonzero(self.right).tolist():
            own = slice(self.line[row], self.line[row + 1])
            groups.setdefault(self.car[own].tobytes() + self.piece[own].tobytes(), []).append(row)
        return groups

    def common(self, groups: Sequence[Sequence[int]], number: Positions) -> Iterator[list[int]]:
        """Yield of each group of rows the number that all columns of a car share, -1 without one (cars)."""
        if not groups:
            return
        lowest, highest = (fold.reduceat(number, self.start[:-1]) for fold in (np.minimum, np.maximum))
        for rows in groups:
            count = self.line[rows[0] + 1] - self.line[rows[0]]
            lots = np.array([self.line[row] for row in rows])[:, None] + np.arange(count)
            low, high = lowest[lots].min(axis=0), highest[lots].max(axis=0)
            yield np.where(low == high, low, -1).tolist()

    def supply(self, row: int) -> Supply:
        """Return what a row says."""
        tools = slice(int(self.tools.start[row]), int(self.tools.start[row + 1]))
        start = self.start[self.line[row] : self.line[row + 1] + 1]
        parts = [self.column[one:end] for one, end in pairwise(start)]
        return Supply(self.tools.column[tools], -self.tools.value[tools], parts)


def _phases(form: "Form") -> Positions:
    """Return the phase of each column of tooled, -1 of others (n)."""
    found: Positions = np.full(len(form.problem.cost), -1, dtype=np.int64)
    (found[form.place["tooled"]],) = keys_of(form.built.columns["tooled"].frame, "phase")
    return found


def _needed(needs: Sequence[Need], columns: int) -> Positions:
    """Return the number of the need of each column of parts, -1 without one (n)."""
    found: Positions = np.full(columns, -1, dtype=np.int64)
    for number, need in enumerate(needs):
        for parts in need.parts:
            found[parts.column] = number
    return found


def _limits(rows: Rows, is_part: Flags) -> tuple[Positions, Positions, Vector]:
    """Return the F5 row of each column of parts, -1 without one (n), and use and M of each such row (m)."""
    problem = rows.form.problem
    limit: Positions = np.full(len(problem.cost), -1, dtype=np.int64)
    use: Positions = np.full(len(problem.row_upper), -1, dtype=np.int64)
    most = np.zeros(len(problem.row_upper))
    lines = rows.apart(is_part, "F5", "F5_peak")
    parts, others = lines.own, lines.others
    lines = lines.kept(
        (others.sizes == 1) & parts.all(parts.value == 1) & (problem.row_upper[lines.rows] == 0)
    )
    limit[lines.own.column] = lines.rows[lines.own.row]
    use[lines.rows], most[lines.rows] = lines.others.column, -lines.others.value
    return limit, use, most

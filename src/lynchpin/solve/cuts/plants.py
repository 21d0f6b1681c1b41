"""What cars take of a plant's capacity, market by market, rounded to whole programmes.

The capacity of a plant k in a period (F3), where a car of programme q takes w slots and goes to markets n,

    Σ q Σ (m in q) Σ n  w ship[m,k,n] <= capacity[k] open[k]

For any cells (m, n) one likes, C[q] of each programme, with most[q,k] as in F2,

    y[q] = Σ ((m, n) in C[q]) w ship[m,k,n] <= U[q] allocate[q,k],
    U[q] = min( most[q,k],  Σ ((m, n) in C[q]) w B[m,n] )

for a programme that is not allocated makes nothing (F2), and one that is sells no more than B (F9). With the
slack t[q] = U[q] allocate[q,k] − y[q] >= 0 and all other cars left out,

    Σ q U[q] allocate[q,k] − capacity[k] open[k] <= Σ q t[q]                                   (knapsack)

is rounded to whole choices as `rounding` states. A relaxation allocates a share of a programme to each of
several plants, as much as the few markets that it serves from there need, where whole ones have no room. The
cells are those whose cars are as many as the share allows, or nearly so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.grouping import bounds, numbered
from lynchpin.solve.cuts.reading import Rows, columns_of, keys_of, most_sold
from lynchpin.solve.cuts.rounding import PARTLY, nearly_full, rounded


@dataclass(frozen=True, eq=False)
class Plant:
    """A plant in a period: a knapsack of programmes.

    open, capacity    column of open, slots
    allocate, limit   column and most slots of each programme, inf where there is no F2 (programmes)
    programme, most   programme of each cell, slots of all that can be sold there (cells)
    ship, cell, slots columns of cars on their way, cell and slots of each (e)
    """

    open: int
    capacity: float
    allocate: Positions
    limit: Vector
    programme: Positions
    most: Vector
    ship: Positions
    cell: Positions
    slots: Vector

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks, at most one for each choice of cells."""
        choice = np.append(x[self.allocate], x[self.open])
        if not ((choice > PARTLY) & (choice < 1 - PARTLY)).any():
            return
        taken = np.bincount(self.cell, self.slots * x[self.ship], len(self.most))
        allowed = self.most * choice[self.programme]
        for cells in nearly_full(allowed > PARTLY, allowed, allowed - taken):
            yield from self._rounded(cells, choice, float(taken[cells].sum()))

    def _rounded(self, cells: Flags, choice: Vector, taken: float) -> Iterator[Row]:
        """Yield the row of some cells, whose cars take so many slots, if it is broken."""
        count = len(self.allocate)
        limit = np.bincount(self.programme[cells], self.most[cells], count)
        limit = np.minimum(limit, self.limit)
        slack = max(float(limit @ choice[:-1]) - taken, 0.0)
        found = rounded(np.append(limit, -self.capacity), choice, slack)
        if found is None:
            return
        value, upper = found
        value[:-1] -= limit
        own = cells[self.cell]
        index = np.concatenate([self.allocate, [self.open], self.ship[own]])
        yield index, np.concatenate([value, self.slots[own]]), upper


def plants(rows: Rows) -> list[Plant]:
    """Return the plants of a form by period, read from its rows F1, F2, F2_ship and F3."""
    if any(name not in rows.form.place for name in ("make", "ship", "sell", "allocate", "open", "idle")):
        return []
    read = _Read(rows)
    return [read.plant(line) for line in np.flatnonzero(np.diff(read.cells.start) > 0).tolist()]


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of rows F3, row after row.

    start             where those of each row begin, and where those of the last one end (rows + 1)
    choice, most      column of allocate, slots of all that can be sold (cells)
    begin             where the shipments of each cell begin, and where those of the last one end (cells + 1)
    ship, cell, slots columns of cars on their way, cell among all, slots of each (e)
    """

    start: Positions
    choice: Positions
    most: Vector
    begin: Positions
    ship: Positions
    cell: Positions
    slots: Vector


class _Read:
    """Rows of a form by what they say of cars and programmes."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.form, self.problem = rows, rows.form, rows.form.problem
        self.is_made = columns_of(self.form, "make")
        lines = rows.apart(self.is_made, "F3")
        rest, place = lines.others, self.form.place["open"]
        is_open = (rest.column >= place.start) & (rest.column < place.stop)
        is_small = is_open | ((rest.value >= 0) & (self.problem.lower[rest.column] >= 0))
        one = np.bincount(rest.row[is_open], minlength=len(lines.rows)) == 1
        right = np.flatnonzero(one & rest.all(is_small) & self._is_zero(lines.rows))
        self.made, self.open = lines.own.of(right), rest.only(is_open).of(right)
        self.cells, self.limits = self._cells(), self._limits()

    def _allowed(self) -> tuple[Positions, Vector]:
        """Return of each shipment the column of allocate, -1 without one, and the most cars (F2_ship) (n)."""
        choice: Positions = np.full(len(self.problem.cost), -1, dtype=np.int64)
        most = np.zeros(len(choice))
        lines = self.rows.apart(columns_of(self.form, "allocate"), "F2_ship")
        own, ships = lines.own, lines.others
        lines = lines.kept(
            (own.sizes == 1)
            & (ships.sizes == 1)
            & ships.all(ships.value == 1)
            & (self.problem.row_upper[lines.rows] == 0)
        )
        choice[lines.others.column], most[lines.others.column] = lines.own.column, -lines.own.value
        return choice, most

    def _shipped(self, made: Positions) -> tuple[Positions, Positions]:
        """Return the shipments of columns of make (F1), and the place of each of these columns (e)."""
        lines = self.rows.apart(self.is_made, "F1")
        own, ships = lines.own, lines.others
        right = (own.sizes == 1) & own.all(own.value == 1) & ships.all(ships.value == -1)
        lines = lines.kept(right & self._is_zero(lines.rows))
        line: Positions = np.full(len(self.problem.cost), -1, dtype=np.int64)
        line[lines.own.column] = np.arange(len(lines.rows))
        known = np.flatnonzero(line[made] >= 0)
        found = lines.others.of(line[made[known]])
        return found.column, known[found.row]

    def _cells(self) -> _Cells:
        """Return the cells of the rows F3: of each car the markets that one programme alone serves."""
        choice, allowed = self._allowed()
        ship, entry = self._shipped(self.made.column)
        some = choice[ship] >= 0
        ship, entry = ship[some], entry[some]
        keys = keys_of(self.form.built.columns["ship"].frame, "model", "market", "period")
        market = [key[ship - self.form.place["ship"].start] for key in keys]
        cell = numbered(entry, *market)
        first = np.unique(cell, return_index=True)[1]
        one = np.bincount(cell[choice[ship] != choice[ship[first]][cell]], minlength=len(first)) == 0
        sold = most_sold(self.form).at(*(key[first] for key in market))
        most = np.minimum(np.bincount(cell, allowed[ship], len(first)), sold)
        order = np.argsort(cell, kind="stable")
        order = order[one[cell[order]]]
        number = np.cumsum(one) - 1
        ship, cell, first = ship[order], number[cell[order]], first[one]
        slots = self.made.value[entry[first]]
        start = bounds(self.made.row[entry[first]], len(self.made.sizes))
        begin = bounds(cell, len(first))
        return _Cells(start, choice[ship[begin[:-1]]], slots * most[one], begin, ship, cell, slots[cell])

    def _limits(self) -> dict[int, dict[int, tuple[dict[int, float], float]]]:
        """Return of each car and column of allocate the slots of the programme's cars, and its limit (F2)."""
        lines = self.rows.apart(self.is_made, "F2")
        own, others = lines.own, lines.others
        right = (others.sizes == 1) & (own.sizes > 0) & (self.problem.row_upper[lines.rows] == 0)
        lines = lines.kept(right)
        made, slots = lines.own.column.tolist(), lines.own.value.tolist()
        choices, most = lines.others.column.tolist(), (-lines.others.value).tolist()
        found: dict[int, dict[int, tuple[dict[int, float], float]]] = {}
        for row, (start, end) in enumerate(pairwise(lines.own.start.tolist())):
            each = dict(zip(made[start:end], slots[start:end], strict=True))
            for column in each:
                found.setdefault(column, {})[choices[row]] = each, most[row]
        return found

    def _is_zero(self, rows: Positions) -> Flags:
        return (self.problem.row_lower[rows] == 0) & (self.problem.row_upper[rows] == 0)

    def plant(self, line: int) -> Plant:
        """Return the knapsack of a row F3 that has cells."""
        cells = self.cells
        own = slice(int(cells.start[line]), int(cells.start[line + 1]))
        ships = slice(int(cells.begin[own.start]), int(cells.begin[own.stop]))
        choices, programme = np.unique(cells.choice[own], return_inverse=True)
        limits = self._limits_of(line)
        return Plant(
            int(self.open.column[line]),
            -float(self.open.value[line]),
            choices,
            np.array([limits.get(choice, np.inf) for choice in choices.tolist()]),
            programme,
            cells.most[own],
            cells.ship[ships],
            cells.cell[ships] - own.start,
            cells.slots[ships],
        )

    def _limits_of(self, line: int) -> dict[int, float]:
        """Return the slots of programmes in a row F3 (F2), of those whose slots are counted as there."""
        made = self.made.of(np.array([line]))
        known = dict(zip(made.column.tolist(), made.value.tolist(), strict=True))
        found: dict[int, float] = {}
        for column in known:
            for choice, (each, most) in self.limits.get(column, {}).items():
                if choice not in found and each.items() <= known.items():
                    found[choice] = most
        return found

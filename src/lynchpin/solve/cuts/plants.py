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

Cars of other cells A may come from anywhere. What the plants k' beside k make of a cell is e[c,k'] <=
E[c,k'] allocate[q,k'] (F2, F9), so k makes w (all of them) − Σ k' E[c,k'] allocate[q,k'] at least, and with
t[c] = w B[c] − w (all of them) >= 0

    ... + Σ (c in A) ( w B[c] − Σ k' E[c,k'] allocate[q,k'] ) − capacity[k] open[k] <= ... + Σ (c in A) t[c]

A relaxation makes at a second plant what a full one has no room for, and allocates no more than that share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.grouping import Table, bounds, numbered, spread
from lynchpin.solve.cuts.reading import Rows, columns_of, keys_of, most_sold
from lynchpin.solve.cuts.rounding import PARTLY, nearly_full, rounded


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """Ways to make the cars of a plant's cells at other plants.

    sold            slots of all that can be sold, from anywhere (cells of the plant)
    allocate        columns of allocate (choices)
    cell, choice    cell of the plant that each way is for, and the choice that it takes (ways)
    most            E (ways)
    ship, way       columns of cars on their way, and the way of each (e)
    slots           what each would take of the plant (e)
    """

    sold: Vector
    allocate: Positions
    cell: Positions
    choice: Positions
    most: Vector
    ship: Positions
    way: Positions
    slots: Vector


@dataclass(frozen=True, eq=False)
class Plant:
    """A plant in a period: a knapsack of programmes.

    open, capacity    column of open, slots
    allocate, limit   column and most slots of each programme, inf where there is no F2 (programmes)
    programme, most   programme of each cell, slots of all that can be sold there from here (cells)
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
    elsewhere: Elsewhere

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks, at most one for each choice of cells."""
        other, count = self.elsewhere, len(self.most)
        choice, away = x[self.allocate], x[other.allocate]
        partly = np.concatenate([choice, away, [x[self.open]]])
        if not ((partly > PARTLY) & (partly < 1 - PARTLY)).any():
            return
        taken = np.bincount(self.cell, self.slots * x[self.ship], count)
        came = np.bincount(other.way, other.slots * x[other.ship], len(other.cell))
        allowed = self.most * choice[self.programme]
        unsold = other.sold - taken - np.bincount(other.cell, came, count)
        spare = unsold + np.bincount(other.cell, other.most * away[other.choice] - came, count)
        lean = spare < allowed - taken - PARTLY
        for anywhere in [np.zeros(count, dtype=np.bool_), lean] if lean.any() else [lean]:
            limit = np.where(anywhere, other.sold, allowed)
            room = np.where(anywhere, spare, allowed - taken)
            for cells in nearly_full(limit > PARTLY, limit, room):
                own, every = cells & ~anywhere, cells & anywhere
                yield from self._rounded(own, every, float(taken[own].sum()), float(unsold[every].sum()), x)

    def _rounded(self, own: Flags, every: Flags, taken: float, unsold: float, x: Vector) -> Iterator[Row]:
        """Yield the row of some cells, if it is broken.

        own, taken     cells whose cars from here count, and the slots that these take
        every, unsold  cells whose cars from anywhere count, and the slots that all that can be sold lacks
        """
        other, count = self.elsewhere, len(self.allocate)
        limit = np.minimum(np.bincount(self.programme[own], self.most[own], count), self.limit)
        some = every[other.cell]
        away = np.bincount(other.choice[some], other.most[some], len(other.allocate))
        sure = float(other.sold[every].sum())
        slack = max(float(limit @ x[self.allocate]) - taken, 0.0) + max(unsold, 0.0)
        columns = np.concatenate([self.allocate, [self.open], other.allocate])
        terms = np.concatenate([limit, [-self.capacity], -away, [sure]])
        found = rounded(terms, np.append(x[columns], 1.0), slack)
        if found is None:
            return
        value, upper = found
        value[:count] -= limit
        mine, theirs = (own | every)[self.cell], some[other.way]
        index = np.concatenate([columns, self.ship[mine], other.ship[theirs]])
        slots = np.concatenate([value[:-1], self.slots[mine], other.slots[theirs]])
        yield index, slots, upper + sure - float(value[-1])


def plants(rows: Rows) -> list[Plant]:
    """Return the plants of a form by period, read from its rows F1, F2, F2_ship and F3."""
    if any(name not in rows.form.place for name in ("make", "ship", "sell", "allocate", "open", "idle")):
        return []
    read = _Read(rows)
    return [read.plant(line) for line in np.flatnonzero(np.diff(read.cells.start) > 0).tolist()]


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of rows F3, row after row.

    start         where those of each row begin, and where those of the last one end (rows + 1)
    choice, most  column of allocate, most cars that can be sold from there (cells)
    sold          most cars that can be sold from anywhere (cells)
    make, slots   column of make, slots of a car (cells)
    car           number of its version, market and period (cells)
    begin         where the shipments of each cell begin, and where those of the last one end (cells + 1)
    ship          columns of cars on their way (e)
    """

    start: Positions
    choice: Positions
    most: Vector
    sold: Vector
    make: Positions
    slots: Vector
    car: Positions
    begin: Positions
    ship: Positions

    def shipments(self, cells: Positions) -> tuple[Positions, Positions]:
        """Return the columns of cars on their way of some cells, and the place of the cell of each."""
        size = np.diff(self.begin)[cells]
        return self.ship[spread(self.begin[cells], size)], np.repeat(np.arange(len(cells)), size)


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
        cells = self.cells
        alike = np.unique(np.stack([cells.car, cells.make]), axis=1, return_index=True)[1]
        self.alike = Table([cells.car[alike]], alike, missing=-1)  # one cell of each car and column of make

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
        car = numbered(*(key[order][begin[:-1]] for key in market))
        make = self.made.column[entry[first]]
        return _Cells(start, choice[ship[begin[:-1]]], most[one], sold[one], make, slots, car, begin, ship)

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
        own = np.arange(int(cells.start[line]), int(cells.start[line + 1]))
        choices, programme = np.unique(cells.choice[own], return_inverse=True)
        limits = self._limits_of(line)
        slots = cells.slots[own]
        ship, cell = cells.shipments(own)
        return Plant(
            int(self.open.column[line]),
            -float(self.open.value[line]),
            choices,
            np.array([limits.get(choice, np.inf) for choice in choices.tolist()]),
            programme,
            slots * cells.most[own],
            ship,
            cell,
            slots[cell],
            self._elsewhere(own, slots),
        )

    def _elsewhere(self, own: Positions, slots: Vector) -> Elsewhere:
        """Return the ways to make the cars of some cells in other rows, of slots here (cells)."""
        cells = self.cells
        begin, size = self.alike.ranges(cells.car[own])
        cell, other = np.repeat(np.arange(len(own)), size), self.alike.values[spread(begin, size)]
        apart = cells.make[other] != cells.make[own][cell]
        cell, other = cell[apart], other[apart]
        choices, choice = np.unique(cells.choice[other], return_inverse=True)
        ship, way = cells.shipments(other)
        return Elsewhere(
            slots * cells.sold[own],
            choices,
            cell,
            choice,
            slots[cell] * cells.most[other],
            ship,
            way,
            slots[cell][way],
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

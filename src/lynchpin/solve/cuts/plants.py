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
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.reading import Rows, columns_of, most_sold
from lynchpin.solve.cuts.rounding import PARTLY, nearly_full, rounded

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form


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


def plants(form: "Form") -> list[Plant]:
    """Return the plants of a form by period, read from its rows F1, F2, F2_ship and F3."""
    if any(name not in form.place for name in ("make", "ship", "sell", "allocate", "open", "idle")):
        return []
    read, found = _Read(form), list[Plant]()
    for row in read.rows.of("F3"):
        plant = read.plant(row)
        if plant is not None:
            found.append(plant)
    return found


class _Read:
    """Rows of a form by what they say of cars and programmes."""

    def __init__(self, form: "Form") -> None:
        self.rows, self.problem, self.place = Rows(form), form.problem, form.place
        self.is_made, self.is_choice = columns_of(form, "make"), columns_of(form, "allocate")
        ship = form.built.columns["ship"].frame.select("model", "market", "period")
        self.cells: list[tuple[int, int, int]] = ship.rows()
        self.sold = most_sold(form)
        self.allowed = self._allowed()
        self.made = self._made()
        self.limits = self._limits()

    def _allowed(self) -> dict[int, tuple[int, float]]:
        """Return of each shipment the column of allocate and the most cars (F2_ship)."""
        found = dict[int, tuple[int, float]]()
        for row in self.rows.of("F2_ship"):
            choice, most, ship, one = self.rows.split(row, self.is_choice)
            if len(choice) == len(ship) == 1 and one[0] == 1 and self.problem.row_upper[row] == 0:
                found[int(ship[0])] = int(choice[0]), -float(most[0])
        return found

    def _made(self) -> dict[int, Positions]:
        """Return the shipments of each column of make (F1)."""
        found = dict[int, Positions]()
        for row in self.rows.of("F1"):
            made, one, ship, minus = self.rows.split(row, self.is_made)
            if len(made) == 1 and one[0] == 1 and (minus == -1).all() and self._is_zero(row):
                found[int(made[0])] = ship
        return found

    def _limits(self) -> dict[tuple[int, int], tuple[dict[int, float], float]]:
        """Return of each column of allocate and first car the slots of its cars and its limit (F2)."""
        found = dict[tuple[int, int], tuple[dict[int, float], float]]()
        for row in self.rows.of("F2"):
            made, slots, choice, most = self.rows.split(row, self.is_made)
            if len(choice) == 1 and len(made) and self.problem.row_upper[row] == 0:
                each = dict(zip(made.tolist(), slots.tolist(), strict=True))
                for column in each:
                    found[int(choice[0]), column] = each, -float(most[0])
        return found

    def _is_zero(self, row: int) -> bool:
        return bool(self.problem.row_lower[row] == 0 == self.problem.row_upper[row])

    def plant(self, row: int) -> Plant | None:
        """Return the knapsack of a row F3, None where the row is not as it is stated."""
        made, slots, rest, value = self.rows.split(row, self.is_made)
        is_open = (rest >= self.place["open"].start) & (rest < self.place["open"].stop)
        others = (value[~is_open] >= 0) & (self.problem.lower[rest[~is_open]] >= 0)
        if is_open.sum() != 1 or not others.all() or not self._is_zero(row):
            return None
        cells, ships, each = list[tuple[int, float]](), list[tuple[int, int]](), list[float]()
        for column, one in zip(made.tolist(), slots.tolist(), strict=True):
            for choice, most, some in self._of_car(column):
                ships += [(ship, len(cells)) for ship in some]
                each += [one] * len(some)
                cells.append((choice, one * most))
        if not cells:
            return None
        choices, programme = np.unique([choice for choice, _ in cells], return_inverse=True)
        known = dict(zip(made.tolist(), slots.tolist(), strict=True))
        limit = [self._limit(choice, known) for choice in choices.tolist()]
        ship, cell = np.array(ships).T
        return Plant(
            int(rest[is_open][0]),
            -float(value[is_open][0]),
            choices,
            np.array(limit),
            programme,
            np.array([most for _, most in cells]),
            ship,
            cell,
            np.array(each),
        )

    def _of_car(self, made: int) -> Iterator[tuple[int, float, list[int]]]:
        """Yield of each market of a car the column of allocate, the most cars, and the shipments."""
        markets = dict[tuple[int, int, int], list[int]]()
        first: int = self.place["ship"].start
        ships: list[int] = self.made.get(made, np.zeros(0, np.int64)).tolist()
        for column in ships:
            if column in self.allowed:
                markets.setdefault(self.cells[column - first], []).append(column)
        for market, columns in markets.items():
            (choice, *other), most = zip(*(self.allowed[column] for column in columns), strict=True)
            if set(other) <= {choice}:
                yield choice, min(sum(most), self.sold.get(market, np.inf)), columns

    def _limit(self, choice: int, known: dict[int, float]) -> float:
        """Return the slots of a programme in the period (F2) if they are counted as in F3."""
        for column in known:
            each, most = self.limits.get((choice, column), ({}, np.inf))
            if each and each.items() <= known.items():
                return most
        return np.inf

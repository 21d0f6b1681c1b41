"""What cars bring a supplier's tool, rounded to whole cars and whole tools.

The capacity of suppliers s in S for a variant (F7), with what cars m in C could take at most,

    Σ (s in S) Σ m a buy[m,v,s] <= Σ (s in S) C[s] tooled[s],     Σ s buy[m,v,s] <= U[m] use[m,v] + y[m]

says with the slack of the second, t[m] = a U[m] use[m,v] + a y[m] − Σ (s in S) a buy[m,s] >= 0,

    Σ (m in C) a U[m] use[m,v] − Σ (s in S) C[s] tooled[s] <= Σ (m in C) t[m]                  (knapsack)

in which all but t is whole, and which is rounded as `rounding` states. What a car could take is either of

    U[m] = M,                    y[m] = 0                                    (F5)
    U[m] = q Σ (n in R) B[m,n],  y[m] = q Σ (n not in R; k) ship[m,k,n]      any markets R (as in `markets`)

The second is the tighter one where a car takes the variant for some of its markets: R are those with
B use < ship at the point. A relaxation that uses three variants by a third tools a third of each, though
whole cars do not fit what a whole tool makes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Any

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.markets import Need
from lynchpin.solve.cuts.rounding import PARTLY, nearly_full, rounded


@dataclass(frozen=True, eq=False)
class Supply:
    """Capacity of one supplier for a variant in a slot.

    tool, most  columns of tooled in its phases and the capacity that each brings
    parts       for each car of the variant the columns of its parts
    """

    tool: Positions
    most: Vector
    parts: Sequence[Positions]


@dataclass(frozen=True, eq=False)
class Reach:
    """What each car could take of a variant, at a point.

    most, rest  a U and a y (cars)
    ship, each  columns of y and what a car in each takes of the capacity, none where F5 is the tighter (cars)
    """

    most: Vector
    rest: Vector
    ship: Sequence[Positions]
    each: Sequence[Vector]

    def rounded(
        self, used: Vector, taken: Vector, tooled: Vector, brought: Vector
    ) -> Iterator[tuple[Positions, tuple[Vector, float]]]:
        """Yield sets of cars and the row of each, rounded.

        used, taken      of each car: use[m,v] and what it takes of the capacity (cars)
        tooled, brought  of each tool: whether it is there, and its capacity (tools)
        """
        sure = self.most * used
        limit = sure + self.rest
        slack = np.maximum(limit - taken, 0.0)
        for cars in nearly_full(sure > PARTLY, limit, slack):
            terms, z = np.concatenate([self.most[cars], -brought]), np.concatenate([used[cars], tooled])
            found = rounded(terms, z, float(slack[cars].sum()))
            if found is not None:
                yield np.flatnonzero(cars), found


@dataclass(frozen=True, eq=False)
class Supplies:
    """Suppliers of a variant in a slot, and the cars that may carry it.

    use, piece, most  of each car: column of use, capacity that a piece takes, and a M (cars)
    needs             what each car needs of the family, None where that is not known
    """

    use: Positions
    piece: Vector
    most: Vector
    suppliers: Sequence[Supply]
    needs: Sequence[Need | None]

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to put it together again: many short arrays travel slowly, a few long ones do not."""
        tools = [supply.tool for supply in self.suppliers]
        parts = [some for supply in self.suppliers for some in supply.parts]
        sizes = [len(tool) for tool in tools], [len(some) for some in parts]
        arrays = (
            np.concatenate(tools),
            np.concatenate([supply.most for supply in self.suppliers]),
            np.concatenate(parts),
        )
        return _supplies, (self.use, self.piece, self.most, self.needs, sizes, arrays)

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks, at most one for each set of suppliers and of cars."""
        used = x[self.use]
        if used.max(initial=0.0) < PARTLY:
            return
        count = len(self.suppliers)
        sizes = {1, count} | ({2} if count <= 3 else set[int]())
        taken = np.array([[x[parts].sum() for parts in supply.parts] for supply in self.suppliers])
        reaches = self._reaches(x, used)
        for size in sorted(sizes):
            for chosen in combinations(range(count), size):
                suppliers = [self.suppliers[one] for one in chosen]
                tool = np.concatenate([supply.tool for supply in suppliers])
                most = np.concatenate([supply.most for supply in suppliers])
                if x[tool] @ most < PARTLY:
                    continue
                pieces = taken[list(chosen)].sum(axis=0) * self.piece
                for reach in reaches:
                    for cars, found in reach.rounded(used, pieces, x[tool], most):
                        yield self._row(cars, suppliers, tool, found, reach)

    def _reaches(self, x: Vector, used: Vector) -> list[Reach]:
        """Return the limit F5 of each car, and the tightest one."""
        most, rest = self.most.copy(), np.zeros(len(used))
        ship: list[Positions] = [np.zeros(0, np.int64)] * len(used)
        each: list[Vector] = [np.zeros(0)] * len(used)
        for car, need in enumerate(self.needs):
            if need is None or used[car] <= PARTLY:
                continue
            sent = np.bincount(need.ship_market, need.rate * x[need.ship], len(need.most))
            by_use = need.most * used[car] <= sent
            limit, others = need.most[by_use].sum(), sent[~by_use].sum()
            if self.piece[car] * (limit * used[car] + others) < self.most[car] * used[car]:
                most[car], rest[car] = self.piece[car] * limit, self.piece[car] * others
                cars = ~by_use[need.ship_market]
                ship[car], each[car] = need.ship[cars], self.piece[car] * need.rate[cars]
        none: list[Positions] = [np.zeros(0, np.int64)] * len(used)
        plain = Reach(self.most, np.zeros(len(used)), none, [np.zeros(0)] * len(used))
        return [plain, Reach(most, rest, ship, each)] if any(len(some) for some in ship) else [plain]

    def _row(
        self,
        cars: Positions,
        suppliers: list[Supply],
        tool: Positions,
        found: tuple[Vector, float],
        reach: Reach,
    ) -> Row:
        """Return a rounded row with what the slacks stand for."""
        value, upper = found
        value[: len(cars)] -= reach.most[cars]
        own: list[int] = cars.tolist()
        parts = [supply.parts[car] for car in own for supply in suppliers]
        piece = np.repeat(np.repeat(self.piece[cars], len(suppliers)), [len(some) for some in parts])
        ship, each = [reach.ship[car] for car in own], [-reach.each[car] for car in own]
        column = np.concatenate([self.use[cars], tool, *parts, *ship])
        return column, np.concatenate([value, piece, *each]), upper


def _cut(values: Any, sizes: Sequence[int]) -> list[Any]:
    """Return parts of an array, of the sizes given."""
    return [values[end - size : end] for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _supplies(
    use: Positions,
    piece: Vector,
    most: Vector,
    needs: Sequence[Need | None],
    sizes: tuple[list[int], list[int]],
    arrays: tuple[Positions, Vector, Positions],
) -> Supplies:
    """Return what was taken apart to travel."""
    tools, brought = _cut(arrays[0], sizes[0]), _cut(arrays[1], sizes[0])
    parts, count = _cut(arrays[2], sizes[1]), len(use)
    suppliers = [
        Supply(tool, some, parts[place * count : (place + 1) * count])
        for place, (tool, some) in enumerate(zip(tools, brought, strict=True))
    ]
    return Supplies(use, piece, most, suppliers, needs)

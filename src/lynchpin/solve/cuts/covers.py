"""What cars bring a supplier's tool, rounded to whole cars and whole tools.

The capacity of suppliers s in S for a variant (F7), with what cars m in C could take at most,

    Σ (s in S) Σ m a buy[m,v,s] <= Σ (s in S) C[s] tooled[s],     Σ s buy[m,v,s] <= U[m] use[m,v] + y[m]

says with the slack of the second, t[m] = a U[m] use[m,v] + a y[m] − Σ (s in S) a buy[m,s] >= 0,

    Σ (m in C) a U[m] use[m,v] − Σ (s in S) C[s] tooled[s] <= Σ (m in C) t[m]                  (knapsack)

in which all but t is whole, and which is rounded as `rounding` states. What a car could take is either of

    U[m] = M,                    y[m] = 0                                    (F5)
    U[m] = q Σ (n in R) B[m,n],  y[m] = q Σ (n not in R; k) ship[m,k,n]      any markets R (as in `markets`)

The second one is the tighter one where a car takes the variant for some of its markets: R are those with
B use < ship at the point. A relaxation that uses three variants by a third tools a third of each, though
whole cars do not fit what a whole tool makes. What the cars could use instead gives further knapsacks, see
`alternatives`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from typing import Any

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.cuts.alternatives import NOTHING, Alternatives, Instead
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

    def sets(self, used: Vector, taken: Vector) -> Iterator[tuple[Positions, float]]:
        """Yield sets of cars that take nearly what they could, and their slack.

        used, taken  of each car: use[m,v] and what it takes of the capacity (cars)
        """
        sure = self.most * used
        limit = sure + self.rest
        slack = np.maximum(limit - taken, 0.0)
        for cars in nearly_full(sure > PARTLY, limit, slack):
            yield np.flatnonzero(cars), float(slack[cars].sum())


@dataclass(frozen=True, eq=False)
class Wanted:
    """What some cars could take of a variant, with what they could use instead: all of a knapsack but tools.

    terms, point  coefficients of its choices, and where these stand (choices)
    """

    cars: Positions
    reach: Reach
    instead: Instead
    terms: Vector
    point: Vector


@dataclass(frozen=True, eq=False)
class Tools:
    """Suppliers that make a variant together.

    tool, most  columns of tooled and the capacity that each brings (tools)
    """

    suppliers: Sequence[Supply]
    tool: Positions
    most: Vector

    @classmethod
    def of(cls, suppliers: Sequence[Supply]) -> "Tools":
        """Return the tools of some suppliers."""
        tool = np.concatenate([supply.tool for supply in suppliers])
        return cls(suppliers, tool, np.concatenate([supply.most for supply in suppliers]))


@dataclass(frozen=True, eq=False)
class Supplies:
    """Suppliers of a variant in a slot, and the cars that may carry it.

    use, piece, most  of each car: column of use, capacity that a piece takes, and a M (cars)
    needs             what each car needs of the family, None where that is not known
    others            what cars could use instead, None for suppliers tooled in more than one phase
    """

    use: Positions
    piece: Vector
    most: Vector
    suppliers: Sequence[Supply]
    needs: Sequence[Need | None]
    others: Alternatives | None = None

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
        return _supplies, (self.use, self.piece, self.most, self.needs, self.others, sizes, arrays)

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks, one at most for each set of suppliers, cars and others instead."""
        used = x[self.use]
        if used.max(initial=0.0) < PARTLY:
            return
        taken = np.array([[x[parts].sum() for parts in supply.parts] for supply in self.suppliers])
        reaches = self._reaches(x, used)
        known: dict[tuple[int, bytes], list[Wanted]] = {}
        for chosen in self._together():
            tools = Tools.of([self.suppliers[one] for one in chosen])
            if x[tools.tool] @ tools.most < PARTLY:
                continue
            pieces = taken[list(chosen)].sum(axis=0) * self.piece
            for number, reach in enumerate(reaches):
                for cars, slack in reach.sets(used, pieces):
                    key = number, cars.tobytes()
                    if key not in known:
                        known[key] = list(self._wanted(cars, reach, x))
                    for wanted in known[key]:
                        row = self._row(wanted, tools, slack, x)
                        if row is not None:
                            yield row

    def _together(self) -> Iterator[tuple[int, ...]]:
        """Yield suppliers to look at together: each, all, and of few every two."""
        count = len(self.suppliers)
        for size in sorted({1, count} | ({2} if count <= 3 else set[int]())):
            yield from combinations(range(count), size)

    def _wanted(self, cars: Positions, reach: Reach, x: Vector) -> Iterator[Wanted]:
        """Yield what cars could take, with each that they could use instead."""
        use, most = self.use[cars], reach.most[cars]
        for instead in [NOTHING] if self.others is None else self.others.sets(use, most, x):
            terms = np.concatenate([most, -instead.most])
            point = np.concatenate([instead.whole(x[use], x), x[instead.used]])
            yield Wanted(cars, reach, instead, terms, point)

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

    def _row(self, wanted: Wanted, tools: Tools, slack: float, x: Vector) -> Row | None:
        """Return the rounded row of a knapsack, with what its slack stands for; None unless it is broken."""
        terms = np.concatenate([wanted.terms, -tools.most])
        found = rounded(terms, np.concatenate([wanted.point, x[tools.tool]]), slack)
        if found is None:
            return None
        value, upper = found
        cars, reach, instead = wanted.cars, wanted.reach, wanted.instead
        use, count = self.use[cars], len(cars)
        theirs = value[instead.car]
        value[:count] -= reach.most[cars]
        own: list[int] = cars.tolist()
        parts = [supply.parts[car] for car in own for supply in tools.suppliers]
        piece = np.repeat(np.repeat(self.piece[cars], len(tools.suppliers)), [len(some) for some in parts])
        ship, each = [reach.ship[car] for car in own], [-reach.each[car] for car in own]
        column = np.concatenate([use, instead.used, tools.tool, instead.use, *parts, *ship])
        return column, np.concatenate([value, theirs, piece, *each]), upper


def _cut(values: Any, sizes: Sequence[int]) -> list[Any]:
    """Return parts of an array, of the sizes given."""
    return [values[end - size : end] for end, size in zip(accumulate(sizes), sizes, strict=True)]


def _supplies(
    use: Positions,
    piece: Vector,
    most: Vector,
    needs: Sequence[Need | None],
    others: Alternatives | None,
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
    return Supplies(use, piece, most, suppliers, needs, others)

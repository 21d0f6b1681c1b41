"""Every specification that a price on needs makes worth while, without listing all joins.

For multipliers u on needs, the reduced cost of specification x at a line (s, a) of the volume cost is

    r(x) = F + a c(x) D / m(x) + sum over needs i that x fits of min(0, s W[i] c(x) - u[i])

Joins of a class lie on the grid of its needs' values. A box of that grid, from `low` to `high`, holds nothing
with a smaller r than

    F + a D min c / m + sum over i with demand <= high of min(0, s W[i] c(max(low, demand[i])) - u[i])

as x must be above both. Boxes are shrunk to joins of the needs they contain and split at the widest
coordinate until they are single points: what is left out is proved to have a reduced cost above the limit.

With L(u) = sum of u + sum of negative r (the p smallest where p may be chosen), a solution that uses x
costs at least L(u) + r(x), so that one with r(x) above the distance of a known value from L(u) is in no
better solution.
"""

import heapq
from dataclasses import dataclass

import numpy as np

from lynchpin.catalogue import design_kernels as kernels
from lynchpin.catalogue.joins import Group
from lynchpin.catalogue.needs import NONE, Codes, Vector
from lynchpin.catalogue.new_cost import NewCost


@dataclass(frozen=True, eq=False, kw_only=True)
class Question:
    """What is searched for in one class, at one line.

    group    the needs of the class
    volumes  (n) pieces of each, times the line's slope
    prices   (n) u of each
    cost     of new specifications
    charge   currency of a unit cost of one and a measure of one: a D
    measure  place of the ordered attribute that volume counts by, -1 for pieces or an equal attribute
    sign     of that attribute
    flat     measure of one piece where `measure` is -1
    """

    group: Group
    volumes: Vector
    prices: Vector
    cost: NewCost
    charge: float
    measure: int = NONE
    sign: float = 1.0
    flat: float = 1.0

    def bound(self, low: Vector, high: Vector) -> float:
        """Return a number that no specification between `low` and `high` is below; r of a single one."""
        weight, base = self.cost.weight, self.cost.base_of(self.group.kind)
        demand = self.group.demand
        found = self.cost.fixed
        found += kernels.gain(demand, self.volumes, self.prices, weight, base, low, high)
        if self.charge:
            lowest = max(0.0, base + float(np.where(weight >= 0, low, high) @ weight))
            sizes = self._measures(np.stack([low, high]))
            found += self.charge * lowest / sizes.max()
        return float(found)

    def shrunk(self, low: Vector, high: Vector) -> Vector | None:
        """Return the highest join between `low` and `high`, or None where there is none."""
        top = np.empty_like(high)
        return top if kernels.shrink(self.group.demand, low, high, top) else None

    def _measures(self, points: Vector) -> Vector:
        if self.measure == NONE:
            return np.full(len(points), self.flat, dtype=np.float64)
        sizes: Vector = np.maximum(1e-9, self.sign * points[:, self.measure])
        return sizes


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found.

    points   (rows, K) joins with a reduced cost of at most the limit, least first
    reduced  (rows) their reduced costs
    floor    nothing that is not among them is below
    """

    points: Vector
    reduced: Vector
    floor: float


def search(question: Question, *, limit: float, most: int, boxes: int) -> Found:
    """Return joins of a class with a reduced cost of at most `limit`, least first.

    most   joins to return    boxes  boxes to look into; when either runs out, `floor` says what is proved
    """
    grid = [np.unique(question.group.demand[:, k]) for k in range(question.group.demand.shape[1])]
    low, high = question.group.demand.min(axis=0), question.group.demand.max(axis=0)
    waiting = [(question.bound(low, high), 0, tuple(low), tuple(high))]
    points: list[Vector] = []
    reduced: list[float] = []
    ticket, looked = 1, 0
    while waiting and waiting[0][0] <= limit and len(points) < most and looked < boxes:
        floor, _, first, last = heapq.heappop(waiting)
        looked += 1
        low, high = np.array(first), np.array(last)
        if (low == high).all():
            points.append(low)
            reduced.append(floor)
            continue
        for below, above in _halves(low, high, grid):
            shrunk = question.shrunk(below, above)
            if shrunk is None:
                continue
            value = max(floor, question.bound(below, shrunk))
            if value <= limit:
                heapq.heappush(waiting, (value, ticket, tuple(below), tuple(shrunk)))
                ticket += 1
    rest = waiting[0][0] if waiting else np.inf
    floor = min(rest, limit)
    return _sorted(points, reduced, floor, limit, question.group.demand.shape[1])


def _halves(low: Vector, high: Vector, grid: list[Vector]) -> list[tuple[Vector, Vector]]:
    """Split a box in the middle of the coordinate that has most values in it."""
    inside = [
        values[np.searchsorted(values, low[k]) : np.searchsorted(values, high[k], side="right")]
        for k, values in enumerate(grid)
    ]
    k = int(np.argmax([values.size for values in inside]))
    middle = inside[k].size // 2
    lower, upper = high.copy(), low.copy()
    lower[k], upper[k] = inside[k][middle - 1], inside[k][middle]
    return [(low, lower), (upper, high)]


def _sorted(points: list[Vector], reduced: list[float], floor: float, limit: float, width: int) -> Found:
    values = np.array(reduced)
    keep = np.flatnonzero(values <= limit) if values.size else np.zeros(0, dtype=np.int64)
    order = keep[np.argsort(values[keep], kind="stable")] if keep.size else keep
    chosen = np.array(points).reshape(-1, width)[order] if points else np.zeros((0, width))
    return Found(chosen, values[order] if keep.size else np.zeros(0), floor)


def lagrangian(multipliers: Vector, reduced: Vector, at_most: int | None) -> tuple[float, float]:
    """Return L(u), and r of the last facility that its choice takes: 0, or less where p binds."""
    negative = np.sort(np.minimum(0.0, reduced))
    if at_most is None:
        return float(multipliers.sum() + negative.sum()), 0.0
    taken = negative[:at_most]
    last = float(taken[-1]) if taken.size == at_most and at_most else 0.0
    return float(multipliers.sum() + taken.sum()), last


def rows_without(points: Vector, known: Codes | Vector) -> Codes:
    """Return positions of the points that are not among the known rows."""
    have = {tuple(row) for row in np.asarray(known).tolist()}
    fresh = [position for position, row in enumerate(points.tolist()) if tuple(row) not in have]
    return np.array(fresh, dtype=np.int64)

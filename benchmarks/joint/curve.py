"""What a solver had found and proven at each moment, in the plan's own sense: contribution, to be maximised.

    gap(t) = (dual(t) − primal(t)) / |primal(t)|

primal is the best incumbent until t, dual the lowest bound until t. Whose plan the primal is stands with the
cell: a verified plan, an incumbent of the yearly form, or an incumbent of a relaxation.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

GAPS = (0.05, 0.02, 0.01, 0.005, 0.002)
Point = tuple[float, float | None, float | None]


@dataclass
class Curve:
    """Primal and dual over time: one point whenever either got better.

    points  seconds, primal, dual; None while unknown
    """

    points: list[Point] = field(default_factory=list[Point])

    def add(self, seconds: float, primal: float | None, dual: float | None) -> None:
        """Take news; what is no better than before, or not finite, is left out."""
        before = self.last
        better = (_better(before[1], primal, max), _better(before[2], dual, min))
        if better != (before[1], before[2]):
            self.points.append((round(seconds, 3), *better))

    @property
    def last(self) -> Point:
        """Return where it stands."""
        return self.points[-1] if self.points else (0.0, None, None)

    @property
    def gap(self) -> float | None:
        """Return the gap at the end, None where primal or dual is unknown."""
        return gap_of(self.last)

    def reached(self, gap: float) -> float | None:
        """Return the seconds until a gap was proven, None where it was not."""
        for point in self.points:
            at = gap_of(point)
            if at is not None and at <= gap:
                return point[0]
        return None


def gap_of(point: Point) -> float | None:
    """Return the gap at a point of a curve."""
    _, primal, dual = point
    if primal is None or dual is None:
        return None
    return max(dual - primal, 0.0) / max(abs(primal), 1e-9)


def _better(old: float | None, new: float | None, best: Callable[..., float]) -> float | None:
    if new is None or not math.isfinite(new) or abs(new) >= 1e20:
        return old
    return new if old is None else best(old, new)

"""Parts that take another's place one way: at least as good in everything, equal where it must agree.

A star has one part that is kept and those whose place it takes. Parts are looked at from the best to the
least, so that a part that is kept by then stays kept: nothing is replaced by what is replaced itself. Among
the kept parts that fit, the first by rank is taken (see `duplicates_value`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lynchpin.catalogue.duplicates_judge import Integers, Judged, along


@dataclass(frozen=True)
class _Block:
    """The points of one block that may be kept, sorted along one attribute."""

    order: Integers
    column: int
    below: float
    above: float


def one_way(points: Judged, single: Integers, kept: Integers, rank: Integers) -> dict[int, int]:
    """Return for each point whose place another takes the point that takes it.

    single  points in no group; they may be replaced, or be kept for others
    kept    points that their groups keep; they may take the place of others
    rank    of every point, the best to keep first
    """
    replaced: dict[int, int] = {}
    free = np.zeros(len(points.index), bool)
    free[kept] = True
    usable = np.concatenate([single, kept])
    for block in np.unique(points.block[single]):
        inside = usable[points.block[usable] == block] if len(usable) else usable
        if len(inside) > 1 and points.logs.shape[1]:
            waiting = single[points.block[single] == block]
            _stars(points, _sorted(points, inside), _from_the_best(points, waiting), free, rank, replaced)
    return replaced


def _from_the_best(points: Judged, waiting: Integers) -> Integers:
    quality = (points.logs[waiting] * points.sense).sum(axis=1)
    return waiting[np.lexsort((waiting, -quality))]


def _sorted(points: Judged, inside: Integers) -> _Block:
    """Return the points along the attribute whose window holds the smallest part of them."""
    lower = np.where(points.sense == 0, points.width, np.where(points.sense > 0, points.slack, points.reach))
    upper = np.where(points.sense == 0, points.width, np.where(points.sense > 0, points.reach, points.slack))
    spread = np.ptp(points.logs[inside], axis=0)
    column = int(np.argmax(spread / (lower + upper)))
    order = inside[np.lexsort((inside, points.logs[inside, column]))]
    return _Block(order, column, float(lower[column]), float(upper[column]))


def _stars(
    points: Judged,
    block: _Block,
    waiting: Integers,
    free: np.ndarray,
    rank: Integers,
    replaced: dict[int, int],
) -> None:
    """Fill `replaced` for the points of one block; `free` marks the points that are kept so far."""
    line = along(points.logs[block.order], block.column)
    value = along(points.logs[waiting], block.column)
    start = np.searchsorted(line, value - block.below, side="left")
    end = np.searchsorted(line, value + block.above, side="right")
    for point, first, last in zip(waiting.tolist(), start.tolist(), end.tolist(), strict=True):
        window = block.order[first:last]
        window = window[free[window]]
        if len(window):
            window = window[_takes_place(points, window, point)]
        if len(window):
            replaced[point] = int(window[int(np.argmin(rank.take(window)))])
        else:
            free[point] = True


def _takes_place(points: Judged, window: Integers, point: int) -> NDArray[np.bool_]:
    """Return which points of the window may take the place of one point, by (1) and (2)."""
    ahead = points.logs[window] - points.logs[point]
    better = ahead * points.sense
    agree = np.abs(ahead) <= points.width
    within = (better >= -points.slack) & (better <= points.reach)
    good = (agree | (points.sense != 0)) & (within | (points.sense == 0))
    return np.logical_and.reduce(good, axis=1)

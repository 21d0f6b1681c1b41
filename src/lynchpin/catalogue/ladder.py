"""One ordered attribute: the cheapest ladder of specifications, exact by dynamic programme.

Needs are sorted by what they ask, parts by what they offer. In a best choice every need takes the cheapest
open part that fits it; give each need the lowest open part above it instead, and choose the open parts to
suit: the least cost is the same, as a part that is cheaper and higher than another would have driven it
out. With V[j] the volume of all needs that part j fits,

    f[p, j] = F[j] + min over i < j of f[p-1, i] + c[j] (V[j] - V[i])        p parts open, j the highest

which is the least cost of serving all needs up to j. The minimum over i is one over lines of slope -V[i] at
c[j]: V rises with i, so that the lower envelope is kept in a stack and searched by bisection. p parts among
n cost O(p n log n). Volume discounts do not fit this scheme.
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.catalogue.needs import CLOSE, Codes, Vector


@dataclass(frozen=True, eq=False)
class Ladder:
    """The best choice for each number of parts.

    cost    (P) least cost with at most 1, 2, ... P parts; infinite where none serves every need
    chosen  (P) positions of the parts, sorted, for each number
    """

    cost: Vector
    chosen: tuple[tuple[int, ...], ...]


def ladder(
    demand: Vector, volume: Vector, offer: Vector, unit: Vector, fixed: Vector, *, most: int
) -> Ladder:
    """Return the least cost of serving every need with at most 1 to `most` parts.

    demand  (N) what each need asks        volume  (N) pieces
    offer   (C) what each part has         unit    (C) cost of a piece
    fixed   (C) cost of having the part    most    P, the largest number of parts
    """
    order = np.lexsort((unit, offer))
    needs = np.argsort(demand, kind="stable")
    slack = CLOSE * np.maximum(np.abs(offer[order]), 1e-300)
    served = np.searchsorted(demand[needs], offer[order] + slack, side="right")
    total = np.concatenate([[0.0], np.cumsum(volume[needs])])[served]
    whole = served == demand.size
    costs: list[float] = []
    chosen: list[tuple[int, ...]] = []
    first = fixed[order] + unit[order] * total
    best, back = first, [np.full(order.size, -1, dtype=np.int64)]
    for count in range(1, most + 1):
        if count > 1:
            step, source = _step(best, total, unit[order], fixed[order])
            best, back = step, [*back, source]
        costs.append(float(np.where(whole, best, np.inf).min(initial=np.inf)))
        chosen.append(_traced(back, np.where(whole, best, np.inf), order))
    return _running(costs, chosen)


def _step(best: Vector, total: Vector, unit: Vector, fixed: Vector) -> tuple[Vector, Codes]:
    """Return f[p] from f[p-1] and the part below each."""
    lines: list[tuple[float, float, int]] = []  # slope, height at nought, position
    result = np.full(best.size, np.inf)
    source = np.full(best.size, -1, dtype=np.int64)
    for j in range(best.size):
        if lines:
            height, below = _lowest(lines, float(unit[j]))
            result[j] = fixed[j] + unit[j] * total[j] + height
            source[j] = below
        if np.isfinite(best[j]):
            _push(lines, -float(total[j]), float(best[j]), j)
    return result, source


def _push(lines: list[tuple[float, float, int]], slope: float, height: float, position: int) -> None:
    """Add a line no steeper upwards than those before; drop what is nowhere lowest."""
    if lines and lines[-1][0] == slope:
        if lines[-1][1] <= height:
            return
        lines.pop()
    while len(lines) > 1:
        (a, x, _), (b, y, _) = lines[-2], lines[-1]
        if (y - x) * (b - slope) >= (height - y) * (a - b):
            lines.pop()
        else:
            break
    lines.append((slope, height, position))


def _lowest(lines: list[tuple[float, float, int]], at: float) -> tuple[float, int]:
    """Return height and position of the lowest line at a point: values fall, then rise, along the stack."""
    low, high = 0, len(lines) - 1
    while low < high:
        middle = (low + high) // 2
        here = lines[middle][0] * at + lines[middle][1]
        following = lines[middle + 1][0] * at + lines[middle + 1][1]
        if here <= following:
            high = middle
        else:
            low = middle + 1
    slope, height, position = lines[low]
    return slope * at + height, position


def _traced(back: list[Codes], last: Vector, order: Codes) -> tuple[int, ...]:
    """Return the parts behind the least value."""
    if not last.size or not np.isfinite(last).any():
        return ()
    place = int(np.argmin(last))
    found: list[int] = []
    for source in reversed(back):
        found.append(int(order[place]))
        place = int(source[place])
    return tuple(sorted(found))


def _running(costs: list[float], chosen: list[tuple[int, ...]]) -> Ladder:
    """Turn `exactly` into `at most`: more parts are never worse."""
    best, kept = np.inf, ()
    for count, cost in enumerate(costs):
        if cost < best:
            best, kept = cost, chosen[count]
        costs[count], chosen[count] = best, kept
    return Ladder(np.array(costs), tuple(chosen))

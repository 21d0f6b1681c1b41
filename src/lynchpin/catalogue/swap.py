"""Local search: open, close and exchange facilities while the cost falls, from many starts.

A move opens at most one facility and closes at most one. What closing r costs (loss), what opening j saves
(gain) and by how much both together differ from the sum (extra) follow from each need's two nearest open
facilities (Whitaker 1983; Resende and Werneck 2007, "A fast swap-based local search procedure for location
problems"); a move is made as soon as one is found that pays.
"""

import math

import numpy as np

from lynchpin.catalogue import kernels_swap
from lynchpin.catalogue.core import Core, Flags, Floats

Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def improved(
    core: Core, is_open: Flags, order: Places | None = None, moves: int = 2**40
) -> tuple[float, Flags]:
    """Return value and facilities of the local optimum reached from these; infinite if needs stay unserved.

    is_open  (F) where to start; too many are closed and too few opened at once
    order    facilities in the order in which they are tried; by number when not given
    moves    most moves
    """
    found = _within(core, is_open)
    if order is None:
        order = np.arange(core.facilities, dtype=np.int64)
    penalty = 1.0 + float(core.opening.max(initial=0.0)) + float(core.cost[core.pointer[1:] - 1].sum())
    kernels_swap.improve(
        *core.by_need,
        *core.by_facility,
        found,
        core.low,
        core.high,
        order.astype(np.int64),
        penalty,
        moves,
        np.empty(core.facilities),
    )
    return core.value(found), found


def kicked(
    core: Core, is_open: Flags, value: float, weight: Floats, random: np.random.Generator, rounds: int
) -> tuple[float, Flags]:
    """Return the best of several local optima, each reached from the best so far after some exchanges.

    weight  (F) how likely each facility is to be opened by a kick
    """
    best, best_value = is_open, value
    free = np.flatnonzero(core.status == 0)
    if free.size < 3:
        return best_value, best
    for _ in range(rounds):
        trial = best.copy()
        size = int(random.integers(1, max(2, min(6, free.size // 4)) + 1))
        inside = free[trial[free]]
        if inside.size:
            trial[random.choice(inside, min(size, inside.size), replace=False)] = False
        outside = free[~best[free]]
        share = weight[outside] + 0.01
        if outside.size:
            count = min(size, outside.size)
            trial[random.choice(outside, count, replace=False, p=share / share.sum())] = True
        found_value, found = improved(core, trial, random.permutation(core.facilities))
        if found_value < best_value:
            best, best_value = found, found_value
    return best_value, best


def _within(core: Core, is_open: Flags) -> Flags:
    """Return facilities with the known ones open and as many as are allowed."""
    found = is_open.copy()
    found[core.status == 1] = True
    count = int(found.sum())
    free = np.flatnonzero(core.status == 0)
    if count > core.high:
        inside = free[found[free]]
        found[inside[core.high - count :]] = False
    elif count < core.low:
        outside = free[~found[free]]
        found[outside[: core.low - count]] = True
    return found


def greedy(core: Core) -> tuple[float, Flags]:
    """Return a first solution: the local optimum reached from the facilities known to be open."""
    start = core.status == 1
    gain = np.bincount(core.facility, minlength=core.facilities).astype(float)
    order = np.argsort(core.opening / np.maximum(gain, 1.0), kind="stable")
    if not start.any() and core.facilities:
        start[order[: max(1, core.low)]] = True
    value, found = improved(core, start, order)
    return (value, found) if value < math.inf else (math.inf, found)

"""Make a location problem smaller before anything is solved, in ways that a certificate can name.

Needs whose facilities are the same in the same order of cost become one: what serves one best serves all of
them best. A facility j is left out for k when k opens as cheaply and serves all needs of j as cheaply: any
solution with j is no worse with k instead. With exactly p facilities that is only so while opening is free.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue import kernels_core, kernels_shape
from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.core import Core, Ids, core_of, restrict, sorted_core

EFFORT = 300_000_000  # comparisons spent on dominated facilities at most


@dataclass(frozen=True, eq=False)
class Reduced:
    """A smaller problem with the same best value.

    core       the problem
    group      (needs) need of the core for each need; None when all are as they were
    dominated  (K, 2) facilities left out and what each is left out for, in order
    step       every value is a multiple of it; 0 when there is no such number
    """

    core: Core
    group: Ids | None
    dominated: Ids
    step: float

    def stands_for(self, facilities: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return facilities with each that was left out replaced by what it was left out for."""
        found = facilities.copy()
        for left_out, kept in self.dominated:
            found[found == left_out] = kept
        return found


def reduce(arcs: Arcs, low: int, high: int) -> Reduced:
    """Return a problem with needs merged and dominated facilities left out."""
    core, group = _merged(core_of(arcs, low, high))
    dominated = np.zeros((0, 2), np.int32)
    if low == 0:
        pairs = np.zeros((core.facilities, 2), np.int32)
        count = kernels_shape.dominated(*core.by_need, *core.by_facility, pairs, EFFORT)
        dominated = pairs[:count]
        status = core.status.copy()
        status[dominated[:, 0]] = -1
        core = restrict(core, status) if count else core
    return Reduced(core, group, dominated, step_of(arcs))


def step_of(arcs: Arcs) -> float:
    """Return the greatest number of which every cost is a whole multiple; 0 unless all are whole numbers."""
    numbers = np.concatenate([arcs.opening, arcs.cost])
    if numbers.size == 0 or (numbers != np.floor(numbers)).any() or numbers.sum() > 2**52:
        return 0.0
    return float(np.gcd.reduce(numbers.astype(np.int64)))


def _merged(core: Core) -> tuple[Core, Ids | None]:
    """Return a core with needs that rank the same facilities alike added up, and the group of each need."""
    random = np.random.default_rng(0).integers(0, 2**63, (core.facilities, 2), dtype=np.uint64)
    marks = cast("npt.NDArray[np.uint64]", kernels_core.mark(core.pointer, core.facility, random))
    _, first, group = np.unique(marks, return_index=True, return_inverse=True)
    if first.size == core.needs:
        return core, None
    degree, begin = np.diff(core.pointer), core.pointer[:-1]
    if (degree != degree[first[group]]).any():  # two different orders with the same mark
        return core, None
    place = np.arange(core.size) - np.repeat(begin, degree)
    twin = np.arange(core.size) - np.repeat(begin - begin[first[group]], degree)
    same = np.logical_and.reduceat(core.facility == core.facility[twin], begin)
    leader = np.where(same, first[group], np.arange(core.needs))  # a need of another order is by itself
    leaders, group = np.unique(leader, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(degree[leaders])])
    spread = starts[np.repeat(group, degree)] + place
    stay = np.flatnonzero(np.repeat(leader == np.arange(core.needs), degree))
    cost = np.bincount(spread, core.cost, minlength=int(starts[-1])).astype(np.float64)
    need = np.repeat(np.arange(leaders.size, dtype=np.int32), degree[leaders])
    return sorted_core(core, need, core.facility[stay], cost, core.opening), group.astype(np.int32)

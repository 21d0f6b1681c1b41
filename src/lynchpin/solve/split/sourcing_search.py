"""A local search over the uses of one family: who takes which variant, with kicks out of local optima."""

from typing import Any

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.split import sourcing_kernels as kernels
from lynchpin.solve.split.sourcing_family import Family

Data = tuple[Any, ...]
"""Arrays of numbers and of flags, which the compiled loops tell apart."""


def searched(
    family: Family, data: Data, assigned: Positions, wanted: Flags, *, seed: int, kicks: int
) -> tuple[Flags, Vector]:
    """Improve an assignment in place; return which sources each facility takes (J, S), and losses (U).

    The loss of a use is what all would cost more with it instead of the one that was chosen.

    data      arrays of the family at volumes, see `sourcing_kernels`
    assigned  use of each need, -1 where there is none yet      wanted  which needs are to be served
    kicks     how often the search is driven out of a local optimum
    """
    uses, facilities, width = len(family.uses), len(family.count), family.width
    order = np.argsort(family.facility, kind="stable")
    count = np.bincount(family.facility, minlength=facilities)
    pointer = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    servable = np.zeros(len(wanted), dtype=np.bool_)
    servable[family.need] = True
    most = int(count.max(initial=1))
    room = (
        np.zeros((width, data[1].shape[1])), np.zeros(most, dtype=np.int64), np.zeros(most),
        np.zeros(width + 1, dtype=np.int64), np.zeros(width), np.zeros(width, dtype=np.bool_),
        np.zeros(most, dtype=np.int64), np.zeros(data[1].shape[1]),
    )  # fmt: skip
    shape = (pointer, order, family.need, family.facility)
    state = (assigned, wanted & servable, np.zeros(facilities), np.zeros(uses))
    _search(np.random.default_rng(seed), kicks, (shape, state, data, room))
    sourced = np.zeros((facilities, width), dtype=np.bool_)
    for j in range(facilities):
        kernels.facility_cost(j, kernels.members(j, -1, -1, shape, assigned, room), data, room)
        sourced[j] = room[5]
    current = np.where(assigned >= 0, state[3][assigned], 0.0)
    return sourced, state[3] + np.where(state[3] > 0, current[family.need], 0.0)


def _search(dice: np.random.Generator, kicks: int, things: tuple[Any, ...]) -> None:
    """Descend, then kick and descend again, keeping what is no worse.

    A kick closes a facility for a while, or moves a car elsewhere and holds it there for a while.
    """
    (_, _, need, facility), (assigned, _, cost, change) = things[:2]
    closed = np.zeros(len(cost), dtype=np.bool_)
    for j in range(len(cost)):
        kernels.refresh(j, *things)
    kernels.descend(closed, -1, *things)
    kept = [part.copy() for part in (assigned, cost, change)]
    for use in dice.integers(len(need), size=kicks):
        now = assigned[need[use]]
        if now < 0:
            continue
        if now == use:
            closed[facility[use]] = True
            _clear(closed, int(facility[use]), things)
            kernels.descend(closed, -1, *things)
            closed[facility[use]] = False
        else:
            kernels.put(use, *things)
            kernels.descend(closed, need[use], *things)
        kernels.descend(closed, -1, *things)
        better = cost.sum() <= kept[1].sum()
        for part, best in zip((assigned, cost, change), kept, strict=True):
            if better:
                best[:] = part
            else:
                part[:] = best


def _clear(closed: Flags, j: int, things: tuple[Any, ...]) -> None:
    """Move the cars of a facility to where each costs least; who has no other place stays."""
    (_, _, need, facility), (assigned, _, _, change) = things[:2]
    for i in need[(facility == j) & (assigned[need] == np.arange(len(need)))]:
        others = np.flatnonzero((need == i) & ~closed[facility])
        if len(others):
            kernels.put(others[np.argmin(change[others])], *things)

"""Needs of one group as one need, for the evaluator: whether they rank facilities alike, and their sums.

Needs that have the same facilities in the same order of cost are served best by the same one, whatever is
open; one need with the sums of their costs therefore stands for them all.
"""

from collections.abc import Callable

import numpy as np

from lynchpin.catalogue.arcs import Arcs, Floats, Ids


def alike(arcs: Arcs, group: Ids, find: Callable[[str], None]) -> bool:
    """Return whether the needs of each group rank the same facilities in the same order.

    group  (N) group of each need, numbered from 0
    find   told what is wrong
    """
    pointer, facility = arcs.pointer, arcs.facility
    needs, degree = arcs.needs, np.diff(pointer)
    fits = group.shape == (needs,) and bool((group >= 0).all()) and bool((group < needs).all())
    if not fits or (np.bincount(group) == 0).any():
        find("The groups are not one number for each need, from 0 on.")
        return False
    _, first = np.unique(group, return_index=True)
    leader = first[group]
    if (degree == degree[leader]).all():
        twin = np.arange(facility.size) - np.repeat(pointer[:-1] - pointer[leader], degree)
        if (facility == facility[twin]).all():
            return True
    find("Needs of a group rank other facilities, or in another order.")
    return False


def together(arcs: Arcs, group: Ids) -> tuple[Ids, Ids, Floats, Ids]:
    """Return need, facility, cost and number of roundings of the arcs of groups of needs that are alike."""
    pointer, degree = arcs.pointer, np.diff(arcs.pointer)
    _, first = np.unique(group, return_index=True)
    begin = np.concatenate([[0], np.cumsum(degree[first])])
    place = np.arange(arcs.size) - np.repeat(pointer[:-1] - begin[group], degree)
    cost: Floats = np.bincount(place, arcs.cost, minlength=int(begin[-1])).astype(np.float64)
    members = np.bincount(group)
    facility = np.zeros(cost.size, np.int32)
    facility[place] = arcs.facility
    need = np.repeat(np.arange(first.size, dtype=np.int32), degree[first])
    return need, facility, cost, (members[need] - 1).astype(np.int32)

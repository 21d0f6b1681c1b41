"""The inner loops that put arcs in order by need and cost, and find those that stand twice.

Each takes time in proportion to the arcs, the sorting but for a logarithm of the arcs of one need.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled

SHORT = 16  # arcs that are sorted by insertion


@compiled
def gather(need, facility, cost, needs):
    """Return arcs by need, those of a need in the order in which they were."""
    pointer = np.zeros(needs + 1, np.int64)
    for k in range(need.size):
        pointer[need[k] + 1] += 1
    for i in range(needs):
        pointer[i + 1] += pointer[i]
    at = pointer[:-1].copy()
    places = np.empty(need.size, np.int32)
    costs = np.empty(need.size, np.float64)
    for k in range(need.size):
        to = at[need[k]]
        at[need[k]] += 1
        places[to] = facility[k]
        costs[to] = cost[k]
    return pointer, places, costs


@compiled
def order(pointer, facility, cost):
    """Sort the arcs of each need by cost, equal costs by facility, where they stand."""
    most = 0
    for i in range(pointer.size - 1):
        most = max(most, pointer[i + 1] - pointer[i])
    spare_facility = np.empty(most, facility.dtype)
    spare_cost = np.empty(most, np.float64)
    for i in range(pointer.size - 1):
        begin, end = pointer[i], pointer[i + 1]
        for start in range(begin, end, SHORT):
            stop = min(start + SHORT, end)
            for k in range(start + 1, stop):
                c, j = cost[k], facility[k]
                n = k
                while n > start and (cost[n - 1] > c or (cost[n - 1] == c and facility[n - 1] > j)):
                    cost[n] = cost[n - 1]
                    facility[n] = facility[n - 1]
                    n -= 1
                cost[n] = c
                facility[n] = j
        width = SHORT
        while width < end - begin:
            for start in range(begin, end - width, 2 * width):
                middle, stop = start + width, min(start + 2 * width, end)
                _merge(facility, cost, start, middle, stop, spare_facility, spare_cost)
            width *= 2


@compiled
def _merge(facility, cost, start, middle, stop, spare_facility, spare_cost):
    """Merge two sorted runs of arcs that follow each other."""
    last = middle - 1
    if cost[last] < cost[middle] or (cost[last] == cost[middle] and facility[last] < facility[middle]):
        return
    size = middle - start
    for n in range(size):
        spare_facility[n] = facility[start + n]
        spare_cost[n] = cost[start + n]
    n, k, to = 0, middle, start
    while n < size and k < stop:
        if spare_cost[n] < cost[k] or (spare_cost[n] == cost[k] and spare_facility[n] <= facility[k]):
            cost[to] = spare_cost[n]
            facility[to] = spare_facility[n]
            n += 1
        else:
            cost[to] = cost[k]
            facility[to] = facility[k]
            k += 1
        to += 1
    while n < size:
        cost[to] = spare_cost[n]
        facility[to] = spare_facility[n]
        n += 1
        to += 1


@compiled
def twice(pointer, facility, facilities):
    """Return a place at which a need has an arc to a facility that it had one to before; -1 without any."""
    seen = np.full(facilities, -1, np.int64)
    for i in range(pointer.size - 1):
        for k in range(pointer[i], pointer[i + 1]):
            if seen[facility[k]] == i:
                return k
            seen[facility[k]] = i
    return -1

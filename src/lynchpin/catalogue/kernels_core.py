"""The inner loops that make one core from another: arcs by facility, without what is closed, marks of needs.

Arrays are those of `Arcs`; every kernel takes time in proportion to the arcs.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled


@compiled
def turn(pointer, facility, cost, facilities):
    """Return the arcs by facility, those of a facility by need: where each begins, needs and costs."""
    rows = np.zeros(facilities + 1, np.int64)
    for k in range(facility.size):
        rows[facility[k] + 1] += 1
    for j in range(facilities):
        rows[j + 1] += rows[j]
    at = rows[:-1].copy()
    needs = np.empty(facility.size, np.int32)
    costs = np.empty(facility.size, np.float64)
    for i in range(pointer.size - 1):
        for k in range(pointer[i], pointer[i + 1]):
            to = at[facility[k]]
            at[facility[k]] += 1
            needs[to] = i
            costs[to] = cost[k]
    return rows, needs, costs


@compiled
def keep(pointer, facility, cost, status, number):
    """Return the arcs by need without those to closed facilities or beyond a need's first open one.

    number  (F) what each facility that stays is called
    """
    begin = np.empty_like(pointer)
    count = 0
    for i in range(pointer.size - 1):
        begin[i] = count
        for k in range(pointer[i], pointer[i + 1]):
            here = status[facility[k]]
            if here >= 0:
                count += 1
                if here == 1:
                    break
    begin[pointer.size - 1] = count
    places = np.empty(count, np.int32)
    costs = np.empty(count, np.float64)
    for i in range(pointer.size - 1):
        to = begin[i]
        k = pointer[i]
        while to < begin[i + 1]:
            if status[facility[k]] >= 0:
                places[to] = number[facility[k]]
                costs[to] = cost[k]
                to += 1
            k += 1
    return begin, places, costs


@compiled
def mark(pointer, facility, numbers):
    """Return a number for each need that is the same where facilities are the same in the same order.

    numbers  (F, 2) at random
    """
    marks = np.zeros(pointer.size - 1, np.uint64)
    for i in range(pointer.size - 1):
        total = np.uint64(pointer[i + 1] - pointer[i])
        for k in range(pointer[i], pointer[i + 1]):
            j = facility[k]
            place = np.uint64(k - pointer[i])
            total += numbers[j, 0] * (place * np.uint64(2) + np.uint64(1)) + numbers[j, 1]
        marks[i] = total
    return marks

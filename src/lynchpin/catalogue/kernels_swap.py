"""The inner loops of the local search: gains, losses and moves over the arcs by need and by facility."""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled


@compiled
def scan(pointer, facility, is_open, i, first, second):
    """Find the two cheapest arcs of need i to open facilities; the end of its arcs where there is none."""
    end = pointer[i + 1]
    k = pointer[i]
    while k < end and not is_open[facility[k]]:
        k += 1
    first[i] = k
    if k < end:
        k += 1
        while k < end and not is_open[facility[k]]:
            k += 1
    second[i] = k


@compiled
def nearest(pointer, facility, is_open, first, second):
    """Find each need's two cheapest arcs to open facilities."""
    for i in range(pointer.size - 1):
        scan(pointer, facility, is_open, i, first, second)


@compiled
def rescan(pointer, facility, cost, is_open, i, first, second, penalty, loss):
    """Bring the two nearest open facilities of need i up to date and return by how much its cost changes."""
    end = pointer[i + 1]
    near = penalty if first[i] == end else cost[first[i]]
    if first[i] < end:
        far = penalty if second[i] == end else cost[second[i]]
        loss[facility[first[i]]] -= far - near
    scan(pointer, facility, is_open, i, first, second)
    now = penalty if first[i] == end else cost[first[i]]
    if first[i] < end:
        far = penalty if second[i] == end else cost[second[i]]
        loss[facility[first[i]]] += far - now
    return now - near


@compiled
def improve(  # noqa: C901 - one loop, read whole
    pointer,
    facility,
    cost,
    opening,
    rows,
    needs_of,
    costs_of,
    is_open,
    low,
    high,
    order,
    penalty,
    limit,
    loss,
):
    """Add, drop and swap facilities while the cost falls; change `is_open` and return the cost.

    rows, needs_of, costs_of  the arcs by facility
    order                     facilities that may be opened, in the order in which they are tried
    penalty                   cost of a need that no open facility serves
    limit                     most moves
    loss                      (F) work space
    """
    needs, facilities = pointer.size - 1, opening.size
    first = np.empty(needs, np.int64)
    second = np.empty(needs, np.int64)
    extra = np.zeros(facilities)
    touched = np.empty(facilities, np.int64)
    members = np.empty(facilities, np.int64)
    loss[:] = 0.0
    count = 0
    value = 0.0
    for j in range(facilities):
        if is_open[j]:
            members[count] = j
            count += 1
            value += opening[j]
            loss[j] = -opening[j]
    for i in range(needs):
        scan(pointer, facility, is_open, i, first, second)
        end = pointer[i + 1]
        near = penalty if first[i] == end else cost[first[i]]
        value += near
        if first[i] < end:
            far = penalty if second[i] == end else cost[second[i]]
            loss[facility[first[i]]] += far - near
    moves = 0
    tried = 0
    at = 0
    while moves < limit and tried < order.size:
        enter = order[at]
        at += 1
        if at == order.size:
            at = 0
        tried += 1
        leave = -1
        best = -1e-9 * value
        if is_open[enter]:
            if count > low and loss[enter] < best:
                leave = enter
                enter = -1
            else:
                continue
        else:
            gain = -opening[enter]
            marks = 0
            for k in range(rows[enter], rows[enter + 1]):
                i = needs_of[k]
                c = costs_of[k]
                end = pointer[i + 1]
                if first[i] == end:
                    if c < penalty:
                        gain += penalty - c
                    continue
                far = penalty if second[i] == end else cost[second[i]]
                if c < far:
                    near = cost[first[i]]
                    r = facility[first[i]]
                    if c < near:
                        gain += near - c
                        c = near
                    if c < far:  # a need that has both at one cost changes nothing, and would be marked again
                        if extra[r] == 0.0:
                            touched[marks] = r
                            marks += 1
                        extra[r] -= far - c
            if count < high and -gain < best:
                best = -gain
                leave = -2
            if count >= high:  # any open facility may leave, also one that loses nothing to the entrant
                for m in range(count):
                    r = members[m]
                    if loss[r] + extra[r] - gain < best:
                        best = loss[r] + extra[r] - gain
                        leave = r
            for m in range(marks):
                r = touched[m]
                if loss[r] + extra[r] - gain < best:
                    best = loss[r] + extra[r] - gain
                    leave = r
                extra[r] = 0.0
            if leave == -1:
                continue
        moves += 1
        tried = 0
        if enter >= 0:
            is_open[enter] = True
            members[count] = enter
            count += 1
            value += opening[enter]
            loss[enter] = -opening[enter]
            for k in range(rows[enter], rows[enter + 1]):
                i = needs_of[k]
                value += rescan(pointer, facility, cost, is_open, i, first, second, penalty, loss)
        if leave >= 0:
            is_open[leave] = False
            for m in range(count):
                if members[m] == leave:
                    members[m] = members[count - 1]
                    break
            count -= 1
            value -= opening[leave]
            for k in range(rows[leave], rows[leave + 1]):
                i = needs_of[k]
                value += rescan(pointer, facility, cost, is_open, i, first, second, penalty, loss)
            loss[leave] = 0.0
    return value

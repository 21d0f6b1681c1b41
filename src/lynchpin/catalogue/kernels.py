"""The inner loops of the location engine, compiled: one pass touches only the arcs that matter.

Arrays are those of `Arcs` and of its transpose by facility. `status` (F) is 0 where a facility is free, 1 where it
is open and -1 where it is closed. `low` and `high` are the least and most facilities that may be open. Every kernel
runs without Python's lock, so that two threads work at once; compiled code is kept for the next run.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np
from numba import njit

FAR = 1e300


@njit(cache=True, nogil=True)
def price(pointer, facility, cost, opening, multipliers, reduced):
    """Fill ρ[j] = f[j] + Σ_i min(0, c[i, j] − λ[i]) and return Σ_i λ[i]."""
    total = 0.0
    for j in range(opening.size):
        reduced[j] = opening[j]
    for i in range(multipliers.size):
        level = multipliers[i]
        total += level
        for k in range(pointer[i], pointer[i + 1]):
            slack = cost[k] - level
            if slack >= 0.0:
                break
            reduced[facility[k]] += slack
    return total


@njit(cache=True, nogil=True)
def choose(reduced, status, low, high, chosen, ends):
    """Choose facilities at least reduced cost and return their sum; FAR when the counts cannot be met.

    chosen  (F) filled with whether each facility is chosen
    ends    filled with the dearest free facility chosen and the cheapest free one left; ∓FAR when none, and with
            how many more and how many fewer free facilities could be chosen
    """
    total = 0.0
    taken = 0
    free = 0
    wanted = 0
    last = -FAR
    after = FAR
    for j in range(reduced.size):
        chosen[j] = False
        if status[j] == 1:
            chosen[j] = True
            taken += 1
            total += reduced[j]
        elif status[j] == 0:
            free += 1
            if reduced[j] < 0.0:
                wanted += 1
    most = min(high - taken, free)
    least = max(0, low - taken)
    if high < taken or least > free:
        return FAR
    count = min(most, max(wanted, least))
    if count == wanted:
        for j in range(reduced.size):
            if status[j] == 0:
                if reduced[j] < 0.0:
                    chosen[j] = True
                    total += reduced[j]
                    last = max(last, reduced[j])
                else:
                    after = min(after, reduced[j])
    else:
        values = np.empty(free)
        n = 0
        for j in range(reduced.size):
            if status[j] == 0:
                values[n] = reduced[j]
                n += 1
        values = np.sort(values)
        if count > 0:
            last = values[count - 1]
        if count < free:
            after = values[count]
        below = 0
        for n in range(count):
            if values[n] < last:
                below += 1
        ties = count - below
        for j in range(reduced.size):
            if status[j] == 0 and count > 0:
                if reduced[j] < last:
                    chosen[j] = True
                    total += reduced[j]
                elif reduced[j] == last and ties > 0:
                    ties -= 1
                    chosen[j] = True
                    total += reduced[j]
    ends[0] = last
    ends[1] = after
    ends[2] = most - count
    ends[3] = count - least
    return total


@njit(cache=True, nogil=True)
def fix(reduced, status, chosen, ends, bound, cutoff):
    """Close and open, in `status`, the free facilities whose other choice lifts the bound to the cutoff."""
    count = 0
    drop = max(0.0, ends[0])
    if ends[2] <= 0:
        drop = ends[0]
    add = min(0.0, ends[1])
    if ends[3] <= 0:
        add = ends[1]
    for j in range(reduced.size):
        if status[j] == 0:
            if chosen[j]:
                if bound - reduced[j] + add >= cutoff:
                    status[j] = 1
                    count += 1
            elif bound + reduced[j] - drop >= cutoff:
                status[j] = -1
                count += 1
    return count


@njit(cache=True, nogil=True)
def ascend(
    pointer,
    facility,
    cost,
    opening,
    status,
    low,
    high,
    multipliers,
    best,
    average,
    ends,
    state,
    iterations,
    target,
    cutoff,
    patience,
):
    """Raise L(λ) by a deflected subgradient method and return the best bound found.

    multipliers  (N) where to go on from; left where the search stands
    best         (N) filled with the best multipliers found
    average      (F) how often each facility was chosen of late, between 0 and 1; kept up to date
    state        step factor, best bound so far, iterations without gain; kept from call to call
    target       value that the steps aim at
    cutoff       stop once the bound is above it
    patience     iterations without gain after which the step shrinks
    """
    needs, facilities = multipliers.size, opening.size
    reduced = np.empty(facilities)
    chosen = np.empty(facilities, np.bool_)
    direction = np.zeros(needs)
    for _ in range(iterations):
        total = price(pointer, facility, cost, opening, multipliers, reduced)
        value = choose(reduced, status, low, high, chosen, ends)
        if value >= FAR:
            state[1] = FAR
            return FAR
        value += total
        if value > state[1]:
            if value > state[1] + 1e-4 * (target - state[1]):
                state[2] = 0.0
            else:
                state[2] += 1.0
            state[1] = value
            best[:] = multipliers
            if value >= cutoff:
                return value
        else:
            state[2] += 1.0
        if state[2] >= patience:
            state[0] *= 0.6
            state[2] = 0.0
            multipliers[:] = best
            direction[:] = 0.0
            price(pointer, facility, cost, opening, multipliers, reduced)
            choose(reduced, status, low, high, chosen, ends)
            value = state[1]
        for j in range(facilities):
            average[j] *= 0.9
            if chosen[j]:
                average[j] += 0.1
        norm = 0.0
        size = 0.0
        for i in range(needs):
            served = 1.0
            level = multipliers[i]
            for k in range(pointer[i], pointer[i + 1]):
                if cost[k] >= level:
                    break
                if chosen[facility[k]]:
                    served -= 1.0
            size += served * served
            direction[i] = 0.7 * served + 0.3 * direction[i]
            norm += direction[i] * direction[i]
        if size < 0.5:  # every need is served once: the relaxed solution is a solution
            state[0] = 0.0
            return state[1]
        if norm < 1e-12:
            return state[1]
        step = state[0] * max(target - value, 1e-9 * abs(target)) / norm
        for i in range(needs):
            multipliers[i] += step * direction[i]
    return state[1]


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def nearest(pointer, facility, is_open, first, second):
    """Find each need's two cheapest arcs to open facilities."""
    for i in range(pointer.size - 1):
        scan(pointer, facility, is_open, i, first, second)


@njit(cache=True, nogil=True)
def improve(
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def cost_of(pointer, facility, cost, opening, is_open):
    """Return the cost of a solution; FAR when a need is not served."""
    value = 0.0
    for j in range(opening.size):
        if is_open[j]:
            value += opening[j]
    for i in range(pointer.size - 1):
        k = pointer[i]
        while k < pointer[i + 1] and not is_open[facility[k]]:
            k += 1
        if k == pointer[i + 1]:
            return FAR
        value += cost[k]
    return value


@njit(cache=True, nogil=True)
def examine(
    pointer,
    facility,
    cost,
    opening,
    status,
    low,
    high,
    multipliers,
    iterations,
    target,
    cutoff,
    patience,
    factor,
    single,
    average,
    chosen,
    answer,
    worth,
):
    """Bound one node, fix what follows in `status`, and name the facility to branch on; return the bound.

    multipliers  (N) of the parent; overwritten by the best found, rounded to 32 bits if `single`
    average      (F) filled with how often each facility was chosen
    chosen       (F) filled with the facilities that the best multipliers choose
    answer       filled with the facility to branch on, -1 when none is free, and the number of free facilities
    worth        filled with the cost of the chosen facilities as a solution; FAR when it is none
    """
    needs, facilities = multipliers.size, opening.size
    state = np.array([factor, -FAR, 0.0])
    ends = np.zeros(4)
    best = multipliers.copy()
    average[:] = 0.5
    answer[0], answer[1] = -1, 0
    worth[0] = FAR
    if (
        ascend(
            pointer,
            facility,
            cost,
            opening,
            status,
            low,
            high,
            multipliers,
            best,
            average,
            ends,
            state,
            iterations,
            target,
            cutoff,
            patience,
        )
        >= FAR
    ):
        return FAR
    for i in range(needs):
        level = best[i]
        if single:
            level = float(np.float32(level))
        end = pointer[i + 1] - 1
        if status[facility[end]] == 1 and level > cost[end]:  # the arcs end at an open facility
            level = cost[end]
        multipliers[i] = level
    reduced = np.empty(facilities)
    bound = price(pointer, facility, cost, opening, multipliers, reduced)
    bound += choose(reduced, status, low, high, chosen, ends)
    if bound >= cutoff:
        return bound
    worth[0] = cost_of(pointer, facility, cost, opening, chosen)
    fix(reduced, status, chosen, ends, bound, cutoff)
    score = -1.0
    for j in range(facilities):
        if status[j] == 0:
            answer[1] += 1
            here = min(average[j], 1.0 - average[j]) + 1e-6 / (1.0 + abs(reduced[j]))
            if here > score:
                score = here
                answer[0] = j
    return bound


@njit(cache=True, nogil=True)
def pairs(pointer, facility, serve, place, best, need):
    """For each two facilities, find the need that they serve most of together.

    place  (F) row of each facility in best and need; -1 where it has none
    best   filled with the largest sum of the two shares
    need   filled with the need that has it
    """
    for i in range(pointer.size - 1):
        for k in range(pointer[i], pointer[i + 1]):
            a = place[facility[k]]
            if serve[k] > 1e-6 and a >= 0:
                for n in range(k + 1, pointer[i + 1]):
                    b = place[facility[n]]
                    if serve[n] > 1e-6 and b >= 0 and serve[k] + serve[n] > best[a, b]:
                        best[a, b] = serve[k] + serve[n]
                        best[b, a] = best[a, b]
                        need[a, b] = i
                        need[b, a] = i


@njit(cache=True, nogil=True)
def triangles(best, share, least, triples, excess):
    """List the cycles of three facilities that are violated by more than `least`, and return their number."""
    count = 0
    for a in range(share.size):
        for b in range(a + 1, share.size):
            if best[a, b] > least:
                for c in range(b + 1, share.size):
                    over = best[a, b] + best[b, c] + best[a, c] - share[a] - share[b] - share[c] - 1.0
                    if over > least and count < excess.size:
                        triples[count, 0] = a
                        triples[count, 1] = b
                        triples[count, 2] = c
                        excess[count] = over
                        count += 1
    return count


@njit(cache=True, nogil=True)
def dominated(pointer, facility, cost, opening, rows, needs_of, costs_of, pairs, effort):
    """List facilities that another replaces at no more cost, each with that other, and return their number.

    A facility without needs is replaced by any that opens as cheaply.
    """
    facilities = opening.size
    gone = np.zeros(facilities, np.bool_)
    count = 0
    spent = 0
    for j in range(facilities):
        if spent > effort:
            break
        rare = -1
        size = 0
        level = 0.0
        for n in range(rows[j], rows[j + 1]):
            i = needs_of[n]
            if rare < 0 or pointer[i + 1] - pointer[i] < size:
                rare = i
                size = pointer[i + 1] - pointer[i]
                level = costs_of[n]
        if rare < 0:
            for k in range(facilities):
                if k != j and not gone[k] and opening[k] <= opening[j]:
                    gone[j] = True
                    pairs[count, 0] = j
                    pairs[count, 1] = k
                    count += 1
                    break
            continue
        for at in range(pointer[rare], pointer[rare + 1]):
            if cost[at] > level:
                break
            k = facility[at]
            if k == j or gone[k] or opening[k] > opening[j] or rows[k + 1] - rows[k] < rows[j + 1] - rows[j]:
                continue
            m = rows[k]
            better = True
            for n in range(rows[j], rows[j + 1]):
                i = needs_of[n]
                while m < rows[k + 1] and needs_of[m] < i:
                    m += 1
                    spent += 1
                spent += 1
                if m == rows[k + 1] or needs_of[m] != i or costs_of[m] > costs_of[n]:
                    better = False
                    break
            if better:
                gone[j] = True
                pairs[count, 0] = j
                pairs[count, 1] = k
                count += 1
                break
    return count

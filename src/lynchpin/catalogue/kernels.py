"""The inner loops of the Lagrangian bound, compiled: one pass touches only the arcs that matter.

Arrays are those of `Arcs`. `status` (F) is 0 where a facility is free, 1 where it is open and -1 where it is
closed. `low` and `high` are the least and most facilities that may be open. Every kernel runs without
Python's lock, so that two threads work at once; compiled code is kept for the next run.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled

FAR = 1e300


@compiled
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


@compiled
def choose(reduced, status, low, high, chosen, ends):  # noqa: C901 - one loop, read whole
    """Choose facilities at least reduced cost and return their sum; FAR when the counts cannot be met.

    chosen  (F) filled with whether each facility is chosen
    ends    filled with the dearest free facility chosen and the cheapest free one left, ∓FAR when none, and
            with how many more and how many fewer free facilities could be chosen
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


@compiled
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


@compiled
def ascend(  # noqa: C901 - one loop, read whole
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


@compiled
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


@compiled
def usable(pointer, facility, cost, status, plain):
    """Return the arcs to facilities that are not closed; if `plain`, none beyond a need's first open one."""
    begin = np.empty_like(pointer)
    place = np.empty_like(facility)
    price_of = np.empty_like(cost)
    count = 0
    for i in range(pointer.size - 1):
        begin[i] = count
        for k in range(pointer[i], pointer[i + 1]):
            here = status[facility[k]]
            if here >= 0:
                place[count] = facility[k]
                price_of[count] = cost[k]
                count += 1
                if plain and here == 1:
                    break
    begin[pointer.size - 1] = count
    return begin, place[:count].copy(), price_of[:count].copy()


@compiled
def examine(
    all_pointer,
    all_facility,
    all_cost,
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
    plain,
    average,
    chosen,
    answer,
    worth,
):
    """Bound one node, fix what follows in `status`, and name the facility to branch on; return the bound.

    multipliers  (N) of the parent; overwritten by the best found, rounded to 32 bits if `single`
    plain        whether costs are not bent, so that arcs beyond a need's first open facility do not count
    average      (F) filled with how often each facility was chosen
    chosen       (F) filled with the facilities that the best multipliers choose
    answer       filled with the facility to branch on, -1 when none is free, and how many are free
    worth        filled with the cost of the chosen facilities as a solution; FAR when it is none
    """
    needs, facilities = multipliers.size, opening.size
    pointer, facility, cost = usable(all_pointer, all_facility, all_cost, status, plain)
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
        if (
            plain and end >= pointer[i] and status[facility[end]] == 1 and level > cost[end]
        ):  # the arcs end at an open facility
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

"""The inner loops of sourcing: what a variant costs for the cars that use it, and the search over its uses.

Everything is of one family. A *facility* is a variant and the member that pays for it, a *use* one car (need)
served by one facility, a *source* one supplier of a facility. What the loops pass on:

    data   lane (U, S), load (U, T), short (U), volume (U), phase (U, P), sources (J), engineering (J, P),
           tooling (J, S, P), free (J, S, T), curve (J, 5), as `sourcing` makes them
    shape  pointer and uses by facility, need and facility of each use
    state  use of each need (-1: none), which needs are wanted, cost of each facility (J), and what it would
           cost less or more with each of its uses out or in (U)
    room   scratch: pieces left (S, T), order and regret (uses), chosen (S + 1), tools (S), found (S), uses,
           load left (T)
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled

TINY = 1e-9
MOVES = 10  # of each use in one descent, at most


@compiled
def _copy(of, into):
    """Copy an array; numba takes seconds to compile the slice that would say so."""
    for t in range(len(of)):
        into[t] = of[t]


@compiled
def _taken(left, remaining, load):
    """Take what there is room for out of what is left of a load; return its share of the load."""
    taken, total = 0.0, 0.0
    for t in range(len(load)):
        piece = min(left[t], remaining[t])
        left[t] -= piece
        remaining[t] -= piece
        taken += piece
        total += load[t]
    return taken / total if total > 0.0 else 1.0


@compiled
def _by_regret(count, n, lane, short, room):
    """Order the uses by what each loses without its best source, most first."""
    _, order, regret, chosen, _, _, uses, _ = room
    for i in range(n):
        best, second = short[uses[i]], short[uses[i]]
        for a in range(count):
            cost = lane[uses[i], chosen[a]]
            if cost < best:
                best, second = cost, best
            elif cost < second:
                second = cost
        place = i
        while place > 0 and regret[place - 1] < second - best:
            regret[place], order[place] = regret[place - 1], order[place - 1]
            place -= 1
        regret[place], order[place] = second - best, i


@compiled
def _delivered(j, count, n, data, room):
    """Return what deliveries cost from the chosen sources, each up to its capacity; shortage has a price."""
    lane, load, short, _, _, _, _, _, free, _ = data
    remaining, order, _, chosen, _, _, uses, left = room
    for a in range(count):
        _copy(free[j, chosen[a]], remaining[a])
    _by_regret(count, n, lane, short, room)
    total = 0.0
    for i in range(n):
        u = uses[order[i]]
        _copy(load[u], left)
        open_, last = 1.0, -np.inf
        while open_ > TINY:
            best, at = short[u], -1
            for a in range(count):
                if last < lane[u, chosen[a]] < best:
                    best, at = lane[u, chosen[a]], a
            part = open_ if at < 0 else _taken(left, remaining[at], load[u])
            total += part * best
            open_, last = open_ - part, best
    return total


@compiled
def _fixed(j, n, data, room):
    """Return engineering less what scale saves, and fill in the tools of each source."""
    _, _, _, volume, phase, sources, engineering, tooling, _, curve = data
    tools, uses = room[4], room[6]
    total, measured = 0.0, 0.0
    for a in range(sources[j]):
        tools[a] = 0.0
    for p in range(phase.shape[1]):
        active = False
        for i in range(n):
            active = active or phase[uses[i], p]
        if active:
            total += engineering[j, p]
            for a in range(sources[j]):
                tools[a] += tooling[j, a, p]
    for i in range(n):
        measured += volume[uses[i]]
    worth, exponent, reference, low, high = curve[j]
    if worth != 0.0:
        total -= worth * (1.0 - (min(max(measured, low), high) / reference) ** -exponent) * measured
    return total


@compiled
def facility_cost(j, n, data, room):
    """Return what a facility costs with the first n uses in the room; `found` says which sources it takes.

    The best source alone or the best pair, then one more as long as that pays.
    """
    chosen, tools, found = room[3], room[4], room[5]
    for a in range(len(found)):
        found[a] = False
    if n == 0:
        return 0.0
    fixed = _fixed(j, n, data, room)
    count = data[5][j]
    best, first, second = np.inf, -1, -1
    for a in range(count):
        for b in range(a, count):
            cost = tools[a] + (tools[b] if b > a else 0.0)
            if cost < best:
                chosen[0], chosen[1] = a, b
                cost += _delivered(j, 2 if b > a else 1, n, data, room)
                if cost < best:
                    best, first, second = cost, a, b
    if first >= 0:
        found[first] = found[second] = True
        while first != second and _one_more(j, n, best, data, room):
            best = _with_found(j, n, -1, data, room)
    return fixed + best


@compiled
def _with_found(j, n, also, data, room):
    """Return tools and deliveries of the sources found, and of another one (-1: none)."""
    chosen, tools, found = room[3], room[4], room[5]
    size, total = 0, 0.0
    for a in range(data[5][j]):
        if found[a] or a == also:
            chosen[size] = a
            size += 1
            total += tools[a]
    return total + _delivered(j, size, n, data, room)


@compiled
def _one_more(j, n, best, data, room):
    """Add the source that saves most to those found; return whether one does."""
    found, more = room[5], -1
    for a in range(data[5][j]):
        if not found[a]:
            cost = _with_found(j, n, a, data, room)
            if cost < best * (1 - TINY):
                best, more = cost, a
    if more >= 0:
        found[more] = True
    return more >= 0


@compiled
def members(j, but, also, shape, assigned, room):
    """List the uses of a facility in the room, without one and with another (-1: none); return how many."""
    pointer, by_facility, need, _ = shape
    uses, n = room[6], 0
    for k in range(pointer[j], pointer[j + 1]):
        u = by_facility[k]
        if u != but and (assigned[need[u]] == u or u == also):
            uses[n] = u
            n += 1
    return n


@compiled
def refresh(j, shape, state, data, room):
    """Bring a facility's cost up to date, and what it changes with each of its uses in or out."""
    pointer, by_facility, need, _ = shape
    assigned, wanted, cost, change = state
    cost[j] = facility_cost(j, members(j, -1, -1, shape, assigned, room), data, room)
    for k in range(pointer[j], pointer[j + 1]):
        u = by_facility[k]
        change[u] = np.inf
        if wanted[need[u]]:
            mine = assigned[need[u]] == u
            n = members(j, u if mine else -1, -1 if mine else u, shape, assigned, room)
            change[u] = facility_cost(j, n, data, room) - cost[j]


@compiled
def put(u, shape, state, data, room):
    """Let a use serve its need."""
    need, facility, assigned = shape[2], shape[3], state[0]
    before = assigned[need[u]]
    assigned[need[u]] = u
    refresh(facility[u], shape, state, data, room)
    if before >= 0:
        refresh(facility[before], shape, state, data, room)


@compiled
def descend(closed, locked, shape, state, data, room):
    """Move one car at a time to another facility, the best move first, until none gains.

    closed  facilities that may take nothing     locked  a need that stays, or -1
    """
    need, facility = shape[2], shape[3]
    assigned, wanted, cost, change = state
    for _ in range(MOVES * len(need)):
        best, move = -TINY * np.abs(cost).sum(), -1  # less than that may be rounding, and turn in circles
        for u in range(len(need)):
            now = assigned[need[u]]
            if wanted[need[u]] and now != u and not closed[facility[u]] and need[u] != locked:
                gain = change[u] + (change[now] if now >= 0 else -1e18)
                if gain < best:
                    best, move = gain, u
        if move < 0:
            return
        put(move, shape, state, data, room)

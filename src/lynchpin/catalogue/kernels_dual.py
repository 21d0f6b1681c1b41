"""The inner loops of dual ascent: multipliers raised one need at a time, and the solution they point at."""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled


@compiled
def climb(pointer, facility, cost, slack, multipliers, after, active, effort):
    """Raise each multiplier from cost to cost in turn, until every one is held by a facility without slack.

    slack        (F) f[j] − Σ_i max(0, λ[i] − c[i, j]), at least 0; kept up to date
    multipliers  (N) λ, at least the cheapest cost of each need; raised
    after        (N) the first arc of each need that is dearer than λ; kept up to date
    active       needs to raise, in the order in which they take turns; used as work space
    effort       arcs passed after which no further turn begins
    """
    left = active.size
    spent = 0
    while left > 0 and spent <= effort:
        stay = 0
        for a in range(left):
            i = active[a]
            end = pointer[i + 1]
            step = np.inf if after[i] == end else cost[after[i]] - multipliers[i]
            held = False
            spent += after[i] - pointer[i]
            for k in range(pointer[i], after[i]):
                room = slack[facility[k]]
                if room <= 0.0 or room < step:
                    step = max(room, 0.0)
                    held = True
            if step > 0.0:
                for k in range(pointer[i], after[i]):
                    slack[facility[k]] -= step
                multipliers[i] += step
            if not held:
                k = after[i]
                multipliers[i] = cost[k]
                while k < end and cost[k] <= multipliers[i]:
                    k += 1
                after[i] = k
                active[stay] = i
                stay += 1
        left = stay


@compiled
def point(pointer, facility, cost, slack, multipliers, order, least, is_open):
    """Open facilities without slack until every need has one that is no dearer than its multiplier.

    order  (N) needs in the order in which they are looked at
    least  (F) slack that counts as none
    """
    for i in order:
        chosen = -1
        for k in range(pointer[i], pointer[i + 1]):
            j = facility[k]
            if cost[k] > multipliers[i]:
                break
            if is_open[j]:
                chosen = -1
                break
            if chosen < 0 and slack[j] <= least[j]:
                chosen = j
        if chosen >= 0:
            is_open[chosen] = True

"""The inner loops of what looks at the shape of a problem: dominated facilities and short cycles."""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled


@compiled
def dominated(pointer, facility, cost, opening, rows, needs_of, costs_of, pairs, effort):  # noqa: C901 - one loop, read whole
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


@compiled
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


@compiled
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

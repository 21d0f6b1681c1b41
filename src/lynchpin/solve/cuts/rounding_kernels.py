"""The loops of `rounding`, which states what F, d, f and the choices N that are turned round are.

Each h and u is given times d (1 − f), so that slack counts in full.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled

FINER = (0.5, 0.25, 0.125)  # parts of the best scale that are tried as well
TURNS = 12  # choices that are turned round once more
PARTLY = 1e-6  # distance from nought or one at which a choice counts as decided
IDLE = 1e-3  # distance of b/d from a whole number up to which rounding does nothing
BETTER = 1e-12  # by how much more a row is broken for a turn to count
LEAST = 1e-4  # violation in shares of the terms' sum


@compiled
def search(terms, z, slack, h):
    """Put h of the best row that is found in place; return u, inf where z does not break the row."""
    z = np.minimum(np.maximum(z, 0.0), 1.0)
    turned = z > 0.5
    scale, best = best_scale(terms, z, turned)
    if scale == np.inf:
        return np.inf
    best = turn(terms, z, turned, scale, best)
    if best - slack <= LEAST * np.abs(terms).sum():
        return np.inf
    whole, rest = limit(terms, turned, scale)
    upper = whole * (scale * (1.0 - rest))
    for j in range(len(terms)):
        h[j] = stepped(terms[j], turned[j], scale, rest)
        if turned[j]:
            upper -= h[j]
            h[j] = -h[j]
    return upper


@compiled
def best_scale(terms, z, turned):
    """Return the scale with the best row, the least of equals, and by how much z breaks the row.

    Tried are the terms of choices in part, and parts of the best of them. Without any the scale is inf.
    """
    scale, best = np.inf, -np.inf
    for j in range(len(terms)):
        term = np.rint(abs(terms[j]) * 1e9) / 1e9
        if PARTLY < z[j] < 1.0 - PARTLY and term > 1e-9 and term != scale:
            worth = excess(terms, z, turned, term)
            if worth > best or (worth == best and term < scale):
                scale, best = term, worth
    coarse = scale
    for part in FINER:
        worth = excess(terms, z, turned, coarse * part)
        if worth > best:
            scale, best = coarse * part, worth
    return scale, best


@compiled
def turn(terms, z, turned, scale, best):
    """Turn choices round, in place, the best one first, as long as z then breaks the row by more.

    Returns by how much it does.
    """
    near, count = nearest(z)
    while count > 0:
        pick, most = 0, -np.inf
        for place in range(count):
            j = near[place]
            turned[j] = not turned[j]
            worth = excess(terms, z, turned, scale)
            turned[j] = not turned[j]
            if worth > most:
                pick, most = place, worth
        if most <= best + BETTER:
            break
        turned[near[pick]] = not turned[near[pick]]
        best = most
        count -= 1
        for place in range(pick, count):
            near[place] = near[place + 1]
    return best


@compiled
def nearest(z):
    """Return the choices nearest to a half, in order, and how many there are, at most `TURNS`."""
    near, count = np.empty(TURNS + 1, dtype=np.int64), 0
    for j in range(len(z)):
        place = count
        while place > 0 and abs(z[near[place - 1]] - 0.5) > abs(z[j] - 0.5):
            near[place] = near[place - 1]
            place -= 1
        near[place] = j
        count = min(count + 1, TURNS)
    return near, count


@compiled
def excess(terms, z, turned, scale):
    """Return Σ h z − u, -inf where rounding does nothing."""
    whole, rest = limit(terms, turned, scale)
    total = 0.0
    for j in range(len(terms)):
        total += stepped(terms[j], turned[j], scale, rest) * (1.0 - z[j] if turned[j] else z[j])
    return total - whole * (scale * (1.0 - rest))


@compiled
def limit(terms, turned, scale):
    """Return floor(b/d) and f; the first is inf where rounding does nothing."""
    total = 0.0
    for j in range(len(terms)):
        if turned[j]:
            total += terms[j]
    right = -total / scale
    whole = np.floor(right)
    rest = right - whole
    return (np.inf, 0.5) if rest < IDLE or rest > 1.0 - IDLE else (whole, rest)


@compiled
def stepped(term, is_turned, scale, rest):
    """Return d (1 − f) F(c/d)."""
    ratio = (-term if is_turned else term) / scale
    whole = np.floor(ratio)
    return scale * (1.0 - rest) * (whole + max(0.0, ratio - whole - rest) / (1.0 - rest))

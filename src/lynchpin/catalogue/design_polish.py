"""Better users of parts at exact cost, where volumes pass saturation and straight lines say too little.

Beyond saturation the cost of volume bends upwards, which no choice of the cheapest line can state: the
engine's bound stays true, but its choice may be merged too far. Two moves are made while they gain, at
exact cost: a need changes its part, or a part that is not used is opened for every need that has a lower
unit cost in it.
"""

import numpy as np

from lynchpin.catalogue.design_pool import cost_of, factors, pieces_of
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.needs import Codes, Flags, Needs, Parts, Vector, fit_matrix

MOST_PAIRS = 2_000_000
MOST_MOVES = 200
GAIN = 1e-9


def polished(
    task: DesignTask, needs: Needs, parts: Parts, assigned: Codes, at_most: int | None
) -> tuple[Codes, float]:
    """Return users that cost no more, and their exact cost.

    assigned  (N) part of each need
    """
    cost = cost_of(task, parts, needs.volumes, assigned)
    if task.discount is None or needs.size * parts.size > MOST_PAIRS:
        return assigned, cost
    if not (
        task.discount.yearly(pieces_of(parts, needs.volumes, assigned), parts.measure) > task.discount.high
    ).any():
        return assigned, cost
    fit = fit_matrix(needs.demand, needs.kind, parts.offer, parts.kind)
    for _ in range(MOST_MOVES):
        trial = _moved(task, needs, parts, assigned, fit, at_most)
        other = _opened(task, needs, parts, assigned, fit, at_most)
        best = min((trial, other), key=lambda users: cost_of(task, parts, needs.volumes, users))
        value = cost_of(task, parts, needs.volumes, best)
        if not value < cost * (1 - GAIN):
            break
        assigned, cost = best, value
    return assigned, cost


def _spent(task: DesignTask, parts: Parts, pieces: Vector, used: Flags) -> Vector:
    """Return what each part costs with so many pieces (C)."""
    return np.where(used, parts.fixed, 0.0) + parts.unit * factors(task, parts, pieces) * pieces


def _moved(
    task: DesignTask, needs: Needs, parts: Parts, assigned: Codes, fit: Flags, at_most: int | None
) -> Codes:
    """Return the users after the one change of a part that gains most."""
    pieces = pieces_of(parts, needs.volumes, assigned)
    users = np.bincount(assigned, minlength=parts.size)
    now = _spent(task, parts, pieces, users > 0)
    full = at_most is not None and int((users > 0).sum()) >= at_most
    best, change = 0.0, None
    for need in range(needs.size):
        here, volume = int(assigned[need]), float(needs.volumes[need])
        alone = users[here] == 1
        allowed = fit[need] & ((users > 0) | (not full or alone))
        allowed[here] = False
        if not allowed.any():
            continue
        more = _spent(task, parts, pieces + volume, np.ones(parts.size, dtype=np.bool_)) - now
        left = _spent(task, parts, pieces - volume, users > 1)[here] - now[here]
        gains = np.where(allowed, more + left, np.inf)
        at = int(np.argmin(gains))
        if gains[at] < best:
            best, change = float(gains[at]), (need, at)
    if change is None:
        return assigned
    moved = assigned.copy()
    moved[change[0]] = change[1]
    return moved


def _opened(
    task: DesignTask, needs: Needs, parts: Parts, assigned: Codes, fit: Flags, at_most: int | None
) -> Codes:
    """Return the users after opening the unused part that gains most."""
    users = np.bincount(assigned, minlength=parts.size)
    best, cost = assigned, cost_of(task, parts, needs.volumes, assigned)
    for part in np.flatnonzero(users == 0):
        better = fit[:, part] & (parts.unit[part] < parts.unit[assigned])
        if not better.any():
            continue
        trial = np.where(better, part, assigned)
        if at_most is not None and np.unique(trial).size > at_most:
            continue
        value = cost_of(task, parts, needs.volumes, trial)
        if value < cost:
            best, cost = trial, value
    return best

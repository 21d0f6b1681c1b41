"""The evaluator's check of facilities that are left out because another one takes their place."""

from collections.abc import Callable

import numpy as np

from lynchpin.catalogue.evaluate_problem import Floats, Ids, Problem
from lynchpin.catalogue.evaluate_tree import CLOSED, FREE, Status


def left_out(problem: Problem, pairs: Ids, find: Callable[[str], None]) -> Status:
    """Return the status (F) with each facility closed whose partner takes its place.

    pairs  (K, 2) facilities and their partners, in the order in which they are left out
    find   told of each pair that is not accepted
    """
    facilities, exactly = problem.opening.size, problem.exactly
    status = np.zeros(facilities, np.int8)
    left: Floats = np.sort(problem.opening)
    for out, partner in np.asarray(pairs, np.int64).reshape(-1, 2).tolist():
        known = 0 <= out < facilities and 0 <= partner < facilities and out != partner
        others: Floats = left
        if known and exactly is not None:
            others = np.delete(left, int(left.searchsorted(float(problem.opening[out]))))
        if not (
            known
            and status[out] == status[partner] == FREE
            and problem.opening[partner] <= problem.opening[out]
            and _serves(problem, out, partner)
            and (exactly is None or _replaceable(others, exactly, float(problem.opening[out])))
        ):
            find(f"Facility {out} is left out for {partner}, which cannot take its place.")
            continue
        status[out] = CLOSED
        left = others
    return status


def _serves(problem: Problem, out: int, partner: int) -> bool:
    """Return whether the arcs of one facility are matched by arcs of another that cost no more."""
    own, other = (slice(problem.begin[k], problem.begin[k + 1]) for k in (out, partner))
    wanted, needs = problem.need[own], problem.need[other]  # sorted
    place = np.searchsorted(needs, wanted)
    if (place >= needs.size).any() or (needs[place] != wanted).any():
        return False
    return bool((problem.cost[other][place] <= problem.cost[own]).all())


def _replaceable(others: Floats, exactly: int, opening: float) -> bool:
    """Return whether a solution with both facilities can open a third one instead, as cheaply."""
    return others.size >= exactly and bool(others[exactly - 1] <= opening)

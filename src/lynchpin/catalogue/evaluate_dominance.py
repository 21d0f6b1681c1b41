"""The evaluator's check of facilities that are left out because another one takes their place."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.evaluate_tree import CLOSED, FREE, Floats, Ids, Problem, Status

Places = npt.NDArray[np.int64]


def left_out(problem: Problem, pairs: Ids, find: Callable[[str], None]) -> Status:
    """Return the status (F) with each facility closed whose partner takes its place.

    pairs  (K, 2) facilities and their partners, in the order in which they are left out
    find   told of each pair that is not accepted
    """
    facilities, exactly = problem.opening.size, problem.exactly
    status = np.zeros(facilities, np.int8)
    order = np.argsort(problem.facility, kind="stable") if len(pairs) else np.zeros(0, np.int64)
    ends = np.concatenate([[0], np.cumsum(np.bincount(problem.facility, minlength=facilities))])
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
            and _serves(problem, *(order[ends[k] : ends[k + 1]] for k in (out, partner)))
            and (exactly is None or _replaceable(others, exactly, float(problem.opening[out])))
        ):
            find(f"Facility {out} is left out for {partner}, which cannot take its place.")
            continue
        status[out] = CLOSED
        left = others
    return status


def _serves(problem: Problem, out: Places, partner: Places) -> bool:
    """Return whether the arcs of one facility are matched by arcs of another that cost no more."""
    needs, wanted = problem.need[partner], problem.need[out]  # sorted: arcs stand by need
    place = np.searchsorted(needs, wanted)
    if (place >= needs.size).any() or (needs[place] != wanted).any():
        return False
    return bool((problem.cost[partner][place] <= problem.cost[out]).all())


def _replaceable(others: Floats, exactly: int, opening: float) -> bool:
    """Return whether a solution with both facilities can open a third one instead, as cheaply."""
    return others.size >= exactly and bool(others[exactly - 1] <= opening)

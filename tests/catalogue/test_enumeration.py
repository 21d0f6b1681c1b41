"""No false certificate: value, bound and proof of small problems against trying every set of facilities."""

import math

import numpy as np
import pytest

from lynchpin.catalogue.evaluate import evaluate
from lynchpin.catalogue.location import LocateOptions, Location, locate
from tests.catalogue.enumeration import KINDS, Case, case

ALL = 10_000
FAST = 20 * len(KINDS)
BLOCK = 500


def faults(given: Case, options: LocateOptions) -> list[str]:
    """Return what is wrong with the engine's answer to a problem."""
    arcs, best = given.arcs, given.optimum()
    found = locate(arcs, at_most=given.at_most, exactly=given.exactly, options=options)
    judged = evaluate(found.certificate, arcs)
    slack = 1e-9 * best if math.isfinite(best) else 0.0
    if math.isinf(best):
        told = ("infeasible", "unknown") if options.time_limit < 1 else ("infeasible",)
        wrong = {"infeasible": found.status in told and found.value == math.inf}
    elif not math.isfinite(found.value):
        wrong = {f"{found.status}, but there is a solution": found.status == "unknown"}
    else:
        wrong = _checks(given, found, best, slack)
        wrong["the evaluator's value"] = abs(judged.value - found.value) <= slack
        wrong["the multipliers' bound"] = judged.bound <= best + slack
        wrong["proven"] = found.certificate.proven <= best + slack
        if options.gap == 0:
            wrong["optimal"] = found.status == "optimal" and found.value <= best + slack
    wrong[f"the certificate: {judged}"] = judged.ok
    return [name for name, holds in wrong.items() if not holds]


def _checks(given: Case, found: Location, best: float, slack: float) -> dict[str, bool]:
    """Return whether solution, assignment, bound and gap hold by themselves."""
    open_ = np.asarray(found.open)
    served = given.cost[np.asarray(found.assigned), np.arange(given.cost.shape[1])]
    value = given.opening[open_].sum() + served.sum()
    gap = (found.value - found.bound) / found.value if found.value > 0 else 0.0
    return {
        "a solution": found.status in ("optimal", "feasible"),
        "value": abs(value - found.value) <= slack and found.value >= best - slack,
        "assigned": bool(np.isin(found.assigned, open_).all()),
        "bound": found.bound <= best + slack,
        "gap": abs(gap - found.gap) <= 1e-9,
        "at_most": given.at_most is None or open_.size <= given.at_most,
        "exactly": given.exactly is None or open_.size == given.exactly,
    }


def failures(seeds: range, options: LocateOptions) -> dict[str, list[str]]:
    """Return the faults of many problems, by seed and kind."""
    found = {f"{seed} ({case(seed).kind})": faults(case(seed), options) for seed in seeds}
    return {name: wrong for name, wrong in found.items() if wrong}


def test_small_problems_are_solved_and_proven() -> None:
    """A few problems of every kind have the enumerated optimum and a certificate that holds."""
    assert failures(range(FAST), LocateOptions(threads=1)) == {}


def test_a_gap_is_kept() -> None:
    """With a gap allowed the bound still holds."""
    assert failures(range(ALL, ALL + FAST), LocateOptions(threads=1, gap=0.1)) == {}


def test_a_run_that_is_cut_short_claims_no_more_than_it_knows() -> None:
    """With next to no time the bound still holds, whatever the solution is."""
    options = LocateOptions(threads=1, time_limit=1e-3, gap=0.999)
    assert failures(range(2 * ALL, 2 * ALL + FAST), options) == {}


@pytest.mark.slow
@pytest.mark.parametrize("block", range(ALL // BLOCK))
def test_ten_thousand_small_problems_are_solved_and_proven(block: int) -> None:
    """Ties, noughts, twins, parts and medians: not one false value, bound or certificate."""
    assert failures(range(block * BLOCK, (block + 1) * BLOCK), LocateOptions(threads=1)) == {}


def test_every_kind_of_problem_is_among_them() -> None:
    """The cases have problems without a solution, with many parts, and with each kind of limit."""
    cases = [case(seed) for seed in range(FAST)]
    assert {given.kind for given in cases} == set(KINDS)
    assert any(math.isinf(given.optimum()) for given in cases)
    assert {(given.at_most is None, given.exactly is None) for given in cases} == {
        (True, True), (False, True), (True, False),
    }  # fmt: skip

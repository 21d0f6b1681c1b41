"""No plan breaks a cut, in any form: plans of all sorts, the plan that strains each cut most, the best."""

from dataclasses import replace

import numpy as np
import pytest

from lynchpin.solve import Status, solve_here
from lynchpin.solve.contracts import with_cuts
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.cuts.found import kept
from lynchpin.solve.evaluate import bound_of
from tests.solve.cuts.cases import (
    ALL,
    CASES,
    EXACT,
    FORMS,
    KINDS,
    ROUNDING,
    chosen,
    cuts_of,
    excess,
    form_of,
    planned,
    plans,
    points,
    seen,
    sides,
    tight,
    worst,
)

MOST = 3  # rows of each kind and form for which the worst plan is looked for
TINY = (6, 8, 15)


def test_there_is_something_of_each_kind_in_each_form() -> None:
    """The studies give the other tests many rows of each kind, from several studies."""
    for kind in FORMS:
        for name in KINDS:
            counts = [len(cuts_of(*case)[name]) for case in CASES if case[1] == kind]
            assert sum(counts) > 30, (kind, name, counts)
            assert np.count_nonzero(counts) > 1, (kind, name, counts)


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_a_form_sees_plans_as_its_own_points(seed: int, kind: str) -> None:
    """What the other tests take for a plan's point in a form breaks no row of that form."""
    problem = form_of(seed, kind).problem
    for plan in plans(seed):
        x = seen(seed, kind) @ plan
        assert worst(problem, x) < ROUNDING
        assert (x <= problem.upper + ROUNDING * np.maximum(1.0, problem.upper)).all()


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_no_plan_breaks_a_cut(seed: int, kind: str) -> None:
    """Plans that are best for the study's money, or for random money, keep all cuts found anywhere."""
    for name, cuts in cuts_of(seed, kind).items():
        for number, plan in enumerate(plans(seed)):
            broken = excess(cuts, seen(seed, kind) @ plan)
            assert broken.max(initial=0.0) < ROUNDING, (name, number)


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_nothing_is_found_at_plans(seed: int, kind: str) -> None:
    """At a plan there is nothing to cut off; at other points there is, and only rows that are broken."""
    cutter = FormCutter.of(form_of(seed, kind))
    assert not any(len(cutter.cuts(seen(seed, kind) @ plan)) for plan in plans(seed))
    for x in points(seed, kind)[::3]:
        found = cutter.cuts(x)
        assert (sides(found) @ x > found.upper).all()
    assert len(cuts_of(seed, kind)[ALL]) > 10


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_the_plan_that_strains_a_cut_most_keeps_it(seed: int, kind: str) -> None:
    """For some cuts of each kind: the most that any plan makes of the left side is within the limit."""
    problem, view = planned(seed), seen(seed, kind)
    for name, cuts in cuts_of(seed, kind).items():
        for row in chosen(cuts, MOST, abs(seed)):
            side = (sides(kept(cuts, np.array([row]))) @ view).ravel()
            size = np.abs(side).max()
            most = solve_here(replace(problem, cost=-side / size, offset=0.0), options=EXACT)
            assert most.status is Status.OPTIMAL
            assert -most.bound * size <= cuts.upper[row] + ROUNDING * size, (name, row)


@pytest.mark.parametrize("seed", TINY)
def test_the_best_plan_is_not_cut_off(seed: int) -> None:
    """With all cuts that were found the best of the yearly form is what it was, though `used` is free."""
    form = form_of(seed, "yearly")
    alone = solve_here(form.problem, options=EXACT)
    among = solve_here(form.with_cuts(cuts_of(seed, "yearly")[ALL]).problem, options=EXACT)
    assert alone.status is among.status is Status.OPTIMAL
    assert among.objective == pytest.approx(alone.objective, rel=1e-7)


@pytest.mark.parametrize(("seed", "kind"), [case for case in CASES if case[0] in TINY])
def test_no_relaxation_with_cuts_promises_less_than_the_best_plan(seed: int, kind: str) -> None:
    """The bound of each form's relaxation with cuts is between that without and the best plan."""
    best = solve_here(form_of(seed, "yearly").problem, options=EXACT).objective
    form = form_of(seed, kind)
    plain = solve_here(replace(form.problem, integer=np.zeros_like(form.problem.integer)))
    found = tight(form.problem, FormCutter.of(form))
    assert found.cuts is not None
    assert found.row_duals is not None
    bound = bound_of(with_cuts(form.problem, found.cuts), found.row_duals)
    assert plain.objective < bound <= best + 1e-7 * abs(best)

"""First-order steps: bounds hold and come near the optimum, with cuts and without, whatever is given."""

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from lynchpin.solve import Problem, Progress, SolveOptions, Status, solve_here
from lynchpin.solve.contracts import Trail, Vector, with_cuts
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.driver import drive
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.job import job_of
from lynchpin.solve.pdhg.scaling import SAFE, Scaled
from lynchpin.solve.pdhg.steps import Steps
from tests.solve.cuts.cases import form_of, relaxed, tight
from tests.solve.problems import random_problem, state

PDHG = SolveOptions(method="pdhg")


def linear(seed: int) -> Problem:
    """Return a small linear problem with limits on every column, of numbers of very different size."""
    random = np.random.default_rng(seed)
    table = random.uniform(0.0, 1.0, (6, 9)) * (random.uniform(0, 1, (6, 9)) < 0.5)
    table *= 10.0 ** random.integers(-2, 4, (6, 1))
    room = table.sum(axis=1) * random.uniform(0.2, 0.6, 6)
    cost = -random.uniform(0.1, 1.0, 9) * 10.0 ** random.integers(0, 3, 9)
    return state(cost, table, upper=1.0, at_most=room, at_least=-np.inf)


@pytest.mark.parametrize("seed", range(12))
def test_a_bound_holds_and_is_near_the_optimum(seed: int) -> None:
    """What steps prove is never above the optimum of simplex, and within a hundred-thousandth of it."""
    problem = linear(seed)
    best, rough = solve_here(problem), drive(job_of(problem, PDHG, None))
    assert rough.status is Status.LIMIT
    assert rough.x is None
    assert "rough" in rough.reason
    assert rough.bound <= best.objective + 1e-9 * abs(best.objective)
    assert rough.bound == pytest.approx(best.objective, rel=1e-5)
    assert rough.row_duals is not None
    assert bound_of(problem, rough.row_duals) == pytest.approx(rough.bound, rel=1e-12)


@pytest.mark.parametrize("seed", (6, 9, 12))
def test_rounds_come_near_the_relaxation_with_cuts(seed: int) -> None:
    """Bounds are told round by round, never fall, close much of what cuts close, and can be proven again."""
    form, told = form_of(seed, "all peaks"), list[float]()
    cutter = FormCutter.of(form)
    exact = tight(form.problem, cutter, SolveOptions(method="simplex"))
    loose = solve_here(relaxed(form.problem))

    def report(progress: Progress, x: Vector | None) -> None:
        assert x is None
        assert progress.trail is not None
        told.append(progress.bound)

    found = tight(form.problem, cutter, PDHG, report=report)
    assert sorted(told) == told
    assert found.cuts is not None
    assert found.row_duals is not None
    assert bound_of(with_cuts(form.problem, found.cuts), found.row_duals) == pytest.approx(
        found.bound, rel=1e-9
    )
    whole = solve_here(form.problem, options=SolveOptions(gap=1e-9))
    closed = exact.objective - loose.objective
    assert closed > 0
    assert found.bound > loose.objective + 0.5 * closed
    assert found.bound <= whole.objective + 1e-6 * abs(found.bound)


def test_a_problem_without_a_solution_is_told_so() -> None:
    """Duals that prove more than the limits of the columns allow prove that there is no solution."""
    found = drive(job_of(state([-1, -1], [[1, 1]], upper=1.0, at_least=5.0), PDHG, None))
    assert found.status is Status.INFEASIBLE
    assert found.bound == math.inf


def test_a_column_without_a_limit_costs_the_bound_and_nothing_else() -> None:
    """Where a column has no limit and its reduced cost the wrong sign, nothing is proven or raised."""
    found = drive(job_of(state([-1, 1], [[1, -1]], at_most=1.0), PDHG, None))
    assert found.status is Status.LIMIT
    assert found.bound <= 1.0


def test_a_limit_and_a_wish_to_stop_end_the_steps() -> None:
    """Steps end at the time limit, and when they are asked to, with what was proven until then."""
    form = form_of(6, "all peaks")
    problem, cutter = relaxed(form.problem), FormCutter.of(form)
    limited = drive(job_of(problem, replace(PDHG, time_limit=0.05), None, cutter=cutter))
    assert limited.status is Status.LIMIT
    began = time.monotonic()
    asked = drive(job_of(problem, PDHG, None, cutter=cutter), asked=lambda: True)
    assert time.monotonic() - began < 2
    assert asked.status is Status.LIMIT
    assert asked.bound <= solve_here(problem).objective


@pytest.mark.parametrize("shape", [(1, 3), (2, 2), (0, 0)])
def test_a_trail_that_does_not_fit_is_not_used(shape: tuple[int, int]) -> None:
    """A point of another form changes nothing."""
    problem = linear(1)
    plain = drive(job_of(problem, PDHG, None))
    hinted = drive(job_of(problem, PDHG, None, trail=Trail(points=np.ones(shape), basis=None)))
    assert hinted.bound == plain.bound


def test_a_trail_is_where_steps_begin() -> None:
    """From the point where an equal problem ended, few steps prove what many did."""
    problem = linear(2)
    begun = Steps(problem)
    begun.run(20_000, stopped=lambda: False)
    again = Steps(problem)
    again.begin(begun.x, begun.duals)
    assert bound_of(problem, again.duals) == pytest.approx(bound_of(problem, begun.duals), rel=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_scaling_can_be_taken_back_and_bounds_the_norm(seed: int) -> None:
    """A scaled problem is the problem in other units, and steps of its length contract."""
    problem = random_problem(seed, mixed_integer=False)
    scaled = Scaled.of(problem)
    table = np.zeros(problem.matrix.shape)
    start, column, value = scaled.rows
    for row in range(len(table)):
        here = slice(start[row], start[row + 1])
        np.add.at(table[row], column[here], value[here])
    plain = np.asarray(problem.matrix.todense())  # type: ignore[attr-defined]  # scipy's, not in the protocol
    cost, _, _, _, _ = scaled.limits
    factor = np.outer(1 / scaled.of_y, 1 / scaled.of_x)
    filled = plain != 0
    ratio = (plain[filled] * 1.0) / (table[filled] * factor[filled])
    assert ratio == pytest.approx(np.full(len(ratio), ratio[0]) if len(ratio) else ratio)
    assert np.flatnonzero(cost).tolist() == np.flatnonzero(problem.cost).tolist()
    if filled.any():
        assert scaled.step * np.linalg.norm(table, 2) < 1.0
        assert scaled.step * np.linalg.norm(table, 2) == pytest.approx(SAFE, rel=0.03)


def test_steps_are_the_same_every_time() -> None:
    """No clock and no chance decides what steps reach."""
    problem = linear(3)
    points = []
    for _ in range(2):
        steps = Steps(problem)
        steps.run(500, stopped=lambda: False)
        points.append((steps.x.tobytes(), steps.duals.tobytes()))
    assert points[0] == points[1]

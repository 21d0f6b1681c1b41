"""What is left of a problem when columns are held has the same best value, and its points lead back."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.solve import Problem, Status
from lynchpin.solve.contracts import Vector
from lynchpin.solve.shrink import shrunk
from tests.solve.problems import random_problem, state, violation
from tests.solve.split.cases import best, feasible_point, form_of


def held(problem: Problem, seed: int) -> tuple[Vector, Vector]:
    """Return bounds that hold a random part of the columns, mostly at whole numbers within their own."""
    random = np.random.default_rng(seed)
    low = np.maximum(problem.lower, -3.0)
    high = np.minimum(problem.upper, low + 6.0)
    at = np.clip(np.round(low + random.random(len(low)) * (high - low)), low, high)
    chosen = random.random(len(low)) < random.random()
    return np.where(chosen, at, problem.lower), np.where(chosen, at, problem.upper)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 20), st.booleans())
def test_the_best_value_stays(seed: int, draw: int, mixed_integer: bool) -> None:
    """Shrunk or not, a problem with held columns ends alike, and its best point is one of the whole."""
    problem = random_problem(seed, mixed_integer=mixed_integer)
    lower, upper = held(problem, draw)
    whole = replace(problem, lower=lower, upper=upper)
    small, known = shrunk(problem, lower, upper), best(whole)
    if small.problem is None:
        assert known.status is Status.INFEASIBLE
        return
    found = best(small.problem)
    ends = {Status.INFEASIBLE, Status.UNBOUNDED}
    assert found.status is known.status or {found.status, known.status} <= ends
    if found.x is not None and found.status is Status.OPTIMAL:
        assert found.objective == pytest.approx(known.objective, rel=1e-6, abs=1e-6)
        assert violation(whole, small.whole(found.x)) <= 1e-6
        again = problem.offset + problem.cost @ small.whole(found.x)
        assert again == pytest.approx(found.objective, rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2000), st.integers(0, 20))
def test_the_way_back_is_the_way_there(seed: int, draw: int) -> None:
    """A solution of the whole, cut down to the columns that are left, comes back as it was."""
    problem = random_problem(seed, mixed_integer=True)
    lower, upper = held(problem, draw)
    small, known = shrunk(problem, lower, upper), best(replace(problem, lower=lower, upper=upper))
    if known.status is not Status.OPTIMAL or known.x is None:
        return
    assert small.whole(known.x[small.columns]) == pytest.approx(known.x, abs=1e-6)
    if small.problem is not None:
        assert violation(small.problem, known.x[small.columns]) <= 1e-5


def test_a_held_column_takes_what_hangs_on_it() -> None:
    """With a choice at nought, the flows that it allows are nought too, and nothing of the rows is left."""
    problem = state([1.0, -2.0, -3.0], [[-4.0, 1.0, 1.0]], upper=[1.0, 4.0, 4.0], at_most=0.0)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    upper[0] = 0.0
    small = shrunk(problem, lower, upper)
    assert len(small.columns) == len(small.rows) == 0
    assert small.whole(np.zeros(0)).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("count", [*range(4, 24), 26, 40])
def test_a_contradiction_is_never_solved(count: int) -> None:
    """A chain x[k+1] <= x[k] with its ends held at 0 and 1 has no solution, however long it is."""
    rows = np.eye(count, k=1)[:-1] - np.eye(count)[:-1]
    problem = state([1.0] * count, rows, upper=1.0, integer=True, at_most=0.0)
    lower, upper = problem.lower.copy(), problem.upper.copy()
    upper[0], lower[-1] = 0.0, 1.0
    small = shrunk(problem, lower, upper)
    assert small.problem is None or best(small.problem).status is Status.INFEASIBLE


def test_holding_what_a_row_forbids_is_seen() -> None:
    """Two columns held above what their row allows leave no problem."""
    problem = state([1.0, 1.0], [[1.0, 1.0]], upper=2.0, at_most=3.0)
    assert shrunk(problem, np.array([2.0, 2.0]), np.array([2.0, 2.0])).problem is None
    assert math.isclose(shrunk(problem, np.array([2.0, 1.0]), np.array([2.0, 1.0])).fixed.sum(), 3.0)


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_a_form_with_choices_held_keeps_its_value(seed: int, share: float) -> None:
    """On an aggregate form with some choices held at a point's, value and feasibility stay."""
    problem, x = form_of(seed).problem, feasible_point(form_of(seed), 1)
    chosen = problem.integer & (np.random.default_rng(seed).random(len(x)) < share)
    lower = np.where(chosen, np.round(x), problem.lower)
    upper = np.where(chosen, np.round(x), problem.upper)
    whole, small = replace(problem, lower=lower, upper=upper), shrunk(problem, lower, upper)
    assert small.problem is not None
    assert len(small.columns) < len(x)
    found, known = best(small.problem), best(whole)
    assert found.objective == pytest.approx(known.objective, rel=1e-6)
    assert found.x is not None
    assert violation(whole, small.whole(found.x)) <= 1e-5

"""What duals prove: the formula in fractions, and no optimum below it, wherever the duals come from."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.solve import Status
from lynchpin.solve.evaluate import bound_of
from tests.solve.problems import random_problem, state
from tests.solve.split.cases import SEEDS, best, exact_bound, form_of, relaxed

EIGHTHS = st.integers(-400, 400).map(lambda number: number / 8)
ODD = st.sampled_from([math.nan, math.inf, -math.inf, 0.0, -0.0])
ANY = st.floats(-1e6, 1e6) | ODD


def duals_of(rows: int, each: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    """Return what draws duals for so many rows."""
    return st.lists(each, min_size=rows, max_size=rows).map(np.array)


@settings(max_examples=300, deadline=None)
@given(st.data(), st.integers(0, 500), st.booleans())
def test_the_bound_is_the_formulas(data: st.DataObject, seed: int, mixed_integer: bool) -> None:
    """Recomputed in fractions the bound is the same, but for a rounding that may only lower it."""
    problem = random_problem(seed, mixed_integer=mixed_integer)
    duals = data.draw(duals_of(len(problem.row_lower), EIGHTHS | ODD))
    exact, found = exact_bound(problem, duals), bound_of(problem, duals)
    assert found <= exact
    assert found == -math.inf if exact == -math.inf else found >= exact - 1e-9 * (1e4 + abs(exact))


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(0, 500))
def test_no_duals_prove_more_than_the_optimum(data: st.DataObject, seed: int) -> None:
    """Whatever numbers stand in for duals, NaN and infinite ones too, the optimum is not below the bound."""
    problem = random_problem(seed, mixed_integer=True)
    duals = data.draw(duals_of(len(problem.row_lower), ANY))
    found = best(problem)
    value = {Status.OPTIMAL: found.objective, Status.INFEASIBLE: math.inf}.get(found.status, -math.inf)
    sizes = np.abs(duals[np.isfinite(duals)]).max(initial=1.0)
    assert bound_of(problem, duals) <= value + 1e-9 * (1 + sizes)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1e3, 1e9, 1e16, 1e100, 1e300]))
def test_duals_too_large_for_their_digits_prove_no_more_either(seed: int, size: float) -> None:
    """Where rounding eats what cost says, as between a row and its multiple, the bound gives way."""
    random = np.random.default_rng(seed)
    row, multiple, point, cost = (
        random.random(3),
        random.random() + 0.1,
        4 * random.random(3),
        random.random(3),
    )
    rows = np.array([row, multiple * row])
    problem = state(cost, rows, upper=5.0, at_least=rows @ point, at_most=rows @ point)
    assert bound_of(problem, np.array([size, -size / multiple])) <= cost @ point


@pytest.mark.parametrize("dual", [1e308, -1e308, 1.7e308])
def test_duals_beyond_all_numbers_prove_nothing_wrong(dual: float) -> None:
    """A dual whose products overflow is answered with a bound below the optimum, not with an error."""
    problem = state([1.0, 1.0], [[-10.0, 1.0]], upper=5.0, lower=[0.0, 0.0], at_least=-4.0)
    assert bound_of(problem, np.array([dual])) <= 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_the_roots_duals_prove_the_roots_value(seed: int) -> None:
    """On an aggregate form, optimal duals prove the relaxation's value, and spoilt ones only less."""
    problem = relaxed(form_of(seed).problem)
    root = best(problem)
    assert root.row_duals is not None
    assert bound_of(problem, root.row_duals) == pytest.approx(root.objective, rel=1e-7)
    random = np.random.default_rng(seed)
    for size in (1e-3, 1.0, 1e3):
        spoilt = root.row_duals + size * random.normal(size=len(root.row_duals))
        spoilt[random.random(len(spoilt)) < 0.01] = math.nan
        assert bound_of(problem, spoilt) <= root.objective + 1e-6 * abs(root.objective)


def test_a_column_without_a_limit_that_it_needs_proves_nothing() -> None:
    """Nothing is proven where a price leaves an endless column worth having; at the right price all is."""
    problem = state([1.0, 2.0], [[1.0, 1.0]], at_least=3.0)
    assert bound_of(problem, np.array([1.5])) == -math.inf
    assert bound_of(problem, np.array([1.0])) == pytest.approx(3.0)


def test_a_dual_of_the_wrong_sign_counts_as_none() -> None:
    """A row without an upper limit has no negative price."""
    problem = state([1.0, 2.0], [[1.0, 1.0]], upper=5.0, at_least=3.0)
    for wrong in (-7.0, -math.inf, math.nan):
        assert bound_of(problem, np.array([wrong])) == pytest.approx(0.0)

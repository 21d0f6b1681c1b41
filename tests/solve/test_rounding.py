"""Integral columns are rounded and fixed before a value is believed."""

import numpy as np
import pytest

from lynchpin.errors import SolveError
from lynchpin.solve import round_and_fix, solve_here
from tests.solve.problems import knapsack, random_problem, state


def test_a_leak_through_a_nearly_closed_binary_is_stopped():
    """With flow <= 1e9 · open, a thousand flow through open = 1e-6; rounded and solved again, none do."""
    problem = state([-1, 100], [[1, -1e9]], upper=[1000, 1], integer=[False, True], at_most=0.0)
    fixed = round_and_fix(problem, np.array([1000.0, 1e-6]))
    answer = solve_here(fixed)
    assert not fixed.is_mixed_integer
    assert answer.objective == pytest.approx(0)
    assert answer.row_duals is not None


def test_fixing_an_optimum_keeps_its_value():
    """The linear problem that is left has the optimum of the mixed-integer one."""
    compared = 0
    for seed in range(40):
        problem = random_problem(seed, mixed_integer=True)
        answer = solve_here(problem)
        if answer.x is not None and problem.is_mixed_integer:
            again = solve_here(round_and_fix(problem, answer.x))
            assert again.objective == pytest.approx(answer.objective, abs=1e-5), seed
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("value", [0.5, 0.9998, np.nan])
def test_a_column_that_is_not_integral_is_named(value):
    """The worst column and its value are in the message."""
    problem = knapsack(column_name=["tyre", "cell", "case", "drive"].__getitem__)
    with pytest.raises(SolveError, match=rf"case.*{value}"):
        round_and_fix(problem, np.array([0.99995, 0.0, value, 1.0]))


def test_a_rounded_value_past_its_limits_is_named():
    """Rounding 0.4 at most 0.4 up or down must stay within the limits."""
    problem = state([1], [[1]], lower=0.5, upper=2.5, integer=True)
    with pytest.raises(SolveError, match=r"column 0.*past its limits"):
        round_and_fix(problem, np.array([2.99999]))


def test_the_given_problem_is_left_as_it_was():
    """Fixing returns a new problem."""
    problem = knapsack()
    round_and_fix(problem, np.array([0.0, 1.0, 0.0, 1.0]))
    assert problem.is_mixed_integer
    assert list(problem.upper) == [1, 1, 1, 1]

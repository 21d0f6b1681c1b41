"""Steps on some columns: they end where steps on all do, whatever was left out at first."""

from dataclasses import replace

import numpy as np
import pytest

from lynchpin.solve import Problem, solve_here
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.pdhg import sifted
from lynchpin.solve.pdhg.sifted import Sifted
from lynchpin.solve.pdhg.steps import Steps
from tests.solve.cuts.cases import form_of, relaxed
from tests.solve.problems import state

SEEDS = (1, 6, 9)


def stood(problem: Problem, count: int) -> Steps:
    """Return steps of a problem, so many from nought."""
    steps = Steps(problem)
    steps.run(count, stopped=lambda: False)
    return steps


def after(problem: Problem, steps: Steps, count: int) -> Sifted:
    """Return steps on some columns of a problem, so many from where others stand."""
    some = Sifted(problem, steps.x, steps.duals, weight=steps.weight, taken=steps.taken)
    some.run(count, stopped=lambda: False)
    return some


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_on_some_columns_end_where_steps_on_all_do(seed: int) -> None:
    """From a rough point, the bound of the whole problem comes as near to its optimum."""
    problem = relaxed(form_of(seed, "all peaks").problem)
    best = solve_here(problem).objective
    steps = stood(problem, 2000)
    some = after(problem, steps, 8000)
    assert some.left_out > 0.2 * len(problem.cost)
    assert some.x == pytest.approx(np.clip(some.x, problem.lower, problem.upper), abs=1e-9)
    assert bound_of(problem, some.duals) <= best + 1e-9 * abs(best)
    assert bound_of(problem, some.duals) == pytest.approx(best, rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_that_were_left_out_wrongly_come_back(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where costs change after the choice, columns that now pay are taken; without a look they are not."""
    problem = relaxed(form_of(seed, "all peaks").problem)
    steps = stood(problem, 6000)
    other = replace(problem, cost=np.where(problem.cost > 0, 0.5 * problem.cost, problem.cost))
    best = solve_here(other).objective
    assert bound_of(other, after(other, steps, 12_000).duals) == pytest.approx(best, rel=2e-3)
    monkeypatch.setattr(sifted, "COSTS", np.inf)
    assert bound_of(other, after(other, steps, 12_000).duals) < best - 0.1 * abs(best)


def test_nothing_may_be_left_and_a_column_without_limits_never_leaves() -> None:
    """Where every column is sure the duals stay; one without an upper limit is kept, whatever its cost."""
    sure = state([1.0, 2.0], [[1.0, 1.0]], upper=1.0, at_most=2.0)
    some = Sifted(sure, np.zeros(2), np.zeros(1), weight=1.0, taken=0)
    some.run(100, stopped=lambda: False)
    assert some.left_out == 2
    assert some.x.tolist() == [0.0, 0.0]
    assert bound_of(sure, some.duals) == 0.0
    free = state([1.0, 2.0], [[1.0, 1.0]], upper=[np.inf, 1.0], at_most=2.0)
    kept = Sifted(free, np.zeros(2), np.zeros(1), weight=1.0, taken=0)
    kept.run(100, stopped=lambda: False)
    assert kept.left_out == 1
    assert bound_of(free, kept.duals) == 0.0

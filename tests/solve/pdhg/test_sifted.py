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

"""The problems that the location engine is measured on are what their recipes say, each time."""

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.specification.__main__ import gap, mean, solved
from benchmarks.specification.generate import koerkel_ghosh, medians, options, specifications
from benchmarks.specification.problem import Problem
from benchmarks.specification.suites import HARD, suite


def table(problem: Problem) -> np.ndarray:
    """Return costs, facilities × clients, infinite where there is no arc."""
    cost = np.full((problem.facilities, problem.clients), np.inf)
    cost[problem.facility, problem.client] = problem.cost
    return cost


@pytest.mark.parametrize(
    "make",
    [
        lambda: specifications(needs=80, attributes=3, seed=5),
        lambda: specifications(needs=80, attributes=3, seed=5, levels=4),
        lambda: options(needs=60, options=7, seed=5, scale=0.01),
        lambda: koerkel_ghosh(size=30, price="b", symmetric=True, seed=5),
        lambda: medians(nodes=60, count=5, seed=5),
    ],
)
def test_a_seed_gives_the_same_problem(make: Callable[[], Problem]) -> None:
    """Two calls give equal arrays, and all costs are whole numbers of 0 or more."""
    one, two = make(), make()
    for name in ("client", "facility", "cost", "opening"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert (one.cost >= 0).all() and (one.cost % 1 == 0).all() and (one.opening % 1 == 0).all()


@pytest.mark.parametrize("levels", [0, 3])
def test_what_can_serve_is_a_dominance_graph(levels: int) -> None:
    """Everybody serves itself for nothing, and whoever serves those that serve me serves me."""
    serves = np.isfinite(table(specifications(needs=60, attributes=3, seed=2, levels=levels)))
    assert serves.diagonal().all()
    assert (serves >= (serves.astype(int) @ serves.astype(int) > 0)).all()


def test_options_are_distinct_and_one_has_them_all() -> None:
    """No two specifications serve the same needs, and the full one serves everybody."""
    serves = np.isfinite(table(options(needs=100, options=8, seed=2, scale=0.01)))
    assert np.unique(serves, axis=0).shape == serves.shape
    assert serves.all(1).any()


def test_the_recipe_of_koerkel_and_ghosh() -> None:
    """Costs from 1000 to 2000, openings of the class, symmetric where asked for."""
    problem = koerkel_ghosh(size=40, price="c", symmetric=True, seed=1)
    cost = table(problem)
    assert 1000 <= cost.min() < 1050 and 1950 < cost.max() <= 2000
    assert problem.opening.min() >= 10_000 and problem.opening.max() <= 20_000
    assert np.array_equal(cost, cost.T)
    other = table(koerkel_ghosh(size=40, price="a", symmetric=False, seed=1))
    assert not np.array_equal(other, other.T)


def test_medians_are_distances() -> None:
    """Every node reaches every other, symmetric, and no detour is shorter."""
    problem = medians(nodes=50, count=4, seed=1)
    cost = table(problem)
    assert np.isfinite(cost).all() and np.array_equal(cost, cost.T) and not cost.diagonal().any()
    assert all((cost <= cost[:, k, None] + cost[None, k]).all() for k in range(50))
    assert problem.exactly == 4


def test_the_hard_suite_is_as_large_as_it_should_be() -> None:
    """Distinct sets of 9 to 14 options, 300 to 4,000 of them."""
    assert HARD[0][:2] == (300, 9)
    assert (min(needs for needs, _, _ in HARD), max(needs for needs, _, _ in HARD)) == (300, 4000)
    assert len(suite("hard")) == len(HARD)


def test_gaps_and_means() -> None:
    """Whole costs less than one apart are proven; without a solution the gap is all of it."""
    assert gap({"value": 200.0, "bound": 199.01}) == 0 and solved({"value": 200.0, "bound": 199.01})
    assert gap({"value": 200.0, "bound": 190.0}) == 0.05
    assert gap({"value": np.inf, "bound": 190.0}) == 1
    assert mean([1.0, 100.0]) == pytest.approx(10)

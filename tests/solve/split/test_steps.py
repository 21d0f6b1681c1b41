"""Steps at a point: what they return is a point of the form again, and one that is not worse."""

from typing import Any, cast

import numpy as np
import pytest

from lynchpin.solve import Solution
from lynchpin.solve.contracts import Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.split.blocks import PLANTS
from lynchpin.solve.split.neighbourhoods import Neighbourhoods
from lynchpin.solve.split.steps import Step, family_step, held, plant_step, priced_step
from lynchpin.solve.structure import CHOICES
from tests.solve.problems import violation
from tests.solve.split.cases import (
    SEEDS,
    best,
    blocks_of,
    feasible_point,
    form_of,
    ladder_form,
    relaxed,
)

FEASIBLE = 1e-5  # in the units of a row


def case(seed: int | str) -> tuple[Form, Vector]:
    """Return a form and a point of it that is far from the best."""
    form = ladder_form(4) if seed == "ladder" else form_of(cast(int, seed))
    return form, feasible_point(form, 0)


def solved(step: Step) -> Solution:
    """Return the best point of a step, which has one."""
    assert step.problem is not None
    found = best(step.problem)
    assert found.x is not None
    return found


def assert_not_worse(form: Form, before: Vector, after: Vector) -> None:
    """Assert that a point is one of the form and costs no more than another one."""
    cost = form.problem.cost
    assert violation(form.problem, after) <= FEASIBLE
    assert cost @ after <= cost @ before + 1e-6 * abs(cost @ before) + 1e-6


@pytest.mark.parametrize("seed", [*SEEDS, "ladder"])
def test_a_family_step_leaves_the_plants_and_is_not_worse(seed: int | str) -> None:
    """With shortage as dear as can be, each family's step is a better point, its other columns untouched."""
    form, x = case(seed)
    blocks = blocks_of(form)
    prices = np.full(len(form.problem.row_lower), 10.0 * np.abs(form.problem.cost).max())
    everything = np.ones(len(x), dtype=np.bool_)
    for family in range(1, blocks.count):
        after = _stepped(form, x, family, prices, everything)
        others = blocks.owner != family
        assert after[others] == pytest.approx(x[others], rel=1e-7, abs=1e-6)
        assert_not_worse(form, x, after)
        x = after


def _stepped(form: Form, x: Vector, family: int, prices: Vector, kernel: Any) -> Vector:
    """Return where the step of a family leads."""
    step = family_step(blocks_of(form), family, x, prices, kernel)
    return step.whole(solved(step).x)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_family_step_at_the_roots_prices_costs_no_more_shortage_included(seed: int) -> None:
    """At the prices that are used, shortage is paid for, so the step's own value is at most the point's."""
    form, x = case(seed)
    blocks, root = blocks_of(form), best(relaxed(form.problem))
    assert root.row_duals is not None
    kernel = np.zeros(len(x), dtype=np.bool_)
    for family in range(1, blocks.count):
        step = family_step(blocks, family, x, root.row_duals, kernel)
        now = form.problem.cost[blocks.columns[family]] @ x[blocks.columns[family]]
        found = solved(step)
        assert found.objective <= now + 1e-6 * abs(now) + 1e-6
        after = step.whole(found.x)
        unused = (blocks.owner == family) & (x <= 0) & (form.problem.lower <= 0)
        assert (after[unused] == 0.0).all(), "without a kernel only what the point uses may be used"


@pytest.mark.parametrize("seed", [*SEEDS, "ladder"])
def test_a_plant_step_keeps_the_variants_and_is_not_worse(seed: int | str) -> None:
    """Models that stay keep the variants and suppliers that they had, and the point is a better one."""
    form, x = case(seed)
    step = plant_step(form, x)
    after = step.whole(solved(step).x)
    assert_not_worse(form, x, after)
    use = form.built.columns["use"].frame["model"].to_numpy()
    used, uses = x[form.place["use"]] > 0.5, after[form.place["use"]] > 0.5
    had = np.isin(use, use[used])
    assert not (uses & had & ~used).any()


@pytest.mark.parametrize("seed", [*SEEDS, "ladder"])
def test_a_neighbourhood_holds_the_rest_and_is_not_worse(seed: int | str) -> None:
    """Choices that are not free stay what they are, and the point of every neighbourhood is a better one."""
    form, x = case(seed)
    around = Neighbourhoods(form, 1)
    for _ in range(5):
        name, free = around.next(x)
        step = held(form.problem, x, free)
        after = step.whole(solved(step).x)
        assert_not_worse(form, x, after)
        assert name
        for choice in CHOICES:
            place = form.place[choice]
            stay = ~free[place]
            assert np.array_equal(after[place][stay], np.round(x[place][stay]))
        x = after


def test_neighbourhoods_are_the_seeds_and_grow_with_success() -> None:
    """The same seed draws the same, another one something else; solved ones grow to all models at most."""
    form, x = case("ladder")
    first, again, other = (Neighbourhoods(form, seed) for seed in (3, 3, 4))
    draws = [[around.next(x) for _ in range(8)] for around in (first, again, other)]
    assert [name for name, _ in draws[0]] == [name for name, _ in draws[1]]
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(draws[0], draws[1], strict=True))
    assert [name for name, _ in draws[0]] != [name for name, _ in draws[2]]
    models = form.built.instance.frames["models"].height
    for _ in range(20):
        first.settle(solved=True)
    _, free = first.next(x)
    assert free[form.place["launched"]].all()
    assert first.size == models
    for _ in range(40):
        first.settle(solved=False)
    assert first.size < models


@pytest.mark.parametrize("seed", SEEDS)
def test_blocks_at_prices_give_points_of_their_own_columns(seed: int) -> None:
    """First points are within the limits of their blocks, and the best there is at those prices."""
    form, _ = case(seed)
    blocks, root = blocks_of(form), best(relaxed(form.problem))
    assert root.row_duals is not None
    everything = np.ones(len(form.problem.cost), dtype=np.bool_)
    for block in range(blocks.count):
        step = priced_step(blocks, block, root.row_duals, everything)
        found = solved(step)
        priced = blocks.priced(block, root.row_duals)
        assert violation(priced, step.whole(found.x)) <= FEASIBLE
        assert found.objective == pytest.approx(best(priced).objective, rel=1e-6, abs=1e-6)
    empty = priced_step(blocks, PLANTS + 1, root.row_duals, ~everything)
    if empty.problem is not None:
        assert len(empty.shrunk.columns) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_start_says_the_choices_and_nothing_else(seed: int) -> None:
    """What a point says to a step are the values of its whole numbers; the rest is unknown."""
    form, x = case(seed)
    step = plant_step(form, x)
    assert step.problem is not None
    start = step.start(x, step.problem.integer)
    known = ~np.isnan(start)
    assert np.array_equal(known, step.problem.integer)
    assert np.array_equal(start[known], x[step.shrunk.columns][known])

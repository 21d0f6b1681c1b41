"""Blocks: every column has one owner, the links are the rest, and at any prices the parts prove a bound."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.solve import Problem, Status
from lynchpin.solve.contracts import Vector
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.split.blocks import PLANTS, Blocks
from lynchpin.solve.split.parts import IMPLIED
from tests.solve.problems import random_problem, violation
from tests.solve.split.cases import SEEDS, best, blocks_of, feasible_point, form_of, ladder_form, relaxed

OF_FAMILIES = ("use", "used", "nominate", "tooled", "buy", "buy_peak", "mode", "volume")
OF_PLANTS = ("launched_programme", "launched", "allocate", "open", "sell", "ship")


def at_prices(blocks: Blocks, duals: Vector, *, linear: bool) -> float:
    """Return the bound that the blocks prove when each is searched to its end."""
    total = blocks.constant(duals)
    for block in range(blocks.count):
        problem = blocks.priced(block, duals)
        found = best(relaxed(problem) if linear else problem)
        total += np.inf if found.status is Status.INFEASIBLE else found.bound
    return total


def touched(problem: Problem, owner: Vector) -> list[set[int]]:
    """Return the owners of each row's columns, by looking at every entry."""
    found: list[set[int]] = [set() for _ in problem.row_lower]
    table = cast(Any, problem.matrix).tocoo()
    for row, column in zip(*table.coords, strict=True):
        found[row].add(int(owner[column]))
    return found


@pytest.mark.parametrize("seed", [*SEEDS, "ladder"])
def test_every_column_has_one_owner_and_the_links_have_several(seed: int | str) -> None:
    """Columns are shared out without rest; a row is a block's, a link, or has no columns."""
    form = ladder_form(4) if seed == "ladder" else form_of(cast(int, seed))
    blocks = blocks_of(form)
    assert np.array_equal(np.sort(np.concatenate(blocks.columns)), np.arange(len(form.problem.cost)))
    known = touched(form.problem, blocks.owner)
    assert blocks.links.tolist() == [row for row, owned in enumerate(known) if len(owned) > 1]
    for block, rows in enumerate(blocks.rows):
        assert rows.tolist() == [row for row, owned in enumerate(known) if owned == {block}]
        assert (blocks.owner[blocks.columns[block]] == block).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_belong_to_their_family_and_cars_to_the_plants(seed: int) -> None:
    """Whatever names a variant is its family's; launches, allocations and cars are the plants'."""
    form = form_of(seed)
    blocks, families = blocks_of(form), form.built.instance.names["family"]
    assert blocks.count == 1 + len(families)
    of_variant = dict(form.built.instance.frames["use"].select("variant", "family").unique().iter_rows())
    for name, place in form.place.items():
        frame, owner = form.built.columns[name].frame, blocks.owner[place]
        if name in OF_PLANTS:
            assert (owner == PLANTS).all(), name
        if name in OF_FAMILIES and "variant" in frame.columns:
            rows = frame["variant"].to_list()
            assert owner.tolist() == [1 + of_variant[variant] if variant >= 0 else PLANTS for variant in rows]


@pytest.mark.parametrize("seed", [*SEEDS, "ladder"])
def test_rows_that_are_left_out_are_kept_by_every_whole_point(seed: int | str) -> None:
    """Whole numbers that keep the other rows keep the implied ones too: nothing is lost without them."""
    form = ladder_form(4) if seed == "ladder" else form_of(cast(int, seed))
    left_out = np.isin(form.tags.astype(str), IMPLIED)
    lean = form.without(*IMPLIED)
    assert left_out.any()
    assert len(lean.problem.row_lower) == len(form.problem.row_lower) - left_out.sum()
    for draw in range(3):
        assert violation(form.problem, feasible_point(lean, draw)) <= 1e-5


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(0, 500), st.booleans())
def test_at_any_prices_the_blocks_prove_no_more_than_the_optimum(
    data: st.DataObject, seed: int, linear: bool
) -> None:
    """Shared out in any way, at any prices, the parts' best values and the constant are a bound."""
    problem = random_problem(seed, mixed_integer=not linear)
    numbers = st.floats(-20, 20) | st.sampled_from([np.nan, np.inf, -np.inf, 0.0])
    columns, rows = len(problem.cost), len(problem.row_lower)
    owner = np.array(data.draw(st.lists(st.integers(0, 2), min_size=columns, max_size=columns)))
    duals = np.array(data.draw(st.lists(numbers, min_size=rows, max_size=rows)))
    known = best(problem)
    if known.status is Status.OPTIMAL:
        found = at_prices(Blocks.of(problem, owner), duals, linear=linear)
        assert found <= known.objective + 1e-5 * (1 + abs(known.objective))


@pytest.mark.parametrize("seed", SEEDS)
def test_at_the_roots_prices_the_parts_prove_the_roots_value(seed: int) -> None:
    """Linear parts at optimal duals add up to the root; searched in whole numbers they prove no less."""
    problem, blocks = form_of(seed).problem, blocks_of(form_of(seed))
    root, whole = best(relaxed(problem)), best(problem)
    assert root.row_duals is not None
    slack = 1e-6 * abs(root.objective)
    assert at_prices(blocks, root.row_duals, linear=True) == pytest.approx(root.objective, rel=1e-6)
    searched = at_prices(blocks, root.row_duals, linear=False)
    assert root.objective - slack <= searched <= whole.objective + slack


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("size", [0.1, 3.0])
def test_at_spoilt_prices_a_form_is_bounded_still(seed: int, size: float) -> None:
    """Prices far from any optimum prove less, and never more, on a form as on a toy."""
    problem, blocks = form_of(seed).problem, blocks_of(form_of(seed))
    root = best(relaxed(problem))
    assert root.row_duals is not None
    spoilt = root.row_duals * np.random.default_rng(seed).normal(1.0, size, len(root.row_duals))
    linear, searched = (at_prices(blocks, spoilt, linear=linear) for linear in (True, False))
    slack = 1e-6 * (abs(root.objective) + abs(searched))
    assert bound_of(problem, spoilt) <= linear + slack
    assert linear <= searched + slack
    assert searched <= best(problem).objective + slack


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("draw", range(3))
def test_what_a_block_keeps_of_the_links_cuts_off_no_point(seed: int, draw: int) -> None:
    """A point of the whole, whatever it is worth, is a point of every block with its part of the links."""
    form = form_of(seed)
    blocks, x = blocks_of(form), feasible_point(form, draw)
    duals = np.random.default_rng(draw).normal(size=len(form.problem.row_lower))
    kept = 0
    for block in range(blocks.count):
        part = blocks.priced(block, duals)
        kept += len(part.row_lower) - len(blocks.rows[block])
        assert violation(part, x[blocks.columns[block]]) <= 1e-5
    assert kept > 0


@settings(max_examples=100, deadline=None)
@given(st.data(), st.integers(0, 500))
def test_the_blocks_value_at_a_point_is_the_wholes_less_what_links_cost(
    data: st.DataObject, seed: int
) -> None:
    """At a point, parts and constant make up cost less prices times what rows are over their limits."""
    problem = random_problem(seed, mixed_integer=False)
    columns, rows = len(problem.cost), len(problem.row_lower)
    owner = np.array(data.draw(st.lists(st.integers(0, 2), min_size=columns, max_size=columns)))
    low, high = np.full(rows, 1.0), np.full(rows, 2.0)
    problem = replace(problem, row_lower=low, row_upper=high)
    blocks = Blocks.of(problem, owner)
    duals = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=rows, max_size=rows)), dtype=float)
    x = np.array(data.draw(st.lists(st.integers(-9, 9), min_size=columns, max_size=columns)), dtype=float)
    parts = sum(blocks.priced(block, duals).cost @ x[blocks.columns[block]] for block in range(blocks.count))
    over = (cast(Any, problem.matrix) @ x - np.where(duals > 0, low, high))[blocks.links]
    expected = problem.offset + problem.cost @ x - duals[blocks.links] @ over
    assert parts + blocks.constant(duals) == pytest.approx(expected, abs=1e-9)

"""Designs against trying everything, against the dynamic programme, and against themselves."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from lynchpin.catalogue import design_solve
from lynchpin.catalogue.design import Design, DesignOptions, design
from lynchpin.catalogue.design_tables import knee
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.ladder import ladder
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.errors import SolveError
from tests.catalogue.design_cases import ATTRIBUTES, BASE, best, fits, random_case

QUICK = DesignOptions(frontier=0, time_limit=20, threads=1)


def solved(task: DesignTask, **options: object) -> Design | None:
    """Return the design, or None where nothing serves every model."""
    try:
        return design(task, DesignOptions(**{"frontier": 0, "time_limit": 20, "threads": 1} | options))
    except SolveError:
        return None


def proved(found: Design | None, value: float) -> None:
    """Check that a design is the best there is, and says so."""
    if found is None:
        assert value == np.inf
        return
    assert found.cost == pytest.approx(value, rel=1e-9)
    assert found.bound <= value * (1 + 1e-9)
    assert found.bound == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("seed", range(60))
def test_a_design_is_the_best_of_all(seed: int) -> None:
    """Cost and bound are those of trying every part for every need."""
    case = random_case(seed)
    proved(solved(case.task()), best(case))


@pytest.mark.parametrize("seed", range(60))
def test_a_limit_on_the_number_is_kept(seed: int) -> None:
    """With at most two specifications the best of two is found, or that there is none."""
    case = random_case(seed + 100)
    found = solved(case.task(), at_most=2)
    assert found is None or found.specifications.height <= 2
    proved(found, best(case, at_most=2))


@pytest.mark.parametrize("seed", range(25))
def test_a_design_with_volume_discounts_is_the_best_of_all(seed: int) -> None:
    """Concave cost of volume is exact at the volumes chosen."""
    case = random_case(seed + 200, models=4, discount=True)
    proved(solved(case.task()), best(case))


@pytest.mark.parametrize("seed", range(25))
def test_beyond_saturation_the_bound_stays_true(seed: int) -> None:
    """Where volume no longer lowers cost, lines say too little: the gap is told, the best lies within it."""
    full = VolumeDiscount(rate=0.1, reference=500.0, minimum=100.0, saturation=400.0)
    case = replace(random_case(seed + 250, models=4), discount=full)
    value, found = best(case), solved(case.task())
    assert (found is None) == (value == np.inf)
    if found is not None:
        assert found.bound <= value * (1 + 1e-9)
        assert value <= found.cost * (1 + 1e-9)
        assert found.gap == pytest.approx((found.cost - found.bound) / found.cost if found.cost else 0.0)


@pytest.mark.parametrize("seed", range(25))
def test_generated_joins_do_as_well_as_all_of_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where joins are not listed, those that matter are found and the bound holds for all."""
    monkeypatch.setattr(design_solve, "MOST_JOINS", 1)
    monkeypatch.setattr(design_solve, "first_joins", lambda group: group.demand.max(axis=0, keepdims=True))
    case = random_case(seed + 300, models=5, discount=seed % 2 == 1)
    for at_most in (None, 2):
        proved(solved(case.task(), at_most=at_most), best(case, at_most=at_most))


@pytest.mark.parametrize("seed", range(20))
def test_generating_and_listing_agree_on_larger_tasks(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty needs: both ways have the same cost and bound."""
    task = random_case(seed + 400, models=40, discount=seed % 2 == 1).task()
    listed = solved(task)
    monkeypatch.setattr(design_solve, "MOST_JOINS", 3)
    assert not design_solve.candidates(task, task.needs.merged()[0]).listed
    generated = solved(task)
    assert listed is not None
    assert generated is not None
    assert generated.cost == pytest.approx(listed.cost, rel=1e-9)
    assert generated.bound == pytest.approx(listed.bound, rel=1e-6)


def one_attribute(rng: np.random.Generator, count: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return needs and variants of one attribute."""
    needs = pl.DataFrame(
        {
            "model": [f"m{row}" for row in range(count)],
            "volume": rng.integers(0, 50, count) * 100.0,
            "kw": rng.integers(3, 25, count) * 10.0,
        }
    )
    variants = pl.DataFrame(
        {
            "variant": ["a", "b", "c"],
            "unit_cost": [900.0, 1500.0, 1400.0],
            "engineering_cost": [0.0, 0.0, 1e5],
            "kw": [90.0, 150.0, 250.0],
        }
    )
    return needs, variants


@pytest.mark.parametrize("seed", range(15))
def test_one_attribute_agrees_with_the_dynamic_programme(seed: int) -> None:
    """The frontier of the engine is that of the ladder, point by point."""
    needs, variants = one_attribute(np.random.default_rng(seed), 60)
    attributes = pl.DataFrame({"attribute": ["kw"], "sense": ["at_least"], "cost_per_unit": [8.0]})
    task = DesignTask.of(needs, attributes, variants=variants, engineering_cost=3e5, base_cost=BASE)
    found = design(task, DesignOptions(frontier=6, time_limit=60, threads=1))
    levels = np.unique(needs["kw"].to_numpy())
    exact = ladder(
        needs["kw"].to_numpy(),
        needs["volume"].to_numpy(),
        np.concatenate([variants["kw"].to_numpy(), levels]),
        np.concatenate([variants["unit_cost"].to_numpy(), BASE + 8.0 * levels]),
        np.concatenate([variants["engineering_cost"].to_numpy(), np.full(levels.size, 3e5)]),
        most=6,
    )
    points = found.frontier.filter(pl.col("specifications") <= 6)
    wanted = [exact.cost[count - 1] for count in points["specifications"]]
    assert points["cost"].to_list() == pytest.approx(wanted, rel=1e-9)


def test_a_ladder_by_hand() -> None:
    """Three needs of 1, 2, 3 with 10 pieces each; a rung costs 5 and a piece its height."""
    ones = np.array([1.0, 2.0, 3.0])
    found = ladder(ones, np.full(3, 10.0), ones, ones, np.full(3, 5.0), most=3)
    assert found.cost.tolist() == [95.0, 80.0, 75.0]  # 5 + 90; 10 + 30 + 40 or 10 + 10 + 60; 15 + 60
    assert found.chosen[0] == (2,)
    assert found.chosen[2] == (0, 1, 2)
    assert ladder(ones, np.ones(3), ones[:2], ones[:2], np.ones(2), most=2).cost.tolist() == [np.inf, np.inf]


@pytest.mark.parametrize("seed", range(12))
def test_relations_that_hold_whatever_the_numbers(seed: int) -> None:
    """More candidates, fewer needs or a wider limit never cost more; a frontier never rises."""
    case = random_case(seed + 500, models=8)
    task = case.task()
    free = solved(task)
    assert free is not None
    narrow = solved(task, at_most=2)
    assert narrow is None or narrow.cost >= free.cost * (1 - 1e-9)
    more = (
        [*case.variants, {**case.variants[0], "variant": "cheap", "unit_cost": 1.0}] if case.variants else []
    )
    if more:
        richer = solved(type(case)(case.needs, more, case.engineering, None).task())
        assert richer is not None
        assert richer.cost <= free.cost * (1 + 1e-9)
    fewer = solved(type(case)(case.needs[1:], case.variants, case.engineering, None).task())
    assert fewer is not None
    assert fewer.cost <= free.cost * (1 + 1e-9)
    curve = design(task, DesignOptions(frontier=8, time_limit=60, threads=1)).frontier
    assert curve["cost"].to_list() == sorted(curve["cost"], reverse=True)
    assert curve["cost"][-1] == pytest.approx(free.cost, rel=1e-9)
    assert curve["knee"].sum() == 1


@pytest.mark.parametrize("seed", range(12))
def test_every_table_says_the_same(seed: int) -> None:
    """Users fit what they are given, and pieces, costs and over-specification add up."""
    case = random_case(seed + 600, models=9)
    found = solved(case.task())
    assert found is not None
    values = {row["specification"]: row for row in found.specifications.iter_rows(named=True)}
    needs = {row["model"]: row for row in case.needs}
    for model, name in found.assignment.select("model", "specification").iter_rows():
        assert fits(needs[model], values[name])
    pieces = found.assignment.group_by("specification").agg(pl.sum("pieces"))
    assert dict(pieces.iter_rows()) == pytest.approx({name: row["pieces"] for name, row in values.items()})
    total = sum(row["fixed"] + row["unit_cost"] * row["factor"] * row["pieces"] for row in values.values())
    assert total == pytest.approx(found.cost)
    assert (found.assignment["over_specification"] >= 0).all()
    assert found.one_each is not None
    assert found.cost <= found.one_each * (1 + 1e-9)
    assert len(found.fit) == sum(row[name] is not None for row in case.needs for name in ("kw", "mm", "v"))


def test_the_saving_against_today_is_exact() -> None:
    """Two variants of 10 a piece are replaced by one that volume makes cheaper; by hand."""
    discount = VolumeDiscount(rate=0.2, reference=100.0, minimum=10.0, saturation=1000.0)
    needs = pl.DataFrame(
        {"model": ["a", "b"], "volume": [100.0, 100.0], "kw": [1.0, 2.0], "today": ["x", "y"]}
    )
    variants = pl.DataFrame({"variant": ["x", "y"], "unit_cost": [10.0, 10.0], "kw": [1.0, 2.0]})
    task = DesignTask.of(
        needs,
        pl.DataFrame({"attribute": ["kw"], "sense": ["at_least"]}),
        variants=variants,
        discount=discount,
    )
    found = design(task, QUICK)
    assert found.today == pytest.approx(2000.0)
    assert found.cost == pytest.approx(0.8 * 10 * 200)
    assert found.saving == pytest.approx(400.0)
    assert found.assignment["specification"].to_list() == ["y", "y"]
    assert found.assignment["changes"].to_list() == [True, False]


def test_a_model_that_carries_nothing_takes_what_adds_least() -> None:
    """Today is what two models carry; the third takes the variant that is there already."""
    needs = pl.DataFrame(
        {
            "model": ["a", "b", "c"],
            "volume": [10.0, 10.0, 10.0],
            "kw": [1.0, 1.0, 1.0],
            "today": ["x", "x", None],
        }
    )
    variants = pl.DataFrame(
        {"variant": ["x", "y"], "unit_cost": [10.0, 9.0], "engineering_cost": [0.0, 50.0], "kw": [1.0, 1.0]}
    )
    found = design(
        DesignTask.of(needs, pl.DataFrame({"attribute": ["kw"], "sense": ["at_least"]}), variants=variants),
        QUICK,
    )
    assert found.today == 300.0
    assert found.without_today == ("c",)
    assert found.cost == 300.0


def test_a_specification_may_be_kept_on_one_platform() -> None:
    """Two platforms that could share a part do not where they must not, and each pays for its own."""
    needs = pl.DataFrame(
        {
            "model": ["a", "b"],
            "volume": [10.0, 10.0],
            "kw": [50.0, 50.0],
            "platform": ["small", "large"],
        }
    )
    attributes = pl.DataFrame({"attribute": ["kw"], "sense": ["at_least"], "cost_per_unit": [1.0]})
    together = DesignTask.of(needs, attributes, engineering_cost=100.0)
    apart = DesignTask.of(needs, attributes, engineering_cost=100.0, same="platform")
    assert design(together, QUICK).cost == 100 + 20 * 50
    assert design(apart, QUICK).cost == 200 + 20 * 50
    assert design(apart, QUICK).specifications["platform"].to_list() == ["large", "small"]


def test_the_knee_is_where_the_curve_bends() -> None:
    """The point furthest below the line from first to cheapest; the first cheapest where there is no bend."""
    assert knee(np.array([100.0, 40.0, 35.0, 30.0, 29.0])) == 1
    assert knee(np.array([100.0, 100.0])) == 0
    assert knee(np.array([100.0, 90.0])) == 1
    assert knee(np.array([])) is None


def test_the_same_task_gives_the_same_design() -> None:
    """Tables are equal run for run and whatever the order of the needs."""
    case = random_case(7, models=12)
    one = design(case.task(), QUICK)
    turned = type(case)(case.needs[::-1], case.variants, case.engineering, None)
    two = design(turned.task(), QUICK)
    assert one.cost == pytest.approx(two.cost, rel=1e-12)
    assert one.assignment.select("model", "pieces").equals(two.assignment.select("model", "pieces"))
    assert design(case.task(), QUICK).specifications.equals(one.specifications)


def test_attributes_of_the_cases_are_those_of_the_tables() -> None:
    """The random cases use every sense."""
    assert set(ATTRIBUTES["sense"]) == {"at_least", "at_most", "equal"}

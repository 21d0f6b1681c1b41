"""What moved between two plans, and what a duty is made of."""

import polars as pl
import pytest

import lynchpin
from lynchpin.errors import PlanError
from lynchpin.study.study import Study
from tests.plans import tiny_plan


def with_duty(ad_valorem: float) -> Study:
    """Return `tiny` with another general duty of Japan's cars in the other market, where there is one."""
    study = lynchpin.examples.tiny()
    tariffs = study.tables["tariffs"]
    return study.replace(tariffs=tariffs.with_columns(ad_valorem=pl.lit(ad_valorem)))


def test_the_waterfall_adds_up_to_the_difference() -> None:
    """Changes by line and partner add up to the difference of the objectives."""
    plan = tiny_plan()
    for reference in plan.references.values():
        comparison = lynchpin.compare(reference, plan)
        assert comparison.difference == pytest.approx(plan.objective - reference.objective)
        assert comparison.waterfall["change"].sum() == pytest.approx(comparison.difference, abs=1.0)


def test_a_plan_does_not_differ_from_itself() -> None:
    """Nothing moves between a plan and itself."""
    comparison = lynchpin.compare(tiny_plan(), tiny_plan())
    assert comparison.difference == 0.0
    assert comparison.waterfall.is_empty()
    assert comparison.decisions.is_empty()
    assert comparison.flows.is_empty()


def test_the_way_back_is_the_way_there_reversed() -> None:
    """Comparing the other way round turns every sign and swaps new and gone."""
    plan, alone = tiny_plan(), tiny_plan().references["partner"]
    there, back = lynchpin.compare(alone, plan), lynchpin.compare(plan, alone)
    assert back.difference == pytest.approx(-there.difference)
    swapped = back.decisions.with_columns(pl.col("change").replace({"new": "gone", "gone": "new"}))
    keys = ["decision", "item", "change"]
    assert swapped.sort(keys).equals(there.decisions.sort(keys))


def test_members_are_left_out_between_scopes() -> None:
    """Between two scopes a variant that both keep is no decision that moved."""
    decisions = lynchpin.compare(tiny_plan().references["partner"], tiny_plan()).decisions
    kept = decisions.filter(pl.col("decision") == "keep")
    assert not any("alliance" in item for item in kept["item"])
    assert "common_50" in set(kept.filter(pl.col("change") == "new")["item"])


def test_currencies_must_be_the_same() -> None:
    """Plans in different currencies are not compared."""
    study = lynchpin.examples.tiny()
    plan = tiny_plan()
    other = type(plan)(
        study=study.with_settings(currency="JPY"), tables=plan.tables, info=plan.info, references={}
    )
    with pytest.raises(PlanError, match="currencies"):
        lynchpin.compare(plan, other)


def test_the_rows_behind_a_duty_are_named() -> None:
    """Every row names its line in the table of tariffs, and the duty is that of the plan's cars."""
    plan = tiny_plan()
    tariffs = plan.study.tables["tariffs"]
    offers = plan.study.tables["offers"].select("model", "market").iter_rows()
    rows = pl.concat([lynchpin.explain_duty(plan, model=model, market=market) for model, market in offers])
    assert set(rows["kind"]) - {"free"}
    for number, kind, rate in (
        rows.filter(pl.col("row").is_not_null()).select("row", "kind", "ad_valorem").iter_rows()
    ):
        assert tariffs["kind"][number - 2] == kind
        assert (tariffs["ad_valorem"][number - 2] or 0.0) == rate
    assert (rows.filter(pl.col("kind") == "free")["duty"] == 0.0).all()


def test_an_unknown_offer_is_answered_with_the_known_ones() -> None:
    """A model or market that is not offered is refused with the names there are."""
    with pytest.raises(PlanError, match="city_ev"):
        lynchpin.explain_duty(tiny_plan(), model="no_such", market="japan")
    with pytest.raises(PlanError, match="japan"):
        lynchpin.explain_duty(tiny_plan(), model="sedan_ev", market="moon")


def test_a_higher_duty_never_raises_the_value() -> None:
    """Twice the duties, and none: the value falls and rises."""
    values = [
        lynchpin.plan(with_duty(rate), gap=1e-6, threads=1, references=False).objective
        for rate in (0.0, 0.1, 0.3)
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[2]

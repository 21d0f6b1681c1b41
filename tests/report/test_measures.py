"""The figures that a board reads first, against tiny's README."""

from dataclasses import replace

import polars as pl
import pytest

from lynchpin.plan.plan import Plan
from lynchpin.report.measures import (
    electric_vehicles,
    gains,
    investment,
    overturns,
    peak,
    signatures,
    slack_of_what_ifs,
    switched,
    value,
    worth,
)
from lynchpin.report.trust import assumed_share, money_by_source, quality_of_money


def test_worth_of_sharing_is_the_difference_of_two_plans(tiny: Plan) -> None:
    """Sharing is worth 68.401 million: 950 for each of 72,000 present electric cars."""
    found = worth(tiny)
    assert found is not None
    assert found.money == pytest.approx(68.401e6)
    assert electric_vehicles(tiny) == pytest.approx(72_000)
    assert found.per_car == pytest.approx(68.401e6 / 72_000)
    assert found.of_revenue == pytest.approx(68.401 / 1620)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.money + 1.0
    assert found.money <= found.high + 1.0


def test_worth_is_open_where_a_bound_is_not_known(tiny: Plan) -> None:
    """Without a bound of the plan nothing is said about how much more it could be."""
    found = worth(replace(tiny, info=tiny.info.model_copy(update={"bound": None, "gap": None})))
    assert found is not None
    assert found.high is None
    assert found.low is not None


def test_worth_is_unknown_without_a_plan_alone(bare: Plan) -> None:
    """Nothing is said where nothing was planned."""
    assert worth(bare) is None
    assert gains(bare)["gain"].null_count() == 2


def test_gains_of_the_partners_add_up_to_the_worth(tiny: Plan, cost: Plan) -> None:
    """What partners gain before transfers is what sharing is worth, in a study of cost too."""
    for plan in (tiny, cost):
        found = worth(plan)
        assert found is not None
        assert gains(plan)["gain"].sum() == pytest.approx(found.money, abs=1e-3)
    assert dict(gains(tiny).select("partner", "together").iter_rows()) == {
        "north": pytest.approx(21.40e6),
        "south": pytest.approx(292.81e6),
    }


def test_what_is_signed_now_is_the_investment_of_the_first_year(tiny: Plan) -> None:
    """The van, its tooling, the common battery and its tools: 61.2 million, all in 2026."""
    due = signatures(tiny)
    assert due.select("kind", "item", "site", "partner", "money").rows() == [
        ("development", "van", None, "south", pytest.approx(36e6)),
        ("plant_tooling", "van", "plant_fr", "north", pytest.approx(14.4e6)),
        ("engineering", "common_50", None, "north", pytest.approx(7.2e6)),
        ("supplier_tooling", "common_50", "parts_jp", "north", pytest.approx(3.6e6)),
    ]
    assert peak(tiny) == ("2026", pytest.approx(61.2e6))
    assert investment(tiny)["money"].sum() == pytest.approx(61.2e6)


def test_only_planned_scenarios_can_overturn(tiny: Plan, bare: Plan) -> None:
    """A dearer Japan switches decisions, a scenario without changes none; nothing planned, nothing said."""
    found = {row["scenario"]: row for row in overturns(tiny).iter_rows(named=True)}
    assert set(found) == {"dear", "calm"}
    assert found["calm"]["switched"] == 0
    assert found["calm"]["change"] == pytest.approx(0.0, abs=1.0)
    assert found["dear"]["change"] < 0
    assert found["dear"]["switched"] == switched(tiny, tiny.references["what-if/dear"]).height > 0
    assert found["calm"]["signed"] == 0
    assert found["calm"]["examples"] == ""
    assert overturns(bare).is_empty()


def test_changes_are_held_against_the_gaps(tiny: Plan) -> None:
    """Gaps leave open the plan's slack and the largest of a what-if; without a bound it is not known."""
    wide = replace(tiny, info=tiny.info.model_copy(update={"bound": tiny.objective + 5e6}))
    other = tiny.references["what-if/dear"]
    loose = replace(other, info=other.info.model_copy(update={"bound": other.objective + 2e6}))
    tight = replace(other, info=other.info.model_copy(update={"bound": other.objective}))
    plan = replace(wide, references={"what-if/a": tight, "what-if/b": loose})
    assert slack_of_what_ifs(plan) == pytest.approx(7e6)
    open_ended = replace(other, info=other.info.model_copy(update={"bound": None}))
    assert slack_of_what_ifs(replace(wide, references={"what-if/a": open_ended})) is None


def test_switched_decisions_are_told_in_names(tiny: Plan) -> None:
    """Against today's structure the van is launched, built in France, and the common battery replaces two."""
    words = set(switched(tiny.references["as-is"], tiny)["words"])
    assert words == {
        "now Sud Van electric launched",
        "now Sud Van built in Plant in France",
        "now Common 50 kWh in Nord City electric",
        "now Common 50 kWh in Sud Sedan electric",
        "now Common 50 kWh in Sud Van electric",
        "now North 90 kW in Sud Van electric",
        "now Common 50 kWh from Parts maker in Japan",
        "no longer North 40 kWh in Nord City electric",
        "no longer South 50 kWh in Sud Sedan electric",
        "no longer North 40 kWh from Parts maker in France",
        "no longer South 50 kWh from Parts maker in Japan",
    }


def test_money_by_source_is_the_money_by_quality(tiny: Plan) -> None:
    """Every amount has one source and one quality."""
    by_source, by_quality = money_by_source(tiny), quality_of_money(tiny)
    assert by_source["money"].sum() == pytest.approx(by_quality["money"].sum())
    assert set(by_source["source"]) == {"invented"}


def test_value_is_the_sum_of_the_ledger(any_plan: Plan) -> None:
    """Whether contribution is maximised or cost minimised, the ledger's sum is what the plan is worth."""
    assert value(any_plan) == pytest.approx(any_plan.ledger["money"].sum(), rel=1e-9)


def test_all_of_tiny_is_assumed(tiny: Plan) -> None:
    """Tiny's one source is invented; called measured, nothing is assumed any more."""
    assert assumed_share(tiny) == 1.0
    sources = tiny.study.tables["sources"].with_columns(quality=pl.lit("measured"))
    known = replace(tiny, study=tiny.study.replace(sources=sources))
    assert assumed_share(known) == 0.0
    lines = set(quality_of_money(known)["line"])
    assert {"revenue", "parts", "body", "car_duty", "parts_freight", "scale"} <= lines


def test_a_figure_without_a_source_counts_as_assumed(tiny: Plan) -> None:
    """Offers that name no source make all revenue assumed, and only that and what hangs on it."""
    sources = tiny.study.tables["sources"].with_columns(quality=pl.lit("measured"))
    offers = tiny.study.tables["offers"].with_columns(source=pl.lit(None, pl.String))
    plan = replace(tiny, study=tiny.study.replace(sources=sources, offers=offers))
    assumed = quality_of_money(plan).filter(pl.col("quality") == "assumed")
    assert dict(assumed.select("line", "money").iter_rows())["revenue"] == pytest.approx(1620e6)
    assert "body" not in set(assumed["line"])

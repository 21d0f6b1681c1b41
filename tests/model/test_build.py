"""What users of a built model rely on: names, units, fixing, their own rows."""

import linopy
import numpy as np
import polars as pl
import pytest

from lynchpin.errors import ModelError, OptionError
from lynchpin.model.build import arrays, build, chosen, fix, real_values
from lynchpin.model.instance import compile as compile_study
from lynchpin.study import examples, freight
from lynchpin.study.study import Study
from tests.model.rich import rich
from tests.model.solving import solved


def tiny() -> Study:
    """Return the example with its lanes."""
    return freight.complete(examples.tiny())


def test_a_user_adds_rows_by_identifiers() -> None:
    """At most 10,000 sedans made in Japan in 2026: the constraint holds and costs something."""
    built = build(compile_study(tiny()))
    best = solved(built).contribution
    make = built.linopy.variables["make"]
    chosen_cars = (make.coords["model"] == "sedan_ev") & (make.coords["period"] == "2026")
    with linopy.options as options:
        options.set_value(semantics="v1")
        built.linopy.add_constraints(make.where(chosen_cars).sum() <= 5_000 / built.flow, name="strike")
    found = solved(built, arrays(built, built.linopy))
    assert found.contribution < best - 1e6
    made = real_values(built, found.x, found.problem)["make"]
    model = compile_study(tiny()).names["model"].index("sedan_ev")
    sedans = made.filter((pl.col("model") == model) & (pl.col("period") == 0))
    assert sedans["value"].sum() == pytest.approx(5_000)
    assert found.problem.row_tag[-1] == "strike"


@pytest.mark.parametrize("form", ["yearly", "aggregate"])
def test_linopy_has_the_same_arrays_as_the_statement(form: str) -> None:
    """Plans are made from what was stated; what a user is handed is the same model to the last digit."""
    built = build(compile_study(rich(), sharing="partner"), form=form)
    stated, handed = arrays(built), arrays(built, built.linopy)
    assert stated.position == handed.position
    assert (stated.matrix != handed.matrix).nnz == 0
    for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper", "row_tag"):
        assert np.array_equal(getattr(stated, name), getattr(handed, name)), name


def test_another_currency_gives_the_same_arrays() -> None:
    """Money times 1,000 changes the unit of money, not the coefficients."""
    study = tiny()
    first = arrays(build(compile_study(study)))
    dear = {
        name: study.tables[name].with_columns(currency=pl.lit("KEU"))
        for name in (
            "offers",
            "models",
            "sites",
            "allocations",
            "nominations",
            "variants",
            "lanes",
            "programmes",
        )
    }
    rates = pl.DataFrame([{"currency": "KEU", "rate": 1_000.0}])
    dear["platforms"] = study.tables["platforms"].with_columns(currency=pl.lit("KEU"))
    scaled = study.with_settings(short_penalty=1e6).replace(currencies=rates, **dear)
    second = arrays(build(compile_study(scaled)))
    assert second.cost == pytest.approx(first.cost, rel=1e-9)
    assert abs(first.matrix - second.matrix).max() == 0


def test_coefficients_are_near_one() -> None:
    """Flows and money are stated in units that keep every coefficient between 0.001 and 10,000."""
    for form in ("yearly", "aggregate"):
        problem = arrays(build(compile_study(tiny()), form=form))
        entries = np.abs(np.concatenate([problem.matrix.data, problem.cost[problem.cost != 0]]))
        assert entries.min() >= 1e-3
        assert entries.max() <= 1e4


def test_costs_are_near_one_where_parts_alone_cost_anything() -> None:
    """A study of cost in yen whose cars cost nothing in the plant is stated in units of its parts."""
    study = tiny().with_settings(objective="cost", currency="YEN", short_penalty=160_000.0)
    dear = {
        name: study.tables[name].with_columns(currency=pl.lit("EUR"))
        for name in study.given
        if "currency" in study.tables[name].columns
    }
    free = {
        "models": dear["models"].with_columns(body_cost=pl.lit(0.0)),
        "allocations": dear["allocations"].with_columns(unit_cost=pl.lit(0.0)),
        "currencies": pl.DataFrame([{"currency": "EUR", "rate": 160.0}]),
    }
    cost = np.abs(arrays(build(compile_study(study.replace(**dear | free)))).cost)
    assert cost[cost > 0].min() >= 1e-2
    assert cost.max() <= 1e4


def test_a_structure_that_does_not_fit_is_refused() -> None:
    """The message names the variable and how long it was."""
    problem = arrays(build(compile_study(tiny())))
    with pytest.raises(ModelError, match=r"use.*found 1"):
        fix(problem, {"use": np.array([True])})


def test_fixing_the_best_structure_leaves_a_linear_problem_of_the_same_worth() -> None:
    """Only modes of scale stay whole."""
    built = build(compile_study(tiny()))
    best = solved(built)
    fixed = fix(best.problem, chosen(built, best.x, best.problem))
    free = fixed.integer & (fixed.lower < fixed.upper)
    assert set(np.flatnonzero(free)) == set(range(*best.problem.position["mode"].indices(len(fixed.cost))))
    assert solved(built, fixed).contribution == pytest.approx(best.contribution)


def test_options_out_of_range_are_refused() -> None:
    """Form and scope are closed lists."""
    with pytest.raises(OptionError, match="monthly"):
        build(compile_study(tiny()), form="monthly")
    with pytest.raises(OptionError, match="nobody"):
        compile_study(tiny(), sharing="nobody")


def test_cars_without_parts_can_be_planned() -> None:
    """A study without requirements has no flows of parts and a model all the same."""
    study = tiny()
    bare = study.replace(requirements=study.tables["requirements"].clear())
    built = build(compile_study(bare))
    assert built.columns["buy"].frame.height == 0
    assert solved(built).contribution > 314.21e6


def test_the_same_study_gives_the_same_arrays_whatever_the_order_of_its_rows() -> None:
    """Identifiers are sorted before anything is stated."""
    study = tiny()
    turned = study.replace(**{name: study.tables[name].reverse() for name in study.given if name != "demand"})
    first, second = (arrays(build(compile_study(each))) for each in (study, turned))
    assert np.array_equal(first.cost, second.cost)
    assert abs(first.matrix - second.matrix).max() == 0
    assert np.array_equal(first.row_upper, second.row_upper)


def test_today_without_a_variant_is_refused() -> None:
    """The as-is structure needs a row of `uses` for each family; the message names model and family."""
    study = tiny()
    lacking = study.replace(uses=study.tables["uses"].filter(pl.col("model") != "city_ev"))
    with pytest.raises(ModelError, match=r"model city_ev.*family battery"):
        compile_study(lacking, as_is=True)


def test_a_variant_may_have_the_name_of_its_family() -> None:
    """Rows of `nominations` for a family and for a variant of the same name stay apart."""
    study = tiny()
    named = {
        name: study.tables[name].with_columns(pl.col("variant").replace({"common_50": "battery"}))
        for name in ("variants", "specifications", "uses", "nominations")
    }
    own = named["nominations"].with_columns(
        capacity=pl.when(pl.col("variant") == "battery").then(30_000.0).otherwise("capacity")
    )
    pooled = pl.DataFrame({"site": ["parts_fr"], "family": ["battery"], "capacity": [7_000.0]})
    instance = compile_study(
        study.replace(**named | {"nominations": pl.concat([own, pooled], how="diagonal")})
    )
    pools = instance.labelled("nominate").join(
        instance.labelled("pools").select("pool", "capacity"), on="pool", maintain_order="left"
    )
    mine = pools.filter((pl.col("variant") == "battery") & (pl.col("site") == "parts_fr"))
    assert mine["capacity"].to_list() == [30_000.0]


def test_a_quota_over_cars_and_parts_counts_both() -> None:
    """Cars and batteries share the quota of a heading that covers both, in either form."""
    study = tiny()
    deal = pl.DataFrame(
        [
            {"importer": "FR", "exporter": "JP", "hs": "8", "kind": "preference", "name": "deal"}
            | {"quota": 6_000.0}
        ]
    )
    shared = study.replace(tariffs=pl.concat([study.tables["tariffs"], deal], how="diagonal"))
    instance = compile_study(shared)
    regime = instance.names["regime"].index("deal")
    built = build(instance)
    found = solved(built)
    flows = real_values(built, found.x, found.problem)
    used = pl.concat(
        [flows[name].filter(pl.col("regime") == regime).select("period", "value") for name in ("ship", "buy")]
    )
    sums = used.group_by("period").agg(pl.sum("value"))
    assert sums["value"].max() == pytest.approx(6_000.0)
    relaxed = solved(build(instance, form="aggregate"))
    assert relaxed.bound >= found.contribution - 1.0


def test_an_unlimited_site_asks_for_no_measure() -> None:
    """`capacity_attribute` counts only where the capacity is finite."""
    study = tiny()
    at = pl.col("site") == "parts_fr"
    sites = study.tables["sites"].with_columns(
        capacity_attribute=pl.when(at).then(pl.lit("kwh")).otherwise("capacity_attribute"),
        capacity=pl.when(at).then(float("inf")).otherwise("capacity"),
    )
    assert compile_study(study.replace(sites=sites)).frames["nominate"]["site_measure"].to_list() == [1.0] * 7


def test_a_market_with_the_name_of_a_plant_pays_for_its_cars_all_the_same() -> None:
    """Only parts stay within a site; a car leaves it for the market, over the lane between the two."""
    study = tiny()
    plant = study.tables["sites"].filter(pl.col("kind") == "assembly")["site"][0]
    market = study.tables["markets"]["market"][0]
    named = {
        name: study.tables[name].with_columns(pl.col("market").replace({market: plant}))
        for name in ("markets", "offers", "demand")
    }
    named["lanes"] = study.tables["lanes"].with_columns(pl.col("to").replace({market: plant}))
    first, second = (arrays(build(compile_study(each))) for each in (study, study.replace(**named)))
    assert sorted(first.cost) == pytest.approx(sorted(second.cost))

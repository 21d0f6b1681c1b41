"""Rows of one's own: labelled, validly lifted, kept by every plan of every method, refused if senseless."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import linopy
import numpy as np
import polars as pl
import pytest

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.model.lifting import Aggregate
from lynchpin.model.slots import first
from lynchpin.plan.plan import Plan
from lynchpin.plan.verify_own import own_row_amounts
from lynchpin.report.details import verification
from lynchpin.solve import solve_here
from lynchpin.solve.forms import Form
from lynchpin.solve.own import own_rows
from lynchpin.study import freight
from tests.plans import tiny_plan
from tests.studies import Size, random_study

METHODS = ("aggregate", "split", "yearly")
Adds = Callable[[linopy.Model], object]


def of(model: linopy.Model, name: str, /, **words: str) -> Any:
    """Return the sum of a variable over the columns with these identifiers, in vehicles or pieces."""
    variable = model.variables[name]
    chosen = np.ones(variable.labels.size, dtype=bool)
    for key, word in words.items():
        chosen &= variable.coords[key].to_numpy() == word
    flow = 1.0 if name in ("use", "nominate", "allocate", "open", "used") else float(model.parameters["flow"])
    return variable.sel({name: chosen}).sum() * flow


def planned(adds: Adds, **options: Any) -> Plan:
    """Return the plan of the example with rows added, proven to a millionth."""
    study = lynchpin.examples.tiny()
    model = lynchpin.build_model(study, sharing=options.get("sharing", "alliance"))
    adds(model)
    chosen = {"references": False, "threads": 1, "gap": 1e-6} | options
    return lynchpin.plan(study, model=model, **chosen)


def capped(model: linopy.Model) -> None:
    """Let no supplier send more than 20,000 pieces a year, in rows on parts, and build few vans."""
    for supplier in ("parts_fr", "parts_jp"):
        for period in ("2026", "2027"):
            sent = of(model, "buy", supplier=supplier, period=period)
            model.add_constraints(sent <= 20_000.0, name=f"{supplier} {period}")
    model.add_constraints(of(model, "make", model="van_ev") <= 1_000.0, name="few vans")


@pytest.mark.parametrize("method", METHODS)
def test_every_method_keeps_every_row_and_finds_the_same_worth(method: str) -> None:
    """Capacities of suppliers in rows of one's own cost the same by every method, and the plan says so."""
    limits = {"time_limit": 5.0, "threads": 2, "gap": 1e-3} if method == "split" else {}
    plan = planned(capped, method=method, **limits)
    assert (plan.verified, plan.info.method) == (True, method)
    assert plan.bound is not None
    assert plan.bound >= 80_700_000.0 - 100.0
    assert plan.objective == pytest.approx(80_700_000.0, rel=1e-3)
    sent = plan.table("buy").group_by("supplier", "period").agg(pl.sum("pieces"))["pieces"]
    assert sent.max() == pytest.approx(20_000.0, abs=0.1)
    labels = {row.name: row.labels for row in plan.info.own_rows}
    parts = {"exact": 1} if method == "yearly" else {"lifted": 1}
    assert labels == {name: parts for name in labels if name != "few vans"} | {"few vans": {"exact": 1}}
    by_name = {row.name: row for row in plan.info.own_rows}
    assert by_name["parts_fr 2026"].binding == 1
    assert by_name["few vans"].binding == 0
    assert by_name["few vans"].slack > 0
    assert "own row" in repr(plan)


def rising(model: linopy.Model) -> None:
    """Let what a plant gets from a supplier grow by a fifth, which blocks of several periods cannot say."""
    for supplier in ("parts_fr", "parts_jp"):
        for site in ("plant_fr", "plant_jp"):
            before, after = (
                of(model, "buy", supplier=supplier, site=site, period=period) for period in ("2026", "2027")
            )
            model.add_constraints(after - 1.2 * before >= 0.0, name=f"{supplier} to {site}")


def test_a_row_that_cannot_be_lifted_is_checked_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A coarse relaxation knows nothing of such a row; the plan keeps it, at the yearly method's worth."""
    monkeypatch.setattr("lynchpin.solve.forms.first", lambda instance: first(instance, tolerance=10.0))
    monkeypatch.setattr("lynchpin.solve.forms.MOST_PEAK_COLUMNS", 0)
    plan, whole = planned(rising), planned(rising, method="yearly")
    assert {label for row in plan.info.own_rows for label in row.labels} == {"only checked"}
    assert plan.objective == pytest.approx(whole.objective, rel=1e-3)
    assert plan.bound is not None
    assert plan.bound >= whole.objective - 1.0
    sums = {
        key: pieces
        for *key_parts, pieces in plan.table("buy")
        .group_by("supplier", "site", "period")
        .agg(pl.sum("pieces"))
        .rows()
        for key in [tuple(key_parts)]
    }
    for (supplier, site, period), pieces in sums.items():
        if period == "2026":
            assert sums.get((supplier, site, "2027"), 0.0) >= 1.2 * pieces - 0.1


def test_plan_and_report_say_how_rows_were_taken(tmp_path: Any) -> None:
    """Labels and slack are read back from `plan.json`, and the page has a table of them."""
    plan = planned(capped)
    plan.save(tmp_path / "plan")
    assert lynchpin.load_plan(tmp_path / "plan").info.own_rows == plan.info.own_rows
    page = str(verification(plan))
    assert "few vans" in page
    assert "exact" in page
    assert "few vans" not in str(verification(tiny_plan()))


def random_rows(model: linopy.Model, seed: int, free: Plan) -> None:
    """Add rows about random columns of each kind that the free plan breaks by a fifth or keeps at once."""
    dice = np.random.default_rng(seed)
    flow = float(model.parameters["flow"])
    keys = {"make": "site", "ship": "market", "sell": "market", "buy": "supplier", "nominate": "site"}
    for name, key in keys.items():
        variable = model.variables[name]
        words = sorted(set(variable.coords[key].to_numpy().tolist()))
        periods = (
            [""]
            if "period" not in variable.coords
            else sorted(set(variable.coords["period"].to_numpy().tolist()))
        )
        for word in words:
            for period in periods:
                where = {key: word} | ({"period": period} if period else {})
                table = free.table(name).filter(*(pl.col(column) == value for column, value in where.items()))
                amount = float(table[table.columns[-1]].sum()) if period else float(table.height)
                if amount <= 0 or dice.random() < 0.6:
                    continue
                label = f"{name} {word} {period}".strip()
                if dice.random() < 0.5 or not period:
                    model.add_constraints(of(model, name, **where) <= np.ceil(0.8 * amount), name=label)
                else:
                    model.add_constraints(
                        of(model, name, **where) - 0.5 * amount >= 0.0, name=f"{label} least"
                    )
    single = model.variables["buy"]
    chosen = dice.choice(single.labels.size, size=min(3, single.labels.size), replace=False)
    for number in chosen.tolist():
        one = single.isel(buy=[number]).sum() * flow
        model.add_constraints(one <= 500.0, name=f"one flow {number}")


def forms(instance: Instance, model: linopy.Model) -> tuple[Form, Form]:
    """Return the yearly and the first aggregate form with the rows of a model."""
    built = build(instance)
    own = own_rows(built, model)
    # Strong rows hold for whole choices only: they are stated here, as the points below are not whole.
    strong = build(instance, strong=True)
    return Form.of(strong, "yearly", own=own), Form.aggregate(instance, own=own)


@pytest.mark.parametrize("seed", range(6))
def test_what_keeps_the_rows_keeps_the_lifted_ones(seed: int) -> None:
    """Any point of the yearly form with random rows, summed, keeps each row of the aggregate form."""
    study = freight.complete(random_study(seed, size=Size(programmes=2, periods=3), drift=bool(seed % 2)))
    free = lynchpin.plan(study, references=False, threads=1, gap=0.1)
    model = lynchpin.build_model(study)
    random_rows(model, seed, free)
    instance = compile_study(study)
    yearly, aggregate = forms(instance, model)
    assert set(yearly.labels) == {"exact"}
    assert set(aggregate.labels) <= {"exact", "lifted", "only checked"}
    assert aggregate.built.slots is not None
    flows = Aggregate.of(instance, aggregate.built.slots)
    dice = np.random.default_rng(seed)
    problem = replace(yearly.problem, integer=np.zeros_like(yearly.problem.integer))
    for _ in range(4):
        cost = dice.normal(size=len(problem.cost)) * (1 + np.abs(problem.cost))
        x = solve_here(replace(problem, cost=cost)).x
        assert x is not None
        point = summed(flows, yearly, aggregate, x)
        rows = aggregate.problem.matrix @ point  # type: ignore[operator]  # a sparse matrix, by protocol
        room = 1e-5 + 1e-6 * np.abs(rows)
        over, under = rows - aggregate.problem.row_upper - room, aggregate.problem.row_lower - rows - room
        worst = int(np.argmax(np.maximum(over, under)))
        assert max(over[worst], under[worst]) <= 0, aggregate.problem.row_name(worst)


def summed(flows: Aggregate, yearly: Form, aggregate: Form, x: Any) -> Any:
    """Return the point of the aggregate form that a point of the yearly one is."""
    point = np.zeros(len(aggregate.problem.cost))
    for name, place in aggregate.place.items():
        if name in ("buy", "buy_peak"):
            parts = flows.blocks if name == "buy" else flows.peaks
            inside = parts.group >= 0
            flow = (x[yearly.place["buy"]] * parts.weight)[inside]
            point[place] = np.bincount(parts.group[inside], flow, minlength=parts.frame.height)
        else:
            point[place] = x[yearly.place[name]]
    return point


@pytest.mark.parametrize("seed", range(2))
def test_methods_agree_with_random_rows(seed: int) -> None:
    """Both methods that solve whole end at one value, and the rows hold in the tables."""
    study = freight.complete(random_study(seed, size=Size(programmes=2, periods=2)))
    free = lynchpin.plan(study, references=False, threads=1, gap=0.1)
    model = lynchpin.build_model(study)
    random_rows(model, seed, free)
    plans = [
        lynchpin.plan(study, model=model, method=method, references=False, threads=1, gap=1e-4)
        for method in ("aggregate", "yearly")
    ]
    names = [row.name for row in plans[0].info.own_rows]
    for plan in plans:
        assert plan.verified
        assert plan.objective == pytest.approx(plans[-1].objective, rel=3e-4, abs=1.0)
        rows = own_row_amounts(model, names, plan.tables, flow=float(model.parameters["flow"]), derived={})
        assert not rows["broken"].any()


def test_a_broken_row_is_seen_in_the_tables() -> None:
    """More vans in the plan's table than the row allows are found, without model and arrays."""
    model = lynchpin.build_model(lynchpin.examples.tiny())
    capped(model)
    names = ["few vans", "parts_fr 2026"]
    plan = planned(capped)
    flow = float(model.parameters["flow"])
    kept = own_row_amounts(model, names, plan.tables, flow=flow, derived={})
    assert kept["broken"].to_list() == [False, False]
    more = plan.table("make").head(1).with_columns(model=pl.lit("van_ev"), vehicles=pl.lit(1_002.0))
    tables = dict(plan.tables) | {"make": more}
    broken = own_row_amounts(model, names, tables, flow=flow, derived={})
    assert broken["broken"].to_list() == [True, False]
    assert broken["slack"][0] == pytest.approx(-2.0)


def test_a_row_about_what_is_derived_counts_as_it_is_derived() -> None:
    """Every variant shall be engineered: a plan with `used` above what is used would only claim it."""
    plan = planned(
        lambda model: model.add_constraints(
            of(model, "used") >= model.variables["used"].labels.size, name="all"
        )
    )
    assert plan.table("keep")["variant"].n_unique() == lynchpin.examples.tiny().table("variants").height


def nan_factor(model: linopy.Model) -> None:
    """Multiply by what is not a number."""
    model.add_constraints(model.variables["make"].sum() * np.nan <= 1, name="x")


def nan_limit(model: linopy.Model) -> None:
    """Set a limit that is not a number."""
    model.add_constraints(model.variables["make"].sum() <= np.nan, name="x")


def out_of_reach(model: linopy.Model) -> None:
    """Ask for more allocations than there are."""
    model.add_constraints(of(model, "allocate") >= 99, name="x")


# linopy warns of the same rows that are to be refused
@pytest.mark.filterwarnings("ignore::linopy.LinopySemanticsWarning")
@pytest.mark.parametrize(
    ("adds", "words"),
    [(nan_factor, "no column"), (nan_limit, "not a number"), (out_of_reach, "nothing can keep it")],
)
def test_a_senseless_row_is_refused_by_name(adds: Adds, words: str) -> None:
    """A row that linopy emptied, or that nothing can keep, is an error that names it before any solve."""
    with pytest.raises(lynchpin.ModelError, match=words) as caught:
        planned(adds)
    assert "'x'" in str(caught.value)


def test_rows_that_leave_no_plan_are_named() -> None:
    """Both plants closed: the message names a row that is to blame and none that is not."""

    def closed(model: linopy.Model) -> None:
        for site in ("plant_fr", "plant_jp"):
            model.add_constraints(of(model, "allocate", site=site) <= 0, name=f"{site} closed")
        model.add_constraints(of(model, "make") <= 1e9, name="harmless")

    with pytest.raises(lynchpin.SolveError, match=r"keeps the rows of your own: plant_.. closed") as caught:
        planned(closed)
    assert caught.value.status == "infeasible"
    assert "harmless" not in str(caught.value)


def narrower(model: linopy.Model) -> None:
    """Halve the limits of every flow of cars."""
    variable = model.variables["make"]
    variable.update(upper=variable.upper * 0.5)


def test_narrower_limits_are_for_the_yearly_method() -> None:
    """Another method refuses them and names the way out, by which they are kept."""
    with pytest.raises(lynchpin.ModelError, match="--method yearly"):
        planned(narrower)
    plan = planned(narrower, method="yearly")
    assert plan.info.own_rows[0].name == "limits of make"
    assert plan.objective < tiny_plan().objective - 1e6


def dearer(model: linopy.Model) -> None:
    """Change what things cost."""
    model.objective = model.objective.expression * 2


def wider(model: linopy.Model) -> None:
    """Allow more than there can be."""
    model.variables["make"].update(upper=model.variables["make"].upper * 2)


def another(model: linopy.Model) -> None:
    """Add a variable."""
    model.add_variables(name="more")


def fewer(model: linopy.Model) -> None:
    """Take a rule of the statement out."""
    model.remove_constraints("F4")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("change", [dearer, wider, another, fewer])
def test_another_statement_is_refused_by_every_method(change: Adds, method: str) -> None:
    """Costs, wider limits, variables and rows of the statement are not for changing."""
    with pytest.raises(lynchpin.ModelError, match="only rows may be added"):
        planned(change, method=method)

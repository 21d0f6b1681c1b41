"""From a point to a plan: what is reported equals what was optimised."""

import polars as pl
import pytest

import lynchpin
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan.plan import Plan
from lynchpin.plan.structure import structure_of
from lynchpin.plan.tables import COLUMNS, LINES
from lynchpin.solve.valuation import money_of
from tests.plans import tiny_plan

PLANS = ["alliance", "partner", "as-is"]


@pytest.fixture(params=PLANS)
def plan(request: pytest.FixtureRequest) -> Plan:
    """Return the plan of `tiny` or one of its references."""
    return tiny_plan().references.get(request.param, tiny_plan())


def test_the_ledger_adds_up_to_the_objective(plan: Plan) -> None:
    """The sum of the ledger is the objective, and the partners' totals add up to it."""
    assert plan.ledger["money"].sum() == pytest.approx(plan.objective, rel=1e-12)
    assert sum(plan.info.partners.values()) == pytest.approx(plan.objective, rel=1e-12)


def test_the_plan_s_point_is_worth_its_objective(plan: Plan) -> None:
    """Valued by the instance's unit money, the plan's structure and flows give the objective again."""
    instance = compile_study(plan.study, sharing=plan.info.sharing, as_is=plan.info.as_is)
    values = structure_of(instance, plan.tables)
    for name, amount in (("make", "vehicles"), ("ship", "vehicles"), ("buy", "pieces"), ("sell", "vehicles"),
                         ("idle", "slots"), ("short", "vehicles"), ("miss", "amount")):  # fmt: skip
        keys = [column for column in COLUMNS[name] if column != amount]
        rows = (
            instance.labelled(name)
            .select(keys)
            .join(plan.tables[name], on=keys, how="left", maintain_order="left", nulls_equal=True)
        )
        values[name] = rows[amount].fill_null(0.0).to_numpy()
    values["unmet"] = pl.zeros(instance.frames["unmet"].height, eager=True).to_numpy()
    assert money_of(instance, values) == pytest.approx(plan.objective, rel=1e-9)


def test_transfers_and_their_payers_cancel(plan: Plan) -> None:
    """The line `transfer` moves money between partners and adds none."""
    transfers = plan.ledger.filter(pl.col("line") == "transfer")["money"].sum()
    assert transfers == pytest.approx(0.0, abs=1e-6)


def test_ledger_rows_have_one_row_a_key_in_the_order_of_lines(plan: Plan) -> None:
    """No key occurs twice, every line is known, and lines stand in their order."""
    keys = [column for column in COLUMNS["ledger"] if column not in ("undiscounted", "money")]
    assert plan.ledger.select(keys).is_duplicated().sum() == 0
    positions = [LINES.index(line) for line in plan.ledger["line"]]
    assert len(set(positions)) > 5


def test_every_carried_variant_meets_its_model_s_needs(plan: Plan) -> None:
    """Table `fit` has a row for each requirement of a carried variant, and each is met."""
    fit = plan.tables["fit"]
    assert set(fit["variant"]) <= set(plan.tables["use"]["variant"])
    for sense, need, given in fit.select("sense", "need", "given").iter_rows():
        met = {
            "at_least": lambda n, g: float(g) >= float(n),
            "at_most": lambda n, g: float(g) <= float(n),
            "equal": lambda n, g: g == n or float(g) == float(n),
        }[sense]
        assert met(need, given)


def test_investments_are_the_cash_behind_the_annuities(plan: Plan) -> None:
    """At a discount rate of 25 per cent, a life of two years costs I 0.25 / (1 - 1.25^-2) a year: 0.694 I."""
    keys = {"development": "programme", "engineering": "variant", "platform": "platform"}
    checked = 0
    for partner, kind, item, period, money in (
        plan.tables["investment"].select("partner", "kind", "item", "period", "money").iter_rows()
    ):
        if kind in keys:
            booked = plan.ledger.filter(
                (pl.col("line") == kind)
                & (pl.col("partner") == partner)
                & (pl.col(keys[kind]) == item)
                & (pl.col("period") == period)
            )["undiscounted"].sum()
            assert -booked == pytest.approx(money * 0.25 / (1 - 1.25**-2))
            checked += 1
    assert checked > 0 or plan.info.as_is


def test_the_same_study_gives_the_same_plan() -> None:
    """The same study and options give the same plan, table for table."""
    again = lynchpin.plan(lynchpin.examples.tiny(), gap=1e-6, threads=1, references=False)
    for name, table in again.tables.items():
        assert table.equals(tiny_plan().tables[name]), name

"""Profit-and-loss columns add up to the ledger and show the figures worked by hand in tiny's README."""

import polars as pl
import pytest

from lynchpin.plan.plan import Plan
from lynchpin.report.columns import amount, columns, lines
from lynchpin.report.measures import value
from lynchpin.report.profit import profit

CITY_IN_JAPAN = {  # of the README, per car
    "revenue": 18_000,
    "selling": -1_800,
    "car_freight": -1_000,
    "car_transit": -250,
    "car_duty": -500,
    "body": -6_000,
    "conversion": -2_000,
}


def test_every_line_adds_up_to_the_ledger(any_plan: Plan) -> None:
    """No line gains or loses money by being spread over models and markets."""
    spread = dict(profit(any_plan).group_by("line").agg(pl.col("money").sum()).iter_rows())
    ledger = dict(any_plan.ledger.group_by("line").agg(pl.col("money").sum()).iter_rows())
    assert spread == {line: pytest.approx(money, rel=1e-9, abs=1e-6) for line, money in ledger.items()}
    assert sum(spread.values()) == pytest.approx(value(any_plan), rel=1e-9)


def test_a_column_shows_the_figures_worked_by_hand(tiny: Plan) -> None:
    """Nord City in Japan has the README's price, tax, freight, duty and body per car."""
    rows = profit(tiny).filter((pl.col("model") == "city_ev") & (pl.col("market") == "japan"))
    per_car = dict(rows.select("line", "per_vehicle").iter_rows())
    assert {line: per_car[line] for line in CITY_IN_JAPAN} == {
        line: pytest.approx(money) for line, money in CITY_IN_JAPAN.items()
    }
    assert per_car["scale"] == pytest.approx(1_620)
    column = next(one for one in columns(tiny) if (one.model, one.market) == ("city_ev", "japan"))
    assert column.vehicles == pytest.approx(18_000)
    assert column.consumer / column.vehicles == pytest.approx(22_000)
    assert column.before_tax / column.vehicles == pytest.approx(20_000)


def test_lines_lead_from_price_to_contribution(any_plan: Plan) -> None:
    """In each column the lines between price and contribution add up to the contribution."""
    shown = columns(any_plan)
    wanted = lines(any_plan, shown)
    kinds = [line.kind for line in wanted]
    assert kinds[-1] == "after"
    for column in shown:
        money = [amount(column, line) for line in wanted]
        cut = kinds.index("before")
        steps = [value for value, kind in zip(money, kinds, strict=True) if kind in ("net", "line")]
        size = sum(abs(step) for step in steps)
        assert sum(steps) == pytest.approx(money[-1], abs=1e-9 * size)
        direct = [m for m, kind in zip(money[:cut], kinds[:cut], strict=True) if kind in ("net", "line")]
        assert sum(direct) == pytest.approx(money[cut], abs=1e-9 * size)
        if "price" in kinds:
            assert sum(money[:3]) == pytest.approx(money[3], abs=1e-9 * size)


def test_a_study_of_cost_has_no_prices(cost: Plan) -> None:
    """Where revenue does not count, columns begin with cost."""
    assert {"price", "tax", "dealer", "net"}.isdisjoint(line.kind for line in lines(cost, columns(cost)))


def test_shared_cost_is_borne_by_volume(tiny: Plan) -> None:
    """The common battery's engineering, 9 million for 72,000 batteries, is 125 a car."""
    rows = profit(tiny).filter(pl.col("line") == "engineering")
    assert rows["per_vehicle"].to_list() == [pytest.approx(-125.0)] * 4

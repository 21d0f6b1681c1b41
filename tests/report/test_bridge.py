"""The waterfall's steps add up exactly and are those worked by hand in tiny's README."""

from dataclasses import replace

import polars as pl
import pytest

from lynchpin.plan.plan import Plan
from lynchpin.report.bridge import WITH_CARS, bridge
from lynchpin.report.measures import ALONE, value

README = {  # million; what sharing is worth, line by line
    "Engineering and tools shared": -13.5 + 9.0,
    "Scale": 51.840,
    "Over-specification": -18.0,  # the small car's battery: 500 dearer than its own, 36,000 times
    "Parts: design, sourcing, mix": 34.240 + 18.0,
    "Freight and capital in transit": -4.320 - 2.379,
    "Duty": -6.480,
}


def test_steps_are_those_worked_by_hand(tiny: Plan) -> None:
    """From each partner alone to the alliance, every step is the README's difference of lines."""
    steps = {step.name: step.money / 1e6 for step in bridge(tiny.references[ALONE], tiny)}
    assert {name: steps[name] for name in README} == {name: pytest.approx(m) for name, m in README.items()}
    others = {name: money for name, money in steps.items() if name not in README}
    assert others == {name: pytest.approx(0.0, abs=1e-9) for name in others}


def test_a_new_car_belongs_to_cars_sold_as_a_whole(tiny: Plan) -> None:
    """The van, which is not sold today, brings what its 18,000 present cars leave, less its development."""
    per_car = 27_000 - 2_700 - 8_000 - 2_000 - 100  # price, selling, body, conversion, freight
    battery = (3_600 + 200 + 95 + 190 - 1_620) * 18_000  # list, freight, transit, duty, scale
    drives = 2 * (800 * 17_000 + 10 * 18_000)
    van = per_car * 18_000 - battery - drives - 45e6
    steps = {step.name: step.money for step in bridge(tiny.references["as-is"], tiny)}
    assert steps["Cars sold"] == pytest.approx(van)
    assert steps["Prices, bodies, assembly"] == pytest.approx(0.0, abs=1e-3)


def test_selling_twice_as_much_is_volume_only(tiny: Plan) -> None:
    """Where cars, pieces and their money double, only cars sold changes."""
    with_cars = pl.col("line").is_in(WITH_CARS)
    twice = {
        name: tiny.tables[name].with_columns(pl.col(column) * 2)
        for name, column in (("sell", "vehicles"), ("buy", "pieces"))
    }
    ledger = tiny.ledger.with_columns(pl.when(with_cars).then(pl.col("money") * 2).otherwise("money"))
    steps = bridge(tiny, replace(tiny, tables=dict(tiny.tables) | twice | {"ledger": ledger}))
    gain = tiny.ledger.filter(with_cars)["money"].sum()
    assert {step.name for step in steps if abs(step.money) > 1e-3} == {"Cars sold"}
    assert sum(step.money for step in steps) == pytest.approx(gain)


@pytest.mark.parametrize("name", ["partner", "as-is", "what-if/dear", "what-if/calm"])
def test_steps_add_up_both_ways(tiny: Plan, name: str) -> None:
    """The sum of the steps is the difference of the plans, forwards and backwards."""
    other = tiny.references[name]
    difference = value(tiny) - value(other)
    assert sum(step.money for step in bridge(other, tiny)) == pytest.approx(difference, abs=1e-3)
    assert sum(step.money for step in bridge(tiny, other)) == pytest.approx(-difference, abs=1e-3)


def test_steps_of_a_study_of_cost_add_up(cost: Plan) -> None:
    """A saving of cost is positive, as a gain of contribution is."""
    steps = bridge(cost.references[ALONE], cost)
    saved = value(cost) - value(cost.references[ALONE])
    assert sum(step.money for step in steps) == pytest.approx(saved, abs=1e-3)


def test_a_plan_does_not_differ_from_itself(tiny: Plan) -> None:
    """Every step from a plan to itself is nothing."""
    assert all(abs(step.money) < 1e-6 for step in bridge(tiny, tiny))

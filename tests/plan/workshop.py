"""A study made by hand in which every rule can be broken by a number that is known beforehand.

Two cars, one plant of 1000 slots, one works; possible sales of every car in every market are 200 a year.
"""

from functools import cache
from typing import Any

import polars as pl

from lynchpin.plan.verify import Verification, verify
from lynchpin.study.study import Settings, Study
from tests.oracle.whole import Answer, answer
from tests.oracle.writing import plan_tables

Tables = dict[str, pl.DataFrame]

SETTINGS = Settings(
    name="workshop", first_period="2026", periods=2, currency="EUR", discount_rate=0.05, short_penalty=1000.0
)
ROWS: dict[str, list[dict[str, Any]]] = {
    "partners": [{"partner": "north"}, {"partner": "south"}],
    "brands": [{"brand": "fjord", "partner": "north"}, {"brand": "dune", "partner": "south"}],
    "platforms": [{"platform": "base", "owner": "north", "development_cost": 2.0, "status": "committed"}],
    "programmes": [
        {"programme": "car", "brand": "fjord", "development_cost": 5.0, "status": "committed"},
        {"programme": "van", "brand": "dune", "status": "current"},
        {"programme": "next", "brand": "fjord", "launch": "2027", "development_cost": 900.0},
    ],
    "models": [
        {"model": "car_a", "programme": "car", "platform": "base"},
        {"model": "van_a", "programme": "van", "co2_g_km": 100.0},
        {"model": "next_a", "programme": "next", "replaces": "car_a"},
    ],
    "families": [{"family": "battery", "hs": "8507.60", "scale_rate": 0.05, "reference_volume": 500.0}],
    "attributes": [{"family": "battery", "attribute": "kwh", "sense": "at_least", "cost_per_unit": 80.0}],
    "requirements": [
        {"model": model, "family": "battery", "attribute": "kwh", "value": value}
        for model, value in (("car_a", "40"), ("van_a", "50"), ("next_a", "40"))
    ],
    "variants": [
        {"variant": "small", "family": "battery", "owner": "north", "status": "current"},
        {"variant": "large", "family": "battery", "owner": "south", "engineering_cost": 1.0},
        {"variant": "giant", "family": "battery", "owner": "south", "engineering_cost": 90.0},
    ],
    "specifications": [
        {"variant": "small", "attribute": "kwh", "value": "40"},
        {"variant": "large", "attribute": "kwh", "value": "60"},
        {"variant": "giant", "attribute": "kwh", "value": "90"},
    ],
    "uses": [{"model": "car_a", "variant": "small"}, {"model": "van_a", "variant": "large"}],
    "sites": [
        {
            "site": "plant",
            "kind": "assembly",
            "operator": "north",
            "country": "NO",
            "capacity": 1000.0,
            "idle_cost": 50.0,
        },
        {"site": "works", "kind": "component", "operator": "cells", "country": "CN", "capacity": 5000.0},
        {
            "site": "shed",
            "kind": "component",
            "operator": "sheds",
            "country": "NO",
            "status": "candidate",
            "opening_cost": 70.0,
        },
        {
            "site": "hall",
            "kind": "assembly",
            "operator": "north",
            "country": "NO",
            "status": "candidate",
            "opening_cost": 70.0,
        },
    ],
    "allocations": [
        {"site": "plant", "programme": "car", "tooling_cost": 3.0, "unit_cost": 900.0, "status": "committed"},
        {"site": "plant", "programme": "van", "unit_cost": 900.0, "status": "current"},
        {"site": "plant", "programme": "next", "unit_cost": 900.0},
        {"site": "hall", "programme": "van", "tooling_cost": 30.0},
    ],
    "nominations": [
        {
            "site": "works",
            "family": "battery",
            "capacity": 2000.0,
            "tooling_cost": 0.5,
            "committed": 300.0,
            "take_or_pay": 0.5,
        },
        {"site": "shed", "family": "battery", "tooling_cost": 50.0},
    ],
    "markets": [
        {"market": "home", "country": "NO", "vat": 0.25},
        {"market": "away", "country": "SE", "vat": 0.25, "dealer_share": 0.1},
    ],
    "offers": [
        {"model": model, "market": market, "price": price, "base_sales": 200.0, "min_share": 0.5}
        for model, price in (("car_a", 40000.0), ("van_a", 38000.0), ("next_a", 40000.0))
        for market in ("home", "away")
    ],
    "lanes": [
        {"from": "works", "to": "plant", "cost_per_unit": 60.0, "days": 40.0},
        {"from": "plant", "to": "home", "cost_per_unit": 100.0, "days": 2.0},
        {"from": "plant", "to": "away", "cost_per_unit": 300.0, "days": 5.0},
    ],
    "tariffs": [
        {"importer": "SE", "exporter": "*", "hs": "87", "kind": "mfn", "ad_valorem": 0.1},
        {
            "importer": "SE",
            "exporter": "NO",
            "hs": "8703",
            "kind": "preference",
            "name": "quota",
            "quota": 50.0,
        },
        {"importer": "NO", "exporter": "*", "hs": "8507", "kind": "mfn", "ad_valorem": 0.03},
    ],
    "targets": [
        {"target": "many", "kind": "volume", "territory": "SE", "value": 500.0, "penalty": 1.0},
        {"target": "clean", "kind": "share", "powertrains": "BEV", "value": 0.6, "penalty": 10.0},
    ],
    "scenarios": [{"scenario": "storm"}],
}


def workshop(**tables: list[dict[str, Any]]) -> Study:
    """Return the study, with these tables in place of its own."""
    rows = ROWS | tables
    for row in rows["models"]:
        powertrain = "ICE" if row["model"].startswith("van") else "BEV"
        row.update(segment="mid", powertrain=powertrain, hs="8703.80", body_cost=9000.0, volume_m3=10.0)
    frames = {name: pl.DataFrame(found, infer_schema_length=None) for name, found in rows.items()}
    return Study.of(SETTINGS, frames)


@cache
def good_answer(sharing: str = "alliance") -> Answer:
    """Return the oracle's answer to the workshop."""
    return answer(workshop(), sharing=sharing)


def good_tables(sharing: str = "alliance") -> Tables:
    """Return the tables of the best plan of the workshop."""
    return plan_tables(good_answer(sharing))


def checked(tables: Tables, *, sharing: str = "alliance", **claims: Any) -> Verification:
    """Return what the verifier finds in the workshop's plan."""
    return verify(workshop(), tables, sharing=sharing, **claims)


def add(tables: Tables, name: str, amount: float, **cells: str) -> Tables:
    """Return the tables with an amount added to the number of the only row that has these cells."""
    table, place = tables[name], pl.lit(True)
    for column, cell in cells.items():
        place = place & (pl.col(column) == cell)
    assert table.filter(place).height == 1, (name, cells, table)
    number = next(column for column, kind in table.schema.items() if kind == pl.Float64)
    changed = pl.when(place).then(pl.col(number) + amount).otherwise(pl.col(number))
    return {**tables, name: table.with_columns(changed.alias(number))}


def extend(tables: Tables, name: str, *row: object) -> Tables:
    """Return the tables with a row more."""
    more = pl.DataFrame([row], schema=tables[name].schema, orient="row")
    return {**tables, name: pl.concat([tables[name], more])}


def without(tables: Tables, name: str, **cells: str) -> Tables:
    """Return the tables without the rows that have these cells."""
    place = pl.lit(True)
    for column, cell in cells.items():
        place = place & (pl.col(column) == cell)
    kept = tables[name].filter(~place)
    assert kept.height < tables[name].height, (name, cells)
    return {**tables, name: kept}

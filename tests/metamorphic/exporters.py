"""An electric, a plug-in hybrid and a combustion car, made in China or in France and sold in France."""

from typing import Any

import polars as pl

from lynchpin.study.study import Settings, Study

HEADINGS = {"electric": "8703.80", "hybrid": "8703.60", "combustion": "8703.22"}
DRIVES = {"electric": "BEV", "hybrid": "PHEV", "combustion": "ICE"}


def exporters(*more_tariffs: dict[str, Any]) -> Study:
    """Return the study with a general duty of a tenth, and other tariffs if any.

    Building in France costs 4,000 a car more and 10 million a year of tooling, the duty is 1,500: the cars
    come from China. With 35 % on top, 5,250 a car, the electric one does not.
    """
    settings = Settings(name="exporters", first_period="2026", periods=2, currency="EUR", discount_rate=0.05)
    tables: dict[str, list[dict[str, Any]]] = {
        "partners": [{"partner": "maker"}],
        "brands": [{"brand": "maker", "partner": "maker"}],
        "programmes": [{"programme": name, "brand": "maker", "status": "current"} for name in HEADINGS],
        "models": [
            {
                "model": name,
                "programme": name,
                "powertrain": DRIVES[name],
                "hs": HEADINGS[name],
                "body_cost": 9_000.0,
            }
            for name in HEADINGS
        ],
        "sites": [
            {"site": "china", "kind": "assembly", "operator": "maker", "country": "CN", "capacity": 40_000.0},
            {
                "site": "france",
                "kind": "assembly",
                "operator": "maker",
                "country": "FR",
                "capacity": 30_000.0,
            },
        ],
        "allocations": [
            row
            for name in HEADINGS
            for row in (
                {"site": "china", "programme": name, "unit_cost": 1_000.0, "status": "current"},
                {"site": "france", "programme": name, "unit_cost": 5_000.0, "status": "candidate"}
                | {"tooling_cost": 20.0, "life": 2.0},
            )
        ],
        "markets": [{"market": "france", "country": "FR"}],
        "offers": [
            {
                "model": name,
                "market": "france",
                "price": 20_000.0,
                "base_sales": 10_000.0,
                "customs_share": 0.75,
            }
            for name in HEADINGS
        ],
        "lanes": [
            {"from": "china", "to": "france", "carries": "cars", "cost_per_unit": 0.0},
            {"from": "france", "to": "france", "carries": "cars", "cost_per_unit": 0.0},
        ],
        "tariffs": [
            {"importer": "FR", "exporter": "*", "hs": "8703", "kind": "mfn", "ad_valorem": 0.1},
            *more_tariffs,
        ],
    }
    return Study.of(settings, {name: pl.DataFrame(rows) for name, rows in tables.items()})


def countervailing() -> Study:
    """Return the study with a countervailing duty of 35 % on electric cars from China."""
    row = {"importer": "FR", "exporter": "CN", "hs": "870380", "kind": "addon", "name": "countervailing"}
    return exporters(row | {"ad_valorem": 0.35})

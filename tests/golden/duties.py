"""Duties and scale worked by hand, each a study of one plant, one car and one market abroad.

The car is made in Mexico and sold in the United States at a net price that is also its customs value;
freight, transit and every other cost are nil, so the whole difference between revenue and objective is
duty.

- 45 % of the value qualifies and a duty of 25 % is laid on the rest: 13.75 %.
- A quota of 100,000 vehicles pays 10 %, what goes beyond it 35 %.
- At most 60 % of the value may be foreign: a car with 61 % pays 10 %, one with 60 % nothing.
- A duty of 40 % with a floor of 7,000 a car.
- Learning by 20 % a doubling: exponent 0.3219, and three doublings bring the cost to 0.512.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from lynchpin.study.study import Settings, Study

Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A study and the duty that it must pay in total, in dollars."""

    name: str
    study: Study
    duty: float


def export(name: str, *, price: float, sales: float, **tables: Rows) -> Study:
    """Return a study of one car, made in Mexico by `maker` and sold in the United States."""
    settings = Settings(name=name, first_period="2026", periods=1, currency="USD")
    rows: dict[str, Rows] = {
        "partners": [{"partner": "maker"}],
        "brands": [{"brand": "maker", "partner": "maker"}],
        "programmes": [{"programme": "car", "brand": "maker", "status": "current"}],
        "models": [{"model": "car", "programme": "car", "powertrain": "BEV", "hs": "8703.80"}],
        "sites": [{"site": "plant", "kind": "assembly", "operator": "maker", "country": "MX"}],
        "allocations": [{"site": "plant", "programme": "car", "status": "current"}],
        "markets": [{"market": "abroad", "country": "US"}],
        "offers": [{"model": "car", "market": "abroad", "price": price, "base_sales": sales}],
        "lanes": [{"from": "plant", "to": "abroad", "carries": "cars", "cost_per_unit": 0.0}],
    }
    return Study.of(settings, {name: pl.DataFrame(given) for name, given in (rows | tables).items()})


def row(kind: str, ad_valorem: float, **cells: Any) -> dict[str, Any]:
    """Return a row of `tariffs` on cars from anywhere to the United States."""
    return {"importer": "US", "exporter": "*", "hs": "8703", "kind": kind, "ad_valorem": ad_valorem} | cells


def declared(content: float) -> Rows:
    """Return the content that the plant declares for its car under the agreement `pact`."""
    return [{"site": "plant", "programme": "car", "agreement": "pact", "content": content}]


def non_content() -> Case:
    """Return the case of a duty on what is not content."""
    tariffs = [
        row("mfn", 0.0),
        row("addon", 0.25, name="content", base="non_content", content_of="pact"),
    ]
    agreements = [{"agreement": "pact", "members": "US;MX", "rule": "none"}]
    study = export(
        "non-content",
        price=20_000.0,
        sales=1_000.0,
        tariffs=tariffs,
        agreements=agreements,
        origin=declared(0.45),
    )
    return Case(name="non-content", study=study, duty=0.1375 * 20_000 * 1_000)


def quota() -> Case:
    """Return the case of a quota that half as much again is sold beyond."""
    tariffs = [row("mfn", 0.35), row("preference", 0.10, name="quota", quota=100_000.0)]
    study = export("quota", price=20_000.0, sales=150_000.0, tariffs=tariffs)
    return Case(name="quota", study=study, duty=(0.10 * 100_000 + 0.35 * 50_000) * 20_000)


def origin(foreign: float) -> Case:
    """Return the case of a limit of 60 % on foreign value."""
    tariffs = [row("mfn", 0.10), row("preference", 0.0, name="pact", condition="pact")]
    agreements = [{"agreement": "pact", "members": "US;MX", "rule": "max_nom", "threshold": 0.6}]
    content = declared(round(1 - foreign, 6))
    study = export(
        "origin", price=20_000.0, sales=1_000.0, tariffs=tariffs, agreements=agreements, origin=content
    )
    return Case(name=f"origin-{foreign}", study=study, duty=0.10 * 20_000 * 1_000 if foreign > 0.6 else 0.0)


def floor(value: float) -> Case:
    """Return the case of a duty of 40 % but at least 7,000 a car."""
    study = export("floor", price=value, sales=1_000.0, tariffs=[row("mfn", 0.40, floor=7_000.0)])
    return Case(name=f"floor-{value:.0f}", study=study, duty=max(0.40 * value, 7_000) * 1_000)


def cases() -> list[Case]:
    """Return every duty that was worked by hand."""
    return [non_content(), quota(), origin(0.61), origin(0.60), floor(10_000.0), floor(20_000.0)]


def learning(doublings: int) -> Study:
    """Return a study that buys one part 2 ** doublings times its reference volume of 1,000 a year."""
    return export(
        "learning",
        price=20_000.0,
        sales=1_000.0 * 2**doublings,
        tariffs=[row("mfn", 0.0)],
        families=[
            {
                "family": "battery",
                "scale_rate": 0.2,
                "reference_volume": 1_000.0,
                "saturation_volume": 64_000.0,
                "scale_attribute": "pieces",
            }
        ],
        attributes=[{"family": "battery", "attribute": "kwh", "sense": "at_least"}],
        requirements=[{"model": "car", "family": "battery"}],
        variants=[
            {
                "variant": "pack",
                "family": "battery",
                "owner": "maker",
                "status": "current",
                "unit_cost": 5_000.0,
            }
        ],
        sites=[
            {"site": "plant", "kind": "assembly", "operator": "maker", "country": "MX"},
            {"site": "supplier", "kind": "component", "operator": "supplier", "country": "MX"},
        ],
        nominations=[{"site": "supplier", "variant": "pack", "status": "current"}],
        lanes=[
            {"from": "plant", "to": "abroad", "carries": "cars", "cost_per_unit": 0.0},
            {"from": "supplier", "to": "plant", "carries": "parts", "cost_per_unit": 0.0},
        ],
    )

"""Versions and prices: a price is what it costs to make a version and bring it to market, times a markup."""

import numpy as np

from lynchpin.study.ladder.cars import Car
from lynchpin.study.ladder.draft import Draft, rounded
from lynchpin.study.ladder.parts import Variant
from lynchpin.study.ladder.places import World
from lynchpin.study.ladder.supply import CONVERSION, body_cost

MARKUP = {"current": (1.05, 1.19), "committed": (1.09, 1.23), "candidate": (1.0, 1.23)}
TO_MARKET = 1.06  # freight and duty on the way, as a factor
SELLING = 0.06


def models(draft: Draft, cars: tuple[Car, ...]) -> None:
    """Write the versions."""
    for car in cars:
        draft.add(
            "models",
            model=car.model,
            programme=car.programme,
            segment=car.segment,
            powertrain="BEV",
            hs="8703.80",
            volume_m3=rounded(9.6 + 5.2 * car.large, 0.1),
            mass_kg=rounded(1350 + 850 * car.large + 150 * car.strong, 5),
            body_cost=body_cost(draft, car),
            status="candidate" if car.second else None,
        )


def prices(draft: Draft, world: World, cars: tuple[Car, ...], variants: tuple[Variant, ...]) -> None:
    """Fill in the prices of the offers: cost times a markup of the version times the level of the market."""
    parts = dict.fromkeys((car.model for car in cars), 0.0)
    for variant in variants:
        if len(variant.cars) == 1:
            parts[variant.cars[0].model] += variant.cost
    net: dict[str, float] = {}
    markup = _markups(draft, cars)
    for car in cars:
        work = CONVERSION * (0.8 + 0.5 * car.large) * 0.85
        cost = (body_cost(draft, car) + work + parts[car.model] * 0.97) * TO_MARKET
        net[car.model] = cost * markup[car.model] / (1 - SELLING)
    markets = {market.name: market for market in world.markets}
    for row in draft.rows["offers"]:
        market = markets[row["market"]]
        noise = float(np.clip(draft.dice("offer", row["model"], market.name).normal(1, 0.025), 0.93, 1.07))
        consumer = net[row["model"]] * market.level * noise * (1 + market.vat) / (1 - market.dealer)
        row.update(price=rounded(consumer, 50), selling_share=SELLING, customs_share=0.8)


def _markups(draft: Draft, cars: tuple[Car, ...]) -> dict[str, float]:
    """Return the markup of each version: of every status they are spread evenly over its range."""
    found: dict[str, float] = {}
    for status, (low, high) in MARKUP.items():
        names = [car.model for car in cars if car.status == status]
        dice = draft.dice("markup", status)
        places = (dice.permutation(len(names)) + dice.uniform(0.2, 0.8, len(names))) / max(1, len(names))
        found |= {name: low + (high - low) * float(place) for name, place in zip(names, places, strict=True)}
    return found

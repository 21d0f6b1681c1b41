"""Families, needs and variants: designs of one car, and joins of two.

need of attribute a by car c   base_a + span_a x (mix of large and strong) x noise
own variant of a car           its needs
join of two cars               the greater of their needs, attribute by attribute
room                           a variant takes litres, at most what the car has room for, which is set so
                               that about fourteen variants fit a need, fewer where needs are high
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.study.canonical import number_text
from lynchpin.study.ladder.cars import Car
from lynchpin.study.ladder.draft import SOURCE, Draft, rounded
from lynchpin.study.ladder.families import FAMILIES, Family
from lynchpin.study.ladder.sizes import VARIANTS_A_NEED

ROOM = "litres"
NEIGHBOURS = 6  # a join is of a car and one of so many that need about the same
HIGH_VOLTAGE = 0.68  # a car that is stronger runs at 800 V


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A concrete component: values of the two properties, voltage, room it takes, and list cost in euros."""

    name: str
    family: Family
    owner: str
    status: str
    values: tuple[float, float]
    volts: float
    litres: float
    cost: float
    cars: tuple[Car, ...]

    @property
    def kg(self) -> float:
        """Return the mass of one piece."""
        return rounded(self.litres * self.family.kg_per_litre, 0.1)


def parts(draft: Draft, cars: tuple[Car, ...]) -> tuple[Variant, ...]:
    """Write families, attributes, price paths, requirements, variants, specifications and uses."""
    found: list[Variant] = []
    for family in FAMILIES[: draft.dimensions.families]:
        _family(draft, family)
        variants = [_own(draft, family, car) for car in cars]
        variants += _joins(draft, family, cars)
        for variant in variants:
            _write(draft, variant)
        for car, own in zip(cars, variants, strict=False):
            _require(draft, car, own, variants)
        found += variants
    return tuple(found)


def _family(draft: Draft, family: Family) -> None:
    kwh = family.name == "battery_pack"
    unit = 4_000_000.0 if kwh else 60_000.0
    scaled: dict[str, float] = {}
    if draft.scale:
        scaled = {
            "scale_rate": family.scale_rate,
            "reference_volume": unit,
            "minimum_volume": unit / 4,
            "saturation_volume": unit * 10,
        }
    draft.add(
        "families",
        family=family.name,
        name=family.title,
        hs=family.hs,
        scale_attribute="kwh" if kwh else "pieces",
        **scaled,
    )
    for item in family.properties:
        draft.add(
            "attributes",
            family=family.name,
            attribute=item.name,
            unit=item.unit,
            sense="at_least",
            cost_per_unit=item.cost,
        )
    draft.add("attributes", family=family.name, attribute=ROOM, unit="l", sense="at_most")
    if kwh:
        draft.add("attributes", family=family.name, attribute="v", unit="V", sense="equal")
    if family.falls:
        _path(draft, family)


def _path(draft: Draft, family: Family) -> None:
    """Write a price path that is settled anew every third or fourth year, as supply contracts are."""
    dice = draft.dice("path", family.name)
    level, china, until = 1.0, 1.0, int(dice.integers(2, 4))
    for index, year in enumerate(draft.years):
        if index == until:
            gap = int(dice.integers(3, 5))
            level *= (1 - family.falls * float(dice.uniform(0.7, 1.3))) ** gap
            china *= (1 - 1.15 * family.falls * float(dice.uniform(0.7, 1.3))) ** gap
            until = index + gap
        for country, worth in (("any", level), ("CN", china)):
            draft.add(
                "price_paths",
                family=family.name,
                country=country,
                period=str(year),
                index=rounded(worth, 0.001),
            )


def _own(draft: Draft, family: Family, car: Car) -> Variant:
    """Return the design made for one car; it is current where the car is on sale."""
    dice = draft.dice("need", family.name, car.model)
    values = tuple(
        rounded(
            item.low
            + item.span
            * float(
                np.clip(item.size * car.large + (1 - item.size) * car.strong + dice.normal(0, 0.07), 0, 1.1)
            ),
            item.step,
        )
        for item in family.properties
    )
    volts = 800.0 if car.strong > HIGH_VOLTAGE else 400.0
    return _variant(draft, family, f"{family.name}_{car.model}", (values[0], values[1]), volts, (car,))


def _variant(
    draft: Draft,
    family: Family,
    name: str,
    values: tuple[float, float],
    volts: float,
    cars: tuple[Car, ...],
) -> Variant:
    dice = draft.dice("design", name)
    litres = family.base_litres + sum(
        item.litres * value for item, value in zip(family.properties, values, strict=True)
    )
    cost = sum(item.cost * value for item, value in zip(family.properties, values, strict=True))
    status = cars[0].status if len(cars) == 1 else "candidate"
    return Variant(
        name=name,
        family=family,
        owner=cars[int(dice.integers(len(cars)))].partner,
        status=status,
        values=values,
        volts=volts,
        litres=rounded(litres * float(dice.uniform(0.95, 1.05)), 0.1),
        cost=rounded(cost * float(np.clip(dice.normal(1, 0.03), 0.9, 1.1)), 1),
        cars=cars,
    )


def _joins(draft: Draft, family: Family, cars: tuple[Car, ...]) -> list[Variant]:
    """Return joins of two cars that are alike, half as many as there are cars."""
    dice = draft.dice("joins", family.name)
    owns = [_own(draft, family, car) for car in cars]
    pairs: set[tuple[int, int]] = set()
    for _ in range(20 * len(cars)):
        if len(pairs) >= len(cars) // 2:
            break
        first = int(dice.integers(len(cars)))
        alike = [
            index
            for index, own in enumerate(owns)
            if index != first and (own.volts == owns[first].volts or family.name != "battery_pack")
        ]
        if alike:
            alike.sort(key=lambda index, first=first: (_apart(owns[first], owns[index]), index))
            other = alike[int(dice.integers(min(len(alike), NEIGHBOURS)))]
            pairs.add((min(first, other), max(first, other)))
    return [
        _variant(
            draft,
            family,
            f"{family.name}_{cars[i].model}_{cars[j].model}",
            (
                max(owns[i].values[0], owns[j].values[0]),
                max(owns[i].values[1], owns[j].values[1]),
            ),
            owns[i].volts,
            (cars[i], cars[j]),
        )
        for i, j in sorted(pairs)
    ]


def _apart(one: Variant, other: Variant) -> float:
    """Return how far two designs are apart, in shares of the range of needs."""
    steps = zip(one.values, other.values, one.family.properties, strict=True)
    return sum(abs(mine - theirs) / item.span for mine, theirs, item in steps)


def _write(draft: Draft, variant: Variant) -> None:
    dice = draft.dice("money", variant.name)
    family = variant.family
    draft.add(
        "variants",
        variant=variant.name,
        family=family.name,
        owner=variant.owner,
        status=variant.status,
        engineering_cost=rounded(float(dice.uniform(*family.engineering)), 1),
        life=8.0,
        unit_cost=variant.cost,
        mass_kg=variant.kg,
    )
    values = dict(zip((item.name for item in family.properties), variant.values, strict=True))
    values[ROOM] = variant.litres
    if family.name == "battery_pack":
        values["v"] = variant.volts
    for attribute, value in values.items():
        draft.add("specifications", variant=variant.name, attribute=attribute, value=number_text(value))


def _require(draft: Draft, car: Car, own: Variant, variants: list[Variant]) -> None:
    """Write what a car needs of a family, with room for about fourteen variants."""
    family = own.family
    meets = sorted(
        variant.litres
        for variant in variants
        if all(has >= need for has, need in zip(variant.values, own.values, strict=True))
        and (variant.volts == own.volts or family.name != "battery_pack")
    )
    count = VARIANTS_A_NEED + int(draft.dice("room", family.name, car.model).integers(-3, 4))
    made_for_it = [variant.litres for variant in variants if car in variant.cars]
    room = max(*made_for_it, meets[min(count, len(meets)) - 1])
    needs = dict(zip((item.name for item in family.properties), own.values, strict=True))
    needs[ROOM] = room
    if family.name == "battery_pack":
        needs["v"] = own.volts
    for attribute, value in needs.items():
        draft.add(
            "requirements", model=car.model, family=family.name, attribute=attribute, value=number_text(value)
        )
    if car.status in ("current", "committed"):
        draft.add("uses", model=car.model, variant=own.name, source=SOURCE)

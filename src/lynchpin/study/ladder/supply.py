"""Plants and suppliers: who may build which programme and make which variant, at what cost and up to where.

plants      together 1.15 x the most vehicles of any year, spread unevenly; some are only candidates
suppliers   a nomination makes at most about one to four times the volume of a typical version
"""

import numpy as np

from lynchpin.study.ladder.cars import Car
from lynchpin.study.ladder.draft import Draft, drawn, rounded
from lynchpin.study.ladder.families import FAMILIES, Family
from lynchpin.study.ladder.parts import Variant
from lynchpin.study.ladder.places import Place, World
from lynchpin.study.ladder.sizes import PLANTS_A_PROGRAMME, SUPPLIERS_A_VARIANT

CAPACITY = 1.15  # of the most vehicles of any year, over all plants
CANDIDATE_PLANTS = 0.1  # share of plants that would have to be opened
CONVERSION = 2300.0  # euros a vehicle at level 1
BODY = 9300.0  # euros a vehicle of medium size, without what families cover
TYPICAL = {  # euros a vehicle of what a family would cover, in bodies of studies without the family
    "electronics": 1650.0,
    "charger": 600.0,
    "thermal": 850.0,
    "cockpit": 650.0,
}


def supply(
    draft: Draft,
    world: World,
    partners: tuple[str, ...],
    cars: tuple[Car, ...],
    variants: tuple[Variant, ...],
) -> None:
    """Write sites, allocations and nominations."""
    operators = _plants(draft, world, partners, cars)
    _allocations(draft, world, operators, cars)
    makers = _suppliers(draft, world)
    for variant in variants:
        _nominations(draft, makers[variant.family.name], variant)


def body_cost(draft: Draft, car: Car) -> float:
    """Return what a version costs beside its families, euros."""
    given = {family.name for family in FAMILIES[: draft.dimensions.families]}
    rest = sum(cost for family, cost in TYPICAL.items() if family not in given)
    size = 0.66 + 0.6 * car.large + 0.15 * car.strong
    noise = float(draft.dice("body", car.model).uniform(0.95, 1.05))
    return rounded((BODY * size + rest) * noise, 10)


def _plants(draft: Draft, world: World, partners: tuple[str, ...], cars: tuple[Car, ...]) -> dict[str, str]:
    """Write the plants; return who operates each."""
    dice = draft.dice("plants")
    count = len(world.plants)
    peak = float(np.sum([car.possible.sum(axis=0) for car in cars], axis=0).max())
    shares = dice.uniform(0.6, 1.6, count)
    capacity = CAPACITY * peak * shares / shares.sum()
    closed = set(dice.permutation(count)[: round(CANDIDATE_PLANTS * count)].tolist())
    turns = dice.permutation(count)
    operators: dict[str, str] = {}
    for number, place in enumerate(world.plants):
        operators[place.name] = partners[int(turns[number]) % len(partners)]
        slots = max(20_000.0, rounded(float(capacity[number]), 1000))
        new = number in closed
        draft.add(
            "sites",
            site=place.name,
            name=place.title,
            kind="assembly",
            operator=operators[place.name],
            country=place.country,
            lat=place.lat,
            lon=place.lon,
            zone=place.zone,
            capacity=slots,
            fixed_cost=rounded(slots * 330e-6 * place.level**2 / place.rate, 0.1),
            idle_cost=rounded(60 / place.rate, 1),
            body_factor=rounded(1 + 0.6 * (place.level - 1) + float(dice.normal(0, 0.01)), 0.01),
            opening_cost=rounded(slots * 2400e-6 / place.rate, 1) if new else None,
            status="candidate" if new else "current",
            currency=place.currency,
        )
    return operators


def _allocations(draft: Draft, world: World, operators: dict[str, str], cars: tuple[Car, ...]) -> None:
    """Write where each programme may be built: own plants rather than others, one as it stands."""
    opened = {row["site"] for row in draft.rows["sites"] if row["status"] == "current"}
    for car in cars:
        if car.second:
            continue
        dice = draft.dice("allocations", car.programme)
        weights = np.array([3.0 if operators[place.name] == car.partner else 1.0 for place in world.plants])
        count = min(PLANTS_A_PROGRAMME, len(world.plants))
        places = drawn(dice, world.plants, count, weights)
        first = next((place for place in places if place.name in opened), places[0])
        effort = float(dice.uniform(0.8, 1.2)) * (0.8 + 0.5 * car.large)
        for place in places:
            status = car.status if place is first and place.name in opened else "candidate"
            _allocation(draft, dice, car, place, effort, status)


def _allocation(
    draft: Draft, dice: np.random.Generator, car: Car, place: Place, effort: float, status: str
) -> None:
    work = CONVERSION * effort * place.level**5 * float(dice.uniform(0.92, 1.08))
    tools = float(dice.uniform(80, 240)) * (0.75 + 0.5 * car.large)
    draft.add(
        "allocations",
        site=place.name,
        programme=car.programme,
        tooling_cost=None if status == "current" else rounded(tools / place.rate, 1),
        life=7.0,
        unit_cost=rounded(work / place.rate, 1),
        status=status,
        currency=place.currency,
    )


def _suppliers(draft: Draft, world: World) -> dict[str, list[Place]]:
    """Write the suppliers; return who makes each family: everyone makes one, every second one two."""
    families = FAMILIES[: draft.dimensions.families]
    dice = draft.dice("suppliers")
    order = drawn(dice, world.suppliers, len(world.suppliers))
    makers: dict[str, list[Place]] = {family.name: [] for family in families}
    for turn, place in enumerate(order):
        for step in range(2 if turn % 2 else 1):
            makers[families[(turn + step) % len(families)].name].append(place)
    for family in families:  # small studies: at least as many makers as a variant has
        spare = [place for place in world.suppliers if place not in makers[family.name]]
        makers[family.name] += spare[: max(0, SUPPLIERS_A_VARIANT + 1 - len(makers[family.name]))]
    for place in world.suppliers:
        draft.add(
            "sites",
            site=place.name,
            name=place.title,
            kind="component",
            operator=f"supplier_{place.name}",
            country=place.country,
            lat=place.lat,
            lon=place.lon,
            zone=place.zone,
            cost_factor=rounded(place.level * float(np.clip(dice.normal(1, 0.03), 0.92, 1.08)), 0.001),
            status="current",
        )
    return makers


def _nominations(draft: Draft, makers: list[Place], variant: Variant) -> None:
    """Write who may make a variant; the first has the status of the variant, the others are candidates."""
    dice = draft.dice("nominations", variant.name)
    family = variant.family
    count = min(SUPPLIERS_A_VARIANT, len(makers))
    for turn, place in enumerate(drawn(dice, makers, count)):
        status = variant.status if turn == 0 else "candidate"
        draft.add(
            "nominations",
            site=place.name,
            variant=variant.name,
            cost_factor=rounded(float(np.clip(dice.normal(1, 0.025), 0.93, 1.07)), 0.001),
            capacity=_capacity(dice, family, variant),
            tooling_cost=None
            if status == "current"
            else rounded(float(dice.uniform(*family.tooling)) * place.level / place.rate, 0.5),
            life=7.0,
            status=status,
            currency=place.currency,
        )


def _capacity(dice: np.random.Generator, family: Family, variant: Variant) -> float:
    """Return the most that a nomination makes in a year, in the family's measure of volume."""
    pieces = float(dice.uniform(90_000, 300_000))
    if family.name == "battery_pack":
        return rounded(pieces * variant.values[0], 10_000)
    return rounded(pieces, 1000)

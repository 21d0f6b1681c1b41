"""Partners, brands, programmes and versions, and how many of each could be sold where and when."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lynchpin.study.ladder.draft import Draft, drawn, rounded
from lynchpin.study.ladder.places import Place, World

PARTNERS = (
    ("alder", "Alder Motor", ("alder", "alnus")),
    ("birch", "Birch Automobile", ("birch", "betula")),
    ("cedar", "Cedar Group", ("cedar", "cedrus")),
    ("dogwood", "Dogwood Cars", ("dogwood", "cornus")),
    ("elm", "Elm Motor", ("elm", "ulmus")),
    ("fir", "Fir Automobile", ("fir", "abies")),
)
SEGMENTS = ((0.34, "small"), (0.68, "mid"), (1.01, "large"))
LIFE = 12  # years of a programme, its successor on the same base included
LIFE_CURVE = (0.6, 1.0, 1.05, 1.0, 0.95, 0.9, 0.9, 1.0, 1.0, 0.95, 0.9, 0.85)
SALES = 52_000.0  # vehicles a year of a typical version in all its markets
LETTERS = "ab"  # versions of a programme
CURRENT, COMMITTED = 0.3, 0.65  # cumulated shares of programmes; the rest are candidates
Growth = dict[tuple[str, str], npt.NDArray[np.float64]]  # market, segment -> growth by year


@dataclass(frozen=True, kw_only=True)
class Programme:
    """What is developed once: whose it is, when it is launched, how large and strong its cars are."""

    name: str
    partner: str
    status: str
    launch: int
    large: float
    strong: float


@dataclass(frozen=True, eq=False, kw_only=True)
class Car:
    """A version: its programme, whose it is, how large and how strong it is, and where it may be sold.

    second         whether it is a programme's second version
    large, strong  between 0 and 1; all its needs follow from them
    possible       most vehicles a year that could be sold, markets x years
    """

    model: str
    programme: str
    status: str
    second: bool
    partner: str
    large: float
    strong: float
    markets: tuple[Place, ...]
    possible: npt.NDArray[np.float64]

    @property
    def segment(self) -> str:
        """Return the segment that the size of the car puts it in."""
        return next(name for limit, name in SEGMENTS if self.large < limit)

    @property
    def typical(self) -> float:
        """Return the vehicles of a good year."""
        return float(self.possible.sum(axis=0).max())


def partners(draft: Draft) -> tuple[str, ...]:
    """Write partners and brands; return the partners."""
    chosen = PARTNERS[: draft.dimensions.partners]
    for partner, title, _ in chosen:
        draft.add("partners", partner=partner, name=title)
    busy = {_brand(draft, number) for number in range(draft.dimensions.programmes)}
    for partner, brand in sorted(busy):
        draft.add("brands", brand=brand, partner=partner, name=brand.capitalize())
    return tuple(partner for partner, _, _ in chosen)


def _brand(draft: Draft, number: int) -> tuple[str, str]:
    """Return partner and brand of a programme: partners by turns, and their brands by turns."""
    turn, place = divmod(number, draft.dimensions.partners)
    partner, _, brands = PARTNERS[place]
    return partner, brands[turn % len(brands)]


def cars(draft: Draft, world: World) -> tuple[Car, ...]:
    """Write demand, programmes and offers without prices; return the versions."""
    growth = _demand(draft, world)
    count = draft.dimensions.programmes
    doubled = set(drawn(draft.dice("doubled"), range(count), draft.dimensions.versions - count))
    found: list[Car] = []
    for number in range(count):
        programme = _programme(draft, number)
        for letter in LETTERS if number in doubled else LETTERS[:1]:
            found.append(_version(draft, world, growth, programme, letter, alone=number not in doubled))
    return tuple(found)


def _demand(draft: Draft, world: World) -> Growth:
    """Write the size of every market by segment; return its growth since the first year."""
    growth: Growth = {}
    for market in world.markets:
        for _, segment in SEGMENTS:
            dice = draft.dice("growth", market.name, segment)
            steps = np.clip(dice.normal(dice.uniform(0.0, 0.07), 0.03, len(draft.years) - 1), -0.1, 0.2)
            size = rounded(150_000 * market.weight * float(dice.uniform(0.6, 1.4)), 100)
            path = np.round(size * np.cumprod(np.concatenate([[1.0], 1.0 + steps])))
            growth[market.name, segment] = path / path[0]
            for year, vehicles in zip(draft.years, path.tolist(), strict=True):
                draft.add(
                    "demand", market=market.name, segment=segment, period=str(year), vehicles=float(vehicles)
                )
    return growth


def _status(draft: Draft, number: int) -> str:
    """Return the status of a programme: shares hold for the study, the order is drawn."""
    count = draft.dimensions.programmes
    place = float(np.argsort(draft.dice("status").permutation(count))[number] + 0.5) / count
    return "current" if place < CURRENT else "committed" if place < COMMITTED else "candidate"


def _launch(dice: np.random.Generator, status: str, years: int) -> int:
    """Return the launch, counted from the first year: current ones before it, candidates last."""
    earliest, latest = {
        "current": (-3, -1),
        "committed": (0, round(0.4 * years)),
        "candidate": (min(1, years - 1), round(0.6 * years)),
    }[status]
    return int(dice.integers(earliest, max(earliest, latest) + 1))


def _programme(draft: Draft, number: int) -> Programme:
    dice = draft.dice("programme", number)
    partner, brand = _brand(draft, number)
    status = _status(draft, number)
    launch = _launch(dice, status, draft.dimensions.years)
    large = float(dice.uniform())
    effort = rounded(float(dice.uniform(250, 550)) * (0.7 + 0.6 * large), 5)
    programme = Programme(
        name=f"p{number + 1:03d}",
        partner=partner,
        status=status,
        launch=launch,
        large=large,
        strong=float(np.clip(0.75 * large + dice.normal(0.12, 0.18), 0, 1)),
    )
    draft.add(
        "programmes",
        programme=programme.name,
        brand=brand,
        name=f"{brand.capitalize()} {number + 1}",
        launch=str(draft.years[0] + launch),
        life=float(LIFE),
        development_cost=None if status == "current" else effort,
        development_life=7.0,
        life_curve=";".join(f"{share:g}" for share in LIFE_CURVE),
        status=status,
    )
    return programme


def _version(
    draft: Draft, world: World, growth: Growth, programme: Programme, letter: str, *, alone: bool
) -> Car:
    """Write the offers of a version and return it; a second one has the longer range and may be left out."""
    longer = letter != LETTERS[0]
    dice = draft.dice("version", programme.name, letter)
    markets = _markets(draft, world, programme.name)
    car = Car(
        model=f"{programme.name}{letter}",
        programme=programme.name,
        status="candidate" if longer else programme.status,
        second=longer,
        partner=programme.partner,
        large=float(np.clip(programme.large + 0.12 * longer, 0, 1)),
        strong=float(np.clip(programme.strong + 0.2 * longer, 0, 1)),
        markets=markets,
        possible=np.zeros((len(markets), draft.dimensions.years)),
    )
    share = 1.0 if alone else 0.4 if longer else 0.75
    sizes: npt.NDArray[np.float64] = np.array([market.weight for market in markets])
    weights = sizes**0.6 * dice.lognormal(0, 0.45, size=len(markets))
    total = SALES * share * float(dice.lognormal(0, 0.4)) * (1.15 - 0.3 * programme.large)
    sales: npt.NDArray[np.float64] = (total * weights / weights.sum()).round(-1).clip(200.0)
    ages = range(-programme.launch, draft.dimensions.years - programme.launch)
    curve = np.array([LIFE_CURVE[age] if 0 <= age < LIFE else 0.0 for age in ages])
    for row, market in enumerate(markets):
        car.possible[row] = sales[row] * growth[market.name, car.segment] * curve
        draft.add("offers", model=car.model, market=market.name, base_sales=float(sales[row]))
    return car


def _markets(draft: Draft, world: World, programme: str) -> tuple[Place, ...]:
    """Return about a third of the markets, drawn by size."""
    dice = draft.dice("markets", programme)
    count = min(len(world.markets), max(3, len(world.markets) // 3))
    weights = np.array([market.weight for market in world.markets]) ** 0.5
    return tuple(sorted(drawn(dice, world.markets, count, weights), key=lambda market: market.name))

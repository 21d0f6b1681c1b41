"""Where a study of the ladder takes place: real towns and countries, drawn evenly over the world.

`places.csv` has the coordinates, to about a kilometre, of towns where cars or their parts are made and of the
centres or ports of markets; its cost levels, market weights and taxes are round figures, not quotations.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from lynchpin.study.ladder.draft import Draft

AREAS = {
    **dict.fromkeys(("eu", "britain", "turkey", "serbia", "norway", "switzerland", "morocco", "tunisia"), 0),
    **dict.fromkeys(("usmca", "mercosur", "chile", "colombia"), 1),
    **dict.fromkeys(("china",), 2),
    **dict.fromkeys(("japan", "korea", "taiwan"), 3),
}
OTHER_AREA = 4
CURRENCIES = {"US": "USD", "MX": "USD", "CA": "USD", "CN": "CNY"}
RATES = {"USD": 0.88, "CNY": 0.123}  # euros, round figures of 2025


@dataclass(frozen=True, kw_only=True)
class Place:
    """A town or a market: where it lies, bloc, cost or price level; as a market its size and taxes."""

    name: str
    title: str
    country: str
    bloc: str
    zone: str
    lat: float
    lon: float
    level: float
    weight: float
    vat: float
    dealer: float

    @property
    def currency(self) -> str | None:
        """Return the currency that is paid here, None for the study's."""
        return CURRENCIES.get(self.country)

    @property
    def rate(self) -> float:
        """Return euros for one unit of the currency that is paid here."""
        return RATES.get(self.currency or "", 1.0)


@dataclass(frozen=True)
class World:
    """The places of one study, each kind sorted by name."""

    plants: tuple[Place, ...]
    suppliers: tuple[Place, ...]
    markets: tuple[Place, ...]

    @property
    def blocs(self) -> dict[str, str]:
        """Return the bloc of every country, sorted by country."""
        every = (*self.plants, *self.suppliers, *self.markets)
        return {place.country: place.bloc for place in sorted(every, key=lambda place: place.country)}


@cache
def gazetteer(kind: str) -> tuple[Place, ...]:
    """Return all places of a kind: assembly, component or market."""
    text = files("lynchpin.study.ladder").joinpath("places.csv").read_text(encoding="utf-8")
    return tuple(
        Place(
            name=row["place"],
            title=row["name"],
            country=row["country"],
            bloc=row["bloc"],
            zone=row["zone"],
            **{
                column: float(row[column] or 0)
                for column in ("lat", "lon", "level", "weight", "vat", "dealer")
            },
        )
        for row in csv.DictReader(text.splitlines())
        if row["kind"] == kind
    )


def world(draft: Draft) -> World:
    """Draw the places of a study and write markets, territories and currencies."""
    counts = draft.dimensions
    where = World(
        _drawn(draft, "assembly", counts.plants),
        _drawn(draft, "component", counts.suppliers),
        _drawn(draft, "market", counts.markets),
    )
    for place in where.markets:
        draft.add(
            "markets",
            market=place.name,
            name=place.title,
            country=place.country,
            lat=place.lat,
            lon=place.lon,
            zone=place.zone,
            vat=place.vat,
            dealer_share=place.dealer,
            duty_basis="fob" if place.bloc in ("usmca", "australia") else "cif",
        )
    for country, bloc in where.blocs.items():
        draft.add("territories", territory=bloc, country=country)
    for currency in sorted({place.currency for place in (*where.plants, *where.suppliers)} - {None}, key=str):
        draft.add("currencies", currency=currency, rate=RATES[str(currency)])
    return where


def _drawn(draft: Draft, kind: str, count: int) -> tuple[Place, ...]:
    """Draw `count` places, from each area about its share; larger markets sooner."""
    dice = draft.dice("places", kind)
    places = gazetteer(kind)
    weights = np.array([max(place.weight, 0.3) if kind == "market" else 1.0 for place in places])
    keys = dice.exponential(size=len(places)) / weights
    areas = np.array([AREAS.get(place.bloc, OTHER_AREA) for place in places])
    turn = np.empty(len(places))
    for area in np.unique(areas):
        inside = np.flatnonzero(areas == area)
        order = inside[np.argsort(keys[inside])]
        turn[order] = (np.arange(len(order)) + dice.uniform(0.2, 0.8)) / len(order)
    ranked = sorted(zip(turn.tolist(), places, strict=True), key=lambda pair: (pair[0], pair[1].name))
    return tuple(sorted((place for _, place in ranked[:count]), key=lambda place: place.name))

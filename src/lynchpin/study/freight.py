"""Lanes that a study needs and does not give: distance, price and days, frozen as rows of `lanes`.

A car goes from a plant that may build its programme to a market that offers one of the programme's models; a
part from a site that may make one of its family to another site that may build a model requiring the family.

Two places in one non-blank zone or in one country are joined by land, all others by sea:

    km    = detour_factor × great circle (land);  sea_detour_factor × shortest way at sea (sea), to 1 km
    price = km / 1000 × rate per 1000 km, and at sea the base rate on top; per m3 for cars, per kg for parts
    days  = km / km_per_day, and at sea port_days on top, to 0.1 day

The way at sea is the shortest in the network of the library searoute, with the straight way from each place
to its nearest point of the network; one search from a place finds the way to all others. The Northwest
Passage is never used; `suez_closed` closes the Suez Canal as well (closing it alone would send Asia's ships
through the Northwest Passage).
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import polars as pl

from lynchpin.errors import StudyError
from lynchpin.study.study import Settings, Study

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG
CLOSED = frozenset({"northwest"})  # passages of searoute that are never used

Point = tuple[float, float]  # longitude, latitude in degrees


@dataclass(frozen=True, order=True)
class Lane:
    """A way that goods may take; `carries` is `cars` or `parts`."""

    origin: str
    destination: str
    carries: str


@dataclass(frozen=True)
class Place:
    """Where a site or market lies: country, zone and point in degrees."""

    name: str
    country: str
    zone: str | None
    lat: float | None
    lon: float | None

    @property
    def point(self) -> Point | None:
        """Return longitude and latitude; None where one is not given."""
        return None if self.lat is None or self.lon is None else (self.lon, self.lat)


def complete(study: Study) -> Study:
    """Return the study with a row of `lanes` for every lane that it needs and does not give.

    Rows of the study stay as they are and win. Completing a completed study changes nothing.

    Raises StudyError, which names every place without coordinates, and where no way at sea exists.
    """
    lanes = missing(study)
    if not lanes:
        return study
    ends = {lane: _ends(study, lane) for lane in lanes}
    _require_points(ends)
    rows = [_row(study.settings, lane, *places) for lane, places in ends.items()]
    given = study.tables["lanes"]
    return study.replace(lanes=pl.concat([given, pl.DataFrame(rows, schema=given.schema)]))


def needed(study: Study) -> list[Lane]:
    """Return every lane that a plan of the study may use, sorted."""
    return sorted([*_car_lanes(study), *_part_lanes(study)])


def missing(study: Study) -> list[Lane]:
    """Return the needed lanes for which the study has no row of its own, sorted.

    A row that carries `any` counts for cars where it has a price per unit or per m3, for parts where it has
    one per unit or per kg; a row that carries exactly cars or parts always counts.
    """
    given: set[Lane] = set()
    for row in study.table("lanes").iter_rows(named=True):
        for carries, price in (("cars", "cost_per_m3"), ("parts", "cost_per_kg")):
            priced = row["cost_per_unit"] is not None or row[price] is not None
            if row["carries"] == carries or (row["carries"] == "any" and priced):
                given.add(Lane(row["from"], row["to"], carries))
    return [lane for lane in needed(study) if lane not in given]


def _car_lanes(study: Study) -> Iterable[Lane]:
    offers = study.tables["offers"].select("model", "market")
    pairs = _builders(study).join(offers, on="model").select("site", "market").unique()
    return (Lane(site, market, "cars") for site, market in pairs.iter_rows())


def _part_lanes(study: Study) -> Iterable[Lane]:
    families = study.tables["variants"].select("variant", pl.col("family").alias("of_variant"))
    makers = (
        study.tables["nominations"]
        .select("site", "variant", "family")
        .join(families, on="variant", how="left")
        .select(pl.col("site").alias("supplier"), pl.coalesce("of_variant", "family").alias("family"))
        .unique()
    )
    requirements = study.tables["requirements"].select("model", "family")
    takers = _builders(study).join(requirements, on="model").select("site", "family").unique()
    pairs = makers.join(takers, on="family").select("supplier", "site").unique()
    return (Lane(supplier, site, "parts") for supplier, site in pairs.iter_rows() if supplier != site)


def _builders(study: Study) -> pl.DataFrame:
    """Return the pairs (site, model) of plants and the models that they may build."""
    models = study.tables["models"].select("programme", "model")
    return study.tables["allocations"].select("site", "programme").join(models, on="programme")


def _ends(study: Study, lane: Lane) -> tuple[Place, Place]:
    """Return where a lane begins and ends; raises StudyError for a name that no table has."""
    return _place(study, "sites", lane.origin), _place(
        study, "markets" if lane.carries == "cars" else "sites", lane.destination
    )


def _place(study: Study, table: str, name: str) -> Place:
    key = table.removesuffix("s")
    rows = study.tables[table].filter(pl.col(key) == name).select(key, "country", "zone", "lat", "lon")
    if not rows.height:
        raise StudyError(
            f"there is no {key} {name}", thing="lanes", cure="`lynchpin check` finds all such names."
        )
    return Place(*rows.row(0))


def _require_points(ends: Mapping[Lane, tuple[Place, Place]]) -> None:
    lanes: dict[str, Lane] = {}
    for lane, places in ends.items():
        for place in places:
            if place.point is None:
                lanes.setdefault(place.name, lane)
    if lanes:
        first = next(iter(lanes.values()))
        raise StudyError(
            f"no freight can be computed without coordinates of {', '.join(sorted(lanes))}",
            thing="lanes",
            cure="Give lat and lon there (tables sites and markets), or give the lanes themselves, "
            f"such as the one from {first.origin} to {first.destination} for {first.carries}.",
        )


def _row(settings: Settings, lane: Lane, origin: Place, destination: Place) -> dict[str, Any]:
    """Return the row of `lanes` that freezes mode, distance, price and days of a lane."""
    start, end = origin.point, destination.point
    assert start is not None and end is not None  # _require_points has looked
    sea = not _by_land(origin, destination)
    if sea:
        km = sea_km(*sorted((start, end)), suez_closed=settings.suez_closed) * settings.sea_detour_factor
    else:
        km = great_circle_km(start, end) * settings.detour_factor
    if math.isinf(km):
        raise StudyError(
            f"there is no way at sea from {lane.origin} to {lane.destination}",
            thing="lanes",
            cure=f"Give the lane, or put both into one zone if they are joined by land ({lane.carries}).",
        )
    km = float(round(km))
    unit = {"cars": "m3", "parts": "kg"}[lane.carries]
    base = getattr(settings, f"sea_cost_per_{unit}") if sea else 0.0
    rate = getattr(settings, f"{'sea' if sea else 'land'}_cost_per_{unit}_1000km")
    speed = settings.sea_km_per_day if sea else settings.land_km_per_day
    return {
        "from": lane.origin,
        "to": lane.destination,
        "carries": lane.carries,
        "mode": "sea" if sea else "land",
        "km": km,
        f"cost_per_{unit}": round(base + rate * km / 1000, 6),
        "days": round(km / speed + settings.port_days * sea, 1),
    }


def _by_land(origin: Place, destination: Place) -> bool:
    same_zone = origin.zone is not None and origin.zone == destination.zone
    return same_zone or origin.country == destination.country


def great_circle_km(start: Point, end: Point) -> float:
    """Return the great-circle distance of two points by the haversine formula."""
    (lon1, lat1), (lon2, lat2) = ((math.radians(lon), math.radians(lat)) for lon, lat in (start, end))
    chord = math.sin((lat2 - lat1) / 2) ** 2
    chord += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(chord)))


def sea_km(start: Point, end: Point, *, suez_closed: bool) -> float:
    """Return the shortest way at sea of two points; inf where there is none."""
    first, last = _nearest(start), _nearest(end)
    along = float(_from(first, suez_closed)[_network().place[last]])
    return great_circle_km(start, first) + along + great_circle_km(last, end)


@dataclass(frozen=True)
class Network:
    """The ways at sea: the position of each point, and edges (position, position, km, passage)."""

    place: Mapping[Point, int]
    edges: Sequence[tuple[int, int, float, str | None]]


@cache
def _network() -> Network:
    graph = _searoute()
    place = {point: position for position, point in enumerate(graph.nodes)}
    ways = graph.edges(data=True)
    edges = [(place[u], place[v], float(way["weight"]), way.get("passage")) for u, v, way in ways]
    return Network(place, edges)


@cache
def _nearest(point: Point) -> Point:
    """Return the point of the network nearest to a place."""
    return _searoute().kdtree.query(point)


@cache
def _from(point: Point, suez_closed: bool) -> npt.NDArray[np.float64]:
    """Return the shortest way in km from a point of the network to every other; inf where there is none."""
    # scipy ships no types
    from scipy.sparse.csgraph import dijkstra  # pyright: ignore[reportUnknownVariableType]  # no types

    shortest = cast("Callable[..., npt.NDArray[np.float64]]", dijkstra)
    return shortest(_graph(suez_closed), directed=False, indices=_network().place[point])


@cache
def _graph(suez_closed: bool) -> Any:
    """Return the open ways at sea as a sparse matrix of km."""
    from scipy.sparse import coo_array

    closed = CLOSED | {"suez"} if suez_closed else CLOSED
    network = _network()
    starts, ends, km, _ = zip(*(edge for edge in network.edges if edge[3] not in closed), strict=True)
    count = len(network.place)
    return coo_array((km, (starts, ends)), shape=(count, count)).tocsr()


@cache
def _searoute() -> Any:
    """Return the graph of searoute, which takes a third of a second to load."""
    # searoute ships no types
    from searoute.searoute import setup_M  # pyright: ignore[reportUnknownVariableType]  # no types

    return cast("Any", setup_M())

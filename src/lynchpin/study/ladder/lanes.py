"""Freight by great-circle distances: quick for thousands of lanes, and nothing is left to complete.

    land   great circle x detour factor, rate per km
    sea    great circle x 1.45, handling and rate per km

On average the way at sea is longer than the great circle by about that factor.
"""

import polars as pl

from lynchpin.study.dictionary import dictionary
from lynchpin.study.freight import great_circle_km, missing
from lynchpin.study.ladder.draft import SOURCE
from lynchpin.study.ladder.places import Place, World
from lynchpin.study.study import Settings, Study

SEA_DETOUR = 1.45


def with_lanes(study: Study, world: World) -> Study:
    """Return the study with a row for every lane that it needs."""
    sites = {place.name: place for place in (*world.plants, *world.suppliers)}
    markets = {place.name: place for place in world.markets}
    rows = [
        {
            "from": lane.origin,
            "to": lane.destination,
            "carries": lane.carries,
            "source": SOURCE,
            **_freight(
                study.settings,
                sites[lane.origin],
                (markets if lane.carries == "cars" else sites)[lane.destination],
                "m3" if lane.carries == "cars" else "kg",
            ),
        }
        for lane in missing(study)
    ]
    return study.replace(lanes=pl.DataFrame(rows, schema_overrides=dictionary()["lanes"].empty().schema))


def _freight(settings: Settings, start: Place, end: Place, unit: str) -> dict[str, float | str]:
    circle = great_circle_km((start.lon, start.lat), (end.lon, end.lat))
    land = start.zone == end.zone or start.country == end.country
    km = float(round(circle * (settings.detour_factor if land else SEA_DETOUR)))
    mode = "land" if land else "sea"
    rate = getattr(settings, f"{mode}_cost_per_{unit}_1000km") * km / 1000
    base = 0.0 if land else getattr(settings, f"sea_cost_per_{unit}")
    days = km / settings.land_km_per_day if land else km / settings.sea_km_per_day + settings.port_days
    return {"mode": mode, "km": km, f"cost_per_{unit}": round(base + rate, 4), "days": round(days, 1)}

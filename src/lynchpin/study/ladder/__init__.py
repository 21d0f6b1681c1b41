"""The ladder: studies of any size with plausible economics, made by a generator instead of collected.

A rung has so many versions; places, distances and the pattern of duties are real, everything else is drawn:
seeded, so that size, seed and scale give the same tables, and correlated, so that large cars need large
batteries and strong drives and cars of a kind can share them. What the generator draws from is written in the
modules beside it and in docs/how-to/make-a-study-of-any-size.md.
"""

import polars as pl

from lynchpin.errors import OptionError
from lynchpin.study.dictionary import dictionary
from lynchpin.study.ladder.cars import cars, partners
from lynchpin.study.ladder.draft import FIRST_YEAR, SOURCE, Draft
from lynchpin.study.ladder.lanes import with_lanes
from lynchpin.study.ladder.money import models, prices
from lynchpin.study.ladder.parts import parts
from lynchpin.study.ladder.places import world
from lynchpin.study.ladder.sizes import RUNGS, dimensions
from lynchpin.study.ladder.supply import supply
from lynchpin.study.ladder.trade import trade
from lynchpin.study.study import Settings, Study

__all__ = ["RUNGS", "ladder"]


def ladder(size: int = 30, *, seed: int = 0, scale: bool = False) -> Study:
    """Return a made study of `size` versions, complete with lanes.

    size   versions, 4 to 200; 15, 30, 60 and 120 are the rungs that are measured
    seed   0 or more; the same size, seed and scale give the same tables
    scale  whether list costs fall with the volume of a variant

    Raises OptionError for a size or seed out of range.
    """
    # a caller without a type checker may hand over anything
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError("must be a whole number from 0", thing="seed", value=seed, cure="Give 0, 1, 2, …")
    draft = Draft(dimensions(size), seed, scale)
    _source(draft)
    where = world(draft)
    who = partners(draft)
    what = cars(draft, where)
    models(draft, what)
    variants = parts(draft, what)
    prices(draft, where, what, variants)
    supply(draft, where, who, what, variants)
    trade(draft, where)
    tables = {
        name: pl.DataFrame(rows, schema_overrides=_types(name, rows), infer_schema_length=None)
        for name, rows in draft.rows.items()
    }
    return with_lanes(Study.of(_settings(draft), tables), where)


def _types(name: str, rows: list[dict[str, object]]) -> dict[str, pl.DataType]:
    """Return the dictionary's types of the columns that the rows have."""
    types = dictionary()[name].empty().schema
    return {column: types[column] for column in {column for row in rows for column in row}}


def _source(draft: Draft) -> None:
    counts, scale = draft.dimensions, ", with scale" if draft.scale else ""
    draft.add(
        "sources",
        source=SOURCE,
        citation=f"Made by the ladder generator, size {counts.versions}, seed {draft.seed}{scale}: "
        "no figure is of a real company",
        quality="assumed",
        low=0.8,
        high=1.2,
    )


def _settings(draft: Draft) -> Settings:
    counts = draft.dimensions
    return Settings(
        name=f"ladder_{counts.versions}_{draft.seed}{'_scale' if draft.scale else ''}",
        title=f"Ladder: {counts.versions} versions, {counts.plants} plants, {counts.markets} markets, "
        f"{counts.years} years, {counts.families} families, seed {draft.seed}",
        first_period=str(FIRST_YEAR),
        periods=counts.years,
        currency="EUR",
        price_year=2025,
        discount_rate=0.07,
        detour_factor=1.3,
        sea_km_per_day=700.0,
        land_km_per_day=500.0,
        port_days=8.0,
        sea_cost_per_m3=25.0,
        sea_cost_per_m3_1000km=2.4,
        land_cost_per_m3_1000km=13.0,
        sea_cost_per_kg=0.06,
        sea_cost_per_kg_1000km=0.009,
        land_cost_per_kg_1000km=0.1,
    )

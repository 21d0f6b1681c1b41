"""The study `tiny` with what it leaves out: quotas, contracts, targets, a candidate site, a successor."""

import polars as pl

from lynchpin.study import examples, freight
from lynchpin.study.study import Study

NEXT = {"programme": "city_two", "model": "city_next"}
DEAL = {"importer": "FR", "exporter": "JP", "kind": "preference"}
ROWS: dict[str, list[dict[str, object]]] = {
    "programmes": [{"programme": "city_two", "brand": "nord", "launch": "2027", "status": "candidate"}],
    "models": [
        NEXT | {"segment": "small", "powertrain": "BEV", "hs": "8703.80", "volume_m3": 10.0,
                "replaces": "city_ev"},
    ],
    "requirements": [
        {"model": "city_next", "family": "battery", "attribute": "kwh", "value": "40"},
        {"model": "city_next", "family": "drive"},
    ],
    "offers": [{"model": "city_next", "market": "france", "price": 25000.0, "base_sales": 9000.0}],
    "sites": [
        {"site": "plant_new", "kind": "assembly", "operator": "north", "country": "FR", "lat": 47.0,
         "lon": 2.0,
         "capacity": 30000.0, "fixed_cost": 10.0, "opening_cost": 30.0, "status": "candidate"},
    ],
    "allocations": [
        {"site": "plant_new", "programme": "van", "unit_cost": 1800.0},
        {"site": "plant_fr", "programme": "city_two", "unit_cost": 2000.0},
    ],
    "tariffs": [
        DEAL | {"hs": "8703", "name": "cars", "quota": 5000.0},
        DEAL | {"hs": "8507", "name": "packs", "quota": 9000.0},
    ],
    "targets": [
        {"target": "electric", "kind": "share", "powertrains": "BEV", "value": 0.8, "penalty": 500.0},
        {"target": "enough", "kind": "volume", "partners": "south", "value": 7000.0, "penalty": 400.0},
        {"target": "clean", "kind": "co2", "territory": "FR", "value": 60.0, "penalty": 95.0},
        {"target": "made_here", "kind": "local", "territory": "FR", "value": 0.6, "penalty": 300.0},
        {"target": "two_sources", "kind": "dual_source", "family": "battery", "value": 0.7, "penalty": 200.0},
    ],
}  # fmt: skip


def rich() -> Study:
    """Return the study, complete with lanes."""
    tiny = examples.tiny()
    tables = {name: _with(tiny.tables[name], rows) for name, rows in ROWS.items()}
    at = (pl.col("site") == "parts_jp") & (pl.col("variant") == "common_50")
    contract = (pl.col("site") == "parts_fr") & (pl.col("variant") == "north_40")
    tables["nominations"] = tiny.tables["nominations"].with_columns(
        capacity=pl.when(at).then(30_000.0).otherwise("capacity"),
        committed=pl.when(contract).then(6_000.0).otherwise("committed"),
        take_or_pay=pl.when(contract).then(0.5).otherwise("take_or_pay"),
    )
    sites = tables["sites"]
    tables["sites"] = sites.with_columns(
        capacity=pl.when(pl.col("site") == "parts_fr").then(60_000.0).otherwise("capacity")
    )
    return freight.complete(tiny.replace(**tables))


def _with(table: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.concat(
        [table, pl.DataFrame(rows, schema_overrides=table.schema, infer_schema_length=None)], how="diagonal"
    )

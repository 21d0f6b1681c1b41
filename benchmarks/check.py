"""Seconds that the check of a study with 100,000 rows takes, read and parts apart.

    python benchmarks/check.py [rows]

The study is one that is in order: car makers, plants, suppliers, offers, demand, lanes and duties in the
proportions of a large alliance, made by counting, without chance.
"""

import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from lynchpin.study.check import check, understand
from lynchpin.study.source import read_raw
from lynchpin.study.study import Settings, Study
from lynchpin.study.write import write_study

PERIODS = 10


def names(prefix: str, number: int) -> list[str]:
    """Return identifiers."""
    return [f"{prefix}_{index:05d}" for index in range(number)]


def sized(rows: int) -> Study:
    """Return a study of about this many rows that is in order."""
    size = max(rows / 100_000, 0.001)
    countries = [f"C{index:02d}" for index in range(25)]
    partners, brands = names("partner", 4), names("brand", 12)
    plants, suppliers = names("plant", max(int(60 * size), 2)), names("supplier", max(int(180 * size), 2))
    markets = names("market", max(int(120 * size), 2))
    programmes, models = names("programme", max(int(300 * size), 2)), names("model", max(int(900 * size), 3))
    variants, families = names("variant", max(int(1800 * size), 12)), names("family", 6)
    segments = names("segment", 12)
    labels = [str(2026 + index) for index in range(PERIODS)]

    def at(words: list[str], index: int) -> str:
        return words[index % len(words)]

    def frame(cells: list[dict[str, object]]) -> pl.DataFrame:
        return pl.DataFrame(cells, infer_schema_length=None)

    cite = {"source": "made"}
    tables = {
        "sources": frame([{"source": "made", "citation": "Made by counting", "quality": "measured"}]),
        "partners": frame([{"partner": partner, **cite} for partner in partners]),
        "brands": frame(
            [{"brand": brand, "partner": at(partners, i), **cite} for i, brand in enumerate(brands)]
        ),
        "programmes": frame(
            [
                {
                    "programme": name,
                    "brand": at(brands, i),
                    "development_cost": 500,
                    "status": "current",
                    **cite,
                }
                for i, name in enumerate(programmes)
            ]
        ),
        "models": frame(
            [
                {
                    "model": name,
                    "programme": at(programmes, i),
                    "segment": at(segments, i),
                    "powertrain": "BEV",
                    "hs": "8703.80",
                    "volume_m3": 12,
                    "mass_kg": 1800,
                    "body_cost": 9000 + i,
                    **cite,
                }
                for i, name in enumerate(models)
            ]
        ),
        "families": frame([{"family": name, "hs": "8507.60", **cite} for name in families]),
        "attributes": frame(
            [{"family": name, "attribute": "kwh", "sense": "at_least", **cite} for name in families]
        ),
        "requirements": frame(
            [
                {"model": name, "family": family, "attribute": "kwh", "value": str(20 + i % 40), **cite}
                for i, name in enumerate(models)
                for family in families
            ]
        ),
        "variants": frame(
            [
                {
                    "variant": name,
                    "family": at(families, i),
                    "owner": at(partners, i),
                    "unit_cost": 3000 + i,
                    "mass_kg": 300,
                    **cite,
                }
                for i, name in enumerate(variants)
            ]
        ),
        "specifications": frame(
            [
                {"variant": name, "attribute": "kwh", "value": str(40 + (i // 6) % 60), **cite}
                for i, name in enumerate(variants)
            ]
        ),
        "sites": frame(
            [
                {
                    "site": name,
                    "kind": "assembly",
                    "operator": at(partners, i),
                    "country": at(countries, i),
                    "lat": 10 + i % 40,
                    "lon": 5 + i % 90,
                    "capacity": 200000,
                    **cite,
                }
                for i, name in enumerate(plants)
            ]
            + [
                {
                    "site": name,
                    "kind": "component",
                    "operator": f"maker_{i % 9}",
                    "country": at(countries, i * 7),
                    "lat": 10 + i % 40,
                    "lon": 5 + i % 90,
                    "capacity": None,
                    **cite,
                }
                for i, name in enumerate(suppliers)
            ]
        ),
        "allocations": frame(
            [
                {
                    "site": at(plants, i + j),
                    "programme": name,
                    "tooling_cost": 90,
                    "unit_cost": 2000,
                    "status": "current",
                    **cite,
                }
                for i, name in enumerate(programmes)
                for j in range(min(3, len(plants)))
            ]
        ),
        "nominations": frame(
            [
                {"site": at(suppliers, i + j), "variant": name, "tooling_cost": 8, **cite}
                for i, name in enumerate(variants)
                for j in range(min(4, len(suppliers)))
            ]
        ),
        "markets": frame(
            [
                {"market": name, "country": at(countries, i * 3), "lat": 12, "lon": 8, "vat": 0.2, **cite}
                for i, name in enumerate(markets)
            ]
        ),
        "demand": frame(
            [
                {"market": market, "segment": segment, "period": label, "vehicles": 50000, **cite}
                for market in markets
                for segment in segments
                for label in labels
            ]
        ),
        "offers": frame(
            [
                {"model": name, "market": at(markets, i + j), "price": 30000 + i, "base_sales": 900, **cite}
                for i, name in enumerate(models)
                for j in range(min(55, len(markets)))
            ]
        ),
        "lanes": frame(
            [
                {"from": plant, "to": market, "carries": "cars", "cost_per_m3": 60, "days": 20, **cite}
                for plant in plants
                for market in markets
            ]
            + [
                {"from": supplier, "to": plant, "carries": "parts", "cost_per_kg": 0.2, "days": 20, **cite}
                for supplier in suppliers
                for plant in plants
            ]
        ),
        "tariffs": frame(
            [
                {
                    "importer": importer,
                    "exporter": exporter,
                    "hs": heading,
                    "kind": "mfn",
                    "ad_valorem": 0.08,
                    **cite,
                }
                for importer in countries
                for exporter in ["*", *countries]
                for heading in ("8703", "8507.60")
            ]
        ),
    }
    chosen = Settings(
        name="large", first_period=labels[0], periods=PERIODS, currency="EUR", discount_rate=0.07
    )
    return Study.of(chosen, tables)


def main() -> None:
    """Print the seconds of reading and of everything."""
    study = sized(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
    rows = sum(frame.height for frame in study.tables.values())
    with tempfile.TemporaryDirectory() as folder:
        path = write_study(study, Path(folder) / "study")
        check(path)
        start = time.perf_counter()
        raw = read_raw(path)
        read = time.perf_counter()
        findings = understand(raw)[1]
        end = time.perf_counter()
        print(f"{rows} rows: {end - start:.2f} s, of which read {read - start:.2f}, check {end - read:.2f}")
        print(f"{len(findings)} findings")
        for finding in findings[:5]:
            print(finding)


if __name__ == "__main__":
    main()

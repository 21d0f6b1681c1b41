"""Designs of a study's families together, and the study with what they add to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from lynchpin.catalogue.design import Design
from lynchpin.model.designing import Designing
from lynchpin.study.study import Study

SUMMARY = (
    "family", "today", "specifications", "new", "knee",
    "cost", "gap", "saving", "against_one_each", "over_specification",
)  # fmt: skip
SOURCE = "design"
CITATION = "Designed by Lynchpin from the needs of the models and the cost of attributes"


@dataclass(frozen=True, eq=False)
class Designs(Mapping[str, Design]):
    """The designs of a study, by family.

    study      the study
    by_family  family -> design
    """

    study: Study
    by_family: Mapping[str, Design]
    maker: Designing = field(repr=False)

    def __getitem__(self, family: str) -> Design:
        return self.by_family[family]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_family)

    def __len__(self) -> int:
        return len(self.by_family)

    @property
    def summary(self) -> pl.DataFrame:
        """Return a row a family: specifications today and designed, new ones, cost, gap and savings."""
        rows = [
            {
                "family": family,
                "today": found.used_today,
                "specifications": found.specifications.height,
                "new": int((found.specifications["origin"] == "new").sum()),
                "knee": found.knee,
                "cost": found.cost,
                "gap": found.gap,
                "saving": found.saving,
                "against_one_each": None if found.one_each is None else found.one_each - found.cost,
                "over_specification": float(found.assignment["over_specification"].sum()),
            }
            for family, found in self.by_family.items()
        ]
        schema = dict.fromkeys(SUMMARY, pl.Float64) | dict.fromkeys(SUMMARY[1:5], pl.Int64)
        return pl.DataFrame(rows, schema=schema | {"family": pl.String})

    def written(self) -> Study:
        """Return the study with every new specification as a candidate variant that sites may make.

        A generated variant belongs to the partner whose models need most of it, costs what the design took
        it to cost, and may be nominated at every site that makes a part of its family, with the dearest
        tools there.
        """
        tables = dict(self.study.tables)
        names = set(tables["variants"]["variant"].drop_nulls())
        for family, found in self.by_family.items():
            new = found.specifications.filter(pl.col("origin") == "new")
            if not new.is_empty():
                tables = _added(self, tables, family, found, new, names)
        given = {name: tables[name] for name in tables if name in self.study.given or tables[name].height}
        return Study.of(self.study.settings, given)


def _added(
    designs: Designs,
    tables: dict[str, pl.DataFrame],
    family: str,
    found: Design,
    new: pl.DataFrame,
    names: set[str],
) -> dict[str, pl.DataFrame]:
    """Return the tables with the new specifications of one family."""
    renamed = _free_names(new["specification"].to_list(), names)
    millions, life = designs.maker.new_engineering(family)
    variants: list[dict[str, object]] = []
    specifications: list[dict[str, object]] = []
    for row in new.iter_rows(named=True):
        name = renamed[row["specification"]]
        values = {
            attribute.name: row[attribute.name]
            for attribute in found.task.needs.space.attributes
            if row[attribute.name] is not None and attribute.name != "platform"
        }
        variants.append(
            {
                "variant": name,
                "family": family,
                "name": _words(designs.study, family, values),
                "owner": _owner(designs.study, found, row["specification"]),
                "status": "candidate",
                "engineering_cost": millions,
                "life": life,
                "unit_cost": round(float(row["unit_cost"]), 4),
                "mass_kg": _mass(designs.study, family, found, values),
                "source": SOURCE,
            }
        )
        for key, value in sorted(values.items()):
            specifications.append(
                {"variant": name, "attribute": key, "value": _text(value), "source": SOURCE}
            )
    nominations = _nominated(tables["nominations"], tables["variants"], family, list(renamed.values()))
    return tables | {
        "variants": _below(tables["variants"], variants),
        "specifications": _below(tables["specifications"], specifications),
        "nominations": _below(tables["nominations"], nominations),
        "sources": _cited(tables["sources"]),
    }


def _free_names(wanted: list[str], names: set[str]) -> dict[str, str]:
    """Return an identifier that no variant has for each new specification."""
    found: dict[str, str] = {}
    for name in wanted:
        free, count = name, 1
        while free in names:
            count += 1
            free = f"{name}_{count}"
        names.add(free)
        found[name] = free
    return found


def _words(study: Study, family: str, values: Mapping[str, object]) -> str:
    """Return a name such as `Designed: Electric drive, kw 135, v 400`."""
    named = study.table("families").filter(pl.col("family") == family)["name"][0] or family
    return ", ".join(
        [f"Designed: {named}", *(f"{key} {_text(value)}" for key, value in sorted(values.items()))]
    )


def _text(value: object) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _owner(study: Study, found: Design, specification: str) -> str:
    """Return the partner whose models need most pieces of a specification."""
    partners = (
        study.table("models")
        .join(study.table("programmes").select("programme", "brand"), on="programme")
        .join(study.table("brands").select("brand", "partner"), on="brand")
        .select("model", "partner")
    )
    pieces = found.assignment.filter(pl.col("specification") == specification).join(partners, on="model")
    most = (
        pieces.group_by("partner").agg(pl.sum("pieces")).sort("pieces", "partner", descending=[True, False])
    )
    return str(most["partner"][0])


def _mass(study: Study, family: str, found: Design, values: Mapping[str, object]) -> float | None:
    """Return the mass of the lightest variant that offers as much, else of the heaviest of the family."""
    rows = study.table("variants").filter((pl.col("family") == family) & pl.col("mass_kg").is_not_null())
    if rows.is_empty():
        return None
    masses = dict(rows.select("variant", "mass_kg").iter_rows())
    space, parts = found.task.needs.space, found.task.parts
    wanted = np.array(
        [
            attribute.sign * float(str(values.get(attribute.name, -np.inf * attribute.sign)))
            for attribute in space.ordered
        ]
    )
    able = [
        masses[name]
        for name, offer in zip(parts.names, parts.offer, strict=True)
        if name in masses and bool((offer >= wanted).all())
    ]
    return float(min(able) if able else max(masses.values()))


def _nominated(
    nominations: pl.DataFrame, variants: pl.DataFrame, family: str, names: list[str]
) -> list[dict[str, object]]:
    """Return candidate nominations at every site that makes single variants of the family."""
    pooled = set(nominations.filter(pl.col("family") == family)["site"])
    own = nominations.filter(
        pl.col("variant").is_in(variants.filter(pl.col("family") == family)["variant"].implode())
        & ~pl.col("site").is_in(list(pooled))
    )
    dearest = (
        own.with_columns(_tools=pl.col("tooling_cost").fill_null(0.0))
        .sort("site", "_tools", "variant", descending=[False, True, False])
        .unique("site", keep="first", maintain_order=True)
        .drop("_tools")
    )
    blank = {
        "committed": None,
        "take_or_pay": None,
        "unit_cost": None,
        "status": "candidate",
        "source": SOURCE,
    }
    return [{**row, **blank, "variant": name} for row in dearest.iter_rows(named=True) for name in names]


def _cited(sources: pl.DataFrame) -> pl.DataFrame:
    """Return the sources with one for what was designed."""
    if SOURCE in sources["source"].to_list():
        return sources
    return _below(sources, [{"source": SOURCE, "citation": CITATION, "quality": "estimated"}])


def _below(table: pl.DataFrame, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return a table with more rows; columns that a row has not are blank."""
    if not rows:
        return table
    more = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in table.columns}, schema=table.schema
    )
    return pl.concat([table, more])

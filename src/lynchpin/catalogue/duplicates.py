"""The same part in several catalogues: found by its attributes, valued, and merged by nobody but the user.

read        catalogues as cells of text                     parts_reading
map         columns onto families, attributes and figures   mapping, mapping_proposal
harmonise   numbers, units, words, currency                 parts_values
judge       coordinates in which a judgement is a box       duplicates_judge
group       both ways within tolerance; then one way        duplicates_groups, duplicates_dominance
value       which part to keep, what that saves             duplicates_value
tell        groups, members, reasons, same names            duplicates_tables, duplicates_names
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from lynchpin.catalogue.duplicates_find import BOTH_WAYS, IDENTICAL, ONE_WAY, find
from lynchpin.catalogue.duplicates_names import names_table
from lynchpin.catalogue.duplicates_tables import groups_table, members_table, numbered, reasons_table
from lynchpin.catalogue.duplicates_write import write_tables
from lynchpin.catalogue.parts import DuplicateOptions, Parts
from lynchpin.study.finding import Finding


@dataclass(frozen=True)
class Duplicates:
    """Which parts of several catalogues do the same job, and what merging them saves in a year.

    groups      one row for each group, with `decision` and `remark` to be filled by the user
    members     one row for each part of each group
    reasons     one row for each replaced part and attribute
    same_names  parts with the same name that are different parts
    parts       all parts in one form
    attributes  what was compared, with tolerance and reach
    settings    the options and the currency
    mapping     what the columns of the catalogues meant; None for a study
    findings    warnings: what could not be judged or valued
    """

    groups: pl.DataFrame
    members: pl.DataFrame
    reasons: pl.DataFrame
    same_names: pl.DataFrame
    parts: pl.DataFrame
    attributes: pl.DataFrame
    settings: pl.DataFrame
    findings: tuple[Finding, ...]
    mapping: pl.DataFrame | None = None

    @cached_property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Return the tables by name, in the order in which they are written."""
        tables = {
            "groups": self.groups,
            "members": self.members,
            "reasons": self.reasons,
            "same_names": self.same_names,
            "parts": self.parts,
            "attributes": self.attributes,
            "settings": self.settings,
            "findings": _findings_table(self.findings),
        }
        return tables if self.mapping is None else tables | {"mapping": self.mapping}

    @property
    def summary(self) -> pl.DataFrame:
        """Return the number of groups and parts to drop and the yearly saving by family and kind.

        Of groups of which only one can be merged, the one that saves most counts; losses do not.
        """
        return (
            self.groups.with_columns(pl.coalesce("instead_of", "group").alias("either"))
            .unique("either", keep="first", maintain_order=True)
            .group_by("family", "kind")
            .agg(
                pl.len().alias("groups"),
                (pl.col("parts") - 1).sum().cast(pl.Int64).alias("parts_less"),
                pl.col("saving").filter(pl.col("saving") > 0).sum().alias("saving"),
                pl.col("saving").null_count().cast(pl.Int64).alias("not_valued"),
            )
            .sort("family", "kind")
        )

    def write(self, place: str | Path) -> Path:
        """Write the tables as a folder of CSV files, or as a workbook where the place ends in .xlsx."""
        return write_tables(self.tables, Path(place))


def compare_parts(parts: Parts, options: DuplicateOptions) -> Duplicates:
    """Return the groups of interchangeable parts with their reasons and their worth."""
    parts = parts.settled(options)
    rows = numbered(find(parts, options), parts, options)
    return Duplicates(
        groups=groups_table(rows, parts),
        members=members_table(rows, parts),
        reasons=reasons_table(rows, parts),
        same_names=names_table(rows, parts),
        parts=_parts_table(parts),
        attributes=_attributes_table(parts),
        settings=_settings_table(parts, options),
        findings=(*parts.findings, *_not_judged(parts), *_not_valued(parts, options)),
    )


def _parts_table(parts: Parts) -> pl.DataFrame:
    """Return every part with a column for each attribute of any family."""
    frame = parts.frame.with_row_index("index").cast({"index": pl.Int64})
    mixed = {
        attribute.name
        for attribute in parts.attributes
        if len({other.kind for other in parts.attributes if other.name == attribute.name}) > 1
    }
    texts = [
        values.with_columns(pl.col(mixed & set(values.columns)).cast(pl.String))
        for values in parts.values.values()
    ]
    values = pl.concat([pl.DataFrame(schema={"index": pl.Int64}), *texts], how="diagonal")
    named = sorted(set(values.columns) - {"index"})
    return frame.join(values, on="index", how="left", maintain_order="left").select(
        *parts.frame.columns, *named
    )


def _attributes_table(parts: Parts) -> pl.DataFrame:
    columns = ("family", "attribute", "unit", "kind", "sense", "tolerance", "reach")
    rows = [(a.family, a.name, a.unit, a.kind, a.sense, a.tolerance, a.reach) for a in parts.attributes]
    types = (*[pl.String] * 5, pl.Float64, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(columns, types, strict=True)), orient="row")


def _settings_table(parts: Parts, options: DuplicateOptions) -> pl.DataFrame:
    cost = options.cost_in(parts.currency)
    rows = {
        "tolerance": repr(options.tolerance),
        "reach": repr(options.reach),
        "rounding": repr(options.rounding),
        "part_number_cost": "" if cost is None else repr(cost),
        "currency": parts.currency,
    }
    return pl.DataFrame({"setting": list(rows), "value": list(rows.values())})


def _findings_table(findings: tuple[Finding, ...]) -> pl.DataFrame:
    columns = ("level", "file", "row", "column", "cell", "value", "rule", "cure")
    schema = {name: pl.Int64 if name == "row" else pl.String for name in columns}
    return pl.DataFrame(
        [{name: finding.as_dict()[name] for name in columns} for finding in findings], schema=schema
    )


def _not_judged(parts: Parts) -> list[Finding]:
    """Return a warning for each catalogue and attribute that parts of its family do not give."""
    catalogues = parts.frame.select("catalogue").with_row_index("index").cast({"index": pl.Int64})
    findings: list[Finding] = []
    for attribute in parts.attributes:
        rows = parts.values[attribute.family].select("index", attribute.name).join(catalogues, on="index")
        counts = rows.group_by("catalogue").agg(
            pl.len().alias("all"), pl.col(attribute.name).null_count().alias("blank")
        )
        for catalogue, every, blank in counts.filter(pl.col("blank") > 0).sort("catalogue").iter_rows():
            rule = (
                f"{blank} of {every} parts of the family {attribute.family} do not give {attribute.name}, "
                "so they were compared with none"
            )
            cure = "Fill in the values, or map the attribute's column to ignore in every catalogue."
            findings.append(Finding("warning", catalogue, 0, attribute.name, "", "", rule, cure))
    return findings


def _not_valued(parts: Parts, options: DuplicateOptions) -> list[Finding]:
    """Return a warning for each catalogue without volumes or prices, and where a part number has no cost."""
    findings: list[Finding] = []
    for name in ("volume", "price"):
        counts = parts.frame.group_by("catalogue").agg(
            pl.len().alias("all"), pl.col(name).null_count().alias("blank")
        )
        for catalogue, every, blank in counts.filter(pl.col("blank") > 0).sort("catalogue").iter_rows():
            rule = f"{blank} of {every} parts have no {name}, so merging them cannot be valued"
            cure = f"Map a column to {name}, or fill in what is missing."
            findings.append(Finding("warning", catalogue, 0, name, "", "", rule, cure))
    if options.cost_in(parts.currency) is None and parts.frame.height:
        rule = "what a part number costs in a year is not known in this currency, so no saving is given"
        cure = "Give it with --part-number-cost."
        findings.append(Finding("warning", "", 0, "part_number_cost", "", parts.currency, rule, cure))
    return findings


__all__ = ["BOTH_WAYS", "IDENTICAL", "ONE_WAY", "Duplicates", "compare_parts"]

"""A written comparison read back: its tables, and what someone made of its figures."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from lynchpin.catalogue.parts_reading import read_tables
from lynchpin.errors import CatalogueError
from lynchpin.study.finding import Finding
from lynchpin.study.raw import RawTable, capped

Cells = dict[str, str | None]
_NEEDED: Mapping[str, tuple[str, ...]] = {
    "groups": ("group", "kind", "family", "keep_catalogue", "keep_part", "decision"),
    "members": ("group", "catalogue", "part"),
    "parts": ("catalogue", "part", "family", "volume", "price"),
    "attributes": ("family", "attribute", "kind", "sense", "tolerance", "reach"),
    "settings": ("setting", "value"),
}


def comparison_tables(place: Path) -> dict[str, RawTable]:
    """Return the tables of a comparison; raises CatalogueError where one is missing or unreadable."""
    tables, findings = read_tables(place)
    for name, columns in _NEEDED.items():
        table = tables.get(name)
        if table is None:
            cure = "Name a folder or workbook that `lynchpin duplicates` wrote."
            raise CatalogueError(f"has no table {name}", thing=str(place), cure=cure)
        missing = [column for column in columns if column not in table.cells.columns]
        cure = "Put the column back; only decision, remark, keep_catalogue and keep_part are yours to change."
        if table.cells.width:
            findings += [table.place.heading("error", name, "", "is missing", cure) for name in missing]
    if not findings:
        findings += _no_numbers(tables)
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        raise CatalogueError("the comparison cannot be read", cure="Correct it.", findings=errors)
    return tables


def _no_numbers(tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """Yield a finding for each figure of the comparison that someone made into something else."""
    attributes = tables["attributes"].cells
    numeric = attributes.filter(pl.col("kind") == "number")["attribute"].to_list()
    both = set(numeric) & set(attributes.filter(pl.col("kind") == "text")["attribute"].to_list())
    figures = {
        "parts": ("volume", "price", "engineering", *sorted(set(numeric) - both)),
        "attributes": ("tolerance", "reach"),
    }
    for name, columns in figures.items():
        table = tables[name]
        for column in (column for column in columns if column in table.cells.columns):
            cells = table.cells[column]
            wrong = cells.is_not_null() & ~cells.cast(pl.Float64, strict=False).is_finite().fill_null(
                value=False
            )
            cure = "Put the figure back; run the comparison again if it is lost."
            yield from capped(table.place, "error", column, wrong, cells, "must be a number", cure)
    settings = tables["settings"]
    for index, row in enumerate(rows_of_table(settings)):
        if row["setting"] == "part_number_cost" and row["value"] and figure(row["value"]) is None:
            rule, cure = "must be a number", "Put the figure back."
            yield settings.place.finding("error", index, "value", row["value"], rule, cure)


def rows_of_table(table: RawTable) -> Iterator[Cells]:
    """Return the rows of a table, each a name to its text."""
    return table.cells.iter_rows(named=True)


def figure(cell: str | None) -> float | None:
    """Return the number in a cell, or None where there is none."""
    try:
        return None if cell is None else float(cell)
    except ValueError:
        return None

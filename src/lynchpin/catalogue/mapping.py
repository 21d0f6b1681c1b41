"""The mapping file: what every column, word and currency of the catalogues means. A user confirms each row.

A row is about a column (word blank), about a word in the cells of a column (both given), about a whole
catalogue (column blank: one family or owner for all its parts), or about a currency (becomes `rate`). It is a
CSV file or the first sheet of a workbook; docs/reference/catalogues explains its columns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

from lynchpin.catalogue.parts_reading import read_tables
from lynchpin.catalogue.units import linear, price_of, unit_of
from lynchpin.catalogue.vocabulary import ROLES, key
from lynchpin.errors import CatalogueError
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Place, RawTable
from lynchpin.study.words import nearest

IGNORE = "ignore"
RATE = "rate"
WHOLE = ("family", "owner")
YES = frozenset({"yes", "y", "true", "x", "1", "ja", "oui", "是", "はい"})
YEARLY_PIECES = "pieces/year"


@dataclass(frozen=True)
class Row:
    """One row of a mapping, its cells as text; `index` is its position in the file, from 0."""

    file: str = ""
    column: str = ""
    word: str = ""
    becomes: str = ""
    kind: str = ""
    families: str = ""
    unit: str = ""
    in_unit: str = ""
    decimal: str = ""
    sense: str = ""
    tolerance: str = ""
    reach: str = ""
    confidence: str = ""
    why: str = ""
    confirmed: str = ""
    index: int = -1

    @property
    def attribute(self) -> bool:
        """Return whether the row makes a column an attribute."""
        return bool(self.column) and not self.word and self.becomes not in (*ROLES, IGNORE, RATE, "")

    @property
    def in_families(self) -> tuple[str, ...]:
        """Return the families that the attribute belongs to; none for all."""
        return tuple(name.strip() for name in self.families.split(";") if name.strip())

    @property
    def number(self) -> bool:
        """Return whether the column's cells are numbers."""
        return self.becomes in ("volume", "price") or (self.attribute and self.kind != "text")


COLUMNS = tuple(field.name for field in fields(Row) if field.name != "index")


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping that is in order: its rows by catalogue, and where they stand."""

    rows: tuple[Row, ...]
    place: Place

    def of(self, file: str) -> "CatalogueMapping":
        """Return what the mapping says of one catalogue."""
        rows = [row for row in self.rows if row.file == file]
        words: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.column and row.word:
                words.setdefault(row.column, {})[key(row.word)] = row.becomes
        return CatalogueMapping(
            columns={row.column: row for row in rows if row.column and not row.word},
            words=words,
            whole={row.becomes: row.word for row in rows if not row.column and row.becomes in WHOLE},
        )

    @property
    def currency(self) -> str:
        """Return the currency that all prices become; empty without prices."""
        return next((row.in_unit for row in self.rows if row.becomes == "price" and row.column), "")

    @property
    def rates(self) -> Mapping[str, float]:
        """Return the worth of one unit of each currency in the common one."""
        given = {unit_of(row.unit).name: float(row.word) for row in self.rows if row.becomes == RATE}
        return {unit_of(self.currency).name: 1.0} | given if self.currency else given


@dataclass(frozen=True)
class CatalogueMapping:
    """What a mapping says of one catalogue: of its columns, of the words in them, of all its parts."""

    columns: Mapping[str, Row]
    words: Mapping[str, Mapping[str, str]]
    whole: Mapping[str, str]

    def column_of(self, role: str) -> str | None:
        """Return the column that becomes a role, or None."""
        return next((name for name, row in self.columns.items() if row.becomes == role), None)


def frame_of(rows: Sequence[Row]) -> pl.DataFrame:
    """Return rows as a table, blank as null."""
    cells = {name: [getattr(row, name) or None for row in rows] for name in COLUMNS}
    return pl.DataFrame(cells, schema=dict.fromkeys(COLUMNS, pl.String))


def rows_of(table: RawTable) -> tuple[tuple[Row, ...], list[Finding]]:
    """Return the rows of a mapping as read, and findings on its columns."""
    place, findings = table.place, list[Finding]()
    for name in ("file", "column", "becomes", "confirmed"):
        if name not in table.cells.columns:
            cure = "Add it, or start from the proposal that the first run writes."
            findings.append(place.heading("error", name, "", f"a mapping needs the column {name}", cure))
    for name in table.cells.columns:
        if name not in COLUMNS:
            rule, cure = "is no column of a mapping", "Rename or delete it."
            findings.append(place.heading("error", name, name, rule, cure, nearest(name, COLUMNS)))
    known = table.cells.select(name for name in COLUMNS if name in table.cells.columns)
    cells = known.with_columns(pl.all().str.strip_chars().fill_null("")).iter_rows(named=True)
    return tuple(Row(**row, index=index) for index, row in enumerate(cells)), findings


def read_mapping(path: Path) -> tuple[tuple[Row, ...], Place, list[Finding]]:
    """Return the rows of a mapping file, where they stand, and findings; raises CatalogueError if none."""
    tables, findings = read_tables(path)
    if path.is_dir() or not tables:
        raise CatalogueError("is no mapping", thing=str(path), cure="Name a CSV file or a workbook (.xlsx).")
    table = next(iter(tables.values()))
    rows, wrong = rows_of(table)
    return rows, table.place, [*findings, *wrong]


def scale_of(row: Row, rates: Mapping[str, float]) -> tuple[float, float] | None:
    """Return scale and shift from a column's unit to the common one; None where cells carry their own."""
    if row.becomes == "price":
        price = price_of(row.unit)
        return None if price is None else (rates[price[0].name] / price[1], 0.0)
    if row.becomes == "volume":
        return unit_of(row.unit or YEARLY_PIECES).factor, 0.0
    if not row.unit:
        return (1.0, 0.0) if not row.in_unit else None
    return linear(unit_of(row.unit), unit_of(row.in_unit))

"""The data dictionary: every table and column of a study, read once from `dictionary.csv`.

Validation, the workbook template, the reference pages and the defaults all read this one file. A line
without a column describes its table; every other line describes a column:

    kind     identifier, reference, text, code, country, period, choice, list, numbers, value,
             number, money, millions, share, integer, flag
    default  `required`, `none` (a blank stays blank) or the value that a blank stands for
    refers   for choice and flag the allowed words; for the others the tables whose identifiers are meant
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from types import MappingProxyType

import polars as pl

NUMBER_KINDS = frozenset({"number", "money", "millions", "share"})
MONEY_KINDS = frozenset({"money", "millions"})
SETTINGS = "study"
UNLIMITED = frozenset(
    {
        ("sites", "capacity"),
        ("nominations", "capacity"),
        ("families", "saturation_volume"),
        ("tariffs", "ad_valorem"),
        ("tariffs", "specific"),
        ("tariffs", "floor"),
        ("tariffs", "quota"),
    }
)
"""Columns in which `inf` has a meaning."""
FREE_TEXT = frozenset(
    {
        *(("study", name) for name in ("title",)),
        *(("sources", name) for name in ("citation", "address", "as_of")),
        *(
            (table, "name")
            for table in ("partners", "brands", "programmes", "models", "families", "variants")
        ),
        *((table, "name") for table in ("sites", "markets", "scenarios")),
        ("attributes", "unit"),
        ("changes", "where"),
        ("changes", "value"),
    }
)
"""Columns of text that nothing is compared with."""


@dataclass(frozen=True)
class Column:
    """One column of a table, or one setting of the study."""

    table: str
    name: str
    kind: str
    key: bool
    unit: str
    default: str
    low: float | None
    high: float | None
    usual_low: float | None
    usual_high: float | None
    refers: tuple[str, ...]
    meaning: str

    @property
    def required(self) -> bool:
        """Whether a cell of this column must not be blank."""
        return self.default == "required"

    @property
    def above_low(self) -> bool:
        """Whether a number must be above `low` and not equal to it."""
        return (self.table, self.name) == ("currencies", "rate")

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the words that a cell may hold; empty where any word may stand."""
        return self.refers if self.kind in ("choice", "flag") else ()

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the tables whose identifiers a cell must name; empty for other columns."""
        return () if self.kind in ("choice", "flag") else self.refers

    @property
    def numeric(self) -> bool:
        """Whether a cell holds one number."""
        return self.kind in NUMBER_KINDS or self.kind == "integer"

    @property
    def dtype(self) -> type[pl.DataType]:
        """Return the polars type of the column."""
        if self.kind in NUMBER_KINDS:
            return pl.Float64
        return pl.Int64 if self.kind == "integer" else pl.String

    @property
    def fallback(self) -> float | int | str | None:
        """Return the value that a blank stands for; None where a blank stays blank or is not allowed."""
        if self.default in ("required", "none"):
            return None
        if self.kind in NUMBER_KINDS:
            return float(self.default)
        return int(self.default) if self.kind == "integer" else self.default


@dataclass(frozen=True)
class Table:
    """One table: its name, what one row means, and its columns in order."""

    name: str
    meaning: str
    columns: Mapping[str, Column]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Return the columns that together tell one row from another, blanks included."""
        return tuple(name for name, column in self.columns.items() if column.key)

    @cached_property
    def identifier(self) -> str | None:
        """Return the column that other tables refer to: the first one, or None where no table refers here."""
        first = next(iter(self.columns))
        return first if self.name in referred_tables() else None

    @cached_property
    def schema(self) -> dict[str, type[pl.DataType]]:
        """Return the polars type of every column, in order."""
        return {name: column.dtype for name, column in self.columns.items()}

    def empty(self) -> pl.DataFrame:
        """Return a table without rows that has every column."""
        return pl.DataFrame(schema=self.schema)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()


def _column(line: dict[str, str]) -> Column:
    return Column(
        table=line["table"],
        name=line["column"],
        kind=line["kind"],
        key=line["key"] == "key",
        unit=line["unit"],
        default=line["default"],
        low=_number(line["low"]),
        high=_number(line["high"]),
        usual_low=_number(line["usual_low"]),
        usual_high=_number(line["usual_high"]),
        refers=_words(line["refers"]),
        meaning=line["meaning"],
    )


@cache
def dictionary() -> Mapping[str, Table]:
    """Return every table by name, in the dictionary's order; `study` (the settings) comes first."""
    text = files("lynchpin.study").joinpath("dictionary.csv").read_text(encoding="utf-8")
    meanings: dict[str, str] = {}
    columns: dict[str, dict[str, Column]] = {}
    for line in csv.DictReader(text.splitlines()):
        if line["column"]:
            columns[line["table"]][line["column"]] = _column(line)
        else:
            meanings[line["table"]] = line["meaning"]
            columns[line["table"]] = {}
    return MappingProxyType(
        {name: Table(name, meanings[name], MappingProxyType(columns[name])) for name in meanings}
    )


@cache
def referred_tables() -> frozenset[str]:
    """Return the tables that some column refers to."""
    return frozenset(
        target
        for table in dictionary().values()
        for column in table.columns.values()
        for target in column.targets
    )


@cache
def table_names() -> tuple[str, ...]:
    """Return the names of the tables in order, without the settings."""
    return tuple(name for name in dictionary() if name != SETTINGS)


def split_list(text: str | None) -> tuple[str, ...]:
    """Return the entries of a `list` cell such as `EU; TR`, without the blanks around them."""
    return tuple(part.strip() for part in text.split(";") if part.strip()) if text else ()


def split_numbers(text: str | None) -> tuple[float, ...]:
    """Return the numbers of a `numbers` cell such as `0.5;1;1`; raises ValueError where one is no number."""
    return tuple(float(part) for part in split_list(text))

"""The plan's tables as plain rows: columns and types are demanded, unusable rows are noted and left out.

A table that is missing, has other columns or another type is a PlanError. An unknown identifier, a
combination that the study does not have, a number that is none and a second row of one key are violations;
such a row is left out of what follows, a second row is added to the first, and the rest is recomputed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import polars as pl

from lynchpin.errors import PlanError
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_known import allows, domains
from lynchpin.plan.verify_rules import Book

Key = tuple[Any, ...]
Rows = dict[Key, tuple[float, ...]]

SHAPES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = MappingProxyType(
    {
        "launch": (("programme", "model", "period"), ()),
        "use": (("model", "family", "variant"), ()),
        "keep": (("variant", "member"), ()),
        "nominate": (("variant", "site", "member"), ()),
        "allocate": (("programme", "site"), ()),
        "develop": (("platform", "member"), ()),
        "open": (("site",), ()),
        "make": (("model", "site", "period"), ("vehicles",)),
        "ship": (("model", "site", "market", "regime", "period"), ("vehicles",)),
        "buy": (("model", "variant", "supplier", "site", "regime", "period"), ("pieces",)),
        "sell": (("model", "market", "period"), ("vehicles",)),
        "idle": (("site", "period"), ("slots",)),
        "short": (("model", "market", "period"), ("vehicles",)),
        "unmet": (("site", "variant", "family", "period"), ("units",)),
        "miss": (("target", "variant", "site", "period"), ("amount",)),
        "scale": (("variant", "member"), ("volume", "factor")),
        "fit": (("model", "family", "variant", "attribute", "sense", "need", "given"), ()),
        "investment": (("partner", "kind", "item", "site", "member", "period"), ("money",)),
        "ledger": (
            (
                *("line", "partner", "model", "programme", "variant", "platform"),
                *("site", "market", "target", "period", "scenario"),
            ),
            ("undiscounted", "money"),
        ),
    }
)
"""Key columns and number columns of every table of a plan."""

_BLANK = frozenset(
    {("unmet", "variant"), ("unmet", "family"), ("miss", "variant"), ("miss", "site")}
    | {("investment", "site"), ("investment", "member")}
    | {("ledger", column) for column in SHAPES["ledger"][0] if column not in ("line", "partner", "period")}
)
_FREE = frozenset({"attribute", "sense", "need", "given", "item", "scenario"})
_LARGEST = 1e18
_SIGNED = frozenset({"money", "undiscounted"})


@dataclass(frozen=True)
class PlanRows:
    """Every table of a plan as a mapping from key to numbers; periods are indices."""

    tables: Mapping[str, Rows]

    def keys(self, name: str) -> set[Key]:
        """Return the keys of table `name`."""
        return set(self.tables[name])

    def flow(self, name: str) -> dict[Key, float]:
        """Return the first number of table `name` by key."""
        return {key: numbers[0] for key, numbers in self.tables[name].items()}


def read_rows(tables: Mapping[str, pl.DataFrame], facts: Facts, book: Book) -> PlanRows:
    """Return the usable rows of every table and note the others; PlanError for a table that is none."""
    unknown = sorted(set(tables) - set(SHAPES))
    if unknown:
        raise PlanError("no plan has such a table", thing="tables", value=unknown[0], cure="Remove it.")
    missing = sorted(set(SHAPES) - set(tables))
    if missing:
        raise PlanError(
            "the plan lacks a table", thing="tables", value=missing[0], cure="Plan the study again."
        )
    known = domains(facts)
    return PlanRows({name: _rows(name, tables[name], facts, known, book) for name in SHAPES})


def _rows(
    name: str, table: pl.DataFrame, facts: Facts, known: Mapping[str, frozenset[str]], book: Book
) -> Rows:
    """Return the usable rows of one table."""
    keys, numbers = SHAPES[name]
    frame = _typed(name, table, keys, numbers)
    result: Rows = {}
    for index, row in enumerate(frame.iter_rows(), start=1):
        key, values = row[: len(keys)], row[len(keys) :]
        where = partial(_where, name, index, key)
        bad = _strange(name, keys, key, known)
        if bad:
            book.note("identifiers", 1, f"{where()}: {bad}")
            continue
        if not all(value is not None and abs(value) < _LARGEST for value in values):
            book.note("numbers", 1, f"{where()}: {values} is no finite number, or absurdly large")
            continue
        for column, value in zip(numbers, values, strict=True):
            if value < 0 and column not in _SIGNED:
                book.note("numbers", 1, f"{where()}: {column} {value} is negative")
        place = _indexed(keys, key, facts)
        if not allows(facts, name, place):
            book.note("identifiers", 1, f"{where()}: the study has no such combination")
            continue
        if place in result:
            book.note("duplicates", 1, where)
            values = tuple(a + b for a, b in zip(result[place], values, strict=True))
        result[place] = values
    return result


def _where(name: str, index: int, key: Key) -> str:
    """Return a row in words."""
    return f"table {name}, row {index} ({', '.join(str(cell) for cell in key if cell is not None)})"


def _typed(name: str, table: pl.DataFrame, keys: tuple[str, ...], numbers: tuple[str, ...]) -> pl.DataFrame:
    """Return the table's columns in order; PlanError unless it has exactly these, as text and numbers."""
    wanted = (*keys, *numbers)
    # whoever calls without a type checker may hand over anything
    if not isinstance(table, pl.DataFrame):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise PlanError("it must be a polars frame", thing=f"table {name}", value=type(table).__name__)
    if set(table.columns) != set(wanted):
        raise PlanError(
            f"the columns must be {', '.join(wanted)}",
            thing=f"table {name}",
            value=", ".join(table.columns),
            cure="Plan the study again.",
        )
    for column in wanted:
        kind = table.schema[column]
        fine = kind.is_numeric() if column in numbers else (kind == pl.String or kind == pl.Null)
        if not fine and table.height:
            need = "numbers" if column in numbers else "text"
            raise PlanError(
                f"the column must hold {need}",
                thing=f"table {name}, column {column}",
                value=str(kind),
                cure="Plan the study again.",
            )
    return table.select(
        *(pl.col(column).cast(pl.String) for column in keys),
        *(pl.col(column).cast(pl.Float64) for column in numbers),
    )


def _strange(name: str, keys: tuple[str, ...], key: Key, known: Mapping[str, frozenset[str]]) -> str:
    """Return what is wrong with the identifiers of a row, or an empty text."""
    for column, cell in zip(keys, key, strict=True):
        if cell is None:
            if (name, column) not in _BLANK:
                return f"{column} is blank"
        elif column not in _FREE and cell not in known[column]:
            return f"{column} {cell!r} is not known"
    return ""


def _indexed(keys: tuple[str, ...], key: Key, facts: Facts) -> Key:
    """Return the key with the index of its period in place of the label."""
    if "period" not in keys:
        return key
    at = keys.index("period")
    return (*key[:at], facts.calendar.index[key[at]], *key[at + 1 :])

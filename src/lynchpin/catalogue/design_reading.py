"""Tables of a design task, checked cell by cell."""

from collections.abc import Sequence
from typing import cast

import numpy as np
import polars as pl

from lynchpin.catalogue.needs import Attribute, Sense, Value
from lynchpin.errors import OptionError


def attributes_of(table: pl.DataFrame) -> tuple[Attribute, ...]:
    """Return the attributes that a table names; raises OptionError for what is not in order."""
    _columns("attributes", table, ("attribute", "sense"))
    found: list[Attribute] = []
    for row in table.iter_rows(named=True):
        cost = row.get("cost_per_unit")
        found.append(
            Attribute(
                str(row["attribute"]),
                cast(Sense, row["sense"]),
                row.get("kind") or "number",
                0.0
                if cost is None
                else amount(f"attribute {row['attribute']}, cost_per_unit", cost, low=-np.inf),
            )
        )
    return tuple(found)


def _columns(name: str, table: pl.DataFrame, needed: Sequence[str]) -> None:
    for column in needed:
        if column not in table.columns:
            raise OptionError(
                f"has no column {column!r}",
                thing=f"table {name}",
                value=table.columns,
                cure=f"Give the columns {', '.join(needed)}.",
            )
        if table[column].null_count():
            row = int(table[column].is_null().arg_true()[0]) + 1
            raise OptionError(
                f"row {row} has no {column}", thing=f"table {name}", cure="Fill the cell, or delete the row."
            )
    key = needed[0]
    twice = table[key].is_duplicated()
    if twice.any():
        row = int(twice.arg_true()[-1])
        raise OptionError(
            f"row {row + 1} names a {key} that stands there already",
            thing=f"table {name}",
            value=table[key][row],
            cure="Keep one row for it.",
        )


def rows_of(
    name: str,
    table: pl.DataFrame,
    attributes: Sequence[Attribute],
    needed: Sequence[str],
    free: set[str | None] | None = None,
) -> list[dict[str, Value]]:
    """Return the rows of a table with every attribute checked; blank cells are None."""
    columns = [attribute.name for attribute in attributes if attribute.name not in (free or set())]
    _columns(name, table, needed)
    for column in columns:
        if column not in table.columns:
            raise OptionError(
                f"has no column {column!r}", thing=f"table {name}", value=table.columns,
                cure="Give a column for each attribute; leave cells blank where there is no value.",
            )  # fmt: skip
    found: list[dict[str, Value]] = []
    numbers = {attribute.name for attribute in attributes if attribute.kind == "number"}
    for position, row in enumerate(table.iter_rows(named=True)):
        clean: dict[str, Value] = dict(row)
        for column in columns:
            value = row[column]
            place = f"table {name}, row {position + 1}, column {column}"
            if value is not None and column in numbers:
                clean[column] = amount(place, value, low=-np.inf)
            elif value is not None and not isinstance(value, str):
                clean[column] = str(value)
        found.append(clean)
    return found


def copied(
    variants: list[dict[str, Value]], needs: list[dict[str, Value]], same: str
) -> list[dict[str, Value]]:
    """Return each variant once for each word of `same`, as each of them has to engineer it.

    A copy for a word that does not carry it today costs `engineering_again`, where that is given.
    """
    words = sorted({str(row[same]) for row in needs if row.get(same) is not None})
    used = {(row.get("today"), row.get(same)) for row in needs}
    found: list[dict[str, Value]] = []
    for row in variants:
        at_home = [word for word in words if (row["variant"], word) in used]
        for word in words:
            copy = dict(row)
            copy[same] = word
            again = row.get("engineering_again")
            if at_home and word not in at_home and again is not None:
                copy["engineering_cost"] = again
            found.append(copy)
    return found


def amount(place: str, value: object, low: float = 0.0) -> float:
    """Return a finite number of at least `low`, or say what else was found."""
    try:
        number = float(cast(float, value))
    except (TypeError, ValueError):
        number = np.nan
    if isinstance(value, bool) or not np.isfinite(number) or number < low:
        rule = "a finite number" if low == -np.inf else f"a finite number of at least {low:g}"
        raise OptionError(f"is not {rule}", thing=place, value=value, cure="Write digits and no unit.")
    return number

"""Checks of a table's header and of its rows against each other: keys that stand twice, money far off."""

import polars as pl

from lynchpin.study.dictionary import MONEY_KINDS, SETTINGS, Column, Table
from lynchpin.study.finding import Finding
from lynchpin.study.raw import AT_MOST, Place, RawTable, Typed, and_more
from lynchpin.study.words import listed, nearest

FAR_FROM_MEDIAN = 300.0
FEWEST_FOR_MEDIAN = 5


def check_header(table: Table, raw: RawTable) -> list[Finding]:
    """Return the column names that the dictionary does not know and the required ones that are missing."""
    findings: list[Finding] = []
    word = "setting" if table.name == SETTINGS else "column"
    for name in raw.cells.columns:
        if name not in table.columns:
            cure = f"Rename or delete it; the {word}s are {listed(table.columns)}."
            rule = f"table {table.name} has no {word} of this name"
            near = nearest(name, table.columns)
            findings.append(raw.place.heading("error", name, name, rule, cure, near))
    if not raw.cells.width and table.name != SETTINGS:
        return findings
    for name, column in table.columns.items():
        if column.required and name not in raw.cells.columns:
            rule = f"{word} {name} is required and missing"
            findings.append(raw.place.heading("error", name, "", rule, f"Add it: {column.meaning}."))
    return findings


def check_duplicates(table: Table, typed: Typed) -> list[Finding]:
    """Return rows whose key stands in an earlier row; a blank counts as the default that it stands for."""
    keys = list(table.keys)
    if not keys or typed.frame.height < 2:
        return []
    key = typed.frame.select(_key(table.columns[name]) for name in keys)
    repeated = key.is_duplicated()
    if not repeated.any():
        return []
    required = pl.all_horizontal(pl.col(name).is_not_null() for name in keys if table.columns[name].required)
    rows = key.with_row_index("row").filter(repeated).filter(required)
    rows = rows.with_columns(pl.col("row").first().over(keys).alias("first"))
    again = rows.filter(pl.col("row") != pl.col("first"))
    return [_again(typed.place, keys, row) for row in again.head(AT_MOST).iter_rows(named=True)] + and_more(
        typed.place, "error", keys[0], again.height, "the rule that keys differ"
    )


def _key(column: Column) -> pl.Expr:
    key = pl.col(column.name)
    if column.fallback is not None:
        key = key.fill_null(pl.lit(column.fallback, dtype=column.dtype))
    return key.str.replace_all(".", "", literal=True) if column.kind == "code" else key


def _again(place: Place, keys: list[str], row: dict[str, object]) -> Finding:
    value = ", ".join("blank" if row[name] is None else str(row[name]) for name in keys)
    first, this = int(str(row["first"])), int(str(row["row"]))
    rule = f"{' + '.join(keys)} must differ in every row, and row {place.row(first)} has the same"
    cure = f"Delete one of the two rows, or change {' or '.join(keys)}."
    return place.finding("error", this, keys[0], value, rule, cure)


def check_medians(table: Table, typed: Typed) -> list[Finding]:
    """Return money that is far from the middle of its column, among the rows of one currency."""
    findings: list[Finding] = []
    group = pl.col("currency") if "currency" in table.columns else pl.lit("")
    for name, column in table.columns.items():
        if column.kind not in MONEY_KINDS or table.name == SETTINGS or typed.frame.height < FEWEST_FOR_MEDIAN:
            continue
        rows = typed.frame.select(group.alias("group"), pl.col(name).alias("amount")).with_row_index("row")
        rows = rows.filter((pl.col("amount") > 0) & pl.col("amount").is_finite())
        middle, number = pl.col("amount").median().over("group"), pl.len().over("group")
        ratio = pl.col("amount") / pl.col("middle")
        far = rows.with_columns(middle.alias("middle"), number.alias("number")).filter(
            (pl.col("number") >= FEWEST_FOR_MEDIAN)
            & ((ratio > FAR_FROM_MEDIAN) | (ratio < 1 / FAR_FROM_MEDIAN))
        )
        findings += [
            _far(typed.place, column, row["row"], row["amount"], row["middle"])
            for row in far.head(AT_MOST).iter_rows(named=True)
        ]
        findings += and_more(typed.place, "warning", name, far.height, "the middle of their column")
    return findings


def _far(place: Place, column: Column, index: int, value: float, middle: float) -> Finding:
    rule = f"{value:g} is over {FAR_FROM_MEDIAN:g} times off the middle of the column, {middle:g}"
    rule += ": off by a thousand?"
    cure = f"Check the unit, {column.unit}; nothing else is needed if it is right."
    return place.finding("warning", index, column.name, f"{value:g}", rule, cure)

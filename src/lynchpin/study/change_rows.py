"""What one row of `changes` does to a study.

`where` chooses rows by `column=value` joined by `;`, compared with the cells as they count (defaults in
place of blanks); a value may end in `*`, and nothing after `=` means blank. `set` writes the value,
`multiply` and `add` work on numbers as they count, too, and leave blanks without a default alone, `delete`
takes the rows out.
"""

from typing import Any

import polars as pl

from lynchpin.study.canonical import number_text
from lynchpin.study.check_cells import check_column
from lynchpin.study.dictionary import NUMBER_KINDS, SETTINGS, Column, dictionary, table_names
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Place
from lynchpin.study.study import Study, with_defaults
from lynchpin.study.words import listed, nearest

PROTECTED = ("scenarios", "changes")


class Wrong(Exception):  # noqa: N818 - it never leaves the study package
    """Why a change cannot be made: the wrong column of `changes`, the rule, the cure, the nearest word."""

    def __init__(self, column: str, rule: str, cure: str, near: str = "") -> None:
        super().__init__(rule)
        self.column, self.rule, self.cure, self.near = column, rule, cure, near


def change(study: Study, row: dict[str, Any]) -> Study:
    """Return the study with one row of `changes` applied; raises Wrong where it cannot be."""
    name, operation = row["table"], row["operation"]
    if name == SETTINGS:
        return _setting(study, row)
    if name not in table_names() or name in PROTECTED:
        cure = f"Write study or one of {listed(table for table in table_names() if table not in PROTECTED)}."
        raise Wrong("table", "must be a table of a study", cure, nearest(name, (*table_names(), SETTINGS)))
    frame = study.tables[name]
    chosen = _chosen(study, name, row["where"])
    if operation == "delete":
        if row["column"] is not None:
            raise Wrong(
                "column", "delete takes whole rows and no column", "Leave column blank, or set it blank."
            )
        return study.replace(**{name: frame.filter(~chosen)})
    column = _column(name, row["column"])
    counted = with_defaults(dictionary()[name], frame)[column.name]
    changed = _operate(column, counted, chosen, operation, row["value"])
    series = changed.zip_with(chosen, frame[column.name].cast(changed.dtype)).alias(column.name)
    return study.replace(**{name: frame.with_columns(series)})


def _column(table: str, name: str | None) -> Column:
    columns = dictionary()[table].columns
    if name is None:
        raise Wrong("column", "needs the column that is changed", f"Write one of {listed(columns)}.")
    if name not in columns:
        rule = f"must be a column of {table}"
        raise Wrong("column", rule, f"Write one of {listed(columns)}.", nearest(name, columns))
    return columns[name]


def _chosen(study: Study, name: str, where: str | None) -> pl.Series:
    """Return which rows of a table `where` chooses; raises Wrong where it chooses none."""
    table, frame = dictionary()[name], study.table(name)
    chosen = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    for part in (where or "").split(";"):
        if not part.strip():
            continue
        column, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals:
            raise Wrong(
                "where", f"has the part {part.strip()!r} without =", "Write column=value; column=value."
            )
        if column not in table.columns:
            rule = f"names {column!r}, which is no column of {name}"
            raise Wrong(
                "where", rule, f"Write one of {listed(table.columns)}.", nearest(column, table.columns)
            )
        chosen &= _equal(frame[column], value)
    if not chosen.any():
        raise Wrong("where", f"matches no row of {name}", _cure_of_nothing(frame, where))
    return chosen


def _cure_of_nothing(frame: pl.DataFrame, where: str | None) -> str:
    if frame.is_empty():
        return "The table has no rows: add them, or delete this change."
    column = (where or "").partition("=")[0].strip()
    values = frame[column].drop_nulls().unique().sort().cast(pl.String).head(12).to_list() if column else []
    return f"Column {column} holds {listed(values)}: write values that stand together in a row."


def _equal(cells: pl.Series, value: str) -> pl.Series:
    if not value:
        return cells.is_null()
    if cells.dtype == pl.String:
        found = cells.str.starts_with(value[:-1]) if value.endswith("*") else cells == value
    else:
        try:
            found = cells == float(value)
        except ValueError as error:
            rule = f"compares the numbers of {cells.name} with {value!r}"
            raise Wrong("where", rule, "Write a number after =.") from error
    return found.fill_null(value=False)


def _operate(
    column: Column, counted: pl.Series, chosen: pl.Series, operation: str, value: str | None
) -> pl.Series:
    if operation == "set":
        return pl.repeat(_parsed(column, value), counted.len(), dtype=column.dtype, eager=True)
    operand = _operand(operation, value)
    numbers = counted.cast(pl.Float64, strict=False) if column.kind == "value" else counted
    if column.kind != "value" and not column.numeric:
        raise Wrong("column", f"{column.name} holds words, which cannot be {_done(operation)}", "Use set.")
    if numbers.filter(chosen).null_count() == int(chosen.sum()):
        rule = f"every chosen cell of {column.name} is blank, so that nothing is {_done(operation)}"
        raise Wrong("where", rule, "Use set, or choose rows with a number.")
    result = numbers * operand if operation == "multiply" else numbers + operand
    if column.kind == "value":
        texts = [None if number is None else number_text(number) for number in result.to_list()]
        return pl.Series(texts, dtype=pl.String).zip_with(result.is_not_null(), counted)
    if column.kind == "integer" and (result != result.round()).any():
        raise Wrong("value", f"{column.name} must stay a whole number", "Use set.")
    return result.cast(column.dtype)


def _done(operation: str) -> str:
    return "multiplied" if operation == "multiply" else "added to"


def _operand(operation: str, value: str | None) -> float:
    try:
        operand = float(value or "")
    except ValueError as error:
        raise Wrong("value", f"{operation} needs a number", "Write a number with a decimal point.") from error
    if operand != operand or operand in (float("inf"), float("-inf")):
        raise Wrong("value", f"{operation} needs a finite number", "Write a number, or use set with inf.")
    return operand


def _parsed(column: Column, value: str | None) -> Any:
    """Return the typed value of a `set`; raises Wrong where the column does not allow it."""
    series, findings = check_column(
        column, pl.Series(column.name, [value], dtype=pl.String), Place("changes")
    )
    for finding in findings:
        if finding.level == "error":
            raise Wrong(
                "value", f"{column.table}.{column.name} {finding.rule}", finding.cure, finding.nearest
            )
    return series[0]


def _setting(study: Study, row: dict[str, Any]) -> Study:
    column, operation, value = _column(SETTINGS, row["column"]), row["operation"], row["value"]
    if row["where"] is not None or operation == "delete":
        raise Wrong(
            "where", "study has settings and no rows", "Leave where blank and use set, multiply or add."
        )
    if operation != "set":
        operand, now = _operand(operation, value), getattr(study.settings, column.name)
        if column.kind not in NUMBER_KINDS | {"integer"} or now is None:
            raise Wrong(
                "column", f"setting {column.name} is no number that can be {_done(operation)}", "Use set."
            )
        value = number_text(now * operand if operation == "multiply" else now + operand)
    parsed = _parsed(column, value)
    flag = column.kind == "flag" and parsed is not None
    return study.with_settings(**{column.name: parsed == "yes" if flag else parsed})


def changed_study(study: Study, scenario: str, place: Place) -> tuple[Study, list[Finding]]:
    """Return the study after the changes of a scenario, in order, and those that cannot be made."""
    rows = study.table("changes").with_row_index("row").filter(pl.col("scenario") == scenario)
    rows = rows.filter(pl.col("table").is_not_null() & pl.col("operation").is_not_null())
    findings: list[Finding] = []
    for row in rows.sort("order", "row").iter_rows(named=True):
        try:
            study = change(study, row)
        except Wrong as wrong:
            value = row[wrong.column] or ""
            findings.append(
                place.finding("error", row["row"], wrong.column, value, wrong.rule, wrong.cure, wrong.near)
            )
    return study, findings

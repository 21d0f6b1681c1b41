"""The one way a study is written as text: a CSV for each table and `study.toml` for the settings.

A table is written with its required columns and those that have a value in some row; a number in the
shortest form that reads back to the same number, whole numbers without a decimal point, unlimited as `inf`,
blank as nothing.
"""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from lynchpin.study.dictionary import SETTINGS, Table, dictionary


def number_text(number: float) -> str:
    """Return the shortest text that reads back to the same number."""
    if abs(number) < 1e15 and number == int(number):
        return str(int(number))
    return repr(float(number))


def written_columns(table: Table, frame: pl.DataFrame) -> list[str]:
    """Return the columns that are written: the required ones and those with a value in some row."""
    return [
        name
        for name, column in table.columns.items()
        if column.required or frame[name].null_count() < frame.height
    ]


def table_text(table: Table, frame: pl.DataFrame) -> str:
    """Return a table as CSV with a header, lines ending in a line feed."""
    names, columns = table_rows(table, frame)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns, strict=True))
    return buffer.getvalue()


def table_rows(table: Table, frame: pl.DataFrame) -> tuple[list[str], list[list[str]]]:
    """Return the names of the written columns, and the text of their cells, blank as nothing."""
    names = written_columns(table, frame)
    return names, [_texts(frame[name]) for name in names]


def _texts(series: pl.Series) -> list[str]:
    if series.dtype == pl.String:
        return series.fill_null("").to_list()
    return ["" if value is None else number_text(value) for value in series.to_list()]


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return the settings as TOML, in the dictionary's order, without those that are not given."""
    lines = [
        f"{name} = {_toml(settings[name])}"
        for name in dictionary()[SETTINGS].columns
        if settings.get(name) is not None
    ]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

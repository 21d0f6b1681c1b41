"""A study as an Excel workbook: a sheet for each given table, with notes, choices and typed cells.

Numbers are written with all digits that tell them apart, unlimited as the text `inf`, words as text (so
that 007 and =1+1 stay what they are). The sheet `notes` is made from the data dictionary.
"""

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from lynchpin.errors import StudyError
from lynchpin.study.dictionary import SETTINGS, Column, Table, dictionary, table_names
from lynchpin.study.study import Study
from lynchpin.study.workbook import NOTES

MOST_ROWS = 1_048_575
LONGEST_TEXT = 32_767
LONGEST_CHOICES = 255


class ExactNumber(float):
    """A number written with every digit that tells it apart; the usual 16 digits lose the last bit."""

    def __format__(self, specification: str) -> str:
        """Return the shortest text that reads back to the same number."""
        return repr(float(self))


@dataclass(frozen=True)
class Styles:
    """The formats of a workbook: a cell for words stays text whatever is typed into it."""

    header: Format
    required: Format
    text: Format
    number: Format
    wrapped: Format


def write_workbook(study: Study, path: Path) -> Path:
    """Write a study as a workbook, whole or not at all; returns the path."""
    tables = {name: study.tables[name] for name in table_names() if name in study.given}
    return _write(path, study.settings.given, tables)


def write_template(path: str | Path) -> Path:
    """Write a workbook with every table empty: headers, notes and choices to fill in; returns the path."""
    if Path(path).suffix.lower() != ".xlsx":
        raise StudyError("is no name of a workbook", thing=str(path), cure="Let the name end in .xlsx.")
    return _write(Path(path), {}, {name: dictionary()[name].empty() for name in table_names()})


def _write(path: Path, settings: Mapping[str, Any], tables: Mapping[str, pl.DataFrame]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".") as folder:
        temporary = Path(folder) / "study.xlsx"
        book = Workbook(str(temporary))
        styles = _styles(book)
        _notes(book, styles)
        _settings(book, styles, settings)
        for name, frame in tables.items():
            _table(book, styles, dictionary()[name], frame)
        book.close()
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(path)
    return path


def _styles(book: Workbook) -> Styles:
    header = {"bold": True, "bottom": 1, "bg_color": "#E8EEF4"}
    return Styles(
        header=book.add_format(header),
        required=book.add_format(header | {"font_color": "#9C0006"}),
        text=book.add_format({"num_format": "@"}),
        number=book.add_format({"num_format": "General"}),
        wrapped=book.add_format({"text_wrap": True, "valign": "top"}),
    )


def _notes(book: Workbook, styles: Styles) -> None:
    """Write the sheet `notes`: the dictionary, for reading beside the tables."""
    sheet = book.add_worksheet(NOTES)
    names = ("table", "column", "meaning", "kind", "unit", "blank means", "range", "one of, or row of")
    for position, (name, width) in enumerate(zip(names, (16, 20, 90, 11, 26, 14, 14, 32), strict=True)):
        sheet.set_column(position, position, width, styles.wrapped)
        sheet.write_string(0, position, name, styles.header)
    rows: list[tuple[str, ...]] = []
    for table in dictionary().values():
        rows.append((table.name, "", table.meaning, "table", "", "", "", ""))
        rows += [_note(column) for column in table.columns.values()]
    for number, row in enumerate(rows, start=1):
        for position, text in enumerate(row):
            sheet.write_string(number, position, text)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _note(column: Column) -> tuple[str, ...]:
    blank = {"required": "not allowed", "none": "not given"}.get(column.default, column.default)
    low = "" if column.low is None else f"{column.low:g}"
    high = "" if column.high is None else f"{column.high:g}"
    between = f"{low} to {high}" if low and high else f"at least {low}" if low else ""
    refers = ", ".join(column.refers)
    return (column.table, column.name, column.meaning, column.kind, column.unit, blank, between, refers)


def _comment(column: Column) -> str:
    _, _, meaning, kind, unit, blank, between, refers = _note(column)
    parts = (f"{meaning}.", f"Kind: {kind}.", unit and f"Unit: {unit}.", f"Blank: {blank}.")
    return "\n".join(
        part for part in (*parts, between and f"Range: {between}.", refers and f"Of: {refers}.") if part
    )


def _settings(book: Workbook, styles: Styles, settings: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(SETTINGS)
    sheet.set_column(0, 0, 26, styles.text)
    sheet.set_column(1, 1, 24)
    for position, name in enumerate(("setting", "value")):
        sheet.write_string(0, position, name, styles.header)
    for number, (name, column) in enumerate(dictionary()[SETTINGS].columns.items(), start=1):
        sheet.write_string(number, 0, name, styles.required if column.required else styles.text)
        sheet.write_comment(number, 0, _comment(column))
        value = settings.get(name)
        if isinstance(value, bool):
            value = "yes" if value else "no"
        _cell(sheet, number, 1, value, styles.number if column.numeric else styles.text)
        _choices(sheet, column, number, 1, number)
    sheet.freeze_panes(1, 1)


def _table(book: Workbook, styles: Styles, table: Table, frame: pl.DataFrame) -> None:
    if frame.height > MOST_ROWS:
        cure = f"Write the study as a folder; a sheet holds {MOST_ROWS:,} rows."
        raise StudyError(f"has {frame.height:,} rows", thing=f"table {table.name}", cure=cure)
    sheet = book.add_worksheet(table.name)
    for position, (name, column) in enumerate(table.columns.items()):
        style = styles.number if column.numeric else styles.text
        sheet.set_column(position, position, min(max(len(name) + 3, 11), 30), style)
        sheet.write_string(0, position, name, styles.required if column.required else styles.header)
        sheet.write_comment(0, position, _comment(column), {"x_scale": 2, "y_scale": 1.4})
        _choices(sheet, column, 1, position, MOST_ROWS)
        for number, value in enumerate(frame[name].to_list(), start=1):
            _cell(sheet, number, position, value, style)
    sheet.ignore_errors({"number_stored_as_text": f"A1:AZ{MOST_ROWS + 1}"})
    sheet.freeze_panes(1, 1)


def _choices(sheet: Worksheet, column: Column, first: int, position: int, last: int) -> None:
    """Offer the words of a choice in a list, where the list is short enough for Excel."""
    if column.choices and len(",".join(column.choices)) <= LONGEST_CHOICES:
        options = {"validate": "list", "source": list(column.choices), "ignore_blank": True}
        sheet.data_validation(first, position, last, position, options)


def _cell(sheet: Worksheet, row: int, position: int, value: Any, style: Format) -> None:
    if value is None:
        return
    if isinstance(value, (int, float)) and math.isfinite(value):
        sheet.write_number(row, position, ExactNumber(value), style)
        return
    text = value if isinstance(value, str) else str(value)
    if len(text) > LONGEST_TEXT:
        cure = (
            f"A cell of a workbook holds {LONGEST_TEXT} letters: shorten it, or write the study as a folder."
        )
        raise StudyError(f"a text has {len(text)} letters", thing=f"sheet {sheet.get_name()}", cure=cure)
    sheet.write_string(row, position, text, style)

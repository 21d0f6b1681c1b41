"""Workbooks: what a spreadsheet does to cells is found, and the template is what the dictionary says."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lynchpin.study import examples
from lynchpin.study.check import check
from lynchpin.study.dictionary import dictionary, table_names
from lynchpin.study.finding import Finding
from lynchpin.study.write import write_study
from lynchpin.study.write_workbook import write_template


def spoilt(folder: Path, spoil: Callable[[Any], object]) -> list[Finding]:
    """Return the errors of the example `tiny` as a workbook after `spoil` has changed it."""
    path = write_study(examples.tiny(), folder / "s.xlsx")
    book = openpyxl.load_workbook(path)
    spoil(book)
    book.save(path)
    return [finding for finding in check(path) if finding.level == "error"]


def put(sheet: str, cell: str, value: object) -> Callable[[Any], object]:
    """Return a change of one cell."""
    return lambda book: book[sheet].__setitem__(cell, value)


def move(book: Any) -> None:
    """Move a table one column to the right."""
    book["brands"].insert_cols(1)


def twice(book: Any) -> None:
    """Give a setting a second time."""
    book["study"].append(["name", "other"])


CASES = [
    (put("sites", "I2", "=30000+7500"), "sites", 2, "I2", "Paste its value"),
    (put("sites", "I2", "#REF!"), "sites", 2, "I2", "Type its value"),
    (put("sites", "I2", "12 kWh"), "sites", 2, "I2", "Write 12"),
    (
        put("demand", "D2", date(2026, 1, 1)),
        "demand",
        2,
        "D2",
        "format the cell as text",
    ),
    (put("brands", "B2", "nrth"), "brands", 2, "B2", "Write one of its identifiers"),
    (put("brands", "B1", "partnr"), "brands", 1, "B1", "Rename or delete it"),
    (put("brands", "F2", "stray"), "brands", 1, "F1", "column's name"),
    (put("study", "B7", "€"), "", 0, "", ""),
    (put("study", "B5", "two"), "study", 5, "B5", "digits"),
    (put("study", "A5", "period_s"), "study", 5, "A5", "Rename or delete it"),
    (put("study", "A1", "name"), "study", 1, "A1", "Write setting"),
    (put("study", "A5", None), "study", 5, "A5", "setting's name"),
    (lambda book: book["brands"].insert_rows(1, 2), "brands", 1, "A1", "blank rows above"),
    (twice, "study", 24, "A24", "Delete one"),
    (move, "brands", 1, "A1", "begins in cell A1"),
    (lambda book: book.create_sheet("sits"), "sits", 0, "", "Rename it"),
]


@pytest.mark.parametrize(("spoil", "sheet", "row", "cell", "word"), CASES)
def test_what_a_spreadsheet_spoils_is_found_in_its_cell(
    tmp_path: Path, spoil: Callable[[Any], object], sheet: str, row: int, cell: str, word: str
) -> None:
    """A formula, an error, a date or a wrong word is named by sheet, row and cell."""
    errors = spoilt(tmp_path, spoil)
    if not sheet:
        assert not errors
        return
    assert any(
        (item.file, item.row, item.cell) == (sheet, row, cell) and word in item.cure for item in errors
    ), errors


def test_the_notes_are_not_read(tmp_path: Path) -> None:
    """Whatever stands in the sheet notes, formulas as well, changes nothing."""
    assert not spoilt(tmp_path, put("notes", "A3", "=1+1"))


def test_the_template_has_every_table_with_notes_and_choices(tmp_path: Path) -> None:
    """Each sheet has its header, a note on every column, a frozen header and lists of the choices."""
    book = openpyxl.load_workbook(write_template(tmp_path / "template.xlsx"))
    assert book.sheetnames == ["notes", "study", *table_names()]
    for name in table_names():
        sheet, columns = book[name], dictionary()[name].columns
        assert [cell.value for cell in sheet[1]] == list(columns)
        assert sheet.freeze_panes == "B2"
        assert all(
            column.meaning in cell.comment.text
            for cell, column in zip(sheet[1], columns.values(), strict=True)
        )
        lists = [item for item in sheet.data_validations.dataValidation if item.type == "list"]
        assert len(lists) == sum(bool(column.choices) for column in columns.values())


def test_the_template_only_lacks_what_is_required(tmp_path: Path) -> None:
    """The empty template has no other error than the required settings."""
    errors = [item for item in check(write_template(tmp_path / "t.xlsx")) if item.level == "error"]
    assert [(item.file, item.column) for item in errors] == [
        ("study", name) for name in ("name", "first_period", "periods", "currency")
    ]


def test_the_notes_sheet_is_the_dictionary(tmp_path: Path) -> None:
    """Every table and column stands in the notes with its meaning, in order."""
    sheet = openpyxl.load_workbook(write_template(tmp_path / "t.xlsx"))["notes"]
    rows = [(row[0].value, row[1].value or "", row[2].value) for row in sheet.iter_rows(min_row=2)]
    expected: list[tuple[str, str, str]] = []
    for table in dictionary().values():
        expected.append((table.name, "", table.meaning))
        expected += [(table.name, column.name, column.meaning) for column in table.columns.values()]
    assert rows == expected

"""A study as an Excel workbook, read into cells of text.

Each table is a sheet of its name with the header in row 1 from cell A1; the sheet `study` has a setting and
its value in each row; the sheet `notes` is not read. A cell with a formula is an error: a spreadsheet may
have kept an old value for it, and a study must say what it says.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from lynchpin.errors import StudyError
from lynchpin.study.dictionary import SETTINGS, table_names
from lynchpin.study.finding import Finding
from lynchpin.study.package import Sheet, inspect
from lynchpin.study.raw import AT_MOST, Raw, RawTable, SettingsPlace
from lynchpin.study.shape import raw_table
from lynchpin.study.words import nearest

NOTES = "notes"


def read_workbook(path: Path) -> Raw:
    """Return the cells of a workbook; raises StudyError where it is none or has no sheet `study`."""
    sheets = inspect(path)
    if SETTINGS not in sheets:
        raise StudyError(
            "has no sheet study",
            thing=path.name,
            value=", ".join(sheets),
            cure="Add a sheet named study with the columns setting and value.",
        )
    try:
        book = fastexcel.read_excel(path)
        cells = {name: sheet_rows(book, name) for name in sheets if name == SETTINGS or name in table_names()}
    except fastexcel.FastExcelError as error:
        problem = str(error).split("\n", 1)[0]
        raise StudyError(
            f"cannot be read as a workbook: {problem}", thing=path.name, cure="Save it again as .xlsx."
        ) from error
    return _raw(sheets, cells)


def sheet_rows(book: fastexcel.ExcelReader, name: str) -> list[Sequence[str]]:
    """Return the rows of a sheet from row 1 on, every cell as text and blank as nothing.

    The reader rounds numbers to nine decimals when it makes text of them, so those that lost digits are
    taken from a second reading as numbers.
    """
    texts = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    numbers = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_polars()
    columns = [_exact(text, number) for text, number in zip(texts, numbers, strict=True)]
    return list(zip(*(column.fill_null("").to_list() for column in columns), strict=True))


def _exact(text: pl.Series, number: pl.Series) -> pl.Series:
    read = text.cast(pl.Float64, strict=False)
    rounded = (number.is_finite() & (read != number)).fill_null(value=False)
    return number.cast(pl.String).zip_with(rounded, text) if rounded.any() else text


def _raw(sheets: Mapping[str, Sheet], cells: Mapping[str, list[Sequence[str]]]) -> Raw:
    findings: list[Finding] = []
    tables: dict[str, RawTable] = {}
    for name, sheet in sheets.items():
        if name == NOTES:
            continue
        if name not in cells:
            cure = (
                "Rename it to a table of the dictionary, or delete it; remarks belong into the sheet notes."
            )
            near = nearest(name, (*table_names(), SETTINGS, NOTES))
            findings.append(Finding("error", name, 0, "", "", "", "is no table of a study", cure, near))
            continue
        findings += suspect_cells(sheet)
        if sheet.first and not re.fullmatch(r"A\d+", sheet.first):
            cure = "Move the table so that its header begins in cell A1."
            findings.append(Finding("error", name, 1, "", "A1", "", "cell A1 is blank", cure))
        elif name != SETTINGS:
            tables[name], wrong = raw_table(name, name, cells[name])
            findings += wrong
    settings, wrong = _settings(cells[SETTINGS])
    return Raw(settings, tables, tuple(findings + wrong))


def suspect_cells(sheet: Sheet) -> list[Finding]:
    """Return findings on cells that hold a formula or an error of the spreadsheet."""
    findings = [
        _cell_finding(sheet.name, cell, "", "a cell must not hold a formula", "Paste its value in its place.")
        for cell in sheet.formulas[:AT_MOST]
    ]
    formulas = frozenset(sheet.formulas)
    findings += [
        _cell_finding(sheet.name, cell, value, "a cell holds an error of the spreadsheet", "Type its value.")
        for cell, value in sheet.errors[:AT_MOST]
        if cell not in formulas
    ]
    if len(sheet.formulas) > AT_MOST:
        rule = f"{len(sheet.formulas) - AT_MOST} further cells hold a formula"
        findings.append(Finding("error", sheet.name, 0, "", "", "", rule, "Paste the values of the sheet."))
    return findings


def _cell_finding(sheet: str, cell: str, value: str, rule: str, cure: str) -> Finding:
    match = re.fullmatch(r"[A-Z]+(\d+)", cell)
    return Finding("error", sheet, int(match[1]) if match else 0, "", cell, value, rule, cure)


def _settings(rows: list[Sequence[str]]) -> tuple[RawTable, list[Finding]]:
    """Return the settings as a table of one row, from a sheet with a setting and its value in each row."""
    findings: list[Finding] = []
    if not rows or [text.strip() for text in rows[0][:2]] != ["setting", "value"]:
        found = ", ".join(rows[0]) if rows else ""
        cure = "Write setting into cell A1 and value into cell B1."
        rule = "the sheet has the columns setting and value"
        findings.append(Finding("error", SETTINGS, 1, "", "A1", found, rule, cure))
        rows = []
    lines: dict[str, int] = {}
    cells: dict[str, list[str | None]] = {}
    for number, row in enumerate(rows[1:], start=2):
        name, value = row[0].strip(), row[1].strip()
        if name in lines:
            rule = f"a setting may stand only once, and row {lines[name]} has the same"
            findings.append(
                Finding("error", SETTINGS, number, name, f"A{number}", name, rule, "Delete one of the rows.")
            )
        elif name:
            lines[name] = number
            cells[name] = [row[1] if value else None]
        elif value:
            rule, cure = "a value needs a setting", "Write the setting's name into column A."
            findings.append(Finding("error", SETTINGS, number, "", f"A{number}", value, rule, cure))
    place = SettingsPlace(SETTINGS, lines=lines, sheet=True)
    return RawTable(SETTINGS, pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), place), findings

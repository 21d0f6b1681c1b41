"""Catalogues as found on disk: CSV files and the sheets of workbooks, every cell text with its place.

A CSV file may separate its cells by comma, semicolon, tab or bar: the one that gives most columns in which
most of the first rows agree is taken. A workbook gives a table for each sheet but `notes`; a cell with a
formula is an error. Rows are read in pieces, which bounds the memory that a large file takes.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import fastexcel
import polars as pl

from lynchpin.errors import CatalogueError, StudyError
from lynchpin.study.finding import Finding
from lynchpin.study.folder import read_text
from lynchpin.study.package import inspect
from lynchpin.study.raw import Place, RawTable
from lynchpin.study.shape import raw_table, unread
from lynchpin.study.workbook import NOTES, sheet_rows, suspect_cells

PIECE = 50_000
LOOKED_AT = 30
SEPARATORS = ",;\t|"


def read_tables(place: Path) -> tuple[dict[str, RawTable], list[Finding]]:
    """Return the tables of a CSV file, a folder of CSV files or a workbook by name, and what is wrong.

    Raises CatalogueError where the place is none of these or cannot be opened.
    """
    try:
        if place.is_dir():
            return _joined(_read_csv(path) for path in sorted(place.glob("*.csv")))
        if not place.exists():
            raise CatalogueError(
                "does not exist", thing=str(place), cure="Name a CSV file or a workbook (.xlsx)."
            )
        if place.suffix.lower() == ".xlsx":
            return _read_workbook(place)
        if place.suffix.lower() in (".csv", ".tsv", ".txt"):
            return _joined([_read_csv(place)])
    except OSError as error:
        cure = "Ask for the right to read it."
        raise CatalogueError(f"cannot be read: {error.strerror}", thing=str(place), cure=cure) from error
    raise CatalogueError(
        "is no catalogue", thing=str(place), value=place.suffix, cure="Save it as CSV UTF-8, or as .xlsx."
    )


def _joined(
    read: Iterator[tuple[RawTable, list[Finding]]] | Sequence[tuple[RawTable, list[Finding]]],
) -> tuple[dict[str, RawTable], list[Finding]]:
    tables: dict[str, RawTable] = {}
    findings: list[Finding] = []
    for table, wrong in read:
        tables[table.name] = table
        findings += wrong
    return tables, findings


def _read_csv(path: Path) -> tuple[RawTable, list[Finding]]:
    text, findings = read_text(path)
    if findings:
        return unread(path.stem, path.name), findings
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
        return _in_pieces(path.stem, path.name, reader)
    except csv.Error as error:
        cure = "Close the double quotes of the cell, and write a double quote inside a cell twice."
        problem = Finding("error", path.name, 0, "", "", "", f"cannot be read as CSV: {error}", cure)
        return unread(path.stem, path.name), [problem]


def _separator(text: str) -> str:
    """Return what separates the cells: the separator with most columns on which most rows agree."""
    lines = text.split("\n", LOOKED_AT + 1)[:LOOKED_AT]
    best, most = ",", 1
    for separator in SEPARATORS:
        try:
            rows = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error:
            continue
        if rows and rows[0] > most and sum(width == rows[0] for width in rows) * 2 > len(rows):
            best, most = separator, rows[0]
    return best


def _in_pieces(name: str, file: str, rows: Iterator[Sequence[str]]) -> tuple[RawTable, list[Finding]]:
    """Return the table of all rows, made from pieces of them."""
    none: list[str] = []
    header: Sequence[str] = next(rows, none)
    frames: list[pl.DataFrame] = []
    numbers: list[int] = []
    findings: list[Finding] = []
    place = Place(file)
    start = 0
    while (piece := list(islice(rows, PIECE))) or not frames:
        table, wrong = raw_table(name, file, [header, *piece])
        findings += [_moved(finding, start) for finding in wrong if start == 0 or finding.row != 1]
        if not table.cells.width:
            return unread(name, file), findings
        place = place if frames else table.place
        numbers += [start + table.place.row(index) for index in range(table.cells.height)]
        frames.append(table.cells)
        start += len(piece)
    gapless = not numbers or numbers[-1] == len(numbers) + 1
    cells = pl.concat(frames, rechunk=True)
    return RawTable(name, cells, Place(file, place.positions, None if gapless else numbers)), findings


def _moved(finding: Finding, rows: int) -> Finding:
    """Return the finding of a later piece at its place in the file."""
    if not finding.row or not rows:
        return finding
    return Finding(
        finding.level,
        finding.file,
        finding.row + rows,
        finding.column,
        "",
        finding.value,
        finding.rule,
        finding.cure,
    )


def _read_workbook(path: Path) -> tuple[dict[str, RawTable], list[Finding]]:
    try:
        sheets = inspect(path)
        book = fastexcel.read_excel(path)
        return _joined(
            _read_sheet(name, sheets_file(path, name, sheets), book, suspect_cells(sheet), sheet.first)
            for name, sheet in sheets.items()
            if name != NOTES and sheet.first
        )
    except StudyError as error:
        cure = error.cure.replace("write the study as a folder instead", "save it as CSV instead")
        raise CatalogueError(error.problem, thing=error.thing, value=error.value, cure=cure) from error
    except fastexcel.FastExcelError as error:
        problem = str(error).split("\n", 1)[0]
        raise CatalogueError(
            f"cannot be read as a workbook: {problem}", thing=path.name, cure="Save it again as .xlsx."
        ) from error


def sheets_file(path: Path, sheet: str, sheets: Mapping[str, object]) -> str:
    """Return how findings and mappings name a sheet: the file, and the sheet where there are several."""
    return path.name if len([name for name in sheets if name != NOTES]) == 1 else f"{path.name}/{sheet}"


def _read_sheet(
    name: str, file: str, book: fastexcel.ExcelReader, suspect: list[Finding], first: str
) -> tuple[RawTable, list[Finding]]:
    suspect = [
        Finding(item.level, file, item.row, item.column, item.cell, item.value, item.rule, item.cure)
        for item in suspect
    ]
    if first.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == first or first[0] != "A" or not first[1:].isdigit():
        cure = "Move the table so that its header begins in cell A1."
        return unread(name, file), [
            *suspect,
            Finding("error", file, 1, "", "A1", "", "cell A1 is blank", cure),
        ]
    table, findings = _in_pieces(name, file, iter(sheet_rows(book, name)))
    return table, suspect + findings

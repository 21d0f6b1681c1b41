"""A plan as a workbook: a summary, the profit and loss in live formulas, and every table of the plan.

Text is written as text: a name that begins with = stays a name. Every formula carries its computed value.
"""

import os
import tempfile
from pathlib import Path

import polars as pl
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan, summary
from lynchpin.report.profit_sheet import SHEET, Formats, write_profit

MOST_ROWS = 1_048_575
WIDE = 48


def write_plan_workbook(plan: Plan, path: str | Path) -> Path:
    """Write a plan to a workbook in one step and return its path.

    Raises PlanError where the name does not end in .xlsx, a table has more rows than a sheet can hold, or
    writing fails.
    """
    target = Path(path)
    if target.suffix.lower() != ".xlsx" or target.is_dir():
        raise PlanError("is no name of a workbook", thing=str(target), cure="Let the name end in .xlsx.")
    _check_rows(plan)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder:
        temporary = Path(folder) / "plan.xlsx"
        try:
            _fill(temporary, plan)
        except FileCreateError as error:  # xlsxwriter's word for every failed write
            cure = "Free space there, or name another place."
            raise PlanError(f"cannot be written: {error}", thing=str(target), cure=cure) from error
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    return target


def _check_rows(plan: Plan) -> None:
    """Raise PlanError where a table does not fit on a sheet."""
    for name, table in plan.tables.items():
        if table.height > MOST_ROWS:
            raise PlanError(
                f"has more rows than a sheet holds ({MOST_ROWS:,})",
                thing=f"table {name}",
                value=table.height,
                cure=f"Read tables/{name}.parquet of the plan instead.",
            )


def _fill(place: Path, plan: Plan) -> None:
    """Write every sheet."""
    book = Workbook(str(place))
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
    bold = book.add_format({"bold": True})
    money = "#,##0;[Red]-#,##0"
    formats = Formats(
        head=head,
        bold=bold,
        whole=book.add_format({"num_format": money}),
        share=book.add_format({"num_format": "0.0%"}),
        sum=book.add_format({"num_format": money, "bold": True}),
    )
    _summary(book.add_worksheet("summary"), plan, bold)
    write_profit(book.add_worksheet(SHEET), plan, formats)
    for name, table in plan.tables.items():
        _table(book.add_worksheet(name), table, head)
    book.close()


def _summary(sheet: Worksheet, plan: Plan, bold: Format) -> None:
    """Write what the plan is and what it is worth."""
    info = plan.info
    versions = ", ".join(f"{name} {version}" for name, version in sorted(info.versions.items()))
    rows = [*summary(plan), ("started", info.started), ("seed", str(info.seed)), ("versions", versions)]
    for row, (words, text) in enumerate(rows):
        sheet.write_string(row, 0, words, bold)
        sheet.write_string(row, 1, text)
    first = len(rows) + 1
    sheet.write_string(first, 0, "sha256 of the study's tables", bold)
    for row, (name, digest) in enumerate(sorted(info.hashes.items()), start=first + 1):
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, digest)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)


def _table(sheet: Worksheet, table: pl.DataFrame, head: Format) -> None:
    """Write one table: numbers as numbers, text as text, blanks left out."""
    for place, name in enumerate(table.columns):
        sheet.write_string(0, place, name, head)
        column = table.get_column(name)
        longest = column.cast(pl.String).str.len_chars().max() if column.dtype == pl.String else 14
        sheet.set_column(place, place, min(WIDE, max(10, len(name), int(str(longest or 0)) + 1)))
        for row, cell in enumerate(column, start=1):
            if isinstance(cell, float):
                sheet.write_number(row, place, cell)
            elif cell is not None:
                sheet.write_string(row, place, str(cell))
    sheet.freeze_panes(1, 0)
    if table.height:
        sheet.autofilter(0, 0, table.height, table.width - 1)

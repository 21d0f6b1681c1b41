"""A study as found on disk: cells of text with their places, before any is understood."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from lynchpin.study.finding import Finding, Level, cell_name

AT_MOST = 200


@dataclass(frozen=True)
class Place:
    """Where the cells of one table stand.

    file       name of the file, or of the sheet of a workbook
    positions  column name to its position, counted from 1
    rows       row number of every row of the table; None where they follow the header without a gap
    """

    file: str
    positions: Mapping[str, int] = field(default_factory=dict[str, int])
    rows: Sequence[int] | None = None

    def heading(self, level: Level, column: str, value: str, rule: str, cure: str, near: str = "") -> Finding:
        """Return a finding about a column's name in the header, or about a column that is missing."""
        cell = cell_name(1, self.positions[column]) if column in self.positions else ""
        return Finding(level, self.file, 1, column, cell, value, rule, cure, near)

    def row(self, index: int) -> int:
        """Return the row number that a spreadsheet shows for the row of this position (from 0)."""
        return index + 2 if self.rows is None else self.rows[index]

    def cell(self, row: int, column: str) -> str:
        """Return the name of the cell, or nothing where the file has no such column."""
        position = self.positions.get(column)
        return cell_name(row, position) if position and row else ""

    def finding(
        self,
        level: Level,
        index: int | None,
        column: str,
        value: str,
        rule: str,
        cure: str,
        nearest: str = "",
    ) -> Finding:
        """Return a finding about the row of this position; None stands for the table as a whole."""
        row = 0 if index is None else self.row(index)
        return Finding(level, self.file, row, column, self.cell(row, column), value, rule, cure, nearest)


@dataclass(frozen=True)
class SettingsPlace(Place):
    """Where the settings stand: one row for each, so that a column has a row of its own.

    lines   setting to the line of `study.toml`, or the row of the sheet `study`
    sheet   whether it is a sheet, whose values stand in column B
    """

    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    sheet: bool = False

    def finding(
        self,
        level: Level,
        index: int | None,
        column: str,
        value: str,
        rule: str,
        cure: str,
        nearest: str = "",
    ) -> Finding:
        """Return a finding about one setting."""
        row = self.lines.get(column, 0)
        cell = cell_name(row, 2) if self.sheet and row else ""
        return Finding(level, self.file, row, column, cell, value, rule, cure, nearest)

    def heading(self, level: Level, column: str, value: str, rule: str, cure: str, near: str = "") -> Finding:
        """Return a finding about a setting's name, or about a setting that is missing."""
        row = self.lines.get(column, 0)
        cell = cell_name(row, 1) if self.sheet and row else ""
        return Finding(level, self.file, row, column, cell, value, rule, cure, near)


@dataclass(frozen=True)
class RawTable:
    """The cells of one table: every column text, blank as null, with their place."""

    name: str
    cells: pl.DataFrame
    place: Place


@dataclass(frozen=True)
class Typed:
    """A table whose cells are understood: typed, null where blank or wrong, with its place."""

    name: str
    frame: pl.DataFrame
    place: Place


@dataclass(frozen=True)
class Raw:
    """All of a study as found: its tables, the settings as a table of one row, and what could not be read."""

    settings: RawTable
    tables: Mapping[str, RawTable]
    findings: tuple[Finding, ...]


def raw_table(name: str, file: str, rows: Sequence[Sequence[str]]) -> tuple[RawTable, list[Finding]]:
    """Return the table that rows of text hold, the first being the header, and what is wrong with its shape.

    A row of the wrong length, a column without a name or a name that stands twice is reported and left out; rows
    and columns that are blank throughout are passed over.
    """
    if not rows or not any(any(row) for row in rows):
        cure = "Write a header with the names of the columns, or delete it."
        return RawTable(name, pl.DataFrame(), Place(file)), [
            Finding(
                "error", file, 0, "", "", "", "a table needs a header in row 1, and this one is empty", cure
            )
        ]
    header = [text.strip() for text in rows[0]]
    width = len(header)
    findings: list[Finding] = []
    numbers: list[int] = []
    body: list[Sequence[str]] = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) == width:
            numbers.append(number)
            body.append(row)
        elif any(text.strip() for text in row):
            if any(text.strip() for text in row[width:]) or len(row) < width:
                findings.append(_ragged(file, number, len(row), width))
            else:
                numbers.append(number)
                body.append(row[:width])
    columns = list(zip(*body, strict=True)) if body else [()] * width
    frame = pl.DataFrame(
        [pl.Series(str(position), values, dtype=pl.String) for position, values in enumerate(columns)]
    )
    frame = frame.with_columns(blank_to_null(pl.all()))
    keep = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if not keep.all():
        frame = frame.filter(keep)
        numbers = [number for number, kept in zip(numbers, keep.to_list(), strict=True) if kept]
    named, positions, wrong = _named(file, header, frame)
    gapless = not numbers or numbers[-1] == len(numbers) + 1
    return RawTable(name, named, Place(file, positions, None if gapless else numbers)), findings + wrong


def explained(
    place: Place,
    level: Level,
    column: str,
    wrong: pl.Series,
    cells: pl.Series,
    explain: Callable[[str], tuple[str, str, str]],
) -> list[Finding]:
    """Return a finding for each wrong row, with the rule, the cure and the nearest word that `explain` gives."""
    rows = wrong.arg_true().to_list()
    findings: list[Finding] = []
    for index in rows[:AT_MOST]:
        value = "" if cells[index] is None else str(cells[index])
        rule, cure, near = explain(value)
        findings.append(place.finding(level, index, column, value, rule, cure, near))
    return findings + and_more(place, level, column, len(rows), "the same rule")


def capped(
    place: Place, level: Level, column: str, wrong: pl.Series, cells: pl.Series, rule: str, cure: str
) -> list[Finding]:
    """Return a finding for each wrong row, the rows past the first `AT_MOST` counted in one more."""
    return explained(place, level, column, wrong, cells, lambda _: (rule, cure, ""))


def and_more(place: Place, level: Level, column: str, found: int, rule: str) -> list[Finding]:
    """Return one finding that counts the rows past the first `AT_MOST`."""
    if found <= AT_MOST:
        return []
    rule = f"{found - AT_MOST} further rows break {rule}"
    return [place.finding(level, None, column, "", rule, "Correct the first ones and check again.")]


def blank_to_null(cells: pl.Expr) -> pl.Expr:
    """Return the cells with null in place of those that hold nothing but white space."""
    return pl.when(cells.str.strip_chars().str.len_bytes() > 0).then(cells)


def _ragged(file: str, number: int, found: int, width: int) -> Finding:
    return Finding(
        "error",
        file,
        number,
        "",
        "",
        f"{found} cells",
        f"the header has {width} cells and so must every row",
        "Add the missing commas, or put text that holds a comma between double quotes.",
    )


def _named(
    file: str, header: list[str], frame: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, int], list[Finding]]:
    findings: list[Finding] = []
    positions: dict[str, int] = {}
    chosen: list[pl.Series] = []
    for position, name in enumerate(header):
        series = frame[str(position)]
        cell = cell_name(1, position + 1)
        if not name:
            if series.null_count() < series.len():
                cure = "Write the column's name into the header, or clear the column."
                findings.append(
                    Finding("error", file, 1, "", cell, "", "a column with values needs a name", cure)
                )
        elif name in positions:
            cure = f"Rename or delete one of columns {positions[name]} and {position + 1}."
            findings.append(Finding("error", file, 1, name, cell, name, "a column may stand only once", cure))
        else:
            positions[name] = position + 1
            chosen.append(series.alias(name))
    return pl.DataFrame(chosen), positions, findings

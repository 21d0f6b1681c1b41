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

    def row(self, index: int) -> int:
        """Return the row number that a spreadsheet shows for the row of this position (from 0)."""
        return index + 2 if self.rows is None else self.rows[index]

    def locate(self, index: int | None, column: str) -> tuple[int, str]:
        """Return row number and cell name; index None stands for the table as a whole, -1 for its header."""
        row = 0 if index is None else 1 if index < 0 else self.row(index)
        position = self.positions.get(column)
        return row, cell_name(row, position) if position and row else ""

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
        row, cell = self.locate(index, column)
        return Finding(level, self.file, row, column, cell, value, rule, cure, nearest)

    def heading(self, level: Level, column: str, value: str, rule: str, cure: str, near: str = "") -> Finding:
        """Return a finding about a column's name in the header, or about a column that is missing."""
        return self.finding(level, -1, column, value, rule, cure, near)


@dataclass(frozen=True)
class SettingsPlace(Place):
    """Where the settings stand: one row for each, so that a column has a row of its own.

    lines   setting to the line of `study.toml`, or the row of the sheet `study`
    sheet   whether it is a sheet, with names in column A and values in column B
    """

    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    sheet: bool = False

    def locate(self, index: int | None, column: str) -> tuple[int, str]:
        """Return row number and cell name of a setting: of its value, or of its name where index is -1."""
        row = self.lines.get(column, 0)
        return row, cell_name(row, 1 if index == -1 else 2) if self.sheet and row else ""


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


def explained(
    place: Place,
    level: Level,
    column: str,
    wrong: pl.Series,
    cells: pl.Series,
    explain: Callable[[str], tuple[str, str, str]],
) -> list[Finding]:
    """Return a finding for each wrong row, with the rule, cure and nearest word that `explain` gives."""
    if not wrong.any():
        return []
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

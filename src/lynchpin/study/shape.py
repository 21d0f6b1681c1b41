"""The shape of a table: from rows of text, the first being the header, to named columns and what is wrong."""

from collections.abc import Sequence

import polars as pl

from lynchpin.study.finding import Finding, cell_name
from lynchpin.study.raw import AT_MOST, Place, RawTable

MOST_COLUMNS = 1000


def raw_table(name: str, file: str, rows: Sequence[Sequence[str]]) -> tuple[RawTable, list[Finding]]:
    """Return the table that rows of text hold, and what is wrong with its shape.

    A row of the wrong length, a column without a name or a name that stands twice is reported and left out;
    rows and columns that are blank throughout are passed over.
    """
    problem = _header_problem(file, rows)
    if problem is not None:
        return unread(name, file), [problem]
    header = [text.strip() for text in rows[0]]
    body, numbers, findings = _whole_rows(file, rows, len(header))
    columns = list(zip(*body, strict=True)) if body else [()] * len(header)
    frame = pl.DataFrame(
        [pl.Series(str(position), values, dtype=pl.String) for position, values in enumerate(columns)]
    )
    frame = frame.with_columns(_blank_to_null(pl.all()))
    keep = frame.select(pl.any_horizontal(pl.all().is_not_null())).to_series()
    if not keep.all():
        frame = frame.filter(keep)
        numbers = [number for number, kept in zip(numbers, keep.to_list(), strict=True) if kept]
    named, positions, wrong = _named(file, header, frame)
    gapless = not numbers or numbers[-1] == len(numbers) + 1
    return RawTable(name, named, Place(file, positions, None if gapless else numbers)), findings + wrong


def _header_problem(file: str, rows: Sequence[Sequence[str]]) -> Finding | None:
    """Return why the table has no header that can be read."""
    if not any(any(row) for row in rows):
        rule = "a table needs a header in row 1"
        cure = "Write a header with the names of the columns, or delete it."
        return Finding("error", file, 0, "", "", "", rule, cure)
    if not any(text.strip() for text in rows[0]):
        rule = "row 1 is blank, and the header stands below it"
        return Finding("error", file, 1, "", "A1", "", rule, "Delete the blank rows above the header.")
    if len(rows[0]) > MOST_COLUMNS:
        rule = f"a table has at most {MOST_COLUMNS} columns"
        cure = "Delete what is no column of the dictionary."
        return Finding("error", file, 1, "", "", f"{len(rows[0])} columns", rule, cure)
    return None


def unread(name: str, file: str) -> RawTable:
    """Return a table of which nothing could be read."""
    return RawTable(name, pl.DataFrame(), Place(file))


def _whole_rows(
    file: str, rows: Sequence[Sequence[str]], width: int
) -> tuple[list[Sequence[str]], list[int], list[Finding]]:
    """Return the rows as long as the header with their numbers, and findings on the others."""
    body: list[Sequence[str]] = []
    numbers: list[int] = []
    ragged: list[Finding] = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) == width:
            numbers.append(number)
            body.append(row)
        elif len(row) > width and not any(text.strip() for text in row[width:]):
            numbers.append(number)
            body.append(row[:width])
        elif any(text.strip() for text in row):
            ragged.append(_ragged(file, number, len(row), width))
    if len(ragged) > AT_MOST:
        rule = f"{len(ragged) - AT_MOST} further rows have not as many cells as the header"
        cure = "Correct the first ones and check again."
        ragged = [*ragged[:AT_MOST], Finding("error", file, 0, "", "", "", rule, cure)]
    return body, numbers, ragged


def _blank_to_null(cells: pl.Expr) -> pl.Expr:
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

"""Checks of the cells of one table against the dictionary: presence, type, range and usual range.

Every check looks at a whole column at once; only the rows that fail are looked at one by one. A wrong cell
becomes null in the typed table, so that the checks between tables pass over it.
"""

from functools import partial

import polars as pl

from lynchpin.study.check_rows import check_duplicates, check_header, check_medians
from lynchpin.study.dictionary import UNLIMITED, Column, dictionary
from lynchpin.study.finding import Finding
from lynchpin.study.masks import true, without
from lynchpin.study.number_words import problem_of, range_words
from lynchpin.study.parse_text import parse_text
from lynchpin.study.raw import Place, RawTable, Typed, capped, explained

LARGEST_WHOLE = 2.0**53


def check_cells(raw: RawTable) -> tuple[Typed, list[Finding]]:
    """Return the table typed, with null in place of every wrong cell, and what its cells and rows break."""
    table = dictionary()[raw.name]
    findings = check_header(table, raw)
    columns: list[pl.Series] = []
    for name, column in table.columns.items():
        if name in raw.cells.columns:
            series, wrong = check_column(column, raw.cells[name], raw.place)
            findings += wrong
        else:
            series = pl.Series(name, [None] * raw.cells.height, dtype=column.dtype)
        columns.append(series.alias(name))
    typed = Typed(raw.name, pl.DataFrame(columns), raw.place)
    return typed, findings + check_duplicates(table, typed) + check_medians(table, typed)


def check_column(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return one column typed, null where a cell is wrong, and what its cells break."""
    findings: list[Finding] = []
    if column.required:
        cure = f"Write it: {column.meaning}."
        findings = capped(place, "error", column.name, cells.is_null(), cells, "must not be blank", cure)
    if cells.null_count() == cells.len():
        return cells.cast(column.dtype), findings
    parsed, wrong = (_numbers if column.numeric else parse_text)(column, cells, place)
    return parsed, findings + wrong


def _numbers(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    numbers = cells.str.strip_chars().cast(pl.Float64, strict=False).fill_nan(None)
    wrong = numbers.is_null() & cells.is_not_null()
    findings = explained(place, "error", column.name, wrong, cells, partial(problem_of, unit=column.unit))
    bad = _outside(column, numbers)
    findings += capped(place, "error", column.name, bad, cells, *range_words(column))
    numbers = without(numbers, bad)
    if column.kind == "integer":
        broken = true((numbers != numbers.round()) | (numbers.abs() > LARGEST_WHOLE))
        cure = "Write a number without decimals."
        findings += capped(place, "error", column.name, broken, cells, "must be a whole number", cure)
        return without(numbers, broken).cast(pl.Int64, strict=False), findings
    return numbers, findings + _usual(column, numbers, cells, place)


def _outside(column: Column, numbers: pl.Series) -> pl.Series:
    """Return where a number is out of the column's range; unlimited is in it only where it has a meaning."""
    bad = numbers.is_infinite() if (column.table, column.name) not in UNLIMITED else numbers == float("-inf")
    if column.low is not None:
        bad |= numbers <= column.low if column.above_low else numbers < column.low
    if column.high is not None:
        bad |= numbers > column.high
    return true(bad)


def _usual(column: Column, numbers: pl.Series, cells: pl.Series, place: Place) -> list[Finding]:
    """Return odd numbers as warnings; of equal ones that are not off by a thousand only the first."""
    low, high = column.usual_low, column.usual_high
    if low is None or high is None:
        return []
    odd = true(((numbers < low) | (numbers > high)) & numbers.is_finite())
    if not odd.any():
        return []
    near = (numbers * 1000).is_between(low, high) & (numbers != 0)
    if low > 0:
        near |= (numbers / 1000).is_between(low, high)
    first = odd & cells.is_first_distinct()
    thousand = true(near)
    unit = f" {column.unit}" if column.unit else ""
    rule = f"usually lies between {low:g} and {high:g}{unit}"
    cure = "Check it; nothing else is needed if it is right."
    hint = f"Check the unit:{unit}."
    return [
        *capped(place, "warning", column.name, first & ~thousand, cells, rule, cure),
        *capped(place, "warning", column.name, odd & thousand, cells, f"{rule}: off by a thousand?", hint),
    ]

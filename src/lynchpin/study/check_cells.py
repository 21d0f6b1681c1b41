"""Checks of one cell, of the cells of one table, and of identifiers across tables, all from the dictionary."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from lynchpin.study.dictionary import Column, Table, dictionary
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Place, RawTable
from lynchpin.study.words import nearest


@dataclass(frozen=True)
class Typed:
    """A table whose cells are understood: typed, null where blank or wrong, with its place."""

    name: str
    frame: pl.DataFrame
    place: Place


def check_cells(raw: RawTable) -> tuple[Typed, list[Finding]]:
    """Return the table typed, with null in place of every wrong cell, and the findings of its cells."""
    table = dictionary()[raw.name]
    findings: list[Finding] = []
    columns: list[pl.Series] = []
    for name, column in table.columns.items():
        if name in raw.cells.columns:
            series, wrong = parse(column, raw.cells[name], raw.place)
            findings += wrong
        else:
            series = pl.Series(name, [None] * raw.cells.height, dtype=column.dtype)
        columns.append(series)
    return Typed(raw.name, pl.DataFrame(columns), raw.place), findings


def parse(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return one column typed and the findings of its cells."""
    if not column.numeric:
        return cells, []
    numbers = cells.str.strip_chars().cast(pl.Float64, strict=False).fill_nan(None)
    wrong = (numbers.is_null() & cells.is_not_null()).arg_true().to_list()
    findings = [
        place.finding("error", index, column.name, cells[index], "must be a number", "Write a number.")
        for index in wrong
    ]
    return (numbers.cast(pl.Int64, strict=False) if column.dtype == pl.Int64 else numbers), findings

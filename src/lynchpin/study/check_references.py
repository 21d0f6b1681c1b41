"""Checks that every identifier that a table names exists in the table that it refers to."""

from collections.abc import Mapping

import polars as pl

from lynchpin.study.dictionary import Column, dictionary
from lynchpin.study.finding import Finding
from lynchpin.study.raw import RawTable, Typed, explained
from lynchpin.study.words import nearest


def check_references(
    tables: Mapping[str, Typed], raw: Mapping[str, RawTable], currency: str | None
) -> list[Finding]:
    """Return a finding for each cell that names what no row of its table holds.

    tables    the tables, typed
    raw       the same tables as found: an identifier whose row has another fault still exists
    currency  the study's own currency, which needs no row in `currencies`
    """
    findings: list[Finding] = []
    for name, typed in tables.items():
        for column in dictionary()[name].columns.values():
            if column.targets:
                known = _known(column, raw, currency)
                findings += _unknown(column, typed, known)
    return findings


def _known(column: Column, raw: Mapping[str, RawTable], currency: str | None) -> pl.Series:
    series = [pl.Series([currency] if currency and "currencies" in column.targets else [], dtype=pl.String)]
    for target in column.targets:
        identifier = next(iter(dictionary()[target].columns))
        if target in raw and identifier in raw[target].cells.columns:
            series.append(raw[target].cells[identifier].str.strip_chars().drop_nulls().unique())
    return pl.concat([item.alias("known") for item in series])


def _unknown(column: Column, typed: Typed, known: pl.Series) -> list[Finding]:
    cells = typed.frame[column.name]
    wrong = (~cells.is_in(known.implode())).fill_null(value=False)
    if not wrong.any():
        return []
    target = " or ".join(column.targets)
    words = sorted(known.to_list())

    def explain(word: str) -> tuple[str, str, str]:
        rule = f"must name a row of {target}"
        return rule, f"Write one of its identifiers, or add {word} to {target}.", nearest(word, words)

    return explained(typed.place, "error", column.name, wrong, cells, explain)

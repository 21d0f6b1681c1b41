"""Columns of truth: which rows are meant, and cells without those that are not."""

import polars as pl


def true(truth: pl.Series) -> pl.Series:
    """Return which rows are true; what is not known is not."""
    return truth.fill_null(value=False) if truth.null_count() else truth


def without(cells: pl.Series, wrong: pl.Series) -> pl.Series:
    """Return cells with null where they are wrong."""
    return cells.set(wrong, None) if wrong.any() else cells

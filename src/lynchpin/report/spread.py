"""Spreading shared money over those who cause it.

A ledger row may name no model (engineering of a variant, the fixed cost of a site) or no market (parts are
bought for a plant, not for a market). For a profit-and-loss column such a row is spread by a volume w:

    share[i] = w[i] / sum_j w[j]        over the j that agree with the row in the columns `on`

What no volume claims stays where it was, so that totals never change.
"""

import polars as pl

MONEY = ("undiscounted", "money")


def spread(rows: pl.DataFrame, weights: pl.DataFrame, *, on: list[str], into: str) -> pl.DataFrame:
    """Return `rows` with the blank column `into` filled in proportion to the volumes of `weights`.

    rows     ledger rows; only those whose `into` is null are spread
    weights  frame with the columns `on`, `into` and `volume`
    on       columns in which a row and a volume must agree
    """
    blank = rows.filter(pl.col(into).is_null())
    if blank.is_empty() or weights.is_empty():
        return rows
    volume = weights.filter(pl.col("volume") > 0).group_by([*on, into]).agg(pl.col("volume").sum())
    shares = volume.with_columns(share=pl.col("volume") / pl.col("volume").sum().over(on)).drop("volume")
    placed = blank.drop(into).join(shares, on=on, how="left")
    filled = placed.with_columns(
        [pl.col(column) * pl.col("share").fill_null(1.0) for column in MONEY]
    ).select(rows.columns)
    return pl.concat([rows.filter(pl.col(into).is_not_null()), filled])

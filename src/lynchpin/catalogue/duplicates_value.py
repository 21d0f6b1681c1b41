"""Which part of a group to keep, and what is saved when it takes the others' place.

    saving_price         = volume of the replaced part * (its price - the kept part's price)       per year
    saving_part_numbers  = part_number_cost for each replaced part                                 per year
    saving_engineering   = - what it costs in a year to develop the kept part, where it is only planned
    saving               = saving_price + saving_part_numbers + saving_engineering

A part of volume 0 saves 0 by its price. A blank is not zero: where a volume or a price is missing the saving
stays blank. Kept is, in this order, a part that is not running out, one in use before a planned one, the
cheapest, the one with the largest volume, then the first by catalogue and part number. Prices are today's:
what larger volumes would earn is not in them, so the saving is an understatement wherever there are economies
of scale; nor are tools. What a planned part costs to develop is known in a study only; a group pays it whole.

The default of 1,000 a year for a part number is an assumption. It spreads what the Parts Management Guide of
the United States Department of Defense (SD-19, table 1) gives for purchasing (5,200), inventory (1,200) and
logistics support (5,100 dollars) of one part over about ten years of life.
"""

import polars as pl

from lynchpin.catalogue.duplicates_judge import Integers
from lynchpin.catalogue.parts import DuplicateOptions, Parts

STATUS_RANK = {
    "current": 0,
    "active": 0,
    "committed": 1,
    "planned": 2,
    "candidate": 2,
    "ending": 4,
}
_UNKNOWN_STATUS = 1
SAVINGS = ("saving_price", "saving_part_numbers", "saving_engineering")


def ranked(parts: Parts) -> tuple[Integers, Integers]:
    """Return the rank of every part, 0 for the first to keep, and its worth: ranks with ties, by figures."""
    status = pl.col("status").replace_strict(STATUS_RANK, default=_UNKNOWN_STATUS, return_dtype=pl.Int64)
    keys = parts.frame.with_row_index("index").with_columns(
        status.fill_null(_UNKNOWN_STATUS), pl.col("volume").fill_null(0.0).neg()
    )
    order = keys.sort("status", "price", "volume", "catalogue", "part", "index", nulls_last=True)
    worth = pl.struct("status", "price", "volume").rle_id().cast(pl.Int64)
    back = order.select("index", worth.alias("worth")).with_row_index("rank").sort("index")
    return back["rank"].cast(pl.Int64).to_numpy(), back["worth"].to_numpy()


def with_savings(replaced: pl.DataFrame, parts: Parts, options: DuplicateOptions) -> pl.DataFrame:
    """Return rows of (index, keep) with volume, price and saving of each replaced part.

    A row whose part is the kept one has savings of 0.
    """
    figures = (
        parts.frame.select("volume", "price", "engineering").with_row_index("index").cast({"index": pl.Int64})
    )
    kept = figures.select(pl.col("index").alias("keep"), pl.col("price").alias("keep_price"))
    rows = replaced.join(figures, on="index", how="left", maintain_order="left")
    rows = rows.join(kept, on="keep", how="left", maintain_order="left")
    itself = pl.col("index") == pl.col("keep")
    developed = itself & (pl.col("engineering") > 0)
    cost = pl.lit(options.cost_in(parts.currency), dtype=pl.Float64)
    unused = pl.when(pl.col("volume") == 0).then(0.0)
    difference = unused.otherwise(pl.col("volume") * (pl.col("price") - pl.col("keep_price")))
    rows = rows.with_columns(
        pl.when(itself).then(0.0).otherwise(difference).alias("saving_price"),
        pl.when(itself).then(0.0).otherwise(cost).alias("saving_part_numbers"),
        pl.when(developed).then(-pl.col("engineering")).otherwise(0.0).alias("saving_engineering"),
    )
    return rows.with_columns(pl.sum_horizontal(SAVINGS, ignore_nulls=False).alias("saving"))

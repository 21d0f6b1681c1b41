"""The tables of a comparison: groups, their members, and the reasons attribute by attribute."""

import polars as pl

from lynchpin.catalogue.duplicates_find import ONE_WAY
from lynchpin.catalogue.duplicates_value import SAVINGS, with_savings
from lynchpin.catalogue.parts import Attribute, DuplicateOptions, Parts

_GROUP = ["family", "kind", "key"]
REASONS = {
    "group": pl.String,
    "catalogue": pl.String,
    "part": pl.String,
    "attribute": pl.String,
    "unit": pl.String,
    "sense": pl.String,
    "value": pl.String,
    "keep_value": pl.String,
    "difference": pl.Float64,
    "allowed": pl.Float64,
    "verdict": pl.String,
}


def numbered(found: pl.DataFrame, parts: Parts, options: DuplicateOptions) -> pl.DataFrame:
    """Return the rows of `find` with their savings and a group's name, the largest saving first."""
    rows = with_savings(found, parts, options)
    known = rows.group_by(_GROUP).agg(
        pl.when(pl.col("saving").null_count() == 0).then(pl.col("saving").sum()).alias("total")
    )
    order = known.sort(pl.col("total").neg(), *_GROUP, nulls_last=True).with_row_index("number", offset=1)
    width = max(4, len(str(order.height)))
    names = order.select(
        *_GROUP, pl.format("G{}", pl.col("number").cast(pl.String).str.zfill(width)).alias("group")
    )
    kept_last = (pl.col("index") != pl.col("keep")).alias("replaced")
    return rows.join(names, on=_GROUP).sort("group", kept_last, "index")


def members_table(rows: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Return a row for each part of each group: the part to keep first, then those it takes the place of."""
    frame = (
        parts.frame.with_row_index("index")
        .cast({"index": pl.Int64})
        .drop("volume", "price", "engineering", "family")
    )
    role = pl.when(pl.col("index") == pl.col("keep")).then(pl.lit("keep")).otherwise(pl.lit("replace"))
    joined = rows.with_columns(role.alias("role")).join(frame, on="index", how="left", maintain_order="left")
    return joined.select(
        "group", "role", "catalogue", "part", "name", "family", "owner", "supplier", "status", "release",
        "volume", "price", *SAVINGS, "saving", "file", "row",
    )  # fmt: skip


def groups_table(rows: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Return a row for each group, with empty columns for the user's decision and remark."""
    frame = parts.frame.with_row_index("index").cast({"index": pl.Int64})
    frame = frame.select("index", "catalogue", "part", "status")
    joined = rows.join(frame, on="index", how="left", maintain_order="left")
    kept = pl.col("index") == pl.col("keep")
    groups = joined.group_by("group", "kind", "family", maintain_order=True).agg(
        pl.len().alias("parts"),
        pl.col("catalogue").unique().sort().str.join(", ").alias("catalogues"),
        pl.col("catalogue").filter(kept).first().alias("keep_catalogue"),
        pl.col("part").filter(kept).first().alias("keep_part"),
        _why(kept),
        _total("volume", ~kept).alias("replaced_volume"),
        *(_total(name, pl.lit(value=True)).alias(name) for name in (*SAVINGS, "saving")),
    )
    groups = groups.join(_alternatives(rows), on="group", how="left", maintain_order="left")
    return groups.with_columns(
        pl.lit(parts.currency).alias("currency"),
        pl.lit(None, dtype=pl.String).alias("decision"),
        pl.lit(None, dtype=pl.String).alias("remark"),
    )


def _alternatives(rows: pl.DataFrame) -> pl.DataFrame:
    """Return for each group that replaces the parts of another group, that other group."""
    both = rows.filter(pl.col("kind") != ONE_WAY).select("index", pl.col("group").alias("instead_of"))
    gone = rows.filter((pl.col("kind") == ONE_WAY) & (pl.col("index") != pl.col("keep")))
    return gone.join(both, on="index").group_by("group").agg(pl.col("instead_of").first())


def _total(name: str, which: pl.Expr) -> pl.Expr:
    """Return the sum over some parts of a group, blank where one of them is blank."""
    chosen = pl.col(name).filter(which)
    return pl.when(chosen.null_count() == 0).then(chosen.sum())


def _why(kept: pl.Expr) -> pl.Expr:
    """Return in words why this part is the one to keep."""
    price, keep_price = pl.col("price"), pl.col("price").filter(kept).first()
    cheapest = (price.null_count() == 0) & (keep_price <= price.min())
    words = pl.when(cheapest).then(pl.lit("the cheapest"))
    in_use = words.when(pl.col("status").n_unique() > 1).then(pl.lit("its status comes first"))
    reason = in_use.otherwise(pl.lit("first by volume and number"))
    return (
        pl.when(pl.col("kind").first() == ONE_WAY)
        .then(pl.lit("at least as good in everything"))
        .otherwise(reason)
        .alias("why")
    )


def reasons_table(rows: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Return a row for each replaced part and attribute: both values, how they differ, what is allowed."""
    replaced = rows.filter(pl.col("index") != pl.col("keep")).select(
        "group", "family", "kind", "index", "keep"
    )
    frames = [
        _reasons(replaced.filter(pl.col("family") == attribute.family), parts, attribute)
        for attribute in parts.attributes
    ]
    names = parts.frame.select("catalogue", "part").with_row_index("index").cast({"index": pl.Int64})
    reasons = (
        pl.concat(frames)
        if frames
        else pl.DataFrame(schema={"index": pl.Int64, **REASONS}).drop("catalogue", "part")
    )
    joined = reasons.join(names, on="index", how="left", maintain_order="left")
    return joined.sort("group", "index", "attribute").select(*REASONS)


def _reasons(rows: pl.DataFrame, parts: Parts, attribute: Attribute) -> pl.DataFrame:
    values = parts.values[attribute.family].select("index", pl.col(attribute.name).alias("value"))
    rows = rows.join(values, on="index", how="left", maintain_order="left")
    rows = rows.join(
        values.rename({"index": "keep", "value": "keep_value"}), on="keep", how="left", maintain_order="left"
    )
    number = attribute.kind == "number"
    rows = rows.with_columns(
        (_difference() if number else pl.lit(None, dtype=pl.Float64)).alias("difference"),
        (_allowed(attribute) if number else pl.lit(None, dtype=pl.Float64)).alias("allowed"),
    )
    return rows.select(
        "group",
        "index",
        pl.lit(attribute.name).alias("attribute"),
        pl.lit(attribute.unit).alias("unit"),
        pl.lit(attribute.sense).alias("sense"),
        _text("value", number),
        _text("keep_value", number),
        "difference",
        "allowed",
        _verdict(attribute).alias("verdict"),
    )


def _difference() -> pl.Expr:
    """Return how far the kept part's value lies above the other's, relative to the larger one."""
    larger = pl.max_horizontal(pl.col("value").abs(), pl.col("keep_value").abs())
    difference = pl.col("keep_value") - pl.col("value")
    return pl.when(larger > 0).then(difference / larger).otherwise(0.0)


def _allowed(attribute: Attribute) -> pl.Expr:
    """Return the largest difference allowed, on the scale of `difference`."""
    tolerance, reach = attribute.tolerance or 0.0, attribute.reach or 0.0
    star = (pl.col("kind") == ONE_WAY) & pl.lit(attribute.sense != "equal")
    return pl.when(star).then(reach / (1 + reach)).otherwise(tolerance)


def _verdict(attribute: Attribute) -> pl.Expr:
    if attribute.kind == "text":
        return pl.lit("equal")
    better = pl.col("difference") * {"at_least": 1, "at_most": -1, "equal": 0}[attribute.sense]
    same = pl.when(pl.col("difference").abs() <= 1e-9).then(pl.lit("equal"))
    near = same.when(pl.col("difference").abs() <= (attribute.tolerance or 0.0) + 1e-9)
    return (
        near.then(pl.lit("within tolerance"))
        .when(better > 0)
        .then(pl.lit("better"))
        .otherwise(pl.lit("worse"))
    )


def _text(name: str, number: bool) -> pl.Expr:
    column = pl.col(name)
    return (column.round_sig_figs(7).cast(pl.String).str.strip_suffix(".0") if number else column).alias(name)

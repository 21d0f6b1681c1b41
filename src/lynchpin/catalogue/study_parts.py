"""The variants of a study as parts: they carry families, attributes and units already.

    volume  = sum over the models that carry the variant (`uses`) of the pieces per vehicle times
              the yearly sales of the model's offers (`base_sales`)                     pieces per year
    price   = `unit_cost`, else the sum of cost_per_unit times value over numeric attributes, in the study's
              currency at the rate of the first period

Sales are those of the first period's market, before a programme's life curve. The catalogue of a variant is
its owner.
"""

import polars as pl

from lynchpin.catalogue.parts import BASE, Attribute, Parts
from lynchpin.study.study import Study


def parts_of_study(study: Study) -> Parts:
    """Return the variants of a study as parts."""
    variants = study.table("variants").select(
        "variant", "family", "name", "owner", "status", "unit_cost", "currency"
    )
    variants = variants.sort("variant").with_row_index("index").cast({"index": pl.Int64})
    attributes = _attributes(study)
    values = {
        family: _values(study, attributes, family, variants.filter(pl.col("family") == family))
        for family in sorted({attribute.family for attribute in attributes})
    }
    volumes = _volumes(study)
    prices = _prices(study, variants)
    frame = (
        variants.join(volumes, on="variant", how="left").join(prices, on="variant", how="left").sort("index")
    )
    frame = frame.select(
        pl.col("owner").alias("catalogue"),
        pl.col("variant").alias("part"),
        "name",
        "family",
        "owner",
        pl.lit(None, dtype=pl.String).alias("supplier"),
        "status",
        pl.lit(None, dtype=pl.String).alias("release"),
        pl.col("volume").fill_null(0.0),
        "price",
        pl.lit("variants").alias("file"),
        (pl.col("index") + 2).alias("row"),
    )
    return Parts(
        frame.select(pl.col(name).cast(kind) for name, kind in BASE.items()),
        values,
        attributes,
        study.settings.currency,
    )


def _attributes(study: Study) -> tuple[Attribute, ...]:
    rows = study.table("attributes").sort("family", "attribute")
    return tuple(
        Attribute(row["family"], row["attribute"], row["unit"] or "", row["kind"], row["sense"])
        for row in rows.iter_rows(named=True)
    )


def _values(
    study: Study, attributes: tuple[Attribute, ...], family: str, variants: pl.DataFrame
) -> pl.DataFrame:
    """Return the index of each variant of a family with a column for each attribute."""
    given = study.table("specifications").select("variant", "attribute", "value")
    frame = variants.select("index", "variant")
    for attribute in attributes:
        if attribute.family == family:
            column = given.filter(pl.col("attribute") == attribute.name).select(
                "variant", pl.col("value").alias(attribute.name)
            )
            if attribute.kind == "number":
                column = column.with_columns(pl.col(attribute.name).cast(pl.Float64, strict=False))
            frame = frame.join(column, on="variant", how="left", maintain_order="left")
    return frame.drop("variant")


def _volumes(study: Study) -> pl.DataFrame:
    """Return the pieces of each variant that today's cars carry in a year."""
    sales = study.table("offers").group_by("model").agg(pl.col("base_sales").sum())
    pieces = study.table("requirements").group_by("model", "family").agg(pl.col("quantity").max())
    families = study.table("variants").select("variant", "family")
    carried = study.table("uses").join(families, on="variant").join(sales, on="model")
    carried = carried.join(pieces, on=["model", "family"], how="left").with_columns(
        pl.col("quantity").fill_null(1.0)
    )
    return carried.group_by("variant").agg((pl.col("base_sales") * pl.col("quantity")).sum().alias("volume"))


def _prices(study: Study, variants: pl.DataFrame) -> pl.DataFrame:
    """Return the list cost of each variant in the study's currency."""
    rates = _rates(study)
    own = pl.col("unit_cost") * pl.col("currency").replace_strict(rates, default=1.0, return_dtype=pl.Float64)
    worth = (
        study.table("attributes")
        .filter(pl.col("kind") == "number")
        .with_columns(
            (
                pl.col("cost_per_unit")
                * pl.col("currency").replace_strict(rates, default=1.0, return_dtype=pl.Float64)
            ).alias("worth")
        )
    )
    given = study.table("specifications").join(variants.select("variant", "family"), on="variant")
    summed = (
        given.join(worth.select("family", "attribute", "worth"), on=["family", "attribute"])
        .group_by("variant")
        .agg((pl.col("value").cast(pl.Float64, strict=False) * pl.col("worth")).sum().alias("built"))
    )
    rows = variants.join(summed, on="variant", how="left")
    return rows.select("variant", pl.coalesce(own, pl.col("built")).alias("price"))


def _rates(study: Study) -> dict[str, float]:
    """Return the rate of every currency that holds in the first period."""
    rows = study.table("currencies")
    if "from" in rows.columns:
        first = study.settings.first_period
        rows = rows.filter(pl.col("from").is_null() | (pl.col("from") <= first)).sort(
            "from", nulls_last=False
        )
    return {row["currency"]: row["rate"] for row in rows.iter_rows(named=True)}

"""The variants of a study as parts: they carry families, attributes and units already.

    volume  = sum over the models that carry the variant (`uses`) of the pieces per vehicle times
              the yearly sales of the model's offers (`base_sales`)                     pieces per year
    price   = `unit_cost`, else the sum of cost_per_unit times value over numeric attributes, in the study's
              currency at the rate of the first period
    engineering = I r / (1 - (1 + r)^-life) of a candidate, I its engineering_cost               per year

Sales are those of the first period's market, before a programme's life curve. The catalogue of a variant is
its owner.
"""

import polars as pl

from lynchpin.catalogue.parts import BASE, RESERVED, Attribute, Parts
from lynchpin.study.money_words import MILLION
from lynchpin.study.study import Study


def parts_of_study(study: Study) -> Parts:
    """Return the variants of a study as parts."""
    variants = study.table("variants").with_row_index("row", offset=2).sort("variant")
    variants = variants.with_row_index("index").cast({"index": pl.Int64})
    attributes = _attributes(study)
    values = {
        family: _values(study, attributes, family, variants.filter(pl.col("family") == family))
        for family in sorted({attribute.family for attribute in attributes})
    }
    frame = variants.join(_volumes(study), on="variant", how="left")
    frame = frame.join(_prices(study, variants), on="variant", how="left").sort("index")
    carried = {"uses", "offers"} <= study.given
    frame = frame.with_columns(
        pl.col("owner").alias("catalogue"),
        pl.col("variant").alias("part"),
        pl.lit("variants").alias("file"),
        pl.col("volume").fill_null(0.0) if carried else pl.col("volume"),
        _engineering(study).alias("engineering"),
        supplier=None,
        release=None,
    )
    typed = frame.select(pl.col(name).cast(kind) for name, kind in BASE.items())
    return Parts(typed, values, attributes, study.settings.currency)


def _engineering(study: Study) -> pl.Expr:
    """Return what developing a candidate costs in a year of its life."""
    rate = study.settings.discount_rate
    factor = rate / (1 - (1 + rate) ** -pl.col("life")) if rate else 1 / pl.col("life")
    money = pl.col("engineering_cost") * MILLION * _rate(study)
    return pl.when((pl.col("status") == "candidate") & (money > 0)).then(money * factor)


def _rate(study: Study) -> pl.Expr:
    """Return the worth of a row's currency in the study's."""
    return pl.col("currency").replace_strict(_rates(study), default=1.0, return_dtype=pl.Float64)


def _attributes(study: Study) -> tuple[Attribute, ...]:
    rows = study.table("attributes").sort("family", "attribute")
    return tuple(
        Attribute(row["family"], _label(row["attribute"]), row["unit"] or "", row["kind"], row["sense"])
        for row in rows.iter_rows(named=True)
    )


def _label(name: str) -> str:
    """Return the name of an attribute here; one that is a column of all parts gets a stroke behind it."""
    return f"{name}_" if name in RESERVED else name


def _values(
    study: Study, attributes: tuple[Attribute, ...], family: str, variants: pl.DataFrame
) -> pl.DataFrame:
    """Return the index of each variant of a family with a column for each attribute."""
    names = {name: _label(name) for name in study.table("attributes")["attribute"].unique().to_list()}
    given = study.table("specifications").select("variant", pl.col("attribute").replace(names), "value")
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
    attributes = study.table("attributes").filter(pl.col("kind") == "number")
    worth = attributes.select("family", "attribute", (pl.col("cost_per_unit") * _rate(study)).alias("worth"))
    given = study.table("specifications").join(variants.select("variant", "family"), on="variant")
    value = pl.col("value").cast(pl.Float64, strict=False)
    built = (
        given.join(worth, on=["family", "attribute"]).group_by("variant").agg((value * pl.col("worth")).sum())
    )
    rows = variants.join(built.rename({"value": "built"}), on="variant", how="left")
    return rows.select("variant", pl.coalesce(pl.col("unit_cost") * _rate(study), "built").alias("price"))


def _rates(study: Study) -> dict[str, float]:
    """Return the rate of every currency that holds in the first period."""
    rows = study.table("currencies")
    if "from" in rows.columns:
        first = study.settings.first_period
        rows = rows.filter(pl.col("from").is_null() | (pl.col("from") <= first)).sort(
            "from", nulls_last=False
        )
    return {row["currency"]: row["rate"] for row in rows.iter_rows(named=True)}

"""Which variants fit which models, for the checks: needs that are alike are compared once.

A variant fits a model if for every requirement of its family with an attribute its specification has that
attribute and is at least, at most or equal to the need; numbers within 1e-9 relative, text exactly.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.study.study import Study

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Fit:
    """Needs and what meets them.

    needs   model, family, need (its conditions as one text; empty without any), row of the first requirement
    misses  family, need, variant, number of conditions that fail; attribute, given and wanted of one of them
    """

    needs: pl.DataFrame
    misses: pl.DataFrame

    @property
    def fitting(self) -> pl.DataFrame:
        """Return family, need and variant of all that fit."""
        return self.misses.filter(pl.col("number") == 0).select("family", "need", "variant")


def fit(study: Study) -> Fit:
    """Return the needs of a study and how many of their conditions each variant of the family fails."""
    requirements = study.tables["requirements"].with_row_index("row")
    requirements = requirements.filter(pl.col("model").is_not_null() & pl.col("family").is_not_null())
    condition = pl.concat_str("attribute", pl.lit("="), "value").sort().drop_nulls().str.join("; ")
    needs = requirements.group_by("model", "family").agg(
        pl.col("row").min().cast(pl.Int64), condition.alias("need"), pl.col("row").alias("rows")
    )
    different = needs.unique(["family", "need"], keep="any")
    conditions = (
        different.explode("rows")
        .select("family", "need", pl.col("rows").alias("row"))
        .join(requirements.select("row", "attribute", "value"), on="row")
        .filter(pl.col("attribute").is_not_null() & pl.col("value").is_not_null())
    )
    variants = study.tables["variants"].select("variant", "family").drop_nulls()
    pairs = different.select("family", "need").join(variants, on="family")
    failed = _failed(study, conditions.join(variants, on="family"))
    misses = pairs.join(failed, on=["family", "need", "variant"], how="left")
    return Fit(needs.drop("rows"), misses.with_columns(pl.col("number").fill_null(0)))


def _failed(study: Study, conditions: pl.DataFrame) -> pl.DataFrame:
    attributes = study.table("attributes").select("family", "attribute", "kind", "sense")
    given = study.tables["specifications"].select("variant", "attribute", pl.col("value").alias("given"))
    rows = conditions.join(attributes, on=["family", "attribute"])
    rows = rows.join(
        given.unique(["variant", "attribute"], keep="first"), on=["variant", "attribute"], how="left"
    )
    need, have = (pl.col(name).cast(pl.Float64, strict=False) for name in ("value", "given"))
    slack = TOLERANCE * pl.max_horizontal(need.abs(), have.abs())
    met = (
        pl.when(pl.col("kind") == "text")
        .then(pl.col("value") == pl.col("given"))
        .when(pl.col("sense") == "at_least")
        .then(have >= need - slack)
        .when(pl.col("sense") == "at_most")
        .then(have <= need + slack)
        .otherwise((have - need).abs() <= slack)
    )
    rows = rows.filter(~met.fill_null(value=False))
    return (
        rows.sort("attribute")
        .group_by("family", "need", "variant")
        .agg(
            pl.len().cast(pl.Int64).alias("number"),
            pl.col("attribute").first(),
            pl.col("given").first(),
            pl.col("value").first().alias("wanted"),
            pl.col("sense").first().str.replace("_", " "),
        )
    )

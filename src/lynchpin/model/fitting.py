"""Which variant fits which model, and what the pair means for the flow of parts.

A variant fits if, for every requirement of (model, family) with an attribute, its specification has the
attribute and is >=, <= or equal (numbers within 1e-9 relative, text exactly).
"""

import polars as pl

from lynchpin.errors import ModelError
from lynchpin.study.study import Study

CLOSE = 1e-9
PAIR = ["model", "family"]


def needs(study: Study, models: list[str]) -> pl.DataFrame:
    """Return model, family and quantity (pieces per vehicle) of every family that a model requires."""
    rows = study.table("requirements").filter(pl.col("model").is_in(models))
    return rows.group_by(PAIR).agg(pl.col("quantity").max().fill_null(1.0)).sort(PAIR)


def fitting(study: Study, models: list[str]) -> pl.DataFrame:
    """Return every model, family and variant that fits, sorted."""
    variants = study.table("variants").select("variant", "family")
    pairs = needs(study, models).select(PAIR).join(variants, on="family")
    refused = _compared(study, models, variants).filter(~pl.col("fits")).select("model", "variant").unique()
    return pairs.join(refused, on=["model", "variant"], how="anti").sort("model", "family", "variant")


def carried(study: Study, models: pl.DataFrame, fits: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of `fits` carried today; without a row a version inherits from what it replaces."""
    replaced = dict(study.table("models").select("model", "replaces").iter_rows())
    uses = study.table("uses").join(study.table("variants").select("variant", "family"), on="variant")
    today = {
        (model, family): variant
        for model, variant, family in uses.select("model", "variant", "family").iter_rows()
    }
    rows: list[tuple[str, str, str]] = []
    for model, family in needs(study, models["model"].to_list()).select(PAIR).iter_rows():
        variant = _inherited(model, family, today, replaced)
        if variant is None:
            raise ModelError(
                f"today's structure has no variant of family {family} for it",
                thing=f"model {model}",
                cure="Add a row to `uses`, for it or for the version it replaces.",
            )
        rows.append((model, family, variant))
    chosen = pl.DataFrame(rows, schema=dict.fromkeys(("model", "family", "variant"), pl.String), orient="row")
    unfit = chosen.join(fits, on=["model", "family", "variant"], how="anti")
    if unfit.height:
        model, family, variant = unfit.row(0)
        raise ModelError(
            f"variant {variant} of family {family}, carried today, does not fit it",
            thing=f"model {model}",
            cure="Add a row to `uses` with a variant that meets the requirements.",
        )
    return fits.join(chosen, on=["model", "family", "variant"], how="semi")


def attribute_values(study: Study) -> pl.DataFrame:
    """Return variant, attribute and value of every numeric specification, with the family."""
    rows = study.table("specifications").join(
        study.table("variants").select("variant", "family"), on="variant"
    )
    kinds = study.table("attributes").select("family", "attribute", "kind", "cost_per_unit", "currency")
    numeric = rows.join(kinds, on=["family", "attribute"]).filter(pl.col("kind") == "number")
    return numeric.with_columns(pl.col("value").cast(pl.Float64))


def measured(study: Study, variants: pl.DataFrame, attribute: pl.Expr) -> pl.Series:
    """Return the measure of one piece of each row of `variants`: 1 for pieces, else the attribute's value."""
    values = attribute_values(study).select("variant", _measure="attribute", _value="value")
    asked = variants.select("variant", attribute.alias("_measure")).with_row_index("_row")
    found = asked.join(values, on=["variant", "_measure"], how="left").sort("_row")
    measure = pl.when(pl.col("_measure") == "pieces").then(1.0).otherwise(pl.col("_value"))
    result = found.select(measure.alias("measure")).to_series()
    if result.null_count():
        row = found.filter(pl.Series(result.is_null())).row(0, named=True)
        raise ModelError(
            f"has no value of {row['_measure']}, which volumes or capacities of it are measured in",
            thing=f"variant {row['variant']}",
            cure="Add the row to `specifications`.",
        )
    return result


def _compared(study: Study, models: list[str], variants: pl.DataFrame) -> pl.DataFrame:
    """Return one row for every condition of a model on a variant, with `fits`."""
    asked = study.table("requirements").filter(
        pl.col("model").is_in(models) & pl.col("attribute").is_not_null()
    )
    rules = study.table("attributes").select("family", "attribute", "kind", "sense")
    given = study.table("specifications").select("variant", "attribute", given="value")
    rows = (
        asked.join(rules, on=["family", "attribute"], how="left")
        .join(variants, on="family")
        .join(given, on=["variant", "attribute"], how="left")
    )
    return rows.with_columns(fits=_meets().fill_null(value=False))


def _meets() -> pl.Expr:
    need, have = (
        pl.col("value").cast(pl.Float64, strict=False),
        pl.col("given").cast(pl.Float64, strict=False),
    )
    slack = CLOSE * pl.max_horizontal(need.abs(), have.abs())
    number = (
        pl.when(pl.col("sense") == "at_least").then(have >= need - slack)
        .when(pl.col("sense") == "at_most").then(have <= need + slack)
        .otherwise((have - need).abs() <= slack)
    )  # fmt: skip
    return pl.when(pl.col("kind") == "text").then(pl.col("given") == pl.col("value")).otherwise(number)


def _inherited(
    model: str, family: str, today: dict[tuple[str, str], str], replaced: dict[str, str | None]
) -> str | None:
    """Return what a version carries today, asking up the chain of `replaces`."""
    seen: set[str] = set()
    asked: str | None = model
    while asked is not None and asked not in seen:
        if (asked, family) in today:
            return today[asked, family]
        seen.add(asked)
        asked = replaced.get(asked)
    return None

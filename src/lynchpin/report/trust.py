"""How much of the money rests on assumed figures.

Every ledger line is made by rows of one table; the row's `source` says how the figure is known. A figure
without a source counts as assumed. Lines that the rules make from other lines (transfers, penalties,
venture shares) are left out.

    assumed share = sum of |money| on assumed figures / sum of |money| on all figures that have a table
"""

import polars as pl

from lynchpin.plan.plan import Plan

SOURCES_OF_LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "revenue": ("offers", ("model", "market")),
    "selling": ("offers", ("model", "market")),
    "body": ("models", ("model",)),
    "conversion": ("allocations", ("site", "programme")),
    "parts": ("variants", ("variant",)),
    "engineering": ("variants", ("variant",)),
    "scale": ("families", ("family",)),
    "supplier_tooling": ("nominations", ("site", "variant")),
    "plant_tooling": ("allocations", ("site", "programme")),
    "development": ("programmes", ("programme",)),
    "platform": ("platforms", ("platform",)),
    "fixed": ("sites", ("site",)),
    "idle": ("sites", ("site",)),
    "opening": ("sites", ("site",)),
    "car_freight": ("lanes", ("site", "market")),
}


def quality_of_money(plan: Plan) -> pl.DataFrame:
    """Return line, quality and money: absolute present money of lines by how their figures are known."""
    ledger = _with_keys(plan)
    found = [
        _matched(plan, ledger.filter(pl.col("line") == line), table, keys)
        for line, (table, keys) in SOURCES_OF_LINES.items()
    ]
    return pl.concat(found).group_by("line", "quality").agg(pl.col("money").sum()).sort("line", "quality")


def assumed_share(plan: Plan) -> float:
    """Return the share of the ledger's absolute money on figures that are assumed or have no source."""
    quality = quality_of_money(plan)
    total = float(quality.get_column("money").sum())
    assumed = float(quality.filter(pl.col("quality") == "assumed").get_column("money").sum())
    return assumed / total if total > 0 else 0.0


def _with_keys(plan: Plan) -> pl.DataFrame:
    """Return the ledger with the programme of its model and the family of its variant filled in."""
    models = plan.study.table("models").select("model", programme_of_model="programme")
    variants = plan.study.table("variants").select("variant", "family")
    return (
        plan.tables["ledger"]
        .join(models, on="model", how="left")
        .join(variants, on="variant", how="left")
        .with_columns(programme=pl.coalesce("programme", "programme_of_model"))
        .drop("programme_of_model")
    )


def _matched(plan: Plan, rows: pl.DataFrame, table: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return line, quality and absolute money of ledger rows, by the rows of `table` that made them."""
    study = plan.study
    given = study.table(table)
    if table == "nominations":
        given = _nominations(plan)
    if table == "lanes":
        given = given.filter(pl.col("carries") != "parts").rename({"from": "site", "to": "market"})
    known = study.table("sources").select("source", "quality")
    quality = given.join(known, on="source", how="left").select(*keys, pl.col("quality").fill_null("assumed"))
    return (
        rows.join(quality.unique(subset=keys, maintain_order=True), on=keys, how="left")
        .group_by("line", pl.col("quality").fill_null("assumed"))
        .agg(pl.col("money").abs().sum())
    )


def _nominations(plan: Plan) -> pl.DataFrame:
    """Return the nomination rows by site and variant, a family's row standing for each of its variants."""
    rows = plan.study.table("nominations")
    members = plan.study.table("variants").select("family", member="variant")
    by_family = (
        rows.filter(pl.col("variant").is_null()).join(members, on="family").with_columns(variant="member")
    )
    return pl.concat([rows.filter(pl.col("variant").is_not_null()), by_family.select(rows.columns)])

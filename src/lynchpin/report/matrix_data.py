"""Tables behind the two matrices: how full plants are, and who shares what, ordered so that blocks show."""

import polars as pl

from lynchpin.catalogue.seriation import seriated
from lynchpin.plan.plan import Plan


def owners(plan: Plan) -> pl.DataFrame:
    """Return model, programme, brand and partner of every version."""
    study = plan.study
    return (
        study.table("models")
        .select("model", "programme")
        .join(study.table("programmes").select("programme", "brand"), on="programme")
        .join(study.table("brands").select("brand", "partner"), on="brand")
    )


def built(plan: Plan) -> pl.DataFrame:
    """Return site, programme and vehicles: the cars built in an average year."""
    years = plan.study.periods.n * plan.study.periods.years
    return (
        plan.tables["make"]
        .join(owners(plan), on="model")
        .group_by("site", "programme")
        .agg(vehicles=pl.col("vehicles").sum() / years)
    )


def utilisation(plan: Plan) -> pl.DataFrame:
    """Return site, used, capacity (slots of the horizon) and full: used over capacity, null without limit."""
    study = plan.study
    slots = study.table("allocations").select("site", "programme", "slots")
    years = study.periods.n * study.periods.years
    used = (
        plan.tables["make"]
        .join(owners(plan), on="model")
        .join(slots, on=["site", "programme"], how="left")
        .group_by("site")
        .agg(used=(pl.col("vehicles") * pl.col("slots").fill_null(1.0)).sum())
    )
    limited = pl.col("capacity").is_finite() & (pl.col("capacity") > 0)
    return (
        study.table("sites")
        .filter(pl.col("kind") == "assembly")
        .select("site", "operator", capacity=pl.col("capacity") * years)
        .join(used, on="site", how="left")
        .with_columns(pl.col("used").fill_null(0.0))
        .with_columns(full=pl.when(limited).then(pl.col("used") / pl.col("capacity")))
    )


def _together(uses: pl.DataFrame) -> pl.DataFrame:
    """Return partner, brand and model, those that carry much in common beside each other.

    All versions are put in one order, those that share more with other partners first; brands, and then
    partners, stand where their versions stand on average.
    """
    held = (
        uses.group_by("partner", "brand", "model")
        .agg(pl.col("variant").unique(), common=(pl.col("level") == 3).sum())
        .sort("model")
    )
    order = seriated([frozenset(variants) for variants in held["variant"].to_list()])
    common = held["common"].to_list()
    if sum((2 * place - len(order) + 1) * common[at] for place, at in enumerate(order)) > 0:
        order = order[::-1]
    place = pl.Series("place", order, dtype=pl.Int64).arg_sort()
    rows = held.select("partner", "brand", "model", place=place)
    rows = rows.with_columns(
        of_partner=pl.col("place").mean().over("partner"), of_brand=pl.col("place").mean().over("brand")
    )
    keys = ["of_partner", "partner", "of_brand", "brand", "place"]
    return rows.sort(keys).select("partner", "brand", "model")


def carried(plan: Plan) -> pl.DataFrame:
    """Return model, family, variant, brand, partner and level of every use in an order that shows blocks.

    level  1 one version only, 2 several versions of one partner, 3 versions of several partners
    row    versions by what they have in common, brands and partners kept together
    column variants by family, then by how far they are shared and where their users stand
    """
    uses = plan.tables["use"].join(owners(plan), on="model")
    reach = uses.group_by("variant").agg(
        models=pl.col("model").n_unique(), partners=pl.col("partner").n_unique()
    )
    level = pl.when(pl.col("partners") > 1).then(3).when(pl.col("models") > 1).then(2).otherwise(1)
    uses = uses.join(reach, on="variant").with_columns(level=level)
    rows = _together(uses).with_row_index("row")
    placed = uses.join(rows.select("model", "row"), on="model")
    order = {family: rank for rank, family in enumerate(plan.study.table("families").get_column("family"))}
    columns = (
        placed.group_by("family", "variant")
        .agg(pl.col("level").max(), pl.col("models").max(), centre=pl.col("row").cast(pl.Float64).mean())
        .with_columns(rank=pl.col("family").replace_strict(order, default=len(order)))
        .sort("rank", "level", "centre", "variant", descending=[False, True, False, False])
        .with_row_index("column")
    )
    return placed.join(columns.select("variant", "column"), on="variant").sort("row", "column")

"""How much of the money rests on assumed figures.

Every ledger line is made by rows of one table; the row's `source` says how the figure is known. Where several
rows make one amount, the least well known counts, and a figure without a source counts as assumed. Duty and
capital in transit are as well known as the value that they are taken of. Lines that the rules make from other
lines (transfers, penalties, venture shares) and grants are left out.

    assumed share = sum of |money| on assumed figures / sum of |money| on all figures that have a table
"""

from collections.abc import Callable

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.study.study import Study

WORST_FIRST = ("assumed", "estimated", "quoted", "measured")
BY_OFFER, BY_VARIANT = ("offers", ("model", "market")), ("variants", ("variant",))
SOURCES_OF_LINES: dict[str, tuple[str, tuple[str, ...]]] = {
    "revenue": BY_OFFER,
    "selling": BY_OFFER,
    "car_freight": ("car lanes", ("site", "market")),
    "car_transit": BY_OFFER,
    "car_duty": BY_OFFER,
    "body": ("models", ("model",)),
    "conversion": ("allocations", ("site", "programme")),
    "parts": BY_VARIANT,
    "parts_freight": ("part lanes", ("variant", "site")),
    "parts_transit": BY_VARIANT,
    "parts_duty": BY_VARIANT,
    "scale": ("families", ("family",)),
    "fixed": ("sites", ("site",)),
    "idle": ("sites", ("site",)),
    "opening": ("sites", ("site",)),
    "plant_tooling": ("allocations", ("site", "programme")),
    "development": ("programmes", ("programme",)),
    "engineering": ("engineering", ("variant",)),
    "supplier_tooling": ("nominations", ("site", "variant")),
    "platform": ("platforms", ("platform",)),
}
"""Line -> the rows that made it, and the columns of the ledger that find them."""


def money_by_source(plan: Plan) -> pl.DataFrame:
    """Return line, source, quality and money: absolute present money of lines by where it is known from."""
    ledger = _with_keys(plan)
    found = [
        _matched(plan, ledger.filter(pl.col("line") == line), rows, keys)
        for line, (rows, keys) in SOURCES_OF_LINES.items()
    ]
    return pl.concat(found).sort("line", "quality", "source")


def quality_of_money(plan: Plan) -> pl.DataFrame:
    """Return line, quality and money: absolute present money of lines by how their figures are known."""
    found = money_by_source(plan)
    return found.group_by("line", "quality").agg(pl.col("money").sum()).sort("line", "quality")


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
        plan.ledger.join(models, on="model", how="left")
        .join(variants, on="variant", how="left")
        .with_columns(programme=pl.coalesce("programme", "programme_of_model"))
        .drop("programme_of_model")
    )


def _matched(plan: Plan, money: pl.DataFrame, rows: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return line, source, quality and absolute money of ledger rows, by the rows that made them."""
    made = ROWS[rows](plan) if rows in ROWS else plan.study.table(rows)
    known = plan.study.table("sources").select("source", "quality")
    rank = {quality: number for number, quality in enumerate(WORST_FIRST)}
    quality = (
        made.join(known, on="source", how="left")
        .select(*keys, "source", pl.col("quality").fill_null("assumed"))
        .sort(pl.col("quality").replace_strict(rank, default=0), maintain_order=True)
        .unique(subset=keys, keep="first", maintain_order=True)
    )
    return (
        money.join(quality, on=keys, how="left")
        .group_by("line", "source", pl.col("quality").fill_null("assumed"))
        .agg(pl.col("money").abs().sum())
    )


def _variants(plan: Plan) -> pl.DataFrame:
    """Return the source of each variant's list cost: its own row, or the priced attributes of its family."""
    study = plan.study
    variants = study.table("variants").select("variant", "family", "unit_cost", "source")
    priced = study.table("attributes").filter(pl.col("cost_per_unit") > 0).select("family", "source")
    own = variants.filter(pl.col("unit_cost").is_not_null()).select("variant", "source")
    built = (
        variants.filter(pl.col("unit_cost").is_null()).drop("source").join(priced, on="family", how="left")
    )
    return pl.concat([own, built.select("variant", "source")])


def _car_lanes(plan: Plan) -> pl.DataFrame:
    """Return the lanes that cars may take, by plant and market."""
    return _lanes(plan.study, "parts").rename({"from": "site", "to": "market"})


def _part_lanes(plan: Plan) -> pl.DataFrame:
    """Return the lanes that parts take, by variant and plant; a plant beside its supplier needs none."""
    lanes = _lanes(plan.study, "cars").rename({"from": "supplier", "to": "site"})
    bought = plan.tables["buy"].select("variant", "supplier", "site").unique(maintain_order=True)
    return bought.filter(pl.col("supplier") != pl.col("site")).join(
        lanes, on=["supplier", "site"], how="left"
    )


def _lanes(study: Study, but: str) -> pl.DataFrame:
    """Return the lanes of a study without those that carry only `but`."""
    return study.table("lanes").filter(pl.col("carries") != but).select("from", "to", "source")


def _nominations(plan: Plan) -> pl.DataFrame:
    """Return the nomination rows by site and variant, a family's row standing for each of its variants."""
    rows = plan.study.table("nominations").select("site", "variant", "family", "source")
    members = plan.study.table("variants").select("family", member="variant")
    pooled = rows.filter(pl.col("variant").is_null()).join(members, on="family")
    own = rows.filter(pl.col("variant").is_not_null()).select("site", "variant", "source")
    left = pooled.select("site", pl.col("member").alias("variant"), "source")
    return pl.concat([own, left.join(own, on=["site", "variant"], how="anti")])


ROWS: dict[str, Callable[[Plan], pl.DataFrame]] = {
    "car lanes": _car_lanes,
    "part lanes": _part_lanes,
    "variants": _variants,
    "engineering": lambda plan: plan.study.table("variants"),
    "nominations": _nominations,
}
"""Rows that are more than a table of the study."""

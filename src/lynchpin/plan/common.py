"""How common the parts are that models carry: of a study as it is, and of a plan.

The yearly cost of a part number is the annuity of its engineering and of its tools at every site that makes
it. What is still paid leaves out what is sunk: in a study current variants and nominations, in a plan what
its ledger does not book.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.catalogue.commonality import Commonality, commonality
from lynchpin.errors import StudyError
from lynchpin.model.calendar import Calendar
from lynchpin.model.designing import Designing, DesignRules
from lynchpin.model.fitting import needs
from lynchpin.model.vectors import Vector
from lynchpin.plan.plan import Plan
from lynchpin.study.study import Study

CERTAIN = ("current", "committed")
LINES = ("engineering", "supplier_tooling")


def of_study(study: Study, *, visible: Mapping[str, float] | None = None) -> Commonality:
    """Return how common the parts are that a study's launched models carry today.

    visible  family -> how much a customer sees of it, 0 to 1

    Raises StudyError where the study says nothing of what is carried.
    """
    maker = Designing(study, DesignRules(candidates=False))
    models = maker.found.models["model"].to_list()
    position = {name: row for row, name in enumerate(models)}
    years = maker.calendar.n * maker.calendar.years
    yearly = maker.sales.sum(axis=1) / years
    rows = [
        (model, family, carried, float(yearly[position[model]] * quantity))
        for model, family, quantity in needs(study, models).iter_rows()
        if (carried := maker.carried_today(family, model)) is not None
    ]
    if not rows:
        raise StudyError(
            "has no row for a launched model",
            thing=f"study {study.name}, table uses",
            cure="Say there which variant each model carries today.",
        )
    schema = {"model": pl.String, "family": pl.String, "variant": pl.String, "pieces": pl.Float64}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    made = study.table("nominations").filter(pl.col("status").is_in(CERTAIN))
    kept = table.select("variant").unique()
    return _commonality(study, table, _costs(study, kept, made.join(kept, on="variant")), visible)


def of_plan(plan: Plan, *, visible: Mapping[str, float] | None = None) -> Commonality:
    """Return how common the parts are that a plan's models carry.

    visible  family -> how much a customer sees of it, 0 to 1
    """
    study = plan.study
    years = study.periods.n * study.periods.years
    bought = plan.tables["buy"].group_by("model", "variant").agg(pieces=pl.col("pieces").sum() / years)
    table = (
        plan.tables["use"]
        .select("model", "family", "variant")
        .join(bought, on=["model", "variant"], how="left")
        .with_columns(pl.col("pieces").fill_null(0.0))
    )
    made, kept = _nominated(plan), plan.tables["keep"].select("variant")
    paid = (
        plan.ledger.filter(pl.col("line").is_in(LINES) & pl.col("variant").is_not_null())
        .group_by("variant")
        .agg(still_paid=-pl.col("undiscounted").sum() / years)
    )
    full = _costs(study, kept, made).drop("still_paid")
    costs = full.join(paid, on="variant", how="left").with_columns(pl.col("still_paid").fill_null(0.0))
    return _commonality(study, table, costs, visible)


def _nominated(plan: Plan) -> pl.DataFrame:
    """Return the rows of `nominations` behind a plan's nominations, the variant's own before the family's."""
    rows = plan.study.table("nominations")
    chosen = plan.tables["nominate"].select("variant", "site", "member")
    own = chosen.join(rows.drop("family"), on=["variant", "site"])
    families = plan.study.table("variants").select("variant", "family")
    pooled = (
        chosen.join(own, on=["variant", "site", "member"], how="anti")
        .join(families, on="variant")
        .join(rows.drop("variant").drop_nulls("family"), on=["site", "family"])
        .drop("family")
    )
    return pl.concat([own, pooled.select(own.columns)])


def _commonality(
    study: Study, table: pl.DataFrame, costs: pl.DataFrame, visible: Mapping[str, float] | None
) -> Commonality:
    owners = (
        study.table("models")
        .select("model", "programme")
        .join(study.table("programmes").select("programme", "brand"), on="programme")
        .join(study.table("brands").select("brand", "partner"), on="brand")
    )
    values = (
        study.table("specifications")
        .sort("variant", "attribute")
        .group_by("variant", maintain_order=True)
        .agg(specification=pl.concat_str("attribute", pl.lit("="), "value").str.join("; "))
    )
    uses = table.join(owners, on="model").join(values, on="variant", how="left")
    uses = uses.with_columns(pl.col("specification").fill_null(""))
    return commonality(uses, costs, currency=study.settings.currency, visible=visible)


def _costs(study: Study, kept: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Return variant, yearly_cost and still_paid of every variant in use.

    kept  variant, a row for each member of the sharing scope that engineers it
    made  rows of `nominations` that are in force, one for each member
    """
    calendar = Calendar(study)
    variants = kept.join(study.table("variants"), on="variant")
    costs = pl.concat(
        [
            _money(variants, _yearly(calendar, variants, "engineering_cost")),
            _money(made, _yearly(calendar, made, "tooling_cost")),
        ]
    )
    return costs.group_by("variant").agg(pl.sum("yearly_cost"), pl.sum("still_paid")).sort("variant")


def _yearly(calendar: Calendar, table: pl.DataFrame, cost: str) -> Vector:
    """Return the annuity of an investment in currency a year, at the first period's rate (rows)."""
    if table.is_empty():
        return np.zeros(0)
    return calendar.annuity(table, cost, "life")[:, 0] / calendar.years


def _money(table: pl.DataFrame, yearly: Vector) -> pl.DataFrame:
    sunk = pl.col("status") == "current"
    return table.select(
        "variant",
        yearly_cost=pl.Series(yearly, dtype=pl.Float64),
        still_paid=pl.when(sunk).then(0.0).otherwise(pl.Series(yearly, dtype=pl.Float64)),
    )

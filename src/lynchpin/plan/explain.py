"""Why a duty is what it is: the rows of `tariffs` behind the duty of one version in one market."""

from typing import Any

import numpy as np
import polars as pl

from lynchpin.errors import PlanError
from lynchpin.model.calendar import Calendar
from lynchpin.model.duty import DutyBook, Goods
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan.plan import Plan
from lynchpin.study.study import Study

_SHOWN = (
    "kind",
    "name",
    "importer",
    "exporter",
    "hs",
    "maker",
    "condition",
    "base",
    "ad_valorem",
    "specific",
    "floor",
)


def explain_duty(plan: Plan, *, model: str, market: str) -> pl.DataFrame:
    """Return the tariff rows that make the duty of a car of `model` in `market`, for each plant of it.

    Columns: site, period, regime, duty (study currency per car, `inf` where banned), row (of the table
    `tariffs` as a spreadsheet counts), then what the row says. Goods that pay nothing by rule have one row
    of kind `free`. Raises PlanError with the known names where there is no such model or market.
    """
    study = plan.study
    offers = study.table("offers")
    _require(model in set(offers["model"]), "model", model, sorted(set(offers["model"])))
    offered = offers.filter(pl.col("model") == model)["market"].to_list()
    _require(market in offered, "market", market, sorted(offered))
    book = DutyBook(Calendar(study))
    duties = _duties(plan, model, market)
    rows: list[dict[str, Any]] = []
    for site, goods in _kinds(study, model, market):
        for period, label in enumerate(study.periods.labels):
            for regime, recipe in book.regimes(goods, period):
                key = {"site": site, "period": label, "regime": regime}
                banned = any(_bans(book.tariffs.row(row, named=True)) for row in recipe.rows)
                duty = np.inf if banned else duties.get((site, label, regime))
                rows += [key | {"duty": duty} | _said(study, row) for row in recipe.rows or (None,)]
    schema = {
        "site": pl.String,
        "period": pl.String,
        "regime": pl.String,
        "duty": pl.Float64,
        "row": pl.Int64,
    }
    return pl.DataFrame(rows, schema_overrides=schema, infer_schema_length=None)


def _duties(plan: Plan, model: str, market: str) -> dict[tuple[str, str, str], float]:
    """Return the duty of one car by site, period and regime."""
    instance = compile_study(plan.study, sharing=plan.info.sharing, as_is=plan.info.as_is)
    ship = instance.labelled("ship").with_columns(duty=pl.Series(-instance.money["ship"]["car_duty"]))
    mine = ship.filter((pl.col("model") == model) & (pl.col("market") == market))
    return {
        (site, period, regime): duty
        for site, period, regime, duty in mine.select("site", "period", "regime", "duty").iter_rows()
    }


def _kinds(study: Study, model: str, market: str) -> list[tuple[str, Goods]]:
    """Return the goods that the version is at every plant that can build it, by site."""
    row = study.table("models").filter(pl.col("model") == model).row(0, named=True)
    importer = study.table("markets").filter(pl.col("market") == market)["country"][0]
    plants = study.table("allocations").filter(pl.col("programme") == row["programme"])
    sites = study.table("sites").join(plants.select("site"), on="site", how="semi").sort("site")
    return [
        (site, Goods(country, importer, row["hs"], operator, (site, row["programme"])))
        for site, country, operator in sites.select("site", "country", "operator").iter_rows()
    ]


def _said(study: Study, row: int | None) -> dict[str, Any]:
    """Return what a row of `tariffs` says, or that goods are free."""
    if row is None:
        return {"row": None, "kind": "free"} | dict.fromkeys(_SHOWN[1:])
    said = study.table("tariffs").row(row, named=True)
    return {"row": row + 2} | {name: said[name] for name in _SHOWN}


def _bans(row: dict[str, Any]) -> bool:
    return np.inf in (row["ad_valorem"], row["specific"], row["floor"])


def _require(known: bool, thing: str, value: str, names: list[str]) -> None:
    if not known:
        raise PlanError(
            "the study has no such offer", thing=thing, value=value, cure=f"Use {', '.join(names)}."
        )

"""Checks of offers, demand and transfer prices against each other."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding


def check_sales(checked: Checked) -> list[Finding]:
    """Return what offers, demand and transfer prices break between them."""
    return [
        *_offers(checked),
        *_growth(checked),
        *_territories(checked),
        *_transfer_gaps(checked),
        *_venture_prices(checked),
    ]


def _offers(checked: Checked) -> list[Finding]:
    study = checked.study
    cost = study.settings.objective == "cost"
    rows = checked.rows("offers")
    unpriced = rows.filter(pl.col("price").is_null()) if not cost else rows.clear()
    rule, cure = "is required where the objective is contribution", "Write the consumer price, taxes in."
    findings = checked.report("error", "offers", "price", unpriced, rule, cure)
    if cost and study.tables["tariffs"].height:
        rule = "is blank, so that duties on its share of the customs value count as 0"
        blank = rows.filter(pl.col("price").is_null())
        cure = "Write the consumer price; nothing else is needed if transfer_prices has the customs value."
        findings += checked.report("warning", "offers", "price", blank, rule, cure)
    least = pl.col("min_share").fill_null(1.0 if cost else 0.0) > 0
    if study.settings.short_penalty is None:
        free = rows.filter(least & pl.col("short_penalty").is_null())
        rule = "a minimum holds for this offer, and no price of missing it is given"
        rule += ", here or in the settings"
        cure = "Write short_penalty here or into the settings."
        findings += checked.report("error", "offers", "short_penalty", free, rule, cure)
    offered = study.tables["offers"]["model"].drop_nulls().unique().to_list()
    silent = checked.rows("models").filter(~pl.col("model").is_in(offered) & pl.col("model").is_not_null())
    rule, cure = "{model} is offered in no market", "Add a row for it to offers, or delete it."
    return findings + checked.report("warning", "models", "model", silent, rule, cure)


def _growth(checked: Checked) -> list[Finding]:
    """Return offers in a market whose demand does not have the version's segment."""
    study = checked.study
    if not study.tables["demand"].height:
        return []
    models = study.tables["models"].select("model", "segment", pl.col("powertrain").alias("drive"))
    offers = checked.rows("offers").join(models, on="model")
    demand = study.table("demand").select("market", "segment", "powertrain").unique()
    offers = offers.with_columns(pl.lit("any").alias("every"))
    for drive in ("drive", "every"):
        on = ["market", "segment", drive]
        offers = offers.join(demand, left_on=on, right_on=["market", "segment", "powertrain"], how="anti")
    rows = offers.group_by("market", "segment").agg(
        pl.col("row").min(), pl.col("model").first(), pl.col("drive").first()
    )
    rule = "demand has no path for market {market}, segment {segment} and {drive}"
    rule += ": base_sales of {model} will not grow"
    return checked.report("warning", "offers", "market", rows, rule, "Add the path to demand.")


def places(checked: Checked) -> pl.DataFrame:
    """Return each country with every name that stands for it: itself and its territories, at any time."""
    members = (
        checked.study.tables["territories"].select(pl.col("territory").alias("name"), "country").drop_nulls()
    )
    countries = pl.concat(
        [checked.study.tables[table].select("country") for table in ("sites", "markets")]
    ).drop_nulls()
    own = (
        pl.concat([countries, members.select("country")])
        .unique()
        .with_columns(pl.col("country").alias("name"))
    )
    return pl.concat([own.select("name", "country"), members]).unique()


def _territories(checked: Checked) -> list[Finding]:
    known = sorted(places(checked)["name"].to_list())
    findings: list[Finding] = []
    for table in ("transfer_prices", "incentives", "targets"):
        words = known if table == "incentives" else [*known, "any"]
        rows = checked.rows(table).filter(pl.col("territory").is_not_null())
        wrong = rows.filter(~pl.col("territory").is_in(words))
        rule = "is neither a country of a site or market nor a territory"
        cure = "Write one of them, or add the territory to territories."
        findings += checked.report("error", table, "territory", wrong, rule, cure, near=known)
    return findings


def offered_from(checked: Checked) -> pl.DataFrame:
    """Return site, model, market and country for every way in which an offer can be served."""
    study = checked.study
    models = study.tables["models"].select("model", "programme")
    markets = study.tables["markets"].select("market", "country")
    offers = study.tables["offers"].select("model", "market").unique().join(models, on="model")
    sites = study.tables["allocations"].select("site", "programme")
    return offers.join(sites, on="programme").join(markets, on="market").drop_nulls()


def _priced(checked: Checked) -> pl.DataFrame:
    prices = checked.study.table("transfer_prices").select("site", "model", pl.col("territory").alias("name"))
    every = places(checked).select("country").unique().with_columns(pl.lit("any").alias("name"))
    names = pl.concat([places(checked), every.select("name", "country")])
    return prices.join(names, on="name").select("site", "model", "country").unique()


def _transfer_gaps(checked: Checked) -> list[Finding]:
    """Return plants with transfer prices of a version for a part of its markets only."""
    if not checked.study.tables["transfer_prices"].height:
        return []
    first = checked.rows("transfer_prices").group_by("site", "model").agg(pl.col("row").min())
    gaps = offered_from(checked).join(first, on=["site", "model"])
    gaps = gaps.join(_priced(checked), on=["site", "model", "country"], how="anti")
    rows = gaps.sort("market").group_by("site", "model", "row").agg(pl.col("market").str.join(", "))
    rule = "{site} has transfer prices of {model} for a part of its markets only, and none for {market}"
    cure = "Add a row for the missing markets, or one with territory any."
    return checked.report("error", "transfer_prices", "territory", rows, rule, cure)


def _venture_prices(checked: Checked) -> list[Finding]:
    """Return plants with owners outside the alliance that ship cars without a transfer price."""
    study = checked.study
    partners = sorted(checked.known("partners", "partner"))
    outside = study.tables["ventures"].filter(~pl.col("owner").is_in(partners) & (pl.col("share") > 0))
    operators = outside["operator"].drop_nulls().unique().to_list()
    sites = study.tables["sites"].filter((pl.col("kind") == "assembly") & pl.col("operator").is_in(operators))
    ways = offered_from(checked).join(sites.select("site", "operator"), on="site")
    lacking = ways.join(_priced(checked), on=["site", "model", "country"], how="anti")
    priced = study.tables["transfer_prices"].select("site", "model").unique()
    lacking = lacking.join(priced, on=["site", "model"], how="anti")
    models = study.tables["models"].select("model", "programme")
    rows = checked.rows("allocations").join(models, on="programme")
    rows = rows.join(
        lacking.sort("market").group_by("site", "model").agg(pl.col("market").first()), on=["site", "model"]
    )
    rows = (
        rows.sort("model").group_by("row", "site", maintain_order=True).agg(pl.col("model", "market").first())
    )
    rule = (
        "owners outside the alliance hold a share of {site}, and {model} has no transfer price for {market}"
    )
    return checked.report("error", "allocations", "site", rows, rule, "Add it to transfer_prices.")

"""One profit-and-loss column for each model and market, which together add up to the ledger.

Lines, from what the customer pays to what is left:

    consumer price − tax − dealer = net price (revenue) − selling
    − parts by family ± scale − parts freight, capital and duty − body − conversion
    − car freight, capital and duty + grants  = contribution before shared cost
    − development − tooling − engineering − platform − plants  = contribution

Shared cost is spread by volume: engineering and supplier tooling of a variant by pieces bought, a platform
and a programme by vehicles sold, a plant by vehicles made, a supplier's site by pieces delivered, and
whatever has no market by shipments (see `spread`).
"""

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.report.spread import spread

ORDER = (
    "revenue",
    "selling",
    "parts",
    "scale",
    "parts_freight",
    "parts_transit",
    "parts_duty",
    "body",
    "conversion",
    "car_freight",
    "car_transit",
    "car_duty",
    "incentive",
    "development",
    "plant_tooling",
    "engineering",
    "supplier_tooling",
    "platform",
    "fixed",
    "idle",
    "opening",
    "short",
    "committed",
    "target",
    "transfer",
    "venture",
)
SHARED = (
    "development",
    "plant_tooling",
    "engineering",
    "supplier_tooling",
    "platform",
    "fixed",
    "idle",
    "opening",
)


def volumes(plan: Plan) -> dict[str, pl.DataFrame]:
    """Return the volumes that shared cost is spread by, keyed by what they are of."""
    sell = plan.tables["sell"].rename({"vehicles": "volume"})
    make = plan.tables["make"].rename({"vehicles": "volume"})
    supplied = plan.tables["buy"].select("model", "period", site="supplier", volume="pieces")
    models = plan.study.table("models").select("model", "programme", "platform")
    known = sell.join(models, on="model", how="left")
    return {
        "variant": plan.tables["buy"].rename({"pieces": "volume"}),
        "platform": known.filter(pl.col("platform").is_not_null()),
        "programme": known,
        "site": pl.concat([make.select(supplied.columns), supplied]),
        "ship": plan.tables["ship"].rename({"vehicles": "volume"}),
        "sell": sell,
    }


def spread_ledger(plan: Plan) -> pl.DataFrame:
    """Return the ledger with model and market filled in where a volume tells them; sums stay."""
    volume = volumes(plan)
    rows = plan.tables["ledger"].select(
        "line",
        "partner",
        "model",
        "programme",
        "variant",
        "platform",
        "site",
        "market",
        "period",
        *("undiscounted", "money"),
    )
    for key in ("variant", "platform", "programme", "site"):
        has_key = pl.col(key).is_not_null()
        for on in ([key, "period"], [key]):
            rows = pl.concat(
                [rows.filter(~has_key), spread(rows.filter(has_key), volume[key], on=on, into="model")]
            )
    with_model = pl.col("model").is_not_null()
    for source, on in (
        ("ship", ["model", "site", "period"]),
        ("sell", ["model", "period"]),
        ("sell", ["model"]),
    ):
        rows = pl.concat(
            [rows.filter(~with_model), spread(rows.filter(with_model), volume[source], on=on, into="market")]
        )
    return rows


def profit(plan: Plan) -> pl.DataFrame:
    """Return model, market, line, family, present money and per_vehicle for every line of every column.

    `family` is set on lines of parts and scale. Money without model or market stays in rows whose model or
    market is null, so that the sum of `money` is the sum of the ledger. `per_vehicle` divides present money
    by present vehicles, so that it is a price of an average year.
    """
    families = plan.study.table("variants").select("variant", "family")
    part = pl.col("line").is_in(["parts", "scale"])
    rows = (
        spread_ledger(plan)
        .join(families, on="variant", how="left")
        .with_columns(family=pl.when(part).then("family"))
        .group_by("model", "market", "line", "family")
        .agg(pl.col("money").sum())
    )
    rank = {line: number for number, line in enumerate(ORDER)}
    return (
        rows.join(present_vehicles(plan), on=["model", "market"], how="left")
        .with_columns(
            per_vehicle=pl.col("money") / pl.col("vehicles"),
            rank=pl.col("line").replace_strict(rank, default=len(ORDER)),
        )
        .sort("model", "market", "rank", "family", nulls_last=True)
        .drop("rank")
    )


def discount(plan: Plan) -> pl.DataFrame:
    """Return period and factor: the discount of each period to the first one."""
    periods, settings = plan.study.periods, plan.study.settings
    factors = [(1 + settings.discount_rate) ** (-periods.years * t) for t in range(periods.n)]
    return pl.DataFrame(
        {"period": list(periods.labels), "factor": factors},
        schema={"period": pl.String, "factor": pl.Float64},
    )


def present_vehicles(plan: Plan) -> pl.DataFrame:
    """Return model, market and vehicles: cars sold over the horizon, discounted as money is."""
    return (
        plan.tables["sell"]
        .join(discount(plan), on="period")
        .group_by("model", "market")
        .agg(vehicles=(pl.col("vehicles") * pl.col("factor")).sum())
    )

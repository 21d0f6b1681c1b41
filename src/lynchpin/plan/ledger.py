"""The ledger: what every decision and flow earns or costs, by line, payer and period.

    row = money of one unit (instance) x value (point), split over its payers;   present money = undiscounted
    d[t]

Payers (statement, "Payers and the ledger"):

    brand    the partner of the version's brand
    side     the site owners where the version is sold at transfer prices from that plant, else the brand's
             partner
    owners   the owners of the site, in proportion
    member   the owner of the variant or platform (alliance), else the member's partner
    pool     the variant's owner; for a family's row all partners equally
    target   the target's partners equally

`transfer` moves money from the brand's partner to the site owners; `scale` is taken from the true curve.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance, Vector
from lynchpin.plan.payers import Payers
from lynchpin.plan.tables import COLUMNS, LINES

_BY_MODEL = ("model", "programme")
_BY_PLANT = (*_BY_MODEL, "variant", "site")
_KEYS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "revenue": ("brand", (*_BY_MODEL, "market")),
    "selling": ("brand", (*_BY_MODEL, "market")),
    "short": ("brand", (*_BY_MODEL, "market")),
    "car_freight": ("brand", (*_BY_MODEL, "site", "market")),
    "car_transit": ("brand", (*_BY_MODEL, "site", "market")),
    "car_duty": ("brand", (*_BY_MODEL, "site", "market")),
    "body": ("side", _BY_PLANT),
    "conversion": ("side", _BY_PLANT),
    "incentive": ("side", _BY_PLANT),
    "parts": ("side", _BY_PLANT),
    "parts_freight": ("side", _BY_PLANT),
    "parts_transit": ("side", _BY_PLANT),
    "parts_duty": ("side", _BY_PLANT),
    "scale": ("brand", _BY_PLANT),
    "fixed": ("owners", ("site",)),
    "idle": ("owners", ("site",)),
    "opening": ("owners", ("site",)),
    "venture": ("owners", ("site",)),
    "plant_tooling": ("owners", ("programme", "site")),
    "development": ("brand", ("programme",)),
    "engineering": ("member", ("variant",)),
    "supplier_tooling": ("member", ("variant", "site")),
    "platform": ("member", ("platform",)),
    "committed": ("pool", ("variant", "site")),
    "target": ("target", ("target",)),
}
"""Line -> who pays, and the columns that its rows fill."""


def ledger(
    instance: Instance, values: Mapping[str, Vector], saved: Vector, payers: Payers, *, scenario: str | None
) -> pl.DataFrame:
    """Return the ledger of a point.

    values  value of each row of each variable's frame, the derived `used`, `tooled` and `developed` included
    saved   what scale saves on one piece of each row of `buy`, undiscounted
    """
    parts = [
        _posted(instance, payers, variable, line, _amounts(numbers, values[variable]))
        for variable, lines in sorted(instance.money.items())
        for line, numbers in sorted(lines.items())
    ]
    parts.append(_posted(instance, payers, "buy", "scale", _amounts(saved, values["buy"])))
    parts.extend(_transfers(instance, payers, values["ship"]))
    rows = pl.concat([part for part in parts if part.height] or parts[:1])
    summed = rows.group_by(rows.columns[:-1]).agg(pl.col("undiscounted").sum())
    discounts = pl.DataFrame({"period": instance.periods, "discount": instance.discount})
    order = pl.DataFrame({"line": LINES, "order": range(len(LINES))})
    return (
        summed.filter(pl.col("undiscounted") != 0.0)
        .join(discounts, on="period")
        .with_columns(scenario=pl.lit(scenario, pl.String), money=pl.col("undiscounted") * pl.col("discount"))
        .join(order, on="line")
        .sort("order", *COLUMNS["ledger"][1:-3])
        .select(COLUMNS["ledger"])
    )


def _amounts(money: Vector, values: Vector) -> Vector:
    """Return the money of each row: of each period too where the money of a unit recurs every period."""
    return money * (values[:, None] if money.ndim == 2 else values)


def _posted(instance: Instance, payers: Payers, variable: str, line: str, amounts: Vector) -> pl.DataFrame:
    """Return the ledger rows of one line of one variable, not yet summed."""
    rule, keys = _KEYS[line]
    rows = _rows(instance, payers, variable, amounts)
    return _keyed(payers.split(rows, rule), line, keys)


def _keyed(rows: pl.DataFrame, line: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Return rows as those of one line: its keys filled where they are known, all others blank."""
    filled = [
        pl.col(key) if key in keys and key in rows.columns else pl.lit(None, pl.String).alias(key)
        for key in COLUMNS["ledger"][2:-4]
    ]
    return rows.select(pl.lit(line).alias("line"), "partner", *filled, "period", "undiscounted")


def _rows(instance: Instance, payers: Payers, variable: str, amounts: Vector) -> pl.DataFrame:
    """Return the labelled rows that earn or cost anything, with what payers and keys need to know."""
    at = np.nonzero(amounts)
    frame = instance.frames[variable][at[0]]
    if amounts.ndim == 2:
        frame = frame.with_columns(period=pl.Series(at[1], dtype=pl.Int32))
    rows = instance.in_words(frame).with_columns(undiscounted=pl.Series(amounts[at], dtype=pl.Float64))
    if "model" in rows.columns and "programme" not in rows.columns:
        rows = rows.join(payers.models.select("model", "programme"), on="model")
    if "pool" in rows.columns and variable == "unmet":
        rows = rows.join(instance.labelled("pools").select("pool", "variant", "site"), on="pool")
    keep = [
        "model",
        "programme",
        "variant",
        "platform",
        "site",
        "market",
        "target",
        "member",
        "pool",
        "period",
    ]
    return rows.select(*(name for name in keep if name in rows.columns), "undiscounted")


def _transfers(instance: Instance, payers: Payers, shipped: Vector) -> list[pl.DataFrame]:
    """Return what brands pay to the owners of plants where outsiders or another partner have a share."""
    price = instance.frames["ship"]["transfer"].to_numpy()
    site = instance.frames["ship"]["site"].to_numpy()
    model = instance.frames["ship"]["model"].to_numpy()
    partner = instance.frames["models"]["partner"].to_numpy()[model]
    own = instance.owners[site, partner] > 1.0 - 1e-9
    booked = np.where(np.isnan(price) | (own & (instance.outside[site] <= 0)), 0.0, price) * shipped
    rows = _rows(instance, payers, "ship", booked)
    keys = ("model", "programme", "site", "market")
    return [
        _keyed(payers.split(rows.with_columns(pl.col("undiscounted") * sign), rule), "transfer", keys)
        for sign, rule in ((-1.0, "brand"), (1.0, "owners"))
    ]

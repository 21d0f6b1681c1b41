"""The cash of every investment, in full in the first period inside the horizon in which it is paid off.

annuity  a(I, L) = I y r / (1 - (1 + r)^-L), and I y / L if r = 0
cash     I = a / (y r) (1 - (1 + r)^-L), and a L / y
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance, Vector
from lynchpin.plan.payers import Payers
from lynchpin.plan.tables import COLUMNS

_KINDS: Mapping[str, tuple[str, str, str, str, str]] = {
    "development": ("launched_programme", "programme", "programmes", "development_life", "brand"),
    "plant_tooling": ("allocate", "programme", "allocations", "life", "owners"),
    "engineering": ("used", "variant", "variants", "life", "member"),
    "supplier_tooling": ("tooled", "variant", "nominations", "life", "member"),
    "platform": ("developed", "platform", "platforms", "life", "member"),
    "opening": ("open", "site", "sites", "life", "owners"),
}
"""Line -> variable, item, table and column of its life, who pays."""


def investment(instance: Instance, values: Mapping[str, Vector], payers: Payers) -> pl.DataFrame:
    """Return the table `investment`: one row for each investment and payer.

    values  of the structural variables, the derived `used`, `tooled` and `developed` included
    """
    return pl.concat([_kind(instance, values, payers, kind) for kind in _KINDS])


def _kind(instance: Instance, values: Mapping[str, Vector], payers: Payers, kind: str) -> pl.DataFrame:
    """Return the rows of one kind of investment."""
    variable, item, _, _, rule = _KINDS[kind]
    annuities = -instance.money.get(variable, {}).get(kind, np.zeros((0, 0)))
    empty = pl.DataFrame(schema=dict.fromkeys(COLUMNS["investment"][:-1], pl.String) | {"money": pl.Float64})
    if not annuities.size:
        return empty
    paid = annuities * (values[variable] > 0.5)[:, None]
    row, period = np.nonzero(paid > 0)
    if not row.size:
        return empty
    rows = (
        instance.labelled(variable)
        .with_columns(life=pl.Series(_lives(instance, variable, kind)))[row]
        .with_columns(period=pl.Series(period), undiscounted=pl.Series(paid[row, period]))
    )
    keys = [key for key in dict.fromkeys((item, "site", "member")) if key in rows.columns]
    first = rows.sort("period", maintain_order=True).unique(keys, keep="first", maintain_order=True)
    cash = first.with_columns(pl.col("undiscounted") * _years_paid(instance))
    named = pl.Series(instance.periods, dtype=pl.String).gather(cash["period"])
    split = payers.split(cash.with_columns(named.alias("period")), rule)
    return split.select(
        "partner",
        pl.lit(kind).alias("kind"),
        pl.col(item).alias("item"),
        *(
            pl.col(name) if name in keys else pl.lit(None, pl.String).alias(name)
            for name in ("site", "member")
        ),
        "period",
        pl.col("undiscounted").alias("money"),
    )


def _years_paid(instance: Instance) -> pl.Expr:
    """Return I / a, the number of annuities that an investment is worth, from the column `life`."""
    rate = instance.study.settings.discount_rate
    life = pl.col("life")
    worth = life if rate == 0 else (1 - (1 + rate) ** -life) / rate
    return worth / instance.years


def _lives(instance: Instance, variable: str, kind: str) -> pl.Series:
    """Return the life of the investment of each row of a variable's frame, in years."""
    _, item, table, column, _ = _KINDS[kind]
    frame = instance.labelled(variable)
    if variable == "tooled":
        pool = instance.labelled("nominate")["pool"].gather(instance.frames["tooled"]["nominate"])
        lives = instance.labelled("pools").select("pool", life=column)
        return frame.with_columns(pool=pool).join(lives, on="pool", how="left", maintain_order="left")["life"]
    keys = [key for key in dict.fromkeys((item, "site")) if key in frame.columns]
    lives = instance.study.table(table).select(*keys, life=column)
    return frame.join(lives, on=keys, how="left", maintain_order="left")["life"]

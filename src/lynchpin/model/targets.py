"""Targets: obligations that may be missed at a price.

Sets        o targets, m versions, n markets, k plants, v variants, s suppliers, t periods from..until
            scope: versions of the target's partners and brands, markets in its territory
            counting: of its drives
Decisions   `miss`[o,v,s,t] >= 0; v, s only for dual_source

    (share)       sum over counting of sell + miss >= value sum over scope of sell
    (volume)      sum over counting in scope of sell + miss >= value y
    (co2)         sum over counting in scope of (co2 - value) sell <= miss
    (local)       sum over counting in scope, k in territory, of ship + miss >= value sum of sell
    (dual_source) sum over m, k, r of buy[m,v,s,k,r,t] - miss[o,v,s,t]
                      <= value sum over m, s', k, r of buy[m,v,s',k,r,t]

dual_source is lifted with the weight of the family.
"""

from typing import Any

import numpy as np
import polars as pl

from lynchpin.model.calendar import Calendar
from lynchpin.model.duty import DutyBook
from lynchpin.model.lifting import Lift
from lynchpin.model.rows import Rows, Statement, every, positions
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.study.dictionary import split_list

SUM_KINDS = ("share", "volume", "co2", "local")


def decisions(statement: Statement) -> None:
    """Add what is missed: at most what would be, if only what works against the target were sold."""
    miss = statement.frames["miss"]
    statement.flows("miss", miss, np.maximum(_most_on_sales(statement), _most_on_parts(statement)))


def _most_on_sales(statement: Statement) -> Vector:
    """Return the most of each miss of a target on sales, nought for the others."""
    instance, miss, sell = statement.instance, statement.frames["miss"], statement.frames["sell"]
    book = DutyBook(Calendar(instance.study))
    period, possible = sell["period"].to_numpy(), sell["possible"].to_numpy()
    most = np.zeros(miss.height)
    for target in statement.frames["targets"].filter(pl.col("kind").is_in(SUM_KINDS)).iter_rows(named=True):
        against = np.maximum(-_factor(statement, book, target)[0], 0) * possible
        needed = np.bincount(period, against, minlength=len(instance.periods))
        needed += target["value"] * instance.years if target["kind"] == "volume" else 0.0
        own = np.flatnonzero(miss["target"].to_numpy() == target["target"])
        most[own] = needed[miss["period"].to_numpy()[own]]
    return most


def _most_on_parts(statement: Statement) -> Vector:
    """Return the most of each miss of dual_source, nought for the others."""
    miss, key = statement.frames["miss"], ["variant", "supplier", "period"]
    bought = statement.frames["buy"].group_by(key).agg(pl.sum("most"))
    dual = miss.rename({"site": "supplier"}).join(bought, on=key, how="left", maintain_order="left")
    return dual["most"].fill_null(0.0).to_numpy()


def rows(statement: Statement) -> None:
    """Add a row for each target, period and, for dual_source, variant and supplier."""
    for kind in SUM_KINDS:
        _sums(statement, kind)
    _dual_source(statement)


def _sums(statement: Statement, kind: str) -> None:
    """Add the rows of a kind of target on sales, one a target and period."""
    targets = statement.frames["targets"].filter(pl.col("kind") == kind)
    of_kind = (
        statement.frames["miss"].with_row_index("column").join(targets.select("target", "value"), on="target")
    )
    miss = of_kind.filter(pl.col("variant") < 0).sort("target", "period")
    demanded = (
        miss["value"].to_numpy() * statement.instance.years / statement.flow if kind == "volume" else 0.0
    )
    sums = statement.rows(kind, miss.select("target", "period"), ">=", demanded)
    sums.add("miss", 1.0, column=_whole(miss["column"]), row=every(miss))
    book = DutyBook(Calendar(statement.instance.study))
    for target in targets.iter_rows(named=True):
        _sum(statement, sums, miss, book, target)
    sums.done()


def _sum(
    statement: Statement, sums: Rows, miss: pl.DataFrame, book: DutyBook, target: dict[str, Any]
) -> None:
    """Add the sales of one target to its rows."""
    kind, own = target["kind"], target["target"]
    sell = statement.frames["sell"]
    factor, counting = _factor(statement, book, target)
    _over(sums, "sell", sell, own, miss, factor)
    if kind == "local":
        ship = statement.frames["ship"]
        counted = counting[positions(ship, sell, ["model", "market", "period"])]
        home = _places(statement, book, "site", target["territory"])
        made_there = counted & home[ship["site"].to_numpy(), ship["period"].to_numpy()]
        _over(sums, "ship", ship, own, miss, made_there.astype(np.float64))


def _factor(statement: Statement, book: DutyBook, target: dict[str, Any]) -> tuple[Vector, Flags]:
    """Return how much each sale counts towards a target, and which sales are in scope and counting."""
    sell, scope, counting = _scope(statement, book, target)
    value = target["value"]
    co2 = statement.frames["models"]["co2_g_km"].to_numpy()[sell["model"].to_numpy()]
    factor = {
        "share": counting.astype(np.float64) - value * scope,
        "volume": counting.astype(np.float64),
        "co2": counting * (value - co2),
        "local": -value * counting,
    }[target["kind"]]
    return factor.astype(np.float64), counting


def _over(
    rows: Rows, variable: str, flows: pl.DataFrame, target: int, miss: pl.DataFrame, factor: Vector
) -> None:
    """Add factor x flow to the row of the target and the flow's period."""
    owned = flows.select("period", target=pl.lit(target, dtype=pl.Int32))
    row = positions(owned, miss, ["target", "period"])
    chosen = np.flatnonzero((row >= 0) & (factor != 0))
    rows.add(variable, factor[chosen], column=chosen, row=row[chosen])


def _scope(statement: Statement, book: DutyBook, target: dict[str, Any]) -> tuple[pl.DataFrame, Flags, Flags]:
    """Return `sell`, and which of its columns are in scope and counting."""
    instance, sell = statement.instance, statement.frames["sell"]
    models = statement.frames["models"]
    inside = np.ones(models.height, dtype=np.bool_)
    for axis, column in (("partner", "partners"), ("brand", "brands")):
        listed = split_list(target[column])
        names = np.array(instance.names[axis])[models[axis].to_numpy()]
        inside &= np.isin(names, listed) if listed else True
    drives = split_list(target["powertrains"])
    counted = (
        np.isin(models["powertrain"].to_numpy(), drives) if drives else np.ones(models.height, dtype=np.bool_)
    )
    there = _places(statement, book, "market", target["territory"])
    model, market, period = (sell[name].to_numpy() for name in ("model", "market", "period"))
    scope = inside[model] & there[market, period]
    return sell, scope, scope & counted[model]


def _places(statement: Statement, book: DutyBook, axis: str, territory: str) -> Flags:
    """Return whether each site or market is in a territory, `any` for all (places, T)."""
    table = statement.instance.study.table(f"{axis}s")
    country = dict(table.select(axis, "country").iter_rows())
    names = statement.instance.names[axis]
    ranks = [book.ranks(territory, country[name]) for name in names]
    return np.array(ranks).reshape(len(names), -1) < 3


def _dual_source(statement: Statement) -> None:
    frames = statement.frames
    dual = pl.col("variant") >= 0
    targets = frames["targets"].select("target", "value")
    miss = (
        frames["miss"]
        .with_row_index("column")
        .filter(dual)
        .join(targets, on="target")
        .rename({"site": "supplier"})
    )
    family = frames["nominate"].select("variant", "family").unique()
    keys = miss.join(family, on="variant", maintain_order="left")
    index = ["target", "family", "variant", "supplier", "period"]
    key = tuple(index[:-1])
    rows = statement.rows("dual_source", keys.select(index), "<=", lift=Lift(key, key))
    rows.add("miss", -1.0, column=keys["column"].to_numpy(), row=every(keys))
    buy = frames["buy"].select("variant", "supplier", "period").with_row_index("flow")
    asked = (
        keys.with_row_index("row")
        .select("row", "variant", "period", "value", own="supplier")
        .join(buy, on=["variant", "period"])
    )
    share = (asked["own"] == asked["supplier"]).to_numpy() * 1.0 - asked["value"].to_numpy()
    rows.add("buy", share, column=_whole(asked["flow"]), row=_whole(asked["row"]))
    rows.done()


def _whole(series: pl.Series) -> Positions:
    return series.cast(pl.Int64).to_numpy()

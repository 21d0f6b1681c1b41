"""Market: sales, shipments, and the least that has to be served.

Sets        m versions, m' their successors whose launch is not certain, n markets, k plants, r duty regimes,
            t periods
Data        B[m,n,t] possible sales; most[m,k,t] what k could make; min_share
Decisions   `sell`[m,n,t], `ship`[m,k,n,r,t], `short`[m,n,t] >= 0

    (F2) ship[m,k,n,r,t] <= min(B[m,n,t], most[m,k,t]) allocate[q,k]
    (F9) sum over k, r of ship[m,k,n,r,t] = sell[m,n,t] <= B[m,n,t] launched[m]
    (L4) sell[m,n,t] <= B[m,n,t] (1 - launched[m'])                 from the launch of m' on
    (M1) sell[m,n,t] + short[m,n,t] >= min_share B[m,n,t] launched[m]
         where L4 cuts: ... >= min_share B[m,n,t] (launched[m] - sum over m' of launched[m'])
"""

import numpy as np
import polars as pl

from lynchpin.model.rows import Statement, every, positions

OFFER = ["model", "market", "period"]


def decisions(statement: Statement) -> None:
    """Add sales, shipments and what is missing from minimums."""
    sell, ship, short = (statement.frames[name] for name in ("sell", "ship", "short"))
    statement.flows("sell", sell, sell["possible"].to_numpy())
    statement.flows("ship", ship, _shippable(statement))
    statement.flows("short", short, (short["possible"] * short["least"]).to_numpy())


def rows(statement: Statement) -> None:
    """Add F2 for shipments, F9, L4 and M1."""
    _allocated(statement)
    _sold(statement)
    _succeeded(statement)
    _least(statement)


def _shippable(statement: Statement) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the most vehicles of each shipment."""
    ship, make = statement.frames["ship"], statement.frames["make"]
    most = make["most"].to_numpy()[positions(ship, make, ["model", "site", "period"])]
    return np.minimum(ship["possible"].to_numpy(), most)


def _allocated(statement: Statement) -> None:
    ship = statement.frames["ship"]
    keys = ship.select("model", "site", "market", "regime", "period")
    within = statement.rows("F2_ship", keys, "<=")
    within.add("ship", 1.0, column=every(ship), row=every(ship))
    within.add(
        "allocate",
        -_shippable(statement) / statement.flow,
        column=ship["allocate"].to_numpy(),
        row=every(ship),
    )
    within.done()


def _sold(statement: Statement) -> None:
    sell, ship = statement.frames["sell"], statement.frames["ship"]
    keys = sell.select(OFFER)
    served = statement.rows("F9", keys, "=")
    served.add("ship", 1.0, column=every(ship), row=positions(ship, sell, OFFER))
    served.add("sell", -1.0, column=every(sell), row=every(sell))
    served.done()
    offered = statement.rows("F9_launched", keys, "<=")
    offered.add("sell", 1.0, column=every(sell), row=every(sell))
    offered.add(
        "launched",
        -sell["possible"].to_numpy() / statement.flow,
        column=sell["model"].to_numpy(),
        row=every(sell),
    )
    offered.done()


def _cut(statement: Statement, frame: str) -> pl.DataFrame:
    """Return the rows of a frame whose sales a successor may end, with `successor` and `row`."""
    rows = statement.frames[frame].with_row_index("row").cast({"row": pl.Int64})
    return (
        rows.join(statement.frames["successors"], on="model")
        .filter(pl.col("period") >= pl.col("first"))
        .sort(*OFFER, "successor")
    )


def _succeeded(statement: Statement) -> None:
    cut = _cut(statement, "sell")
    most = cut["possible"].to_numpy() / statement.flow
    ended = statement.rows("L4", cut.select(*OFFER, "successor"), "<=", most)
    ended.add("sell", 1.0, column=cut["row"].to_numpy(), row=every(cut))
    ended.add("launched", most, column=cut["successor"].to_numpy(), row=every(cut))
    ended.done()


def _least(statement: Statement) -> None:
    short, sell, cut = statement.frames["short"], statement.frames["sell"], _cut(statement, "short")
    least = (short["possible"] * short["least"]).to_numpy() / statement.flow
    minimum = statement.rows("M1", short.select(OFFER), ">=")
    minimum.add("sell", 1.0, column=positions(short, sell, OFFER), row=every(short))
    minimum.add("short", 1.0, column=every(short), row=every(short))
    minimum.add("launched", -least, column=short["model"].to_numpy(), row=every(short))
    minimum.add(
        "launched",
        least[cut["row"].to_numpy()],
        column=cut["successor"].to_numpy(),
        row=cut["row"].to_numpy(),
    )
    minimum.done()

"""Production: where programmes are built, sites, and the use of plants.

Sets        q programmes, m versions, k plants, t periods
Data        slots per vehicle; usable[q,k,t] = ramp x capacity of k; possible sales B
Decisions   `allocate`[q,k], `open`[k] in {0,1}; `make`[m,k,t], `idle`[k,t] >= 0

    (A1) sum over k of allocate[q,k] >= launched[q];  allocate[q,k] <= launched[q]
    (O1) allocate[q,k] <= open[k];  nominate[v,k,c] <= open[k];  open[k] = 1 unless k is a candidate
    (F1) make[m,k,t] = sum over n, r of ship[m,k,n,r,t]
    (F2) sum over m in q of slots make[m,k,t] <= min(usable[q,k,t], slots sum over m, n of B) allocate[q,k]
    (F3) sum over m of slots make[m,k,t] + idle[k,t] = capacity[k] open[k]     plants with a finite capacity
"""

import numpy as np
import polars as pl

from lynchpin.model.rows import Statement, every, positions

PLANT = ["site", "period"]


def decisions(statement: Statement) -> None:
    """Add allocations, sites and the use of plants."""
    frames = statement.frames
    statement.binary("allocate", frames["allocate"])
    statement.binary("open", frames["open"], fixed=(frames["open"]["status"] != "candidate").to_numpy())
    statement.flows("make", frames["make"], frames["make"]["most"].to_numpy())
    statement.flows("idle", frames["idle"], frames["idle"]["capacity"].to_numpy())


def rows(statement: Statement) -> None:
    """Add A1, O1, F1, F2 and F3."""
    _allocations(statement)
    _sites(statement)
    _balance(statement)
    _capacity(statement)


def _allocations(statement: Statement) -> None:
    frames = statement.frames
    allocate, programmes = frames["allocate"], frames["launched_programme"]
    some = statement.rows("A1", programmes, ">=")
    some.add("allocate", 1.0, column=every(allocate), row=allocate["programme"].to_numpy())
    some.add("launched_programme", -1.0, column=every(programmes), row=every(programmes))
    some.done()
    only = statement.rows("A1_launched", allocate.select("programme", "site"), "<=")
    only.add("allocate", 1.0, column=every(allocate), row=every(allocate))
    only.add("launched_programme", -1.0, column=allocate["programme"].to_numpy(), row=every(allocate))
    only.done()


def _sites(statement: Statement) -> None:
    """Add O1 for sites that may stay closed."""
    frames = statement.frames
    candidate = (frames["open"]["status"] == "candidate").to_numpy()
    for tag, variable, keys in (
        ("O1", "allocate", ["programme", "site"]),
        ("O1_nominate", "nominate", ["variant", "site", "member"]),
    ):
        site = frames[variable]["site"].to_numpy()
        chosen = np.flatnonzero(candidate[site])
        closed = statement.rows(tag, frames[variable].select(keys)[chosen], "<=")
        closed.add(variable, 1.0, column=chosen, row=np.arange(len(chosen)))
        closed.add("open", -1.0, column=site[chosen], row=np.arange(len(chosen)))
        closed.done()


def _balance(statement: Statement) -> None:
    make, ship = statement.frames["make"], statement.frames["ship"]
    keys = make.select("model", "site", "period")
    balance = statement.rows("F1", keys, "=")
    balance.add("make", 1.0, column=every(make), row=every(make))
    balance.add("ship", -1.0, column=every(ship), row=positions(ship, make, keys.columns))
    balance.done()


def _capacity(statement: Statement) -> None:
    frames, flow = statement.frames, statement.flow
    make, idle = frames["make"], frames["idle"]
    demand = statement.instance.possible.sum(axis=1)[make["model"].to_numpy(), make["period"].to_numpy()]
    taken = make.with_columns(taken=pl.Series(demand) * make["slots"])
    keys = (
        taken.group_by("programme", "site", "allocate", "period")
        .agg(pl.sum("taken"), pl.first("usable"))
        .sort("programme", "site", "period")
    )
    limited = keys.filter(pl.col("usable").is_finite())
    most = np.minimum(limited["taken"].to_numpy(), limited["usable"].to_numpy()) / flow
    within = statement.rows("F2", limited.select("programme", "site", "period"), "<=")
    row = positions(make, limited, ["programme", "site", "period"])
    known = np.flatnonzero(row >= 0)
    within.add("make", make["slots"].to_numpy()[known], column=known, row=row[known])
    within.add("allocate", -most, column=limited["allocate"].to_numpy(), row=every(limited))
    within.done()
    full = statement.rows("F3", idle.select(PLANT), "=")
    row = positions(make, idle, PLANT)
    known = np.flatnonzero(row >= 0)
    full.add("make", make["slots"].to_numpy()[known], column=known, row=row[known])
    full.add("idle", 1.0, column=every(idle), row=every(idle))
    full.add("open", -idle["capacity"].to_numpy() / flow, column=idle["site"].to_numpy(), row=every(idle))
    full.done()

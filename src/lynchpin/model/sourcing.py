"""Sourcing: who makes which part, and the parts that every plant needs.

Sets        v variants, s suppliers, c members, m versions, k plants, f families, r duty regimes, t periods,
            ph phases
Data        quantity[m,f] pieces per vehicle; attr, measure of a piece; capacity and contract of a nomination
            row (pool)
Decisions   `nominate`[v,s,c] in {0,1}; `tooled`[v,s,c,ph] in [0,1], whole by itself;
            `buy`[m,v,s,k,r,t], `unmet`[pool,t] >= 0

    (U3) nominate[v,s,c] <= sum over m in c of use[m,v];  sum over s of tooled[v,s,c,ph] >= used[v,c,ph]
         tooled <= nominate;  tooled <= used;  tooled >= nominate + used - 1
    (F4) sum over v in f, s, r of buy[m,v,s,k,r,t] = quantity[m,f] make[m,k,t]
    (F5) sum over s, k, r of buy[m,v,s,k,r,t] <= quantity sum over n of B[m,n,t] use[m,v]
    (F7) sum over k, r of buy[m,v,s,k,r,t]
             <= min(quantity sum over n of B[m,n,t], capacity/attr) tooled[v,s,c(m),ph(t)]
         sum over m in c, k, r of attr buy <= capacity tooled[v,s,c,ph(t)]
         rows that pool: sum over what they pool of attr buy <= capacity
         sites with capacity: sum of attr buy <= capacity open[s]
    (K1) sum over m, k, r of attr buy + unmet[pool,t] >= committed tooled[v,s,c,ph(t)]

F5 and F7 say the most that the plants reached can use, where that is less than B.
F7 may say `tooled` for nominate: parts flow only where the variant is used, and tooled is nominate and used.
Strong rows, in the aggregate form only: F5 and F7 by plant, with the most that the plant can make. Lifted
with the weight of the family; site capacities of several families with d.
"""

import numpy as np
import polars as pl

from lynchpin.model.calendar import floats
from lynchpin.model.groups import Groups
from lynchpin.model.lifting import Lift
from lynchpin.model.rows import Statement, every, positions
from lynchpin.model.vectors import Positions, Vector

PAIR = ["variant", "member"]
TOOL = ["variant", "site", "member"]


def decisions(statement: Statement) -> None:
    """Add nominations, flows of parts and contracted volume that is not taken."""
    frames, form = statement.frames, statement.aggregate
    statement.binary("nominate", frames["nominate"])
    statement.share("tooled", frames["tooled"])
    bought = frames["buy"] if form is None else form.blocks.frame
    statement.flows("buy", bought, bought["most"].to_numpy())
    if form is not None and form.peaks.frame.height:
        statement.flows("buy_peak", form.peaks.frame, form.peaks.frame["most"].to_numpy())
    statement.flows("unmet", frames["unmet"], frames["unmet"]["committed"].to_numpy())


def rows(statement: Statement) -> None:
    """Add U3, F4, F5, F7 and K1."""
    _nominations(statement)
    _tools(statement)
    _needs(statement)
    buy = _bought(statement)
    _used(statement, buy)
    _nominated(statement, buy)
    _capacities(statement, buy)
    _site_capacities(statement, buy)
    _contracts(statement, buy)
    if statement.aggregate is not None and statement.aggregate.peaks.frame.height:
        statement.row_sets.append(statement.aggregate.coupling())


def _nominations(statement: Statement) -> None:
    frames = statement.frames
    nominate, use = frames["nominate"], frames["use"]
    pairs = (
        use.select("model", "variant")
        .with_row_index("use")
        .join(frames["models"].select("model", "member"), on="model")
    )
    users = nominate.select(TOOL).with_row_index("row").join(pairs, on=PAIR).sort("row", "use")
    wanted = statement.rows("U3", nominate.select(TOOL), "<=")
    wanted.add("nominate", 1.0, column=every(nominate), row=every(nominate))
    wanted.add("use", -1.0, column=users["use"].to_numpy(), row=users["row"].to_numpy())
    wanted.done()


def _tools(statement: Statement) -> None:
    tooled, used = statement.frames["tooled"], statement.frames["used"]
    nominated, using = tooled["nominate"].to_numpy(), tooled["used"].to_numpy()
    keys = tooled.select(*TOOL, "phase")
    some = statement.rows("U3_source", used.select(*PAIR, "phase"), ">=")
    some.add("tooled", 1.0, column=every(tooled), row=using)
    some.add("used", -1.0, column=every(used), row=every(used))
    some.done()
    only = statement.rows("U3_nominated", keys, "<=")
    only.add("tooled", 1.0, column=every(tooled), row=every(tooled))
    only.add("nominate", -1.0, column=nominated, row=every(tooled))
    only.done()
    needed = statement.rows("U3_used", keys, "<=")
    needed.add("tooled", 1.0, column=every(tooled), row=every(tooled))
    needed.add("used", -1.0, column=using, row=every(tooled))
    needed.done()
    both = statement.rows("U3_both", keys, ">=", -1.0)
    both.add("tooled", 1.0, column=every(tooled), row=every(tooled))
    both.add("nominate", -1.0, column=nominated, row=every(tooled))
    both.add("used", -1.0, column=using, row=every(tooled))
    both.done()


def _needs(statement: Statement) -> None:
    frames = statement.frames
    make, buy = frames["make"], frames["buy"]
    keys = make.select("model", "site", "period").with_row_index("make").join(frames["needs"], on="model")
    keys = keys.sort("model", "family", "site", "period")
    index = ["model", "family", "site", "period"]
    lift = Lift(block=("model", "family", "site"), peak=("model", "family"))
    needed = statement.rows("F4", keys.select(index), "=", lift=lift)
    needed.add("buy", 1.0, column=every(buy), row=positions(buy, keys, index))
    needed.add("make", -keys["quantity"].to_numpy(), column=keys["make"].to_numpy(), row=every(keys))
    needed.done()


def _bought(statement: Statement) -> pl.DataFrame:
    """Return the flows of parts with member, `demand` (most of the version), rows of structure, capacity."""
    frames, instance = statement.frames, statement.instance
    buy = frames["buy"].join(frames["models"].select("model", "member"), on="model", maintain_order="left")
    demand = (
        instance.possible.sum(axis=1)[buy["model"].to_numpy(), buy["period"].to_numpy()]
        * buy["quantity"].to_numpy()
    )
    tooled = _tooled_at(statement)
    sources = frames["nominate"].rename({"site": "supplier"})
    nominated = positions(buy, sources, ["variant", "supplier", "member"])
    measure = frames["nominate"].select("measure", "site_measure")[nominated]
    capacity = floats(frames["pools"], "capacity", np.inf)[buy["pool"].to_numpy()] * instance.years
    return (
        buy.drop("measure")
        .with_columns(
            demand=pl.Series(demand),
            tooled=pl.Series(tooled[nominated, buy["period"].to_numpy()]),
            nominate=pl.Series(nominated),
            capacity=pl.Series(capacity),
        )
        .hstack(measure)
    )


def _tooled_at(statement: Statement) -> Positions:
    """Return the row of `tooled` by nomination and period, -1 where nobody could use it (rows, T)."""
    frames = statement.frames
    phases = statement.instance.phases["tooled"]
    at = np.full((frames["nominate"].height, phases.shape[1]), -1)
    row, period = np.nonzero(phases)
    at[frames["tooled"]["nominate"].to_numpy()[row], period] = row
    return at


def _limited(
    statement: Statement, tag: str, buy: pl.DataFrame, groups: Groups, most: Vector, *, by: str, lift: Lift
) -> None:
    """Add rows sum of buy <= most x by, one a group; `by` names a variable and its column."""
    known = np.isfinite(most)
    row = np.where(known, np.cumsum(known) - 1, -1)[groups.row]
    column = np.flatnonzero(row >= 0)
    keys = groups.keys.filter(pl.Series(known))
    limit = statement.rows(tag, keys, "<=", lift=lift)
    limit.add("buy", 1.0, column=column, row=row[column])
    chosen = buy[by].to_numpy()[groups.first[known]]
    limit.add(by, -most[known] / statement.flow, column=chosen, row=every(keys))
    limit.done()


def _of_version(buy: pl.DataFrame, groups: Groups, index: list[str]) -> Vector:
    """Return the most pieces that a version needs of all plants that a group of this index reaches."""
    most = buy["most"].to_numpy()
    plants = Groups.of(buy, [*index, "site"]).first  # a plant is reached under every regime
    reach = np.zeros(buy.height)
    reach[plants] = most[plants]
    return np.minimum(buy["demand"].to_numpy()[groups.first], groups.sums(reach))


def _of_plant(buy: pl.DataFrame, groups: Groups) -> Vector:
    """Return the most pieces that a plant needs, where every group has one plant."""
    return buy["most"].to_numpy()[groups.first]


def _used(statement: Statement, buy: pl.DataFrame) -> None:
    key = ("model", "family", "variant")
    index = [*key, "period"]
    groups = Groups.of(buy, index)
    most = _of_version(buy, groups, index)
    _limited(statement, "F5", buy, groups, most, by="use", lift=Lift(key, key))
    if statement.strong:
        groups = Groups.of(buy, [*key, "site", "period"])
        most = _of_plant(buy, groups)
        _limited(statement, "F5_plant", buy, groups, most, by="use", lift=Lift((*key, "site")))


def _nominated(statement: Statement, buy: pl.DataFrame) -> None:
    key = ("model", "family", "variant", "supplier")
    index = [*key, "period"]
    offered = (
        buy["capacity"].to_numpy() / buy["measure"].to_numpy()
    )  # pieces, infinite where there is no limit
    groups = Groups.of(buy, index)
    most = np.minimum(_of_version(buy, groups, index), offered[groups.first])
    _limited(statement, "F7", buy, groups, most, by="tooled", lift=Lift(key, key))
    if statement.strong:
        groups = Groups.of(buy, [*key, "site", "period"])
        most = np.minimum(_of_plant(buy, groups), offered[groups.first])
        _limited(statement, "F7_plant", buy, groups, most, by="tooled", lift=Lift((*key, "site")))


def _capacities(statement: Statement, buy: pl.DataFrame) -> None:
    """Add F7 for nomination rows with a capacity: each variant and member alone, and what a row pools."""
    frames = statement.frames
    within = buy.with_row_index("column").filter(pl.col("capacity").is_finite())
    key = ("family", "variant", "supplier", "member")
    _subset(statement, "F7_capacity", within, [*key, "period"], lift=Lift(key, key))
    shared = frames["nominate"].group_by("pool").len().filter(pl.col("len") > 1)
    pooled = within.join(shared, on="pool", how="semi", maintain_order="left")
    keys = (
        pooled.group_by("family", "pool", "period").agg(pl.first("capacity")).sort("family", "pool", "period")
    )
    limit = statement.rows(
        "F7_pool",
        keys.select("family", "pool", "period"),
        "<=",
        keys["capacity"].to_numpy() / statement.flow,
        lift=Lift(("family", "pool"), ("family", "pool")),
    )
    row = positions(pooled, keys, ["family", "pool", "period"])
    limit.add("buy", pooled["measure"].to_numpy(), column=pooled["column"].to_numpy(), row=row)
    limit.done()


def _subset(statement: Statement, tag: str, flows: pl.DataFrame, index: list[str], *, lift: Lift) -> None:
    """Add measure x flows <= min(capacity, what could be needed) x tooled, for flows with their `column`."""
    needed = flows.unique(["model", *index], maintain_order=True).group_by(index).agg(
        pl.first("capacity"), pl.first("tooled"), needed=(pl.col("demand") * pl.col("measure")).sum()
    ).sort(index)  # fmt: skip
    limit = statement.rows(tag, needed.select(index), "<=", lift=lift)
    limit.add(
        "buy",
        flows["measure"].to_numpy(),
        column=flows["column"].to_numpy(),
        row=positions(flows, needed, index),
    )
    most = np.minimum(needed["capacity"].to_numpy(), needed["needed"].to_numpy()) / statement.flow
    limit.add("tooled", -most, column=needed["tooled"].to_numpy(), row=every(needed))
    limit.done()


def _site_capacities(statement: Statement, buy: pl.DataFrame) -> None:
    sites = statement.frames["sites"]
    capacity = np.where(sites["kind"].to_numpy() == "component", floats(sites, "capacity", np.inf), np.inf)
    flows = buy.with_columns(
        capacity=pl.Series(capacity[buy["supplier"].to_numpy()] * statement.instance.years)
    )
    flows = flows.with_row_index("column").filter(pl.col("capacity").is_finite())
    keys = flows.group_by("supplier", "period").agg(pl.first("capacity")).sort("supplier", "period")
    limit = statement.rows(
        "F7_site",
        keys.select("supplier", "period"),
        "<=",
        lift=Lift(("supplier",), ("supplier",)),
    )
    limit.add(
        "buy", flows["site_measure"].to_numpy(), column=flows["column"].to_numpy(),
        row=positions(flows, keys, ["supplier", "period"]),
    )  # fmt: skip
    limit.add(
        "open",
        -keys["capacity"].to_numpy() / statement.flow,
        column=keys["supplier"].to_numpy(),
        row=every(keys),
    )
    limit.done()


def _contracts(statement: Statement, buy: pl.DataFrame) -> None:
    """Add K1: contracted volume is taken or paid while a contracted variant is nominated and used."""
    frames = statement.frames
    unmet = frames["unmet"].with_row_index("unmet")
    nominate = (
        frames["nominate"].select("family", "variant", "site", "member", "pool").with_row_index("nominate")
    )
    row, period = np.nonzero(statement.instance.phases["tooled"])
    tooled = (
        frames["tooled"]
        .select("nominate", "used")
        .with_row_index("tooled")[row]
        .with_columns(period=pl.Series(period.astype(np.int32)))
    )
    due = unmet.join(nominate, on="pool").join(tooled, on=["nominate", "period"])
    index = ["family", "pool", "variant", "member", "period"]
    lift = Lift(("family", "pool", "variant", "member"), ("family", "pool", "variant", "member"))
    own = due.sort(index)
    rows = statement.rows("K1", own.select(index), ">=", lift=lift)
    flows = buy.select("pool", "period", "measure").with_row_index("column")
    asked = own.select("pool", "period").with_row_index("row").join(flows, on=["pool", "period"])
    rows.add(
        "buy", asked["measure"].to_numpy(), column=asked["column"].to_numpy(), row=asked["row"].to_numpy()
    )
    rows.add("unmet", 1.0, column=own["unmet"].to_numpy(), row=every(own))
    committed = own["committed"].to_numpy() / statement.flow
    rows.add("tooled", -committed, column=own["tooled"].to_numpy(), row=every(own))
    rows.done()

"""The linear relaxation as it stands in HiGHS: which columns and rows it has, and how more are added.

    minimise  Σ_j f[j] open[j] + Σ_(i, j) c[i, j] serve[i, j] + Σ_i t[i] other[i]
    (serve)   Σ_j serve[i, j] + other[i] = 1        every need i
    (open)    serve[i, j] <= open[j]                arcs where it is missed, or where c[i, j] < λ[i] at first
    (count)   low <= Σ_j open[j] <= high            where the number is limited
    (cycle)   odd cycles that are violated (`cycle_rows`)

Only facilities whose reduced cost is small take part at first; of the others those join whose reduced cost,
at the dual values, is below nought. Of those that do, columns are the arcs not much dearer than λ. All
others of need i stand behind one column `other`, as cheap as the cheapest of them, so that the dual values
are multipliers of the whole problem at once; where `other` is used, more arcs of the need become columns.
"""

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np

from lynchpin.catalogue.core import Core, Flags, Floats, Ids, Places, Status, need_of
from lynchpin.catalogue.lagrangian import bound_at

LEAST = 100  # facilities that take part or join at once, at least


@dataclass
class Programme:
    """The linear programme as it stands in HiGHS.

    column  (A) column of each arc; -1 where it has none
    status  (F) which facilities are open, closed and free
    inside  (F) whether a facility takes part
    linked  (A) whether the arc has its row (open)
    tags    what each row beyond the needs and the count is: a place in `found`, or -1
    """

    core: Core
    needs: Places | None
    need: Ids
    highs: Any
    column: Places
    linked: Flags
    status: Status
    inside: Flags
    other: Places  # (N) column of `other`; its upper bound is 0 when the need has no arcs left out
    arcs: list[Places] = field(default_factory=list[Places])
    tags: list[int] = field(default_factory=list[int])
    found: list[tuple[Ids, Ids]] = field(default_factory=list[tuple[Ids, Ids]])
    columns: int = 0


def programme(core: Core, multipliers: Floats, needs: Places | None, served_by: Flags) -> Programme:
    """Give HiGHS the programme with the columns and rows that the multipliers point at."""
    need = need_of(core)
    slack = core.cost - multipliers[need]
    lp = Programme(
        core,
        needs,
        need,
        _highs(),
        np.full(core.size, -1, np.int64),
        np.zeros(core.size, np.bool_),
        core.status,
        _likely(core, multipliers, served_by),
        np.zeros(0, np.int64),
    )
    lp.columns = core.facilities + core.needs
    lp.other = core.facilities + np.arange(core.needs)
    limited = core.low > 0 or core.high < core.facilities
    whole = highspy.HighsLp()
    whole.num_col_, whole.num_row_ = lp.columns, core.needs + 1
    whole.col_cost_ = np.concatenate([core.opening, core.cost[core.pointer[1:] - 1]])
    whole.col_lower_ = np.concatenate([(core.status == 1).astype(float), np.zeros(core.needs)])
    whole.col_upper_ = np.concatenate([np.ones(core.facilities), np.zeros(core.needs)])
    whole.row_lower_ = np.concatenate([np.ones(core.needs), [core.low if limited else -np.inf]])
    whole.row_upper_ = np.concatenate([np.ones(core.needs), [core.high if limited else np.inf]])
    whole.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    whole.a_matrix_.start_ = np.arange(lp.columns + 1, dtype=np.int32)
    whole.a_matrix_.index_ = np.concatenate(
        [np.full(core.facilities, core.needs, np.int32), np.arange(core.needs, dtype=np.int32)]
    )
    whole.a_matrix_.value_ = np.ones(lp.columns)
    lp.highs.passModel(whole)
    below = slack < 0
    room = np.sort(slack[~below])[: 2 * int(below.sum()) + 4 * core.needs]
    width = float(room[-1]) if room.size else 0.0
    chosen = ((slack <= width) | below) & lp.inside[core.facility]
    chosen |= served_by[core.facility] & _first(core, served_by)
    add_columns(lp, np.flatnonzero(chosen))
    link(lp, np.flatnonzero(chosen & (slack < 0)))
    give_status(lp, core.status)
    return lp


def _likely(core: Core, multipliers: Floats, served_by: Flags) -> Flags:
    """Return the facilities that take part at first: those of a solution, and as many again at small cost."""
    reduced = bound_at(core, multipliers)[1]
    count = min(core.facilities, max(LEAST, 4 * int(served_by.sum())))
    inside = served_by | (core.status == 1)
    inside[np.argsort(reduced, kind="stable")[:count]] = True
    return inside


def expected_rows(core: Core, multipliers: Floats, served_by: Flags) -> int:
    """Return how many rows (open) the relaxation begins with."""
    inside = _likely(core, multipliers, served_by)
    return int(((core.cost < multipliers[need_of(core)]) & inside[core.facility]).sum())


def _first(core: Core, is_open: Flags) -> Flags:
    """Return whether each arc is its need's cheapest to what is open (A)."""
    places = np.flatnonzero(is_open[core.facility])
    first = np.full(core.needs, -1, np.int64)
    first[need_of(core)[places[::-1]]] = places[::-1]
    flags = np.zeros(core.size, np.bool_)
    flags[first[first >= 0]] = True
    return flags


def give_status(lp: Programme, status: Status) -> None:
    """Set which facilities are open, closed and free."""
    lp.status = status
    count = lp.core.facilities
    lp.highs.changeColsBounds(
        count,
        np.arange(count, dtype=np.int32),
        (status == 1).astype(np.float64),
        ((status >= 0) & lp.inside).astype(np.float64),
    )


def _highs() -> Any:
    highs = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("presolve", "off"),
        ("solver", "simplex"),
    ):
        highs.setOptionValue(name, value)
    return highs


def add_columns(lp: Programme, arcs: Places) -> None:
    """Make columns of arcs, and set what `other` of their needs costs."""
    count = arcs.size
    lp.highs.addCols(
        count,
        lp.core.cost[arcs],
        np.zeros(count),
        np.full(count, np.inf),
        count,
        np.arange(count, dtype=np.int32),
        lp.need[arcs].astype(np.int32),
        np.ones(count),
    )
    lp.column[arcs] = lp.columns + np.arange(count)
    lp.columns += count
    lp.arcs.append(arcs)
    left_out = np.flatnonzero((lp.column < 0) & lp.inside[lp.core.facility])
    price = np.full(lp.core.needs, np.inf)
    np.minimum.at(price, lp.need[left_out], lp.core.cost[left_out])
    has = np.isfinite(price)
    needs = lp.core.needs
    lp.highs.changeColsCost(needs, lp.other.astype(np.int32), np.where(has, price, 0.0))
    lp.highs.changeColsBounds(needs, lp.other.astype(np.int32), np.zeros(needs), np.where(has, np.inf, 0.0))


def link(lp: Programme, arcs: Places) -> None:
    """Add the rows serve <= open of arcs."""
    count = arcs.size
    if count == 0:
        return
    index = np.empty(2 * count, np.int32)
    index[0::2], index[1::2] = lp.column[arcs], lp.core.facility[arcs]
    lp.highs.addRows(
        count,
        np.full(count, -np.inf),
        np.zeros(count),
        2 * count,
        np.arange(count, dtype=np.int32) * 2,
        index,
        np.tile([1.0, -1.0], count),
    )
    lp.linked[arcs] = True
    lp.tags += [-1] * count

"""The linear relaxation over the arcs that matter, its rows and columns made as they are missed.

    minimise  Σ_j f[j] open[j] + Σ_(i, j) c[i, j] serve[i, j] + Σ_i t[i] other[i]
    (serve)   Σ_j serve[i, j] + other[i] = 1        every need i
    (open)    serve[i, j] <= open[j]                arcs where it is missed, or where c[i, j] < λ[i] at first
    (count)   low <= Σ_j open[j] <= high            where the number is limited
    (cycle)   odd cycles that are violated (`cycles`)

Only facilities whose reduced cost is small take part at first; of the others those join whose reduced cost,
at the dual values, is below nought. Of those that do, columns are the arcs not much dearer than λ. All
others of need i stand behind one column `other`, as cheap as the cheapest of them, so that the dual values
are multipliers of the whole problem at once; where `other` is used, more arcs of the need become columns.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.core import Core, Flags, Floats, Ids, Places, Status, need_of
from lynchpin.catalogue.cycles import arcs_at, bent, find, locals_of
from lynchpin.catalogue.lagrangian import bound_at
from lynchpin.catalogue.proof import Cycles

LEAST = 100  # facilities that take part or join at once, at least
SLICE = 0.5  # seconds of HiGHS between two looks at the clock
EXCESS = 1e-6


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best bound that the relaxation gave.

    bound        no solution is cheaper; recomputed from the multipliers
    multipliers  (N) λ
    cycles       the cycles with weights, for which λ gives the bound
    core         the core as the cycles bend it
    serve, open_  (A), (F) the solution of the relaxation itself
    """

    bound: float
    multipliers: Floats
    cycles: Cycles
    core: Core
    serve: Floats
    open_: Floats


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


def relax(
    core: Core,
    multipliers: Floats,
    *,
    served_by: Flags,
    needs: Places | None = None,
    known: Cycles | None = None,
    cutoff: float,
    over: Callable[[], bool],
    on_solution: Callable[[Floats, float], float],
    rounds: int = 200,
    most: int = 150,
) -> Relaxed | None:
    """Solve the relaxation, adding cycles while they help; None when not even the first solve came to an end.

    multipliers  (N) from an ascent: they tell which rows and columns matter
    served_by    (F) facilities of a solution; all of them where none is known
    needs        (N) number of each need in the whole problem; None when they are all
    known        cycles to begin with
    cutoff       bound at which there is nothing more to do
    over         whether to stop
    on_solution  given open (F) and the bound after each solve; returns a cutoff, perhaps a lower one
    rounds       rounds of cycles at most
    most         cycles of a round at most
    """
    lp = programme(core, multipliers, needs, known, served_by)
    best: Relaxed | None = None
    stalled = 0
    for turn in range(rounds + 1):
        if not solve(lp, over):
            return best
        now = relaxed_of(lp)
        stalled = (
            0 if best is None or now.bound > best.bound + 1e-4 * max(cutoff - best.bound, 0) else stalled + 1
        )
        best = now if best is None or now.bound > best.bound else best
        cutoff = min(cutoff, on_solution(now.open_, best.bound))
        if best.bound >= cutoff or turn == rounds or stalled >= 5 or over():
            return best
        if not more_cycles(lp, now, most=most):
            return best
    return best


def programme(
    core: Core, multipliers: Floats, needs: Places | None, known: Cycles | None, served_by: Flags
) -> Programme:
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
    _add_columns(lp, np.flatnonzero(chosen))
    _link(lp, np.flatnonzero(chosen & (slack < 0)))
    if known is not None:
        _add_cycles(lp, _apart(known))
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


def _join(lp: Programme) -> bool:
    """Let facilities join whose reduced cost at the dual values is below nought; return if any did."""
    core = lp.core
    multipliers = np.asarray(lp.highs.getSolution().row_dual)[: core.needs].copy()
    reduced = bound_at(core, multipliers)[1]
    wanted = (reduced < -EXCESS * (1.0 + core.opening)) & ~lp.inside & (lp.status == 0)
    joining = np.flatnonzero(wanted)
    joining = joining[np.argsort(reduced[joining], kind="stable")][:LEAST]
    if joining.size == 0:
        return False
    lp.inside[joining] = True
    arcs = np.flatnonzero(np.isin(core.facility, joining) & (lp.column < 0))
    slack = core.cost[arcs] - multipliers[lp.need[arcs]]
    cheap = arcs[slack < np.median(np.abs(slack))]
    _add_columns(lp, cheap)
    _link(lp, cheap[core.cost[cheap] < multipliers[lp.need[cheap]]])
    give_status(lp, lp.status)
    return True


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


def more_cycles(lp: Programme, relaxed: Relaxed, least: float = 0.02, most: int = 150) -> bool:
    """Add cycles that a solved relaxation violates; return whether there are any."""
    new = find(lp.core.pointer, lp.core.facility, relaxed.serve, relaxed.open_, least=least, most=most)
    _add_cycles(lp, [_numbered(lp, *cycle) for cycle in new])
    return bool(new)


def relaxed_of(lp: Programme) -> Relaxed:
    """Return the bound, recomputed, and the solution of a relaxation that was solved."""
    return _relaxed(lp, *_values(lp))


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


def _add_columns(lp: Programme, arcs: Places) -> None:
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


def _link(lp: Programme, arcs: Places) -> None:
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


def _apart(cycles: Cycles) -> list[tuple[Ids, Ids]]:
    """Return the needs and the facilities of each cycle."""
    ends = cycles.start[1:-1]
    return list(zip(np.split(cycles.need, ends), np.split(cycles.facility, ends), strict=True))


def _numbered(lp: Programme, needs: Ids, facilities: Ids) -> tuple[Ids, Ids]:
    """Return a cycle in the numbers of the whole problem."""
    return (needs if lp.needs is None else lp.needs[needs].astype(np.int32)), lp.core.ids[facilities]


def _add_cycles(lp: Programme, new: list[tuple[Ids, Ids]]) -> None:
    """Add the rows of cycles, in the numbers of the whole problem."""
    if not new:
        return
    length = np.array([needs.size for needs, _ in new])
    need = np.concatenate([np.tile(needs, 2) for needs, _ in new])
    if lp.needs is not None:
        need = np.searchsorted(lp.needs, need)
    steps = np.concatenate([np.concatenate([ids, np.roll(ids, -1)]) for _, ids in new])
    facility = locals_of(lp.core, steps)
    place = np.where(facility >= 0, arcs_at(lp.core, need, np.maximum(facility, 0)), -1)
    missing = place[place >= 0]
    missing = np.unique(missing[lp.column[missing] < 0])
    if missing.size:
        _add_columns(lp, missing)
    bounds = np.concatenate([[0], np.cumsum(2 * length)])
    index: list[Places] = []
    values: list[Floats] = []
    for k in range(length.size):
        own = slice(int(bounds[k]), int(bounds[k + 1]))
        arcs, times = np.unique(place[own][place[own] >= 0], return_counts=True)
        members = facility[own][: int(length[k])]
        members = members[members >= 0]
        index.append(np.concatenate([lp.column[arcs], members]))
        values.append(np.concatenate([times.astype(float), -np.ones(members.size)]))
    sizes = np.array([part.size for part in index])
    lp.highs.addRows(
        length.size,
        np.full(length.size, -np.inf),
        (length // 2).astype(float),
        int(sizes.sum()),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32),
        np.concatenate(index).astype(np.int32),
        np.concatenate(values),
    )
    lp.tags += list(range(len(lp.found), len(lp.found) + length.size))
    lp.found += new


def solve(lp: Programme, over: Callable[[], bool]) -> bool:
    """Solve, adding rows (open) and columns until none is missed; return whether it came to an end."""
    while True:
        if not _run(lp, over):
            return False
        values = np.asarray(lp.highs.getSolution().col_value)
        made = np.flatnonzero(lp.column >= 0)
        serve = values[lp.column[made]]
        missed = made[(serve > values[lp.core.facility[made]] + EXCESS) & ~lp.linked[made]]
        used = np.flatnonzero(values[lp.other] > EXCESS)
        _link(lp, missed)
        if used.size:
            _add_columns(lp, _more(lp, used))
        elif missed.size == 0 and not _join(lp):
            return True


def _more(lp: Programme, needs: npt.NDArray[np.int64]) -> Places:
    """Return arcs of some needs that are not columns yet: as many again as there are, the cheapest first."""
    chosen: list[Places] = []
    for i in needs:
        places = np.arange(int(lp.core.pointer[i]), int(lp.core.pointer[i + 1]))
        out = places[(lp.column[places] < 0) & lp.inside[lp.core.facility[places]]]
        chosen.append(out[: max(4, places.size - out.size)])
    return np.concatenate(chosen)


def _run(lp: Programme, over: Callable[[], bool]) -> bool:
    """Let HiGHS run in slices; return whether it reached an optimum."""
    while not over():
        lp.highs.setOptionValue("time_limit", lp.highs.getRunTime() + SLICE)
        lp.highs.run()
        status = lp.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return True
        if status != highspy.HighsModelStatus.kTimeLimit:
            return False
    return False


def _values(lp: Programme) -> tuple[Floats, Floats]:
    """Return serve (A) and open (F)."""
    values = np.asarray(lp.highs.getSolution().col_value)
    serve = np.where(lp.column >= 0, values[lp.column], 0.0)
    return serve, values[: lp.core.facilities]


def _relaxed(lp: Programme, serve: Floats, open_: Floats) -> Relaxed:
    """Return the bound of the dual values, recomputed."""
    duals = np.asarray(lp.highs.getSolution().row_dual)
    multipliers = duals[: lp.core.needs].copy()
    tags = np.array(lp.tags, np.int64)
    rows = np.flatnonzero(tags >= 0)
    weight = np.maximum(0.0, -duals[lp.core.needs + 1 + rows])
    held = np.flatnonzero(weight > 1e-9)
    found = [lp.found[tags[rows[k]]] for k in held]
    cycles = Cycles(
        start=np.concatenate([[0], np.cumsum([len(needs) for needs, _ in found])]).astype(np.int64),
        need=np.concatenate([np.zeros(0, np.int32), *(needs for needs, _ in found)]),
        facility=np.concatenate([np.zeros(0, np.int32), *(facilities for _, facilities in found)]),
        weight=weight[held],
    )
    core = bent(lp.core, cycles, lp.needs) if held.size else lp.core
    bound = bound_at(core, multipliers)[0] - cycles.constant
    return Relaxed(bound, multipliers, cycles, core, serve, open_)

"""The bound of the linear relaxation: solved, with rows, columns and cycles added as they are missed.

`programme` has the formulas. The dual values of the rows (serve) are multipliers of the whole problem, and
the bound is recomputed from them, so that nothing rests on the precision of the solver.
"""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.core import Core, Flags, Floats, Places
from lynchpin.catalogue.cycle_rows import more_cycles, with_cycles
from lynchpin.catalogue.cycles import bent
from lynchpin.catalogue.lagrangian import bound_at
from lynchpin.catalogue.programme import LEAST, Programme, add_columns, give_status, link, programme
from lynchpin.catalogue.proof import Cycles

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
    lp = with_cycles(programme(core, multipliers, needs, served_by), known)
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
        if not more_cycles(lp, now.serve, now.open_, most=most):
            return best
    return best


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
        link(lp, missed)
        if used.size:
            add_columns(lp, _more(lp, used))
        elif missed.size == 0 and not _join(lp):
            return True


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
    add_columns(lp, cheap)
    link(lp, cheap[core.cost[cheap] < multipliers[lp.need[cheap]]])
    give_status(lp, lp.status)
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


def relaxed_of(lp: Programme) -> Relaxed:
    """Return the bound, recomputed, and the solution of a relaxation that was solved."""
    return _relaxed(lp, *_values(lp))


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

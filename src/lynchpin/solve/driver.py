"""HiGHS run on arrays in this process, and its answers put into our closed list.

The child process of `solve` and `solve_here` both end here. HiGHS counts its time limit over the life of an
object, so every solve takes a new one.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import Progress, Solution, Status, Vector
from lynchpin.solve.job import Job, Positions
from lynchpin.solve.tightening import begun, tightened

Report = Callable[[Progress, Vector | None], None]

NEWS_EVERY = 0.2  # seconds between two reports without a new solution

# HighsModelStatus: what it means with a feasible solution at hand, and without.
VERDICTS: dict[str, tuple[Status, Status]] = {
    "kNotset": (Status.ERROR, Status.ERROR),
    "kLoadError": (Status.ERROR, Status.ERROR),
    "kModelError": (Status.ERROR, Status.ERROR),
    "kPresolveError": (Status.ERROR, Status.ERROR),
    "kSolveError": (Status.ERROR, Status.ERROR),
    "kPostsolveError": (Status.ERROR, Status.ERROR),
    "kModelEmpty": (Status.ERROR, Status.ERROR),  # `_without_columns` answers instead
    "kOptimal": (Status.OPTIMAL, Status.ERROR),
    "kInfeasible": (Status.INFEASIBLE, Status.INFEASIBLE),
    "kUnboundedOrInfeasible": (Status.UNBOUNDED, Status.ERROR),  # `_settled` finds out which
    "kUnbounded": (Status.UNBOUNDED, Status.UNBOUNDED),
    "kObjectiveBound": (Status.FEASIBLE, Status.LIMIT),
    "kObjectiveTarget": (Status.FEASIBLE, Status.LIMIT),
    "kTimeLimit": (Status.FEASIBLE, Status.LIMIT),
    "kIterationLimit": (Status.FEASIBLE, Status.LIMIT),
    "kUnknown": (Status.FEASIBLE, Status.ERROR),
    "kSolutionLimit": (Status.FEASIBLE, Status.LIMIT),
    "kInterrupt": (Status.INTERRUPTED, Status.INTERRUPTED),
    "kMemoryLimit": (Status.FEASIBLE, Status.LIMIT),
    "kHighsInterrupt": (Status.INTERRUPTED, Status.INTERRUPTED),
}
CLEAR = (Status.OPTIMAL, Status.INFEASIBLE, Status.UNBOUNDED)


def drive(job: Job, *, report: Report | None = None, asked: Callable[[], bool] | None = None) -> Solution:
    """Solve in this process, with HiGHS or by first-order steps.

    report  told of each better solution with its x, and of the bound about five times a second
    asked   whether to stop; looked at whenever HiGHS calls back
    """
    if not job.arrays.columns:
        answer = _without_columns(job)
    elif job.settings.get("solver") == "pdhg":
        from lynchpin.solve.pdhg.rounds import approached  # numba takes time to load

        answer = approached(job, report=report, asked=asked)
    else:
        answer = _answer(job, report, asked)
    return replace(answer, seconds=time.monotonic() - job.began)


def _answer(job: Job, report: Report | None, asked: Callable[[], bool] | None) -> Solution:
    highs = highspy.Highs()
    highs.setCallback(None, None)  # highspy's own would keep the object alive for ever
    for name, value in job.settings.items():
        if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SolveError("HiGHS refused an option", thing=name, value=value, cure="Install highspy 1.15.")
    if highs.passModel(*job.arrays) == highspy.HighsStatus.kError:
        reason = "HiGHS refused the arrays: an entry of the matrix occurs twice or is out of place"
        return Solution(status=Status.ERROR, reason=reason)
    start = None if job.start is None else _completed(job, job.start, asked)
    if start is not None:
        highs.setSolution(len(start), np.arange(len(start), dtype=np.int32), start)
    if report is not None or asked is not None:
        _listen(highs, _Listener(job.began, report, asked))
    known = begun(highs, job)
    _run(highs, job)
    if highs.getModelStatus() in _unsure(job):
        return _settled(highs, job)
    if job.cutter is None:
        return _solution(highs, job)
    return tightened(
        highs, job, known, run=lambda: _run(highs, job), answer=lambda: _solution(highs, job), report=report
    )


def _completed(job: Job, start: tuple[Positions, Vector], asked: Callable[[], bool] | None) -> Vector | None:
    """Return a whole solution that has the columns of a start, None where there is none.

    Left to itself HiGHS completes a start inside its run, and reports the bound of that smaller problem to
    its callbacks as if it held for the whole one.
    """
    positions, values = start
    lower, upper = job.arrays.lower.copy(), job.arrays.upper.copy()
    lower[positions] = upper[positions] = values
    return _answer(
        replace(job, arrays=job.arrays._replace(lower=lower, upper=upper), start=None), None, asked
    ).x


def _run(highs: highspy.Highs, job: Job) -> None:
    if job.deadline is not None:
        left = max(job.deadline - time.monotonic(), 0.0)
        highs.setOptionValue("time_limit", highs.getRunTime() + left)
    highs.run()


@dataclass
class _Listener:
    """What HiGHS calls while it runs."""

    began: float
    report: Report | None
    asked: Callable[[], bool] | None
    told: float = -math.inf

    def __call__(self, kind: Any, _message: str, out: Any, into: Any, _data: object) -> None:
        if self.asked is not None and self.asked():
            into.user_interrupt = True
        if self.report is None:
            return
        now = time.monotonic()
        better = int(kind) == int(highspy.cb.HighsCallbackType.kCallbackMipImprovingSolution)
        if better or now - self.told >= NEWS_EVERY:
            self.told = now
            x = np.array(out.mip_solution) if better else None
            self.report(self._progress(int(kind), out, now - self.began), x)

    def _progress(self, kind: int, out: Any, elapsed: float) -> Progress:
        if kind == int(highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt):
            return Progress(elapsed=elapsed, phase="simplex")
        if kind == int(highspy.cb.HighsCallbackType.kCallbackIpmInterrupt):
            return Progress(elapsed=elapsed, phase="interior point")
        return Progress(
            elapsed=elapsed,
            phase="search" if out.mip_node_count > 0 else "root",
            incumbent=out.mip_primal_bound,
            bound=out.mip_dual_bound,
        )


def _listen(highs: highspy.Highs, listener: _Listener) -> None:
    kinds = highspy.cb.HighsCallbackType
    highs.setCallback(listener, None)
    for kind in (
        kinds.kCallbackSimplexInterrupt,
        kinds.kCallbackIpmInterrupt,
        kinds.kCallbackMipInterrupt,
        kinds.kCallbackMipImprovingSolution,
    ):
        highs.startCallback(kind)


def _solution(highs: highspy.Highs, job: Job) -> Solution:
    """Return the answer that a HiGHS object holds after its run."""
    ended = highs.getModelStatus()
    info, values = highs.getInfo(), highs.getSolution()
    feasible = values.value_valid and info.primal_solution_status == int(highspy.kSolutionStatusFeasible)
    status = VERDICTS[ended.name][0 if feasible else 1]
    x = np.array(values.col_value) if feasible and status is not Status.UNBOUNDED else None
    duals = values.dual_valid and not job.mixed_integer and status is not Status.UNBOUNDED
    counts = (info.simplex_iteration_count, info.ipm_iteration_count, info.crossover_iteration_count)
    objective = objective_at(job, x, -math.inf if status is Status.UNBOUNDED else math.inf)
    return Solution(
        status=status,
        reason="" if status in CLEAR else f"HiGHS ended with “{highs.modelStatusToString(ended)}”",
        x=x,
        row_duals=np.array(values.row_dual) if duals else None,
        reduced_costs=np.array(values.col_dual) if duals else None,
        objective=objective,
        bound=_bound(status, objective, info.mip_dual_bound if job.mixed_integer else -math.inf),
        iterations=sum(max(count, 0) for count in counts),
        nodes=max(info.mip_node_count, 0),
    )


def _bound(status: Status, objective: float, of_tree: float) -> float:
    """Return what no solution is below; the tree of a linear problem has nothing to say."""
    if status is Status.INFEASIBLE:
        return math.inf
    proven = objective if status is Status.OPTIMAL and of_tree == -math.inf else of_tree
    return min(proven, objective)


def objective_at(job: Job, x: Vector | None, without: float) -> float:
    """Return offset + cost · x, or what is said to hold without a solution."""
    return without if x is None else float(job.arrays.cost @ x) + job.arrays.offset


def _unsure(job: Job) -> tuple[highspy.HighsModelStatus, ...]:
    """Return the endings after which a problem may be unbounded or infeasible.

    HiGHS calls a mixed-integer problem unbounded when its relaxation is.
    """
    endings = highspy.HighsModelStatus
    either = endings.kUnboundedOrInfeasible
    return (either, endings.kUnbounded) if job.mixed_integer else (either,)


def _settled(highs: highspy.Highs, job: Job) -> Solution:
    """Say whether a problem is unbounded or infeasible: it is unbounded if it is feasible at no cost."""
    columns = np.arange(job.arrays.columns, dtype=np.int32)
    highs.changeColsCost(len(columns), columns, np.zeros(len(columns)))
    _run(highs, job)
    answer = _solution(highs, job)
    if answer.x is None:
        return answer
    return replace(answer, status=Status.UNBOUNDED, reason="", x=None, objective=-math.inf, bound=-math.inf)


def _without_columns(job: Job) -> Solution:
    """Answer a problem of no columns, where every row is nought; HiGHS would call any such problem empty."""
    if np.any(job.arrays.row_lower > 0) or np.any(job.arrays.row_upper < 0):
        return Solution(status=Status.INFEASIBLE, bound=math.inf)
    none, offset = np.zeros(0), job.arrays.offset
    duals = np.zeros(job.arrays.rows)
    return Solution(
        status=Status.OPTIMAL, x=none, row_duals=duals, reduced_costs=none, objective=offset, bound=offset
    )

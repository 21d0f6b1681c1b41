"""Which facilities to open and which need each serves, at least cost, with a bound: location on sparse arcs.

    minimise  Σ_j f[j] open[j] + Σ_(i, j) c[i, j] serve[i, j]
    (serve)   Σ_j serve[i, j] = 1                every need i, over its arcs
    (open)    serve[i, j] <= open[j]             every arc
    (count)   Σ_j open[j] <= p  or  = p          where `at_most` or `exactly` is given
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.proof import Certificate, Node, no_ids
from lynchpin.errors import OptionError

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class LocateOptions:
    """Limits and precision of one run.

    gap         relative distance of value and bound that counts as solved, from 0 to below 1
    time_limit  seconds from the call
    threads     at most this many threads
    seed        start of the random numbers
    """

    gap: float = 0.0
    time_limit: float = 300.0
    threads: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        _require("gap", self.gap, 0 <= self.gap < 1, "Give a share from 0 to below 1: 0.01 is one per cent.")
        _require("time_limit", self.time_limit, 0 < self.time_limit < math.inf, "Give seconds above 0.")
        _require("threads", self.threads, self.threads >= 1, "Give a whole number from 1.")
        _require("seed", self.seed, 0 <= self.seed < 2**31, "Give a whole number from 0 to 2147483647.")


@dataclass(frozen=True, kw_only=True)
class LocateProgress:
    """News of a run.

    seconds  since the call
    phase    what is being done
    value    of the best solution so far; infinite while there is none
    bound    no solution is cheaper; never falls
    """

    seconds: float
    phase: str
    value: float
    bound: float


class Stop(Protocol):
    """Anything that says whether to stop, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether the run should stop now."""
        ...


@dataclass(frozen=True, eq=False, kw_only=True)
class Location:
    """What `locate` found.

    open         open facilities, sorted
    assigned     (N) facility that serves each need; empty when infeasible
    value        cost of it; infinite when infeasible
    bound        no solution is cheaper
    gap          (value − bound) / value; 0 when optimal
    status       `optimal` (within the gap asked for), `feasible` or `infeasible`
    seconds      that the run took
    certificate  what is needed to recompute value and bound
    phases       seconds of each phase, in order
    """

    open: Ids
    assigned: Ids
    value: float
    bound: float
    gap: float
    status: str
    seconds: float
    certificate: Certificate
    phases: dict[str, float] = field(default_factory=dict[str, float])


def locate(
    arcs: Arcs,
    *,
    at_most: int | None = None,
    exactly: int | None = None,
    start: npt.ArrayLike | None = None,
    options: LocateOptions | None = None,
    on_progress: Callable[[LocateProgress], object] | None = None,
    stop: Stop | None = None,
) -> Location:
    """Return the cheapest facilities to open and who serves which need, with a bound.

    arcs         the problem
    at_most      most facilities that may be open; None without limit
    exactly      number of facilities that must be open, the idle ones included
    start        facilities of a solution that is known
    options      limits and precision
    on_progress  told of each phase, better solution and better bound
    stop         when set, the run ends within a second with what it has

    Raises OptionError for options that contradict each other or the arcs.
    """
    options = options or LocateOptions()
    _check_counts(arcs, at_most, exactly)
    began = time.monotonic()
    multipliers = arcs.cost[arcs.pointer[:-1]].copy()
    lower, upper, chosen = _solve(arcs, at_most, exactly, options)
    seconds = time.monotonic() - began
    if chosen is None:
        return _infeasible(at_most, exactly, seconds)
    value = arcs.value(chosen)
    bound = min(lower, value)
    proven = _bound(arcs, multipliers, at_most, exactly)
    certificate = Certificate(
        solution=np.flatnonzero(chosen).astype(np.int32),
        value=value,
        bound=max(bound, proven),
        at_most=at_most,
        exactly=exactly,
        dominated=np.zeros((0, 2), np.int32),
        nodes=(Node(multipliers=multipliers, bound=proven, closed=no_ids(), opening=no_ids()),),
        proven=proven,
        solver="HiGHS",
    )
    gap = (value - certificate.bound) / value if value > 0 else 0.0
    solved = gap <= max(options.gap, 1e-9)
    if on_progress is not None:
        on_progress(LocateProgress(seconds=seconds, phase="rest", value=value, bound=certificate.bound))
    return Location(
        open=certificate.solution,
        assigned=arcs.facility[arcs.cheapest(chosen)],
        value=value,
        bound=certificate.bound,
        gap=gap,
        status="optimal" if solved else "feasible",
        seconds=seconds,
        certificate=certificate,
        phases={"rest": seconds},
    )


def _bound(arcs: Arcs, multipliers: Floats, at_most: int | None, exactly: int | None) -> float:
    reduced = arcs.opening + np.bincount(
        arcs.facility, np.minimum(0.0, arcs.cost - multipliers[arcs.need]), minlength=arcs.facilities
    )
    if exactly is not None:
        return float(multipliers.sum() + np.sort(reduced)[:exactly].sum())
    return float(multipliers.sum() + np.minimum(0.0, np.sort(reduced)[:at_most]).sum())


def _solve(
    arcs: Arcs, at_most: int | None, exactly: int | None, options: LocateOptions
) -> tuple[float, float, npt.NDArray[np.bool_] | None]:
    size, needs, facilities = arcs.size, arcs.needs, arcs.facilities
    k = np.arange(size)
    rows = np.concatenate([arcs.need, needs + k, needs + k, np.full(facilities, needs + size)])
    columns = np.concatenate([k, k, size + arcs.facility, size + np.arange(facilities)])
    values = np.concatenate([np.ones(size), np.ones(size), -np.ones(size), np.ones(facilities)])
    matrix = sp.csc_matrix((values, (rows, columns)), shape=(needs + size + 1, size + facilities))
    low, high = exactly or 0, exactly if exactly is not None else facilities if at_most is None else at_most
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = size + facilities, needs + size + 1
    lp.col_cost_ = np.concatenate([arcs.cost, arcs.opening])
    lp.col_lower_, lp.col_upper_ = np.zeros(size + facilities), np.ones(size + facilities)
    lp.row_lower_ = np.concatenate([np.ones(needs), np.full(size, -np.inf), [low]])
    lp.row_upper_ = np.concatenate([np.ones(needs), np.zeros(size), [high]])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    lp.integrality_ = [highspy.HighsVarType.kContinuous] * size + [highspy.HighsVarType.kInteger] * facilities
    solver = highspy.Highs()
    for name, value in (
        ("output_flag", False),
        ("mip_rel_gap", options.gap),
        ("mip_abs_gap", 0.0),
        ("time_limit", options.time_limit),
        ("random_seed", options.seed),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return math.inf, math.inf, None
    found = np.asarray(solver.getSolution().col_value)
    info = solver.getInfo()
    if found.size == 0 or not math.isfinite(info.objective_function_value):
        return float(info.mip_dual_bound), math.inf, None
    return float(info.mip_dual_bound), float(info.objective_function_value), found[size:] > 0.5


def _infeasible(at_most: int | None, exactly: int | None, seconds: float) -> Location:
    certificate = Certificate(
        solution=no_ids(),
        value=math.inf,
        bound=math.inf,
        at_most=at_most,
        exactly=exactly,
        dominated=np.zeros((0, 2), np.int32),
        proven=0.0,
        solver="HiGHS",
    )
    return Location(
        open=no_ids(),
        assigned=no_ids(),
        value=math.inf,
        bound=math.inf,
        gap=0.0,
        status="infeasible",
        seconds=seconds,
        certificate=certificate,
    )


def _check_counts(arcs: Arcs, at_most: int | None, exactly: int | None) -> None:
    """Refuse numbers of facilities that contradict each other or the arcs."""
    if at_most is not None and exactly is not None:
        raise OptionError(
            "at_most and exactly are both given", value=(at_most, exactly), cure="Give one of the two."
        )
    for name, count in (("at_most", at_most), ("exactly", exactly)):
        if count is not None:
            low = 1 if arcs.needs else 0
            whole = not isinstance(count, bool) and count >= low
            _require(name, count, whole, f"Give a whole number from {low}.")
            if name == "exactly":
                cure = f"There are {arcs.facilities} facilities: give no more."
                _require(name, count, count <= arcs.facilities, cure)


def _require(name: str, value: object, holds: bool, cure: str) -> None:
    if not holds:
        raise OptionError("is out of range", thing=name, value=value, cure=cure)

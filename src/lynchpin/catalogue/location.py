"""Which facilities to open and which need each serves, at least cost, with a bound: location on sparse arcs.

minimise  Σ_j f[j] open[j] + Σ_(i, j) c[i, j] serve[i, j]
(serve)   Σ_j serve[i, j] = 1                every need i, over its arcs
(open)    serve[i, j] <= open[j]             every arc
(count)   Σ_j open[j] <= p  or  = p          where `at_most` or `exactly` is given
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.proof import Certificate
from lynchpin.catalogue.watch import LocateProgress, Stop, Watch
from lynchpin.errors import OptionError

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]

UNKEPT = "the search, of which the certificate keeps only a part"
ROUNDING = 1e-9  # relative: sums of costs are no more exact than that


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

    The first call on a computer compiles for some seconds before its clock starts; later ones find that done.
    Raises OptionError for options that contradict each other or the arcs.
    """
    options = options or LocateOptions()
    _check_counts(arcs, at_most, exactly)
    first = _known(arcs, start)
    if arcs.needs == 0:
        return _nothing(arcs, at_most, exactly)
    from lynchpin.catalogue.engine import prepare, proof, run  # they bring numba along
    from lynchpin.catalogue.reduce import reduce

    prepare()
    watch = Watch(options.time_limit, options.gap, stop, on_progress)
    watch.phase("reduce")
    free = (
        not arcs.opening.any()
    )  # idle facilities cost nothing, so that p of them are no more than at most p
    low = 0 if exactly is None or free else exactly
    high = exactly if exactly is not None else arcs.facilities if at_most is None else at_most
    reduced = reduce(arcs, low, min(high, arcs.facilities))
    engine = run(
        reduced, watch, facilities=arcs.facilities, start=first, threads=options.threads, seed=options.seed
    )
    watch.phase("end")
    nodes, parts, proven = proof(engine)
    chosen = _filled(engine.is_open, exactly)
    certificate = Certificate(
        solution=np.flatnonzero(chosen).astype(np.int32),
        value=arcs.value(chosen) if math.isfinite(engine.value) else math.inf,
        bound=engine.bound,
        at_most=at_most,
        exactly=exactly,
        step=reduced.step,
        dominated=reduced.dominated,
        group=reduced.group,
        nodes=nodes,
        parts=parts,
        proven=proven,
        solver="" if proven >= engine.bound else UNKEPT,
    )
    return _location(arcs, certificate, options.gap, watch)


def _location(arcs: Arcs, certificate: Certificate, gap: float, watch: Watch) -> Location:
    """Return the answer that a certificate stands for."""
    value = certificate.value
    found = math.isfinite(value)
    bound = min(certificate.bound, value)
    distance = 0.0 if bound >= value or not found else (value - bound) / value
    if distance <= ROUNDING:
        distance = 0.0
    status = "optimal" if distance <= gap else "feasible"
    if not found:
        status = "infeasible" if certificate.bound == math.inf else "unknown"
    is_open = np.zeros(arcs.facilities, np.bool_)
    is_open[certificate.solution] = True
    return Location(
        open=certificate.solution,
        assigned=arcs.facility[arcs.cheapest(is_open)] if found else np.zeros(0, np.int32),
        value=value,
        bound=bound,
        gap=distance if found else math.inf,
        status=status,
        seconds=watch.seconds,
        certificate=certificate,
        phases=dict(watch.phases),
    )


def _nothing(arcs: Arcs, at_most: int | None, exactly: int | None) -> Location:
    """Return the answer where there are no needs: open the cheapest facilities if some must be open."""
    chosen = np.sort(np.argsort(arcs.opening, kind="stable")[: exactly or 0]).astype(np.int32)
    value = float(arcs.opening[chosen].sum())
    certificate = Certificate(
        solution=chosen,
        value=value,
        bound=value,
        at_most=at_most,
        exactly=exactly,
        dominated=np.zeros((0, 2), np.int32),
        proven=value,
    )
    return _location(arcs, certificate, 0.0, Watch(1.0))


def _filled(is_open: npt.NDArray[np.bool_], exactly: int | None) -> npt.NDArray[np.bool_]:
    """Return facilities with idle ones added where a number of them must be open and opening is free."""
    chosen = is_open.copy()
    if exactly is not None:
        chosen[np.flatnonzero(~chosen)[: exactly - int(chosen.sum())]] = True
    return chosen


def _known(arcs: Arcs, start: npt.ArrayLike | None) -> npt.NDArray[np.int64] | None:
    """Return the facilities of a solution that is known, or refuse them."""
    if start is None:
        return None
    facilities = np.asarray(start, dtype=np.int64).reshape(-1)
    wrong = (facilities < 0) | (facilities >= arcs.facilities)
    if wrong.any():
        cure = f"Count facilities from 0 to {arcs.facilities - 1}."
        raise OptionError(
            "names a facility that there is not", thing="start", value=int(facilities[wrong][0]), cure=cure
        )
    return facilities


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

"""A relaxation made tight, round after round, in the process that solves it.

    solve; look for cuts at its point; add them and solve again, from where simplex stands;
    until no cut is found, a round gains little, or the time is up

With the trail of an alike relaxation, as that of a study before one duty changed, cuts are looked for at its
points first, and simplex begins where that one ended. Points are hints: a cut comes from this form or not at
all.

Each round proves a bound, computed from its duals alone (`evaluate.bound_of`), and reports it.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from lynchpin.solve.contracts import (
    Basis,
    Cuts,
    Problem,
    Progress,
    Solution,
    Status,
    Trail,
    Vector,
    with_cuts,
)
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.job import Arrays, Job

ENOUGH = 0.005  # gain of a round, as a share of all gains so far, below which there is no other one
PHASE = "cuts"
TIGHT = 1e-7  # slack up to which a row holds with equality
KINDS = 5  # statuses of a column or row that HiGHS knows

Report = Callable[[Progress, Vector | None], None]


@dataclass(eq=False)
class Found:
    """What was added so far, and the points at which it was found."""

    problem: Problem
    points: list[Vector] = field(default_factory=list[Vector])

    def add(self, highs: highspy.Highs, cuts: Cuts, x: Vector) -> None:
        """Add rows to what HiGHS holds and to the problem."""
        matrix: Any = cuts.matrix
        highs.addRows(
            len(cuts),
            np.full(len(cuts), -np.inf),
            cuts.upper,
            int(matrix.indptr[-1]),
            matrix.indptr[:-1].astype(np.int32),
            matrix.indices.astype(np.int32),
            np.asarray(matrix.data, dtype=np.float64),
        )
        self.problem = with_cuts(self.problem, cuts)
        self.points.append(x)


def begun(highs: highspy.Highs, job: Job) -> Found:
    """Add what an alike relaxation's points lead to, and have simplex begin where that one ended."""
    found = Found(problem_of(job.arrays))
    trail, columns = job.trail, job.arrays.columns
    if job.cutter is None or trail is None or trail.points.ndim != 2 or trail.points.shape[1] != columns:
        return found
    for x in trail.points:
        cuts = job.cutter.cuts(x)
        if len(cuts):
            found.add(highs, cuts, x)
    size = columns + len(found.problem.row_upper)
    if trail.basis is not None and len(trail.basis) == size and trail.basis.max(initial=0) < KINDS:
        _put(highs, trail.basis, columns)
        highs.setOptionValue("solver", "simplex")
    return found


def tightened(
    highs: highspy.Highs,
    job: Job,
    found: Found,
    *,
    run: Callable[[], None],
    answer: Callable[[], Solution],
    report: Report | None,
) -> Solution:
    """Return the solution of the tightest relaxation, with the cuts that hold there and how they were found.

    highs   has solved the relaxation, with what was found before
    run     solves what it holds within the limits of the job
    answer  returns what it found
    """
    assert job.cutter is not None
    best, best_problem, trail = answer(), found.problem, None
    first = bound = proven(best_problem, best)
    gained, enough = math.inf, ENOUGH if job.enough is None else job.enough
    while best.x is not None and best.status is Status.OPTIMAL:
        trail = _trail(highs, job, found)
        if report is not None:
            elapsed = time.monotonic() - job.began
            report(Progress(elapsed=elapsed, phase=PHASE, bound=bound, trail=trail), None)
        gains = bound - first
        if math.isfinite(gains) and gained <= enough * gains:
            break
        cuts = job.cutter.cuts(best.x)
        if not len(cuts):
            break
        found.add(highs, cuts, best.x)
        run()
        later = answer()
        if later.status is not Status.OPTIMAL:
            break
        before, best, best_problem = bound, later, found.problem
        bound = max(bound, proven(best_problem, best))
        gained = bound - before
    return _with_cuts(best, best_problem, len(job.arrays.row_lower), trail)


def _with_cuts(best: Solution, problem: Problem, rows: int, trail: Trail | None) -> Solution:
    """Return a solution with the cuts that hold at its point with equality, and the duals of these."""
    if best.x is None or best.row_duals is None or len(problem.row_upper) == rows:
        return replace(best, trail=trail)
    matrix: Any = problem.matrix
    slack = problem.row_upper[rows:] - (matrix @ best.x)[rows:]
    tight = np.flatnonzero((best.row_duals[rows:] != 0) | (np.abs(slack) < TIGHT))
    cuts = Cuts(matrix=matrix[rows:][tight], upper=problem.row_upper[rows:][tight])
    duals = np.concatenate([best.row_duals[:rows], best.row_duals[rows:][tight]])
    return replace(best, cuts=cuts, row_duals=duals, trail=trail)


def _trail(highs: highspy.Highs, job: Job, found: Found) -> Trail | None:
    """Return how the relaxation that HiGHS holds was solved."""
    if not found.points:
        return None
    basis = _where(highs) if job.settings["solver"] == "simplex" else None
    return Trail(points=np.array(found.points), basis=basis)


def proven(problem: Problem, solution: Solution) -> float:
    """Return what the duals of a solution prove, `-inf` without any."""
    return -np.inf if solution.row_duals is None else bound_of(problem, solution.row_duals)


def problem_of(arrays: Arrays) -> Problem:
    """Return the problem that arrays state."""
    by_column = arrays.form == int(highspy.MatrixFormat.kColwise)
    kind: Any = sparse.csc_array if by_column else sparse.csr_array
    matrix = kind((arrays.values, arrays.indices, arrays.starts), shape=(arrays.rows, arrays.columns))
    return Problem(
        cost=arrays.cost,
        lower=arrays.lower,
        upper=arrays.upper,
        integer=arrays.kinds != 0,
        matrix=matrix,
        row_lower=arrays.row_lower,
        row_upper=arrays.row_upper,
        offset=arrays.offset,
    )


def _where(highs: highspy.Highs) -> Basis:
    """Return where simplex stands: the status of each column, then of each row."""
    basis: Any = highs.getBasis()
    return np.array([int(one) for one in (*basis.col_status, *basis.row_status)], dtype=np.uint8)


def _put(highs: highspy.Highs, basis: Basis, columns: int) -> None:
    """Have simplex begin somewhere."""
    found: Any = highspy.HighsBasis()
    kinds = [highspy.HighsBasisStatus(kind) for kind in range(KINDS)]
    found.col_status = [kinds[one] for one in basis[:columns].tolist()]
    found.row_status = [kinds[one] for one in basis[columns:].tolist()]
    found.valid = True
    highs.setBasis(found)

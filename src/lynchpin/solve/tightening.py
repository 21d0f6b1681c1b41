"""A relaxation made tight, round after round, in the process that solves it.

    solve; look for cuts at its point; add them and solve again, from where simplex stands;
    until no cut is found, a round gains little, or the time is up

Each round proves a bound, computed from its duals alone (`evaluate.bound_of`), and reports it.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from lynchpin.solve.contracts import Basis, Cuts, Problem, Progress, Solution, Status, Vector, with_cuts
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.job import Arrays, Job

ENOUGH = 0.005  # gain of a round, as a share of all gains so far, below which there is no other one
PHASE = "cuts"

Report = Callable[[Progress, Vector | None], None]


def tightened(
    highs: highspy.Highs,
    job: Job,
    *,
    run: Callable[[], None],
    answer: Callable[[], Solution],
    report: Report | None,
) -> Solution:
    """Return the solution of the tightest relaxation, with the cuts that hold there and where simplex ended.

    highs   has solved the relaxation
    run     solves what it holds within the limits of the job
    answer  returns what it found
    """
    assert job.cutter is not None
    simplex = job.settings.get("run_crossover") == "on"
    best, cuts, basis = answer(), list[Cuts](), list[Basis]()
    problem = problem_of(job.arrays)
    first = bound = proven(problem, best)
    while best.x is not None and best.status is Status.OPTIMAL:
        basis = [where(highs)] if simplex else []
        if report is not None:
            report(Progress(elapsed=time.monotonic() - job.began, phase=PHASE, bound=bound), None)
        found = job.cutter.cuts(best.x)
        if not len(found):
            break
        if simplex:
            highs.setOptionValue("solver", "simplex")
        _add(highs, found)
        run()
        later = answer()
        if later.status is not Status.OPTIMAL:
            break
        cuts.append(found)
        problem, best, before = with_cuts(problem, found), later, bound
        bound = max(bound, proven(problem, best))
        if bound - before <= ENOUGH * (bound - first):
            basis = [where(highs)] if simplex else []
            break
    return _with_rows(best, problem, len(job.arrays.row_lower), cuts, basis)


def _with_rows(best: Solution, problem: Problem, rows: int, cuts: list[Cuts], basis: list[Basis]) -> Solution:
    """Return a solution with the cuts that hold at its point with equality, and the duals of these."""
    if not cuts or best.x is None or best.row_duals is None:
        return replace(best, basis=basis[0] if basis else None)
    matrix: Any = problem.matrix
    slack = problem.row_upper[rows:] - (matrix @ best.x)[rows:]
    tight = np.flatnonzero((best.row_duals[rows:] != 0) | (np.abs(slack) < 1e-7))
    held = Cuts(matrix=matrix[rows:][tight], upper=problem.row_upper[rows:][tight])
    duals = np.concatenate([best.row_duals[:rows], best.row_duals[rows:][tight]])
    columns = len(problem.cost)
    places = np.concatenate([np.arange(columns + rows), columns + rows + tight])
    return replace(best, cuts=held, row_duals=duals, basis=basis[0][places] if basis else None)


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


def where(highs: highspy.Highs) -> Basis:
    """Return where simplex stands: the status of each column, then of each row."""
    basis: Any = highs.getBasis()
    return np.array([int(one) for one in (*basis.col_status, *basis.row_status)], dtype=np.uint8)


def put(highs: highspy.Highs, basis: Basis, columns: int) -> None:
    """Have simplex begin somewhere."""
    found: Any = highspy.HighsBasis()
    kinds = [highspy.HighsBasisStatus(kind) for kind in range(5)]
    found.col_status = [kinds[one] for one in basis[:columns].tolist()]
    found.row_status = [kinds[one] for one in basis[columns:].tolist()]
    found.valid = True
    highs.setBasis(found)


def _add(highs: highspy.Highs, cuts: Cuts) -> None:
    """Add rows to what HiGHS holds."""
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

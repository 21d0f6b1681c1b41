"""A problem without what is decided: fixed columns, columns that a row forces, and empty rows.

A row whose least activity equals its upper limit holds every one of its columns at the bound that gives
that least: with use[m,v] fixed at 0, the row  sum buy <= Vmax use  forces all its flows to 0. Repeated until
nothing moves, this leaves of a neighbourhood only what is open in it, before it travels to another process.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Flags, Positions
from lynchpin.solve.contracts import Cuts, Problem, SparseMatrix, Vector

ROUNDS = 8
CLOSE = 1e-9  # relative distance at which a limit is met, and of bounds that decide a column
WRONG = 1e-6  # relative distance by which a limit may be missed for rounding alone


@dataclass(frozen=True, eq=False)
class Shrunk:
    """What is left of a problem.

    problem   the smaller problem, with the same value at matching points; None where a row cannot hold
    columns   position of each of its columns in the problem it came from
    rows      position of each of its rows there
    fixed     value of every column of that problem, right where it was decided (n)
    """

    problem: Problem | None
    columns: Positions
    rows: Positions
    fixed: Vector

    def whole(self, x: Vector) -> Vector:
        """Return a solution of the smaller problem as one of the problem it came from."""
        found = self.fixed.copy()
        found[self.columns] = x
        return found

    def of(self, cuts: Cuts) -> Cuts:
        """Return rows of the problem it came from as rows of the smaller one."""
        matrix: Any = cuts.matrix
        return Cuts(matrix=matrix.tocsr()[:, self.columns], upper=cuts.upper - matrix @ self.fixed)


def shrunk(problem: Problem, lower: Vector, upper: Vector) -> Shrunk:
    """Return a problem with other bounds, without what those bounds decide.

    lower, upper  of every column (n), within the problem's own
    """
    matrix = cast(Any, problem.matrix).tocsr()
    lower, upper = lower.copy(), upper.copy()
    feasible = _force(matrix, problem, lower, upper)
    open_ = upper - lower > CLOSE
    fixed = np.where(open_, 0.0, lower)
    columns = np.flatnonzero(open_)
    if not feasible:
        return Shrunk(None, columns, np.zeros(0, dtype=np.int64), fixed)
    small, rows = part(replace(problem, lower=lower, upper=upper), columns, fixed)
    return Shrunk(small, columns, rows, fixed)


def part(problem: Problem, columns: Positions, fixed: Vector) -> tuple[Problem, Positions]:
    """Return what some columns of a problem make with the others held, and the rows that they are in.

    fixed  value of every column, nought for those that stay (n)
    """
    matrix = cast(Any, problem.matrix).tocsr()
    used, rest = matrix @ fixed, matrix[:, columns]
    rows = np.flatnonzero(np.diff(rest.indptr) > 0)
    small = replace(
        problem,
        cost=problem.cost[columns],
        lower=problem.lower[columns],
        upper=problem.upper[columns],
        integer=problem.integer[columns],
        matrix=cast(SparseMatrix, sparse.csr_array(rest[rows])),
        row_lower=problem.row_lower[rows] - used[rows],
        row_upper=problem.row_upper[rows] - used[rows],
        offset=problem.offset + float(problem.cost @ fixed),
        column_name="column {}".format,
        row_name="row {}".format,
    )
    return small, rows


def _force(matrix: Any, problem: Problem, lower: Vector, upper: Vector) -> bool:
    """Move the bounds of forced columns onto each other, in place; False where a row cannot hold."""
    positive, negative = matrix.maximum(0), matrix.minimum(0)
    slack = 1.0 + np.maximum(_finite(problem.row_lower), _finite(problem.row_upper))
    for turn in range(ROUNDS + 1):
        least = positive @ lower + negative @ upper
        most = positive @ upper + negative @ lower
        above, below = least - problem.row_upper, problem.row_lower - most
        if (above > WRONG * slack).any() or (below > WRONG * slack).any():
            return False
        open_ = upper - lower > CLOSE
        full = matrix[np.flatnonzero(above >= -CLOSE * slack)]
        empty = matrix[np.flatnonzero(below >= -CLOSE * slack)]
        down = _touched(full, sign=1) | _touched(empty, sign=-1)
        up = _touched(full, sign=-1) | _touched(empty, sign=1)
        moved = open_ & (down ^ up)
        if turn == ROUNDS or not moved.any():
            break
        upper[moved & down] = lower[moved & down]
        lower[moved & up] = upper[moved & up]
    return True


def _finite(limits: Vector) -> Vector:
    """Return the size of limits, nought where there is none."""
    return np.where(np.isfinite(limits), np.abs(limits), 0.0)


def _touched(rows: Any, *, sign: int) -> Flags:
    """Return which columns have an entry of a sign in the rows."""
    found = np.zeros(rows.shape[1], dtype=np.bool_)
    found[rows.indices[rows.data * sign > 0]] = True
    return found

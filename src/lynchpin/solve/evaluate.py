"""What duals prove, recomputed from the arrays alone.

For any duals y of the rows, clipped to the sign that their rows allow,

    L(y) = offset + sum_i y[i] b[i] + sum_j min over lower[j] <= x[j] <= upper[j] of (cost - A' y)[j] x[j]

with b[i] the lower limit of row i where y[i] > 0 and the upper limit where y[i] < 0, is no more than the
least value of the problem, linear or mixed-integer. Nothing here depends on how y was found: a rough dual
gives a weak bound, never a wrong one.
"""

import math
from typing import Any, cast

import numpy as np

from lynchpin.solve.contracts import Problem, Vector


def clipped(duals: Vector, row_lower: Vector, row_upper: Vector) -> Vector:
    """Return duals without what their rows do not allow: none above nought without a lower limit."""
    wrong = ((duals > 0) & np.isneginf(row_lower)) | ((duals < 0) & np.isposinf(row_upper))
    return np.where(wrong | ~np.isfinite(duals), 0.0, duals)


def at_rows(duals: Vector, row_lower: Vector, row_upper: Vector) -> float:
    """Return sum y b of clipped duals."""
    held = np.where(duals > 0, row_lower, np.where(duals < 0, row_upper, 0.0))
    return math.fsum((duals * held).tolist())


def bound_of(problem: Problem, duals: Vector) -> float:
    """Return L(y): no solution of the problem is below it; `-inf` where duals or a column have no limit.

    duals  one number a row (m), of any origin

    What rounding may have added is taken off: the size of everything that was summed, times its count.
    """
    y = clipped(duals, problem.row_lower, problem.row_upper)
    matrix = cast(Any, problem.matrix)
    with np.errstate(invalid="ignore", over="ignore"):
        reduced: Vector = problem.cost - matrix.T @ y
        at = np.where(reduced > 0, problem.lower, problem.upper)
        least = np.where(reduced == 0, 0.0, reduced * at)
        held = np.where(y > 0, problem.row_lower, np.where(y < 0, problem.row_upper, 0.0))
        rows = y * held
        most = np.where(np.isfinite(at), np.abs(at), 0.0)
        size = np.abs(rows).sum() + ((np.abs(problem.cost) + abs(matrix).T @ np.abs(y)) * most).sum()
    if not (np.isfinite(rows).all() and np.isfinite(least).all() and np.isfinite(size)):
        return -math.inf
    longest = int(np.diff(matrix.tocsc().indptr).max(initial=0)) + 2
    error = longest * float(np.finfo(np.float64).eps) * float(size)
    return math.fsum([problem.offset, *rows.tolist(), *least.tolist()]) - error

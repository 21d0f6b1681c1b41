"""What duals prove, recomputed from the arrays alone.

For any duals y of the rows, clipped to the sign that their rows allow,

    L(y) = offset + sum_i y[i] b[i] + sum_j min over lower[j] <= x[j] <= upper[j] of (cost - A' y)[j] x[j]

with b[i] the lower limit of row i where y[i] > 0 and the upper limit where y[i] < 0, is no more than the
least value of the problem, linear or mixed-integer. Nothing here depends on how y was found: a rough dual
gives a weak bound, never a wrong one.
"""

import math

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
    """Return L(y): no solution of the problem is below it; `-inf` where a column has no limit that it needs.

    duals  one number a row (m), of any origin
    """
    y = clipped(duals, problem.row_lower, problem.row_upper)
    reduced = problem.cost - problem.matrix.T @ y  # type: ignore[operator]
    with np.errstate(invalid="ignore"):
        least = np.where(reduced > 0, reduced * problem.lower, reduced * problem.upper)
    least = np.where(reduced == 0, 0.0, least)
    return math.fsum([problem.offset, at_rows(y, problem.row_lower, problem.row_upper), *least.tolist()])

"""From a mixed-integer solution to the linear problem that gives it its true value.

A solver calls 0.999999 integral, and a limit `flow <= M · open` then leaks M · 1e-6. So: round the integral
columns, fix them, solve the rest again.
"""

from dataclasses import replace

import numpy as np

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import Problem, Vector

FARTHEST = 1e-4  # from an integral value, in units of the column


def round_and_fix(problem: Problem, x: Vector) -> Problem:
    """Return the linear problem in which each integral column is fixed at its rounded value.

    x  value of each column (n), as in `Solution.x`

    Raises SolveError, naming the column, when one is farther than 1e-4 from an integral value or when its
    rounded value is past its limits.
    """
    chosen = np.flatnonzero(problem.integer)
    values, whole = x[chosen], np.round(x[chosen])
    past = np.maximum(problem.lower[chosen] - whole, whole - problem.upper[chosen])
    for fault, distance in (
        ("is not integral", np.abs(values - whole)),
        ("is past its limits when rounded", past),
    ):
        wrong = ~(distance <= FARTHEST)
        if wrong.any():
            worst = int(np.argmax(distance))
            raise SolveError(
                f"the solution {fault} here and in {np.count_nonzero(wrong) - 1} other columns",
                thing=problem.column_name(int(chosen[worst])),
                value=float(values[worst]),
                cure="Solve again with another seed, and look for coefficients of very different size.",
            )
    lower, upper = problem.lower.copy(), problem.upper.copy()
    lower[chosen] = upper[chosen] = whole
    return replace(problem, lower=lower, upper=upper, integer=np.zeros_like(problem.integer))

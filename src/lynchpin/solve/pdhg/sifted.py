"""Steps on the columns that are not sure to stay where they stand.

Near its solution most columns of a large relaxation stand at a limit, with a reduced cost r = c − A' y that
holds them there. Steps leave those out, and rows that no other column is in, whose duals stay as they are.
Nothing is lost by it: bounds are those of the whole problem. What columns that are left out with the wrong
sign of r cost them,

    Σ |r| (upper − lower)

tells when to choose anew.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Vector
from lynchpin.solve.contracts import Problem
from lynchpin.solve.evaluate import clipped
from lynchpin.solve.pdhg.steps import Steps
from lynchpin.solve.shrink import part

SURE = 0.03  # reduced cost, as a share of what it is the sum of, from which a column stays at its limit
AT = 1e-7  # distance from a limit, as a share of the way between both
LOOK = 250  # steps between two looks at the columns that are left out
COSTS = 5e-4  # of the value of the duals, what these may cost before they are chosen anew


class Sifted:
    """Steps of a problem from a point and duals, as `Steps`."""

    def __init__(self, problem: Problem, x: Vector, duals: Vector, *, weight: float, taken: int) -> None:
        self._problem = problem
        self._matrix: Any = sparse.csr_array(cast(Any, problem.matrix))
        self._sizes: Any = abs(self._matrix)
        self._choose(
            np.clip(x, problem.lower, problem.upper),
            clipped(duals, problem.row_lower, problem.row_upper),
            weight,
            taken,
        )

    @property
    def x(self) -> Vector:
        """Return the point (n)."""
        found = self._x.copy()
        found[self._columns] = self._steps.x
        return found

    @property
    def duals(self) -> Vector:
        """Return the duals of the rows (m)."""
        found = self._duals.copy()
        found[self._rows] = self._steps.duals
        return found

    @property
    def weight(self) -> float:
        """Return ω of the problem as it is, not scaled."""
        return self._steps.weight

    @property
    def taken(self) -> int:
        """Return the steps so far."""
        return self._steps.taken

    @property
    def left_out(self) -> int:
        """Return how many columns are left out."""
        return int(self._out.sum())

    def run(self, count: int, *, stopped: Callable[[], bool]) -> None:
        """Take about so many steps, fewer where asked to stop."""
        end = self.taken + count
        while self.taken < end and not stopped():
            self._steps.run(min(LOOK, end - self.taken), stopped=stopped)
            if self._is_mistaken():
                self._choose(self.x, self.duals, self.weight, self.taken)

    def _choose(self, x: Vector, duals: Vector, weight: float, taken: int) -> None:
        """Choose columns and rows where the steps stand."""
        problem, self._x, self._duals = self._problem, x, duals
        reduced = problem.cost - self._matrix.T @ duals
        sure = SURE * (np.abs(problem.cost) + self._sizes.T @ np.abs(duals))
        wide = problem.upper - problem.lower
        low = (x - problem.lower <= AT * wide) & (reduced > sure)
        high = (problem.upper - x <= AT * wide) & (reduced < -sure)
        self._out = (low | high) & np.isfinite(wide)
        self._columns = np.flatnonzero(~self._out)
        few, self._rows = part(problem, self._columns, np.where(self._out, x, 0.0))
        self._steps = Steps(few, balance=0.0, weight=weight, taken=taken)
        self._steps.begin(x[self._columns], duals[self._rows])

    def _is_mistaken(self) -> bool:
        """Return whether columns that are left out cost the bound much."""
        problem, out, duals = self._problem, self._out, self.duals
        reduced: Vector = (problem.cost - self._matrix.T @ duals)[out]
        wide = (problem.upper - problem.lower)[out]
        low = self._x[out] - problem.lower[out] <= AT * wide
        wrong = np.maximum(np.where(low, -reduced, reduced), 0.0)
        return float(wrong @ wide) > COSTS * abs(float(problem.cost @ self.x))

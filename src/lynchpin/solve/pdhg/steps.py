"""A linear problem solved by primal-dual hybrid gradient steps, restarted.

With z = (x, y) and the saddle point of min over x, max over y of  cost · x + y · (limits of rows − A x), a
step T(z) is

    x' = x − τ (cost − A' y), brought into its limits
    y' = y − σ A (2 x' − x), brought to the sign that its row allows

with τ = η / ω, σ = η ω, η below 1 / ‖A‖. Points of an epoch are drawn to where it began,

    z⁺ = (k + 1) / (k + 2) (2 T(z) − z) + 1 / (k + 2) z⁰

and an epoch ends where ‖z − T(z)‖ has fallen enough; then ω is set so that x and y move alike. This is the
reflected Halpern iteration of Lu and Yang (2024), with restarts as in cuPDLPx (Lu, Peng, Yang 2025), after
PDLP (Applegate and others 2021). A step costs two products with the matrix, whatever the problem's size does
to a factorisation; what comes out is rough. Here that is no harm: `evaluate.bound_of` makes a bound of any
duals.
"""

import math
from collections.abc import Callable

import numpy as np

from lynchpin.model.vectors import Vector
from lynchpin.solve.contracts import Problem
from lynchpin.solve.pdhg.kernels import product, steps
from lynchpin.solve.pdhg.scaling import Scaled

CHECK = 50  # steps between two looks at ‖z − T(z)‖
ENOUGH, SOME, LONG = 0.2, 0.8, 0.36  # falls of it that end an epoch; its length as a share of all steps
VISITS = 1e8  # entries of the matrix between two looks at the clock: some tenths of a second
AT_ONCE = 0.99  # how much of the way to the balanced ω each epoch goes at first
WEIGHT, WIDEST = 0.5, 1e4  # ω at first, and how far from one it may go
STILL = 1e-8  # way of x or y in an epoch, of norms about one, that says nothing of ω


class Steps:
    """Where the steps for a problem stand.

    balance  how much of the way to the balanced ω each epoch goes, nought with ω that stays
    taken    steps so far, those for a problem before this one included
    """

    def __init__(
        self, problem: Problem, *, balance: float = AT_ONCE, weight: float | None = None, taken: int = 0
    ) -> None:
        """Stand at nought; `weight` is that of an alike problem, if known."""
        self._scaled = Scaled.of(problem)
        rows, columns = problem.matrix.shape
        self.balance, self.taken = balance, taken
        self._weight = WEIGHT if weight is None else _within(weight / self._scaled.unit)
        self.begin(np.zeros(columns), np.zeros(rows))

    @property
    def weight(self) -> float:
        """Return ω of the problem as it is, not scaled."""
        return self._weight * self._scaled.unit

    @property
    def x(self) -> Vector:
        """Return the point, which breaks rows by a little (n)."""
        return self._epoch.reached[0] * self._scaled.of_x

    @property
    def duals(self) -> Vector:
        """Return the duals of the rows (m)."""
        return self._epoch.reached[1] * self._scaled.of_y

    def begin(self, x: Vector, duals: Vector) -> None:
        """Go on from a point and duals."""
        _, lower, upper, _, _ = self._scaled.limits
        here: Vector = np.clip(x / self._scaled.of_x, lower, upper)
        self._epoch = _Epoch(self._scaled, self._weight, here, duals / self._scaled.of_y)

    def run(self, count: int, *, stopped: Callable[[], bool]) -> None:
        """Take about so many steps, fewer where asked to stop; an epoch with ω as it is goes on later."""
        end = self.taken + count
        while self.taken < end and not stopped():
            over = self._epoch.advance(CHECK, stopped)
            self.taken += CHECK
            over = over or self._epoch.length >= LONG * self.taken
            if over or (self.taken >= end and self.balance > 0):
                self._weight = _within(self._weight * math.exp(-self.balance * self._epoch.imbalance))
                self._epoch = _Epoch(self._scaled, self._weight, *self._epoch.reached)


def _within(weight: float) -> float:
    return min(max(weight, 1.0 / WIDEST), WIDEST)


class _Epoch:
    """Steps from one restart to the next.

    reached    T of the last point: better than the point itself
    length     steps so far
    imbalance  logarithm of ω ‖x − x⁰‖ / ‖y − y⁰‖, nought where either hardly moved
    """

    def __init__(self, scaled: Scaled, weight: float, x: Vector, y: Vector) -> None:
        self._scaled, self._weight = scaled, weight
        self._x, self._y = x.copy(), y.copy()
        self._anchor = x, y
        self.reached = x, y
        self.length = 0
        self._first = self._last = math.inf

    @property
    def imbalance(self) -> float:
        moved = [
            float(np.linalg.norm(to - start)) for to, start in zip(self.reached, self._anchor, strict=True)
        ]
        return math.log(self._weight * moved[0] / moved[1]) if min(moved) > STILL else 0.0

    def advance(self, count: int, stopped: Callable[[], bool]) -> bool:
        """Take so many steps; return whether the epoch is over."""
        if not self.length:
            self._first = self._error()
        piece = max(1, int(VISITS / max(len(self._scaled.rows[2]), 1)))
        left = count - 1
        while left > 0 and not stopped():
            self._step(min(piece, left))
            left -= piece
        error = self._error()
        over = error <= ENOUGH * self._first or (error <= SOME * self._first and error > self._last)
        self._last = error
        return over

    def _step(self, count: int) -> tuple[Vector, Vector]:
        """Take steps; return what the last one reached, as the kernel leaves it."""
        to_x, to_y = np.empty_like(self._x), np.empty_like(self._y)
        scaled, (anchor_x, anchor_y) = self._scaled, self._anchor
        steps(
            self.length,
            count,
            scaled.step,
            self._weight,
            scaled.rows,
            scaled.columns,
            scaled.limits,
            self._x,
            self._y,
            anchor_x,
            anchor_y,
            to_x,
            to_y,
        )
        self.length += count
        return to_x, to_y

    def _error(self) -> float:
        """Take a step; return ‖z − T(z)‖ in the norm in which T contracts."""
        x, y = self._x.copy(), self._y.copy()
        reflected, to_y = self._step(1)
        to_x = 0.5 * (reflected + x)
        self.reached = to_x, to_y
        by_x, by_y, rows = to_x - x, to_y - y, np.empty_like(y)
        product(self._scaled.rows, by_x, rows)
        eta, weight = self._scaled.step, self._weight
        square = weight / eta * (by_x @ by_x) - 2.0 * (by_y @ rows) + (by_y @ by_y) / (eta * weight)
        return math.sqrt(max(float(square), 0.0))

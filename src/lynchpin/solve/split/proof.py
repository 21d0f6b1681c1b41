"""The line of work that proves how good a plan can be.

root             its duals alone prove a bound, whatever they are worth; those of a plan to begin from are
                 tried before it, those of a run that was cut off in its place
blocks at prices each block's search proves more than its part of the root; the sum is a bound all the time
branch and cut   on what reduced costs leave, where the form is small enough for it
"""

from dataclasses import replace
from typing import Any, cast

import numpy as np

from lynchpin.solve.contracts import Problem, Progress, Status, Vector
from lynchpin.solve.split.contracts import Line, Stretch, Task
from lynchpin.solve.split.evaluate import bound_of, clipped
from lynchpin.solve.split.parts import Root
from lynchpin.solve.split.stage import Stage

MANY = 80_000  # columns from which branch and cut has no root in reasonable time
FINE = 0.05  # distance from a block's best, as a share of the gap that was asked for
BLOCK_SECONDS = 60.0
STAGES = 2  # times that a form is sharpened
NEAR = 0.1  # gap up to which the prices of an earlier plan's search are worth trying first
NOTE = "root duals"  # kept with the plan, in currency
FROM_ROOT = "duals of the aggregate form's root"
FROM_BLOCKS = "blocks at prices, each by branch and cut"
FROM_TREE = "branch and cut on the aggregate form, a relaxation"
TREE = "branch and cut"


class Proof:
    """Proves bounds on a stage, for the standing of a search."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._parts, self._standing = stage, stage.parts, stage.parts.standing
        self._floor = -np.inf
        self._gains = np.zeros(0)
        self._own = np.zeros(0)
        self._barred = -np.inf

    def line(self) -> Line:
        """Prove what can be proven."""
        duals: Vector | None = None
        for _ in range(STAGES):
            duals = yield from self._at_prices()
            if duals is None:
                break
            while self._standing.best is None and not self._stage.planned:
                yield []
            if not self._stage.sharpen():
                break
            self._parts = self._stage.parts
        else:
            duals = yield from self._at_prices()
        if duals is not None and self._standing.best is not None and len(self._parts.problem.cost) <= MANY:
            yield from self._branch(duals)
        self._stage.proven = True

    def _at_prices(self) -> Stretch[Vector | None]:
        """Solve the root of the stage's form and every block at its prices; return the prices, if any."""
        parts = self._parts
        root = yield from parts.root("root")
        if not isinstance(root, Root):
            if root.status is Status.INFEASIBLE:
                self._standing.last = root
            return None
        duals = root.duals
        self._gains = np.zeros(parts.blocks.count)
        self._floor = bound_of(parts.problem, duals)
        self._lower(self._floor, FROM_ROOT)
        priced = [parts.blocks.priced(block, duals) for block in range(parts.blocks.count)]
        self._own = np.array([self._part_of(block, part, duals) for block, part in enumerate(priced)])
        seconds = max(BLOCK_SECONDS, root.solution.seconds)
        limits = parts.limits(FINE * parts.options.gap * abs(self._floor), seconds)
        answers = yield [
            Task(name=f"block {name}", problem=part, options=limits)
            for name, part in zip(parts.names, priced, strict=True)
        ]
        for block, answer in enumerate(answers):
            self._gain(block, answer.bound)
        return duals

    def news(self, task: Task, progress: Progress, x: Vector | None) -> None:
        """Take the bound, and the better plan, of a search that is still running."""
        if task.name == TREE:
            self._prove(progress.bound)
            if x is not None and self._parts.form.contribution(x) > (self._standing.value or -np.inf):
                self._standing.take(self._parts.form.values(x))
        for block, name in enumerate(self._parts.names):
            if task.name == f"block {name}":
                self._gain(block, progress.bound)

    def _part_of(self, block: int, priced: Problem, duals: Vector) -> float:
        """Return what the root's duals prove of a block at prices."""
        own = np.zeros(len(priced.row_lower))
        rows = self._parts.blocks.rows[block]
        own[: len(rows)] = duals[rows]
        return bound_of(priced, own)

    def _gain(self, block: int, bound: float) -> None:
        """Take what the search of a block proves beyond its part of the root's bound."""
        gain = bound - self._own[block]
        if np.isfinite(gain) and gain > self._gains[block]:
            self._gains[block] = gain
            self._lower(self._floor + float(self._gains.sum()), FROM_BLOCKS)

    def _lower(self, least: float, known_from: str) -> None:
        self._standing.lower(-least * self._parts.form.money, known_from)

    def _branch(self, duals: Vector) -> Line:
        """Search what is left of the form by branch and cut, from the best plan."""
        form, options = self._parts.form, self._parts.options
        problem = self._narrowed(duals)
        limits = self._parts.limits(0.5 * options.gap * abs(self._floor), None)
        start = np.full(len(problem.cost), np.nan)
        for column, value in form.start(self._standing.best or {}).items():
            start[column] = value
        task = Task(name=TREE, problem=problem, options=replace(limits, heuristics=False), start=start)
        (answer,) = yield [task]
        self._prove(answer.bound)
        if answer.x is not None:
            self._standing.take(form.values(answer.x))

    def _narrowed(self, duals: Vector) -> Problem:
        """Return the form without what cannot be part of a better plan than the best one now.

        A column whose reduced cost, on top of what the other blocks have gained, lifts the root's bound above
        the best plan stays where it is. What is proven then is: no plan is better than the best one now and
        the bound of what is left, whichever is more.
        """
        problem, blocks, value = self._parts.problem, self._parts.blocks, self._standing.value
        assert value is not None
        y = clipped(duals, problem.row_lower, problem.row_upper)
        reduced = problem.cost - cast(Any, problem.matrix).T @ y
        others = self._gains.sum() - self._gains[blocks.owner]
        room = np.maximum(-value / self._parts.form.money - self._floor - others, 0.0)
        span = problem.upper - problem.lower
        fixed = problem.integer & (np.abs(reduced) * span > room * (1 + 1e-6) + 1e-6)
        self._barred = value
        return replace(
            problem,
            lower=np.where(fixed & (reduced < 0), problem.upper, problem.lower),
            upper=np.where(fixed & (reduced > 0), problem.lower, problem.upper),
        )

    def _prove(self, bound: float) -> None:
        """Take a bound of what was left of the form."""
        self._standing.lower(max(-bound * self._parts.form.money, self._barred), FROM_TREE)

"""A large relaxation made tight while it is being solved.

    steps; a bound from the duals as they are; cuts at the point as it is; more steps, from there

Nothing waits for a solution: cuts hold wherever they were found, and a bound holds for any duals. Cuts that
have no dual and leave room are let go before others come. Ends when some rounds gain little, or when the time
is up. A bound beyond anything that the limits of the columns allow proves that there is no solution.
"""

import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np

from lynchpin.model.vectors import Flags, Vector
from lynchpin.solve.contracts import (
    Cuts,
    Cutter,
    Problem,
    Progress,
    Solution,
    Standpoint,
    Status,
    Trail,
    with_cuts,
)
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.job import Job
from lynchpin.solve.pdhg.sifted import Sifted
from lynchpin.solve.pdhg.steps import Steps
from lynchpin.solve.tightening import PHASE, problem_of

FIRST, EACH = 2000, 1000  # steps before the first cuts, and between two rounds
SOON, MUCH = 300, 1e-3  # steps at a time, as long as these gain much, where there are cuts to begin with
FAR, MORE = (
    0.1,
    5,
)  # distance of point and duals, as a share, from which cuts wait for more steps, and how often
LAST = 20_000  # steps where nobody knows cuts
ENOUGH = 0.003  # gain of a round, as a share of all gains so far, that is little
PATIENT, HASTY = 4, 2  # such rounds in a row that are the last ones: bounds swing; where other steps follow
IDLE = 1e-2  # room in a row without a dual from which it is let go
ROUGH = "first-order steps end at a rough point"

Report = Callable[[Progress, Vector | None], None]
Taken = Steps | Sifted


def approached(
    job: Job, *, report: Report | None = None, asked: Callable[[], bool] | None = None
) -> Solution:
    """Return what steps and cuts prove of a linear problem: bound, duals, cuts, and the trail to their point.

    report  told of each round's bound and trail
    asked   whether to stop; looked at some times a second
    """
    return _Rounds(job, report, asked).run()


class _Rounds:
    """The rounds of one job.

    problem  with the cuts that are held now
    bound    the best one, and the duals and the cuts that prove it
    """

    def __init__(self, job: Job, report: Report | None, asked: Callable[[], bool] | None) -> None:
        self._job, self._report, self._asked = job, report, asked
        self._problem = problem_of(job.arrays)
        self._rows = len(self._problem.row_upper)
        self._bound, self._proof = -math.inf, (np.zeros(self._rows), self._problem)
        self._first = -math.inf
        self._trail: Trail | None = None
        self._most = _most(self._problem)

    def run(self) -> Solution:
        """Take steps and look for cuts, in turn."""
        steps = self._begun()
        if steps is None:
            steps = self._first_steps()
            self._look(steps)
        else:  # whatever costs have changed, it proves something as it stands, and more after few steps
            self._look(steps)
            steps.run(SOON, stopped=self._is_over)
            while not self._is_over() and self._look(steps) > MUCH * abs(self._bound):
                steps.run(SOON, stopped=self._is_over)
            self._first = self._bound
        enough, most = (ENOUGH, PATIENT) if self._job.enough is None else (self._job.enough, HASTY)
        idle, gained = 0, math.inf
        while True:
            idle = idle + 1 if gained <= enough * (self._bound - self._first) else 0
            done = idle >= most or self._bound > self._most or self._is_over()
            if done or self._job.cutter is None:
                return self._solution()
            steps = self._cut(steps, self._job.cutter)
            steps.run(EACH, stopped=self._is_over)
            gained = self._look(steps)

    def _begun(self) -> Taken | None:
        """Return steps that go on from where a trail ends, None without one that fits."""
        trail = self._job.trail
        if trail is None or trail.steps is None or not self._fits(trail.points):
            return None
        stood = trail.steps
        problem = with_cuts(self._problem, stood.cuts)
        if stood.duals.shape != problem.row_upper.shape or not np.isfinite(stood.duals).all():
            return None
        self._problem = problem
        return Sifted(problem, trail.points[-1], stood.duals, weight=stood.weight, taken=FIRST)

    def _first_steps(self) -> Steps:
        """Return steps that were taken until cuts are of use."""
        steps, trail = Steps(self._problem), self._job.trail
        if trail is not None and self._fits(trail.points):
            steps.begin(trail.points[-1], np.zeros(self._rows))
        steps.run(FIRST if self._job.cutter is not None else LAST, stopped=self._is_over)
        for _ in range(MORE):
            if not self._is_far(steps):
                break
            steps.run(EACH, stopped=self._is_over)
        return steps

    def _fits(self, points: Vector) -> bool:
        """Return whether points are of the columns of the problem, the last one a number in each."""
        columns = self._problem.cost.shape
        return len(points) > 0 and points.shape[1:] == columns and bool(np.isfinite(points[-1]).all())

    def _is_far(self, steps: Taken) -> bool:
        """Return whether point and duals disagree so much that cuts at the point would be of no use."""
        bound = bound_of(self._problem, steps.duals)
        value = self._problem.offset + float(self._problem.cost @ steps.x)
        return abs(value - bound) > FAR * abs(bound)

    def _is_over(self) -> bool:
        deadline = self._job.deadline
        late = deadline is not None and time.monotonic() > deadline
        return late or (self._asked is not None and self._asked())

    def _look(self, steps: Taken) -> float:
        """Take the bound of the duals as they are; return by how much it is better than the best."""
        duals, before = steps.duals, self._bound
        bound = bound_of(self._problem, duals)
        if bound > before:
            self._bound, self._proof = bound, (duals, self._problem)
        if not math.isfinite(before):
            self._first = self._bound
        cuts, used = self._cuts(duals, self._problem)
        self._trail = Trail(
            points=steps.x[None, :], steps=Standpoint(duals=used, cuts=cuts, weight=steps.weight)
        )
        if self._report is not None:
            elapsed = time.monotonic() - self._job.began
            told = Progress(elapsed=elapsed, phase=PHASE, bound=self._bound, trail=self._trail)
            self._report(told, None)
        return self._bound - before if math.isfinite(before) else math.inf

    def _cut(self, steps: Taken, cutter: Cutter) -> Taken:
        """Change cuts for those that the point breaks; return steps that go on, these without such cuts."""
        x, duals = steps.x, steps.duals
        cuts = cutter.cuts(x)
        if not len(cuts):
            return steps
        kept = self._kept(x, duals)
        self._problem = with_cuts(_with_rows(self._problem, kept), cuts)
        started = np.concatenate([duals[kept], np.zeros(len(cuts))])
        return Sifted(self._problem, x, started, weight=steps.weight, taken=steps.taken)

    def _kept(self, x: Vector, duals: Vector) -> Flags:
        """Return the problem's own rows, and cuts that have a dual or little room (m)."""
        matrix: Any = self._problem.matrix
        kept = np.ones(len(duals), dtype=np.bool_)
        upper = self._problem.row_upper[self._rows :]
        room = upper - (matrix @ x)[self._rows :]
        kept[self._rows :] = (duals[self._rows :] != 0) | (room < IDLE * np.maximum(1.0, np.abs(upper)))
        return kept

    def _solution(self) -> Solution:
        """Return the best bound with its duals and cuts; there is no point that keeps all rows."""
        if self._bound > self._most:
            return Solution(status=Status.INFEASIBLE, bound=math.inf)
        cuts, duals = self._cuts(*self._proof)
        return Solution(
            status=Status.LIMIT,
            reason=ROUGH,
            row_duals=duals,
            cuts=cuts if len(cuts) else None,
            trail=self._trail,
            bound=self._bound,
        )

    def _cuts(self, duals: Vector, problem: Problem) -> tuple[Cuts, Vector]:
        """Return the cuts of a problem that have a dual, and the duals of its own rows and of these."""
        matrix: Any = problem.matrix
        used = self._rows + np.flatnonzero(duals[self._rows :])
        cuts = Cuts(matrix=matrix.tocsr()[used], upper=problem.row_upper[used])
        return cuts, np.concatenate([duals[: self._rows], duals[used]])


def _most(problem: Problem) -> float:
    """Return what no point within the limits of the columns costs more than, not a number without limits."""
    with np.errstate(invalid="ignore"):
        sides = np.stack([problem.cost * problem.lower, problem.cost * problem.upper])
        return problem.offset + float(sides.max(axis=0, initial=-np.inf).sum())


def _with_rows(problem: Problem, kept: Flags) -> Problem:
    """Return a problem with some of its rows."""
    if kept.all():
        return problem
    matrix: Any = cast(Any, problem.matrix)
    return replace(
        problem,
        matrix=matrix.tocsr()[kept],
        row_lower=problem.row_lower[kept],
        row_upper=problem.row_upper[kept],
    )

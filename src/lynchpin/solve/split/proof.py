"""The line of work that proves how good a plan can be.

cuts             a relaxation with cuts, round after round (`cuts`): most of the gap closes here. It is one of
                 the yearly form, solved by first-order steps where that is large (`pdhg`); these begin where
                 steps on the aggregate form ended (`refinement`)
branch and cut   on what that leaves, where the form is not large
A second line makes plans near the relaxations (`Proof.aside`).
where there may be no cuts, on the aggregate form, and again on a sharper one once there is a plan:
root             its duals alone prove a bound, whatever they are worth
blocks at prices each block's search proves more than its part of the root; the sum is a bound all the time

What is kept of an earlier search with the plan to begin from is tried first (`cutting`).
"""

from dataclasses import replace

import numpy as np

from lynchpin.solve.contracts import Problem, Progress, Status, Trail, Vector
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.forms import Form
from lynchpin.solve.split.contracts import Line, Stretch, Task
from lynchpin.solve.split.cutting import Cutting, Tight
from lynchpin.solve.split.parts import IMPLIED, Root
from lynchpin.solve.split.refinement import Refinement
from lynchpin.solve.split.stage import Stage

MANY = 200_000  # columns of the yearly form from which branch and cut does nothing in reasonable time
FINE = 0.05  # distance from a block's best, as a share of the gap that was asked for
BLOCK_SECONDS = 60.0
STAGES = 2  # times that a form is sharpened
FROM_ROOT = "duals of the aggregate form's root"
FROM_BLOCKS = "blocks at prices, each by branch and cut"
FROM_TREE = "branch and cut on the yearly form, scale on chords"
TREE = "branch and cut"
ROOT, CUTS, FIRST_CUTS = "root", "cuts", "cuts of the aggregate form"
SLOW = 20_000  # columns of the aggregate form from which steps on it come before those on the yearly form
SMALL = 0.15  # gain of a round on the aggregate form, as a share of all, after which it has done its part
ROUND, LAST_ROUND = "plan near the cuts", "plan near the tight relaxation"


class Proof:
    """Proves bounds on a stage and on the yearly form, for the standing of a search.

    last   whether to begin only when the plan line is at its end, where no clock may decide
    alone  whether there is one worker, who makes a plan first
    """

    def __init__(self, stage: Stage, yearly: Form, *, last: bool = False, alone: bool = False) -> None:
        self._last, self._alone = last, alone
        self._stage, self._parts, self._standing = stage, stage.parts, stage.parts.standing
        self._yearly = yearly
        self._floor = -np.inf
        self._gains = np.zeros(0)
        self._own = np.zeros(0)
        self._tight: Tight | None = None
        self._cutting = Cutting(stage.parts)
        stage.stepping = stage.parts.form.name if self._is_slow and not last else None

    def line(self) -> Line:
        """Prove what can be proven."""
        while not self._stage.planned and (self._last or (self._alone and self._standing.best is None)):
            yield []
        tight = yield from self._tight_yearly()
        if tight.solution is not None and tight.solution.status is Status.INFEASIBLE:
            self._standing.last = tight.solution
        elif not self._is_large:
            if self._last or self._alone:
                yield from self._cutting.rounded(tight, LAST_ROUND)
            yield from self._searched(tight.form, None)
        elif tight.solution is None:
            yield from self._stages()
        self._stage.proven = True

    def aside(self) -> Line:
        """Make plans near the relaxations, while they are being solved where that takes long.

        With savings of scale neighbourhoods find more in the same time.
        """
        if self._is_slow and not self._last and not self._is_scaled:
            yield []  # steps on the aggregate form are on their way
            self._cutting.cutter(self._yearly)
        if self._last or self._alone or self._is_large:
            return
        while self._is_slow and self._tight is None:
            if self._stage.followed and not self._is_scaled:
                yield from self._cutting.near(ROUND)
            else:
                yield []
        while self._tight is None:
            yield []
        yield from self._cutting.rounded(self._tight, LAST_ROUND if self._is_slow else ROUND)

    @property
    def _is_large(self) -> bool:
        """Whether the yearly form is too large for a tree."""
        return len(self._yearly.problem.cost) > MANY

    @property
    def _is_slow(self) -> bool:
        """Whether the yearly form is so large that steps on the aggregate form come first."""
        return len(self._parts.problem.cost) > SLOW

    def _tight_yearly(self) -> Stretch[Tight]:
        """Tighten the yearly form, with scale points where the best plan stands."""
        while self._is_slow and self._is_scaled and not self._stage.planned and self._standing.best is None:
            yield []
        self._yearly = self._stage.sharpened(self._yearly)
        begin = self._cutting.trail_of(self._yearly)
        if self._is_slow and (begin is None or begin.steps is None):
            begin = yield from self._first_steps()
        self._stage.stepping = self._yearly.name if self._is_slow else None
        self._tight = yield from self._cutting.tightened(
            self._yearly, CUTS, by_steps=self._is_slow, begin=begin
        )
        self._stage.stepping = None
        return self._tight

    def _first_steps(self) -> Stretch[Trail | None]:
        """Take steps on the aggregate form; return where those on the yearly form may begin."""
        form = self._parts.form
        if form.breaks != self._yearly.breaks:
            form = form.with_breaks(form.built.instance, self._yearly.breaks).without(*IMPLIED)
        way = Refinement.of(form, self._yearly)
        if way is None:
            return None
        tight = yield from self._cutting.tightened(form, FIRST_CUTS, by_steps=True, enough=SMALL)
        found = tight.solution
        if found is not None and found.status is Status.INFEASIBLE:
            self._standing.last = found
        if found is None or found.trail is None or found.trail.steps is None:
            return None
        self._stage.stands = form.values(found.trail.points[-1])
        return way.trail(found.trail.points[-1], found.trail.steps)

    @property
    def _is_scaled(self) -> bool:
        """Whether savings of scale have points to be found."""
        return len(self._parts.form.built.columns["mode"].frame) > 0

    def _stages(self) -> Line:
        """Prove at the prices of the stage's form, and of the sharper ones that follow it."""
        for number in range(1 + STAGES):
            duals = yield from self._root()
            if duals is None:
                return
            yield from self._blocks_at(duals)
            while self._standing.best is None and not self._stage.planned:
                yield []
            if number == STAGES or not self._stage.sharpen():
                return
            self._parts = self._stage.parts

    def _root(self) -> Stretch[Vector | None]:
        """Solve the root of the stage's form; return its duals, if any."""
        root = yield from self._parts.root(ROOT)
        if not isinstance(root, Root):
            if root.status is Status.INFEASIBLE:
                self._standing.last = root
            return None
        return root.duals

    def _blocks_at(self, duals: Vector) -> Line:
        """Search every block at prices, which is a bound by itself."""
        parts = self._parts
        self._floor = bound_of(parts.problem, duals)
        self._gains = np.zeros(parts.blocks.count)
        self._lower(self._floor, FROM_ROOT)
        priced = [parts.blocks.priced(block, duals) for block in range(parts.blocks.count)]
        self._own = np.array([self._part_of(block, part, duals) for block, part in enumerate(priced)])
        limits = parts.limits(FINE * parts.options.gap * abs(self._floor), BLOCK_SECONDS)
        answers = yield [
            Task(name=f"block {name}", problem=part, options=limits)
            for name, part in zip(parts.names, priced, strict=True)
        ]
        for block, answer in enumerate(answers):
            self._gain(block, answer.bound)

    def news(self, task: Task, progress: Progress, x: Vector | None) -> None:
        """Take the bound, and the better plan, of a search that is still running."""
        if self._cutting.news(task, progress, x):
            self._stage.stands = self._cutting.stands
            return
        if task.name == TREE:
            form = self._yearly
            self._standing.lower(-progress.bound * form.money, FROM_TREE)
            if x is not None:
                self._standing.take_if_better(form, x)
            return
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

    def _searched(self, form: Form, seconds: float | None) -> Line:
        """Search the yearly form by branch and cut, from the best plan if there is one yet."""
        options = self._parts.options
        close = 0.5 * options.gap * abs(self._standing.value or 0.0) / form.money
        limits = replace(self._parts.limits(close, seconds), gap=0.5 * options.gap, heuristics=False)
        start: Vector | None = None
        if self._standing.best is not None:
            start = np.full(len(form.problem.cost), np.nan)
            for column, value in form.start(self._standing.best).items():
                start[column] = value
        (answer,) = yield [Task(name=TREE, problem=form.problem, options=limits, start=start)]
        self._standing.lower(-answer.bound * form.money, FROM_TREE)
        if answer.status in (Status.INFEASIBLE, Status.UNBOUNDED):
            self._standing.last = answer
        if answer.x is not None:
            self._standing.take(form.values(answer.x))

"""The split method: what is asked in which order.

plan line   root by interior point; its duals price the links; every block at those prices gives a bound and a
            first point; then family steps and plant step by turns until neither moves anything; then
            neighbourhoods of the best plan while time lasts
proof line  branch and cut on what reduced costs leave of the aggregate form, once there is a plan

Both lines report to one `Standing`: each plan of the one leaves less for the other to search.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lynchpin.model.instance import Instance
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Problem, Progress, Solution, Status, Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.blocks import PLANTS, Blocks, owners
from lynchpin.solve.split.contracts import Line, Task
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.evaluate import bound_of
from lynchpin.solve.split.steps import Step, family_step, plant_step
from lynchpin.solve.standing import Standing

ROUNDS = 4  # of family steps and plant step
FINE = 0.05  # part of the asked gap to which a block or step is solved


class Split:
    """Searches the aggregate form of an instance in parts, for the standing of a search."""

    def __init__(
        self,
        instance: Instance,
        form: Form,
        *,
        options: SearchOptions,
        clock: Clock,
        standing: Standing,
    ) -> None:
        self._instance, self._form, self._options = instance, form, options
        self._clock, self._standing = clock, standing
        self._problem = form.problem
        self._blocks = Blocks.of(form.problem, owners(form.built, form.place, len(form.problem.cost)))
        self._names = ["plants and markets", *instance.names["family"]]
        self._duals: Vector | None = None
        self._gains = np.zeros(self._blocks.count)
        self._floor = -np.inf

    def run(self) -> None:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        with self._clock.phase("solve"), Crew(max(self._options.threads, 1)) as crew:
            crew.add(self._plan_line(), self._plan_news)
            crew.add(self._proof_line(), self._proof_news)
            while crew.busy and not self._standing.finished:
                try:
                    crew.turn()
                except KeyboardInterrupt:
                    self._standing.halted = True
                self._standing.tell(crew.doing)

    def _options_of(self, share: float, *, gap: float | None = None, **more: bool) -> SolveOptions:
        """Return options of a task that may take a share of the time that is left."""
        left = self._standing.left
        limit = None if left is None else max(share * left, 0.1)
        fine = FINE * self._options.gap * max(abs(self._floor + self._gains.sum()), 1e-9)
        return SolveOptions(
            time_limit=limit, gap=gap or 1e-9, close=fine if np.isfinite(fine) else 1e-6,
            seed=self._options.seed, **more,
        )  # fmt: skip

    # plans

    def _plan_line(self) -> Line:
        relaxed = replace(self._problem, integer=np.zeros_like(self._problem.integer))
        options = SolveOptions(method="ipm", crossover=False, time_limit=self._standing.left)
        (root,) = yield [Task(name="root", problem=relaxed, options=options)]
        if root.status is Status.INFEASIBLE:
            self._standing.last = root
        if root.row_duals is None:
            return
        self._duals = root.row_duals
        self._floor = bound_of(self._problem, root.row_duals)
        self._lower(self._floor, "duals of the aggregate form's root")
        answers = yield [self._block_task(block) for block in range(self._blocks.count)]
        for block, answer in enumerate(answers):
            self._gain(block, answer.bound)
        x = self._assembled(answers)
        if x is None:
            return
        yield from self._by_turns(x)

    def _block_task(self, block: int) -> Task:
        assert self._duals is not None
        problem = self._blocks.priced(block, self._duals)
        return Task(name=f"block {self._names[block]}", problem=problem, options=self._options_of(0.3))

    def _assembled(self, answers: Sequence[Solution]) -> Vector | None:
        """Return the blocks' solutions as one point, None where plants and markets have none."""
        if answers[PLANTS].x is None:
            return None
        x = np.clip(0.0, self._problem.lower, self._problem.upper)
        for block, answer in enumerate(answers):
            if answer.x is not None:
                x[self._blocks.columns[block]] = answer.x
        return x

    def _by_turns(self, x: Vector) -> Line:
        """Take family steps and plant steps by turns, from a point, until the plan stays as it is."""
        for _ in range(ROUNDS):
            before = self._standing.value
            steps = [
                family_step(self._blocks, block, x, self._duals) for block in range(1, self._blocks.count)
            ]
            answers = yield [
                self._step_task(f"family {self._names[1 + number]}", step, x)
                for number, step in enumerate(steps)
            ]
            for number, (step, answer) in enumerate(zip(steps, answers, strict=True)):
                if answer.x is not None:
                    columns = self._blocks.columns[1 + number]
                    x[columns] = step.whole(answer.x)[columns]
            self._standing.take(self._form.values(x))
            step = plant_step(self._form, self._blocks, x)
            if step.problem is None:
                return
            (answer,) = yield [self._step_task("plants and markets", step, x)]
            if answer.x is None:
                return
            x = step.whole(answer.x)
            self._standing.take(self._form.values(x))
            if self._standing.value == before:
                return

    def _step_task(self, name: str, step: Step, x: Vector) -> Task:
        assert step.problem is not None
        return Task(name=name, problem=step.problem, options=self._options_of(0.3))

    def _plan_news(self, task: Task, progress: Progress, _x: Vector | None) -> None:
        """Take the bound of a block that is still being searched."""
        for block, name in enumerate(self._names):
            if task.name == f"block {name}":
                self._gain(block, progress.bound)

    # proof

    def _gain(self, block: int, bound: float) -> None:
        """Take what the search of a block proves beyond its part of the root's bound."""
        assert self._duals is not None
        problem = self._blocks.priced(block, self._duals)
        own = np.concatenate(
            [self._duals[self._blocks.rows[block]], np.zeros(len(problem.row_lower))]
        )[: len(problem.row_lower)]
        gain = bound - bound_of(problem, own)
        if np.isfinite(gain) and gain > self._gains[block]:
            self._gains[block] = gain
            self._lower(self._floor + self._gains.sum(), "blocks at prices, each by branch and cut")

    def _lower(self, least: float, known_from: str) -> None:
        self._standing.lower(-least * self._form.money, known_from)

    def _proof_line(self) -> Line:
        while self._standing.value is None:
            yield []
        problem = self._narrowed()
        options = self._options_of(1.0, gap=0.5 * self._options.gap, heuristics=False)
        start = self._start()
        (answer,) = yield [Task(name="branch and cut", problem=problem, options=options, start=start)]
        self._prove(answer.bound)
        if answer.x is not None:
            self._standing.take(self._form.values(answer.x))

    def _start(self) -> Vector:
        assert self._standing.best is not None
        start = np.full(len(self._problem.cost), np.nan)
        for column, value in self._form.start(self._standing.best).items():
            start[column] = value
        return start

    def _narrowed(self) -> Problem:
        """Return the aggregate form without what cannot be part of a better plan.

        A column whose reduced cost alone lifts the root's bound above the best plan stays where it is.
        """
        problem, value = self._problem, self._standing.value
        if self._duals is None or value is None:
            return problem
        reduced = problem.cost - problem.matrix.T @ self._duals  # type: ignore[operator]
        spread = -value / self._form.money - self._floor
        others = self._gains.sum() - self._gains[self._blocks.owner]
        room = np.maximum(spread - others, 0.0)
        span = problem.upper - problem.lower
        fixed = problem.integer & (span > 0) & (np.abs(reduced) * span > room * (1 + 1e-6) + 1e-7)
        self._fixed_at = value
        lower, upper = problem.lower.copy(), problem.upper.copy()
        upper[fixed & (reduced > 0)] = problem.lower[fixed & (reduced > 0)]
        lower[fixed & (reduced < 0)] = problem.upper[fixed & (reduced < 0)]
        return replace(problem, lower=lower, upper=upper)

    def _prove(self, bound: float) -> None:
        value = self._fixed_at
        self._standing.lower(
            max(-bound * self._form.money, value), "branch and cut on the aggregate form, a relaxation"
        )

    def _proof_news(self, _task: Task, progress: Progress, x: Vector | None) -> None:
        self._prove(progress.bound)
        if x is not None and self._form.contribution(x) > (self._standing.value or -np.inf):
            self._standing.take(self._form.values(x))

"""The line of work that makes plans.

    alternation  volumes and sourcing by turns: a first plan, or a better one where there is one
    following    where first-order steps are on their way to a relaxation: sourcing at the volumes where they
                 stand, then the plant step
    steps        where there are none, or the alternation overlooked something, on a form that is not too
                 large, exact: the root of the likely candidates of each need; every block at the prices that
                 its duals put on links; family steps at the volumes of that point, then the plant step at the
                 families' choices
    search       neighbourhoods of the best plan, as long as there is time

Families choose from a *kernel*: what the root, the first point or the alternation found worth it. Every point
on the way is valued in the yearly form and verified; nothing here proves anything.
"""

import numpy as np

from lynchpin.model.vectors import Flags
from lynchpin.solve.contracts import Progress, Status, Vector
from lynchpin.solve.split.alternation import Alternation
from lynchpin.solve.split.blocks import PLANTS
from lynchpin.solve.split.contracts import Line, Stretch, Task
from lynchpin.solve.split.kept import is_begun
from lynchpin.solve.split.neighbourhoods import Neighbourhoods, choices_at
from lynchpin.solve.split.parts import Parts, Root
from lynchpin.solve.split.sift import likely, with_uses
from lynchpin.solve.split.stage import Stage
from lynchpin.solve.split.steps import Step, family_step, held, plant_step, priced_step
from lynchpin.solve.structure import Values

CANDIDATES = 5  # of each need in the root
EXACT = 60_000  # columns of the form up to which a root and steps on it take seconds
ROUGH, FINE = 1e-3, 2e-4  # distance from the best, as a share of the root, for first points and for steps
FIRST_SECONDS, STEP_SECONDS, AGAIN_SECONDS = 20.0, 8.0, 8.0  # for first points, steps, neighbourhoods
ALONG_SECONDS = 3.0  # for a plant step while first-order steps are on their way to better places
OF_ROOT, OF_ROOT_AGAIN = 0.5, 0.2  # the same as shares of the root's own seconds, where that is more
IDLE = 20  # neighbourhoods without a better plan after which there is no use in more
FRUITLESS = 2  # places in a row on the yearly form that lead to no better plan, after which none is followed
HAS_USE = 1e-4  # value in the root from which a choice belongs to the kernel


class Plans:
    """Makes plans on a stage, for the standing of a search."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._standing = stage, stage.parts.standing
        self._take(stage.parts)
        self._scale, self._seconds = 1.0, 0.0
        self._step: Step | None = None
        self._turns: Alternation | None = None
        self._followed: Values | None = None
        self._fruitless = 0

    def _take(self, parts: Parts) -> None:
        self._parts, self._form = parts, parts.form

    def line(self) -> Line:
        """Make plans until there is no use in more."""
        yield from self._plans()
        self._stage.planned = True

    def news(self, task: Task, progress: Progress, x: Vector | None) -> None:
        """Take the better plan of a step that is still running, a plant step or a neighbourhood."""
        del task, progress
        if self._step is not None and x is not None:
            self._standing.take_if_better(self._form, self._step.whole(x))

    def _plans(self) -> Line:
        yield []  # the proof's first task is on its way while the first turn is made ready
        while self._waits_for_a_bound:
            yield []
        begun = self._standing.best is not None
        turns = Alternation(self._form.built.instance, self._parts)
        yield from turns.run()
        kernel = with_uses(self._form, turns.near)
        missed, follows = not turns.agrees, self._stage.stepping is not None
        if follows:
            yield from self._along(turns)
        if (missed or not follows) and len(self._form.problem.cost) <= EXACT:
            kernel = yield from self._steps(kernel, begun=begun)
        yield from self._search(kernel)

    def _along(self, turns: Alternation) -> Line:
        """Take the plant step from the best plan near the aggregate form's relaxation."""
        self._turns = turns
        while self._stage.stepping == "aggregate":
            yield []
        self._follow()
        if self._standing.best is not None:
            self._scale = abs(self._standing.value or 0.0) / self._form.money
            yield from self._plants(self._at_best(), ALONG_SECONDS)
        self._stage.followed = True

    def aside(self) -> Line:
        """Make a plan at the volumes of each place where first-order steps stand."""
        while not self._stage.proven and (self._stage.stepping != "yearly" or self._fruitless < FRUITLESS):
            yield []
            self._follow()

    def _follow(self) -> None:
        stands = self._stage.stands
        if self._turns is not None and stands is not None and stands is not self._followed:
            self._followed, before = stands, self._standing.value
            self._turns.follow(stands)
            idle = self._stage.stepping == "yearly" and self._standing.value == before
            self._fruitless = self._fruitless + 1 if idle else 0

    @property
    def _waits_for_a_bound(self) -> bool:
        """Whether a plan to begin from may be good enough, and what is known of its proof soon says so."""
        standing = self._standing
        soon = is_begun(standing.earlier) and standing.bound is None and not self._stage.proven
        return soon and standing.best is not None and not self._parts.options.deterministic

    def _steps(self, near: Flags, *, begun: bool) -> Stretch[Flags]:
        """Take the steps that are exact on the form; return the kernel for the search that follows.

        begun  whether there was a plan to begin from, which takes the place of the first point
        """
        likely_ones = likely(self._form, CANDIDATES)
        root = yield from self._parts.root("root of likely candidates", likely_ones)
        if not isinstance(root, Root):
            return near
        self._scale, self._seconds = abs(root.objective), root.solution.seconds
        if begun and self._standing.best is not None:
            x = self._at_best()
            kernel = near | self._kernel(root.x, x)
            x = yield from self._plants(x)
        else:
            x = yield from self._first(root, likely_ones)
            kernel = near | (self._kernel(root.x) if x is None else self._kernel(root.x, x))
        if x is not None:
            yield from self._families(x, root.duals, kernel)
        return kernel

    def _first(self, root: Root, kept: Flags) -> Stretch[Vector | None]:
        """Return the blocks' own points at the root's prices as one, None without one of the plants."""
        parts = self._parts
        steps = [priced_step(parts.blocks, block, root.duals, kept) for block in range(parts.blocks.count)]
        limits = parts.limits(ROUGH * self._scale, max(FIRST_SECONDS, OF_ROOT * self._seconds))
        answers = yield [
            parts.task(f"first {name}", step, limits) for name, step in zip(parts.names, steps, strict=True)
        ]
        if answers[PLANTS].x is None:
            return None
        x = np.clip(0.0, parts.problem.lower, parts.problem.upper)
        for columns, step, answer in zip(parts.blocks.columns, steps, answers, strict=True):
            x[columns] = x[columns] if answer.x is None else step.whole(answer.x)
        return x

    def _kernel(self, *points: Vector) -> Flags:
        """Return the columns without the uses of variants for which no point has a use (n)."""
        place = self._form.place["use"]
        return with_uses(self._form, np.max([x[place] for x in points], axis=0) > HAS_USE)

    def _families(self, x: Vector, duals: Vector, kernel: Flags) -> Line:
        """Take a family step from a point, each family apart, and a plant step from where that leads."""
        parts, known = self._parts, self._standing.best is not None
        families = range(1, parts.blocks.count)
        steps = [family_step(parts.blocks, family, x, duals, kernel) for family in families]
        limits = parts.limits(FINE * self._scale, max(STEP_SECONDS, OF_ROOT * self._seconds))
        answers = yield [
            parts.task(f"family {parts.names[family]}", step, limits, x if known else None)
            for family, step in zip(families, steps, strict=True)
        ]
        for family, step, answer in zip(families, steps, answers, strict=True):
            if answer.x is not None:
                columns = parts.blocks.columns[family]
                x[columns] = step.whole(answer.x)[columns]
        self._standing.take(self._form.values(x))
        yield from self._plants(x)

    def _plants(self, x: Vector, seconds: float = STEP_SECONDS) -> Stretch[Vector | None]:
        """Take a plant step from a point; return where it leads."""
        step = self._step = plant_step(self._form, x)
        limits = self._parts.limits(FINE * self._scale, max(seconds, OF_ROOT * self._seconds))
        (answer,) = yield [self._parts.task("plants and markets", step, limits, x)]
        self._step = None
        if answer.x is None:
            return None
        found = step.whole(answer.x)
        self._standing.take(self._form.values(found))
        return found

    def _search(self, kernel: Flags) -> Line:
        """Think neighbourhoods of the best plan over again, as long as there is time and use in it."""
        uses = kernel[self._form.place["use"]]
        around, idle = Neighbourhoods(self._form, self._parts.options.seed), 0
        fixed = self._parts.options.deterministic
        while self._standing.best is not None and not (idle >= IDLE and (fixed or self._stage.proven)):
            if self._parts is not self._stage.parts:
                self._take(self._stage.parts)
                around.form = self._form
            x, before = self._at_best(), self._standing.value
            kept = with_uses(self._form, uses | (x[self._form.place["use"]] > 0.5))
            name, free = around.next(x)
            step = self._step = held(self._form.problem, x, free & kept)
            seconds = max(AGAIN_SECONDS, OF_ROOT_AGAIN * self._seconds)
            limits = self._parts.limits(FINE * abs(before or 0.0) / self._form.money, seconds)
            (answer,) = yield [self._parts.task(name, step, limits, x)]
            self._step = None
            solved = answer.status is Status.OPTIMAL
            around.settle(solved=solved)
            if answer.x is not None:
                self._standing.take_if_better(self._form, step.whole(answer.x))
            spent = IDLE if solved and around.whole else idle + 1
            idle = spent if self._standing.value == before else 0

    def _at_best(self) -> Vector:
        """Return the choices of the best plan as a point of the form."""
        assert self._standing.best is not None
        return choices_at(self._form, self._form.start(self._standing.best))

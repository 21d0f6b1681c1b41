"""Relaxations with cuts, what is kept of them for a later search, and plans near them.

A relaxation with cuts leaves little undecided: of rung 30 a tenth of the choices. What it takes at all makes
a problem that branch and cut solves in seconds, for a better plan than any other way has found there. Near a
rough point, where first-order steps stand, simplex first finds the corner that is meant, with its own cuts:
choices that are whole there stay as they are, a hundred or so are left.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from lynchpin.solve.contracts import Progress, Solution, Trail, Vector, with_cuts
from lynchpin.solve.cuts.cutter import FormCutter, Within
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.forms import Form
from lynchpin.solve.shrink import Shrunk, shrunk
from lynchpin.solve.split.contracts import Line, Stretch, Task
from lynchpin.solve.split.kept import notes_of, trail_of
from lynchpin.solve.split.parts import Parts
from lynchpin.solve.structure import Values

FROM_CUTS = "duals of the {} form's relaxation with cuts"
FIRST_SECONDS, ROUND_SECONDS = 10.0, 20.0  # for a plan near first-order steps the first time, and for others
LEFT = ("use", "allocate")  # choices that stay untaken where a relaxation takes little of them
TAKEN = (*LEFT, "launched", "nominate")  # choices that stay taken where it takes nearly all of them
VERTEX = (5e-3, 0.99)  # what is little and what is nearly all at a point of simplex
ROUGH = ((0.05, 0.95), (0.02, 0.98), (0.01, 0.99))  # the same where first-order steps stand, in turn
WHOLE = 1e-5  # distance from a whole number at which a choice is one
EARLY, BETWEEN = 1, 1  # rounds of first-order steps before the first plan near them, and before another one


def cutter_of(form: Form) -> FormCutter | None:
    """Return a form's cutter; None with rows of one's own, which may say anything of what is tooled."""
    return FormCutter.of(form) if form.own is None else None


class Tight(NamedTuple):
    """A form with cuts, and the solution of its relaxation, None where there may be no cuts.

    plain  the form without them
    """

    form: Form
    plain: Form
    solution: Solution | None


class Rough(NamedTuple):
    """Where first-order steps of a form stand, after how many rounds."""

    form: Form
    trail: Trail
    rounds: int


class Cutting:
    """Tightens forms and makes plans near them, for the standing of a search.

    tries   plans that were made near first-order steps
    stands  where these stand, as values of variables
    """

    def __init__(self, parts: Parts) -> None:
        self._parts, self._standing = parts, parts.standing
        self._forms: dict[str, Form] = {}
        self._kept: Trail | None = None
        self._cutters: dict[Form, FormCutter | None] = {}
        self._steps: dict[str, tuple[Form, Sequence[Shrunk]]] = {}
        self._rough: Rough | None = None
        self.tries, self._next = 0, EARLY
        self.stands: Values | None = None

    def tightened(
        self,
        form: Form,
        name: str,
        *,
        by_steps: bool = False,
        begin: Trail | None = None,
        enough: float | None = None,
    ) -> Stretch[Tight]:
        """Solve the relaxation of a form with cuts; return the form with those that hold there.

        by_steps  whether to take first-order steps, whatever its size
        begin     the trail to begin from, instead of that of an earlier search
        enough    gain of a round that is too little for another one, see `Job`
        """
        parts, cutter = self._parts, self.cutter(form)
        if cutter is None:
            return Tight(form, form, None)
        self._forms[name] = form
        relaxed = replace(form.problem, integer=np.zeros_like(form.problem.integer))
        options = parts.relaxation(len(form.problem.cost), cuts=True, by_steps=by_steps)
        trail = begin or self.trail_of(form)
        self._keep(form, trail)  # of use again if the search ends before there is a later one
        (found,) = yield [
            Task(name=name, problem=relaxed, options=options, cutter=cutter, trail=trail, enough=enough)
        ]
        self._keep(form, found.trail)
        tight = form if found.cuts is None else form.with_cuts(found.cuts)
        if found.row_duals is not None:
            self._lower(form, bound_of(tight.problem, found.row_duals))
        return Tight(tight, form, found)

    def cutter(self, form: Form) -> FormCutter | None:
        """Return a form's cutter, made once."""
        if form not in self._cutters:
            self._cutters[form] = cutter_of(form)
        return self._cutters[form]

    def news(self, task: Task, progress: Progress, x: Vector | None) -> bool:
        """Take bound or plan of a search that is still running; return whether it is one from here."""
        if task.name in self._forms:
            form = self._forms[task.name]
            self._keep(form, progress.trail)
            self._lower(form, progress.bound)
            self._stand(task.name, progress)
        elif task.name in self._steps:
            self._take(task.name, x)
        return task.name in self._forms or task.name in self._steps

    def _lower(self, form: Form, bound: float) -> None:
        self._standing.lower(-bound * form.money, FROM_CUTS.format(form.name))

    def _stand(self, name: str, progress: Progress) -> None:
        """Take where first-order steps stand, once a round."""
        trail, before = progress.trail, self._rough
        if trail is None or trail.steps is None or (before is not None and before.trail is trail):
            return
        form, rounds = self._forms[name], 0 if before is None else before.rounds
        self.stands = form.values(trail.points[-1])
        # A plan that branch and cut finds near the point of another form is worth much less than that says.
        self._rough = Rough(form, trail, rounds + 1 if form.name == "yearly" else 0)

    def rounded(self, tight: Tight, name: str) -> Line:
        """Make a plan of what a relaxation with cuts takes at all: it is nearly whole."""
        form, solution = tight.form, tight.solution
        if solution is None or solution.trail is None:
            return
        before = solution.trail.points[-1]
        if solution.x is None:
            yield from self._near_rough(tight.plain, solution.trail, ROUGH[-1], name, ROUND_SECONDS)
        else:
            step = shrunk(form.problem, *_limits(form, solution.x, before, VERTEX))
            yield from self._near(form, [step], name, ROUND_SECONDS)

    def near(self, name: str) -> Line:
        """Make a plan near where first-order steps stand, once they are far enough from the last one."""
        rough = self._rough
        if rough is None or rough.rounds < self._next:
            yield []
            return
        share = ROUGH[min(self.tries, len(ROUGH) - 1)]
        seconds = ROUND_SECONDS if self.tries else FIRST_SECONDS
        self._next = rough.rounds + BETWEEN
        yield from self._near_rough(rough.form, rough.trail, share, name, seconds)
        self.tries += 1

    def _near_rough(
        self, plain: Form, trail: Trail, share: tuple[float, float], name: str, seconds: float
    ) -> Line:
        """Make a plan near the corner at which simplex ends near a trail's last point."""
        cutter, point = self.cutter(plain), trail.points[-1]
        form = plain if trail.steps is None else plain.with_cuts(trail.steps.cuts)
        step = shrunk(form.problem, *_limits(form, point, point, share))
        if step.problem is None or not len(step.columns) or cutter is None:
            return
        relaxed = replace(step.problem, integer=np.zeros_like(step.problem.integer))
        options = replace(self._parts.limits(0.0, 2 * seconds), method="simplex")
        within = Within(cutter, replace(step, problem=None))  # which travels anyway
        (found,) = yield [Task(name=f"corner for a {name}", problem=relaxed, options=options, cutter=within)]
        if found.x is None:
            return
        tight = step.problem if found.cuts is None else with_cuts(step.problem, found.cuts)
        corner = np.round(found.x)
        sure = tight.integer & (np.abs(found.x - corner) < WHOLE)
        lower, upper = np.where(sure, corner, tight.lower), np.where(sure, corner, tight.upper)
        yield from self._near(form, [step, shrunk(tight, lower, upper)], name, seconds)

    def _near(self, form: Form, steps: Sequence[Shrunk], name: str, seconds: float) -> Line:
        """Make a plan of what is left of a form after some steps, by branch and cut."""
        problem = steps[-1].problem
        if problem is None or not len(steps[-1].columns) or not form.problem.is_mixed_integer:
            return
        self._steps[name] = (form, steps)
        close = 0.25 * self._parts.options.gap * abs(self._standing.value or 0.0) / form.money
        options = self._parts.limits(close, seconds)
        (answer,) = yield [Task(name=name, problem=problem, options=options)]
        self._take(name, answer.x)

    def _take(self, name: str, x: Vector | None) -> None:
        """Have a point of what was left valued, if it may be better than the plan that is known."""
        form, steps = self._steps[name]
        if x is not None:
            for step in reversed(steps):
                x = step.whole(x[: len(step.columns)])
            self._standing.take_if_better(form, x)

    def _keep(self, form: Form, trail: Trail | None) -> None:
        """Keep how a relaxation was solved for a search that begins from this one."""
        if trail is not None and trail is not self._kept:
            self._kept = trail
            self._standing.notes |= notes_of(form, trail)

    def trail_of(self, form: Form) -> Trail | None:
        """Return how the relaxation of a form of this size was solved before, if that is known."""
        known = self._standing.earlier | self._standing.notes
        return trail_of(form, known, self._standing.best)


def _limits(form: Form, x: Vector, before: Vector, share: tuple[float, float]) -> tuple[Vector, Vector]:
    """Return limits of every column near a point and the point before it (n, n).

    share  what is little, and what is nearly all
    """
    (little, most), near = share, np.maximum(x, before)
    lower, upper = form.problem.lower.copy(), form.problem.upper.copy()
    for name in LEFT:
        place = form.place[name]
        upper[place] = np.where((near[place] < little) & (lower[place] < 0.5), 0.0, upper[place])
    for name in TAKEN:
        place = form.place[name]
        lower[place] = np.where((x[place] > most) & (upper[place] > 0.5), 1.0, lower[place])
    return lower, upper

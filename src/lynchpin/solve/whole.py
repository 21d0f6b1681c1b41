"""A form solved whole: a relaxation decides structure and bounds, the yearly form gives the value.

aggregate   solve the aggregate form; value its structure in the yearly form (see `valuation`); the candidate
            counts if the judge accepts it. While the gap is open and time remains: add the scale points and
            critical periods that the plan stands on, and solve again
yearly      the yearly form whole, scale points added until its chords meet the true curve at the plan
"""

from lynchpin.errors import SolveError
from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Vector
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Progress, Solution, Status
from lynchpin.solve.forms import Form
from lynchpin.solve.highs import solve
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.standing import Enough, Standing

BOUND_FROM = {
    "aggregate": "branch and cut on the aggregate form, a relaxation",
    "yearly": "branch and cut on the yearly form, scale on chords",
}


class Whole:
    """Solves forms of an instance whole, round after round, for the standing of a search."""

    def __init__(
        self, instance: Instance, *, options: SearchOptions, clock: Clock, standing: Standing
    ) -> None:
        self._instance, self._options, self._clock, self._standing = instance, options, clock, standing

    def run(self, form: Form) -> None:
        """Solve a form, value what comes, sharpen the form where it stands, and again."""
        standing = self._standing
        current: Form | None = form
        while current is not None and not standing.finished:
            last = self._solve(current)
            standing.lower(-last.bound * current.money, BOUND_FROM[current.name])
            # Nobody here asked to stop: then it was Ctrl-C.
            standing.halted = last.status is Status.INTERRUPTED and not standing.finished
            standing.last = last
            if last.x is None:
                return
            points = [standing.take(current.values(last.x)), standing.best]
            if standing.finished:
                return
            with self._clock.phase("build"):
                current = current.sharpened(
                    self._instance, last.x, [point for point in points if point is not None]
                )

    def _solve(self, form: Form) -> Solution:
        """Solve a form in the child process, from the best structure so far.

        A solver that breaks down ends the search, which keeps the best plan where there is one.
        """
        standing = self._standing
        left = standing.left
        if left is not None and left <= 0.0:
            return standing.last
        start = None if standing.best is None else form.start(standing.best)
        # Half of the gap is left to the distance between the relaxation and the yearly value.
        share = 0.5 if form.name == "aggregate" else 0.9
        try:
            with self._clock.phase("solve"):
                return solve(
                    form.problem,
                    options=self._options.solve_options(time_limit=left, gap=share * self._options.gap),
                    on_progress=lambda progress: self._news(form, progress),
                    on_solution=None if self._options.deterministic else lambda x: self._early(form, x),
                    start=start,
                    stop=Enough(lambda: standing.finished),
                )
        except SolveError as error:
            if standing.value is None:
                raise
            return Solution(status=Status.ERROR, reason=str(error))

    def _early(self, form: Form, x: Vector) -> None:
        """Value a solution of a running solve, if what the form makes of it is better than the best value.

        Nothing that the form says of a structure is below the structure's value in the yearly form.
        """
        if self._standing.value is None or form.contribution(x) > self._standing.value:
            self._standing.take(form.values(x))

    def _news(self, form: Form, progress: Progress) -> None:
        """Take the news of a running solve: its bound is a bound, but when it comes is the clock's to say."""
        if not self._options.deterministic:
            self._standing.lower(-progress.bound * form.money, BOUND_FROM[form.name])
        self._standing.tell(progress.phase)

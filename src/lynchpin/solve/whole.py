"""The search for the best plan: a relaxation decides structure and bounds, the yearly form gives the value.

aggregate   solve the aggregate form; value its structure in the yearly form (see `valuation`); the candidate
            counts if the judge accepts it. While the gap is open and time remains: add the scale points and
            critical periods that the plan stands on, and solve again; what is left the yearly form closes
yearly      the yearly form whole, scale points added until its chords meet the true curve at the plan

Money is maximised here: contribution, or cost with a minus sign. The bound only falls, the best value
only rises.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import linopy
import numpy as np

from lynchpin.errors import OptionError, SolveError
from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Vector
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Progress, Solution, Status, StopSignal
from lynchpin.solve.forms import Form
from lynchpin.solve.highs import solve
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.own import own_rows
from lynchpin.solve.progress import OnPlanProgress, PlanProgress, plan_gap
from lynchpin.solve.structure import CHOICES, Values
from lynchpin.solve.valuation import Valuation

METHODS = ("aggregate", "yearly")
BOUND_FROM = {
    "aggregate": "branch and cut on the aggregate form, a relaxation",
    "yearly": "branch and cut on the yearly form, scale on chords",
}

Judge = Callable[[Values], float | None]
"""Says what a candidate is worth, or None where it is refused."""


@dataclass(frozen=True, kw_only=True)
class WholeOptions:
    """How a plan is searched for, checked when made.

    method      aggregate or yearly
    time_limit  seconds for the search, None for no limit
    gap         proven relative gap at which to stop
    threads     of the solver
    seed        of everything random

    Raises OptionError for a value out of range.
    """

    method: str = "aggregate"
    time_limit: float | None = 300.0
    gap: float = 0.005
    threads: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise OptionError(
                "is no method", thing="method", value=self.method, cure=f"Use {' or '.join(METHODS)}."
            )
        self.solve_options(time_limit=self.time_limit)

    def solve_options(self, *, time_limit: float | None, gap: float | None = None) -> SolveOptions:
        """Return these as options of one solve."""
        return SolveOptions(
            time_limit=time_limit, gap=self.gap if gap is None else gap, threads=self.threads, seed=self.seed
        )


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a search ended.

    bound       money that no plan beats, None while unknown
    bound_from  how the bound is known, in words
    status      of the last solve
    reason      why the search ended as it did, in words; asked where there is no plan or an error
    stopped     whether somebody stopped it
    """

    bound: float | None
    bound_from: str
    status: Status
    reason: str
    stopped: bool


@dataclass(frozen=True)
class Enough:
    """Tells a running solve to stop once the search has what it wants."""

    reached: Callable[[], bool]

    def is_set(self) -> bool:
        """Return whether the solve should stop now."""
        return self.reached()


class Search:
    """A search for the best plan of an instance.

    judge        says what a candidate is worth; the search keeps the best value
    on_progress  told where the search stands
    stop         when set, the search ends with what it has
    model        the yearly form with rows of one's own; it is then solved whole
    """

    def __init__(
        self,
        instance: Instance,
        *,
        options: WholeOptions,
        judge: Judge,
        clock: Clock,
        on_progress: OnPlanProgress,
        stop: StopSignal | None = None,
        model: linopy.Model | None = None,
    ) -> None:
        self._instance, self._options, self._judge = instance, options, judge
        self._clock, self._on_progress, self._stop = clock, on_progress, stop
        self._began = clock.elapsed
        self._bound: float | None = None
        self._bound_from = "nothing is proven"
        self._best: Values | None = None
        self._value: float | None = None
        self._halted = False
        self._points: dict[bytes, Values | None] = {}
        self._last = Solution(status=Status.LIMIT, reason="no time was left to solve anything")
        with clock.phase("build"):
            built = build(instance, form="yearly")
            self._yearly = Form.of(built, "yearly", own=None if model is None else own_rows(built, model))
        self._own_rows = model is not None
        self._valuation = Valuation(instance, self._yearly)

    def run(self) -> Outcome:
        """Search until the gap is closed, nothing is left to do, or a limit or a stop ends it."""
        if self._options.method == "aggregate" and not self._own_rows:
            with self._clock.phase("build"):
                aggregate = Form.aggregate(self._instance)
            self._rounds(aggregate)
        if not self._finished():
            self._rounds(self._yearly)
        if self._stopped() and self._last.status is Status.LIMIT:
            self._last = Solution(status=Status.INTERRUPTED)  # before anything was solved
        return Outcome(
            bound=self._bound,
            bound_from=self._bound_from,
            status=self._last.status,
            reason=self._reason(),
            stopped=self._stopped(),
        )

    def value(self, choices: Values) -> Values | None:
        """Value a structure in the yearly form, put it before the judge, and return its point, if any."""
        known = b"".join(np.packbits(choices[name] > 0.5).tobytes() for name in CHOICES)
        if known in self._points:
            return self._points[known]
        with self._clock.phase("value"):
            point = self._valuation.point(choices, options=self._options.solve_options(time_limit=None))
        self._points[known] = point
        money = None if point is None else self._judge(point)
        if money is not None and (self._value is None or money > self._value):
            self._best, self._value = point, money
        self._tell("valued")
        return point

    def _rounds(self, form: Form) -> None:
        """Solve a form, value what comes, sharpen the form where it stands, and again."""
        current: Form | None = form
        while current is not None and not self._finished():
            self._last = self._solve(current)
            self._lower(-self._last.bound * current.money, current.name)
            # Nobody here asked to stop: then it was Ctrl-C.
            self._halted = self._last.status is Status.INTERRUPTED and not self._finished()
            if self._last.x is None:
                return
            points = [self.value(current.values(self._last.x)), self._best]
            if self._finished():
                return
            with self._clock.phase("build"):
                current = current.sharpened(
                    self._instance, self._last.x, [point for point in points if point is not None]
                )

    def _solve(self, form: Form) -> Solution:
        """Solve a form in the child process, from the best structure so far.

        A solver that breaks down ends the search, which keeps the best plan where there is one.
        """
        left = self._left()
        if left is not None and left <= 0.0:
            return self._last
        start = None if self._best is None else form.start(self._best)
        # Half of the gap is left to the distance between the relaxation and the yearly value.
        share = 0.5 if form.name == "aggregate" else 0.9
        try:
            with self._clock.phase("solve"):
                return solve(
                    form.problem,
                    options=self._options.solve_options(time_limit=left, gap=share * self._options.gap),
                    on_progress=lambda progress: self._news(form, progress),
                    on_solution=lambda x: self._early(form, x),
                    start=start,
                    stop=Enough(self._finished),
                )
        except SolveError as error:
            if self._value is None:
                raise
            return Solution(status=Status.ERROR, reason=str(error))

    def _early(self, form: Form, x: Vector) -> None:
        """Value a solution of a running solve, if what the form makes of it is better than the best value.

        Nothing that the form says of a structure is below the structure's value in the yearly form.
        """
        money = -(form.problem.offset + float(form.problem.cost @ x)) * form.money
        if self._value is None or money > self._value:
            self.value(form.values(x))

    def _news(self, form: Form, progress: Progress) -> None:
        """Take the news of a running solve: its bound is a bound."""
        self._lower(-progress.bound * form.money, form.name)
        self._tell(progress.phase)

    def _lower(self, bound: float, name: str) -> None:
        """Take a bound if it is better than the one that is known."""
        if math.isfinite(bound) and (self._bound is None or bound < self._bound):
            self._bound, self._bound_from = bound, BOUND_FROM[name]

    def _tell(self, phase: str) -> None:
        self._on_progress(
            PlanProgress(elapsed=self._clock.elapsed, phase=phase, objective=self._value, bound=self._bound)
        )

    def _stopped(self) -> bool:
        """Whether somebody asked to stop, by the signal or by Ctrl-C."""
        return self._halted or (self._stop is not None and self._stop.is_set())

    def _finished(self) -> bool:
        """Whether the gap is closed, or somebody asked to stop, or the time is over."""
        if self._stopped():
            return True
        if self._last.status in (Status.INFEASIBLE, Status.UNBOUNDED, Status.ERROR):
            return True
        left = self._left()
        if left is not None and left <= 0.0:
            return True
        if self._value is None or self._bound is None:
            return False
        # A bound below the value is a contradiction, which no gap expresses: the search goes on to its end.
        rounding = 1e-6 * abs(self._value)
        return (
            self._bound >= self._value - rounding and plan_gap(self._value, self._bound) <= self._options.gap
        )

    def _left(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        limit = self._options.time_limit
        return None if limit is None else limit - (self._clock.elapsed - self._began)

    def _reason(self) -> str:
        words = {
            Status.INFEASIBLE: "no structure satisfies the rules of the study",
            Status.UNBOUNDED: "contribution has no limit: a price or a demand is not finite",
            Status.INTERRUPTED: "it was interrupted before the first candidate",
            Status.LIMIT: "the time limit came before the first candidate",
        }
        return words.get(self._last.status, self._last.reason or "no candidate could be valued")

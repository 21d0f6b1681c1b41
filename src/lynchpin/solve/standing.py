"""Where a search stands: the best plan, the best bound, the time; every method reports here.

    incumbent  a point of the yearly form that the judge, the verifier behind it, has accepted; only a better
               one replaces it
    bound      money that no plan beats, with how it is known in words; only a lower one replaces it

Money is maximised here: contribution, or cost with a minus sign. The search is over once the distance of the
two is within the gap that was asked for, or somebody stops it, or the time is up.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Solution, Status, StopSignal, Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.progress import OnPlanProgress, PlanProgress, plan_gap
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.structure import CHOICES, Values
from lynchpin.solve.valuation import Valuation

Judge = Callable[[Values], float | None]
"""Says what a candidate is worth, or None where it is refused."""

PATIENCE = 2.0  # seconds that a valuation has past the end of the search while there is no plan
ROUNDING = 1e-6  # relative distance of two ways to compute money for rounding alone


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a search ended.

    bound       money that no plan beats, None while unknown
    bound_from  how the bound is known, in words
    status      of the last solve
    reason      why the search ended as it did, in words; asked where there is no plan or an error
    stopped     whether somebody stopped it
    by_clock    whether the time limit ended it before it was done
    """

    bound: float | None
    bound_from: str
    status: Status
    reason: str
    stopped: bool
    by_clock: bool = False


@dataclass(frozen=True)
class Enough:
    """Tells a running solve to stop once the search has what it wants."""

    reached: Callable[[], bool]

    def is_set(self) -> bool:
        """Return whether the solve should stop now."""
        return self.reached()


class Standing:
    """The best plan and bound of a running search.

    best, value   the best accepted point and its money, None while there is none
    bound         money that no plan beats, None while unknown; `bound_from` says how it is known
    last          the last solve, for the reason of an end without a plan
    halted        whether Ctrl-C ended a solve
    notes         arrays by name that a method would not like to compute again in a run that goes on from this
                  one; kept with plan and bound where those are
    earlier       notes of the search for a plan to begin from, of this study or of another one
    spent         seconds that earlier runs of the same search took
    """

    def __init__(
        self,
        valuation: Valuation,
        *,
        options: SearchOptions,
        judge: Judge,
        clock: Clock,
        on_progress: OnPlanProgress,
        stop: StopSignal | None = None,
    ) -> None:
        self._valuation, self._judge, self._clock = valuation, judge, clock
        self._on_progress, self._stop = on_progress, stop
        self._limit, self._gap = options.time_limit, options.gap
        self._value_options: SolveOptions = options.solve_options(time_limit=None)
        self._began = clock.elapsed
        self._points: dict[bytes, Values | None] = {}
        self._over_since: float | None = None
        self._patient = False
        valuation.asked = self._hurried
        self.best: Values | None = None
        self.value: float | None = None
        self.bound: float | None = None
        self.bound_from = "nothing is proven"
        self.halted = False
        self.notes: dict[str, Vector] = {}
        self.earlier: dict[str, Vector] = {}
        self.spent = 0.0
        self.last = Solution(status=Status.LIMIT, reason="no time was left to solve anything")

    def take(self, choices: Values, *, patient: bool = False) -> Values | None:
        """Value a structure in the yearly form, put it before the judge, and return its point, if any.

        patient  whether the time limit does not matter; somebody who stops the search stops it anyway
        """
        self._patient = patient
        known = b"".join(np.packbits(choices[name] > 0.5).tobytes() for name in CHOICES)
        # Volumes are where the tangents of scale begin: from others the same structure may be worth more.
        if "buy" not in choices and known in self._points:
            return self._points[known]
        with self._clock.phase("value"):
            point = self._valuation.point(choices, options=self._value_options)
        if "buy" not in choices:
            self._points[known] = point
        if point is not None:
            money = self._valuation.money(point)
            if self.is_beaten_by(money + ROUNDING * abs(money)):
                self.accept(point)
        self.tell("valued")
        return point

    def take_if_better(self, form: Form, x: Vector) -> None:
        """Take the structure of a form's point, if the form makes more of it than the best plan earns."""
        if self.is_beaten_by(form.contribution(x)):
            self.take(form.values(x))

    def accept(self, point: Values) -> bool:
        """Put a point of the yearly form before the judge as it is; return if it is the best now."""
        money = self._judge(point)
        if money is None or not self.is_beaten_by(money):
            return False
        self.best, self.value = point, money
        return True

    def is_beaten_by(self, money: float) -> bool:
        """Return whether so much money would be more than the best plan's; any is where there is none."""
        return self.value is None or money > self.value

    def lower(self, bound: float, known_from: str) -> None:
        """Take a bound if it is better than the one that is known."""
        if math.isfinite(bound) and (self.bound is None or bound < self.bound):
            self.bound, self.bound_from = bound, known_from

    def tell(self, phase: str) -> None:
        """Say where the search stands."""
        self._on_progress(
            PlanProgress(elapsed=self._clock.elapsed, phase=phase, objective=self.value, bound=self.bound)
        )

    @property
    def elapsed(self) -> float:
        """Return the seconds since the search began, those of earlier runs included."""
        return self._clock.elapsed - self._began + self.spent

    @property
    def left(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        return None if self._limit is None else self._limit - self.elapsed

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop, by the signal or by Ctrl-C."""
        return self.halted or (self._stop is not None and self._stop.is_set())

    def _hurried(self) -> bool:
        """Tell a running valuation to end: the search is over, and there is a plan or a moment has passed."""
        left = self.left
        over = self.stopped or (not self._patient and left is not None and left <= 0.0)
        if not over:
            self._over_since = None
            return False
        if self._over_since is None:
            self._over_since = self._clock.elapsed
        return self.value is not None or self._clock.elapsed - self._over_since > PATIENCE

    @property
    def proven(self) -> bool:
        """Whether the gap is closed."""
        if self.value is None or self.bound is None:
            return False
        # A bound below the value is a contradiction, which no gap expresses: the search goes on to its end.
        rounding = ROUNDING * abs(self.value)
        return self.bound >= self.value - rounding and plan_gap(self.value, self.bound) <= self._gap

    @property
    def finished(self) -> bool:
        """Whether the gap is closed, or somebody asked to stop, or the time is over."""
        if self.stopped or self.last.status in (Status.INFEASIBLE, Status.UNBOUNDED, Status.ERROR):
            return True
        left = self.left
        return (left is not None and left <= 0.0) or self.proven

    def outcome(self) -> Outcome:
        """Return how the search ended."""
        if self.stopped and self.last.status is Status.LIMIT:
            self.last = Solution(status=Status.INTERRUPTED)  # before anything was solved
        return Outcome(
            bound=self.bound,
            bound_from=self.bound_from,
            status=self.last.status,
            reason=self._reason(),
            stopped=self.stopped,
            by_clock=not self.stopped and not self.proven and self.left is not None and self.left <= 0.0,
        )

    def _reason(self) -> str:
        words = {
            Status.INFEASIBLE: "no structure satisfies the rules of the study",
            Status.UNBOUNDED: "contribution has no limit: a price or a demand is not finite",
            Status.INTERRUPTED: "it was interrupted before the first candidate",
            Status.LIMIT: "the time limit came before the first candidate",
        }
        return words.get(self.last.status, self.last.reason or "no candidate could be valued")

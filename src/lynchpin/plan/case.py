"""One question about one study, from the compiled instance to the plan; candidates count once verified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

import linopy
import polars as pl

from lynchpin.errors import SolveError
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan.extract import extract
from lynchpin.plan.plan import Plan, PlanInfo, Status, Worst
from lynchpin.plan.structure import left_out, start_of, structure_of
from lynchpin.plan.verify import Verification, verify
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.progress import OnPlanProgress, PlanProgress, plan_gap
from lynchpin.solve.search import Search
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.standing import Outcome
from lynchpin.solve.structure import Values
from lynchpin.study.study import Study

_LIBRARIES = ("highspy", "linopy", "lynchpin", "numpy", "polars")
_CURES = {
    "limit": "Give it more time (--time-limit).",
    "interrupted": "Let it run until it shows a best plan.",
}


def _leave(_: object) -> None:
    """Take news and leave it."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is to be planned: the scope of sharing, or today's structure, in which scenario."""

    sharing: str = "alliance"
    as_is: bool = False
    scenario: str | None = None

    @property
    def name(self) -> str:
        """Return the question in a word or two, for progress."""
        scope = "as-is" if self.as_is else self.sharing
        return f"{scope} in {self.scenario}" if self.scenario else scope


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every plan of one run shares: how to solve, whom to tell, when to stop, the time spent."""

    options: SearchOptions
    on_progress: OnPlanProgress = _leave
    on_message: Callable[[str], object] = _leave
    stop: StopSignal | None = None
    clock: Clock = field(default_factory=Clock)
    model: linopy.Model | None = None

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.stop is not None and self.stop.is_set()


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """A candidate that passed the verifier: its money, to be maximised, its tables, and what was verified."""

    money: float
    tables: Mapping[str, pl.DataFrame]
    verification: Verification


class Case:
    """A question being answered.

    given  the study as it was given     study  with its scenario and lanes, as planned
    best   the best verified candidate so far, or None
    """

    def __init__(
        self, *, given: Study, study: Study, question: Question, desk: Desk, start: Plan | None = None
    ) -> None:
        self.given, self.study, self.question, self.desk = given, study, question, desk
        self.started = datetime.now(UTC).isoformat(timespec="seconds")
        self.clock = Clock()
        self.best: Verdict | None = None
        self.outcome: Outcome | None = None
        self._refused: Verification | None = None
        with self.clock.phase("compile"):
            self.instance = compile_study(study, sharing=question.sharing, as_is=question.as_is)
        self.search = Search(
            self.instance,
            options=desk.options,
            judge=self.judge,
            clock=self.clock,
            on_progress=self._tell,
            stop=desk.stop,
            model=desk.model,
            start=None if start is None else start_of(self.instance, start, "the given plan"),
        )
        self._start = start

    @property
    def sign(self) -> float:
        """1 where contribution is maximised, -1 where cost is minimised."""
        return -1.0 if self.study.settings.objective == "cost" else 1.0

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped the search, by the signal or by Ctrl-C."""
        return self.desk.stopped or (self.outcome is not None and self.outcome.stopped)

    def solve(self) -> None:
        """Search for the best plan; raises SolveError where no verified one is found."""
        self.outcome = self.search.run()
        self._say_how_it_began()
        if self.best is None:
            raise self._without_plan(self.outcome)
        if self.outcome.status == "error":
            self.desk.on_message(
                f"warning: the search for the plan {self.question.name} ended early and its best plan "
                f"is kept: {self.outcome.reason}"
            )

    def _say_how_it_began(self) -> None:
        """Tell what of the start was of no use here."""
        if self._start is None or self.search.began is None:
            return
        gone, total, few = left_out(self.instance, self._start)
        if gone:
            self.desk.on_message(
                f"{self.question.name}: {gone} of {total} decisions of the plan to start from have no place "
                f"in this study and were left out: {few}."
            )
        if not self.search.began and not self.stopped:
            self.desk.on_message(
                f"warning: {self.question.name}: the structure of the plan to start from is not feasible "
                "here, even with its gaps completed; the search began without it."
            )

    def judge(self, point: Values) -> float | None:
        """Return the money of a candidate, or None where the verifier refuses it; the best one is kept."""
        with self.clock.phase("extract"):
            tables = extract(self.instance, point, scenario=self.question.scenario)
            money = float(tables["ledger"]["money"].sum())
        if self.best is not None and money <= self.best.money:
            return money
        with self.clock.phase("verify"):
            verification = verify(
                self.study,
                tables,
                sharing=self.question.sharing,
                as_is=self.question.as_is,
                objective=self.sign * money,
            )
        if not verification.ok:
            self._refused = verification
            return None
        self.best = Verdict(money=money, tables=tables, verification=verification)
        return money

    def adopt(
        self, tables: Mapping[str, pl.DataFrame], on_message: Callable[[str], object], name: str
    ) -> None:
        """Value the structure of another plan as a candidate of this one."""
        before = self.best
        self.search.standing.take(structure_of(self.instance, tables))
        if before is not None and self.best is not before:
            on_message(
                f"The structure of the plan {name} is better here than what was found; it is taken over."
            )

    def plan(self) -> Plan:
        """Return the best verified candidate as a plan."""
        assert self.best is not None
        return Plan(study=self.study, tables=self.best.tables, info=self._info(self.best))

    def _info(self, best: Verdict) -> PlanInfo:
        """Return what `plan.json` says."""
        assert self.outcome is not None
        settings, options = self.study.settings, self.desk.options
        bound, bound_from = self._bound(best, self.outcome)
        gap = None if bound is None else plan_gap(best.money, bound)
        return PlanInfo(
            study=self.study.name,
            hashes=self.study.hashes(),
            inputs=self.given.hashes(),
            method=options.method if self.desk.model is None else "yearly",
            sharing=self.question.sharing,
            as_is=self.question.as_is,
            scenario=self.question.scenario,
            options={"time_limit": options.time_limit, "gap": options.gap, "threads": options.threads},
            seed=options.seed,
            versions={name: version(name) for name in _LIBRARIES},
            started=self.started,
            seconds=self.clock.elapsed,
            phases=self.desk.clock.phases | self.clock.phases,
            status=self._status(gap, self.outcome),
            objective_kind=settings.objective,
            sense="min" if settings.objective == "cost" else "max",
            objective=self.sign * best.money,
            bound=None if bound is None else self.sign * bound,
            bound_from=bound_from,
            gap=gap,
            verified=best.verification.ok,
            worst={
                rule: Worst(violation=found.amount, unit=found.unit, where=found.where)
                for rule, found in sorted(best.verification.worst.items())
            },
            partners=_partners(best.tables["ledger"]),
        )

    def _bound(self, best: Verdict, outcome: Outcome) -> tuple[float | None, str]:
        """Return the bound and how it is known; a bound that a verified plan beats is none."""
        own = "" if self.desk.model is None else ", among plans that keep your own rows"
        if outcome.bound is None:
            return None, outcome.bound_from
        if best.money > outcome.bound + 1e-6 * max(1.0, abs(best.money)):
            return None, f"refused: the plan is better than the bound of the {outcome.bound_from}"
        return max(outcome.bound, best.money), outcome.bound_from + own

    def _status(self, gap: float | None, outcome: Outcome) -> Status:
        if gap is not None and gap <= self.desk.options.gap:
            return "optimal"
        return "interrupted" if outcome.stopped else "feasible"

    def _without_plan(self, outcome: Outcome) -> SolveError:
        """Say why there is no plan."""
        if self._refused is not None:
            rule, worst = next(iter(self._refused.broken.items()))
            return SolveError(
                f"the verifier refused every candidate: {rule} is off by {worst.amount:.6g} {worst.unit} "
                f"at {worst.where}",
                thing=f"plan {self.question.name}",
                cure="This is a fault of Lynchpin; please report it with the study.",
            )
        return SolveError(
            f"no plan was found: {outcome.reason}",
            status=outcome.status,
            thing=f"plan {self.question.name}",
            cure=_CURES.get(outcome.status, "Check the study."),
        )

    def _tell(self, progress: PlanProgress) -> None:
        """Pass on news of the search in the plan's own sense."""
        self.desk.on_progress(
            PlanProgress(
                elapsed=self.desk.clock.elapsed,
                phase=f"{self.question.name}: {progress.phase}",
                objective=None if progress.objective is None else self.sign * progress.objective,
                bound=None if progress.bound is None else self.sign * progress.bound,
            )
        )


def _partners(ledger: pl.DataFrame) -> dict[str, float]:
    """Return the ledger's total of each partner."""
    return {
        str(partner): float(money)
        for partner, money in ledger.group_by("partner")
        .agg(pl.col("money").sum())
        .sort("partner")
        .iter_rows()
    }

"""One question about one study, from the compiled instance to the plan; candidates count once verified."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import linopy
import polars as pl

from lynchpin.errors import PlanError, SolveError
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan.checkpoint import Checkpoint
from lynchpin.plan.extract import extract
from lynchpin.plan.order import Question
from lynchpin.plan.own import OwnCheck
from lynchpin.plan.plan import Plan, PlanInfo, Status, Worst
from lynchpin.plan.state import State
from lynchpin.plan.structure import left_out, start_of, structure_of
from lynchpin.plan.verify import Verification, verify
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Status as Ended
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
class Desk:
    """What every plan of one run shares: how to solve, whom to tell, when to stop, the time spent.

    checkpoint  where the run keeps what it has found
    same        whether a run that goes on has the options of the one that was cut off
    """

    options: SearchOptions
    on_progress: OnPlanProgress = _leave
    on_message: Callable[[str], object] = _leave
    stop: StopSignal | None = None
    clock: Clock = field(default_factory=Clock)
    model: linopy.Model | None = None
    checkpoint: Checkpoint | None = None
    same: bool = True

    @property
    def stopped(self) -> bool:
        """Whether somebody asked to stop."""
        return self.stop is not None and self.stop.is_set()


@dataclass(frozen=True, kw_only=True, eq=False)
class Verdict:
    """A candidate that passed the verifier: its money, to be maximised, point, tables, what was verified."""

    money: float
    point: Values
    tables: Mapping[str, pl.DataFrame]
    verification: Verification


class Case:
    """A question being answered.

    given  the study as it was given     study  with its scenario and lanes, as planned
    name   of the plan in its run: `plan`, `partner`, `as-is` or `what-if/NAME`
    best   the best verified candidate so far, or None
    """

    def __init__(
        self,
        *,
        given: Study,
        study: Study,
        question: Question,
        desk: Desk,
        name: str = "plan",
        start: Plan | None = None,
    ) -> None:
        self.given, self.study, self.question, self.desk, self.name = given, study, question, desk, name
        before = None if desk.checkpoint is None else desk.checkpoint.state(name)
        self.started = before.started if before else datetime.now(UTC).isoformat(timespec="seconds")
        self.clock = Clock(spent=before.seconds, phases=before.phases) if before else Clock()
        self._hashes = study.hashes()
        self.best: Verdict | None = None
        self.outcome: Outcome | None = None
        self._refused: Verification | None = None
        self._kept: tuple[float | None, float | None, int] = (None, None, 0)
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
        self._own = None if desk.model is None else OwnCheck(desk.model, self.search)
        self._start = start
        if before is not None:
            self._go_on(before)

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
        if self.outcome is None:
            self.outcome = self.search.run()
            self._say_how_it_began()
            self.keep()
        if self.best is None:
            raise self._without_plan(self.outcome)
        if self.desk.options.deterministic and self.outcome.by_clock:
            self.desk.on_message(
                f"{self.question.name}: the time limit ended the search, so the clock decided where: another "
                "run may end with another plan. Give it more time, or a wider gap."
            )
        if self.outcome.status == "error":
            self.desk.on_message(
                f"warning: the search for the plan {self.question.name} ended early and its best plan "
                f"is kept: {self.outcome.reason}"
            )

    def _go_on(self, before: State) -> None:
        """Take up the search where it was cut off."""
        standing = self.search.standing
        if before.hashes != self._hashes:
            raise PlanError(
                "the run that was cut off planned other tables: lanes are computed differently now",
                thing=f"plan {self.question.name}",
                cure="Remove the folder `checkpoint` and plan again.",
            )
        standing.spent = before.spent
        standing.notes.update(before.notes)
        if before.point is not None:
            standing.accept(before.point)
        if before.bound is not None:
            standing.lower(before.bound, before.bound_from)
        if before.done is not None and self.desk.same and self.best is not None:
            status, reason = before.done
            self.outcome = replace(
                standing.outcome(), status=Ended(status), reason=reason, stopped=self.desk.stopped
            )

    def keep(self) -> None:
        """Have the checkpoint keep where the search stands."""
        if self.desk.checkpoint is None:
            return
        standing, outcome = self.search.standing, self.outcome
        self.desk.checkpoint.put(
            self.name,
            State(
                hashes=self._hashes,
                point=standing.best,
                bound=standing.bound,
                bound_from=standing.bound_from,
                spent=standing.elapsed,
                seconds=self.clock.elapsed,
                phases=dict(self.clock.phases),
                started=self.started,
                notes=dict(standing.notes),
                done=None if outcome is None or outcome.stopped else (outcome.status.value, outcome.reason),
            ),
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
        if self._own is not None and not self._own.keeps(tables, point):
            return None
        self.best = Verdict(money=money, point=point, tables=tables, verification=verification)
        return money

    def adopt(
        self, tables: Mapping[str, pl.DataFrame], on_message: Callable[[str], object], name: str
    ) -> None:
        """Value the structure of another plan as a candidate of this one."""
        before = self.best
        self.search.standing.take(structure_of(self.instance, tables), patient=True)
        if before is not None and self.best is not before:
            on_message(
                f"The structure of the plan {name} is better here than what was found; it is taken over."
            )

    def plan(self) -> Plan:
        """Return the best verified candidate as a plan."""
        assert self.best is not None
        return Plan(
            study=self.study,
            tables=self.best.tables,
            info=self._info(self.best),
            notes=dict(self.search.standing.notes),
        )

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
            method=self.search.method,
            sharing=self.question.sharing,
            as_is=self.question.as_is,
            scenario=self.question.scenario,
            options=self._options(self.outcome),
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
            own_rows=() if self._own is None else self._own.said(best.tables, best.point),
        )

    def _options(self, outcome: Outcome) -> dict[str, Any]:
        """Return the options that were in force, as `plan.json` keeps them."""
        options = self.desk.options
        found: dict[str, Any] = {
            "time_limit": options.time_limit,
            "gap": options.gap,
            "threads": options.threads,
        }
        if options.deterministic:
            found |= {"deterministic": True, "ended_by_clock": outcome.by_clock or outcome.stopped}
        return found

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
        if self._own is not None and outcome.status in ("infeasible", "optimal"):
            return self._own.without_plan(f"plan {self.question.name}")
        return SolveError(
            f"no plan was found: {outcome.reason}",
            status=outcome.status,
            thing=f"plan {self.question.name}",
            cure=_CURES.get(outcome.status, "Check the study."),
        )

    def _tell(self, progress: PlanProgress) -> None:
        """Pass on news of the search in the plan's own sense."""
        standing = self.search.standing
        found = (standing.value, standing.bound, len(standing.notes))
        if found != self._kept:
            self._kept = found
            self.keep()
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

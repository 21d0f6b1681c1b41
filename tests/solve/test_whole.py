"""The search for the best plan: both methods agree, bounds hold, limits and stops are kept."""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

import lynchpin
from lynchpin.errors import OptionError, SolveError
from lynchpin.plan.plan import Plan
from lynchpin.solve import Problem, Solution, Status, solve_here
from lynchpin.solve.contracts import Vector
from lynchpin.solve.progress import PlanProgress
from lynchpin.study.study import Study
from tests.plans import tiny_plan
from tests.studies import random_study


def planned(study: Study, **options: object) -> Plan:
    """Return the plan of a study alone, proven to a millionth."""
    return lynchpin.plan(study, **{"gap": 1e-6, "threads": 1, "references": False} | options)


@pytest.mark.parametrize("sharing", ["alliance", "partner", "brand", "model"])
def test_both_methods_find_the_same_optimum(sharing: str) -> None:
    """The relaxation with its valuation ends where the yearly form solved whole ends."""
    study = lynchpin.examples.tiny()
    plans = [planned(study, method=method, sharing=sharing) for method in ("aggregate", "yearly")]
    assert [plan.status for plan in plans] == ["optimal", "optimal"]
    assert plans[0].objective == pytest.approx(plans[1].objective, rel=2e-6)
    for plan in plans:
        assert plan.bound is not None
        assert plan.bound >= plan.objective
        assert plan.verified


def test_sharing_wider_is_never_worth_less() -> None:
    """Alliance, partner, brand, model: each is worth at least the next; the alliance also today's plan."""
    study = lynchpin.examples.tiny()
    values = [planned(study, sharing=scope).objective for scope in ("alliance", "partner", "brand", "model")]
    assert values == sorted(values, reverse=True)
    assert tiny_plan().objective >= tiny_plan().references["as-is"].objective


def test_a_bound_is_known_before_the_end_and_only_tightens() -> None:
    """Progress has a bound that never rises and a best value that never falls."""
    news: list[PlanProgress] = []
    planned(lynchpin.examples.tiny(), on_progress=news.append)
    bounds = [item.bound for item in news if item.bound is not None]
    values = [item.objective for item in news if item.objective is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert values == sorted(values)
    assert values
    assert bounds


def test_a_stop_before_the_first_candidate_leaves_no_plan() -> None:
    """Somebody who stops at once gets an error that says so, with the exit code for no plan."""
    stop = threading.Event()
    stop.set()
    with pytest.raises(SolveError) as caught:
        planned(lynchpin.examples.tiny(), stop=stop)
    assert caught.value.exit_code == 4
    assert caught.value.status == "interrupted"
    assert "interrupted before the first candidate" in str(caught.value)


def test_a_stop_after_the_first_candidate_keeps_it() -> None:
    """Somebody who stops once there is a verified plan gets that plan."""
    stop = threading.Event()

    def stop_at_first(progress: PlanProgress) -> None:
        if progress.objective is not None:
            stop.set()

    plan = lynchpin.plan(lynchpin.examples.tiny(), gap=0.0, threads=1, stop=stop, on_progress=stop_at_first)
    assert plan.verified
    assert plan.status in ("interrupted", "optimal")
    assert dict(plan.references) == {}


def broken_down(problem: Problem, *, on_solution: Callable[[Vector], object], **options: object) -> Solution:
    """Tell of a solution and then break down, as a solver does that runs out of memory."""
    del options
    on_solution(cast(Vector, solve_here(problem).x))
    raise SolveError("the solver process broke down", thing="HiGHS", value="exit code -9", cure="Plan less.")


def test_a_solver_that_breaks_down_keeps_the_best_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best verified plan is returned, without a bound, and a warning says what happened."""
    monkeypatch.setattr("lynchpin.solve.whole.solve", broken_down)
    said: list[str] = []
    plan = planned(lynchpin.examples.tiny(), on_message=said.append)
    assert (plan.status, plan.verified, plan.bound, plan.gap) == ("feasible", True, None, None)
    assert plan.objective <= tiny_plan().objective * (1 + 1e-6)
    assert len(said) == 1
    assert "ended early" in said[0]
    assert "exit code -9" in said[0]


def test_a_solver_that_breaks_down_at_once_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a plan to keep, what the solver's end was reaches the caller."""
    monkeypatch.setattr("lynchpin.solve.process.COMMAND", "raise SystemExit('no such solver')")
    with pytest.raises(SolveError, match="no such solver"):
        planned(lynchpin.examples.tiny())


def interrupted(problem: Problem, *, on_solution: Callable[[Vector], object], **options: object) -> Solution:
    """Tell of a solution and end as on Ctrl-C."""
    del options
    best = solve_here(problem)
    on_solution(cast(Vector, best.x))
    return replace(best, status=Status.INTERRUPTED, bound=-math.inf)


def test_ctrl_c_in_the_main_plan_is_not_followed_by_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in a program keeps the main plan and starts no plan to compare with."""
    monkeypatch.setattr("lynchpin.solve.whole.solve", interrupted)
    plan = planned(lynchpin.examples.tiny(), references=True, gap=0.0)
    assert (plan.status, plan.verified, dict(plan.references)) == ("interrupted", True, {})


def test_an_impossible_study_names_the_rule_or_says_so() -> None:
    """A launch that is certain without a plant that may build it is refused, not planned around."""
    study = lynchpin.examples.tiny()
    allocations = study.tables["allocations"]
    with pytest.raises(lynchpin.LynchpinError):
        planned(study.replace(allocations=allocations.clear()))


@pytest.mark.parametrize(
    "options",
    [
        {"gap": -1.0},
        {"time_limit": 0.0},
        {"threads": 0},
        {"seed": -1},
        {"method": "magic"},
        {"sharing": "all"},
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, object]) -> None:
    """Every option is checked when it is given, by name."""
    with pytest.raises(OptionError, match=next(iter(options))):
        planned(lynchpin.examples.tiny(), **options)


def test_rows_of_one_s_own_are_kept() -> None:
    """A model with a row added by its user is solved whole, and the plan keeps the row."""
    study = lynchpin.examples.tiny()
    best = planned(study)
    model = lynchpin.build_model(study)
    make = model.variables["make"]
    vans = make.sel(make=make.coords["model"] == "van_ev").sum()
    model.add_constraints(vans * float(model.parameters["flow"]) <= 1000.0, name="few vans")
    said: list[str] = []
    plan = planned(study, model=model, references=True, on_message=said.append)
    assert any("without the rows of your own" in message for message in said)
    made = plan.tables["make"].filter(plan.tables["make"]["model"] == "van_ev")["vehicles"].sum()
    assert made <= 1000.0 + 1e-3
    assert best.tables["make"].filter(best.tables["make"]["model"] == "van_ev")["vehicles"].sum() > 1000.0
    assert plan.objective < best.objective
    assert plan.verified
    assert plan.status == "optimal"


def test_anything_but_added_rows_is_refused() -> None:
    """A changed objective, a changed limit, another scope and another study's model are each refused."""
    study = lynchpin.examples.tiny()
    dearer = lynchpin.build_model(study)
    dearer.objective = dearer.objective.expression * 2
    freer = lynchpin.build_model(study)
    freer.variables["make"].update(upper=0.5)
    for model in (dearer, freer, lynchpin.build_model(study, form="aggregate")):
        with pytest.raises(lynchpin.ModelError, match="only rows may be added"):
            planned(study, model=model)
    with pytest.raises(lynchpin.ModelError, match="only rows may be added"):
        planned(study, sharing="model", model=lynchpin.build_model(study))


@pytest.mark.parametrize("seed", range(6))
def test_both_methods_agree_on_random_studies(seed: int) -> None:
    """On studies nobody looked at, both methods end at one value and no bound is beaten."""
    study = random_study(seed)
    plans = [planned(study, method=method, gap=1e-5) for method in ("aggregate", "yearly")]
    assert plans[0].objective == pytest.approx(plans[1].objective, rel=3e-5)
    sense = 1.0 if plans[0].info.sense == "max" else -1.0
    for plan in plans:
        assert plan.verified
        assert plan.status == "optimal"
        assert plan.bound is not None
        assert sense * (plan.bound - max(sense * other.objective for other in plans) * sense) >= -1.0

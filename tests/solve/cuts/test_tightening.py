"""Rounds of cuts: bounds get better and are proven, a limit keeps what was reached, a trail is a hint."""

import pickle
import time
from dataclasses import dataclass, replace

import numpy as np
import pytest

from lynchpin.model.build import build
from lynchpin.solve import Problem, Progress, Solution, SolveOptions, Status, solve_here
from lynchpin.solve.contracts import Cuts, Trail, Vector, with_cuts
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.driver import drive
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.forms import Form
from lynchpin.solve.job import job_of
from lynchpin.solve.own import own_rows
from lynchpin.solve.split.cutting import cutter_of
from tests.solve.cuts.cases import form_of, instance_of, points, relaxed, tight

SEEDS = (6, 12)
SIMPLEX = SolveOptions(method="simplex")
INSIDE = SolveOptions(method="ipm", crossover=False)


@dataclass
class Reports:
    """Keeps the bounds that are told while cuts are added."""

    bounds: list[float]

    def __call__(self, progress: Progress, x: Vector | None) -> None:
        """Take the news."""
        assert x is None
        if progress.phase == "cuts":
            self.bounds.append(progress.bound)


@dataclass
class Late:
    """A cutter that in its last round is so slow that the time is up."""

    inner: FormCutter
    rounds: int
    until: float

    def cuts(self, x: Vector) -> Cuts:
        """Return cuts, in the last round late."""
        self.rounds -= 1
        found = self.inner.cuts(x)
        if self.rounds == 0:
            assert len(found)
            time.sleep(max(self.until - time.monotonic(), 0.0))
        return found


def proven(problem: Problem, found: Solution) -> float:
    """Return what the cuts and the duals of a solution prove."""
    assert found.row_duals is not None
    return bound_of(problem if found.cuts is None else with_cuts(problem, found.cuts), found.row_duals)


@pytest.mark.parametrize("options", [SIMPLEX, INSIDE], ids=["simplex", "interior point"])
@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_get_better_and_duals_prove_the_last(seed: int, options: SolveOptions) -> None:
    """Bounds are told round by round and never fall; cuts and duals given back prove the last again."""
    form, reports = form_of(seed, "all peaks"), Reports([])
    found = tight(form.problem, FormCutter.of(form), options, report=reports)
    assert found.status is Status.OPTIMAL
    assert found.cuts is not None
    assert len(reports.bounds) >= 2
    assert sorted(reports.bounds) == reports.bounds
    assert reports.bounds[0] < reports.bounds[-1]
    near = 1e-7 if options is SIMPLEX else 1e-4
    assert proven(form.problem, found) == pytest.approx(reports.bounds[-1], rel=near)
    assert proven(form.problem, found) <= found.objective + 1e-7 * abs(found.objective)
    if options is SIMPLEX:
        assert found.objective == pytest.approx(reports.bounds[-1], rel=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_given_back_is_the_relaxation_with_its_cuts(seed: int) -> None:
    """Solved anew with the cuts that came back, and no others, the relaxation has the same value."""
    form = form_of(seed, "yearly")
    found = tight(form.problem, FormCutter.of(form))
    assert found.cuts is not None
    assert found.x is not None
    sharper = form.with_cuts(found.cuts)
    assert solve_here(relaxed(sharper.problem)).objective == pytest.approx(found.objective, rel=1e-7)
    assert (sharper.tags[-len(found.cuts) :] == "cut").all()
    assert sharper.problem.row_name(len(form.problem.row_lower)) == "cut 0"
    assert sharper.without("cut").problem.matrix.shape == form.problem.matrix.shape
    first = tight(form.problem, FormCutter.of(form_of(seed, "yearly")))
    assert first.x is not None
    assert np.array_equal(first.x, found.x), "equal questions have equal answers"


@pytest.mark.parametrize("rounds", [1, 2])
def test_time_that_runs_out_keeps_what_was_proven(rounds: int) -> None:
    """Where the time is up in a round, the solution of the last one before it comes back, with its proof."""
    form, reports = form_of(12, "yearly"), Reports([])
    problem, cutter = relaxed(form.problem), FormCutter.of(form)
    limit = 1.5
    late = Late(cutter, rounds, time.monotonic() + limit + 0.1)
    options = replace(SIMPLEX, time_limit=limit)
    found = drive(job_of(problem, options, None, cutter=late), report=reports)
    assert len(reports.bounds) == rounds
    assert found.status is Status.OPTIMAL
    assert (found.cuts is None) == (rounds == 1)
    assert proven(problem, found) == pytest.approx(reports.bounds[-1], rel=1e-7)
    assert found.objective == pytest.approx(reports.bounds[-1], rel=1e-7)
    assert found.objective < tight(form.problem, cutter).objective


@pytest.mark.parametrize("seed", SEEDS)
def test_a_trail_leads_to_the_same_end_sooner(seed: int) -> None:
    """Begun from its own trail a relaxation needs few iterations, and ends at the optimum of other costs."""
    form = form_of(seed, "yearly")
    cutter = FormCutter.of(form)
    known = tight(form.problem, cutter)
    trail = known.trail
    assert trail is not None
    assert trail.basis is not None
    again = drive(job_of(relaxed(form.problem), SIMPLEX, None, cutter=cutter, trail=trail))
    assert again.objective >= known.objective - 1e-7 * abs(known.objective)
    plain = solve_here(relaxed(form.problem), options=SIMPLEX)
    assert again.iterations < 0.2 * plain.iterations
    random = np.random.default_rng(abs(seed))
    cost = form.problem.cost * random.choice([1.0, 1.05], p=[0.9, 0.1], size=len(form.problem.cost))
    moved = replace(form.problem, cost=cost)
    warm = drive(job_of(relaxed(moved), SIMPLEX, None, cutter=cutter, trail=trail))
    assert warm.cuts is not None
    assert proven(moved, warm) == pytest.approx(warm.objective, rel=1e-7)
    scratch = solve_here(relaxed(with_cuts(moved, warm.cuts)))
    assert warm.objective == pytest.approx(scratch.objective, rel=1e-7)


def test_a_trail_that_does_not_fit_does_no_harm() -> None:
    """Points of another width, a basis of another length, points that are none: the bound is the same."""
    form = form_of(6, "yearly")
    cutter, columns = FormCutter.of(form), len(form.problem.cost)
    plain = tight(form.problem, cutter)
    trails = [
        Trail(points=np.zeros((2, columns + 1)), basis=None),
        Trail(points=np.zeros((0, columns)), basis=np.ones(7, dtype=np.uint8)),
        Trail(points=np.full((1, columns), np.nan), basis=np.full(columns, 200, dtype=np.uint8)),
        Trail(points=np.zeros((0, columns)), basis=np.zeros(sum(form.problem.matrix.shape), dtype=np.uint8)),
    ]
    for trail in trails:
        found = drive(job_of(relaxed(form.problem), SIMPLEX, None, cutter=cutter, trail=trail))
        assert found.status is Status.OPTIMAL
        assert found.objective == pytest.approx(plain.objective, rel=1e-7)
        assert proven(form.problem, found) == pytest.approx(found.objective, rel=1e-7)


def test_a_cutter_finds_the_same_in_another_process() -> None:
    """What travels to another process finds the very same rows there."""
    form = form_of(12, "all peaks")
    cutter = FormCutter.of(form)
    other: FormCutter = pickle.loads(pickle.dumps(cutter))
    x = points(12, "all peaks")[0]
    here, there = cutter.cuts(x), other.cuts(x)
    assert len(here) == len(there) > 0
    assert np.array_equal(here.upper, there.upper)
    assert np.array_equal(here.matrix.data, there.matrix.data)


def test_rows_of_ones_own_have_no_cutter() -> None:
    """A form with a row that a user added has none, yearly or aggregate; without, it has one."""
    instance = instance_of(6)
    built = build(instance)
    model = build(instance).linopy
    model.add_constraints(model.variables["make"].sum() >= 0.0, name="some cars")
    own = own_rows(built, model)
    assert cutter_of(Form.of(built, "yearly")) is not None
    assert cutter_of(Form.of(built, "yearly", own=own)) is None
    assert cutter_of(Form.aggregate(instance, own=own, peaks=False)) is None

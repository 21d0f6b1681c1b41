"""From the aggregate form's relaxation to the yearly one's: duals, cuts and points mean the same there."""

from typing import Any

import numpy as np
import pytest

import lynchpin
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve import SolveOptions, solve_here
from lynchpin.solve.contracts import Cuts, Problem, Standpoint, Vector, with_cuts
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.driver import drive
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.forms import Form
from lynchpin.solve.job import job_of
from lynchpin.solve.pdhg.rounds import approached
from lynchpin.solve.split.parts import IMPLIED
from lynchpin.solve.split.refinement import Refinement
from tests.solve.cuts.cases import form_of, plans, points, relaxed, seen

CASES = [(1, "few peaks"), (8, "few peaks"), (15, "few peaks"), (6, "all peaks"), (12, "all peaks")]
ROUNDING = 1e-7


def way_of(seed: int, kind: str) -> Refinement:
    """Return the way from a small study's lean aggregate form to its yearly one."""
    way = Refinement.of(form_of(seed, kind).without(*IMPLIED), form_of(seed, "yearly"))
    assert way is not None
    return way


def nowhere(problem: Problem, cuts: Cuts, duals: Vector) -> Standpoint:
    """Return a standpoint with duals of rows and cuts."""
    assert len(duals) == len(problem.row_upper) + len(cuts)
    return Standpoint(duals=duals, cuts=cuts, weight=1.0)


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_columns_are_sums_of_yearly_ones(seed: int, kind: str) -> None:
    """The way says of each column what the meaning of its index says."""
    difference: Any = abs(way_of(seed, kind).columns - seen(seed, kind))
    assert difference.max() <= 1e-12


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_duals_prove_as_much_on_the_yearly_form(seed: int, kind: str) -> None:
    """Duals of the aggregate form's relaxation with cuts lose nothing on the way, and prove no untruth."""
    way = way_of(seed, kind)
    problem = relaxed(way.coarse.problem)
    first = solve_here(problem)
    assert first.x is not None
    cuts = FormCutter.of(way.coarse).cuts(first.x)
    tight = with_cuts(problem, cuts)
    found = solve_here(tight)
    assert found.x is not None
    assert found.row_duals is not None
    trail = way.trail(found.x, nowhere(problem, cuts, found.row_duals))
    assert trail.steps is not None
    fine = relaxed(way.fine.problem)
    proven = bound_of(with_cuts(fine, trail.steps.cuts), trail.steps.duals)
    assert proven >= bound_of(tight, found.row_duals) - ROUNDING * abs(found.objective)
    assert proven <= solve_here(fine, options=SolveOptions()).objective + abs(found.objective)
    for plan in plans(seed):
        money = fine.offset + float(fine.cost @ plan)
        assert proven <= money + ROUNDING * abs(money)


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_no_plan_breaks_a_cut_that_came_the_way(seed: int, kind: str) -> None:
    """Cuts found at many points of the aggregate form hold for plans of the yearly form."""
    way, broken = way_of(seed, kind), 0
    problem, cutter = way.coarse.problem, FormCutter.of(way.coarse)
    for x in points(seed, kind):
        cuts = cutter.cuts(x)
        broken += len(cuts)
        trail = way.trail(x, nowhere(problem, cuts, np.zeros(len(problem.row_upper) + len(cuts))))
        assert trail.steps is not None
        matrix: Any = trail.steps.cuts.matrix
        for plan in plans(seed):
            room = 1e-6 * (1.0 + abs(matrix) @ np.abs(plan))
            assert (matrix @ plan <= trail.steps.cuts.upper + room).all()
    assert broken


@pytest.mark.parametrize(("seed", "kind"), CASES)
def test_a_point_goes_there_and_back(seed: int, kind: str) -> None:
    """The yearly point of an aggregate point has the same flows over blocks wherever cars are made."""
    way = way_of(seed, kind)
    found = solve_here(relaxed(way.coarse.problem))
    assert found.x is not None
    rows = len(way.coarse.problem.row_upper)
    matrix: Any = way.coarse.problem.matrix
    none = Cuts(matrix=matrix[:0], upper=np.zeros(0))
    point = way.trail(found.x, nowhere(way.coarse.problem, none, np.zeros(rows))).points[-1]
    columns: Any = way.columns
    back = columns @ point
    for name, place in way.coarse.place.items():
        if name != "buy_peak":  # peaks share a block's flow in other proportions
            assert back[place] == pytest.approx(found.x[place], abs=1e-6 + 1e-6 * np.abs(found.x).max())


def test_steps_go_on_where_they_ended_on_the_smaller_form() -> None:
    """The first look on the yearly form proves what the last one on the aggregate form did."""
    way = way_of(12, "all peaks")
    steps = SolveOptions(method="pdhg")
    ended = drive(job_of(relaxed(way.coarse.problem), steps, None, cutter=FormCutter.of(way.coarse)))
    assert ended.trail is not None
    assert ended.trail.steps is not None
    trail = way.trail(ended.trail.points[-1], ended.trail.steps)
    told = list[float]()
    approached(
        job_of(relaxed(way.fine.problem), steps, None, cutter=FormCutter.of(way.fine), trail=trail),
        report=lambda progress, _: told.append(progress.bound),
        asked=lambda: bool(told),
    )
    stood = ended.trail.steps
    last = bound_of(with_cuts(way.coarse.problem, stood.cuts), stood.duals)
    assert told[0] >= last - ROUNDING * abs(last)


def test_forms_with_other_scale_points_have_no_way() -> None:
    """Columns of scale stand for chords, which are not the same where their ends are not."""
    instance = compile_study(lynchpin.examples.ladder(4, scale=True))
    coarse = Form.aggregate(instance, peaks=False)
    names = instance.names
    fine = coarse.with_breaks(instance, {(names["variant"][0], names["member"][0]): (1000.0,)})
    assert Refinement.of(coarse, fine) is None

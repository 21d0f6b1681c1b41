"""What is kept of a relaxation is taken up where it holds, and nowhere else."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from lynchpin.solve import SolveOptions, solve_here
from lynchpin.solve.contracts import Cuts, Standpoint, Trail, Vector, with_cuts
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.driver import drive
from lynchpin.solve.evaluate import bound_of
from lynchpin.solve.forms import Form
from lynchpin.solve.job import job_of
from lynchpin.solve.split.kept import KEY, PARTS, STEPS, is_begun, notes_of, trail_of
from lynchpin.solve.structure import Values
from tests.solve.cuts.cases import form_of, plans, relaxed

SEED = 12


@cache
def ended() -> Trail:
    """Return where first-order steps on a small yearly form ended."""
    form = form_of(SEED, "yearly")
    cutter, steps = FormCutter.of(form), SolveOptions(method="pdhg")
    found = drive(job_of(relaxed(form.problem), steps, None, cutter=cutter)).trail
    assert found is not None
    assert found.steps is not None
    assert len(found.steps.cuts)
    return found


def plan() -> Values:
    """Return a plan of the yearly form."""
    return form_of(SEED, "yearly").values(plans(SEED)[0])


def with_problem(form: Form, **changed: Vector) -> Form:
    """Return a form with other costs or limits."""
    return replace(form, problem=replace(form.problem, **changed))  # type: ignore[arg-type]  # all are vectors


def steps_of(form: Form, notes: dict[str, Vector], known: Values | None) -> Standpoint | None:
    """Return the steps that notes tell for a form."""
    trail = trail_of(form, notes, known)
    return None if trail is None else trail.steps


def test_steps_are_kept_whole() -> None:
    """Notes say everything of a standpoint, and it proves what it proved."""
    form, trail = form_of(SEED, "yearly"), ended()
    notes = notes_of(form, trail)
    assert is_begun(notes)
    again = trail_of(form, notes, plan())
    assert again is not None
    assert again.steps is not None
    assert trail.steps is not None
    assert again.points == pytest.approx(trail.points)
    before = bound_of(with_cuts(form.problem, trail.steps.cuts), trail.steps.duals)
    assert bound_of(with_cuts(form.problem, again.steps.cuts), again.steps.duals) == before
    assert again.steps.weight == trail.steps.weight


def test_other_costs_keep_the_cuts_and_their_bound_is_true() -> None:
    """A what-if of a price takes cuts and duals up, and what they prove there is below its relaxation."""
    form = form_of(SEED, "yearly")
    dearer = with_problem(form, cost=form.problem.cost * np.linspace(0.9, 1.1, len(form.problem.cost)))
    stood = steps_of(dearer, notes_of(form, ended()), plan())
    assert stood is not None
    tight = with_cuts(relaxed(dearer.problem), stood.cuts)
    best = solve_here(tight).objective
    assert bound_of(tight, stood.duals) <= best + 1e-7 * abs(best)


@pytest.mark.parametrize("name", ["lower", "upper", "row_lower", "row_upper"])
def test_other_limits_refuse_the_cuts(name: str) -> None:
    """A cut holds for the limits that it was found with; points are hints whatever has changed."""
    form = form_of(SEED, "yearly")
    changed = getattr(form.problem, name).copy()
    place = int(np.flatnonzero(np.isfinite(changed))[0])
    changed[place] += 0.25
    other = with_problem(form, **{name: changed})
    trail = trail_of(other, notes_of(form, ended()), plan())
    assert trail is not None
    assert trail.steps is None
    assert trail.points.shape[1] == len(form.problem.cost)


@pytest.mark.parametrize("part", PARTS)
def test_notes_that_were_changed_are_refused(part: str) -> None:
    """One number that is another than it was written is enough."""
    form = form_of(SEED, "yearly")
    notes = notes_of(form, ended())
    name = STEPS.format(form.name, part)
    notes[name] = notes[name].copy()
    notes[name][-1] += 1.0
    assert steps_of(form, notes, plan()) is None
    del notes[name]
    assert steps_of(form, notes, plan()) is None


def test_a_plan_refutes_a_cut_that_it_breaks() -> None:
    """A row that a verified plan breaks is no cut, whoever says so and however well it is signed."""
    form, trail = form_of(SEED, "yearly"), ended()
    assert trail.steps is not None
    x = plans(SEED)[0]
    matrix: Any = trail.steps.cuts.matrix
    wrong = Cuts(matrix=trail.steps.cuts.matrix, upper=matrix @ x - 1.0)
    lying = replace(trail, steps=replace(trail.steps, cuts=wrong))
    assert steps_of(form, notes_of(form, lying), plan()) is None
    assert steps_of(form, notes_of(form, trail), plan()) is not None
    assert steps_of(form, notes_of(form, trail), None) is None  # nobody to ask


def test_no_notes_no_trail() -> None:
    """Without points, or with those of a form of another size, there is nothing to begin from."""
    form = form_of(SEED, "yearly")
    assert trail_of(form, {}, plan()) is None
    notes = notes_of(form, ended())
    smaller = {name: values[:-1] for name, values in notes.items()}
    assert trail_of(form, smaller, plan()) is None
    assert not is_begun({})
    assert STEPS.format("yearly", KEY) in notes

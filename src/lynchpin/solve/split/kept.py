"""What is kept of a relaxation with cuts, for a search that begins from this one: its trail, as notes.

Points and the basis are hints. Cuts and duals of first-order steps are taken up where the form has the same
solutions as the one they are of, whatever those cost: the same rows and limits, the same way of finding cuts,
read as they were written, all of which their `key` says. A plan to begin from that breaks one of them refutes
them all.
"""

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Vector
from lynchpin.solve import cuts as ways
from lynchpin.solve.contracts import Cuts, Problem, SparseMatrix, Standpoint, Trail
from lynchpin.solve.forms import Form
from lynchpin.solve.structure import Values

POINTS, BASIS = "points of the {} form's cuts", "basis of the {} form's cuts"
STEPS = "{1} of the {0} form's steps"
PARTS = ("duals", "weight", "starts", "columns", "coefficients", "limits")
KEY = "key"
BROKEN = 1e-6  # by which a plan breaks a cut, as a share of what the cut allows


def is_begun(notes: Mapping[str, Vector]) -> bool:
    """Return whether notes say where a relaxation ended: one that begins there ends soon."""
    names = ("aggregate", "yearly")
    return any(BASIS.format(name) in notes or STEPS.format(name, KEY) in notes for name in names)


def notes_of(form: Form, trail: Trail) -> dict[str, Vector]:
    """Return what is kept of how the relaxation of a form was solved."""
    notes = {POINTS.format(form.name): trail.points.ravel()}
    if trail.basis is not None:
        notes[BASIS.format(form.name)] = trail.basis.astype(np.float64)
    if trail.steps is not None:
        matrix: Any = trail.steps.cuts.matrix
        stood: dict[str, Vector] = {
            "duals": trail.steps.duals,
            "weight": np.array([trail.steps.weight]),
            "starts": matrix.indptr.astype(np.float64),
            "columns": matrix.indices.astype(np.float64),
            "coefficients": matrix.data,
            "limits": trail.steps.cuts.upper,
        }
        stood[KEY] = _key(form.problem, stood)
        notes |= {STEPS.format(form.name, part): values for part, values in stood.items()}
    return notes


def trail_of(form: Form, notes: Mapping[str, Vector], plan: Values | None) -> Trail | None:
    """Return how the relaxation of a form of this size was solved before, if that is known.

    plan  of the yearly form, with which its cuts are refuted
    """
    points, basis = notes.get(POINTS.format(form.name)), notes.get(BASIS.format(form.name))
    columns = len(form.problem.cost)
    if points is None or not points.size or points.size % columns:
        return None
    kinds = None if basis is None else np.clip(basis, 0, 255).astype(np.uint8)
    return Trail(points=points.reshape(-1, columns), basis=kinds, steps=_steps_of(form, notes, plan))


def _steps_of(form: Form, notes: Mapping[str, Vector], plan: Values | None) -> Standpoint | None:
    found = {part: notes.get(STEPS.format(form.name, part)) for part in (*PARTS, KEY)}
    stood = {part: values for part, values in found.items() if values is not None}
    if len(stood) < len(found) or not np.array_equal(stood.pop(KEY), _key(form.problem, stood)):
        return None
    index = stood["columns"].astype(np.int64), stood["starts"].astype(np.int64)
    shape = (len(stood["limits"]), len(form.problem.cost))
    matrix = sparse.csr_array((stood["coefficients"], *index), shape=shape)
    cuts = Cuts(matrix=cast(SparseMatrix, matrix), upper=stood["limits"])
    if form.name == "yearly" and (plan is None or _breaks(form, plan, cuts)):
        return None
    return Standpoint(duals=stood["duals"], cuts=cuts, weight=float(stood["weight"][0]))


def _breaks(form: Form, plan: Values, cuts: Cuts) -> bool:
    """Return whether a plan breaks a cut, or does not fit the form, so that nobody can say."""
    x = np.zeros(len(form.problem.cost))
    for name, place in form.place.items():
        values = plan.get(name)
        if values is None or len(values) != place.stop - place.start:
            return True
        x[place] = values / form.built.columns[name].unit
    matrix: Any = cuts.matrix
    room = BROKEN * (np.abs(cuts.upper) + abs(matrix) @ np.abs(x) + 1.0)
    return bool((matrix @ x > cuts.upper + room).any())


def _key(problem: Problem, stood: Mapping[str, Vector]) -> Vector:
    """Return what is another with other solutions, other ways to find cuts, or other notes (32)."""
    matrix: Any = cast(Any, problem.matrix).tocsr()
    found = hashlib.sha256(_ways())
    arrays = [matrix.indptr, matrix.indices, matrix.data, problem.lower, problem.upper, problem.integer]
    arrays += [problem.row_lower, problem.row_upper, *(stood[part] for part in PARTS)]
    for values in arrays:
        found.update(np.ascontiguousarray(values).tobytes())
    return np.frombuffer(found.digest(), dtype=np.uint8).astype(np.float64)


@cache
def _ways() -> bytes:
    """Return what tells apart ways to find cuts: the code of their modules."""
    found = hashlib.sha256()
    for entry in sorted(files(ways).iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".py"):
            found.update(entry.read_bytes())
    return found.digest()

"""Rows of one's own: a linopy model that a user added constraints to, checked against the model it came from.

Only added rows keep what is proven about a model: a changed cost or row is another statement, whose plans the
verifier would judge by the old one. With the yearly method limits of variables may be narrower as well; each
is taken as a row. How rows about parts appear in the aggregate form is said in `own_lifting`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import linopy
import numpy as np
from scipy import sparse

from lynchpin.errors import ModelError
from lynchpin.model.build import Arrays, Built, arrays
from lynchpin.model.vectors import Vector

SCALE = ("mode", "volume")
"""Variables whose columns change when the scale curve is stated more finely."""


@dataclass(frozen=True, eq=False, kw_only=True)
class OwnRows:
    """Rows that a user added, or what is made of them for a form.

    names  constraint of each row, as the user named it
    terms  variable -> rows over its columns, for the variables that they mention
    lower, upper  limits of each row
    """

    names: tuple[str, ...]
    terms: Mapping[str, sparse.csr_array]
    lower: Vector
    upper: Vector

    def over(self, place: Mapping[str, slice], width: int) -> sparse.csr_array:
        """Return the rows over all columns of a model whose variables stand at `place`."""
        whole: Any = sparse.csr_array((len(self.lower), width))
        for name, matrix in self.terms.items():
            entries: Any = matrix.tocoo()
            at = (entries.coords[0], entries.coords[1] + place[name].start)
            whole = whole + sparse.coo_array((entries.data, at), shape=(len(self.lower), width)).tocsr()
        return sparse.csr_array(whole)


def own_rows(built: Built, model: linopy.Model, *, limits: bool = False) -> OwnRows:
    """Return the rows that were added to a built model.

    built   the yearly form of the study and scope that is planned
    model   what `lynchpin.build_model` returned for them, with constraints added
    limits  whether narrower limits of variables are taken as rows, which the yearly method does

    Raises ModelError where anything but added rows is different, where a row is about the pieces of scale,
    and where a row has no column, a number that is none, or no point within the limits of its columns.
    """
    if list(model.variables) != list(built.linopy.variables):
        raise _refused("its variables are not those of this study's yearly form")
    ours, theirs = arrays(built), _their_arrays(built, model)
    narrower = _narrower(ours, theirs) if limits else _no_limits(ours)
    difference = _difference(ours, theirs, limits=limits)
    if difference is not None:
        raise _refused(difference)
    count = len(ours.row_lower)
    names = (*theirs.row_tag[count:].tolist(), *narrower.row_tag.tolist())
    # scipy's types know no stack of two kinds
    matrix: Any = sparse.csr_array(sparse.vstack([_from(theirs.matrix, count), narrower.matrix]))  # type: ignore[call-overload]
    parts = {name: sparse.csr_array(matrix.tocsc()[:, columns]) for name, columns in ours.position.items()}
    found = OwnRows(
        names=names,
        terms={name: part for name, part in parts.items() if part.nnz},
        lower=np.concatenate([theirs.row_lower[count:], narrower.row_lower]),
        upper=np.concatenate([theirs.row_upper[count:], narrower.row_upper]),
    )
    if any(name in found.terms for name in SCALE):
        raise _refused(
            "a row is about `mode` or `volume`, the pieces of the scale curve; state it about `buy`"
        )
    _refuse_senseless(found, matrix, ours)
    return found


def _their_arrays(built: Built, model: linopy.Model) -> Arrays:
    """Return the arrays of the user's model; raises ModelError where linopy kept a row in part only."""
    for name in model.constraints:
        if name in built.linopy.constraints:
            continue
        constraint: Any = model.constraints[name]
        if constraint.ncons == 0:
            raise _senseless(str(name), "no row of it is left: its right side is not a number")
    try:
        return arrays(built, model)
    except (ValueError, KeyError, IndexError) as error:
        raise _refused(f"it does not hold together ({error})") from error


def _refuse_senseless(rows: OwnRows, matrix: Any, model: Arrays) -> None:
    """Raise ModelError for a row without columns, with a number that is none, or that nothing can keep."""
    least, most = extremes(matrix, model.lower, model.upper)
    empty = np.diff(matrix.indptr) == 0
    broken = ~np.isfinite(matrix @ np.ones(matrix.shape[1])) | np.isnan(rows.lower) | np.isnan(rows.upper)
    room = 1e-6 * np.maximum(1.0, np.maximum(np.abs(least), np.abs(most)))
    for row, name in enumerate(rows.names):
        if broken[row]:
            raise _senseless(name, "a coefficient or its right side is not a finite number")
        if empty[row]:
            raise _senseless(name, "no column of the model is in it (what is not a number is left out)")
        if most[row] < rows.lower[row] - room[row] or least[row] > rows.upper[row] + room[row]:
            raise _senseless(
                name,
                f"nothing can keep it: its left side lies between {least[row]:.6g} and {most[row]:.6g}, "
                f"its limits are {rows.lower[row]:.6g} and {rows.upper[row]:.6g}",
            )


def extremes(matrix: Any, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    """Return the least and the most that rows can come to within the limits of their columns."""
    plus, minus = matrix.maximum(0), matrix.minimum(0)
    return plus @ lower + minus @ upper, plus @ upper + minus @ lower


def _from(matrix: Any, first: int) -> Any:
    return matrix[first:]


def _no_limits(ours: Arrays) -> Arrays:
    nothing = np.zeros(0)
    return replace(
        ours, matrix=sparse.csr_array((0, len(ours.cost))), row_lower=nothing, row_upper=nothing,
        row_tag=np.zeros(0, dtype=object),
    )  # fmt: skip


def _narrower(ours: Arrays, theirs: Arrays) -> Arrays:
    """Return narrower limits of variables as rows, each named by its variable."""
    if len(theirs.cost) != len(ours.cost):
        return _no_limits(ours)
    column = np.flatnonzero((theirs.lower > ours.lower) | (theirs.upper < ours.upper))
    name = np.zeros(len(ours.cost), dtype=object)
    for variable, place in ours.position.items():
        name[place] = f"limits of {variable}"
    matrix = sparse.csr_array(
        (np.ones(len(column)), (np.arange(len(column)), column)), shape=(len(column), len(ours.cost))
    )
    return replace(
        ours, matrix=matrix, row_lower=theirs.lower[column], row_upper=theirs.upper[column],
        row_tag=name[column],
    )  # fmt: skip


def _difference(ours: Arrays, theirs: Arrays, *, limits: bool) -> str | None:
    """Return what was changed beyond added rows, None where nothing was."""
    if len(theirs.cost) != len(ours.cost):
        return "its variables have other sizes than those of this study"
    for name in ("cost", "integer"):
        if not np.array_equal(getattr(ours, name), getattr(theirs, name)):
            return f"the {name} of a variable was changed"
    wider = bool((theirs.lower < ours.lower).any() or (theirs.upper > ours.upper).any())
    same = np.array_equal(ours.lower, theirs.lower) and np.array_equal(ours.upper, theirs.upper)
    if wider or (not same and not limits) or np.isnan(theirs.lower + theirs.upper).any():
        return "a limit of a variable was changed"
    count = len(ours.row_lower)
    if len(theirs.row_lower) < count:
        return "rows were removed"
    same = (
        np.array_equal(ours.row_tag, theirs.row_tag[:count])
        and np.array_equal(ours.row_lower, theirs.row_lower[:count])
        and np.array_equal(ours.row_upper, theirs.row_upper[:count])
        and _equal(ours.matrix, theirs.matrix, count)
    )
    return None if same else "a row of the statement was changed"


def _equal(first: Any, second: Any, count: int) -> bool:
    """Whether a sparse matrix is the same as the first rows of another."""
    return bool(abs(first - second[:count]).nnz == 0)


def _refused(problem: str) -> ModelError:
    return ModelError(
        f"only rows may be added: {problem}",
        thing="model",
        cure="Call build_model with the study and options that you plan with and add constraints to it; for "
        "narrower limits of variables plan with the yearly method (--method yearly, method='yearly'); change "
        "prices and other data in the study's tables.",
    )


def _senseless(name: str, problem: str) -> ModelError:
    return ModelError(
        f"the row cannot be taken: {problem}",
        thing="constraint",
        value=name,
        cure="Look at the identifiers by which its columns were chosen, at its numbers and at its units: "
        "flows are in units of model.parameters['flow'].",
    )

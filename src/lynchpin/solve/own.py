"""Rows of one's own: a linopy model that a user added constraints to, checked against the model it came from.

Only added rows keep what is proven about a model: a changed cost, limit or row is another statement, whose
plans the verifier would judge by the old one.
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
    """Rows that a user added: a matrix for each variable that they mention, and their limits."""

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


def own_rows(built: Built, model: linopy.Model) -> OwnRows:
    """Return the rows that were added to a built model.

    built  the yearly form of the study and scope that is planned
    model  what `lynchpin.build_model` returned for them, with constraints added

    Raises ModelError where anything but added rows is different, or where a row is about the pieces of scale.
    """
    if list(model.variables) != list(built.linopy.variables):
        raise _refused("its variables are not those of this study's yearly form")
    ours, theirs = arrays(built), arrays(replace(built, linopy=model))
    difference = _difference(ours, theirs)
    if difference is not None:
        raise _refused(difference)
    count = len(ours.row_lower)
    parts = {name: _part(theirs, count, columns) for name, columns in theirs.position.items()}
    terms = {name: part for name, part in parts.items() if part.nnz}
    if any(name in terms for name in SCALE):
        raise _refused(
            "a row is about `mode` or `volume`, the pieces of the scale curve; state it about `buy`"
        )
    return OwnRows(terms=terms, lower=theirs.row_lower[count:], upper=theirs.row_upper[count:])


def _part(found: Arrays, first: int, columns: slice) -> sparse.csr_array:
    """Return the rows from `first` on over some columns."""
    whole: Any = found.matrix
    return sparse.csr_array(whole[first:].tocsc()[:, columns])


def _difference(ours: Arrays, theirs: Arrays) -> str | None:
    """Return what was changed beyond added rows, None where nothing was."""
    if len(theirs.cost) != len(ours.cost):
        return "its variables have other sizes than those of this study"
    for name in ("cost", "lower", "upper", "integer"):
        if not np.array_equal(getattr(ours, name), getattr(theirs, name)):
            return f"the {name} of a variable was changed"
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
        cure="Call build_model with the study and options that you plan with, and add constraints only.",
    )

"""What separators read of a form: its rows by formula, and how many cars can be sold."""

from typing import TYPE_CHECKING, Any

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

Split = tuple[Positions, Vector, Positions, Vector]
"""Columns and coefficients of a row: those that are asked for, and the others."""


class Rows:
    """The rows of a form, as its matrix has them."""

    def __init__(self, form: "Form") -> None:
        matrix: Any = form.problem.matrix
        self._matrix: Any = matrix.tocsr()
        self._tags = form.tags.astype(str)

    def of(self, *tags: str) -> list[int]:
        """Return the rows of some formulas."""
        return np.flatnonzero(np.isin(self._tags, tags)).tolist()

    def split(self, row: int, own: Flags) -> Split:
        """Return a row's columns and coefficients, apart by whether a column is one's own (n)."""
        entries = slice(self._matrix.indptr[row], self._matrix.indptr[row + 1])
        index, value = self._matrix.indices[entries].astype(np.int64), self._matrix.data[entries]
        mine = own[index]
        return index[mine], value[mine], index[~mine], value[~mine]


def columns_of(form: "Form", *names: str) -> Flags:
    """Return which columns belong to some variables, as far as the form has them (n)."""
    found = np.zeros(len(form.problem.cost), dtype=np.bool_)
    for name in names:
        if name in form.place:
            found[form.place[name]] = True
    return found


def most_sold(form: "Form") -> dict[tuple[int, int, int], float]:
    """Return the most cars that are sold, by version, market and period."""
    sell = form.built.columns["sell"].frame.select("model", "market", "period")
    return dict(zip(sell.iter_rows(), form.problem.upper[form.place["sell"]].tolist(), strict=True))

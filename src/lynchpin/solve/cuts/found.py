"""Rows that a separator finds, put together as arrays."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Positions
from lynchpin.solve.contracts import Cuts, SparseMatrix, Vector

Row = tuple[Positions, Vector, float]
"""Columns, coefficients and upper limit of a row; a column may occur twice."""

SMALL = 1e-9  # coefficient that HiGHS takes for nought
DEEP = 3e-4  # by how much of its largest term a row is broken at least


def together(rows: Sequence[Row], columns: int) -> Cuts:
    """Return rows as arrays."""
    sizes = [len(index) for index, _, _ in rows]
    number = np.repeat(np.arange(len(rows)), sizes)
    index = np.concatenate([index for index, _, _ in rows]) if rows else np.zeros(0, np.int64)
    value = np.concatenate([value for _, value, _ in rows]) if rows else np.zeros(0)
    return gathered(number, index, value, np.array([upper for _, _, upper in rows], np.float64), columns)


def gathered(number: Positions, index: Positions, value: Vector, upper: Vector, columns: int) -> Cuts:
    """Return rows (m) from the row, column and coefficient of each entry (e), and their upper limits."""
    matrix: Any = sparse.coo_array((value, (number, index)), shape=(len(upper), columns)).tocsr()
    matrix.sum_duplicates()
    matrix.data[np.abs(matrix.data) < SMALL] = 0.0
    matrix.eliminate_zeros()
    return Cuts(matrix=matrix, upper=upper)


def broken(cuts: Cuts, x: Vector) -> Cuts:
    """Return the rows that a point breaks by more than a little."""
    matrix = cast(Any, cuts.matrix)
    terms = matrix.copy()
    terms.data = np.abs(terms.data * x[terms.indices])
    largest = np.maximum(np.asarray(terms.max(axis=1).todense()).ravel(), 1e-3) if len(cuts) else np.zeros(0)
    return kept(cuts, np.flatnonzero(matrix @ x > cuts.upper + DEEP * largest))


def kept(cuts: Cuts, rows: Positions) -> Cuts:
    """Return some of the rows."""
    return Cuts(matrix=cast(Any, cuts.matrix)[rows], upper=cuts.upper[rows])


def stacked(parts: Sequence[Cuts]) -> Cuts:
    """Return rows below each other."""
    matrix = sparse.csr_array(cast(Any, sparse.vstack([cast(Any, part.matrix) for part in parts])))
    return Cuts(matrix=cast(SparseMatrix, matrix), upper=np.concatenate([part.upper for part in parts]))

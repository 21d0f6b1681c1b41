"""A problem as the steps see it: rows, columns, costs and limits of like size.

    A' = E A D,   cost' = k D cost,   limits of columns' = b D⁻¹ limits,   limits of rows' = b E limits

E and D are diagonal: ten rounds after Ruiz (2001) bring the largest entry of each row and column near one,
one after Pock and Chambolle (2011) their sums. k and b bring costs and limits to norm one.
"""

import math
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.contracts import Problem
from lynchpin.solve.pdhg.kernels import product

ROUNDS = 10
POWER = 30  # steps of the power method, after which its norm is right to a per cent or so
SAFE = 0.97  # of the step that the norm allows

Compressed = tuple[Any, Any, Any]
"""Pointers, indices, values."""


@dataclass(frozen=True, eq=False)
class Scaled:
    """A scaled problem (n columns, m rows).

    rows, columns  the matrix by rows and by columns
    limits         cost, lower, upper (n), row_lower, row_upper (m)
    of_x, of_y     what a scaled point and its duals are multiplied with to be those of the problem (n), (m)
    step           product of the two step lengths
    unit           b / k: ω of the problem as it is, for each ω of the scaled one
    """

    rows: Compressed
    columns: Compressed
    limits: tuple[Vector, Vector, Vector, Vector, Vector]
    of_x: Vector
    of_y: Vector
    step: float
    unit: float

    @classmethod
    def of(cls, problem: Problem) -> "Scaled":
        """Return a problem scaled."""
        matrix, by_row, by_column = _equilibrated(problem)
        cost = problem.cost * by_column
        row_lower, row_upper = problem.row_lower * by_row, problem.row_upper * by_row
        ends = np.stack([row_lower, row_upper])
        sizes = np.where(np.isfinite(ends), np.abs(ends), 0.0).max(axis=0, initial=0.0)
        of_limits = 1.0 / (1.0 + float(np.linalg.norm(sizes)))
        of_cost = 1.0 / (1.0 + float(np.linalg.norm(cost)))
        rows, columns = _compressed(matrix), _compressed(matrix.tocsc())
        return cls(
            rows=rows,
            columns=columns,
            limits=(
                cost * of_cost,
                problem.lower / by_column * of_limits,
                problem.upper / by_column * of_limits,
                row_lower * of_limits,
                row_upper * of_limits,
            ),
            of_x=by_column / of_limits,
            of_y=by_row / of_cost,
            step=SAFE / _norm(rows, columns, matrix.shape),
            unit=of_limits / of_cost,
        )


def _compressed(matrix: Any) -> Compressed:
    """Return pointers, indices and values; compiled loops would look for negative places of signed ones."""
    return matrix.indptr.astype(np.uint32), matrix.indices.astype(np.uint32), matrix.data


def _equilibrated(problem: Problem) -> tuple[Any, Vector, Vector]:
    """Return the matrix scaled, by rows, and the factors of rows and of columns."""
    matrix: Any = sparse.csr_array(cast(Any, problem.matrix), dtype=np.float64)
    row: Positions = np.repeat(np.arange(len(problem.row_lower)), np.diff(cast(Positions, matrix.indptr)))
    order = np.argsort(matrix.indices, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(matrix.indices, minlength=matrix.shape[1]))])
    sizes = np.abs(matrix.data)
    by_row, by_column = np.ones(matrix.shape[0]), np.ones(matrix.shape[1])
    for number in range(ROUNDS + 1):
        kind = np.maximum if number < ROUNDS else np.add
        of_row, of_column = _of_each(kind, sizes, matrix.indptr), _of_each(kind, sizes[order], starts)
        by_row *= of_row
        by_column *= of_column
        sizes *= of_row[row] * of_column[matrix.indices]
    matrix.data = matrix.data * (by_row[row] * by_column[matrix.indices])
    return matrix, by_row, by_column


def _of_each(kind: np.ufunc, sizes: Vector, starts: Any) -> Vector:
    """Return one over the root of the largest, or of the sum, of each stretch; one where it is empty."""
    filled = np.diff(starts) > 0
    found = np.ones(len(filled))
    if filled.any():
        found[filled] = kind.reduceat(sizes, starts[:-1][filled])
    found[found <= 0] = 1.0
    return 1.0 / np.sqrt(found)


def _norm(rows: Compressed, columns: Compressed, shape: tuple[int, int]) -> float:
    """Return the largest singular value, by the power method."""
    here, there = np.random.default_rng(0).normal(size=shape[1]), np.zeros(shape[0])
    square = 0.0
    for _ in range(POWER):
        product(rows, here, there)
        product(columns, there, here)
        square = float(np.linalg.norm(here))
        if square <= 0.0:
            return 1.0
        here /= square
    return math.sqrt(square)

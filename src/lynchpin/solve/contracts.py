"""What is asked of a solver and what comes back: every contract of this package in one file.

A problem is stated on arrays, always to be minimised (n columns, m rows):

    minimise    offset + cost · x
    subject to  row_lower <= A x <= row_upper,   lower <= x <= upper,   x[j] integral where integer[j]

An absent limit is `-inf` or `inf`, in the solver's arrays as here. Objective, bound and gap are those of this
minimisation: whoever maximises turns the sign before and after.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lynchpin.errors import ModelError

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Basis = npt.NDArray[np.uint8]


class SparseMatrix(Protocol):
    """A matrix by columns (`csc`) or by rows (`csr`), as scipy.sparse makes them; no entry occurs twice."""

    # The members are scipy's and documented there (D102).
    @property
    def format(self) -> str: ...  # noqa: D102 - scipy's
    @property
    def shape(self) -> tuple[int, ...]: ...  # noqa: D102 - scipy's
    @property
    def indptr(self) -> Any: ...  # noqa: D102 - scipy's
    @property
    def indices(self) -> Any: ...  # noqa: D102 - scipy's
    @property
    def data(self) -> Any: ...  # noqa: D102 - scipy's


@dataclass(frozen=True, kw_only=True, eq=False)
class Problem:
    """A linear or mixed-integer problem, to be minimised.

    cost, lower, upper    one number a column (n)
    integer               whether a column is integral (n)
    matrix                rows by columns (m, n), in csc or csr form
    row_lower, row_upper  one number a row (m)
    offset                what the objective is when every column is nought
    column_name, row_name the name of a column or row by its position, for messages

    Raises ModelError when lengths disagree or a number is not one.
    """

    cost: Vector
    lower: Vector
    upper: Vector
    integer: Flags
    matrix: SparseMatrix
    row_lower: Vector
    row_upper: Vector
    offset: float = 0.0
    column_name: Callable[[int], str] = "column {}".format
    row_name: Callable[[int], str] = "row {}".format

    def __post_init__(self) -> None:
        for name in ("cost", "lower", "upper", "row_lower", "row_upper"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype=np.float64))
        object.__setattr__(self, "integer", np.ascontiguousarray(self.integer, dtype=np.bool_))
        self._check_shapes()
        self._check_numbers()

    @property
    def is_mixed_integer(self) -> bool:
        """Whether any column is integral."""
        return bool(self.integer.any())

    def _check_shapes(self) -> None:
        if self.matrix.format not in ("csc", "csr"):
            raise ModelError(
                "the matrix is neither by columns nor by rows",
                value=self.matrix.format,
                cure="Call .tocsc() or .tocsr() on it.",
            )
        rows, columns = self.matrix.shape
        lengths = dict.fromkeys(("cost", "lower", "upper", "integer"), columns)
        lengths |= dict.fromkeys(("row_lower", "row_upper"), rows)
        for name, length in lengths.items():
            shape = getattr(self, name).shape
            if shape != (length,):
                raise ModelError(
                    f"its shape does not fit the matrix of {rows} rows and {columns} columns",
                    thing=name,
                    value=shape,
                    cure=f"Give {length} numbers.",
                )

    def _check_numbers(self) -> None:
        columns, rows = self.column_name, self.row_name
        _refuse("cost", self.cost, ~np.isfinite(self.cost), columns)
        _refuse("lower", self.lower, np.isnan(self.lower) | (self.lower == np.inf), columns)
        _refuse("upper", self.upper, np.isnan(self.upper) | (self.upper == -np.inf), columns)
        _refuse("row_lower", self.row_lower, np.isnan(self.row_lower) | (self.row_lower == np.inf), rows)
        _refuse("row_upper", self.row_upper, np.isnan(self.row_upper) | (self.row_upper == -np.inf), rows)
        entries = np.asarray(self.matrix.data, dtype=np.float64)
        _refuse("matrix", entries, ~np.isfinite(entries), "entry {}".format)
        _refuse("offset", np.array([self.offset]), ~np.isfinite([self.offset]), "the objective".format)


def _refuse(name: str, values: Vector, wrong: Flags, named: Callable[[int], str]) -> None:
    """Raise for the first value that is wrong, by its name."""
    if wrong.any():
        first = int(np.argmax(wrong))
        raise ModelError(
            f"{name} has {np.count_nonzero(wrong)} values that cannot be used",
            thing=named(first),
            value=float(values[first]),
            cure="Trace the number back to the table it was computed from.",
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Cuts:
    """Rows matrix x <= upper that cut off points of a relaxation and no solution (k rows, n columns)."""

    matrix: SparseMatrix
    upper: Vector

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.upper)


def with_cuts(problem: Problem, cuts: Cuts) -> Problem:
    """Return a problem with rows added at its end."""
    matrix = sparse.csr_array(cast(Any, sparse.vstack([cast(Any, problem.matrix), cast(Any, cuts.matrix)])))
    return replace(
        problem,
        matrix=cast(SparseMatrix, matrix),
        row_lower=np.concatenate([problem.row_lower, np.full(len(cuts), -np.inf)]),
        row_upper=np.concatenate([problem.row_upper, cuts.upper]),
    )


class Cutter(Protocol):
    """Whoever knows rows that a point of a relaxation breaks and no solution does."""

    def cuts(self, x: Vector) -> Cuts:
        """Return rows that a point (n) breaks, none where it knows of none."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Trail:
    """How a relaxation with cuts was solved: what one that is alike may begin from.

    points  at which cuts were looked for, in turn (k, n)
    basis   where simplex ended: status of each column, each row and each cut that was added, in the order in
            which they were, as HiGHS counts them; None from another method
    steps   where first-order steps stand, None from another method

    Points and basis prove nothing. The cuts of `steps` hold for every problem with the same solutions,
    whatever these cost; whoever begins another one must not have them here.
    """

    points: Vector
    basis: Basis | None = None
    steps: "Standpoint | None" = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Standpoint:
    """Where first-order steps for a relaxation with cuts stand, but for the point.

    duals   of its rows, then of the cuts (m + k)
    cuts    that are at work there (k)
    weight  how far x moves for how far y does, see `pdhg.steps`
    """

    duals: Vector
    cuts: Cuts
    weight: float


class Status(StrEnum):
    """How a solve ended; the list is closed."""

    OPTIMAL = "optimal"  # proven within the gap that was asked for
    FEASIBLE = "feasible"  # a limit was reached with a solution
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INTERRUPTED = "interrupted"  # somebody asked to stop; the best solution so far, if any
    LIMIT = "limit"  # a limit was reached without a solution
    ERROR = "error"  # the solver gave up; Solution.reason says why


def relative_gap(objective: float, bound: float) -> float:
    """Return (objective − bound) / |objective|, at least nought, and `inf` while either is unknown."""
    if not (math.isfinite(objective) and math.isfinite(bound)):
        return math.inf
    difference = max(objective - bound, 0.0)
    return difference / abs(objective) if objective else (math.inf if difference else 0.0)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """Where a running solve stands.

    elapsed    seconds since the call
    phase      what is being done, in a few words
    incumbent  objective of the best solution so far, `inf` while there is none; never rises
    bound      no solution is below this, `-inf` while unknown; never falls
    trail      of a relaxation with cuts, so far
    """

    elapsed: float
    phase: str
    incumbent: float = math.inf
    bound: float = -math.inf
    trail: "Trail | None" = field(default=None, compare=False, repr=False)

    @property
    def gap(self) -> float:
        """The proven relative distance of the incumbent from the best possible, `inf` while unknown."""
        return relative_gap(self.incumbent, self.bound)


@dataclass(frozen=True, kw_only=True, eq=False)
class Solution:
    """What a solve returned.

    status                   how it ended
    reason                   why, in words, where the status alone does not say; else empty
    x                        value of each column (n), or None without a feasible solution
    row_duals, reduced_costs of a linear problem (m and n), else None: reduced_costs = cost − A' row_duals;
                             proof of the objective only where it is optimal
    cuts                     rows that a cutter added, or None; the last of row_duals are theirs
    trail                    how they were found, or None
    objective                at x; `inf` without one, `-inf` when unbounded
    bound                    no solution is below this; `-inf` while unknown
    seconds                  from the call to its return, hand-over included
    iterations, nodes        of simplex, interior point and crossover together; of the search tree
    """

    status: Status
    reason: str = ""
    x: Vector | None = None
    row_duals: Vector | None = None
    reduced_costs: Vector | None = None
    cuts: Cuts | None = None
    trail: Trail | None = None
    objective: float = math.inf
    bound: float = -math.inf
    seconds: float = 0.0
    iterations: int = 0
    nodes: int = 0

    @property
    def gap(self) -> float:
        """The proven relative distance from the best possible, `inf` while unknown."""
        return relative_gap(self.objective, self.bound)


class OnProgress(Protocol):
    """Anything that can be told how a solve stands, such as `print`."""

    def __call__(self, progress: Progress, /) -> object:
        """Take the news; called in the thread that called the solver, never more often than it returns."""
        ...


class StopSignal(Protocol):
    """Anything that says whether to stop, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether the solve should stop now."""
        ...

"""One solve in plain arrays: what travels to the child process."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import highspy
import numpy as np
import numpy.typing as npt

from lynchpin.errors import OptionError
from lynchpin.solve.contracts import Cutter, Problem, Trail, Vector
from lynchpin.solve.options import Settings, SolveOptions

Start = npt.ArrayLike | Mapping[int, float]
Positions = npt.NDArray[np.int32]


class Arrays(NamedTuple):
    """The arguments of highspy's `passModel`, in its order."""

    columns: int
    rows: int
    entries: int
    form: int
    sense: int
    offset: float
    cost: Vector
    lower: Vector
    upper: Vector
    row_lower: Vector
    row_upper: Vector
    starts: Positions
    indices: Positions
    values: Vector
    kinds: Positions


@dataclass(frozen=True, kw_only=True, eq=False)
class Job:
    """One solve.

    settings   HiGHS options by name
    start      positions and values of known columns, or None
    cutter     who adds rows to a relaxation until it knows of none, or None
    trail      of an alike relaxation, from which this one begins, or None
    enough     gain of a round with cuts, as a share of all gains so far, below which there is no other
               one; None for the method's own
    began      `time.monotonic()` of the call, which all processes of a machine share
    deadline   when the time limit is reached, on the same clock, or None
    """

    arrays: Arrays
    mixed_integer: bool
    settings: Settings
    start: tuple[Positions, Vector] | None
    began: float
    deadline: float | None
    cutter: Cutter | None = None
    trail: Trail | None = None
    enough: float | None = None


def job_of(
    problem: Problem,
    options: SolveOptions,
    start: Start | None,
    *,
    cutter: Cutter | None = None,
    trail: Trail | None = None,
    enough: float | None = None,
) -> Job:
    """Return the solve of a problem as arrays; raises OptionError for a start that does not fit."""
    began = time.monotonic()
    return Job(
        arrays=_arrays(problem),
        mixed_integer=problem.is_mixed_integer,
        settings=options.settings(mixed_integer=problem.is_mixed_integer),
        start=None if start is None else _known_columns(problem, start),
        began=began,
        deadline=None if options.time_limit is None else began + options.time_limit,
        cutter=None if problem.is_mixed_integer else cutter,
        trail=trail,
        enough=enough,
    )


def _arrays(problem: Problem) -> Arrays:
    matrix = problem.matrix
    rows, columns = matrix.shape
    forms = highspy.MatrixFormat
    return Arrays(
        columns=columns,
        rows=rows,
        entries=int(matrix.indptr[-1]),
        form=int(forms.kColwise if matrix.format == "csc" else forms.kRowwise),
        sense=int(highspy.ObjSense.kMinimize),
        offset=float(problem.offset),
        cost=problem.cost,
        lower=problem.lower,
        upper=problem.upper,
        row_lower=problem.row_lower,
        row_upper=problem.row_upper,
        starts=np.asarray(matrix.indptr, dtype=np.int32),
        indices=np.asarray(matrix.indices, dtype=np.int32),
        values=np.asarray(matrix.data, dtype=np.float64),
        kinds=problem.integer.astype(np.int32),
    )


def _known_columns(problem: Problem, start: Start) -> tuple[Positions, Vector]:
    """Return positions and values of the columns that a start gives."""
    if not problem.is_mixed_integer:
        raise OptionError(
            "a start helps only problems with integral columns, and this one has none",
            thing="start",
            cure="Leave it out.",
        )
    columns = len(problem.cost)
    if isinstance(start, Mapping):
        positions, values = _from_mapping(start, columns)
    else:
        positions, values = _from_array(start, columns)
    if not np.isfinite(values).all():
        raise OptionError("a value is not finite", thing="start", cure="Leave that column out.")
    return positions.astype(np.int32), values


def _from_mapping(start: Mapping[int, float], columns: int) -> tuple[npt.NDArray[np.int64], Vector]:
    positions = np.array(sorted(start), dtype=np.int64)
    outside = positions[(positions < 0) | (positions >= columns)]
    if outside.size:
        raise OptionError(
            "it names a column that does not exist",
            thing="start",
            value=int(outside[0]),
            cure=f"Columns are 0 to {columns - 1}.",
        )
    return positions, np.array([start[position] for position in positions.tolist()], dtype=np.float64)


def _from_array(start: npt.ArrayLike, columns: int) -> tuple[npt.NDArray[np.int64], Vector]:
    """Read a start for all columns, in which NaN leaves one open."""
    whole = np.asarray(start, dtype=np.float64)
    if whole.shape != (columns,):
        raise OptionError(
            "its shape does not fit", thing="start", value=whole.shape, cure=f"Give {columns} numbers."
        )
    positions = np.flatnonzero(~np.isnan(whole))
    return positions, whole[positions]

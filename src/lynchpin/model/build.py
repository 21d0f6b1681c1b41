"""The model: its table of contents, and its way into linopy and into arrays.

    launches    L1           production  A1 O1 F1 F2 F3      trade    T3
    sharing     U1 U2 U5     market      F9 L4 M1            scale    S1 S2
    sourcing    U3 F4 F5 F7 K1                               targets  share volume co2 local dual_source
    money       the objective

Two forms of one statement: *yearly*, what a plan has to satisfy, and *aggregate*, a relaxation in which flows
of parts are over slots of several periods (see `slots`, `lifting`). Everything else is yearly in both, with
the same frames, so that a structure found in one form fits the other. `arrays` is to be minimised; the
present contribution of a solution is -(offset + cost x) x unit of money.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, cast

import linopy
import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.errors import ModelError, OptionError
from lynchpin.model import launches, market, money, production, scale, sharing, sourcing, targets, trade
from lynchpin.model.handover import to_linopy
from lynchpin.model.instance import Instance
from lynchpin.model.lifting import Aggregate
from lynchpin.model.rows import Columns, Statement, over_columns
from lynchpin.model.scale import ScaleOptions
from lynchpin.model.slots import Slots
from lynchpin.model.slots import first as first_slots
from lynchpin.model.vectors import Flags, Vector

BLOCKS = (launches, sharing, sourcing, production, market, trade, targets)
STRUCTURE = ("launched_programme", "launched", "use", "nominate", "allocate", "open")
Structure = Mapping[str, Flags]


@dataclass(frozen=True, eq=False, kw_only=True)
class Built:
    """A stated model.

    statement  its columns, rows and costs
    slots      of the aggregate form, None in the yearly one
    """

    statement: Statement
    slots: Slots | None

    @cached_property
    def linopy(self) -> linopy.Model:
        """The linopy model; every variable has one dimension of its own name, with identifiers."""
        return to_linopy(self.statement)

    @property
    def instance(self) -> Instance:
        """Return what it was stated from."""
        return self.statement.instance

    @property
    def columns(self) -> Mapping[str, Columns]:
        """Return variable -> its index frame (positions), limits and unit, in the order of the columns."""
        return self.statement.columns

    @property
    def flow(self) -> float:
        """Return the real vehicles or pieces in one unit of the model."""
        return self.statement.flow

    @property
    def money(self) -> float:
        """Return the currency in one unit of the model."""
        return self.statement.money


@dataclass(frozen=True, eq=False, kw_only=True)
class Arrays:
    """A model ready to be solved: minimise offset + cost x within row_lower <= matrix x <= row_upper.

    position  variable -> slice of x, in the order of its frame; user variables are in it as well
    row_tag   name of each row's formula (rows)
    """

    cost: Vector
    lower: Vector
    upper: Vector
    integer: Flags
    matrix: sparse.csr_array
    row_lower: Vector
    row_upper: Vector
    offset: float
    position: Mapping[str, slice]
    row_tag: np.ndarray[tuple[int], np.dtype[np.object_]]


def build(
    instance: Instance,
    *,
    form: str = "yearly",
    slots: Slots | None = None,
    strong: bool | None = None,
    scale_options: ScaleOptions | None = None,
) -> Built:
    """Return the model of an instance.

    form    `yearly` or `aggregate`
    slots   of the aggregate form; None: the first ones
    strong  whether rows that only tighten the relaxation are stated; None: in the aggregate form
    scale_options  chords or tangents of the scale curve; None: chords

    Raises OptionError for an unknown form.
    """
    if form not in ("yearly", "aggregate"):
        raise OptionError(
            "is no form of the model", thing="form", value=form, cure="Use yearly or aggregate."
        )
    options = scale_options or ScaleOptions()
    chosen = (slots or first_slots(instance)) if form == "aggregate" else None
    aggregate = None if chosen is None else Aggregate.of(instance, chosen)
    flow, unit = units(instance)
    statement = Statement(
        instance, aggregate, strong if strong is not None else form == "aggregate", flow, unit
    )
    for block in BLOCKS:
        block.decisions(statement)
    scale.decisions(statement, options)
    for block in BLOCKS:
        block.rows(statement)
    scale.rows(statement)
    money.objective(statement, options)
    return Built(statement=statement, slots=chosen)


def units(instance: Instance) -> tuple[float, float]:
    """Return powers of ten: most sales of a version lie near 100, the money of a car or piece near 10."""
    most = instance.possible.sum(axis=1).max(initial=0.0)
    flow = 10.0 ** (np.floor(np.log10(most)) - 1) if most > 0 else 1.0
    lines = [np.abs(values) for name in ("sell", "make", "buy") for values in instance.money[name].values()]
    worth = max((float(values.max(initial=0.0)) for values in lines), default=0.0)
    return float(flow), float(flow * 10.0 ** (np.floor(np.log10(worth)) - 1)) if worth > 0 else float(flow)


def arrays(built: Built, model: linopy.Model | None = None) -> Arrays:
    """Return the arrays of a model as it was stated, or as a linopy model of it has them.

    model  the linopy model of `built`, with constraints and variables added by a user
    """
    return _stated(built.statement) if model is None else _with_additions(built.statement, model)


def _stated(statement: Statement) -> Arrays:
    columns, sets = statement.columns, statement.row_sets
    position = statement.position
    matrix = sparse.csr_array(cast(Any, sparse.vstack([over_columns(rows, position) for rows in sets])))
    matrix.eliminate_zeros()
    limit = np.concatenate([rows.rhs for rows in sets])
    counts = [rows.keys.height for rows in sets]
    sense = np.repeat(np.array([rows.sense for rows in sets]), counts)
    return Arrays(
        cost=statement.costs,
        lower=np.concatenate([part.lower for part in columns.values()]),
        upper=np.concatenate([part.upper for part in columns.values()]),
        integer=np.concatenate([np.full(part.frame.height, part.binary) for part in columns.values()]),
        matrix=matrix,
        row_lower=np.where(sense == "<=", -np.inf, limit),
        row_upper=np.where(sense == ">=", np.inf, limit),
        offset=statement.offset,
        position=position,
        row_tag=np.repeat(np.array([rows.tag for rows in sets], dtype=object), counts),
    )


def _with_additions(statement: Statement, model: linopy.Model) -> Arrays:
    matrices = model.matrices
    start = 0
    position: dict[str, slice] = {}
    for name, variable in model.variables.items():
        size = int((variable.labels.to_numpy() != -1).sum())
        position[str(name)] = slice(start, start + size)
        start += size
    limit = np.asarray(matrices.b, dtype=np.float64)
    first = np.asarray(matrices.sense, dtype="U1")
    constraints: Any = model.constraints
    rows = {str(name): int(constraints[name].ncons) for name in constraints}
    return Arrays(
        cost=np.asarray(matrices.c, dtype=np.float64),
        lower=matrices.lb,
        upper=matrices.ub,
        integer=matrices.vtypes != "C",
        matrix=sparse.csr_array(matrices.A),
        row_lower=np.where(first == "<", -np.inf, limit),
        row_upper=np.where(first == ">", np.inf, limit),
        offset=statement.offset,
        position=position,
        row_tag=np.repeat(np.array(list(rows), dtype=object), list(rows.values())),
    )


def fix(problem: Arrays, structure: Structure) -> Arrays:
    """Return the arrays with the structure fixed; modes of scale stay free.

    structure  variable -> whether each column of its frame is chosen, for any of `STRUCTURE`

    Raises ModelError where a choice does not fit the frame.
    """
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for name, chosen in structure.items():
        place = problem.position.get(name)
        if place is None or len(chosen) != place.stop - place.start:
            raise ModelError(
                "the structure does not fit the model's columns",
                thing=name,
                value=len(chosen),
                cure="Take the frames of the instance that the model was built from.",
            )
        lower[place] = upper[place] = np.asarray(chosen, dtype=np.float64)
    return replace(problem, lower=lower, upper=upper)


def real_values(built: Built, x: Vector, problem: Arrays) -> dict[str, pl.DataFrame]:
    """Return every variable's index frame with `value` in real units, from a solution of the arrays."""
    found: dict[str, pl.DataFrame] = {}
    for name, columns in built.columns.items():
        found[name] = columns.frame.with_columns(value=pl.Series(x[problem.position[name]] * columns.unit))
    return found


def chosen(built: Built, x: Vector, problem: Arrays) -> dict[str, Flags]:
    """Return the structure of a solution, rounded."""
    return {name: x[problem.position[name]] > 0.5 for name in STRUCTURE if name in built.columns}

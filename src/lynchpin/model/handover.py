"""From arrays to linopy: variables whose coordinates carry identifiers, constraints as sparse rows."""

import linopy
import numpy as np
import pandas as pd
import polars as pl
import xarray as xr
from linopy.constraints import CSRConstraint
from linopy.csr import AuxCoords, Grid
from scipy import sparse

from lynchpin.model.instance import AXIS_OF, Instance
from lynchpin.model.lifting import RowSet
from lynchpin.model.rows import Columns, Statement
from lynchpin.model.vectors import Matrix

INDEX = (
    "target", "pool", "programme", "model", "family", "platform", "variant", "supplier", "successor", "site",
    "market", "regime", "member", "user", "phase", "slot", "chord", "period",
)  # fmt: skip
"""Columns of a frame that name its rows, in the order in which people read them."""


def to_linopy(statement: Statement) -> linopy.Model:
    """Return the linopy model of a statement; constraints are named by the tags of the formulas."""
    with linopy.options as options:
        options.set_value(semantics="v1")
        model = linopy.Model(sparse=True)
        starts: dict[str, int] = {}
        for name, columns in statement.columns.items():
            starts[name] = _add_variable(model, statement.instance, name, columns)
        width = sum(columns.frame.height for columns in statement.columns.values())
        for rows in statement.row_sets:
            matrix = _matrix(rows, starts, width)
            index = pd.RangeIndex(rows.keys.height, name=f"{rows.tag}_row")
            words: AuxCoords = {
                name: (f"{rows.tag}_row", values)
                for name, values in labels(statement.instance, rows.keys).items()
            }
            grid = Grid({f"{rows.tag}_row": index}, words)
            places = np.arange(rows.keys.height)
            model.add_constraints(
                CSRConstraint(matrix, places, rows.rhs, rows.sense, grid, model), name=rows.tag
            )
        _add_objective(model, statement, starts)
    return model


def _add_variable(model: linopy.Model, instance: Instance, name: str, columns: Columns) -> int:
    """Add a variable and return the label of its first column."""
    frame = columns.frame
    words = {word: (name, values) for word, values in labels(instance, frame).items() if word != name}
    coords = xr.Coordinates({name: np.arange(frame.height), **words})
    variable = model.add_variables(
        columns.lower, columns.upper, coords=coords, name=name, binary=columns.binary
    )
    return int(variable.labels.to_numpy()[0]) if frame.height else 0


def labels(
    instance: Instance, frame: pl.DataFrame
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]]:
    """Return the identifiers of a frame's index columns; blank where there is none."""
    found: dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]] = {}
    for column in INDEX:
        if column in frame.columns:
            axis = {"user": "member"}.get(column, AXIS_OF.get(column, column))
            words = instance.periods if axis == "period" else instance.names.get(axis)
            codes = frame[column].to_numpy()
            found[column] = codes if words is None else np.array([*words, ""])[codes]
    return found


def _matrix(rows: RowSet, starts: dict[str, int], width: int) -> Matrix:
    """Return the rows over all columns."""
    entries = [(matrix.tocoo(), starts[name]) for name, matrix in rows.terms.items()]
    row = np.concatenate([part.coords[0] for part, _ in entries])
    column = np.concatenate([part.coords[1] + start for part, start in entries])
    value = np.concatenate([part.data for part, _ in entries])
    return sparse.coo_array((value, (row, column)), shape=(rows.keys.height, width)).tocsr()


def _add_objective(model: linopy.Model, statement: Statement, starts: dict[str, int]) -> None:
    label = np.concatenate(
        [start + np.arange(statement.columns[name].frame.height) for name, start in starts.items()]
    )
    cost = np.concatenate(
        [statement.cost.get(name, np.zeros(statement.columns[name].frame.height)) for name in starts]
    )
    chosen = np.flatnonzero(cost)
    data = xr.Dataset({"coeffs": ("_term", cost[chosen]), "vars": ("_term", label[chosen]), "const": 0.0})
    model.add_objective(linopy.LinearExpression(data, model), sense="min")

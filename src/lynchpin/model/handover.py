"""From arrays to linopy: variables whose coordinates carry identifiers, constraints as sparse rows."""

import linopy
import numpy as np
import pandas as pd
import polars as pl
import xarray as xr
from linopy.constraints import CSRConstraint
from linopy.csr import AuxCoords, Grid

from lynchpin.model.instance import AXIS_OF, Instance
from lynchpin.model.rows import Columns, Statement, over_columns

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
        for name, columns in statement.columns.items():
            _add_variable(model, statement.instance, name, columns)
        for rows in statement.row_sets:
            matrix = over_columns(rows, statement.position)
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
        _add_objective(model, statement)
    return model


def _add_variable(model: linopy.Model, instance: Instance, name: str, columns: Columns) -> None:
    """Add a variable; its labels are the positions of its columns."""
    frame = columns.frame
    words = {word: (name, values) for word, values in labels(instance, frame).items() if word != name}
    coords = xr.Coordinates({name: np.arange(frame.height), **words})
    model.add_variables(columns.lower, columns.upper, coords=coords, name=name, binary=columns.binary)


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


def _add_objective(model: linopy.Model, statement: Statement) -> None:
    cost = statement.costs
    chosen = np.flatnonzero(cost)
    data = xr.Dataset({"coeffs": ("_term", cost[chosen]), "vars": ("_term", chosen), "const": 0.0})
    model.add_objective(linopy.LinearExpression(data, model), sense="min")

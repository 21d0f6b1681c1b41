"""Coefficients of sums of columns: from rows over yearly flows of parts to rows over flows of slots.

    sum = sum over its yearly columns of weight x column
    coefficient of a sum: that of its columns over weight if it is the same for all of them, nought counting
    for those that the row lacks; else the least of them for <=, the greatest for >=, none for =

A column in no sum may be dropped from <= where its coefficient is not negative, from >= where it is not
positive: columns are never negative.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.vectors import Flags, Matrix, Positions, Vector

CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class Parts:
    """Which slot flow each yearly column of `buy` belongs to.

    frame   index frame of the slot flows
    group   slot flow of each yearly column, -1 for none
    weight  with which a yearly column enters its slot flow
    size    number of yearly columns in each slot flow
    """

    frame: pl.DataFrame
    group: Positions
    weight: Vector
    size: Positions


def over_flows(rows: Matrix, sense: str, flows: Mapping[str, Parts]) -> tuple[dict[str, Matrix], Flags]:
    """Return rows over the columns of each flow, and which of them are valid.

    rows   over yearly columns of `buy`      sense  <=, >= or =, of all rows
    flows  variable -> its sums; a yearly column is in one sum at most
    """
    entries: Any = sparse.coo_array(rows)
    row: Positions = np.asarray(entries.coords[0])
    column: Positions = np.asarray(entries.coords[1])
    data: Vector = np.asarray(entries.data)
    inside = np.zeros(len(row), dtype=np.bool_)
    valid = np.ones(rows.shape[0], dtype=np.bool_)
    found: dict[str, Matrix] = {}
    for name, parts in flows.items():
        own = parts.group[column] >= 0
        inside |= own
        entry = row[own], parts.group[column[own]], data[own] / parts.weight[column[own]]
        found[name] = _merged(entry, sense, parts, valid)
    harmless = (data > 0) if sense == "<=" else (data < 0) if sense == ">=" else np.zeros_like(inside)
    valid[row[~inside & ~harmless]] = False
    return found, valid


def _merged(entries: tuple[Positions, Positions, Vector], sense: str, parts: Parts, valid: Flags) -> Matrix:
    """Return the coefficients of sums; rows in which one has none are marked as not valid."""
    row, group, value = entries
    place, at = np.unique(row * len(parts.size) + group, return_inverse=True)
    least, most = np.full(len(place), np.inf), np.full(len(place), -np.inf)
    np.minimum.at(least, at, value)
    np.maximum.at(most, at, value)
    target_row, target = np.divmod(place, max(len(parts.size), 1))
    lacking = np.bincount(at, minlength=len(place)) < parts.size[target]
    least, most = np.where(lacking, np.minimum(least, 0), least), np.where(lacking, np.maximum(most, 0), most)
    if sense == "=":
        differ = most - least > CLOSE * np.maximum(np.abs(most), np.abs(least))
        valid[target_row[differ]] = False
    result = most if sense == ">=" else least
    shape = (len(valid), len(parts.size))
    matrix = sparse.coo_array((result, (target_row, target)), shape=shape).tocsr()
    matrix.eliminate_zeros()
    return matrix


def scattered(frame: pl.DataFrame, keys: pl.DataFrame, on: list[str], values: Vector) -> Matrix:
    """Return the matrix (keys, frame) with `values` where a row of the frame belongs to a key."""
    found = frame.select(on).join(
        keys.select(on).with_row_index("_key"), on=on, how="left", maintain_order="left"
    )["_key"]
    belongs = found.is_not_null().to_numpy()
    row = found.cast(pl.Int64).fill_null(0).to_numpy()
    column = np.arange(frame.height)
    matrix = sparse.coo_array(
        (values[belongs], (row[belongs], column[belongs])), shape=(keys.height, frame.height)
    )
    return matrix.tocsr()

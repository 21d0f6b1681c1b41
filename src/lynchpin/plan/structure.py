"""The structure of a plan's tables, as 0 and 1 for the rows of an instance that may be of another scope."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Vector
from lynchpin.solve.structure import derived

_KEYS = {
    "launched": ("launch", ["model"]),
    "use": ("use", ["model", "variant"]),
    "allocate": ("allocate", ["programme", "site"]),
    "open": ("open", ["site"]),
}


def structure_of(instance: Instance, tables: Mapping[str, pl.DataFrame]) -> dict[str, Vector]:
    """Return the choices of a plan for each row of an instance of the same study.

    A nomination of any member counts for every member that uses the variant where the scopes differ.
    """
    values = {name: _found(instance, name, tables[table], keys) for name, (table, keys) in _KEYS.items()}
    members = set(tables["nominate"]["member"])
    same = members <= set(instance.names["member"])
    keys = ["variant", "site", "member"] if same else ["variant", "site"]
    values["nominate"] = _found(instance, "nominate", tables["nominate"], keys) * _used(
        instance, values["use"]
    )
    return derived(instance, values)


def _found(instance: Instance, name: str, table: pl.DataFrame, keys: list[str]) -> Vector:
    """Return 1 for each row of a frame that a table has."""
    rows = instance.labelled(name).select(keys).with_row_index("row")
    inside = rows.join(table.select(keys).unique(), on=keys, how="semi")["row"].to_numpy()
    values = np.zeros(rows.height)
    values[inside] = 1.0
    return values


def _used(instance: Instance, use: Vector) -> Vector:
    """Return 1 for each nomination of a variant that its member uses."""
    frames = instance.frames
    used = np.zeros((len(instance.names["variant"]), len(instance.names["member"])))
    member = frames["models"]["member"].to_numpy()[frames["use"]["model"].to_numpy()]
    np.maximum.at(used, (frames["use"]["variant"].to_numpy(), member), use)
    return used[frames["nominate"]["variant"].to_numpy(), frames["nominate"]["member"].to_numpy()]

"""The structure of a plan's tables, as 0 and 1 for the rows of an instance of another scope or study."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Flags, Vector
from lynchpin.plan.plan import Plan
from lynchpin.solve.start import Start
from lynchpin.solve.structure import derived

_KEYS = {
    "launched": ("launch", ["model"]),
    "use": ("use", ["model", "variant"]),
    "allocate": ("allocate", ["programme", "site"]),
    "open": ("open", ["site"]),
}
_SOURCE = ("nominate", ["variant", "site"])
_PIECES = ["model", "variant", "supplier", "site", "regime", "period"]
_TABLES = {"model": "models", "variant": "variants", "programme": "programmes", "site": "sites"}
_FEW = 3  # identifiers that a message names


def structure_of(instance: Instance, tables: Mapping[str, pl.DataFrame]) -> dict[str, Vector]:
    """Return the choices of a plan for each row of an instance; what has no row there is left out.

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


def start_of(instance: Instance, plan: Plan, name: str) -> Start:
    """Return a plan as what the search for an instance of this study, or of another one, begins from."""
    rows = instance.labelled("buy").select(_PIECES).with_row_index("row")
    bought = plan.tables["buy"].group_by(_PIECES).agg(pl.col("pieces").sum())
    pieces = rows.join(bought, on=_PIECES, how="left", maintain_order="left")["pieces"]
    values = structure_of(instance, plan.tables) | {"buy": pieces.fill_null(0.0).to_numpy()}
    known = {
        row: _known(instance, row, plan, keys) for row, (_, keys) in {**_KEYS, "nominate": _SOURCE}.items()
    }
    return Start(values=values, known=known, notes=plan.notes, name=name)


def left_out(instance: Instance, plan: Plan) -> tuple[int, int, str]:
    """Return how many of a plan's decisions have no row in an instance, of how many, and a few of them."""
    lost: list[str] = []
    total = 0
    for row, (table, keys) in {**_KEYS, "nominate": _SOURCE}.items():
        chosen = plan.tables[table].select(keys).unique().sort(keys)
        there = instance.labelled(row).select(keys).unique()
        gone = chosen.join(there, on=keys, how="anti", maintain_order="left")
        lost += [f"{table} {' '.join(map(str, values))}" for values in gone.iter_rows()]
        total += chosen.height
    few = ", ".join(lost[:_FEW]) + (" and others" if len(lost) > _FEW else "")
    return len(lost), total, few


def _known(instance: Instance, name: str, plan: Plan, keys: list[str]) -> Flags:
    """Return which rows of a frame name only what the study of a plan has."""
    rows = instance.labelled(name).select(keys)
    known = np.ones(rows.height, dtype=np.bool_)
    for key in keys:
        there = plan.study.table(_TABLES[key])[key]
        known &= rows[key].is_in(there.implode()).to_numpy()
    return known


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

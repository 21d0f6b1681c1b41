"""Slots: the time axis of part flows in the aggregate form.

The weight of family f in period t is w[f,t] = d[t] pi[f,t]. A *block* is a run of periods; its flow is
G = sum over its periods of w buy. The first blocks are cut where the unit money of a part, seen against the
family's path (d c / w), changes, where a flow opens or closes (a duty's regime, a ban) and where a target on
the family begins or ends. A *peak* is a period in which flows are kept as well, per supplier but not
per plant: H = sum over plants and regimes of buy.
A yearly row times weights that are not negative, summed, is valid for these flows; `lifting` does it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Flags, Positions, Vector

TOLERANCE = 1e-6  # relative change of unit money that cuts a block


@dataclass(frozen=True, eq=False)
class Slots:
    """Blocks and peaks of every family.

    block   number of each period's block, counted from 0 (F, T)
    peak    whether flows are kept in the period as well (F, T)
    weight  w (F, T)
    """

    block: Positions
    peak: Flags
    weight: Vector

    @property
    def alone(self) -> Flags:
        """Return whether a period is a block of its own (F, T)."""
        same = self.block[:, :, None] == self.block[:, None, :]
        return same.sum(axis=2) == 1


def first(instance: Instance, *, tolerance: float = TOLERANCE) -> Slots:
    """Return the first slots: blocks cut where unit money changes, peaks at the most demand of a family.

    tolerance  relative change of d c / w up to which periods stay in one block; larger is smaller and looser
    """
    cuts = _cuts(instance, tolerance)
    block = np.concatenate(
        [np.zeros((len(cuts), 1), dtype=np.int64), np.cumsum(cuts, axis=1, dtype=np.int64)], axis=1
    )
    slots = Slots(block, np.zeros(block.shape, dtype=np.bool_), instance.weights)
    return refine(
        instance,
        slots,
        critical=[(family, int(np.argmax(row))) for family, row in enumerate(_demand(instance))],
    )


def refine(instance: Instance, slots: Slots, *, critical: Iterable[tuple[int, int]]) -> Slots:
    """Return the slots with further peaks, as (position of the family, position of the period)."""
    peak = slots.peak.copy()
    for family, period in critical:
        peak[family, period] = True
    return replace(slots, peak=peak & ~slots.alone & (instance.weights > 0))


def _demand(instance: Instance) -> Vector:
    """Return the most pieces of each family that could be needed in a period (F, T)."""
    needs = instance.frames["needs"]
    demand = np.zeros(instance.paths.shape)
    possible = (
        instance.possible.sum(axis=1)[needs["model"].to_numpy()] * needs["quantity"].to_numpy()[:, None]
    )
    np.add.at(demand, needs["family"].to_numpy(), possible)
    return demand


def _cuts(instance: Instance, tolerance: float) -> Flags:
    """Return whether a block ends after each period but the last (F, T - 1)."""
    cuts = np.zeros((instance.paths.shape[0], max(len(instance.periods) - 1, 0)), dtype=np.bool_)
    for family, ends in (_part_dates(instance, tolerance), _target_dates(instance)):
        np.logical_or.at(cuts, family, ends)
    return cuts


def _part_dates(instance: Instance, tolerance: float) -> tuple[Positions, Flags]:
    """Return the family of every flow of a part, and whether its money moves or it opens or closes.

    A flow that is open in a part of its block could serve all of the block, at the money of that part.
    """
    parts, arc = instance.frames["parts"], ["variant", "supplier", "site", "regime"]
    arcs = parts.select(*arc, "family").unique().sort(arc)
    at = parts.select(arc).join(arcs.with_row_index("_arc"), on=arc, how="left", maintain_order="left")
    place = at["_arc"].cast(pl.Int64).to_numpy(), parts["period"].to_numpy()
    family = arcs["family"].to_numpy()
    shape = (arcs.height, len(instance.periods))
    is_open = np.zeros(shape, dtype=np.bool_)
    is_open[place] = True
    piece = np.full(parts.height, np.nan)  # a part that no car could carry in the period has no money
    piece[instance.frames["buy"]["part"].to_numpy()] = sum(instance.money["buy"].values())
    money = np.full(shape, np.nan)
    money[place] = piece
    money /= np.where(instance.paths > 0, instance.paths, 1.0)[family]
    before, after = money[:, :-1], money[:, 1:]
    moved = np.abs(after - before) > tolerance * np.maximum(np.abs(after), np.abs(before))
    carried: Flags = np.asarray(np.isfinite(money).any(axis=1))[:, None]
    opens: Flags = is_open[:, :-1] != is_open[:, 1:]
    return family, moved | (opens & carried)


def _target_dates(instance: Instance) -> tuple[Positions, Flags]:
    """Return the family of every target on its sources, and whether the target begins or ends."""
    missed = instance.frames["miss"].filter(pl.col("variant") >= 0)
    variants = instance.frames["use"].select("variant", "family").unique()
    rows = missed.join(variants, on="variant").select("target", "family", "period").unique()
    targets = rows.select("target", "family").unique().sort("target", "family")
    active = np.zeros((targets.height, len(instance.periods)), dtype=np.bool_)
    for number, pair in enumerate(targets.iter_rows()):
        active[
            number, rows.filter((pl.col("target") == pair[0]) & (pl.col("family") == pair[1]))["period"]
        ] = True
    return targets["family"].to_numpy(), active[:, :-1] != active[:, 1:]

"""Slots: the time axis of part flows in the aggregate form.

The weight of family f in period t is w[f,t] = d[t] pi[f,t]. A *block* is a run of periods; its flow is
G = sum over its periods of w buy. The first blocks are cut where the unit money of a part, seen against the
family's path (d c / w), changes. A *peak* is a period in which flows are kept as well, per supplier but not
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
    parts = instance.frames["parts"].select("variant", "supplier", "site", "regime", "period", "family")
    buy = instance.frames["buy"].select(
        "part", *(pl.Series(line, values) for line, values in instance.money["buy"].items())
    )
    total = buy.unique("part").select("part", money=pl.sum_horizontal(pl.exclude("part")))
    parts = parts.with_row_index("part").cast({"part": pl.Int64}).join(total, on="part")
    family, period = parts["family"].to_numpy(), parts["period"].to_numpy()
    relative = parts["money"].to_numpy() / np.where(instance.paths > 0, instance.paths, 1.0)[family, period]
    key = ["variant", "supplier", "site", "regime"]
    steps = (
        parts.with_columns(relative=pl.Series(relative))
        .sort(*key, "period")
        .with_columns(before=pl.col("relative").shift(1).over(key))
    )
    moved = (pl.col("relative") - pl.col("before")).abs() > tolerance * pl.max_horizontal(
        pl.col("relative").abs(), pl.col("before").abs()
    )
    cuts = np.zeros((instance.paths.shape[0], max(len(instance.periods) - 1, 0)), dtype=np.bool_)
    for row in steps.filter(moved).select("family", "period").unique().iter_rows():
        cuts[row[0], row[1] - 1] = True
    return cuts

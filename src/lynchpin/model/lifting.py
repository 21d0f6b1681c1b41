"""From yearly rows to rows over slots, by one rule.

    A yearly row times a weight that is not negative, summed, is valid. Kept columns take the sum; an
    aggregated column takes its coefficient if that is the same in all its periods, else the least for <= and
    the greatest for >=.

    G[m,v,s,k,r,b] = sum over t in b of w[f,t] buy[m,v,s,k,r,t]
    H[m,v,s,t]     = sum over k, r of buy[m,v,s,k,r,t]
    (coupling)  sum over peaks t in b of w[f,t] H[m,v,s,t] <= sum over k, r of G[m,v,s,k,r,b]
    cost of G   the least of d c / w over its periods

A flow whose block is one period stands for itself, over w, in the rows of peaks. Equations whose aggregated
coefficients differ, and >= rows that miss a column of a peak, cannot be lifted and are left out: what is left
is a relaxation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.instance import Instance
from lynchpin.model.merging import Parts, over_flows, scattered
from lynchpin.model.slots import Slots
from lynchpin.model.vectors import Flags, Matrix, Positions, Vector

BLOCK_KEYS = ["model", "variant", "supplier", "site", "regime", "slot"]
PEAK_KEYS = ["model", "variant", "supplier", "period"]


@dataclass(frozen=True)
class Lift:
    """How the rows of a set are summed: the keys kept over blocks and, None for not at all, at peaks.

    block   key columns beside `slot`
    peak    key columns beside `period`
    yearly  whether a row is about one period: those of a block are summed, each times w of its family, or d
            where families mix; else a row stands for the horizon
    """

    block: tuple[str, ...]
    peak: tuple[str, ...] | None = None
    yearly: bool = True


@dataclass(frozen=True, eq=False)
class RowSet:
    """Finished rows.

    keys, sense, rhs  one a row, but for the sense: all of a set have the same
    terms  variable -> coefficients (rows, columns as the blocks state them or over slots)
    of     name of the yearly set that they are sums of, None where there is none
    sums   of which of its rows, times what (rows, rows of that set); None where they are these themselves
    """

    tag: str
    keys: pl.DataFrame
    sense: str
    rhs: Vector
    terms: Mapping[str, Matrix]
    of: str | None = None
    sums: Matrix | None = None


def block_flows(instance: Instance, slots: Slots) -> Parts:
    """Return G: flows of parts over blocks."""
    buy = instance.frames["buy"]
    family, period = buy["family"].to_numpy(), buy["period"].to_numpy()
    keyed = buy.select(
        "model", "variant", "family", "supplier", "site", "regime", "pool", "use", "period", "most"
    ).with_columns(slot=pl.Series(slots.block[family, period].astype(np.int32)))
    return _grouped(keyed, BLOCK_KEYS, slots.weight[family, period])


def peak_flows(instance: Instance, slots: Slots) -> Parts:
    """Return H: flows of parts in peaks, over all plants and regimes."""
    buy = instance.frames["buy"]
    family, period = buy["family"].to_numpy(), buy["period"].to_numpy()
    kept = slots.peak[family, period]
    keyed = buy.select("model", "variant", "family", "supplier", "use", "period", "most")
    found = _grouped(keyed.filter(pl.Series(kept)), PEAK_KEYS, np.ones(int(kept.sum())))
    group = np.full(buy.height, -1)
    group[kept] = found.group
    return Parts(found.frame, group, np.ones(buy.height), found.size)


def slot_costs(parts: Parts, cost: Vector) -> Vector:
    """Return the cost of each slot flow: the least of cost / weight over its periods."""
    least = np.full(parts.frame.height, np.inf)
    np.minimum.at(least, parts.group, cost / parts.weight)
    return least


@dataclass(frozen=True, eq=False)
class Aggregate:
    """Part flows of the aggregate form.

    slots, blocks, peaks  time, flows over blocks, flows at peaks
    discount  factors to the first period (T)
    family, period  of each yearly column of `buy`
    """

    slots: Slots
    blocks: Parts
    peaks: Parts
    discount: Vector
    family: Positions
    period: Positions

    @classmethod
    def of(cls, instance: Instance, slots: Slots) -> "Aggregate":
        """Return the part flows of an instance over slots."""
        buy = instance.frames["buy"]
        return cls(
            slots, block_flows(instance, slots), peak_flows(instance, slots), instance.discount,
            buy["family"].to_numpy(), buy["period"].to_numpy(),
        )  # fmt: skip

    @property
    def lone(self) -> Parts:
        """Return the flows over blocks of one period, which are flows of that period times w."""
        alone = self.slots.alone[self.family, self.period]
        return replace(self.blocks, group=np.where(alone, self.blocks.group, -1))

    def in_time(self, buy: Matrix, period: Positions) -> tuple[Vector, Positions]:
        """Return the weight and the block of rows, each about one period.

        buy  the rows over yearly columns; a row over several families has the weight d and the blocks that
             are cut where all of them are
        """
        families, kind = self._families(sparse.csr_array(buy))
        ends = np.diff(self.slots.block, axis=1) != 0
        weight, cuts = np.empty((len(families), len(self.discount))), np.empty((len(families), ends.shape[1]))
        for number, own in enumerate(families):
            cuts[number] = ends[own].all(axis=0) if len(own) else ends.all(axis=0)
            weight[number] = self.slots.weight[own[0]] if len(own) == 1 else self.discount
        block = np.concatenate([np.zeros((len(families), 1)), np.cumsum(cuts, axis=1)], axis=1)
        return weight[kind, period], block[kind, period].astype(np.int64)

    def _families(self, buy: Matrix) -> tuple[list[Positions], Positions]:
        """Return the sets of families that rows are about, and which of them each row is about."""
        has = np.zeros((buy.shape[0], len(self.slots.block)), dtype=np.bool_)
        row: Positions = np.repeat(np.arange(len(has)), np.diff(np.asarray(buy.indptr, dtype=np.int64)))
        has[row, self.family[buy.indices]] = True
        mixed = has.sum(axis=1) != 1
        kinds, number = np.unique(has[mixed], axis=0, return_inverse=True)
        alone = [np.array([family]) for family in range(has.shape[1])]
        kind = has.argmax(axis=1)
        kind[mixed] = len(alone) + number.ravel()
        return [*alone, *map(np.flatnonzero, kinds)], kind

    def lifted(self, rows: RowSet, lift: Lift) -> list[RowSet]:
        """Return a yearly row set over slots: over blocks, and at peaks where it is asked for.

        Rows that have no part in them stay as they are.
        """
        has = np.diff(rows.terms["buy"].indptr) > 0
        rows = replace(rows, of=rows.tag, sums=sparse.csr_array(sparse.eye_array(rows.keys.height)))
        without = {name: matrix for name, matrix in rows.terms.items() if name != "buy"}
        plain, parts = _chosen(replace(rows, terms=without), ~has), _chosen(rows, has)
        found = [replace(plain, tag=f"{rows.tag}_without"), _over_blocks(parts, lift, self)]
        if lift.peak is not None and self.peaks.frame.height:
            found.append(_at_peaks(parts, lift, self))
        return [row_set for row_set in found if row_set.keys.height]

    def coupling(self) -> RowSet:
        """Return the rows that tie the flow of peaks to the flow of their block."""
        return _coupling(self.blocks, self.peaks, self.slots)


def _coupling(blocks: Parts, peaks: Parts, slots: Slots) -> RowSet:
    family, period = peaks.frame["family"].to_numpy(), peaks.frame["period"].to_numpy()
    on = ["model", "variant", "supplier", "slot"]
    slot = peaks.frame.with_columns(slot=pl.Series(slots.block[family, period].astype(np.int32)))
    keys = slot.select(on).unique().sort(on)
    weighed = scattered(slot, keys, on, slots.weight[family, period])
    total = scattered(blocks.frame, keys, on, -np.ones(blocks.frame.height))
    return RowSet("peak", keys, "<=", np.zeros(keys.height), {"buy_peak": weighed, "buy": total})


def _grouped(keyed: pl.DataFrame, keys: list[str], weight: Vector) -> Parts:
    frame = keyed.with_columns(_weight=pl.Series(weight)).group_by(keys).agg(
        *(pl.first(name) for name in ("family", "use", "pool") if name in keyed.columns),
        most=(pl.col("most") * pl.col("_weight")).sum(), size=pl.len(),
    ).sort(keys)  # fmt: skip
    group = keyed.select(keys).join(
        frame.select(keys).with_row_index("_group"), on=keys, how="left", maintain_order="left"
    )
    size = frame["size"].cast(pl.Int64).to_numpy()
    return Parts(frame.drop("size"), group["_group"].cast(pl.Int64).to_numpy(), weight, size)


def _over_blocks(rows: RowSet, lift: Lift, form: Aggregate) -> RowSet:
    multiplier, by, labelled = np.ones(rows.keys.height), list(lift.block), rows.keys
    if lift.yearly:
        multiplier, slot = form.in_time(rows.terms["buy"], rows.keys["period"].to_numpy())
        labelled, by = rows.keys.with_columns(slot=pl.Series(slot.astype(np.int32))), [*by, "slot"]
    return _summed(rows, labelled, by, multiplier, {"buy": form.blocks})


def _at_peaks(rows: RowSet, lift: Lift, form: Aggregate) -> RowSet:
    """Add up the rows that have a peak in them."""
    at_peak = (form.peaks.group >= 0).astype(np.float64)
    part = replace(_chosen(rows, abs(rows.terms["buy"]) @ at_peak > 0), tag=f"{rows.tag}_peak")
    assert lift.peak is not None
    by, flows = [*lift.peak, "period"], {"buy": form.lone, "buy_peak": form.peaks}
    return _summed(part, part.keys, by, np.ones(part.keys.height), flows)


def _chosen(rows: RowSet, which: Flags) -> RowSet:
    terms = {name: matrix[np.flatnonzero(which)] for name, matrix in rows.terms.items()}
    sums = None if rows.sums is None else rows.sums[np.flatnonzero(which)]
    return replace(rows, keys=rows.keys.filter(pl.Series(which)), rhs=rows.rhs[which], terms=terms, sums=sums)


def _summed(
    rows: RowSet, keys: pl.DataFrame, by: list[str], multiplier: Vector, flows: Mapping[str, Parts]
) -> RowSet:
    """Add up rows with the same `by`, each times its multiplier."""
    groups = keys.select(by).unique().sort(by)
    adder = scattered(keys.select(by), groups, by, multiplier)
    terms = {name: sparse.csr_array(adder @ matrix) for name, matrix in rows.terms.items() if name != "buy"}
    merged, valid = over_flows(sparse.csr_array(adder @ rows.terms["buy"]), rows.sense, flows)
    filled = sum((np.diff(matrix.indptr) for matrix in merged.values()), np.zeros(groups.height))
    kept = np.flatnonzero(valid & (filled > 0))
    return RowSet(
        rows.tag, groups[kept], rows.sense, (adder @ rows.rhs)[kept],
        {variable: matrix[kept] for variable, matrix in (terms | merged).items()},
        rows.of, None if rows.sums is None else (adder @ rows.sums)[kept],
    )  # fmt: skip

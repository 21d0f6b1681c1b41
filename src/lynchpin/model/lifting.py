"""From yearly rows to rows over slots, by one rule.

    A yearly row times a weight that is not negative, summed, is valid. Kept columns take the sum; an
    aggregated column takes its coefficient if that is the same in all its periods, else the least for <= and
    the greatest for >=.

    G[m,v,s,k,r,b] = sum over t in b of w[f,t] buy[m,v,s,k,r,t]
    H[m,v,s,t]     = sum over k, r of buy[m,v,s,k,r,t]
    (coupling)  sum over peaks t in b of w[f,t] H[m,v,s,t] <= sum over k, r of G[m,v,s,k,r,b]
    cost of G   the least of d c / w over its periods

Equations whose aggregated coefficients differ, and >= rows that miss a column of a peak, cannot be lifted and
are left out: what is left is a relaxation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.instance import Instance
from lynchpin.model.slots import Slots
from lynchpin.model.vectors import Flags, Matrix, Positions, Vector

BLOCK_KEYS = ["model", "variant", "supplier", "site", "regime", "slot"]
PEAK_KEYS = ["model", "variant", "supplier", "period"]
CLOSE = 1e-9


@dataclass(frozen=True)
class Lift:
    """How the rows of a set are summed: the keys kept over blocks and, None for not at all, at peaks.

    block   key columns beside `slot`
    peak    key columns beside `period`
    weight  of a row: `family` (w of its family and period), `discount` (d, for rows over several families),
            `none` (it stands for the horizon)
    """

    block: tuple[str, ...]
    peak: tuple[str, ...] | None = None
    weight: str = "family"


@dataclass(frozen=True, eq=False)
class RowSet:
    """Finished rows: keys, sense, right-hand side and a sparse matrix for each variable."""

    tag: str
    keys: pl.DataFrame
    sense: str
    rhs: Vector
    terms: Mapping[str, Matrix]


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
    """Part flows of the aggregate form: slots, flows over blocks and at peaks, discount factors (T)."""

    slots: Slots
    blocks: Parts
    peaks: Parts
    discount: Vector

    @classmethod
    def of(cls, instance: Instance, slots: Slots) -> "Aggregate":
        """Return the part flows of an instance over slots."""
        return cls(slots, block_flows(instance, slots), peak_flows(instance, slots), instance.discount)

    def lifted(self, rows: RowSet, lift: Lift) -> list[RowSet]:
        """Return a yearly row set over slots: over blocks, and at peaks where it is asked for."""
        found = [_over_blocks(rows, lift, self)]
        if lift.peak is not None and self.peaks.frame.height:
            found.append(_at_peaks(rows, lift, self))
        return [row_set for row_set in found if row_set.keys.height]

    def coupling(self) -> RowSet:
        """Return the rows that tie the flow of peaks to the flow of their block."""
        return _coupling(self.blocks, self.peaks, self.slots)


def _coupling(blocks: Parts, peaks: Parts, slots: Slots) -> RowSet:
    family, period = peaks.frame["family"].to_numpy(), peaks.frame["period"].to_numpy()
    on = ["model", "variant", "supplier", "slot"]
    slot = peaks.frame.with_columns(slot=pl.Series(slots.block[family, period].astype(np.int32)))
    keys = slot.select(on).unique().sort(on)
    weighed = _scatter(slot, keys, on, slots.weight[family, period])
    total = _scatter(blocks.frame, keys, on, -np.ones(blocks.frame.height))
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
    keys, slots, discount = rows.keys, form.slots, form.discount
    if lift.weight == "none":
        multiplier, labelled = np.ones(keys.height), keys
    else:
        period = keys["period"].to_numpy()
        if lift.weight == "family":
            family = keys["family"].to_numpy()
            multiplier, slot = slots.weight[family, period], slots.block[family, period]
        else:
            multiplier, slot = discount[period], _common(slots, form.blocks)[period]
        labelled = keys.with_columns(slot=pl.Series(slot.astype(np.int32)))
    by = [*lift.block, "slot"] if "slot" in labelled.columns and lift.weight != "none" else list(lift.block)
    return _summed(rows, labelled, by, multiplier, "buy", form.blocks)


def _common(slots: Slots, blocks: Parts) -> Positions:
    """Return the blocks of rows over several families: cut only where all of them are cut (T)."""
    families = np.unique(blocks.frame["family"].to_numpy())
    block = slots.block[families] if len(families) else slots.block
    cuts = (np.diff(block, axis=1) != 0).all(axis=0)
    return np.concatenate([[0], np.cumsum(cuts)])


def _at_peaks(rows: RowSet, lift: Lift, form: Aggregate) -> RowSet:
    keys, slots = rows.keys, form.slots
    period = keys["period"].to_numpy()
    family = keys["family"].to_numpy() if "family" in keys.columns else None
    kept = slots.peak.max(axis=0) if family is None else slots.peak[family, period]
    chosen = np.flatnonzero(kept[period] if family is None else kept)
    terms = {name: matrix[chosen] for name, matrix in rows.terms.items()}
    part = RowSet(f"{rows.tag}_peak", keys[chosen], rows.sense, rows.rhs[chosen], terms)
    assert lift.peak is not None
    return _summed(part, part.keys, [*lift.peak, "period"], np.ones(len(chosen)), "buy_peak", form.peaks)


def _summed(
    rows: RowSet, keys: pl.DataFrame, by: list[str], multiplier: Vector, name: str, parts: Parts
) -> RowSet:
    """Add up rows with the same `by`, each times its multiplier."""
    groups = keys.select(by).unique().sort(by)
    adder = _scatter(keys.select(by), groups, by, multiplier)
    terms = {
        variable: sparse.csr_array(adder @ matrix)
        for variable, matrix in rows.terms.items()
        if variable != "buy"
    }
    merged, valid = _merged(sparse.coo_array(adder @ rows.terms["buy"]), rows.sense, parts, groups.height)
    kept = np.flatnonzero(valid & (np.diff(merged.indptr) > 0))
    terms[name] = merged
    return RowSet(
        rows.tag, groups[kept], rows.sense, (adder @ rows.rhs)[kept],
        {variable: matrix[kept] for variable, matrix in terms.items()},
    )  # fmt: skip


def _merged(entries: Matrix, sense: str, parts: Parts, height: int) -> tuple[Matrix, Flags]:
    """Return the coefficients of slot flows, and which rows are valid with them."""
    row, column, data = np.asarray(entries.row), np.asarray(entries.col), np.asarray(entries.data)
    group, valid = parts.group[column], np.ones(height, dtype=np.bool_)
    outside = group < 0
    wrong = outside & ((data < 0) if sense == "<=" else (data > 0) if sense == ">=" else outside)
    valid[row[wrong]] = False
    row, column, group, data = row[~outside], column[~outside], group[~outside], data[~outside]
    place, at = np.unique(row * len(parts.size) + group, return_inverse=True)
    value = data / parts.weight[column]
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
    return sparse.coo_array((result, (target_row, target)), shape=(height, len(parts.size))).tocsr(), valid


def _scatter(frame: pl.DataFrame, keys: pl.DataFrame, on: list[str], values: Vector) -> Matrix:
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

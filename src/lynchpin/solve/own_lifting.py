"""Rows of one's own in the aggregate form.

    exact         no part (`buy`) is in the row: it stands in every form as it is
    lifted        a row about parts, of which something is left in the aggregate form: alone over blocks;
                  alone in peaks; or, where rows of a constraint are about the same flows in other periods,
                  summed over a block, each times w (d where families mix). Coefficients by `merging`
    only checked  a row of which nothing is left that the limits of columns do not say already

A yearly solve and the value of every structure have all rows as they are; in the yearly form all are exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.build import Arrays, Built
from lynchpin.model.lifting import Aggregate
from lynchpin.model.merging import Parts, over_flows
from lynchpin.model.vectors import Flags, Matrix, Positions, Vector
from lynchpin.solve.own import OwnRows, extremes

EXACT, LIFTED, CHECKED = "exact", "lifted", "only checked"
ARC = ("model", "variant", "supplier", "site", "regime")
CLOSE = 1e-9


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Rows about parts as rows <= limit: which own row each is of, and its sign there.

    buy     over yearly columns of `buy`
    others  over the columns of a model, parts apart
    """

    origin: Positions
    sign: Vector
    buy: Matrix
    others: Matrix
    limit: Vector


def in_form(own: OwnRows, built: Built, model: Arrays) -> tuple[OwnRows, tuple[str, ...]]:
    """Return what is made of rows for a form, over its columns, and the label of each of the rows given.

    own    over the columns of the yearly form
    built  the form, yearly or aggregate       model  its arrays
    """
    if built.slots is None:
        return own, (EXACT,) * len(own.names)
    if "buy" not in own.terms:
        return own, (EXACT,) * len(own.names)
    form = Aggregate.of(built.instance, built.slots)
    bought: Any = own.terms["buy"]
    plain: Flags = np.diff(bought.indptr) == 0
    pieces = _pieces(own, model, np.flatnonzero(~plain))
    found = [(_whole(own, model, np.flatnonzero(plain)), own.lower[plain], own.upper[plain])]
    names = [name for name, is_plain in zip(own.names, plain, strict=True) if is_plain]
    label = np.where(plain, EXACT, CHECKED).astype(object)
    for adder, flows in _ways(own, pieces, built, form):
        matrix, limit, valid = _lifted(adder, pieces, flows, model)
        kept = np.flatnonzero(valid & (extremes(matrix, model.lower, model.upper)[1] > limit + _room(limit)))
        found.append((matrix[kept], np.full(len(kept), -np.inf), limit[kept]))
        for row in adder[kept]:  # type: ignore[union-attr]  # scipy's types are wider than csr
            origins = pieces.origin[row.indices]
            label[origins] = LIFTED
            names.append(own.names[int(origins[0])])
    stacked = sparse.csr_array(sparse.vstack([part[0] for part in found]))  # type: ignore[call-overload]  # as above
    rows = OwnRows(
        names=tuple(names), terms=_by_variable(stacked, model),
        lower=np.concatenate([part[1] for part in found]), upper=np.concatenate([part[2] for part in found]),
    )  # fmt: skip
    return rows, tuple(label.tolist())


def _room(limit: Vector) -> Vector:
    return CLOSE * np.maximum(1.0, np.abs(limit))


def _by_variable(matrix: Any, model: Arrays) -> dict[str, sparse.csr_array]:
    parts = {name: sparse.csr_array(matrix.tocsc()[:, place]) for name, place in model.position.items()}
    return {name: part for name, part in parts.items() if part.nnz}


def _whole(own: OwnRows, model: Arrays, rows: Positions) -> Any:
    """Return own rows over the columns of a model, parts left out."""
    terms: dict[str, Any] = {name: matrix[rows] for name, matrix in own.terms.items() if name != "buy"}
    kept = OwnRows(names=(), terms=terms, lower=own.lower[rows], upper=own.upper[rows])
    return kept.over(model.position, len(model.cost))


def _pieces(own: OwnRows, model: Arrays, rows: Positions) -> _Pieces:
    above, below = rows[np.isfinite(own.upper[rows])], rows[np.isfinite(own.lower[rows])]
    origin = np.concatenate([above, below])
    sign = np.concatenate([np.ones(len(above)), -np.ones(len(below))])
    turn: Any = sparse.diags_array(sign)
    bought: Any = own.terms["buy"]
    return _Pieces(
        origin=origin,
        sign=sign,
        buy=sparse.csr_array(turn @ bought[origin]),
        others=sparse.csr_array(turn @ _whole(own, model, origin)),
        limit=np.concatenate([own.upper[above], -own.lower[below]]),
    )


def _ways(
    own: OwnRows, pieces: _Pieces, built: Built, form: Aggregate
) -> Iterator[tuple[sparse.csr_array, dict[str, Parts]]]:
    """Yield the ways to sum pieces, one matrix (sums, pieces) each, and the flows to state the sums over."""
    alone = sparse.csr_array(sparse.eye_array(len(pieces.limit)))
    yield alone, {"buy": form.blocks}
    if form.peaks.frame.height:
        yield alone, {"buy": form.lone, "buy_peak": form.peaks}
    yield _over_time(own, pieces, built, form), {"buy": form.blocks}


def _over_time(own: OwnRows, pieces: _Pieces, built: Built, form: Aggregate) -> sparse.csr_array:
    """Return weights that sum pieces of a constraint about the same flows in the periods of a block."""
    entries: Any = pieces.buy.tocoo()
    rows = pl.DataFrame({"row": entries.coords[0], "column": entries.coords[1]})
    arcs = built.instance.frames["buy"].select(*ARC, "period")
    arc = arcs.select(pl.struct(ARC).rank("dense").cast(pl.String).alias("arc"), "period")
    rows = rows.hstack(arc[rows["column"]])
    single = (
        rows.group_by("row")
        .agg(pl.col("period").first(), pl.col("period").n_unique().alias("periods"),
             pl.col("arc").unique().sort().str.join(" ").alias("flows"))
        .filter(pl.col("periods") == 1)
        .sort("row")
    )  # fmt: skip
    row, period = single["row"].to_numpy().astype(np.int64), single["period"].to_numpy()
    weight, slot = form.in_time(pieces.buy[row], period)
    names = [own.names[int(pieces.origin[number])] for number in row]
    keyed = single.select("period", "flows").with_columns(
        name=pl.Series(names, dtype=pl.String), slot=pl.Series(slot), sign=pl.Series(pieces.sign[row])
    )
    key = ["name", "sign", "flows", "slot"]
    keyed = keyed.with_columns(twin=pl.int_range(pl.len()).over(*key, "period"))
    group = keyed.select(pl.struct(*key, "twin").rank("dense") - 1).to_series().cast(pl.Int64).to_numpy()
    shape = (int(group.max(initial=-1)) + 1, len(pieces.limit))
    return sparse.csr_array(sparse.coo_array((weight, (group, row)), shape=shape))


def _lifted(
    adder: sparse.csr_array, pieces: _Pieces, flows: dict[str, Parts], model: Arrays
) -> tuple[Any, Vector, Flags]:
    """Return sums of pieces over the columns of a model, their limits, and which of them are valid."""
    merged, valid = over_flows(sparse.csr_array(adder @ pieces.buy), "<=", flows)
    parts = OwnRows(names=(), terms=merged, lower=np.zeros(len(valid)), upper=np.zeros(len(valid)))
    adds: Any = adder
    matrix: Any = parts.over(model.position, len(model.cost)) + adds @ pieces.others
    limit: Vector = adds @ pieces.limit
    return sparse.csr_array(matrix), limit, valid

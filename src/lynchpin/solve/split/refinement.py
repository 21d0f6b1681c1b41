"""From the relaxation of an aggregate form to that of the yearly one.

Flows of parts of the aggregate form are sums of yearly ones, all its other columns are those of the yearly
form: u = L x. Its rows are sums of yearly rows with weights that are not negative, `sums` S (`lifting`). So
what first-order steps on the small form end with says for the large one

    duals   S' y of duals y: they prove as much there, or more where limits of yearly columns are tighter
    cuts    C L x <= d of cuts C u <= d: every yearly plan's L x is a plan of the aggregate form
    point   each flow over the periods of its block, in the shares in which its cars are made there

Rows of the aggregate form without a yearly one, as those that tie peaks to blocks, follow from flows being
sums; their duals are let go.
"""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.lifting import Aggregate
from lynchpin.model.rows import Statement
from lynchpin.model.vectors import Matrix, Positions, Vector
from lynchpin.solve.contracts import Cuts, SparseMatrix, Standpoint, Trail
from lynchpin.solve.forms import Form

MADE = ["model", "site", "period"]
NOTHING = 1e-12


@dataclass(frozen=True, eq=False)
class Refinement:
    """The way from an aggregate form to the yearly form of the same instance.

    columns  L (columns of the aggregate form, of the yearly form)
    rows     S (rows of the aggregate form, of the yearly form)
    """

    coarse: Form
    fine: Form
    columns: Matrix
    rows: Matrix

    @classmethod
    def of(cls, coarse: Form, fine: Form) -> "Refinement | None":
        """Return the way between two forms, None with other scale points or rows of one's own."""
        if coarse.own is not None or fine.own is not None or coarse.breaks != fine.breaks:
            return None
        return cls(coarse, fine, _columns(coarse, fine), _rows(coarse, fine))

    def trail(self, point: Vector, stood: Standpoint) -> Trail:
        """Return where the steps of the fine form may begin, of where those of the coarse one ended.

        point  of the coarse form
        """
        rows = len(self.coarse.problem.row_upper)
        matrix: Any = stood.cuts.matrix
        cuts = Cuts(
            matrix=cast(SparseMatrix, sparse.csr_array(matrix @ self.columns)), upper=stood.cuts.upper
        )
        own: Vector = self.rows.T @ stood.duals[:rows]
        duals = np.concatenate([own, stood.duals[rows:]])
        return Trail(
            points=self._point(point)[None, :],
            steps=Standpoint(duals=duals, cuts=cuts, weight=stood.weight),
        )

    def _point(self, point: Vector) -> Vector:
        """Return a point of the fine form that stands for one of the coarse form."""
        coarse, fine = self.coarse, self.fine
        found = np.zeros(len(fine.problem.cost))
        for name, place in fine.place.items():
            if name != "buy":
                found[place] = point[coarse.place[name]]
        made = fine.built.columns["make"].frame.select(MADE).with_columns(
            cars=pl.Series(found[fine.place["make"]])
        )  # fmt: skip
        buy = fine.built.columns["buy"].frame.select(MADE)
        cars = buy.join(
            made.group_by(MADE).agg(pl.col("cars").sum()), on=MADE, how="left", maintain_order="left"
        )["cars"].fill_null(0.0).to_numpy()  # fmt: skip
        blocks = _aggregate(coarse).blocks
        total = np.bincount(blocks.group, weights=blocks.weight * cars, minlength=blocks.frame.height)
        share = np.divide(cars, total[blocks.group], out=np.zeros_like(cars), where=cars > NOTHING)
        found[fine.place["buy"]] = point[coarse.place["buy"]][blocks.group] * share
        return found


def _aggregate(coarse: Form) -> Aggregate:
    found = coarse.built.statement.aggregate
    assert found is not None
    return found


def _columns(coarse: Form, fine: Form) -> Matrix:
    """Return L: which columns of the yearly form each column of the aggregate form is a sum of."""
    parts, flows = list[tuple[Positions, Positions, Vector]](), _aggregate(coarse)
    for name, place in coarse.place.items():
        if name in ("buy", "buy_peak"):
            sums = flows.blocks if name == "buy" else flows.peaks
            own = np.flatnonzero(sums.group >= 0)
            weight = sums.weight[own]
            parts.append((place.start + sums.group[own], fine.place["buy"].start + own, weight))
        else:
            own = np.arange(place.stop - place.start, dtype=np.int64)
            parts.append((place.start + own, fine.place[name].start + own, np.ones(len(own))))
    return _joined(parts, (len(coarse.problem.cost), len(fine.problem.cost)))


def _rows(coarse: Form, fine: Form) -> Matrix:
    """Return S: which rows of the yearly form each row of the aggregate form is a sum of."""
    starts, count = _starts(fine.built.statement)
    parts, at = list[tuple[Positions, Positions, Vector]](), 0
    for rows in coarse.built.statement.row_sets:
        name = rows.of or rows.tag
        if name in starts:
            sums: Any = sparse.eye_array(rows.keys.height) if rows.sums is None else rows.sums
            found = sums.tocoo()
            row, column = found.coords
            parts.append((at + row, starts[name] + column, found.data))
        at += rows.keys.height
    return _joined(parts, (at, count))[coarse.kept][:, fine.kept]


def _starts(statement: Statement) -> tuple[dict[str, int], int]:
    """Return the first row of each set of a statement, and the count of rows."""
    starts, at = dict[str, int](), 0
    for rows in statement.row_sets:
        assert rows.tag not in starts, rows.tag
        starts[rows.tag] = at
        at += rows.keys.height
    return starts, at


def _joined(parts: list[tuple[Positions, Positions, Vector]], shape: tuple[int, int]) -> Matrix:
    row, column, value = (np.concatenate([part[place] for part in parts]) for place in range(3))
    return sparse.csr_array(sparse.coo_array((value, (row, column)), shape=shape))

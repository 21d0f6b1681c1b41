"""The aggregate form taken apart: one block for each family of parts, one for plants and markets.

Every column has one owner: the family that its variant, pool or index names, else plants and markets. A row
whose columns have one owner belongs to that block; the others are *links*. With a price y on each link,

    L(y) = sum over links of y b + sum over blocks of min { (cost - A' y) x : the block's own rows }

is no more than the least value of the whole, whatever y is; see `evaluate` for signs. A block keeps what a
link says of it alone: its part of the row, between the limits that the other parts allow at most (such as
sum over v of use[m,v] <= 1 where the link says that it equals launched[m]).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.build import Built
from lynchpin.model.vectors import Flags, Positions
from lynchpin.solve.contracts import Problem, SparseMatrix, Vector
from lynchpin.solve.evaluate import at_rows, clipped

PLANTS = 0  # the owner that is no family


def owners(built: Built, place: Mapping[str, slice], columns: int) -> Positions:
    """Return the owner of every column: 0 for plants and markets, 1 + position of the family (n)."""
    instance = built.instance
    family = np.zeros(len(instance.names["variant"]), dtype=np.int64)
    known = instance.frames["use"].select("variant", "family").unique()
    family[known["variant"].to_numpy()] = known["family"].to_numpy() + 1
    pools = instance.frames["pools"]
    found = np.zeros(columns, dtype=np.int64)
    for name, part in built.columns.items():
        found[place[name]] = _owners_of(part.frame, family, pools)
    return found


def _owners_of(frame: pl.DataFrame, family: Positions, pools: pl.DataFrame) -> Positions:
    if "family" in frame.columns:
        return frame["family"].to_numpy().astype(np.int64) + 1
    if "variant" in frame.columns:
        variant = frame["variant"].to_numpy().astype(np.int64)
        return np.where(variant >= 0, family[np.clip(variant, 0, len(family) - 1)], PLANTS)
    if "pool" in frame.columns:
        return pools["family"].to_numpy().astype(np.int64)[frame["pool"].to_numpy()] + 1
    return np.zeros(frame.height, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Blocks:
    """A problem and the owners of its columns.

    owner    of every column (n)
    links    rows of several owners
    columns  block -> its columns        rows  block -> its own rows
    """

    problem: Problem
    owner: Positions
    links: Positions
    columns: Sequence[Positions]
    rows: Sequence[Positions]

    @classmethod
    def of(cls, problem: Problem, owner: Positions) -> "Blocks":
        """Return the blocks of a problem."""
        matrix = cast(Any, problem.matrix).tocsr()
        pointer: Positions = np.asarray(matrix.indptr, dtype=np.int64)
        entry_row: Positions = np.repeat(np.arange(len(pointer) - 1), pointer[1:] - pointer[:-1])
        least = np.full(matrix.shape[0], len(owner) + 1)
        most = np.full(matrix.shape[0], -1)
        np.minimum.at(least, entry_row, owner[matrix.indices])
        np.maximum.at(most, entry_row, owner[matrix.indices])
        count = int(owner.max(initial=0)) + 1
        return cls(
            problem=replace(problem, matrix=cast(SparseMatrix, matrix)),
            owner=owner,
            links=np.flatnonzero(least < most),
            columns=[np.flatnonzero(owner == block) for block in range(count)],
            rows=[np.flatnonzero((least == block) & (most == block)) for block in range(count)],
        )

    @property
    def count(self) -> int:
        """Return how many blocks there are."""
        return len(self.columns)

    def constant(self, duals: Vector) -> float:
        """Return offset + sum y b of the links: what L(y) has outside of the blocks.

        duals  one number a row of the whole problem (m)
        """
        problem, links = self.problem, self.links
        lower, upper = problem.row_lower[links], problem.row_upper[links]
        return problem.offset + at_rows(clipped(duals[links], lower, upper), lower, upper)

    def priced(self, block: int, duals: Vector) -> Problem:
        """Return the problem of a block with the links at prices, its own part of each link kept as a row."""
        problem, links, columns = self.problem, self.links, self.columns[block]
        matrix = cast(Any, problem.matrix)
        linked = matrix[links]
        y = clipped(duals[links], problem.row_lower[links], problem.row_upper[links])
        own = matrix[self.rows[block]][:, columns]
        part, lower, upper = self._part(linked, block)
        return replace(
            problem,
            cost=problem.cost[columns] - linked[:, columns].T @ y,
            lower=problem.lower[columns],
            upper=problem.upper[columns],
            integer=problem.integer[columns],
            matrix=cast(SparseMatrix, sparse.csr_array(cast(Any, sparse.vstack([own, part])))),
            row_lower=np.concatenate([problem.row_lower[self.rows[block]], lower]),
            row_upper=np.concatenate([problem.row_upper[self.rows[block]], upper]),
            offset=0.0,
            column_name="column {}".format,
            row_name="row {}".format,
        )

    def _part(self, linked: Any, block: int) -> tuple[Any, Vector, Vector]:
        """Return a block's part of the links, and its limits by what the other columns can add at most."""
        problem, columns = self.problem, self.columns[block]
        others: Flags = self.owner != block
        rest = linked @ sparse.diags_array(others.astype(np.float64))
        positive, negative = rest.maximum(0), rest.minimum(0)
        least = positive @ problem.lower + negative @ problem.upper
        most = positive @ problem.upper + negative @ problem.lower
        part = linked[:, columns]
        lower = problem.row_lower[self.links] - most
        upper = problem.row_upper[self.links] - least
        low, high = _reach(part, problem.lower[columns], problem.upper[columns])
        useful = (np.diff(part.indptr) > 0) & ((low < lower) | (high > upper))
        kept = np.flatnonzero(useful)
        return part[kept], lower[kept], upper[kept]


def _reach(part: Any, lower: Vector, upper: Vector) -> tuple[Vector, Vector]:
    """Return the least and the most that rows can be."""
    positive, negative = part.maximum(0), part.minimum(0)
    return positive @ lower + negative @ upper, positive @ upper + negative @ lower

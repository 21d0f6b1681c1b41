"""The subproblems that improve a point of the aggregate form, one part of it held and the rest free.

family step   plants and markets held as they are, each family apart: which variants, from whom. A link that
              the family cannot serve is short at a price, since the plant step can still give way
plant step    variants and nominations held, not how much: what is launched, where it is built, where sold
neighbourhood any columns held, the rest free

All three are exact on the aggregate form: no cost is averaged. Which of them is asked next is `engine`'s.
"""

from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Flags
from lynchpin.solve.contracts import Problem, SparseMatrix, Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.shrink import Shrunk, shrunk
from lynchpin.solve.split.blocks import Blocks

DEAR = 5.0  # a piece that is short costs so many times the price of its link
TINY = 1e-7


@dataclass(frozen=True, eq=False)
class Step:
    """A subproblem and the way back: `whole(x)` is a point of the aggregate form."""

    shrunk: Shrunk

    @property
    def problem(self) -> Problem | None:
        """Return what is to be solved, None where nothing can hold."""
        return self.shrunk.problem

    def whole(self, x: Vector) -> Vector:
        """Return the point that a solution stands for."""
        return self.shrunk.whole(x[: len(self.shrunk.columns)])

    def start(self, x: Vector, wanted: Flags) -> Vector:
        """Return what a point of the aggregate form says of wanted columns here, NaN elsewhere."""
        found = np.full(len(wanted), np.nan)
        found[: len(self.shrunk.columns)] = x[self.shrunk.columns]
        return np.where(wanted, found, np.nan)


def held(problem: Problem, x: Vector, free: Flags) -> Step:
    """Return the problem with every column that is not free held at a point's value."""
    at = np.clip(np.where(problem.integer, np.round(x), x), problem.lower, problem.upper)
    return Step(shrunk(problem, np.where(free, problem.lower, at), np.where(free, problem.upper, at)))


def priced_step(blocks: Blocks, block: int, duals: Vector, kept: Flags) -> Step:
    """Return a block at prices, of some columns; its points are over the block's columns."""
    problem, columns = blocks.priced(block, duals), blocks.columns[block]
    return Step(shrunk(problem, problem.lower, np.where(kept[columns], problem.upper, problem.lower)))


def family_step(blocks: Blocks, block: int, x: Vector, duals: Vector, kernel: Flags) -> Step:
    """Return the step of one family at a point, with links elastic.

    x       point of the aggregate form; only its columns outside of the block count
    duals   prices of the rows, for what a short piece costs
    kernel  columns that it may use beside those that the point uses (n)
    """
    soft = _elastic(blocks, block, duals)
    count = len(blocks.problem.cost)
    mine = blocks.owner == block
    extra = len(soft.cost) - count
    free = np.concatenate([mine & (kernel | (x > 0)), np.ones(extra, dtype=np.bool_)])
    at = np.concatenate([np.where(mine, 0.0, x), np.zeros(extra)])
    step = held(soft, at, free)
    return Step(_without_tail(step.shrunk, count))


def _without_tail(found: Shrunk, count: int) -> Shrunk:
    """Return the way back to the first columns alone."""
    return replace(found, columns=found.columns[found.columns < count], fixed=found.fixed[:count])


def _elastic(blocks: Blocks, block: int, duals: Vector) -> Problem:
    """Return the rows that a family has a part in, those of flows with columns for short and too much."""
    problem, links = blocks.problem, blocks.links
    matrix = cast(Any, problem.matrix)
    mine = np.flatnonzero(blocks.owner == block)
    linked = matrix[links]
    of_family = linked[:, mine]
    part = np.diff(of_family.indptr) > 0
    flows = np.diff(of_family[:, np.flatnonzero(~problem.integer[mine])].indptr) > 0
    soft, hard = links[part & flows], links[part & ~flows]
    rows = np.concatenate([blocks.rows[block], hard, soft])
    price = np.abs(duals[soft])
    price = DEAR * np.maximum(price, price.mean() if len(price) else 0.0) + TINY
    extra = len(soft)
    below = sparse.csr_array((len(rows) - extra, extra))
    slack = cast(Any, sparse.vstack([below, sparse.eye_array(extra)]))
    scale = np.full(extra, 1.0 + float(np.abs(problem.upper[mine]).max(initial=0.0)))
    zeros = np.zeros(2 * extra)
    return replace(
        problem,
        cost=np.concatenate([np.where(blocks.owner == block, problem.cost, 0.0), price, price]),
        lower=np.concatenate([problem.lower, zeros]),
        upper=np.concatenate([problem.upper, 1e3 * scale, 1e3 * scale]),
        integer=np.concatenate([problem.integer, zeros > 0]),
        matrix=cast(SparseMatrix, sparse.csr_array(cast(Any, sparse.hstack([matrix[rows], slack, -slack])))),
        row_lower=problem.row_lower[rows],
        row_upper=problem.row_upper[rows],
        offset=0.0,
        column_name="column {}".format,
        row_name="row {}".format,
    )


def plant_step(form: Form, x: Vector) -> Step:
    """Return the step of plants and markets at a point: the families' choices are held or dropped.

    A model that the point does not launch may come with any variant that another one uses, or with any at all
    where none of a family fits it.
    """
    problem = form.problem
    upper = problem.upper.copy()
    for name, chosen in _kept(form, x).items():
        place = form.place[name]
        upper[place] = np.where(chosen, problem.upper[place], problem.lower[place])
    return Step(shrunk(problem, problem.lower, upper))


def _kept(form: Form, x: Vector) -> dict[str, Flags]:
    """Return which uses and nominations a plant step may choose from."""
    use, nominate = form.built.columns["use"].frame, form.built.columns["nominate"].frame
    used, nominated = x[form.place["use"]] > 0.5, x[form.place["nominate"]] > 0.5
    variant = use["variant"].to_numpy()
    model, family = use["model"].to_numpy(), use["family"].to_numpy()
    need = model.astype(np.int64) * (int(family.max(initial=0)) + 1) + family
    has = np.zeros(int(need.max(initial=-1)) + 1, dtype=np.bool_)
    has[need[used]] = True
    known = np.zeros(int(variant.max(initial=-1)) + 1, dtype=np.bool_)
    known[variant[used]] = True
    maybe = ~has[need] & known[variant]
    offered = has.copy()
    offered[need[maybe]] = True
    kept = used | maybe | ~offered[need]
    spread = np.zeros(len(known), dtype=np.bool_)
    spread[variant[~offered[need]]] = True
    source = nominate["variant"].to_numpy()
    return {"use": kept, "nominate": nominated | spread[np.minimum(source, len(spread) - 1)]}

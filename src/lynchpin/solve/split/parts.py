"""An aggregate form taken apart, and how its parts become tasks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from scipy import sparse

from lynchpin.model.vectors import Flags
from lynchpin.solve.contracts import Problem, Solution, SparseMatrix, Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.shrink import shrunk
from lynchpin.solve.split.blocks import Blocks, owners
from lynchpin.solve.split.contracts import Stretch, Task
from lynchpin.solve.split.steps import Step
from lynchpin.solve.standing import Standing

IMPLIED = ("F5_plant", "F7_plant")
"""Rows that whole numbers imply: they tighten a root by less than a ten-thousandth, and double its time."""

SIMPLEX = 20_000  # columns up to which simplex is the quicker root
WARM = 60_000  # the same of a root to which cuts are added; first-order steps are quicker beyond


@dataclass(frozen=True, eq=False)
class Root:
    """A root relaxation that was solved.

    objective  its value, of some columns or of all
    x, duals   of the whole form's columns and rows; a row that was left out has none
    solution   what the solver said
    """

    objective: float
    x: Vector
    duals: Vector
    solution: Solution


@dataclass(frozen=True, eq=False)
class Parts:
    """An aggregate form and its blocks, and what its tasks need to know.

    form, blocks  without the rows that whole numbers imply
    names         of the blocks, for progress
    """

    form: Form
    blocks: Blocks
    names: Sequence[str]
    options: SearchOptions
    standing: Standing

    @classmethod
    def of(cls, form: Form, *, options: SearchOptions, standing: Standing) -> "Parts":
        """Return the parts of a form."""
        lean = form.without(*IMPLIED)
        blocks = Blocks.of(lean.problem, owners(lean.built, lean.place, len(lean.problem.cost)))
        names = ["plants and markets", *form.built.instance.names["family"]]
        return cls(lean, blocks, names, options, standing)

    @property
    def problem(self) -> Problem:
        """Return the form's problem."""
        return self.form.problem

    def limits(self, close: float, seconds: float | None) -> SolveOptions:
        """Return options of a task that is solved to a distance from the best, within some seconds."""
        known = [max(one, 0.1) for one in (self.standing.left, seconds) if one is not None]
        return SolveOptions(
            time_limit=min(known, default=None),
            gap=1e-9,
            close=max(close, 1e-6),
            seed=self.options.seed,
        )

    def relaxation(self, columns: int, *, cuts: bool = False, by_steps: bool = False) -> SolveOptions:
        """Return options of a relaxation with so many columns, to which cuts may be added.

        by_steps  whether first-order steps are taken whatever the size
        """
        left = self.standing.left
        large = by_steps or columns > (WARM if cuts else SIMPLEX)
        return SolveOptions(
            method="simplex" if not large else "pdhg" if cuts else "ipm",
            crossover=False,
            time_limit=None if left is None else max(left, 0.1),
        )

    def task(self, name: str, step: Step, limits: SolveOptions, start: Vector | None = None) -> Task:
        """Return a step as a task; `start` is a point of the form whose choices the task may start from."""
        if step.problem is None:
            return Task(name=name, problem=_IMPOSSIBLE, options=limits)
        known = None
        if start is not None and step.problem.is_mixed_integer:
            known = step.start(start, step.problem.integer)
        return Task(name=name, problem=step.problem, options=limits, start=known)

    def root(self, name: str, kept: Flags | None = None) -> Stretch[Root | Solution]:
        """Solve a root, of some columns or of all; return the solution alone where there are no duals."""
        problem = replace(self.problem, integer=np.zeros_like(self.problem.integer))
        if kept is None:  # not shrunk: rows that force columns have duals, or those would cost the bound
            (found,) = yield [Task(name=name, problem=problem, options=self.relaxation(len(problem.cost)))]
            if found.row_duals is None or found.x is None:
                return found
            return Root(found.objective, found.x, found.row_duals, found)
        part = shrunk(problem, problem.lower, np.where(kept, problem.upper, problem.lower))
        options = self.relaxation(len(part.columns))
        (found,) = yield [Task(name=name, problem=part.problem or _IMPOSSIBLE, options=options)]
        if found.row_duals is None or found.x is None or part.problem is None:
            return found
        duals = np.zeros(len(problem.row_lower))
        duals[part.rows] = found.row_duals
        return Root(found.objective, part.whole(found.x), duals, found)


_IMPOSSIBLE = Problem(
    cost=np.zeros(1),
    lower=np.zeros(1),
    upper=np.ones(1),
    integer=np.zeros(1, dtype=np.bool_),
    matrix=cast(SparseMatrix, sparse.csr_array(np.ones((1, 1)))),
    row_lower=np.array([2.0]),
    row_upper=np.array([np.inf]),
)
"""Has no solution: what a step is whose held columns already break a row."""

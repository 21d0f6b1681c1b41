"""What the split method is made of.

subproblem  a `Task`: a problem in arrays that needs nothing but itself, so that any process of any machine
            can solve it, and solve it again where the first one died
bound       money that no plan beats. Three kinds, each said with it: *duals* (`evaluate.bound_of`, from duals
            alone, with cuts or without), *blocks at prices* (the sum of the blocks' bounds, `Blocks`), and
            *branch and cut*. A block's bound is that of its relaxation until its search proves more, so the
            sum is a bound at every moment. Only the best counts: the bound of a search never rises
incumbent   a structure that was valued in the yearly form and accepted by the verifier (`Standing.take`);
            what a subproblem says of its own objective is never a plan's value
line        a line of work: a generator that yields the tasks it needs next and is sent their solutions
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lynchpin.solve.contracts import Cutter, Problem, Solution, Trail, Vector
from lynchpin.solve.job import Job, job_of
from lynchpin.solve.options import SolveOptions


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """A problem to be solved somewhere.

    name     what it is, for progress
    options  limits and precision
    start    value of each column to start from, NaN where unknown, or None
    cutter   who adds rows to a relaxation, or None
    trail    of an alike relaxation, from which this one begins, or None
    enough   gain of a round with cuts that is too little for another one, see `Job`
    """

    name: str
    problem: Problem
    options: SolveOptions = field(default_factory=SolveOptions)
    start: Vector | None = None
    cutter: Cutter | None = None
    trail: Trail | None = None
    enough: float | None = None

    def job(self) -> Job:
        """Return the task as a job for one thread."""
        job = job_of(
            self.problem,
            self.options,
            self.start,
            cutter=self.cutter,
            trail=self.trail,
            enough=self.enough,
        )
        return replace(job, settings=job.settings | {"threads": 1})


Result = TypeVar("Result")

Stretch = Generator[Sequence[Task], Sequence[Solution], Result]
"""Yields the tasks it waits for, is sent their solutions in that order, and returns something at its end."""

Line = Stretch[None]
"""A whole line of work."""

"""Processes that solve tasks side by side, and the lines of work that feed them.

Every task runs in a child process of its own with one thread; at most `workers` run at once, in the order in
which lines of work, the first one first, asked for them. A child that overruns its time limit is ended, and
one that breaks down fails its task alone: its line is sent a solution with status `error`.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Self

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import Progress, Solution, Status, Vector
from lynchpin.solve.highs import GRACE, outcome
from lynchpin.solve.job import Job, job_of
from lynchpin.solve.process import Child
from lynchpin.solve.split.contracts import Line, Task

POLL = 0.05  # seconds between two looks at the children
EVERY = 0.5  # seconds between two reports of a running task


@dataclass(eq=False)
class Run:
    """A task on its way: `child` while it runs, `solution` once it is over."""

    task: Task
    solution: Solution | None = None
    job: Job | None = None
    child: Child | None = None
    seen: Vector | None = None
    told: float = 0.0

    @property
    def progress(self) -> Progress | None:
        """Return the latest news of the running child."""
        return None if self.child is None else self.child.progress


@dataclass(eq=False)
class Work:
    """A line of work and what it waits for.

    news  told of each running task and its progress about twice a second, and of better solutions
    """

    line: Line
    news: Callable[[Task, Progress, Vector | None], object] | None = None
    runs: list[Run] = field(default_factory=list)
    done: bool = False


class Crew:
    """Runs lines of work on a number of processes; a context manager that leaves no process behind."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._works: list[Work] = []
        self._news = threading.Event()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for run in self._running():
            if run.child is not None:
                run.child.kill()
        self._stack.close()

    def add(
        self, line: Line, news: Callable[[Task, Progress, Vector | None], object] | None = None
    ) -> None:
        """Take a line of work; the earlier ones come first where workers are short."""
        work = Work(line, news)
        self._works.append(work)
        self._advance(work, None)

    @property
    def busy(self) -> bool:
        """Whether a line has work left."""
        return any(not work.done for work in self._works)

    @property
    def doing(self) -> str:
        """Return what the processes do, in words."""
        return ", ".join(run.task.name for run in self._running())

    def turn(self) -> None:
        """Start what can be started, wait a moment for news, and hand over what has come."""
        self._start()
        self._news.wait(POLL)
        self._news.clear()
        for work in self._works:
            for run in work.runs:
                self._look(work, run)
            if not work.done and all(run.solution is not None for run in work.runs):
                self._advance(work, [run.solution for run in work.runs if run.solution is not None])

    def _running(self) -> list[Run]:
        return [
            run for work in self._works for run in work.runs if run.child is not None and run.solution is None
        ]

    def _start(self) -> None:
        room = self._workers - len(self._running())
        waiting = [run for work in self._works for run in work.runs if run.job is None]
        for run in waiting[: max(room, 0)]:
            job = job_of(run.task.problem, run.task.options, run.task.start)
            run.job = replace(job, settings=job.settings | {"threads": 1})
            run.child = self._stack.enter_context(Child(run.job, news=self._news))

    def _look(self, work: Work, run: Run) -> None:
        """See how a running task is doing, and end it where it is over or late."""
        if run.child is None or run.job is None or run.solution is not None:
            return
        child, now = run.child, time.monotonic()
        late = run.job.deadline is not None and now > run.job.deadline + GRACE
        if child.solution is not None or child.ended or late:
            code = child.end()
            try:
                run.solution = outcome(child, run.job, False, code)
            except SolveError as error:
                run.solution = Solution(status=Status.ERROR, reason=str(error))
            return
        better = child.x is not run.seen
        if work.news is not None and (better or now - run.told > EVERY):
            run.told = now
            work.news(run.task, child.progress, child.x if better else None)
            run.seen = child.x

    def _advance(self, work: Work, solutions: Sequence[Solution] | None) -> None:
        """Send a line its solutions and take the tasks it wants next; a line that wants none is over."""
        try:
            tasks = next(work.line) if solutions is None else work.line.send(solutions)
        except StopIteration:
            work.done, work.runs = True, []
            return
        work.runs = [Run(task) for task in tasks]

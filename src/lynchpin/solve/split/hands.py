"""Who solves tasks: processes of one's own that are used again, or any executor.

An *attempt* is a task at somebody's hands. It tells how it stands, has an answer in the end, or breaks down,
which says nothing about the task: a process that was killed takes no task with it.
"""

import contextlib
import threading
import time
from collections.abc import Generator
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import replace
from typing import Protocol

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import Progress, Solution, Status, Vector
from lynchpin.solve.highs import GRACE, outcome
from lynchpin.solve.job import Job
from lynchpin.solve.process import Child
from lynchpin.solve.split.contracts import Task
from lynchpin.solve.split.remote import is_gone, portable, solve_task

FAR = 60.0  # seconds past its time limit after which an executor's answer is no longer waited for


class Attempt(Protocol):
    """A task at somebody's hands."""

    @property
    def progress(self) -> Progress:
        """Return the latest news."""
        ...

    @property
    def x(self) -> Vector | None:
        """Return the best solution that is known while it runs."""
        ...

    def look(self) -> Solution | None:
        """Return the answer once there is one; raises SolveError where whoever had the task broke down."""
        ...


class Processes:
    """Processes of this machine, each for one task at a time; a process that is stuck or dead is replaced.

    news  set when a process has something to tell
    """

    def __init__(self, news: threading.Event) -> None:
        self._news = news
        self._idle: list[Child] = []
        self._all: list[Child] = []

    def prepare(self, count: int) -> None:
        """Start processes ahead of the first tasks: each takes about half a second to begin."""
        while len(self._all) < count:
            self._idle.append(self._hire())

    def take(self, task: Task) -> Attempt:
        """Have a process solve a task."""
        job = task.job()
        child = self._idle.pop() if self._idle else self._hire()
        child.give(job)
        return _Local(self, child, job)

    def free(self, child: Child) -> None:
        """Take a process back that has answered."""
        self._idle.append(child)

    @contextlib.contextmanager
    def dismissed(self, child: Child) -> Generator[int]:
        """End a process, yield its exit code, and let go of what it said."""
        self._all.remove(child)
        with child:
            child.kill()
            yield child.end()

    def close(self) -> None:
        """End every process by force, at once."""
        for child in self._all:
            child.kill()
        for child in self._all:
            child.__exit__(None, None, None)
        self._all, self._idle = [], []

    def _hire(self) -> Child:
        child = Child(news=self._news)
        self._all.append(child)
        return child


class _Local:
    """A task in a process of this machine."""

    def __init__(self, processes: Processes, child: Child, job: Job) -> None:
        self._processes, self._child, self._job = processes, child, job

    @property
    def progress(self) -> Progress:
        return self._child.progress

    @property
    def x(self) -> Vector | None:
        return self._child.x

    def look(self) -> Solution | None:
        """Return the answer, or what was known of it where the process had to be ended past its limit."""
        child, deadline = self._child, self._job.deadline
        if child.solution is not None:
            answer = outcome(child, self._job, False, 0)
            self._processes.free(child)
            return answer
        if child.ended or (deadline is not None and time.monotonic() > deadline + GRACE):
            with self._processes.dismissed(child) as code:
                return outcome(child, self._job, False, code)
        return None


class Remote:
    """Any executor of `concurrent.futures`."""

    def __init__(self, executor: Executor, news: threading.Event) -> None:
        self._executor, self._news = executor, news

    def take(self, task: Task) -> Attempt:
        """Have the executor solve a task; raises SolveError where it takes none."""
        if is_gone(self._executor):
            raise _broken(ConnectionError("the scheduler is gone"))
        try:
            future = self._executor.submit(solve_task, portable(task))
        except Exception as error:  # each executor has its own kinds
            raise _broken(error) from error
        future.add_done_callback(lambda _: self._news.set())
        return _Sent(future, task, self._executor)


class _Sent:
    """A task that an executor has."""

    x: Vector | None = None

    def __init__(self, future: "Future[Solution]", task: Task, executor: Executor) -> None:
        self._future, self._task, self._executor = future, task, executor
        self._began = time.monotonic()

    @property
    def progress(self) -> Progress:
        return Progress(elapsed=time.monotonic() - self._began, phase="away")

    def look(self) -> Solution | None:
        """Return the answer; nothing is known of one that stays away for too long."""
        elapsed, limit = time.monotonic() - self._began, self._task.options.time_limit
        if self._future.done():
            try:
                return replace(self._future.result(), seconds=elapsed)
            except (Exception, CancelledError) as error:  # each executor has its own kinds
                raise _broken(error) from error
        if is_gone(self._executor):
            raise _broken(ConnectionError("the scheduler is gone"))
        if limit is not None and elapsed > limit + FAR:
            self.cancel()
            return Solution(status=Status.LIMIT, reason="the executor gave no answer", seconds=elapsed)
        return None

    def cancel(self) -> None:
        """Let go of the task, as far as the executor can."""
        with contextlib.suppress(Exception):  # one that is broken already
            self._future.cancel()


def _broken(error: BaseException) -> SolveError:
    return SolveError(
        f"the executor lost a task ({type(error).__name__}: {error})",
        thing="executor",
        cure="Look at the workers' own messages.",
    )

"""Lines of work, and the workers that solve their tasks side by side.

At most `workers` tasks are at work at once; the line that has fewest of them, then the one that had fewer
tasks done, comes first. A worker that breaks down does no harm: the task is done again. So is one that an
executor loses, and if it loses it twice, a process of this machine does it. A task whose worker breaks down
once more fails alone: its line is sent a solution with status `error`.

Deterministic: no line is told of anything until every task that was asked for is done; then all lines go on,
in their order. Tasks have no time limit but end after so many nodes, and no news is passed on before the end.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Self

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import Progress, Solution, Status, Vector
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.contracts import Line, Task
from lynchpin.solve.split.hands import Attempt, Processes, Remote
from lynchpin.solve.split.remote import width

POLL = 0.05  # seconds between two looks at the workers
EVERY = 0.5  # seconds between two reports of a running task
TRIES = 2  # of a task whose worker breaks down, and as many before that of an executor
NODES = 1000  # of a task that would have a time limit, where no clock may decide

News = Callable[[Task, Progress, Vector | None], object]


@dataclass(eq=False)
class Run:
    """A task on its way: at somebody's hands while `attempt` is there, over once `solution` is.

    lost  how often whoever had it broke down
    """

    task: Task
    attempt: Attempt | None = None
    solution: Solution | None = None
    lost: int = 0
    seen: Vector | None = None
    told: float = 0.0

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.attempt is None and self.solution is None

    @property
    def at_work(self) -> bool:
        """Whether somebody is solving it."""
        return self.attempt is not None and self.solution is None


@dataclass(eq=False)
class Work:
    """A line of work and what it waits for.

    news    told of each running task and its progress about twice a second, and of better solutions
    served  how many of its tasks were begun
    """

    line: Line
    news: News | None = None
    runs: list[Run] = field(default_factory=list[Run])
    done: bool = False
    served: int = 0

    @property
    def ready(self) -> bool:
        """Whether everything that the line waits for is there."""
        return not self.done and all(run.solution is not None for run in self.runs)


class Crew:
    """Runs lines of work on a number of workers; a context manager that leaves no process behind.

    workers        tasks at work at once, where an executor does not know how many it can take
    executor       who solves the tasks; None: processes of this machine, each used again and again
    deterministic  whether nothing but the tasks may decide what comes next, see the module
    """

    def __init__(
        self, workers: int, *, executor: Executor | None = None, deterministic: bool = False
    ) -> None:
        self._news = threading.Event()
        self._workers = workers if executor is None else width(executor, workers)
        self._deterministic = deterministic
        self._processes = Processes(self._news)
        self._remote = None if executor is None else Remote(executor, self._news)
        self._works: list[Work] = []

    @classmethod
    def of(cls, options: SearchOptions) -> Self:
        """Return the crew that a search asks for."""
        return cls(max(options.threads, 1), executor=options.executor, deterministic=options.deterministic)

    def __enter__(self) -> Self:
        if self._remote is None:
            self._processes.prepare(self._workers)
        return self

    def __exit__(self, *_: object) -> None:
        self._processes.close()
        for work in self._works:
            for run in work.runs:
                if run.at_work:
                    self._leave(work, run)

    def add(self, line: Line, news: News | None = None) -> None:
        """Take a line of work; where workers are short, the one that has fewest of them comes first."""
        work = Work(line, news)
        self._works.append(work)
        self._advance(work, None)

    @property
    def workers(self) -> int:
        """Return how many tasks are at work at once."""
        return self._workers

    @property
    def busy(self) -> bool:
        """Whether a line has work left."""
        return any(not work.done for work in self._works)

    @property
    def doing(self) -> str:
        """Return what the workers do, in words."""
        names = [run.task.name for work in self._works for run in work.runs if run.at_work]
        return ", ".join(names) or "between two tasks"

    def turn(self) -> None:
        """Start what can be started, wait a moment for news, and hand over what has come."""
        self._start()
        self._news.wait(POLL)
        self._news.clear()
        for work in self._works:
            for run in work.runs:
                if run.at_work:
                    self._look(work, run)
            if work.ready and not self._deterministic:
                self._hand_over(work)
        if self._deterministic and all(work.ready or work.done for work in self._works):
            for work in [work for work in self._works if not work.done]:
                self._hand_over(work)

    def _start(self) -> None:
        """Give tasks to whoever has nothing to do."""
        room = self._workers - sum(run.at_work for work in self._works for run in work.runs)
        while room > 0:
            waiting = [work for work in self._works if any(run.waits for run in work.runs)]
            if not waiting:
                return
            # The line that had least of the workers comes first: with one worker they take turns.
            work = min(waiting, key=lambda work: (sum(run.at_work for run in work.runs), work.served))
            self._begin(next(run for run in work.runs if run.waits))
            work.served += 1
            room -= 1

    def _begin(self, run: Run) -> None:
        """Put a task into somebody's hands; what an executor lost is done here."""
        if self._remote is not None and run.lost < TRIES:
            try:
                run.attempt = self._remote.take(run.task)
                return
            except SolveError:
                run.lost = TRIES
        run.attempt = self._processes.take(run.task)

    def _look(self, work: Work, run: Run) -> None:
        """See how a running task is doing."""
        assert run.attempt is not None
        try:
            run.solution = run.attempt.look()
        except SolveError as error:
            run.attempt, run.lost = None, run.lost + 1
            if run.lost >= (TRIES if self._remote is None else 2 * TRIES):
                run.solution = Solution(status=Status.ERROR, reason=str(error))
            return
        if run.solution is None and not self._deterministic:
            self._tell(work, run)

    def _tell(self, work: Work, run: Run) -> None:
        """Pass on the news of a running task, if there is any."""
        assert run.attempt is not None
        now, x = time.monotonic(), run.attempt.x
        better = x is not run.seen
        if work.news is not None and (better or now - run.told > EVERY):
            run.told = now
            work.news(run.task, run.attempt.progress, x if better else None)
            run.seen = x

    def _leave(self, work: Work, run: Run) -> None:
        """Let go of a task that is not wanted any more; where no news was passed on, its bound is."""
        assert run.attempt is not None
        cancel: Callable[[], object] | None = getattr(run.attempt, "cancel", None)
        if cancel is not None:
            cancel()
        elif self._deterministic and work.news is not None:
            work.news(run.task, run.attempt.progress, None)

    def _hand_over(self, work: Work) -> None:
        self._advance(work, [run.solution for run in work.runs if run.solution is not None])

    def _advance(self, work: Work, solutions: Sequence[Solution] | None) -> None:
        """Send a line its solutions and take the tasks it wants next; a line that wants none is over."""
        try:
            tasks = next(work.line) if solutions is None else work.line.send(solutions)
        except StopIteration:
            work.done, work.runs = True, []
            return
        work.runs = [Run(self._timeless(task) if self._deterministic else task) for task in tasks]

    def _timeless(self, task: Task) -> Task:
        """Return a task that ends after so many nodes instead of so many seconds."""
        options = task.options
        if options.time_limit is None:
            return task
        nodes = NODES if options.nodes is None else options.nodes
        return replace(task, options=replace(options, time_limit=None, nodes=nodes))

"""HiGHS in a child process that can be ended at any moment without losing the best solution.

`solve` is for any problem: progress, limits, Ctrl-C, a stop signal, hard ending. `solve_here` is for a small
one, in this process: no start-up, no progress, no stopping but by its limit.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from lynchpin.errors import SolveError
from lynchpin.solve.contracts import OnProgress, Problem, Progress, Solution, Status, StopSignal, Vector
from lynchpin.solve.driver import drive, objective_at
from lynchpin.solve.job import Job, Start, job_of
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.process import Child

GRACE = 5.0  # seconds past the time limit until the child is ended
STOP_WITHIN = 2.5  # seconds that the child has to stop when asked
PULSE = 5.0  # seconds of silence after which the last news is told again
POLL = 0.1  # seconds between two looks at the stop signal and the clock


def solve(
    problem: Problem,
    *,
    options: SolveOptions | None = None,
    on_progress: OnProgress | None = None,
    on_solution: Callable[[Vector], object] | None = None,
    start: Start | None = None,
    stop: StopSignal | None = None,
) -> Solution:
    """Solve a problem in a child process.

    options      limits, precision and method
    on_progress  told of each phase, better solution and better bound, in the calling thread
    on_solution  given better solutions (n) while the search goes on, in the calling thread
    start        values from which a mixed-integer problem starts: all columns (n; NaN leaves one open), or
                 some by position
    stop         when set, as on Ctrl-C, the solver is asked to stop, and ended if it has not within 2.5 s;
                 the answer then has status `interrupted` and the best solution so far

    A time limit that HiGHS overruns by 5 s ends the process too, with status `feasible` or `limit`.
    Raises OptionError for a start that does not fit, SolveError when the process breaks down.
    """
    options = options or SolveOptions()
    job = job_of(problem, options, start)
    job = replace(job, settings=job.settings | {"threads": options.threads})
    with Child(job) as child:
        tell = _Teller(child, on_progress, on_solution)
        asked = _follow(child, job, tell, stop.is_set if stop is not None else lambda: False)
        code = child.end()
        return outcome(child, job, asked, code)


def solve_here(
    problem: Problem,
    *,
    options: SolveOptions | None = None,
    start: Start | None = None,
    asked: Callable[[], bool] | None = None,
) -> Solution:
    """Solve a small problem in this process, with the same answer as `solve`.

    asked  whether to stop; looked at whenever HiGHS calls back, which presolve does not

    HiGHS sets its threads once for a process, so `options.threads` is left aside here.
    """
    return drive(job_of(problem, options or SolveOptions(), start), asked=asked)


@dataclass
class _Teller:
    """Passes on what a child has told that was not passed on yet, and in a long silence where it stands."""

    child: Child
    on_progress: OnProgress | None
    on_solution: Callable[[Vector], object] | None
    progress: Progress | None = None
    arrived: float = 0.0
    told: float = 0.0
    x: Vector | None = None

    def __call__(self) -> None:
        progress, x, now = self.child.progress, self.child.x, time.monotonic()
        news = progress is not self.progress
        if self.on_progress is not None and (news or now - self.told > PULSE):
            if news:
                self.progress, self.arrived = progress, now
            self.told = now
            self.on_progress(replace(progress, elapsed=progress.elapsed + now - self.arrived))
        if self.on_solution is not None and x is not None and x is not self.x:
            self.x = x
            self.on_solution(x)


def _follow(child: Child, job: Job, tell: Callable[[], object], stopped: Callable[[], bool]) -> bool:
    """Pass on news until the child has answered or must be ended; return if it was asked to stop."""
    asked = False
    deadline = math.inf if job.deadline is None else job.deadline + GRACE
    while child.solution is None and not child.ended and time.monotonic() < deadline:
        try:
            child.news.wait(POLL)
            child.news.clear()
            if not asked and stopped():
                raise KeyboardInterrupt
            tell()
        except KeyboardInterrupt:
            # The first asks; a second, while waiting, ends the child now.
            deadline = -math.inf if asked else min(deadline, time.monotonic() + STOP_WITHIN)
            asked = True
            child.ask()
    return asked


def outcome(child: Child, job: Job, asked: bool, code: int) -> Solution:
    """Return the child's answer, or the best that it told of before it was ended.

    asked  whether it was asked to stop
    code   exit code of its process

    Raises SolveError where it broke down.
    """
    seconds = time.monotonic() - job.began
    if child.solution is not None:
        return replace(child.solution, seconds=seconds)
    late = job.deadline is not None and time.monotonic() > job.deadline + GRACE
    if not asked and not late:
        raise SolveError(
            f"the solver process broke down ({child.complaint() or 'it said nothing'})",
            thing="HiGHS",
            value=f"exit code {code}",
            cure="Codes -9 and 137 mostly mean that memory ran out: plan a smaller study or fewer threads.",
        )
    best = Status.FEASIBLE if child.x is not None else Status.LIMIT
    return Solution(
        status=Status.INTERRUPTED if asked else best,
        reason="the solver did not stop when asked and was ended" if asked else "ended past its time limit",
        x=child.x,
        objective=objective_at(job, child.x, math.inf),
        bound=child.progress.bound,
        seconds=seconds,
    )

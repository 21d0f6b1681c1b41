"""The crew: processes are used again, ended hard, replaced when they die; lines are served in their order."""

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

from lynchpin.solve import Solution, Status
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.split.contracts import Line, Task
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.remote import solve_task
from tests.solve.problems import cover, knapsack, market_split


def small(name: str = "knapsack") -> Task:
    """Return a task that is solved at once."""
    return Task(name=name, problem=knapsack())


def endless(name: str = "split", **limits: float) -> Task:
    """Return a task that is not solved in any test."""
    return Task(name=name, problem=market_split()[0], options=SolveOptions(**limits))


def finish(crew: Crew, seconds: float = 60.0) -> None:
    """Turn until all lines are done."""
    ends = time.monotonic() + seconds
    while crew.busy:
        assert time.monotonic() < ends, "the crew does not finish"
        crew.turn()


def asking(batches: list[list[Task]], told: list[Solution]) -> Line:
    """Ask for batches of tasks, one after the other."""
    for batch in batches:
        told.extend((yield batch))


def children(crew: Crew) -> list[int]:
    """Return the numbers of the processes of a crew."""
    return [child._process.pid for child in crew._processes._all]


def until(crew: Crew, reached: Callable[[], bool], seconds: float = 20.0) -> None:
    """Turn until something is reached."""
    ends = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < ends
        crew.turn()


def test_tasks_are_solved_in_order_by_the_same_processes() -> None:
    """Twenty tasks in ten batches come back in order, from two processes."""
    told: list[Solution] = []
    tasks = [[Task(name="k", problem=knapsack(offset=float(2 * n + m))) for m in (0, 1)] for n in range(10)]
    with Crew(2) as crew:
        before = children(crew)
        crew.add(asking(tasks, told))
        finish(crew)
        assert children(crew) == before
    assert [round(answer.objective) for answer in told] == [n - 90 for n in range(20)]


def test_small_tasks_cost_little() -> None:
    """Fifty small tasks one after the other take less than a fresh process each would."""
    told: list[Solution] = []
    with Crew(1) as crew:
        crew.add(asking([[small()]], told))
        finish(crew)
        began = time.monotonic()
        crew.add(asking([[small()]] * 50, told))
        finish(crew)
        assert time.monotonic() - began < 8.0
    assert {answer.status for answer in told} == {Status.OPTIMAL}


def test_a_process_that_dies_takes_no_task_with_it() -> None:
    """Killed in the middle, the process is replaced and the task done again."""
    told: list[Solution] = []
    task = Task(name="c", problem=cover(), options=SolveOptions(time_limit=3.0))
    with Crew(1) as crew:
        crew.add(asking([[task]], told))
        run = crew._works[0].runs[0]
        until(crew, lambda: run.attempt is not None and run.attempt.x is not None)
        (first,) = children(crew)
        os.kill(first, signal.SIGKILL)
        finish(crew)
        assert children(crew) != [first]
    assert told[0].status is Status.FEASIBLE


def test_a_task_that_kills_every_process_fails_alone() -> None:
    """The second death is an error that names it; the line of work goes on."""
    told: list[Solution] = []
    with Crew(1) as crew:
        crew.add(asking([[endless()], [small()]], told))
        killed: set[int] = set()
        while not told:
            crew.turn()
            attempt = crew._works[0].runs[0].attempt
            if attempt and attempt.progress.phase != "start":
                for pid in set(children(crew)) - killed:
                    os.kill(pid, signal.SIGKILL)
                    killed.add(pid)
        finish(crew)
    assert len(killed) == 2
    assert told[0].status is Status.ERROR
    assert "broke down" in told[0].reason
    assert told[1].status is Status.OPTIMAL


def test_a_stuck_process_is_ended_past_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that does not move is replaced; the next task is solved."""
    monkeypatch.setattr("lynchpin.solve.split.hands.GRACE", 0.5)
    monkeypatch.setattr("lynchpin.solve.highs.GRACE", 0.5)
    told: list[Solution] = []
    with Crew(1) as crew:
        crew.add(asking([[endless(time_limit=1.5)], [small()]], told))
        until(crew, lambda: crew._works[0].runs[0].attempt is not None)
        os.kill(children(crew)[0], signal.SIGSTOP)
        finish(crew)
    assert (told[0].status, told[0].reason) == (Status.LIMIT, "ended past its time limit")
    assert told[1].status is Status.OPTIMAL


def test_leaving_ends_every_process_at_once() -> None:
    """Whatever runs is gone within a second."""
    with Crew(2) as crew:
        crew.add(asking([[endless(), endless()]], []))
        until(crew, lambda: crew.doing == "split, split")
        pids = children(crew)
        began = time.monotonic()
    assert time.monotonic() - began < 1.0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_earlier_lines_come_first() -> None:
    """With one worker the task of the first line is at work before that of the second."""
    with Crew(1) as crew:
        crew.add(asking([[small("first")]], []))
        crew.add(asking([[small("second")]], []))
        seen: list[str] = []
        while crew.busy:
            crew._start()
            seen.append(crew.doing)
            crew.turn()
    assert [name for name in dict.fromkeys(seen) if name in ("first", "second")] == ["first", "second"]


def test_news_has_bounds_and_solutions() -> None:
    """A running task tells of its bound and of each better solution."""
    heard: list[tuple[float, bool]] = []
    task = Task(name="c", problem=cover(), options=SolveOptions(time_limit=5.0))
    with Crew(1) as crew:
        crew.add(asking([[task]], []), lambda _, news, x: heard.append((news.bound, x is not None)))
        finish(crew)
    assert any(better for _, better in heard)
    bounds = [bound for bound, _ in heard]
    assert bounds == sorted(bounds)


def test_deterministic_lines_go_on_together() -> None:
    """Both lines are told of their results once all are there, the first one first, whatever is faster."""
    order: list[str] = []

    def line(name: str, tasks: list[Task]) -> Line:
        for number, task in enumerate(tasks):
            yield [task]
            order.append(f"{name}{number}")

    slow = Task(name="c", problem=cover(size=120), options=SolveOptions(nodes=5))
    with Crew(2, deterministic=True) as crew:
        crew.add(line("a", [slow, small()]), lambda *_: order.append("news"))
        crew.add(line("b", [small(), slow]), lambda *_: order.append("news"))
        finish(crew)
    assert order == ["a0", "b0", "a1", "b1"]


def test_deterministic_tasks_have_nodes_instead_of_seconds() -> None:
    """A time limit that would end the search is left aside: the same solution comes every time."""
    told: list[Solution] = []
    task = Task(name="c", problem=cover(size=100), options=SolveOptions(time_limit=1e-3, nodes=20))
    with Crew(2, deterministic=True) as crew:
        crew.add(asking([[task, task], [task]], told))
        finish(crew)
    assert len({answer.nodes for answer in told}) == 1
    assert all(np.array_equal(answer.x, told[0].x) for answer in told)


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_any_executor_solves_tasks(kind: Callable[[int], Executor]) -> None:
    """Threads and processes of the standard library give the same answers as processes of one's own."""
    told: list[Solution] = []
    with kind(2) as executor, Crew(1, executor=executor) as crew:
        crew.add(asking([[small(), small()], [endless(time_limit=0.5)]], told))
        finish(crew)
        assert crew._processes._all == []
    assert [answer.status for answer in told] == [Status.OPTIMAL, Status.OPTIMAL, Status.LIMIT]
    assert told[0].objective == solve_task(small()).objective == -90


def test_an_executor_whose_workers_die_is_done_without() -> None:
    """A pool that is broken for good does not stop a plan: the tasks are done here."""
    told: list[Solution] = []
    with ProcessPoolExecutor(1) as executor:
        executor.submit(os._exit, 1).exception()
        with Crew(1, executor=executor) as crew:
            crew.add(asking([[small()], [small()]], told))
            finish(crew)
    assert [answer.status for answer in told] == [Status.OPTIMAL, Status.OPTIMAL]


class Forgetful(Executor):
    """Loses the first task that it gets, and keeps the others."""

    lost = 0

    def submit(self, call, /, *arguments, **more):
        """Return a future that fails once."""
        future: Future[object] = Future()
        if self.lost == 0:
            self.lost = 1
            future.set_exception(RuntimeError("the worker is gone"))
        else:
            future.set_result(call(*arguments, **more))
        return future


def test_a_task_that_an_executor_loses_is_sent_again() -> None:
    """The second attempt is the executor's as well, and its answer counts."""
    told: list[Solution] = []
    with Crew(1, executor=Forgetful()) as crew:
        crew.add(asking([[small()]], told))
        finish(crew)
        assert crew._processes._all == []
    assert told[0].status is Status.OPTIMAL

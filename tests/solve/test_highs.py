"""The child process: same answers, limits that hold, and no way to lose the best solution."""

import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lynchpin.errors import OptionError, SolveError
from lynchpin.solve import SolveOptions, Status, highs, solve, solve_here
from tests.solve.problems import cover, knapsack, market_split, random_problem, state, violation

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc to find the child")

# A caller's script as users write them, without `if __name__ == "__main__"`.
SCRIPT = """
import json, signal, sys
from lynchpin.solve import solve
from tests.solve.problems import cover

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background

def tell(progress):
    if progress.incumbent < 2000 and progress.bound > 1000:
        print("running", flush=True)

answer = solve(cover(), on_progress=tell)
print(json.dumps([answer.status, answer.objective, answer.x is not None]), flush=True)
"""


def children(parent):
    """Return the running solver processes that a process has started."""
    found = []
    for listing in Path(f"/proc/{parent}/task").glob("*/children"):
        found += [int(child) for child in listing.read_text().split()]
    return [
        child for child in found if b"lynchpin.solve.child" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def is_alive(process):
    """Return whether a process runs: neither gone nor only waiting to be counted."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def wait_for(truth, seconds):
    """Return whether something becomes true within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if truth():
            return True
        time.sleep(0.05)
    return False


class Disturb:
    """Send the child a signal once a solution and a bound are known, and keep the news."""

    def __init__(self, number, then=lambda: None):
        self.number, self.then, self.news, self.at = number, then, [], 0.0

    def __call__(self, progress):
        """Take the news."""
        self.news.append(progress)
        if not self.at and progress.incumbent < 2000 and progress.bound > 1000:
            self.at = time.monotonic()
            for child in children(os.getpid()):
                os.kill(child, self.number)
            self.then()


def test_the_child_answers_as_this_process_does():
    """Status, objective, solution and duals are the same either way."""
    for seed in range(8):
        problem = random_problem(seed, mixed_integer=seed % 2 == 1)
        apart, here = solve(problem), solve_here(problem)
        assert (apart.status, apart.objective, apart.bound) == (here.status, here.objective, here.bound)
        for name in ("x", "row_duals", "reduced_costs"):
            assert np.array_equal(getattr(apart, name), getattr(here, name)), (seed, name)


def test_the_same_options_give_the_same_answer():
    """Threads and seed are set in the child, and a repeated solve repeats."""
    options = SolveOptions(threads=2, seed=7, gap=0.2)
    first, second = (solve(cover(size=60), options=options) for _ in range(2))
    assert first.status is Status.OPTIMAL
    assert np.array_equal(first.x, second.x)
    assert (first.nodes, first.iterations) == (second.nodes, second.iterations)


def test_a_problem_of_every_ending_passes_through_the_child():
    """Infeasible, unbounded and empty problems are answers, not crashes."""
    assert solve(state([1], [[1]], upper=1.0, at_least=2.0)).status is Status.INFEASIBLE
    assert solve(state([-1], [[1]])).status is Status.UNBOUNDED
    assert solve(state([], np.zeros((0, 0)), offset=3.0)).objective == 3.0


def test_a_time_limit_keeps_the_best_solution():
    """At the limit the best solution, a bound below it and their gap come back."""
    answer = solve(cover(), options=SolveOptions(time_limit=1.5))
    assert answer.status is Status.FEASIBLE
    assert answer.seconds < 3
    assert violation(cover(), answer.x) < 1e-6
    assert answer.objective == pytest.approx(1000 + answer.x.sum())
    assert 1000 < answer.bound < answer.objective
    assert 0 < answer.gap < 0.2


def test_a_time_limit_without_a_solution_has_none():
    """The market split ends as a limit, with a bound."""
    answer = solve(market_split()[0], options=SolveOptions(time_limit=1))
    assert (answer.status, answer.x) == (Status.LIMIT, None)
    assert answer.bound > 0


def test_a_start_reaches_the_child_and_is_its_first_solution():
    """Without the start there is no solution at all in this time."""
    problem, split = market_split()
    news = []
    answer = solve(problem, options=SolveOptions(time_limit=1), start=split, on_progress=news.append)
    assert answer.status is Status.FEASIBLE
    assert min(progress.incumbent for progress in news) == pytest.approx(split.sum())


def test_a_start_is_checked_before_a_process_is_started():
    """A wrong start is the caller's error, not a crash."""
    with pytest.raises(OptionError, match="start"):
        solve(knapsack(), start={9: 1.0})


def test_progress_never_turns_back():
    """Time and bound never fall, the incumbent never rises, and every phase has a name."""
    news = []
    solve(cover(), options=SolveOptions(time_limit=2), on_progress=news.append)
    assert len(news) > 5
    for before, after in itertools.pairwise(news):
        assert after.elapsed >= before.elapsed
        assert after.incumbent <= before.incumbent
        assert after.bound >= before.bound
    assert all(progress.bound <= progress.incumbent and progress.phase for progress in news)
    assert news[-1].incumbent < 1300
    assert news[-1].bound > 1000


@on_linux
def test_a_long_silence_is_filled_with_where_the_search_stands(monkeypatch):
    """While the child is frozen the last news comes again and again; only its time moves on."""
    monkeypatch.setattr(highs, "PULSE", 0.2)
    frozen, news = Disturb(signal.SIGSTOP), []

    def tell(progress):
        news.append(progress)
        frozen(progress)

    monkeypatch.setattr(highs, "GRACE", 1.0)
    solve(cover(), options=SolveOptions(time_limit=2), on_progress=tell)
    last = [item for item in news if replace(item, elapsed=0.0) == replace(news[-1], elapsed=0.0)]
    assert len(last) >= 4
    assert last[-1].elapsed > last[0].elapsed + 0.5


def test_a_linear_problem_tells_its_method():
    """Interior point and simplex are told apart in the news."""
    problem = cover(size=600)
    linear = type(problem)(
        **{
            name: getattr(problem, name)
            for name in ("cost", "lower", "upper", "matrix", "row_lower", "row_upper")
        },
        integer=np.zeros(600, dtype=bool),
    )
    for method, phase in (("simplex", "simplex"), ("ipm", "interior point")):
        news = []
        solve(linear, options=SolveOptions(method=method), on_progress=news.append)
        assert phase in [progress.phase for progress in news]


def test_stopping_keeps_the_best_solution():
    """A stop signal ends the solve within three seconds with what was found."""
    stop = threading.Event()
    tell = Disturb(0, stop.set)
    answer = solve(cover(), stop=stop, on_progress=tell)
    assert time.monotonic() - tell.at < 3
    assert answer.status is Status.INTERRUPTED
    assert violation(cover(), answer.x) < 1e-6
    assert 1000 < answer.bound <= answer.objective <= tell.news[-1].incumbent


def test_stopping_before_anything_was_found_has_no_solution():
    """A signal that is set from the start is an interruption, not an error."""
    stop = threading.Event()
    stop.set()
    answer = solve(market_split()[0], stop=stop)
    assert (answer.status, answer.x) == (Status.INTERRUPTED, None)
    assert answer.seconds < 3


@on_linux
def test_a_stuck_child_is_ended_when_asked_to_stop():
    """A child that is frozen cannot answer; it is killed and its best solution kept."""
    stop = threading.Event()
    tell = Disturb(signal.SIGSTOP, stop.set)
    answer = solve(cover(), stop=stop, on_progress=tell)
    assert time.monotonic() - tell.at < 4
    assert answer.status is Status.INTERRUPTED
    assert "was ended" in answer.reason
    assert violation(cover(), answer.x) < 1e-6
    assert 1000 < answer.bound <= answer.objective == pytest.approx(1000 + answer.x.sum())
    assert children(os.getpid()) == []


@on_linux
def test_a_stuck_child_is_ended_after_its_time_limit(monkeypatch):
    """The clock runs in the parent too."""
    monkeypatch.setattr(highs, "GRACE", 0.5)
    answer = solve(cover(), options=SolveOptions(time_limit=1.5), on_progress=Disturb(signal.SIGSTOP))
    assert answer.status is Status.FEASIBLE
    assert "past its time limit" in answer.reason
    assert violation(cover(), answer.x) < 1e-6
    assert 2 < answer.seconds < 4
    assert children(os.getpid()) == []


@on_linux
def test_a_child_that_dies_is_an_error_with_its_exit_code():
    """Killed by the system, a child has no answer, and the message says which code it left."""
    with pytest.raises(SolveError, match="exit code -11"):
        solve(cover(), on_progress=Disturb(signal.SIGSEGV))


@on_linux
def test_an_error_in_the_caller_leaves_no_process():
    """Whatever on_progress raises reaches the caller, and the child is gone."""

    def fail(progress):
        raise ZeroDivisionError("the caller's own")

    with pytest.raises(ZeroDivisionError, match="own"):
        solve(cover(), on_progress=fail)
    assert children(os.getpid()) == []


def test_a_child_that_cannot_start_is_an_error_that_says_why(monkeypatch):
    """The last words of the process are in the message."""
    monkeypatch.setattr("lynchpin.solve.process.COMMAND", "raise SystemExit('no such solver')")
    with pytest.raises(SolveError, match=r"no such solver.*exit code 1"):
        solve(knapsack())


@pytest.fixture
def script():
    """Run a caller's script in a group of its own, until its solver has found something."""
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "running\n"
        yield process
        process.kill()


@on_linux
def test_ctrl_c_returns_the_best_solution(script):
    """Ctrl-C reaches parent and child alike; the parent returns the best soon, without a traceback."""
    began = time.monotonic()
    os.killpg(script.pid, signal.SIGINT)
    out, complaints = script.communicate(timeout=10)
    status, objective, found = json.loads(out.splitlines()[-1])
    assert time.monotonic() - began < 3.5
    assert (status, found, script.returncode, complaints) == ("interrupted", True, 0, "")
    assert 1000 < objective < 1300


@on_linux
def test_a_second_ctrl_c_does_not_wait(script):
    """Asked again, the parent ends a stuck child at once."""
    (child,) = children(script.pid)
    os.kill(child, signal.SIGSTOP)
    began = time.monotonic()
    os.killpg(script.pid, signal.SIGINT)
    time.sleep(0.3)
    os.kill(script.pid, signal.SIGINT)
    out, _ = script.communicate(timeout=10)
    assert time.monotonic() - began < 2
    assert json.loads(out.splitlines()[-1])[0] == "interrupted"


@on_linux
def test_the_child_dies_with_its_parent(script):
    """A parent that is killed hard leaves no solver running."""
    (child,) = children(script.pid)
    script.kill()
    assert wait_for(lambda: not is_alive(child), 3)


def test_the_bound_of_a_start_s_completion_is_not_told_as_the_bound():
    """A start of dear columns costs 1150 at best: what is proven for it says nothing about the whole."""
    news = []
    dear = dict.fromkeys(range(0, len(cover().cost), 2), 1.0)
    solve(cover(), options=SolveOptions(time_limit=2), start=dear, on_progress=news.append)
    assert max(item.bound for item in news) < 1040  # there is a solution of 1033

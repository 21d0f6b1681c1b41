"""Tasks on any executor of `concurrent.futures`: another process pool, threads, a dask cluster.

What travels is a task, arrays and limits alone, and the function that solves it; a worker needs nothing but
this package. A time limit counts from when the worker takes the task up.
"""

import contextlib
from collections.abc import Generator
from concurrent.futures import Executor
from dataclasses import replace
from importlib import import_module
from typing import Any, cast

from lynchpin.errors import OptionError
from lynchpin.solve.contracts import Solution, Status
from lynchpin.solve.driver import drive
from lynchpin.solve.highs import solve
from lynchpin.solve.split.contracts import Task

DASK = "dask:"
CONNECT = 10.0  # seconds to wait for a scheduler


def solve_task(task: Task) -> Solution:
    """Solve a task here and now, with one thread.

    HiGHS sets its threads once for a thread of a process, and for what is forked from it: where another
    number was set before, as by `solve_here`, it refuses one, and a fresh process solves the task.
    """
    answer = drive(task.job())
    if answer.status is not Status.ERROR:
        return answer
    return solve(task.problem, options=replace(task.options, threads=1), start=task.start)


def portable(task: Task) -> Task:
    """Return a task without the names of its columns and rows, which may be functions that cannot travel."""
    plain = replace(task.problem, column_name="column {}".format, row_name="row {}".format)
    return replace(task, problem=plain)


def width(executor: Executor, otherwise: int) -> int:
    """Return how many tasks an executor can have at work at once."""
    client = getattr(executor, "_client", None)
    if client is not None:
        return max(sum(cast(dict[str, int], client.nthreads()).values()), 1)
    known = getattr(executor, "_max_workers", None)
    return known if isinstance(known, int) and known > 0 else otherwise


def is_gone(executor: Executor) -> bool:
    """Return whether an executor's cluster is out of reach; one that has no cluster is here."""
    client = getattr(executor, "_client", None)
    return client is not None and client.status != "running"


@contextlib.contextmanager
def opened(executor: Executor | str | None) -> Generator[Executor | None]:
    """Yield an executor, connected to a dask scheduler where `dask:ADDRESS` is given.

    Raises OptionError where it is nothing of the kind, the scheduler does not answer, or `distributed` is not
    installed.
    """
    if isinstance(executor, str):
        with _client(executor) as client:
            yield client.get_executor(pure=False, retries=2)
        return
    if executor is not None and not hasattr(executor, "submit"):
        raise OptionError(
            "is no executor",
            thing="executor",
            value=executor,
            cure="Give an executor of concurrent.futures, or `dask:ADDRESS` of a dask scheduler.",
        )
    yield executor


@contextlib.contextmanager
def _client(address: str) -> Generator[Any]:
    """Yield a client of the dask scheduler at an address."""
    if not address.startswith(DASK) or not address.removeprefix(DASK):
        raise OptionError(
            "names no executor",
            thing="executor",
            value=address,
            cure="Use dask:ADDRESS, as dask:localhost:8786.",
        )
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise OptionError(
            "needs the package `distributed`",
            thing="executor",
            value=address,
            cure='Install it with `pip install "lynchpin[cluster]"`.',
        ) from error
    try:
        client: Any = distributed.Client(address.removeprefix(DASK), timeout=CONNECT)
    except (OSError, ValueError) as error:
        raise OptionError(
            f"no dask scheduler answers there ({error})",
            thing="executor",
            value=address,
            cure="Start one with `dask scheduler`, and workers with `dask worker ADDRESS`.",
        ) from error
    try:
        yield client
    finally:
        client.close()

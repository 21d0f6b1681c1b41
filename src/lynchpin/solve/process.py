"""A HiGHS child process seen from its parent: started, listened to, asked to stop, ended.

A plain Python is started rather than a `multiprocessing` one: it imports numpy, highspy and this package
alone, and never the caller's main script. Two threads move the data, so that the caller waits for
nothing that cannot be interrupted, and loses no solution when it is.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from lynchpin.solve.child import INTERRUPT
from lynchpin.solve.contracts import Progress, Solution, Vector
from lynchpin.solve.job import Job

COMMAND = "from lynchpin.solve.child import main; main()"
PATIENCE = 0.5  # seconds between the polite signal and the hard one
ALONE = {"OPENBLAS_NUM_THREADS": "1"}  # numpy's own threads spin on others' cores


class Child:
    """A process that solves one job after the other; a context manager that leaves no process behind.

    progress  of the job that was given last: the latest news, in which the incumbent never rises and the
              bound never falls
    x         the best solution so far, or None; its objective is `progress.incumbent`
    solution  its final answer, once there is one
    ended     whether no more news can come
    news      set when there is something new; one that is given may serve several children
    """

    def __init__(self, job: Job | None = None, *, news: threading.Event | None = None) -> None:
        self.progress = Progress(elapsed=0.0, phase="start")
        self.x: Vector | None = None
        self.solution: Solution | None = None
        self.ended = False
        self.news = news or threading.Event()
        self._orders: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed by __exit__
        here = str(Path.cwd())
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            process_group=0,  # Ctrl-C is for the parent alone, from the first instant on
            env=os.environ | ALONE | {"PYTHONPATH": os.pathsep.join(entry or here for entry in sys.path)},
        )
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()
        if job is not None:
            self.give(job)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        self._complaints.close()

    def give(self, job: Job) -> None:
        """Have the process solve a job, the one before being over; returns at once."""
        self.progress, self.x, self.solution = Progress(elapsed=0.0, phase="start"), None, None
        self._orders.put(job)

    def ask(self) -> None:
        """Ask the solver to stop at its next chance; returns at once."""
        self._orders.put(INTERRUPT)

    def end(self) -> int:
        """End the process, politely and then by force, and return its exit code; what it told is kept."""
        self._orders.put(None)
        if self.solution is None and not self.ended:
            self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
        code = self._process.wait()
        for thread in self._threads:
            thread.join()
        return code

    def kill(self) -> None:
        """End the process by force, at once; `end` has the rest to do."""
        self._process.kill()

    def complaint(self) -> str:
        """Return the last line that the process wrote about itself; call it after `end`."""
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _send(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        with contextlib.suppress(OSError):  # the process has ended: `_receive` sees it
            for order in iter(self._orders.get, None):
                pickle.dump(order, pipe, protocol=5)
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _receive(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe, contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                self._take(pickle.load(pipe))
                self.news.set()
        self.ended = True
        self.news.set()

    def _take(self, item: Any) -> None:
        if isinstance(item, Solution):
            self.solution = item
            return
        progress, x = item
        incumbent = self.progress.incumbent
        if x is not None and progress.incumbent <= incumbent:
            self.x, incumbent = x, progress.incumbent
        bound = min(max(self.progress.bound, progress.bound), incumbent)
        trail = progress.trail or self.progress.trail  # news of the next round has none yet
        self.progress = replace(progress, incumbent=incumbent, bound=bound, trail=trail)

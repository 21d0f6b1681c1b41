"""The child process: solves job after job from its standard input and reports on its standard output.

In come a `Job` and later, perhaps, `INTERRUPT`; out go pairs (progress, x or None) and at last a `Solution`,
each pickled; then the next job may come. The end of the input means that the parent is gone, or done with
this process: then it ends at once, whatever it is doing.
"""

import os
import pickle
import queue
import signal
import threading
import time
from typing import IO, Any

from lynchpin.solve.contracts import Progress, Vector
from lynchpin.solve.driver import drive
from lynchpin.solve.job import Job

INTERRUPT = "interrupt"


def main() -> None:
    """Solve the jobs that are sent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which asks
    orders = os.fdopen(os.dup(0), "rb")
    news = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints stays out of the news
    asked, writing = threading.Event(), threading.Lock()
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_obey, args=(orders, jobs, asked), daemon=True).start()

    def tell(item: object) -> None:
        with writing:
            pickle.dump(item, news, protocol=5)
            news.flush()

    def report(progress: Progress, x: Vector | None) -> None:
        tell((progress, x))

    while True:
        job = jobs.get()
        report(Progress(elapsed=time.monotonic() - job.began, phase="presolve"), None)
        tell(drive(job, report=report, asked=asked.is_set))
        del job


def _obey(orders: IO[bytes], jobs: "queue.SimpleQueue[Job]", asked: threading.Event) -> None:
    """Take orders until the parent closes the pipe, which it does by dying as well."""
    try:
        while True:
            order: Any = pickle.load(orders)
            if isinstance(order, Job):
                asked.clear()  # what was asked was asked of the job before
                jobs.put(order)
            elif order == INTERRUPT:
                asked.set()
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(1)

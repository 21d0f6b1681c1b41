"""The child process: reads one job from its standard input, reports on its standard output, and ends.

In come a `Job` and later, perhaps, `INTERRUPT`; out go pairs (progress, x or None) and at last a `Solution`,
each pickled. The end of the input means that the parent is gone: then the child ends at once.
"""

import os
import pickle
import signal
import threading
import time
from typing import IO, Any

from lynchpin.solve.contracts import Progress, Vector
from lynchpin.solve.driver import drive
from lynchpin.solve.job import Job

INTERRUPT = "interrupt"


def main() -> None:
    """Solve the one job that is sent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which asks
    orders = os.fdopen(os.dup(0), "rb")
    news = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints stays out of the news
    asked, writing = threading.Event(), threading.Lock()
    job: Job = pickle.load(orders)
    threading.Thread(target=_obey, args=(orders, asked), daemon=True).start()

    def tell(item: object) -> None:
        with writing:
            pickle.dump(item, news, protocol=5)
            news.flush()

    def report(progress: Progress, x: Vector | None) -> None:
        tell((progress, x))

    report(Progress(elapsed=time.monotonic() - job.began, phase="presolve"), None)
    tell(drive(job, report=report, asked=asked.is_set))
    os._exit(0)  # the listening thread holds the input; nothing else is open


def _obey(orders: IO[bytes], asked: threading.Event) -> None:
    """Wait for orders until the parent closes the pipe, which it does by dying as well."""
    try:
        while True:
            order: Any = pickle.load(orders)
            if order == INTERRUPT:
                asked.set()
    except (EOFError, OSError, pickle.UnpicklingError):
        os._exit(1)

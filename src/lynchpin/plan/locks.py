"""One run at a time in a folder: a lock that ends with its process, however that ends."""

import contextlib
import os
from collections.abc import Generator
from pathlib import Path

from lynchpin.errors import PlanError

if os.name != "nt":
    import fcntl

LOCK = "lock"  # the name of the file that is locked


@contextlib.contextmanager
def locked(folder: Path) -> Generator[None]:
    """Hold a folder; raises PlanError where another process does.

    Windows knows no such lock: there, none is held.
    """
    if os.name == "nt":
        yield
        return
    with (folder / LOCK).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PlanError(
                "another run is still planning here",
                thing=str(folder.parent),
                cure="Wait for it, or end it first.",
            ) from error
        except OSError:  # a file system without locks
            pass
        yield

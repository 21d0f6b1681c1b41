"""Seconds by phase, for `plan.json` and the benchmarks."""

import time
from collections.abc import Generator
from contextlib import contextmanager


class Clock:
    """Adds up the seconds of each named phase since it was made.

    phases  seconds by name, in the order in which the phases first began
    """

    def __init__(self) -> None:
        self.phases: dict[str, float] = {}
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._began

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Add the time spent inside to the phase `name`."""
        began = time.monotonic()
        self.phases.setdefault(name, 0.0)
        try:
            yield
        finally:
            self.phases[name] += time.monotonic() - began

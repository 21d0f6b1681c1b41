"""Seconds by phase, for `plan.json` and the benchmarks."""

import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager


class Clock:
    """Adds up the seconds of each named phase since it was made; a phase inside another is not counted twice.

    phases  seconds by name, in the order in which the phases first began

    A run that goes on from an earlier one gives the seconds `spent` in that, and its phases.
    """

    def __init__(self, *, spent: float = 0.0, phases: Mapping[str, float] | None = None) -> None:
        self.phases: dict[str, float] = dict(phases or {})
        self._began = time.monotonic() - spent
        self._inside = 0.0  # seconds of phases that ended inside the current one

    @property
    def elapsed(self) -> float:
        """Seconds since the clock was made."""
        return time.monotonic() - self._began

    @contextmanager
    def phase(self, name: str) -> Generator[None]:
        """Add the time spent inside to the phase `name`, less that of phases inside it."""
        began, before = time.monotonic(), self._inside
        self.phases.setdefault(name, 0.0)
        self._inside = 0.0
        try:
            yield
        finally:
            spent = time.monotonic() - began
            self.phases[name] += spent - self._inside
            self._inside = before + spent

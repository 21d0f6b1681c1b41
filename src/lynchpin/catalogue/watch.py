"""The clock of a run: how long it may go on, and what it tells of value and bound."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class LocateProgress:
    """News of a run.

    seconds  since the call
    phase    what is being done
    value    of the best solution so far; infinite while there is none
    bound    no solution is cheaper; never falls
    """

    seconds: float
    phase: str
    value: float
    bound: float


class Stop(Protocol):
    """Anything that says whether to stop, such as a `threading.Event`."""

    def is_set(self) -> bool:
        """Return whether the run should stop now."""
        ...


@dataclass
class Watch:
    """Counts the seconds of each phase, tells news, and says when a run is over.

    time_limit   seconds from now on
    gap          relative distance of value and bound at which the run is over
    stop         asked whether to stop
    on_progress  told of a new phase, a better value or a better bound
    """

    time_limit: float
    gap: float = 0.0
    stop: Stop | None = None
    on_progress: Callable[[LocateProgress], object] | None = None
    began: float = field(default_factory=time.monotonic)
    phases: dict[str, float] = field(default_factory=dict[str, float])
    value: float = math.inf
    bound: float = 0.0
    _phase: str = ""
    _since: float = field(default_factory=time.monotonic)
    _told: tuple[str, float, float] = ("", math.inf, 0.0)

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds that the run may still take."""
        return self.time_limit - self.seconds

    def over(self) -> bool:
        """Return whether the time is up, somebody asked to stop, or the gap is reached."""
        if self.left <= 0 or (self.stop is not None and self.stop.is_set()):
            return True
        return self.close_enough()

    def close_enough(self) -> bool:
        """Return whether value and bound are as close as was asked for."""
        return self.value < math.inf and self.value - self.bound <= self.gap * self.value

    def phase(self, name: str) -> None:
        """Begin a phase and tell of it."""
        now = time.monotonic()
        if self._phase:
            self.phases[self._phase] = self.phases.get(self._phase, 0.0) + now - self._since
        self._phase, self._since = name, now
        self.tell()

    def tell(self, value: float = math.inf, bound: float = 0.0) -> None:
        """Take a value and a bound that were found, and tell of them if they are news."""
        self.value = min(self.value, value)
        self.bound = max(self.bound, min(bound, self.value))
        news = (self._phase, self.value, self.bound)
        if self.on_progress is not None and news != self._told:
            self._told = news
            self.on_progress(
                LocateProgress(seconds=self.seconds, phase=self._phase, value=self.value, bound=self.bound)
            )

"""Periods of a study: their labels, their length and where a label of a dated row lies.

label   `2026` in a yearly study; `2026-H1`, `2026-H2` in a half-year study, where a bare year means its
        first half as a beginning (`from`, `launch`) and its last half as an end (`until`)
index   0 for the first period; negative before the horizon, n or more after it
"""

import re
from dataclasses import dataclass
from functools import cached_property

from lynchpin.errors import StudyError

_LABEL = re.compile(r"(\d{4})(?:-H([12]))?")


def parse_period(label: str) -> tuple[int, int | None] | None:
    """Return year and half (None for a bare year) of a label; None where the text is no label."""
    match = _LABEL.fullmatch(label)
    if match is None:
        return None
    return int(match[1]), int(match[2]) if match[2] else None


@dataclass(frozen=True)
class Periods:
    """The horizon: `n` periods of `years` years each, from the label `first`."""

    first: str
    n: int
    half_years: bool = False

    @property
    def years(self) -> float:
        """Return the length of one period in years: 1 or 0.5."""
        return 0.5 if self.half_years else 1.0

    @cached_property
    def _origin(self) -> int:
        return self._count(self.first, end=False)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return the label of every period of the horizon."""
        return tuple(self.label(index) for index in range(self.n))

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """Return the beginning of every period in calendar years, such as 2026.5."""
        return tuple(self.start(label) for label in self.labels)

    def label(self, index: int) -> str:
        """Return the label of a period, which may lie outside the horizon."""
        count = self._origin + index
        return f"{count // 2}-H{count % 2 + 1}" if self.half_years else str(count)

    def index(self, label: str, *, end: bool = False) -> int:
        """Return the position of a label; a bare year in a half-year study is its last half if `end`.

        Raises StudyError where the label is none of this kind of study.
        """
        return self._count(label, end=end) - self._origin

    def start(self, label: str) -> float:
        """Return the beginning of a label in calendar years."""
        return self._count(label, end=False) * self.years

    def span(self, first: str | None, last: str | None) -> range:
        """Return the positions in the horizon from `first` to `last`, both inside; None is without end."""
        start = 0 if first is None else max(self.index(first), 0)
        stop = self.n if last is None else min(self.index(last, end=True) + 1, self.n)
        return range(start, max(start, stop))

    def accepts(self, label: str) -> bool:
        """Whether the text is a label that this kind of study may hold."""
        parts = parse_period(label)
        return parts is not None and (self.half_years or parts[1] is None)

    def _count(self, label: str, *, end: bool) -> int:
        parts = parse_period(label)
        if parts is None or (not self.half_years and parts[1] is not None):
            example = "2026 or 2026-H1" if self.half_years else "2026"
            raise StudyError(
                "is no period of this study", thing="period", value=label, cure=f"Write {example}."
            )
        year, half = parts
        if not self.half_years:
            return year
        return 2 * year + ((half or (2 if end else 1)) - 1)

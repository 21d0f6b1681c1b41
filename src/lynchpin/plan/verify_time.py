"""Time and money's time: periods, windows of dates, discount factors, annuities and exchange rates.

discount      d_t = (1 + r)^(-y t)
annuity       a(I, L) = I y r / (1 - (1 + r)^(-L)), or I y / L without interest, per period
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any


class Calendar:
    """The periods of a study: index by label, start in years, discount, annuity and exchange rates."""

    def __init__(self, settings: Any, currencies: Iterable[Mapping[str, Any]]) -> None:
        self.half = settings.period == "half-year"
        self.years = 0.5 if self.half else 1.0
        self.interest = float(settings.discount_rate)
        first = begin_of(str(settings.first_period))
        self.start = [first + self.years * t for t in range(int(settings.periods))]
        self.labels = [self._label(start) for start in self.start]
        self.index = {label: t for t, label in enumerate(self.labels)}
        self.discount = [(1 + self.interest) ** (-self.years * t) for t in range(len(self.start))]
        self._currency = settings.currency
        self._rates: dict[str, list[tuple[float, float]]] = {}
        for row in currencies:
            begin = -math.inf if row["from"] is None else begin_of(row["from"])
            self._rates.setdefault(row["currency"], []).append((begin, float(row["rate"])))

    def __len__(self) -> int:
        return len(self.start)

    def _label(self, start: float) -> str:
        year = math.floor(start + 1e-9)
        if not self.half:
            return str(year)
        return f"{year}-H{1 if start - year < 0.25 else 2}"

    def inside(self, row: Mapping[str, Any], t: int) -> bool:
        """Tell whether period `t` lies in the row's `from`..`until`, both inside."""
        start, until = self.start[t], row["until"]
        if row["from"] is not None and start < begin_of(row["from"]) - 1e-9:
            return False
        if until is None:
            return True
        last = begin_of(until) + (0.5 if self.half and "-" not in until else 0.0)
        return start <= last + 1e-9

    def annuity(self, amount: float, life: float) -> float:
        """Return what an investment of `amount` costs per period over `life` years."""
        if self.interest == 0:
            return amount * self.years / life
        return amount * self.years * self.interest / (1 - (1 + self.interest) ** -life)

    def rate(self, currency: str | None, t: int) -> float:
        """Return the worth of one unit of `currency` in period `t` in the study's currency."""
        if currency is None or currency == self._currency:
            return 1.0
        valid = [pair for pair in self._rates[currency] if pair[0] <= self.start[t] + 1e-9]
        return max(valid)[1]

    def dated(self, values: Mapping[float, float], t: int) -> float | None:
        """Return the value of period `t` from a mapping by start in years; a year holds in both halves."""
        found = values.get(self.start[t])
        return values.get(math.floor(self.start[t] + 1e-9)) if found is None else found


def begin_of(label: str) -> float:
    """Return the start in years of a period's label: 2026 and 2026-H1 give 2026.0, 2026-H2 gives 2026.5."""
    year, _, half = label.partition("-H")
    return int(year) + (0.5 if half == "2" else 0.0)


def whole_years(age: float) -> int:
    """Return the whole years of an age."""
    return math.floor(age + 1e-9)

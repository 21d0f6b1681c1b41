"""Time and money: when a dated row holds, what a currency is worth, what an investment costs a period.

    d[t] = (1 + r)^(-y t)        a(I, L) = I y r / (1 - (1 + r)^-L),  I y / L where r = 0

r is the real rate a year, y the length of a period in years, I in currency, L in years.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.study.study import Study

MILLION = 1e6


@dataclass(frozen=True, eq=False)
class Calendar:
    """The horizon of a study (T periods) and the worth of its currencies."""

    study: Study

    @property
    def n(self) -> int:
        """Return T, the number of periods."""
        return self.study.periods.n

    @property
    def years(self) -> float:
        """Return y, the length of a period in years."""
        return self.study.periods.years

    @property
    def discount(self) -> Vector:
        """Return d, the factor to the first period (T)."""
        return np.power(
            1 + self.study.settings.discount_rate, -self.years * np.arange(self.n, dtype=np.float64)
        )

    def active(self, frame: pl.DataFrame) -> Flags:
        """Return whether each row holds in each period, by its `from` and `until` (rows, T)."""
        inside = np.zeros((frame.height, self.n), dtype=np.bool_)
        untils = frame["until"] if "until" in frame.columns else [None] * frame.height
        for row, (first, last) in enumerate(zip(frame["from"], untils, strict=True)):
            span = self.study.periods.span(first, last)
            inside[row, span.start : span.stop] = True
        return inside

    def rates(self, currencies: Sequence[str | None]) -> Vector:
        """Return the worth of each row's currency in each period (rows, T)."""
        table: dict[str | None, Vector] = {None: np.ones(self.n)}
        table |= {name: self._rate(name) for name in sorted({name for name in currencies if name})}
        return np.array([table[name] for name in currencies]).reshape(-1, self.n)

    def money(self, frame: pl.DataFrame, column: str) -> Vector:
        """Return a money column in the study's currency (rows, T); blank is nought."""
        return floats(frame, column)[:, None] * self.rates(frame["currency"].to_list())

    def annuity(self, frame: pl.DataFrame, cost: str, life: str) -> Vector:
        """Return what an investment in millions costs in each period of its use (rows, T)."""
        rate = self.study.settings.discount_rate
        lives = floats(frame, life)
        factor = 1 / lives if rate == 0 else rate / (1 - (1 + rate) ** -lives)
        return self.money(frame, cost) * MILLION * self.years * factor[:, None]

    def _rate(self, currency: str) -> Vector:
        if currency == self.study.settings.currency:
            return np.ones(self.n)
        rows = self.study.table("currencies").filter(pl.col("currency") == currency)
        starts = [-(10**6) if first is None else self.study.periods.index(first) for first in rows["from"]]
        values = np.full(self.n, np.nan)
        for start, rate in sorted(zip(starts, rows["rate"], strict=True)):
            values[max(start, 0) :] = rate
        if np.isnan(values).any():
            raise ModelError(
                "has no rate in the first periods",
                thing=f"currency {currency}",
                cure="Add a row to `currencies` whose `from` is blank.",
            )
        return values


def floats(frame: pl.DataFrame, column: str, blank: float = 0.0) -> Vector:
    """Return a number column as an array, blank as given."""
    return frame[column].cast(pl.Float64).fill_null(blank).to_numpy().astype(np.float64)


def rows_of(study: Study, table: str, names: Sequence[str]) -> pl.DataFrame:
    """Return the rows of a table with these identifiers, in their order, defaults filled in."""
    key = next(iter(study.tables[table].columns))
    wanted = pl.DataFrame({key: names}, schema={key: pl.String})
    return wanted.join(study.table(table), on=key, maintain_order="left")


def codes(frame: pl.DataFrame, column: str, names: Sequence[str]) -> Positions:
    """Return the position of each identifier among `names`, -1 where blank or not there."""
    position = {name: index for index, name in enumerate(names)}
    return np.array([position.get(name, -1) for name in frame[column]], dtype=np.int64)


def series_over_periods(
    study: Study, frame: pl.DataFrame, keys: Sequence[str], value: str
) -> dict[tuple[str, ...], Vector]:
    """Return values over the horizon (T) by key, from a table with one row a period; nan where none."""
    found: dict[tuple[str, ...], Vector] = {}
    for *key, label, number in frame.select(*keys, "period", value).iter_rows():
        index = study.periods.index(label)
        if 0 <= index < study.periods.n:
            found.setdefault(tuple(key), np.full(study.periods.n, np.nan))[index] = number
    return found

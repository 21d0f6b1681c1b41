"""Freight and days between two places.

A row of `lanes` that carries exactly cars or parts wins over one that carries any. Of a car: cost_per_unit,
else cost_per_m3 x volume_m3; of a part: cost_per_unit, else cost_per_kg x mass_kg. Parts that stay within
one site have neither; a market is another place than a site of the same name.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar, floats
from lynchpin.model.vectors import Positions, Vector

MEASURES = {"cars": ("cost_per_m3", "volume_m3"), "parts": ("cost_per_kg", "mass_kg")}


@dataclass(frozen=True, eq=False)
class Lanes:
    """The lanes of one kind of goods: `cars` or `parts`."""

    calendar: Calendar
    carries: str

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Return the rows that hold, one for each pair of places."""
        lanes = self.calendar.study.table("lanes").filter(pl.col("carries").is_in(["any", self.carries]))
        exact_first = lanes.sort(pl.col("carries") == "any", maintain_order=True)
        return exact_first.unique(["from", "to"], keep="first", maintain_order=True)

    def costs(
        self, begin: pl.Series, end: pl.Series, size: Vector, period: Positions
    ) -> tuple[Vector, Vector]:
        """Return the freight of one unit and its days, for each row of goods.

        begin, end  identifiers of the places (rows)
        size        m3 of a car or kg of a part, nan where not given (rows)
        period      position of the period (rows)

        Raises ModelError where a lane, or the size that its rate asks for, is missing.
        """
        lane = self._find(begin, end)
        row = np.maximum(lane, 0)
        rates = self.calendar.rates(self.rows["currency"].to_list())
        rates = rates if len(rates) else np.zeros((1, self.calendar.n))
        unit, by_size = self._column("cost_per_unit"), self._column(MEASURES[self.carries][0])
        sized = np.where(np.nan_to_num(by_size[row]) == 0, 0.0, np.nan_to_num(by_size[row]) * size)
        freight = np.where(np.isnan(unit[row]), sized, unit[row]) * rates[row, period]
        self._refuse_unsized(freight, begin, end, lane)
        return np.where(lane < 0, 0.0, freight), np.where(lane < 0, 0.0, self._column("days")[row])

    def _column(self, name: str) -> Vector:
        values = floats(self.rows, name, np.nan)
        return values if len(values) else np.full(1, np.nan)

    def _find(self, begin: pl.Series, end: pl.Series) -> Positions:
        """Return the row of each pair, -1 for parts that stay within one site."""
        stays = (begin == end).to_numpy() & (self.carries == "parts")
        pairs = pl.DataFrame({"from": begin, "to": end}).with_row_index("asked")
        known = self.rows.select("from", "to").with_row_index("lane")
        found = pairs.join(known, on=["from", "to"], how="left").sort("asked")
        lacking = found.filter(pl.col("lane").is_null() & ~pl.Series(stays))
        if lacking.height:
            raise ModelError(
                f"no lane for {self.carries} to {lacking['to'][0]}",
                thing=f"place {lacking['from'][0]}",
                cure="Complete the study's lanes, or add the row to `lanes`.",
            )
        return np.where(stays, -1, found["lane"].cast(pl.Int64).fill_null(-1).to_numpy())

    def _refuse_unsized(self, freight: Vector, begin: pl.Series, end: pl.Series, lane: Positions) -> None:
        wrong = np.isnan(freight) & (lane >= 0)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise ModelError(
                f"the lane asks for {MEASURES[self.carries][1]}, which the goods lack",
                thing=f"lane {begin[row]} to {end[row]}",
                cure=f"Give {MEASURES[self.carries][1]}, or a cost_per_unit in `lanes`.",
            )

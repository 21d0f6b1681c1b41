"""Targets, quotas, contracted volumes: data of the elastic rows and the money of missing them."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.calendar import Calendar, codes, floats, rows_of
from lynchpin.model.duty import DutyBook
from lynchpin.model.fitting import measured
from lynchpin.model.prices import list_costs
from lynchpin.model.structure import Structure
from lynchpin.model.vectors import Vector

Money = dict[str, Vector]


@dataclass(frozen=True, eq=False)
class Obligations:
    """Compiles `targets`, `miss`, `unmet` and `quotas`.

    sources  variant, supplier, pool of every nomination
    """

    calendar: Calendar
    structure: Structure
    book: DutyBook
    sources: pl.DataFrame

    def compiled(self) -> tuple[dict[str, pl.DataFrame], dict[str, Money]]:
        """Return the frames and the money of one unit missed."""
        targets = self._targets()
        miss, missed = self._miss(targets)
        unmet, owed = self._unmet()
        frames = {"targets": targets, "miss": miss, "unmet": unmet, "quotas": self._quotas()}
        return frames, {"miss": missed, "unmet": owed}

    def _targets(self) -> pl.DataFrame:
        names = self.structure.names["target"]
        table = rows_of(self.calendar.study, "targets", names)
        return table.with_columns(target=pl.int_range(pl.len(), dtype=pl.Int32))

    def _miss(self, targets: pl.DataFrame) -> tuple[pl.DataFrame, Money]:
        """Return one row a target and period, for dual_source one a variant, supplier and period."""
        active = self.calendar.active(targets)
        at = np.argwhere(active).astype(np.int32)
        rows = pl.DataFrame({"target": at[:, 0], "period": at[:, 1]}).join(
            targets.select(
                "target", "kind", family=_positions(targets, "family", self.structure.names["family"])
            ),
            on="target",
        )
        dual = rows.filter(pl.col("kind") == "dual_source").join(
            self.sources.select("variant", "family", site="supplier"), on="family"
        )
        plain = rows.filter(pl.col("kind") != "dual_source").with_columns(
            variant=pl.lit(-1, dtype=pl.Int32), site=pl.lit(-1, dtype=pl.Int32)
        )
        columns = ["target", "variant", "site", "period"]
        miss = pl.concat([plain.select(columns), dual.select(columns)]).sort(columns)
        price = self.calendar.money(targets, "penalty")[miss["target"].to_numpy(), miss["period"].to_numpy()]
        return miss, {"target": -price}

    def _unmet(self) -> tuple[pl.DataFrame, Money]:
        """Return pool and period where volume is contracted, with its volume, and the price of a unit."""
        pools = self.structure.frames["pools"]
        committed = floats(pools, "committed") * self.calendar.years
        covered = np.zeros(pools.height, dtype=np.bool_)
        covered[self.sources["pool"].to_numpy()] = True
        rows = np.flatnonzero((committed > 0) & covered)
        pool, period = np.repeat(rows, self.calendar.n), np.tile(np.arange(self.calendar.n), len(rows))
        frame = pl.DataFrame({"pool": pool.astype(np.int32), "period": period.astype(np.int32)}).with_columns(
            committed=pl.Series(committed[pool])
        )
        price = floats(pools, "take_or_pay", 1.0)[pool] * self._least_costs()[pool, period]
        return frame, {"committed": -price}

    def _least_costs(self) -> Vector:
        """Return the least list cost of a scale unit among a pool's variants, carried or not (pools, T)."""
        study, pools = self.calendar.study, self.structure.frames["pools"]
        rows = (
            self.structure.covered.join(study.table("variants").select("variant", "family"), on="variant")
            .join(study.table("families").select("family", "scale_attribute"), on="family")
            .join(study.table("sites").select("site", "country", site_factor="cost_factor"), on="site")
        )
        pool = codes(rows, "pool", self.structure.names["pool"])
        pairs = rows.hstack(pools.select("unit_cost", "currency", "cost_factor")[pool])
        variants = tuple(rows["variant"].unique().sort())
        measure = measured(study, rows, pl.col("scale_attribute")).to_numpy()
        least = np.full((pools.height, self.calendar.n), np.inf)
        np.minimum.at(least, pool, list_costs(self.calendar, pairs, variants) / measure[:, None])
        return least

    def _quotas(self) -> pl.DataFrame:
        """Return regime and quota (vehicles or pieces a period) of every limited row of `tariffs`."""
        rows = self.book.tariffs.filter(pl.col("quota").is_not_null() & pl.col("quota").is_finite())
        return rows.select(regime="name", quota=pl.col("quota") * self.calendar.years)


def _positions(frame: pl.DataFrame, column: str, names: tuple[str, ...]) -> pl.Series:
    position = {name: index for index, name in enumerate(names)}
    return pl.Series(column, [position.get(name, -1) for name in frame[column]], dtype=pl.Int32)

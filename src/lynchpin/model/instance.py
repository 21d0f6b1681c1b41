"""A study compiled into sorted index frames and arrays: everything that a block needs, nothing that it decides.

Axes (`names`): partner, brand, programme, model, platform, family, variant, site, market, member, regime, target,
pool (a row of `nominations`), each a sorted tuple of identifiers; only what can play a part in the horizon is in.
In a frame an entity is its position in `names` (Int32; columns `supplier`, `successor`, `replaces` point to the
axes site, model, model), and `period` is the position of the period. `labelled` gives identifiers back.

Frames, one row per column of the variable of that name, sorted:

    launched_programme  programme                          launched  model
    use                 model, family, variant             nominate  variant, site, member
    allocate            programme, site                    open      site
    used                variant, member, phase             tooled    variant, site, member, phase
    developed           platform, member, phase
    make                model, site, period                ship      model, site, market, regime, period
    sell                model, market, period              buy       model, variant, supplier, site, regime, period
    idle                site, period                       short     model, market, period
    unmet               pool, period                       miss      target, variant, site, period (-1: none)

A *phase* is a set of periods in which the same models that could use a variant are on sale. Frames about entities
(`programmes`, `models`, `variants`, `sites`, `families`, `pools`, `needs`, `parts`, `successors`, `targets`,
`quotas`) hold their data. Flows are in vehicles and pieces a period, money in the study's currency, undiscounted.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from lynchpin.study.study import Study

Vector = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.int64]

AXIS_OF = {"supplier": "site", "successor": "model", "replaces": "model", "owner": "partner"}
"""Columns whose axis has another name."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Instance:
    """A compiled study; T periods, M models, N markets, F families.

    study       the completed study it was compiled from
    sharing     scope of sharing: alliance, partner, brand or model
    as_is       whether it holds today's structure only
    periods     labels of the periods (T)
    years       length of a period in years
    discount    d, factor to the first period (T)
    names       identifiers of each axis, sorted
    frames      index and data frames, see the module
    money       variable -> ledger line -> signed money of one unit, undiscounted: one number a row of the frame for
                flows; an array (rows, T) for structure, whose money recurs every period
    possible    B, possible sales in vehicles a period (M, N, T)
    on_sale     whether a model is inside its window (M, T)
    paths       pi, price path of a family for any country and chemistry (F, T)
    phases      of `used`, `tooled`, `developed`: whether a period belongs to the row's phase (rows, T)
    owners      share of each partner in an assembly or component site, rows add to one (sites, partners)
    outside     sigma, share of owners that are no partners, assembly sites (sites)
    """

    study: Study
    sharing: str
    as_is: bool
    periods: tuple[str, ...]
    years: float
    discount: Vector
    names: Mapping[str, tuple[str, ...]]
    frames: Mapping[str, pl.DataFrame]
    money: Mapping[str, Mapping[str, Vector]]
    possible: Vector
    on_sale: Flags
    paths: Vector
    phases: Mapping[str, Flags]
    owners: Vector
    outside: Vector

    @property
    def weights(self) -> Vector:
        """Return w = d pi, the weight of a period's flow in the volume of a family (F, T)."""
        return self.paths * self.discount

    def objective(self, variable: str) -> Vector:
        """Return the present money of one unit of each column of a variable, in the study's currency."""
        frame = self.frames[variable]
        total = np.zeros(frame.height)
        for values in self.money.get(variable, {}).values():
            total += values @ self.discount if values.ndim == 2 else values * self.discount[periods_of(frame)]
        return total

    def labelled(self, name: str) -> pl.DataFrame:
        """Return a frame with identifiers and period labels in place of positions; -1 becomes null."""
        frame = self.frames[name]
        columns: list[pl.Series] = []
        for column in frame.columns:
            axis = AXIS_OF.get(column, column)
            words = self.periods if axis in ("period", "first") else self.names.get(axis)
            columns.append(frame[column] if words is None else _words(frame[column], words))
        return pl.DataFrame(columns)


def periods_of(frame: pl.DataFrame) -> Positions:
    """Return the positions of the periods of a frame's rows."""
    return frame["period"].to_numpy().astype(np.int64)


def _words(codes: pl.Series, words: tuple[str, ...]) -> pl.Series:
    found = pl.Series(words, dtype=pl.String).gather(codes.clip(0, None)) if words else codes.cast(pl.String)
    return pl.select(pl.when(codes >= 0).then(found).alias(codes.name)).to_series()

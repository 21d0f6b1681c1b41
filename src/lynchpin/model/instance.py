"""A study compiled into sorted index frames and arrays: what blocks need, nothing that they decide.

Axes (`names`): partner, brand, programme, model, platform, family, variant, site, market, member, regime,
target, pool (a row of `nominations`), each a sorted tuple of identifiers; only what can play a part in the
horizon is in. In a frame an entity is its position in `names` (Int32; columns `supplier`, `successor`,
`replaces` point to the axes site, model, model), and `period` is the position of the period. `labelled` gives
identifiers back.

Frames, one row per column of the variable of that name, sorted:

    launched_programme  programme                          launched  model
    use                 model, family, variant             nominate  variant, site, member
    allocate            programme, site                    open      site
    used                variant, member, phase             tooled    variant, site, member, phase
    developed           platform, member, phase
    make                model, site, period                ship      model, site, market, regime, period
    sell                model, market, period              short     model, market, period
    buy                 model, variant, supplier, site, regime, period       idle      site, period
    unmet               pool, period                       miss      target, variant, site, period (-1: none)

A *phase* is a set of periods in which the same models that could use a variant are on sale. Frames about
entities (`programmes`, `models`, `variants`, `sites`, `families`, `pools`, `needs`, `parts`, `successors`,
`targets`, `quotas`) hold their data. Flows are in vehicles and pieces a period, money in the study's
currency, undiscounted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.errors import ModelError, OptionError
from lynchpin.model.calendar import Calendar, rows_of
from lynchpin.model.cars import Cars
from lynchpin.model.duty import GENERAL, DutyBook
from lynchpin.model.investments import Investments
from lynchpin.model.obligations import Obligations
from lynchpin.model.parts import LINES, Parts
from lynchpin.model.payers import ownership
from lynchpin.model.prices import family_paths, own_costs
from lynchpin.model.structure import SCOPES, structure
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.model.windows import possible_sales, windows
from lynchpin.study.study import Study

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
    money       variable -> ledger line -> signed money of one unit, undiscounted: one number a row of the
                frame for flows; an array (rows, T) for structure, whose money recurs every period
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

    @cached_property
    def _worth(self) -> Mapping[str, Vector]:
        found: dict[str, Vector] = {}
        for variable, lines in self.money.items():
            frame = self.frames[variable]
            found[variable] = np.zeros(frame.height)
            for values in lines.values():
                found[variable] += (
                    values @ self.discount if values.ndim == 2 else values * self.discount[periods_of(frame)]
                )
            found[variable].setflags(write=False)
        return found

    def objective(self, variable: str) -> Vector:
        """Return the present money of one unit of each column of a variable, in the study's currency."""
        return self._worth[variable] if variable in self._worth else np.zeros(self.frames[variable].height)

    def labelled(self, name: str) -> pl.DataFrame:
        """Return a frame with identifiers and period labels in place of positions; -1 becomes null."""
        return self.in_words(self.frames[name])

    def in_words(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of a frame with identifiers and period labels in place of positions."""
        columns: list[pl.Expr] = []
        for column in frame.columns:
            axis = AXIS_OF.get(column, column)
            words = self.periods if axis in ("period", "first") else self.names.get(axis)
            columns.append(pl.col(column) if words is None else _words(pl.col(column), words))
        return frame.select(columns)


def periods_of(frame: pl.DataFrame) -> Positions:
    """Return the positions of the periods of a frame's rows."""
    return frame["period"].to_numpy().astype(np.int64)


def _words(codes: pl.Expr, words: tuple[str, ...]) -> pl.Expr:
    known = pl.lit(pl.Series([*words, None], dtype=pl.String))
    return known.gather(pl.when(codes >= 0).then(codes).otherwise(len(words))).alias(codes.meta.output_name())


def compile(study: Study, *, sharing: str = "alliance", as_is: bool = False) -> Instance:  # noqa: A001 - imported as compile_study
    """Return a completed study (every lane there, scenario applied) as an instance.

    sharing  alliance, partner, brand or model
    as_is    today's structure only; its scope is the alliance

    Raises OptionError for an unknown scope, ModelError where the study cannot be stated.
    """
    if sharing not in SCOPES:
        raise OptionError(
            "is no scope of sharing", thing="sharing", value=sharing, cure=f"Use {', '.join(SCOPES)}."
        )
    scope = "alliance" if as_is else sharing
    calendar = Calendar(study)
    found = windows(calendar, as_is=as_is)
    chosen = structure(calendar, found, sharing=scope, as_is=as_is)
    if not chosen.names["model"]:
        raise ModelError(
            f"no version is on sale in the horizon{' as it is today' if as_is else ''}",
            thing=f"study {study.name}",
            cure="Look at launch and life in programmes, and at status and replaces in models.",
        )
    owners, outside = ownership(calendar, chosen.names["site"], chosen.names["partner"])
    book = DutyBook(calendar)
    possible, offers = possible_sales(calendar, found, chosen.names["market"])
    cars, money = Cars(calendar, found, chosen, book, possible, offers, outside).compiled()
    parts = Parts(calendar, chosen, book, cars["make"], outside)
    pieces, piece = parts.compiled()
    duties, missed = Obligations(calendar, chosen, book, pieces["sources"]).compiled()
    money |= missed | Investments(calendar, found, chosen, outside).compiled()
    frames = (
        chosen.frames
        | cars
        | pieces
        | duties
        | _entities(study, chosen.names, own_costs(calendar, chosen.names["variant"]))
    )
    names = chosen.names | {"regime": _regimes(frames)}
    _ordered(frames, money, piece, names["regime"])
    money["buy"] = {line: piece[line][frames["buy"]["part"].to_numpy()] for line in LINES}
    return Instance(
        study=study, sharing=scope, as_is=as_is, periods=study.periods.labels, years=calendar.years,
        discount=calendar.discount, names=names, frames=frames, money=money, possible=possible,
        on_sale=found.on_sale, paths=family_paths(calendar, names["family"]), phases=chosen.phases,
        owners=owners, outside=outside,
    )  # fmt: skip


def _regimes(frames: Mapping[str, pl.DataFrame]) -> tuple[str, ...]:
    """Return the regimes that occur, the general one first."""
    seen = {regime for name in ("ship", "parts", "quotas") for regime in frames[name]["regime"].unique()}
    return (GENERAL, *sorted(seen - {GENERAL}))


def _ordered(
    frames: dict[str, pl.DataFrame],
    money: dict[str, dict[str, Vector]],
    piece: dict[str, Vector],
    regimes: tuple[str, ...],
) -> None:
    """Put positions in place of regimes and sort what has one by its index, money with it."""
    position = {name: index for index, name in enumerate(regimes)}
    code = pl.col("regime").replace_strict(position, return_dtype=pl.Int32)
    for name in ("ship", "parts", "buy", "quotas"):
        frames[name] = frames[name].with_columns(code).with_row_index("row")
    for name, values in (("ship", money["ship"]), ("parts", piece)):
        keys = ["model", "site", "market"] if name == "ship" else ["variant", "supplier", "site"]
        frames[name] = frames[name].sort(*keys, "regime", "period")
        order = frames[name]["row"].to_numpy()
        values.update({line: numbers[order] for line, numbers in values.items()})
    moved = np.argsort(frames["parts"]["row"].to_numpy())
    buy = frames["buy"].with_columns(part=pl.Series(moved[frames["buy"]["part"].to_numpy()]))
    frames["buy"] = buy.sort("model", "variant", "supplier", "site", "regime", "period")
    for name in ("ship", "parts", "buy", "quotas"):
        frames[name] = frames[name].drop("row")


def _entities(study: Study, names: Mapping[str, tuple[str, ...]], own: Vector) -> dict[str, pl.DataFrame]:
    """Return the data of sites, families and variants, one row for each position."""
    variants = rows_of(study, "variants", names["variant"])
    return {
        "sites": rows_of(study, "sites", names["site"]),
        "families": rows_of(study, "families", names["family"]),
        "variants": variants.with_columns(own_cost=pl.Series(own[:, 0], dtype=pl.Float64)),
    }

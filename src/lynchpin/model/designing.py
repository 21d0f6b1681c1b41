"""A study's families as design tasks: needs with their volumes, variants with their cost, what is used today.

    W[m] = quantity sum over t of d pi[f,t] sum over n of B[m,n,t]      pieces weighted as list costs are
    D    = sum over t of d pi[f,t] y                                    years by which volumes are divided
    F[v] = sum over t on sale of d (engineering annuity + the least tooling annuity)    nothing where sunk

so that c0[v] phi(V[v]) W[m] is the present list cost of the statement without sites: its factors, freight
and duty are the plan's to weigh. Candidate versions count as launched, and what they replace stops when
they start.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.errors import OptionError, StudyError
from lynchpin.model.calendar import MILLION, Calendar, floats, rows_of
from lynchpin.model.fitting import fitting
from lynchpin.model.fitting import needs as required
from lynchpin.model.prices import family_paths, own_costs
from lynchpin.model.vectors import Vector
from lynchpin.model.windows import SHORT, Windows, possible_sales, windows
from lynchpin.study.study import Study
from lynchpin.study.words import nearest

LIFE = 8.0  # years over which engineering is paid off where nothing else is given: the dictionary's default


@dataclass(frozen=True)
class DesignRules:
    """What a design may do.

    new          whether specifications that no variant has may be designed
    engineering  millions of the study's currency for a new one; None: the median of the family's variants
    platform     whether all that share a specification must stand on one platform
    candidates   whether candidate programmes and versions count
    """

    new: bool = True
    engineering: float | None = None
    platform: bool = False
    candidates: bool = True

    def __post_init__(self) -> None:
        if self.engineering is not None and not 0 <= self.engineering < 1e9:
            raise OptionError(
                "is out of range",
                thing="engineering",
                value=self.engineering,
                cure="Give millions of the study's currency, at least 0.",
            )


def families_of(study: Study, family: str | None = None) -> tuple[str, ...]:
    """Return the families that models require, in the study's order, or only the one that is named.

    Raises StudyError where no model requires any, OptionError where it does not require the one.
    """
    needed = set(study.table("requirements")["family"].drop_nulls())
    known = tuple(name for name in study.table("families")["family"] if name in needed)
    if not known:
        raise StudyError(
            "there is nothing to design, for no model requires a family",
            thing=f"study {study.name}",
            cure="Write what models require of families into the table requirements.",
        )
    if family is None:
        return known
    if family not in known:
        near = nearest(family, known)
        hint = f"Did you mean {near!r}? " if near else ""
        raise OptionError(
            "is no family that a model requires",
            thing="family",
            value=family,
            cure=f"{hint}There are {', '.join(known)}.",
        )
    return (family,)


@dataclass(frozen=True, eq=False)
class Designing:
    """Makes design tasks of a study."""

    study: Study
    rules: DesignRules

    @cached_property
    def calendar(self) -> Calendar:
        """Return time and currencies."""
        return Calendar(self.study)

    @cached_property
    def found(self) -> Windows:
        """Return who is on sale when."""
        return windows(self.calendar, as_is=not self.rules.candidates)

    @cached_property
    def sales(self) -> Vector:
        """Return possible sales over all markets, in vehicles a period (models, T)."""
        markets = tuple(sorted(self.study.table("markets")["market"]))
        possible, _ = possible_sales(self.calendar, self.found, markets)
        sales = possible.sum(axis=1)
        position = {name: row for row, name in enumerate(self.found.models["model"])}
        for successor, old in enumerate(self.found.models["replaces"]):
            if old in position:
                age = self.found.age[self.found.programme[successor]]
                sales[position[old]] *= ~(age > -SHORT)
        return sales

    def task(self, family: str) -> DesignTask:
        """Return the task of one family; raises OptionError where no model on sale requires it."""
        study = self.study
        models = self.found.models["model"].to_list()
        needed = required(study, models).filter(pl.col("family") == family)
        if needed.is_empty():
            raise OptionError(
                "is required by no model that is on sale in the horizon",
                thing="family",
                value=family,
                cure="Look at launch and life in programmes, or count candidates too.",
            )
        row = study.table("families").filter(pl.col("family") == family)
        attributes = study.table("attributes").filter(pl.col("family") == family).sort("attribute")
        measure = str(row["scale_attribute"][0])
        kinds = attributes.select("attribute", "sense", "kind").with_columns(
            cost_per_unit=pl.Series(self.calendar.money(attributes, "cost_per_unit")[:, 0])
        )
        return DesignTask.of(
            self._needs(family, needed, kinds),
            kinds,
            variants=self._variants(family, kinds),
            engineering_cost=self.new_cost(family) if self.rules.new else None,
            discount=self._discount(family, row),
            measure=None if measure == "pieces" else measure,
            same="platform" if self.rules.platform else None,
            family=family,
            currency=study.settings.currency,
        )

    def weights(self, family: str) -> Vector:
        """Return d pi, by which a period's pieces count (T)."""
        return self.calendar.discount * family_paths(self.calendar, (family,))[0]

    def _needs(self, family: str, needed: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
        position = {name: row for row, name in enumerate(self.found.models["model"])}
        rows = [position[name] for name in needed["model"]]
        volumes = (self.sales[rows] @ self.weights(family)) * needed["quantity"].to_numpy()
        platforms = dict(self.found.models.select("model", "platform").iter_rows())
        asked = self.study.table("requirements").filter(
            (pl.col("family") == family) & pl.col("attribute").is_not_null()
        )
        return _wide(needed.select("model"), asked, "model", kinds).with_columns(
            volume=pl.Series(volumes),
            today=pl.Series([self.carried_today(family, name) for name in needed["model"]], dtype=pl.String),
            platform=pl.Series([platforms[name] for name in needed["model"]], dtype=pl.String),
        )

    @cached_property
    def _uses(self) -> dict[tuple[str, str], str]:
        families = self.study.table("variants").select("variant", "family")
        rows = self.study.table("uses").join(families, on="variant").select("model", "family", "variant")
        return {(model, family): variant for model, family, variant in rows.iter_rows()}

    @cached_property
    def _fits(self) -> set[tuple[str, str]]:
        """Return every pair of model and variant that fits."""
        pairs = fitting(self.study, self.found.models["model"].to_list())
        return {(model, variant) for model, variant in pairs.select("model", "variant").iter_rows()}

    def carried_today(self, family: str, model: str) -> str | None:
        """Return what a model carries today, or the one it replaces, and so on, as long as it fits."""
        replaced = dict(self.study.table("models").select("model", "replaces").iter_rows())
        asked: str | None = model
        for _ in range(len(replaced)):
            if asked is None or (asked, family) in self._uses:
                break
            asked = replaced.get(asked)
        carried = None if asked is None else self._uses.get((asked, family))
        return carried if carried is not None and (model, carried) in self._fits else None

    def _variants(self, family: str, kinds: pl.DataFrame) -> pl.DataFrame:
        names = self.study.table("variants").filter(pl.col("family") == family).sort("variant")
        given = self.study.table("specifications")
        table = rows_of(self.study, "variants", names["variant"].to_list())
        again, paid = self._engineering(table), self._engineering(table, sunk=True)
        again += self._tooling(family, table, sunk=False)
        paid += self._tooling(family, table, sunk=True)
        return _wide(names.select("variant"), given, "variant", kinds).with_columns(
            unit_cost=pl.Series(own_costs(self.calendar, tuple(names["variant"]))[:, 0], dtype=pl.Float64),
            engineering_cost=pl.Series(paid, dtype=pl.Float64),
            engineering_again=pl.Series(again, dtype=pl.Float64),
        )

    @cached_property
    def _present(self) -> Vector:
        """Return d of the periods in which anything is on sale, else nought (T)."""
        return self.calendar.discount * self.found.on_sale.any(axis=0)

    def _engineering(self, table: pl.DataFrame, *, sunk: bool = False) -> Vector:
        """Return the present engineering cost of variants, nothing for current ones where `sunk` (rows)."""
        annuity = self.calendar.annuity(table, "engineering_cost", "life")
        free = (table["status"] == "current").to_numpy() & sunk
        return np.where(free, 0.0, annuity @ self._present)

    def _tooling(self, family: str, table: pl.DataFrame, *, sunk: bool) -> Vector:
        """Return the present cost of the cheapest tools of each variant (rows)."""
        rows = self.study.table("nominations")
        money = self.calendar.annuity(rows, "tooling_cost", "life") @ self._present
        free = (rows["status"] == "current").to_numpy() & sunk
        rows = rows.select("variant", "family").with_columns(money=pl.Series(np.where(free, 0.0, money)))
        pooled = rows.filter(pl.col("family") == family)["money"].min()
        own = dict(rows.drop_nulls("variant").group_by("variant").agg(pl.min("money")).iter_rows())
        return np.array([_least(own.get(name), pooled) for name in table["variant"]], dtype=np.float64)

    def new_engineering(self, family: str) -> tuple[float, float]:
        """Return millions of the study's currency and life in years of a new specification's engineering."""
        table = self.study.table("variants").filter(pl.col("family") == family)
        life = float(np.median(floats(table, "life"))) if table.height else LIFE
        if self.rules.engineering is not None:
            return self.rules.engineering, life
        known = self.calendar.money(table, "engineering_cost")[:, 0]
        return (round(float(np.median(known)), 6) if known.size else 0.0), life

    def new_cost(self, family: str) -> float:
        """Return what having a new specification costs over the horizon: engineering and median tools."""
        millions, life = self.new_engineering(family)
        rate = self.study.settings.discount_rate
        factor = 1 / life if rate == 0 else rate / (1 - (1 + rate) ** -life)
        engineering = millions * MILLION * self.calendar.years * factor * float(self._present.sum())
        table = self.study.table("variants").filter(pl.col("family") == family)
        tools = self._tooling(family, table, sunk=False)
        return engineering + (float(np.median(tools)) if tools.size else 0.0)

    def _discount(self, family: str, row: pl.DataFrame) -> VolumeDiscount | None:
        rate = float(row["scale_rate"][0])
        if rate == 0:
            return None
        return VolumeDiscount(
            rate=rate,
            reference=float(row["reference_volume"][0]),
            minimum=row["minimum_volume"][0],
            saturation=row["saturation_volume"][0],
            years=float(self.weights(family).sum() * self.calendar.years),
        )


def _least(own: float | None, pooled: object) -> float:
    known = [float(value) for value in (own, pooled) if isinstance(value, float)]
    return min(known, default=0.0)


def _wide(keys: pl.DataFrame, rows: pl.DataFrame, key: str, kinds: pl.DataFrame) -> pl.DataFrame:
    """Return a column for each attribute, typed, blank where a key has no value of it."""
    table = keys
    for name, kind in kinds.select("attribute", "kind").iter_rows():
        value = pl.col("value").cast(pl.Float64) if kind == "number" else pl.col("value")
        column = rows.filter(pl.col("attribute") == name).select(key, value.alias(name))
        table = table.join(column, on=key, how="left", maintain_order="left")
    return table

"""Which tariff rows make a duty, and how much it is.

Goods made at a site in country i by operator o, heading h, arriving in country j in period t. Rows apply if
importer, exporter, heading, maker and dates fit and their condition is met; of each group (mfn; all_in;
preference or addon of one name) the first by rank holds; a quota row ranks first in its own regime and is
absent elsewhere.

    amount = max(floor, ad_valorem base + specific);  inf bans
    base   = customs value, times (1 - declared content) where the row says non_content
    duty   = min(mfn, preferences) + sum of addons
    duty   = max(mfn, all_in)      + sum of addons that all_in does not replace
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.study.dictionary import split_list

GENERAL = "general"
TOLERANCE = 1e-9  # of declared content


@dataclass(frozen=True)
class Recipe:
    """The rows of `tariffs` (positions) that make a duty; without any the goods are free."""

    mfn: int | None = None
    preferences: tuple[int, ...] = ()
    addons: tuple[int, ...] = ()
    all_in: int | None = None

    @property
    def rows(self) -> tuple[int, ...]:
        """Return every row that takes part, sorted."""
        single = tuple(row for row in (self.mfn, self.all_in) if row is not None)
        return tuple(sorted((*single, *self.preferences, *self.addons)))


@dataclass(frozen=True)
class Goods:
    """What a duty depends on: countries of making and arrival, heading, maker, where content is declared.

    origin  (site, programme or family) of the table `origin`
    """

    exporter: str
    importer: str
    heading: str | None
    maker: str | None
    origin: tuple[str, str]


@dataclass(frozen=True, eq=False)
class DutyBook:
    """The tables about duty of one study, ready to answer for any goods and period."""

    calendar: Calendar

    @cached_property
    def _memory(self) -> dict[tuple[object, ...], tuple[tuple[str, Recipe], ...]]:
        return {}

    @cached_property
    def tariffs(self) -> pl.DataFrame:
        """Return the table with heading dots removed and `*` as the empty prefix."""
        return self.calendar.study.table("tariffs").with_columns(hs=_prefix(pl.col("hs")))

    @cached_property
    def content(self) -> Mapping[tuple[str, str], Mapping[str, float]]:
        """Return declared content by (site, programme or family), then agreement."""
        found: dict[tuple[str, str], dict[str, float]] = {}
        for row in self.calendar.study.table("origin").iter_rows(named=True):
            found.setdefault((row["site"], row["programme"] or row["family"]), {})[row["agreement"]] = row[
                "content"
            ]
        return found

    @cached_property
    def epoch(self) -> list[int]:
        """Return the number of each period's epoch: within one, no row about duty begins or ends (T)."""
        dated = np.vstack([self._valid, self._agreements[1], *self._members.values()])
        changes = (dated[:, 1:] != dated[:, :-1]).any(axis=0)
        return [0, *np.cumsum(changes).tolist()]

    def regimes(self, goods: Goods, period: int) -> tuple[tuple[str, Recipe], ...]:
        """Return the regimes open to the goods and what makes the duty in each; `general` comes first."""
        if self._free(goods, period):
            return ((GENERAL, Recipe()),)
        origin = goods.origin if goods.origin in self.content else None
        key = (goods.exporter, goods.importer, goods.heading, goods.maker, origin, self.epoch[period])
        if key not in self._memory:
            self._memory[key] = self._resolve(goods, period)
        return self._memory[key]

    def amount(
        self, recipe: Recipe, base: Vector, content: Callable[[str], Vector], period: Positions
    ) -> Vector:
        """Return the duty of one unit, for goods that share a recipe.

        base     customs value of a unit, study currency (rows)
        content  of an agreement: what is declared for each row's goods, nought where nothing is (rows)
        period   position of the period (rows)
        """
        if not recipe.rows:
            return np.zeros(len(base))
        parts = {row: self._row_amount(row, base, content, period) for row in recipe.rows}
        general = parts[recipe.mfn] if recipe.mfn is not None else np.zeros(len(base))
        if recipe.all_in is not None:
            general = np.maximum(general, parts[recipe.all_in])
        elif recipe.preferences:
            best = np.min([parts[row] for row in recipe.preferences], axis=0)
            general = np.minimum(general, best) if recipe.mfn is not None else best
        return general + sum((parts[row] for row in recipe.addons), np.zeros(len(base)))

    def _row_amount(
        self, row: int, base: Vector, content: Callable[[str], Vector], period: Positions
    ) -> Vector:
        entry = self.tariffs.row(row, named=True)
        rate = self._rates[row][period]
        if np.inf in (entry["ad_valorem"], entry["specific"], entry["floor"]):
            return np.full(len(base), np.inf)
        if entry["base"] == "non_content":
            base = base * (1 - (content(entry["content_of"]) if entry["content_of"] else 0.0))
        return np.maximum(entry["floor"] * rate, entry["ad_valorem"] * base + entry["specific"] * rate)

    def _free(self, goods: Goods, period: int) -> bool:
        if not self._asked or goods.exporter == goods.importer:
            return True
        both = self.blocs(goods.exporter, period) & self.blocs(goods.importer, period)
        return bool(both)

    def _resolve(self, goods: Goods, period: int) -> tuple[tuple[str, Recipe], ...]:
        """Return every regime's recipe for goods that cross a border in an epoch."""
        applying = self._applying(goods, period)
        quota = [row for row in applying if self._has_quota[row]]
        found = [(GENERAL, self._recipe(applying, None, goods, period))]
        found += [(self.tariffs["name"][row], self._recipe(applying, row, goods, period)) for row in quota]
        return tuple(sorted(found, key=lambda pair: (pair[0] != GENERAL, pair[0])))

    def _recipe(
        self, applying: dict[int, tuple[int, ...]], own: int | None, goods: Goods, period: int
    ) -> Recipe:
        """Return the rows that hold in a regime: `own` is its quota row, None in the general one."""
        groups: dict[tuple[str, str], list[tuple[tuple[int, ...], int]]] = {}
        for row, rank in applying.items():
            if row == own:
                groups.setdefault(self._group[row], []).append(((-1,), row))
            elif not self._has_quota[row]:
                groups.setdefault(self._group[row], []).append((rank, row))
        first = {group: self._first(sorted(rows), goods, period) for group, rows in groups.items()}
        mfn, all_in = first.get(("mfn", "")), first.get(("all_in", ""))
        if mfn is None and all_in is None:
            self._refuse(goods, period)
        dropped = split_list(self.tariffs["replaces"][all_in]) if all_in is not None else ()
        addons = [
            row
            for (kind, name), row in first.items()
            if kind == "addon" and name not in dropped and "*" not in dropped
        ]
        preferences = (
            [row for (kind, _), row in first.items() if kind == "preference"] if all_in is None else []
        )
        return Recipe(mfn, tuple(sorted(preferences)), tuple(sorted(addons)), all_in)

    def _first(self, rows: list[tuple[tuple[int, ...], int]], goods: Goods, period: int) -> int:
        if len(rows) > 1 and rows[0][0] == rows[1][0]:
            raise ModelError(
                f"rows {rows[0][1] + 2} and {rows[1][1] + 2} fit equally well for {_say(goods)} "
                f"in {self.calendar.study.periods.labels[period]}",
                thing="tariffs",
                cure="Make one of them more specific, or give them different names.",
            )
        return rows[0][1]

    def _refuse(self, goods: Goods, period: int) -> None:
        raise ModelError(
            f"no mfn and no all_in row fits {_say(goods)} in {self.calendar.study.periods.labels[period]}",
            thing="tariffs",
            cure="Add the general duty of the importer, with exporter * and the first digits of the heading.",
        )

    def _applying(self, goods: Goods, period: int) -> dict[int, tuple[int, ...]]:
        """Return the rows that apply to the goods, with their rank: the smaller, the more it counts."""
        heading = (goods.heading or "").replace(".", "")
        found: dict[int, tuple[int, ...]] = {}
        for row, ranks in self._between(goods.exporter, goods.importer, period):
            prefix, maker, condition = self._asked[row]
            if (
                maker in ("*", goods.maker or "")
                and heading.startswith(prefix)
                and (condition is None or self._met(condition, goods, heading, period))
            ):
                found[row] = (int(condition is None), int(maker == "*"), -len(prefix), *ranks)
        return found

    def _between(self, exporter: str, importer: str, period: int) -> list[tuple[int, tuple[int, int]]]:
        """Return the rows in force between two countries, each with the ranks of both."""
        key = (exporter, importer, self.epoch[period])
        if key not in self._lands:
            begin = self._country_rank("exporter", exporter, period)
            end = self._country_rank("importer", importer, period)
            rows = np.flatnonzero(self._valid[:, period] & (begin >= 0) & (end >= 0))
            ranks = zip(begin[rows].tolist(), end[rows].tolist(), strict=True)
            self._lands[key] = list(zip(rows.tolist(), ranks, strict=True))
        return self._lands[key]

    def _met(self, agreement: str, goods: Goods, heading: str, period: int) -> bool:
        """Whether the goods meet the rule of origin of an agreement."""
        table, valid = self._agreements
        fitting = [
            row for row, entry in enumerate(table)
            if entry["agreement"] == agreement and valid[row, period] and heading.startswith(entry["hs"])
        ]  # fmt: skip
        if not fitting:
            return False
        entry = table[max(fitting, key=lambda row: len(table[row]["hs"]))]
        for country in (goods.exporter, goods.importer):
            if not ({country} | self.blocs(country, period)) & set(split_list(entry["members"])):
                return False
        if entry["rule"] == "none":
            return True
        content = self.content.get(goods.origin, {}).get(agreement)
        if content is None:
            return False
        threshold = entry["threshold"]
        if entry["rule"] == "max_nom":
            return bool(1 - content <= threshold + TOLERANCE)
        return bool(content >= threshold - TOLERANCE)

    def _country_rank(self, column: str, country: str, period: int) -> Vector:
        """Return 0 for the country, 1 for its territories, 2 for *, -1 for rows about others (rows)."""
        key = (column, country, self.epoch[period])
        if key not in self._country_ranks:
            blocs = self.blocs(country, period)
            self._country_ranks[key] = np.array(
                [
                    0 if word == country else 1 if word in blocs else 2 if word == "*" else -1
                    for word in self.tariffs[column]
                ]
            )
        return self._country_ranks[key]

    def ranks(self, word: str, country: str) -> Positions:
        """Return in each period 0 where a word is the country, 1 a territory of it, 2 `any`, else 3 (T)."""
        if word in (country, "any"):
            return np.full(self.calendar.n, 0 if word == country else 2)
        inside = self._members.get((word, country))
        return np.full(self.calendar.n, 3) if inside is None else np.where(inside, 1, 3)

    def blocs(self, country: str, period: int) -> frozenset[str]:
        """Return the territories that a country belongs to in a period."""
        key = (country, self.epoch[period])
        if key not in self._bloc_memory:
            self._bloc_memory[key] = frozenset(
                name
                for (name, member), inside in self._members.items()
                if member == country and inside[period]
            )
        return self._bloc_memory[key]

    @cached_property
    def _bloc_memory(self) -> dict[tuple[str, int], frozenset[str]]:
        return {}

    @cached_property
    def _lands(self) -> dict[tuple[str, str, int], list[tuple[int, tuple[int, int]]]]:
        return {}

    @cached_property
    def _country_ranks(self) -> dict[tuple[str, str, int], Vector]:
        return {}

    @cached_property
    def _members(self) -> dict[tuple[str, str], Flags]:
        table = self.calendar.study.table("territories")
        found: dict[tuple[str, str], Flags] = {}
        for row, inside in zip(table.iter_rows(named=True), self.calendar.active(table), strict=True):
            key = (row["territory"], row["country"])
            found[key] = found[key] | inside if key in found else inside
        return found

    @cached_property
    def _agreements(self) -> tuple[list[dict[str, Any]], Flags]:
        table = self.calendar.study.table("agreements").with_columns(hs=_prefix(pl.col("hs")))
        return table.to_dicts(), self.calendar.active(table)

    @cached_property
    def _valid(self) -> Flags:
        return self.calendar.active(self.tariffs)

    @cached_property
    def _rates(self) -> Vector:
        return self.calendar.rates(self.tariffs["currency"].to_list())

    @cached_property
    def _asked(self) -> list[tuple[str, str, str | None]]:
        """Return what each row asks of goods: first digits of the heading, maker, agreement."""
        return list(self.tariffs.select("hs", "maker", "condition").iter_rows())

    @cached_property
    def _has_quota(self) -> list[bool]:
        return self.tariffs["quota"].is_not_null().to_list()

    @cached_property
    def _group(self) -> list[tuple[str, str]]:
        return [
            (kind, name or "" if kind in ("addon", "preference") else "")
            for kind, name in self.tariffs.select("kind", "name").iter_rows()
        ]


def _prefix(column: pl.Expr) -> pl.Expr:
    return column.str.replace_all(".", "", literal=True).replace({"*": ""})


def _say(goods: Goods) -> str:
    return f"heading {goods.heading} of {goods.maker} from {goods.exporter} to {goods.importer}"

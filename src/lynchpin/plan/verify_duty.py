"""Customs: the duty of one vehicle or piece, found row by row in the study's tariffs.

A row applies if importer, exporter, heading, maker, dates and condition do. Rows of one group (all mfn rows;
all all_in rows; preferences or add-ons of one name) are ranked: condition, maker, longer heading, exporter
country before territory before *, importer likewise; the quota row of the flow's own regime is first.

amount   max(floor, ad_valorem * base + specific), base the value or the part that is not declared content
duty     min(mfn, preferences) + add-ons; with an all_in row max(mfn, its amount) + add-ons not replaced
"""

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from lynchpin.plan.verify_catalogue import Row, names
from lynchpin.plan.verify_facts import Facts


@dataclass(frozen=True)
class Trade:
    """One crossing: made at `site` as `item` (programme or family), heading `hs`, arriving in `country`."""

    site: str
    item: str
    hs: str | None
    country: str
    t: int


class Duties:
    """The study's tariffs, agreements and declared content, asked for one crossing at a time."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._tariffs = facts.rows("tariffs")
        for row in self._tariffs:
            row["hs"] = digits(row["hs"])
        self._agreements: dict[str, list[Row]] = defaultdict(list)
        for row in facts.rows("agreements"):
            self._agreements[row["agreement"]].append(row)
        self._content: dict[tuple[str, str, str], float] = {}
        for row in facts.rows("origin"):
            item = row["programme"] if row["programme"] is not None else row["family"]
            self._content[row["site"], item, row["agreement"]] = row["content"]
        self._open: dict[tuple[str, str, int], list[Row]] = {}
        self._found: dict[Trade, list[Row]] = {}

    def per_unit(self, trade: Trade, regime: str, value: float) -> float | None:
        """Return the duty on one unit of customs value `value`; None if the flow has no such regime."""
        facts = self._facts
        start = facts.sites[trade.site]["country"]
        free = start == trade.country or bool(
            facts.territories(start, trade.t) & facts.territories(trade.country, trade.t)
        )
        if free or not self._tariffs or trade.hs is None:
            return 0.0 if regime == "general" else None
        rows = self._found.get(trade)
        if rows is None:
            candidates = self._between(start, trade.country, trade.t)
            rows = self._found[trade] = [row for row in candidates if self._applies(row, trade)]
        own = [row for row in rows if row["quota"] is not None and row["name"] == regime]
        if regime != "general" and not own:
            return None
        return self._total([row for row in rows if row["quota"] is None] + own, trade, value)

    def _total(self, rows: list[Row], trade: Trade, value: float) -> float:
        """Return the duty from the rows that apply; infinite where there is no general one."""
        groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in rows:
            kind = row["kind"]
            groups[kind, row["name"] if kind in ("preference", "addon") else ""].append(row)
        first = {group: min(found, key=lambda row: self._rank(row, trade)) for group, found in groups.items()}
        amounts = {group: self._amount(row, trade, value) for group, row in first.items()}
        general = amounts.get(("mfn", ""))
        whole = first.get(("all_in", ""))
        addons = {name: amount for (kind, name), amount in amounts.items() if kind == "addon"}
        if whole is not None:
            gone = names(whole["replaces"])
            kept = [amount for name, amount in addons.items() if name not in gone and "*" not in gone]
            return max(general or 0.0, amounts["all_in", ""]) + sum(kept)
        if general is None:
            return math.inf
        lower = [amount for (kind, _), amount in amounts.items() if kind == "preference"]
        return min([general, *lower]) + sum(addons.values())

    def _between(self, start: str, end: str, t: int) -> list[Row]:
        """Return the rows in force on goods made in one country that arrive in another one."""
        if (start, end, t) not in self._open:
            facts = self._facts
            self._open[start, end, t] = [
                row
                for row in self._tariffs
                if facts.calendar.inside(row, t)
                and facts.lies_in(end, row["importer"], t, everywhere="*")
                and facts.lies_in(start, row["exporter"], t, everywhere="*")
            ]
        return self._open[start, end, t]

    def _applies(self, row: Row, trade: Trade) -> bool:
        maker = self._facts.sites[trade.site]["operator"]
        if row["maker"] not in ("*", maker) or not digits(trade.hs).startswith(row["hs"]):
            return False
        return row["condition"] is None or self._met(row["condition"], trade)

    def _met(self, agreement: str, trade: Trade) -> bool:
        """Tell whether goods meet an agreement's rule of origin."""
        facts, t = self._facts, trade.t
        fitting = [
            row
            for row in self._agreements[agreement]
            if facts.calendar.inside(row, t) and digits(trade.hs).startswith(digits(row["hs"]))
        ]
        if not fitting:
            return False
        row = max(fitting, key=lambda row: len(digits(row["hs"])))
        members = set(names(row["members"]))
        for country in (facts.sites[trade.site]["country"], trade.country):
            if not members & {country, *facts.territories(country, t)}:
                return False
        if row["rule"] == "none":
            return True
        content = self._content.get((trade.site, trade.item, agreement))
        if content is None:
            return False
        if row["rule"] == "max_nom":
            return 1 - content <= row["threshold"] + 1e-9
        return content >= row["threshold"] - 1e-9

    def _rank(self, row: Row, trade: Trade) -> tuple[int, ...]:
        """Return the order of a row among its group: the smallest holds."""
        here = self._facts.sites[trade.site]["country"]
        return (
            0 if row["quota"] is not None else 1,
            0 if row["condition"] is not None else 1,
            0 if row["maker"] != "*" else 1,
            -len(row["hs"]),
            _breadth(row["exporter"], here),
            _breadth(row["importer"], trade.country),
        )

    def _amount(self, row: Row, trade: Trade, value: float) -> float:
        """Return what one row asks for one unit."""
        if math.isinf(row["ad_valorem"]):
            return math.inf
        rate = self._facts.calendar.rate(row["currency"], trade.t)
        base = value
        if row["base"] == "non_content":
            base *= 1 - self._content.get((trade.site, trade.item, row["content_of"]), 0.0)
        return max(row["floor"] * rate, row["ad_valorem"] * base + row["specific"] * rate)


def digits(heading: Any) -> str:
    """Return a customs heading without dots; `*` is the beginning of every heading."""
    text = str(heading).replace(".", "").strip()
    return "" if text == "*" else text


def _breadth(place: str, country: str) -> int:
    """Return 0 for the country itself, 1 for a territory, 2 for anywhere."""
    return 0 if place == country else 2 if place == "*" else 1

"""The statement's duty of one crossing, its five rules one after the other."""

from math import inf
from typing import Any

from tests.oracle.basics import Basics


class Customs(Basics):
    """Duties of one study."""

    def _duty(
        self, s: str, what: str, hs: str | None, to: str, t: int, regime: str, value: float
    ) -> float | None:
        site = self.one("sites", site=s)
        here, there = self.places(site["country"], t), self.places(to, t)
        if site["country"] == to or (here & there) or not self.table("tariffs") or hs is None:
            return 0.0 if regime == "general" else None
        rows = []
        for row in self.table("tariffs"):
            places = row["importer"] in there | {"*"} and row["exporter"] in here | {"*"}
            mine = row["maker"] in ("*", site["operator"]) and self._head(row["hs"], hs)
            in_regime = row["quota"] is None or row["name"] == regime
            if (
                places
                and mine
                and in_regime
                and self.dated(row, t)
                and self._origin(row["condition"], s, what, hs, here, there, t)
            ):
                rows.append(row)
        if regime != "general" and not any(row["quota"] is not None for row in rows):
            return None

        def best(group: list[dict[str, Any]]) -> float:
            order = sorted(group, key=lambda row: self._order(row, site["country"], to), reverse=True)
            return self._amount(order[0], s, what, value, t)

        mfn = [r for r in rows if r["kind"] == "mfn"]
        whole = [r for r in rows if r["kind"] == "all_in"]
        extra = {r["name"] for r in rows if r["kind"] == "addon"}
        lower = {r["name"] for r in rows if r["kind"] == "preference"}
        if whole:
            order = sorted(whole, key=lambda row: self._order(row, site["country"], to), reverse=True)
            gone = (order[0]["replaces"] or "").split(";")
            extra = set() if "*" in gone else extra - set(gone)
            duty = max([best(whole)] + ([best(mfn)] if mfn else []))
        elif mfn:
            duty = min(
                [best(mfn)]
                + [best([r for r in rows if r["kind"] == "preference" and r["name"] == p]) for p in lower]
            )
        else:
            return inf
        return duty + sum(
            best([r for r in rows if r["kind"] == "addon" and r["name"] == a]) for a in sorted(extra)
        )

    def _head(self, start: str, hs: str) -> bool:
        return start == "*" or hs.replace(".", "").startswith(start.replace(".", ""))

    def _order(self, row: dict[str, Any], here: str, there: str) -> tuple[Any, ...]:
        near = {here: 2, "*": 0}.get(row["exporter"], 1), {there: 2, "*": 0}.get(row["importer"], 1)
        length = 0 if row["hs"] == "*" else len(row["hs"].replace(".", ""))
        return row["quota"] is not None, row["condition"] is not None, row["maker"] != "*", length, *near

    def _origin(
        self, a: str | None, s: str, what: str, hs: str, here: set[str], there: set[str], t: int
    ) -> bool:
        if a is None:
            return True
        rows = [
            r for r in self.some("agreements", agreement=a) if self.dated(r, t) and self._head(r["hs"], hs)
        ]
        rows.sort(key=lambda r: 0 if r["hs"] == "*" else len(r["hs"].replace(".", "")))
        if not rows:
            return False
        members = {name.strip() for name in rows[-1]["members"].split(";")}
        if not (members & here and members & there):
            return False
        content, rule, limit = self._content(a, s, what), rows[-1]["rule"], rows[-1]["threshold"]
        if rule == "none":
            return True
        if content is None:
            return False
        return 1 - content <= limit + 1e-9 if rule == "max_nom" else content >= limit - 1e-9

    def _content(self, a: str | None, s: str, what: str) -> float | None:
        for row in self.some("origin", site=s, agreement=a):
            if what in (row["programme"], row["family"]):
                return row["content"]
        return None

    def _amount(self, row: dict[str, Any], s: str, what: str, value: float, t: int) -> float:
        if row["ad_valorem"] == inf:
            return inf
        if row["base"] == "non_content":
            value *= 1 - (self._content(row["content_of"], s, what) or 0)
        rate = self.rate(row, t)
        return max(row["floor"] * rate, row["ad_valorem"] * value + row["specific"] * rate)

"""Time, money, windows, specifications and list costs as plain functions of a study's rows."""

from functools import lru_cache
from math import floor, inf, log2
from typing import Any

from lynchpin.study.study import Study


class Basics:
    """Numbers of one study in one sharing scope that need no place; `t` counts periods from 0."""

    def __init__(self, study: Study, scope: str, as_is: bool = False) -> None:
        self.study, self.scope, self.as_is = study, "alliance" if as_is else scope, as_is
        self.set = study.settings
        self.y = 0.5 if self.set.period == "half-year" else 1
        self.r = self.set.discount_rate
        self.T = list(range(self.set.periods))
        self.table = lru_cache(None)(lambda name: study.table(name).to_dicts())
        self.index = lru_cache(None)(self._index)

    def one(self, table: str, **key: str) -> dict[str, Any]:
        """Return the row with this key."""
        return self.some(table, **key)[0]

    def some(self, table: str, **key: str | None) -> list[dict[str, Any]]:
        """Return the rows with this key."""
        return [row for row in self.table(table) if all(row[name] == value for name, value in key.items())]

    # time

    def when(self, label: str, last: bool = False) -> float:
        """Return the year at which a labelled period (or the last period of a labelled year) begins."""
        if "-H" in label:
            return int(label[:4]) + (int(label[-1]) - 1) / 2
        return int(label) + (0.5 if last and self.y == 0.5 else 0)

    def at(self, t: int) -> float:
        """Return the year in which period t begins."""
        return self.when(self.set.first_period) + self.y * t

    def label(self, t: int) -> str:
        """Return the name of period t."""
        year = self.at(t)
        return f"{floor(year)}" if self.y == 1 else f"{floor(year)}-H{round(2 * (year - floor(year))) + 1}"

    def dated(self, row: dict[str, Any], t: int) -> bool:
        """Tell whether a dated row holds in period t."""
        after = row["from"] is None or self.at(t) >= self.when(row["from"])
        return after and (row["until"] is None or self.at(t) <= self.when(row["until"], last=True))

    def d(self, t: int) -> float:
        """Return the discount factor."""
        return 1 / (1 + self.r) ** (self.y * t)

    def annuity(self, millions: float, life: float) -> float:
        """Return the annuity per period."""
        money = millions * 1e6
        return (
            money * self.y / life if self.r == 0 else money * self.y * self.r / (1 - 1 / (1 + self.r) ** life)
        )

    def rate(self, row: dict[str, Any], t: int) -> float:
        """Return the exchange rate of a row's money."""
        name = row["currency"]
        if name is None or name == self.set.currency:
            return 1
        rates = [
            (-inf if r["from"] is None else self.when(r["from"]), r["rate"])
            for r in self.some("currencies", currency=name)
        ]
        return sorted(pair for pair in rates if pair[0] <= self.at(t))[-1][1]

    # who is on sale

    def programme(self, m: str) -> dict[str, Any]:
        """Return the programme row of a version."""
        return self.one("programmes", programme=self.one("models", model=m)["programme"])

    def brand_partner(self, m: str) -> str:
        """Return the partner that sells a version."""
        return self.one("brands", brand=self.programme(m)["brand"])["partner"]

    def member(self, m: str) -> str:
        """Return c(m)."""
        if self.scope == "alliance":
            return "alliance"
        if self.scope == "partner":
            return self.brand_partner(m)
        return self.programme(m)["brand"] if self.scope == "brand" else m

    def payer(self, member: str, owner: str) -> str:
        """Return who pays for what a member has of its own."""
        if self.scope == "alliance":
            return owner
        return next(
            self.brand_partner(r["model"]) for r in self.table("models") if self.member(r["model"]) == member
        )

    def candidate(self, m: str) -> bool:
        """Tell whether a version is a candidate."""
        return (self.one("models", model=m)["status"] or self.programme(m)["status"]) == "candidate"

    def certain(self, m: str) -> bool:
        """Tell whether a version is launched for certain."""
        return not self.candidate(m) and self.programme(m)["status"] != "candidate"

    def age(self, q: dict[str, Any], t: int) -> float:
        """Return the age of a programme in years."""
        return inf if q["launch"] is None else self.at(t) - self.when(q["launch"])

    def sold(self, q: dict[str, Any], t: int) -> bool:
        """Tell whether a programme's window contains t."""
        return q["launch"] is None or 0 <= self.age(q, t) < (inf if q["life"] is None else q["life"])

    def window(self, m: str) -> list[int]:
        """Return the periods of a version's window."""
        followers = [
            r["model"] for r in self.table("models") if r["replaces"] == m and self.certain(r["model"])
        ]
        if self.as_is and not self.certain(m):
            return []
        return [
            t
            for t in self.T
            if self.sold(self.programme(m), t)
            and not any(self.age(self.programme(f), t) >= 0 for f in followers)
        ]

    def possible(self, m: str, n: str, t: int) -> float:
        """Return B."""
        offers = self.some("offers", model=m, market=n)
        if not offers or t not in self.window(m):
            return 0
        row, growth = self.one("models", model=m), 1.0
        for drive in ("any", row["powertrain"]):
            sizes = {
                r["period"]: r["vehicles"]
                for r in self.some("demand", market=n, segment=row["segment"], powertrain=drive)
            }
            if sizes:
                growth = sizes[self.label(t)] / sizes[self.label(0)]
        curve = [float(x) for x in (self.programme(m)["life_curve"] or "1").split(";")]
        age = self.age(self.programme(m), t)
        step = curve[-1] if age >= len(curve) else curve[floor(age)]
        return offers[0]["base_sales"] * growth * step * self.y

    # parts

    def spec(self, v: str) -> dict[str, str]:
        """Return a variant's values."""
        return {r["attribute"]: str(r["value"]) for r in self.some("specifications", variant=v)}

    def units(self, v: str, attribute: str) -> float:
        """Return how many units of an attribute a piece has."""
        return 1.0 if attribute == "pieces" else float(self.spec(v)[attribute])

    def family(self, v: str) -> dict[str, Any]:
        """Return the family row of a variant."""
        return self.one("families", family=self.one("variants", variant=v)["family"])

    def families(self, m: str) -> dict[str, float]:
        """Return family and pieces per vehicle of what a version requires."""
        found: dict[str, float] = {}
        for row in self.some("requirements", model=m):
            found[row["family"]] = max(found.get(row["family"], 0), row["quantity"] or 0)
        return {family: quantity or 1 for family, quantity in found.items()}

    def fitting(self, m: str, f: str) -> list[str]:
        """Return the variants of a family that fit a version."""
        return [r["variant"] for r in self.some("variants", family=f) if self._fits(r["variant"], m, f)]

    def _fits(self, v: str, m: str, f: str) -> bool:
        for need in self.some("requirements", model=m, family=f):
            if need["attribute"] is None:
                continue
            have, row = (
                self.spec(v).get(need["attribute"]),
                self.one("attributes", family=f, attribute=need["attribute"]),
            )
            if have is None:
                return False
            if row["kind"] == "text":
                fine = have == str(need["value"])
            else:
                more = float(have) - float(need["value"])
                tiny = 1e-9 * abs(float(have))
                fine = {"at_least": more >= -tiny, "at_most": more <= tiny, "equal": abs(more) <= tiny}[
                    row["sense"]
                ]
            if not fine:
                return False
        return True

    def today(self, m: str, f: str) -> str | None:
        """Return the variant that a version carries today, its own or its predecessor's."""
        for row in self.some("uses", model=m):
            if self.family(row["variant"])["family"] == f:
                return row["variant"]
        before = self.one("models", model=m)["replaces"]
        return self.today(before, f) if before else None

    def suppliers(self, v: str) -> dict[str, dict[str, Any]]:
        """Return the sites that can make a variant with the row that says so."""
        found = {
            r["site"]: r for r in self.some("nominations", family=self.family(v)["family"], variant=None)
        }
        return found | {r["site"]: r for r in self.some("nominations", variant=v)}

    def own_cost(self, v: str, t: int) -> float:
        """Return a variant's list cost without site and path."""
        row = self.one("variants", variant=v)
        if row["unit_cost"] is not None:
            return row["unit_cost"] * self.rate(row, t)
        priced = self.some("attributes", family=row["family"], kind="number")
        values = self.spec(v)
        return sum(
            a["cost_per_unit"] * self.rate(a, t) * float(values[a["attribute"]])
            for a in priced
            if a["attribute"] in values
        )

    def _index(self, f: str, country: str, chemistry: str, t: int) -> float:
        rows = self.some("price_paths", family=f, period=self.label(t))
        ranked = sorted(
            (r["country"] == "any", r["chemistry"] == "any", r["index"])
            for r in rows
            if r["country"] in (country, "any") and r["chemistry"] in (chemistry, "any")
        )
        return ranked[0][2] if ranked else 1

    def list_cost(self, v: str, s: str, t: int) -> float:
        """Return the list cost of a variant at a site."""
        nomination, site = self.suppliers(v)[s], self.one("sites", site=s)
        if nomination["unit_cost"] is not None:
            money = nomination["unit_cost"] * self.rate(nomination, t)
        else:
            money = self.own_cost(v, t) * nomination["cost_factor"] * site["cost_factor"]
        return money * self.index(
            self.family(v)["family"], site["country"], self.spec(v).get("chemistry", "any"), t
        )

    def phi(self, v: str, volume: float) -> float:
        """Return the factor on unit cost at a yearly volume."""
        f = self.family(v)
        if not f["scale_rate"]:
            return 1.0
        low, high = self.knees(v)
        b = -log2(1 - f["scale_rate"])
        return (min(max(volume, low), high) / f["reference_volume"]) ** -b

    def knees(self, v: str) -> tuple[float, float]:
        """Return the volumes between which unit cost falls."""
        f = self.family(v)
        low = f["minimum_volume"] if f["minimum_volume"] is not None else f["reference_volume"] / 10
        high = f["saturation_volume"] if f["saturation_volume"] is not None else f["reference_volume"] * 10
        return low, high

    def places(self, country: str, t: int) -> set[str]:
        """Return a country and the territories it belongs to."""
        return {country} | {
            r["territory"] for r in self.some("territories", country=country) if self.dated(r, t)
        }

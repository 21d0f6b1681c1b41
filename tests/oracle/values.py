"""Every number of the statement as a plain function of a study's rows, written for clearness, not speed."""

from functools import lru_cache
from math import floor, inf, log2
from typing import Any

from lynchpin.study.study import Study


class Values:
    """The statement's numbers of one study in one sharing scope; `t` counts periods from 0."""

    def __init__(self, study: Study, scope: str, as_is: bool = False) -> None:
        self.study, self.scope, self.as_is = study, "alliance" if as_is else scope, as_is
        self.set = study.settings
        self.y = 0.5 if self.set.period == "half-year" else 1
        self.r = self.set.discount_rate
        self.T = list(range(self.set.periods))
        self.table = lru_cache(None)(lambda name: study.table(name).to_dicts())
        self.duty = lru_cache(None)(self._duty)
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

    # places

    def places(self, country: str, t: int) -> set[str]:
        """Return a country and the territories it belongs to."""
        return {country} | {
            r["territory"] for r in self.some("territories", country=country) if self.dated(r, t)
        }

    def owners(self, s: str) -> tuple[dict[str, float], float]:
        """Return the partners behind a site with their shares, and the share of outsiders."""
        row, partners = self.one("sites", site=s), [r["partner"] for r in self.table("partners")]
        if row["operator"] in partners:
            return {row["operator"]: 1.0}, 0.0
        shares = self.some("ventures", operator=row["operator"])
        inside = {r["owner"]: r["share"] for r in shares if r["owner"] in partners}
        if not inside:
            return {p: 1 / len(partners) for p in partners}, 0.0
        whole = sum(inside.values())
        outside = sum(r["share"] for r in shares if r["owner"] not in partners)
        return {p: share / whole for p, share in inside.items()}, outside if row[
            "kind"
        ] == "assembly" else 0.0

    def net(self, m: str, n: str, t: int) -> float:
        """Return the net price."""
        offer, market = self.one("offers", model=m, market=n), self.one("markets", market=n)
        return (
            (offer["price"] or 0) * self.rate(offer, t) / (1 + market["vat"]) * (1 - market["dealer_share"])
        )

    def transfer(self, k: str, m: str, n: str, t: int) -> float | None:
        """Return the transfer price of a car."""
        country = self.one("markets", market=n)["country"]
        found = {
            r["territory"]: r["price"] * self.rate(r, t)
            for r in self.some("transfer_prices", site=k, model=m)
        }
        if country in found:
            return found[country]
        wider = sorted(self.places(country, t) & set(found))
        return found[wider[0]] if wider else found.get("any")

    def lane(self, start: str, end: str, what: str, size: float | None, t: int) -> tuple[float, float] | None:
        """Return freight and days."""
        rows = self.some("lanes", **{"from": start, "to": end, "carries": what}) or self.some(
            "lanes", **{"from": start, "to": end, "carries": "any"}
        )
        if not rows:
            return None
        row = rows[0]
        each = row["cost_per_m3"] if what == "cars" else row["cost_per_kg"]
        money = row["cost_per_unit"]
        if money is None:
            if each is None or size is None:
                return None
            money = each * size
        return money * self.rate(row, t), row["days"]

    def car(self, m: str, k: str, n: str, regime: str, t: int) -> tuple[float, float, float] | None:
        """Return freight, transit and duty of a car; None where it cannot be sent."""
        row, market = self.one("models", model=m), self.one("markets", market=n)
        lane = self.lane(k, n, "cars", row["volume_m3"], t)
        if lane is None:
            return None
        worth = self.transfer(k, m, n, t)
        if worth is None:
            worth = self.one("offers", model=m, market=n)["customs_share"] * self.net(m, n, t)
        basis = worth + lane[0] * (market["duty_basis"] == "cif")
        duty = self.duty(k, row["programme"], row["hs"], market["country"], t, regime, basis)
        return None if duty in (None, inf) else (lane[0], (lane[0] + worth) * lane[1] / 365 * self.r, duty)

    def part(self, v: str, s: str, k: str, regime: str, t: int) -> tuple[float, float, float] | None:
        """Return freight, transit and duty of a piece; None where it cannot be sent."""
        if s == k:
            return (0.0, 0.0, 0.0) if regime == "general" else None
        lane = self.lane(s, k, "parts", self.one("variants", variant=v)["mass_kg"], t)
        if lane is None:
            return None
        plant, family, worth = self.one("sites", site=k), self.family(v), self.list_cost(v, s, t)
        basis = worth + lane[0] * (plant["duty_basis"] == "cif")
        duty = self.duty(s, family["family"], family["hs"], plant["country"], t, regime, basis)
        return None if duty in (None, inf) else (lane[0], (lane[0] + worth) * lane[1] / 365 * self.r, duty)

    # customs

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

    def regimes(self) -> list[str]:
        """Return `general` and the names of quota rows."""
        return ["general", *(r["name"] for r in self.table("tariffs") if r["quota"] is not None)]

    def grant(self, country: str, t: int, kwh: float = 0.0, **what: str) -> float:
        """Return the incentives on a unit made in a country."""
        rows = [r for r in self.some("incentives", **what) if self.dated(r, t)]
        here = self.places(country, t)
        return sum(
            (r["per_unit"] + r["per_kwh"] * kwh) * self.rate(r, t)
            for r in rows
            if r["territory"] in here | {"any"}
        )

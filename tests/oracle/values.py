"""Every number of the statement as a plain function of a study's rows, written for clearness, not speed."""

from functools import lru_cache
from math import inf

from lynchpin.study.study import Study
from tests.oracle.customs import Customs


class Values(Customs):
    """The statement's numbers of one study in one sharing scope; `t` counts periods from 0."""

    def __init__(self, study: Study, scope: str, as_is: bool = False) -> None:
        super().__init__(study, scope, as_is)
        self.duty = lru_cache(None)(self._duty)

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

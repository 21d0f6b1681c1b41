"""What flows, as rows and money: cars, parts, capacities, quotas (F1-F9, L4, M1, T3)."""

from math import isfinite
from typing import Any

from tests.oracle.decisions import Decisions
from tests.oracle.programme import Name


class Moves(Decisions):
    """The part of the programme that flows, on top of what is decided."""

    def side(self, m: str, k: str, t: int) -> dict[str, float]:
        """Return who pays for what a plant spends on a version."""
        markets = [r["market"] for r in self.v.some("offers", model=m)]
        if markets and all(self.v.transfer(k, m, n, t) is not None for n in markets):
            return self.v.owners(k)[0]
        return {self.v.brand_partner(m): 1.0}

    def cars(self) -> None:
        """F1, F2, F3, F9, L4, M1 with the money of cars."""
        v, p = self.v, self.programme
        self.plants = {
            m: [
                name[2]
                for name in p.place
                if name[0] == "allocate" and name[1] == v.programme(m)["programme"]
            ]
            for m in self.models
        }
        for m in self.models:
            for t in self.windows[m]:
                for k in self.plants[m]:
                    self.made(m, k, t)
                for row in v.some("offers", model=m):
                    self.sold(m, row, t)
        for row in v.table("sites"):
            for t in v.T:
                if ("idle", row["site"], t) in p:
                    self.filled(row, t)

    def made(self, m: str, k: str, t: int) -> None:
        """Make one version at one plant in one period."""
        v, p = self.v, self.programme
        row, site, owners = v.one("models", model=m), v.one("sites", site=k), self.side(m, k, t)
        allocation = v.one("allocations", programme=row["programme"], site=k)
        make = p.add("make", m, k, t)
        body = row["body_cost"] * site["body_factor"] * v.rate(row, t)
        work = allocation["unit_cost"] * v.rate(allocation, t)
        grant = v.grant(site["country"], t, powertrain=row["powertrain"])
        self.earn(make, "body", owners, -body, t, model=m, site=k, side=k)
        self.earn(make, "conversion", owners, -work, t, model=m, site=k, side=k)
        self.earn(make, "incentive", owners, grant, t, model=m, site=k, side=k)

    def sold(self, m: str, offer: dict[str, Any], t: int) -> None:
        """Sell one version in one market in one period."""
        v, p = self.v, self.programme
        n, partner = offer["market"], {v.brand_partner(m): 1.0}
        possible = v.possible(m, n, t)
        sell = p.add("sell", m, n, t)
        if v.set.objective == "contribution":
            net = v.net(m, n, t)
            self.earn(sell, "revenue", partner, net, t, model=m, market=n)
            self.earn(sell, "selling", partner, -net * offer["selling_share"], t, model=m, market=n)
        p.row([(1, sell), (-possible, ("launched", m))], high=0)
        after = [
            f
            for f in self.models
            if v.one("models", model=f)["replaces"] == m
            and not v.certain(f)
            and v.age(v.programme(f), t) >= 0
        ]
        for f in after:
            p.row([(1, sell), (possible, ("launched", f))], high=possible)
        share = offer["min_share"]
        share = (1.0 if v.set.objective == "cost" else 0.0) if share is None else share
        short = p.add("short", m, n, t)
        price = (
            v.set.short_penalty
            if offer["short_penalty"] is None
            else offer["short_penalty"] * v.rate(offer, t)
        )
        self.earn(short, "short", partner, -(price or 0), t, model=m, market=n)
        late = [(share * possible, ("launched", f)) for f in after]
        p.row([(1, sell), (1, short), (-share * possible, ("launched", m)), *late], low=0)
        arrivals = []
        for k in self.plants[m]:
            arrivals += [self.shipped(m, k, n, r, t, possible) for r in v.regimes() if v.car(m, k, n, r, t)]
        p.row([(1, sell)] + [(-1, ship) for ship in arrivals], low=0, high=0)

    def shipped(self, m: str, k: str, n: str, r: str, t: int, possible: float) -> Name:
        """Ship one version from a plant to a market."""
        v, p = self.v, self.programme
        ship = p.add("ship", m, k, n, r, t)
        partner = v.brand_partner(m)
        for line, money in zip(
            ("car_freight", "car_transit", "car_duty"), v.car(m, k, n, r, t) or (), strict=True
        ):
            self.earn(ship, line, {partner: 1.0}, -money, t, model=m, site=k, market=n)
        p.row([(1, ship), (-possible, ("allocate", v.programme(m)["programme"], k))], high=0)
        price = v.transfer(k, m, n, t)
        owners, outside = v.owners(k)
        if price is not None and (outside or owners != {partner: 1.0}):
            cells = {"model": m, "site": k, "market": n}
            self.earn(ship, "transfer", {partner: 1.0}, -price, t, **cells)
            self.earn(ship, "transfer", owners, price, t, **cells, side=k)
        return ship

    def filled(self, site: dict[str, Any], t: int) -> None:
        """F3 and F2 of one plant."""
        v, p, k = self.v, self.programme, site["site"]
        made: dict[str, list[tuple[float, Name]]] = {}
        for name in p.place:
            if name[0] == "make" and name[2:] == (k, t):
                q = v.programme(name[1])["programme"]
                slots = v.one("allocations", programme=q, site=k)["slots"]
                made.setdefault(q, []).append((slots, name))
        whole = site["capacity"] * v.y
        everything = [term for terms in made.values() for term in terms]
        p.row([*everything, (1, ("idle", k, t)), (-whole, ("open", k))], low=0, high=0)
        for q, terms in made.items():
            ramp = v.one("allocations", programme=q, site=k)["ramp"]
            age = v.age(v.one("programmes", programme=q), t)
            steps = [float(x) for x in ramp.split(";")] if ramp else []
            share = steps[int(age)] if age < len(steps) else 1.0
            p.row([*terms, (-share * whole, ("allocate", q, k))], high=0)

    def purchases(self) -> None:
        """F1, F4, F5 and F7 with the money of parts."""
        v, p = self.v, self.programme
        self.bought: dict[tuple[str, str, int], list[Name]] = {}
        for name in [name for name in p.place if name[0] == "make"]:
            _, m, k, t = name
            out = [ship for ship in p.place if ship[0] == "ship" and ship[1:3] == (m, k) and ship[5] == t]
            p.row([(1, name)] + [(-1, ship) for ship in out], low=0, high=0)
            for f, quantity in v.families(m).items():
                found = [
                    self.piece(m, part, s, k, r, t, quantity)
                    for part in v.fitting(m, f)
                    if ("use", m, part) in p
                    for s in v.suppliers(part)
                    if ("nominate", part, s, v.member(m)) in p
                    for r in v.regimes()
                    if v.part(part, s, k, r, t)
                ]
                p.row([(-quantity, name)] + [(1, buy) for buy in found], low=0, high=0)
        self.capacities()

    def piece(self, m: str, part: str, s: str, k: str, r: str, t: int, quantity: float) -> Name:
        """Buy one variant from one supplier for one version at one plant."""
        v, p = self.v, self.programme
        most = quantity * sum(v.possible(m, row["market"], t) for row in v.some("offers", model=m))
        buy = p.add("buy", m, part, s, k, r, t)
        p.row([(1, buy), (-most, ("use", m, part))], high=0)
        p.row([(1, buy), (-most, ("nominate", part, s, v.member(m)))], high=0)
        self.bought.setdefault((part, s, t), []).append(buy)
        freight, transit, duty = v.part(part, s, k, r, t) or (0, 0, 0)
        kwh = v.units(part, "kwh") if "kwh" in v.spec(part) else 0.0
        f = v.family(part)["family"]
        money = {
            "parts": -v.list_cost(part, s, t),
            "parts_freight": -freight,
            "parts_transit": -transit,
            "parts_duty": -duty,
            "incentive": v.grant(v.one("sites", site=s)["country"], t, kwh, family=f),
        }
        for line, each in money.items():
            self.earn(buy, line, self.side(m, k, t), each, t, model=m, variant=part, site=k, side=k)
        return buy

    def capacities(self) -> None:
        """F7 and T3."""
        v, p = self.v, self.programme
        rows: dict[Name, list[tuple[float, Name]]] = {}
        sites: dict[Name, list[tuple[float, Name]]] = {}
        for (part, s, t), buys in self.bought.items():
            row, site = v.suppliers(part)[s], v.one("sites", site=s)
            own = v.units(part, v.family(part)["scale_attribute"])
            rows.setdefault((s, row["variant"], row["family"], t, row["capacity"]), []).extend(
                (own, b) for b in buys
            )
            if site["kind"] == "component" and isfinite(site["capacity"]):
                each = v.units(part, site["capacity_attribute"])
                sites.setdefault((s, t, site["capacity"]), []).extend((each, b) for b in buys)
        for key, terms in [*rows.items(), *sites.items()]:
            if isfinite(key[-1]):
                p.row(terms, high=key[-1] * v.y)
        for row in v.table("tariffs"):
            for t in v.T if row["quota"] is not None else []:
                flows = [n for n in p.place if n[0] in ("ship", "buy") and n[-2:] == (row["name"], t)]
                p.row([(1, flow) for flow in flows], high=row["quota"] * v.y)

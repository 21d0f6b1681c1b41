"""The statement as one mixed-integer programme; its scale curve is refined until it is exact.

Saving by scale is convex in the volume, so that a chord is never under it: each solve bounds the best plan
from above, and its structure and flows, valued on the curve, from below. Volumes found become breakpoints.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import inf, isfinite
from typing import Any

from lynchpin.study.study import Study
from tests.oracle.programme import Name, Programme
from tests.oracle.values import Values


@dataclass(frozen=True)
class Answer:
    """What was found: low <= best contribution <= high (of cost: minus the cost), and a plan worth `low`."""

    low: float
    high: float
    flows: dict[Name, float]
    ledger: dict[Name, float]
    volumes: dict[tuple[str, str], float]
    values: Values

    @property
    def objective(self) -> float:
        """The plan's objective as a plan would say it: contribution, or cost."""
        return -self.low if self.values.set.objective == "cost" else self.low


def answer(study: Study, *, sharing: str = "alliance", as_is: bool = False, gap: float = 1e-8) -> Answer:
    """Return the best plan of a small study and a proven bound on it."""
    values = Values(study, sharing, as_is)
    points: dict[tuple[str, str], set[float]] = {}
    best: Answer | None = None
    high = inf
    for _ in range(25):
        whole = Whole(values, points)
        found, bound = whole.programme.solve()
        high = min(high, bound)
        fixed = {
            name: round(found[name])
            for name, at in whole.programme.place.items()
            if whole.programme.whole[at] and name[0] != "piece"
        }
        found, _ = whole.programme.solve(fixed)
        trial = whole.valued(found, high)
        if best is None or trial.low > best.low:
            best = trial
        before = sum(len(found) for found in points.values())
        for pair, volume in trial.volumes.items():
            points.setdefault(pair, set()).add(float(f"{volume:.9g}"))
        same = before == sum(len(found) for found in points.values())
        if same or high - best.low <= gap * max(1.0, abs(high)):
            break
    assert best is not None
    return Answer(best.low, high, best.flows, best.ledger, best.volumes, values)


class Whole:
    """The programme of one study with given breakpoints of scale."""

    def __init__(self, values: Values, points: dict[tuple[str, str], set[float]]) -> None:
        self.v, self.points, self.programme = values, points, Programme()
        self.windows = {r["model"]: values.window(r["model"]) for r in values.table("models")}
        self.models = [m for m, window in self.windows.items() if window]
        self.launches()
        self.sites()
        self.parts()
        self.platforms()
        self.cars()
        self.purchases()
        self.commitments()
        self.targets()
        self.savings()

    def d(self, t: int) -> float:
        """Return the discount factor."""
        return self.v.d(t)

    def earn(
        self, name: Name, line: str, shares: dict[str, float], money: float, t: int, **cells: str | None
    ) -> None:
        """Book money per unit of a variable; `side` names the plant whose venture it belongs to."""
        plant = cells.pop("side", None)
        m = cells.get("model")
        if m is not None:
            cells["programme"] = self.v.one("models", model=m)["programme"]
        order = ("model", "programme", "variant", "platform", "site", "market", "target")
        place = tuple(cells.get(cell) for cell in order)
        for partner, share in shares.items():
            self.programme.earn(name, (line, partner, *place, t), share * money, self.d(t))
        if plant is not None:
            owners, outside = self.v.owners(plant)
            for partner, share in owners.items():
                empty = (None, None, None, None, plant, None, None)
                self.programme.earn(
                    name, ("venture", partner, *empty, t), -share * outside * money, self.d(t)
                )

    def launches(self) -> None:
        """L1, with development."""
        v, p = self.v, self.programme
        self.programmes = sorted({v.programme(m)["programme"] for m in self.models})
        for q in self.programmes:
            row = v.one("programmes", programme=q)
            p.add("launchedq", q, low=row["status"] != "candidate", high=1, whole=True)
            partner = {v.one("brands", brand=row["brand"])["partner"]: 1.0}
            for t in v.T:
                if v.sold(row, t) and row["status"] != "current":
                    money = v.annuity(row["development_cost"], row["development_life"]) * v.rate(row, t)
                    self.earn(("launchedq", q), "development", partner, -money, t, programme=q)
        for m in self.models:
            p.add("launched", m, high=1, whole=True)
            link = [(1, ("launched", m)), (-1, ("launchedq", v.programme(m)["programme"]))]
            p.row(link, low=-inf if v.candidate(m) else 0, high=0)
        for q in self.programmes:
            versions = [m for m in self.models if v.programme(m)["programme"] == q]
            p.row([(1, ("launched", m)) for m in versions] + [(-1, ("launchedq", q))], low=0)

    def sites(self) -> None:
        """A1, O1 with fixed, opening and plant tooling; F3's idle slots."""
        v, p = self.v, self.programme
        for row in v.table("sites"):
            k, candidate = row["site"], row["status"] == "candidate"
            p.add("open", k, low=not candidate, high=0 if candidate and v.as_is else 1, whole=True)
            owners = v.owners(k)[0]
            finite = row["kind"] == "assembly" and isfinite(row["capacity"])
            for t in v.T:
                fixed = row["fixed_cost"] * 1e6 * v.y * v.rate(row, t)
                self.earn(("open", k), "fixed", owners, -fixed, t, site=k, side=k)
                if row["status"] != "current":
                    money = v.annuity(row["opening_cost"], row["life"]) * v.rate(row, t)
                    self.earn(("open", k), "opening", owners, -money, t, site=k, side=k)
                if finite:
                    p.add("idle", k, t)
                    self.earn(
                        ("idle", k, t), "idle", owners, -row["idle_cost"] * v.rate(row, t), t, site=k, side=k
                    )
        for row in v.table("allocations"):
            q, k = row["programme"], row["site"]
            if q not in self.programmes or (v.as_is and row["status"] == "candidate"):
                continue
            a = p.add("allocate", q, k, high=1, whole=True)
            p.row([(1, a), (-1, ("launchedq", q))], high=0)
            p.row([(1, a), (-1, ("open", k))], high=0)
            for t in v.T:
                if row["status"] != "current" and v.sold(v.one("programmes", programme=q), t):
                    money = v.annuity(row["tooling_cost"], row["life"]) * v.rate(row, t)
                    self.earn(a, "plant_tooling", v.owners(k)[0], -money, t, programme=q, site=k, side=k)
        for q in self.programmes:
            plants = [(1, name) for name in p.place if name[0] == "allocate" and name[1] == q]
            p.row([*plants, (-1, ("launchedq", q))], low=0)

    def parts(self) -> None:
        """U1 to U3 with engineering and supplier tooling."""
        v, p = self.v, self.programme
        self.users: dict[tuple[str, str], list[str]] = {}
        for m in self.models:
            for f in v.families(m):
                choices = v.fitting(m, f)
                if v.as_is:
                    choices = [c for c in choices if c == v.today(m, f)]
                for part in choices:
                    p.add("use", m, part, high=1, whole=True)
                    self.users.setdefault((part, v.member(m)), []).append(m)
                p.row([(1, ("use", m, c)) for c in choices] + [(-1, ("launched", m))], low=0, high=0)
        for (part, c), models in self.users.items():
            row = v.one("variants", variant=part)
            payer = v.payer(c, row["owner"])
            active = sorted({t for m in models for t in self.windows[m]})
            for t in active:
                used = p.add("used", part, c, t, high=1)
                for m in models:
                    if t in self.windows[m]:
                        p.row([(1, used), (-1, ("use", m, part))], low=0)
                if not (row["status"] == "current" and payer == row["owner"]):
                    money = v.annuity(row["engineering_cost"], row["life"]) * v.rate(row, t)
                    self.earn(used, "engineering", {payer: 1.0}, -money, t, variant=part)
            self.tools(part, c, models, active, payer)

    def tools(self, part: str, c: str, models: list[str], active: list[int], payer: str) -> None:
        """U3 of one variant and member."""
        v, p = self.v, self.programme
        owner = v.one("variants", variant=part)["owner"]
        for s, row in v.suppliers(part).items():
            if v.as_is and row["status"] == "candidate":
                continue
            name = p.add("nominate", part, s, c, high=1, whole=True)
            p.row([(1, name)] + [(-1, ("use", m, part)) for m in models], high=0)
            p.row([(1, name), (-1, ("open", s))], high=0)
            for t in active:
                tooled = p.add("tooled", part, s, c, t, high=1)
                p.row([(1, tooled), (-1, name)], high=0)
                p.row([(1, tooled), (-1, name), (-1, ("used", part, c, t))], low=-1)
                if not (row["status"] == "current" and payer == owner):
                    money = v.annuity(row["tooling_cost"], row["life"]) * v.rate(row, t)
                    self.earn(tooled, "supplier_tooling", {payer: 1.0}, -money, t, variant=part, site=s)
        for t in active:
            tools = [(1, name) for name in p.place if name[:2] == ("tooled", part) and name[3:] == (c, t)]
            p.row([*tools, (-1, ("used", part, c, t))], low=0)

    def platforms(self) -> None:
        """U5."""
        v, p = self.v, self.programme
        for m in self.models:
            name = v.one("models", model=m)["platform"]
            if name is None:
                continue
            row, c = v.one("platforms", platform=name), v.member(m)
            payer = v.payer(c, row["owner"])
            for t in self.windows[m]:
                if ("developed", name, c, t) not in p:
                    p.add("developed", name, c, t, high=1)
                    if not (row["status"] == "current" and payer == row["owner"]):
                        money = v.annuity(row["development_cost"], row["life"]) * v.rate(row, t)
                        self.earn(
                            ("developed", name, c, t), "platform", {payer: 1.0}, -money, t, platform=name
                        )
                p.row([(1, ("developed", name, c, t)), (-1, ("launched", m))], low=0)

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

    def commitments(self) -> None:
        """K1."""
        v, p = self.v, self.programme
        for row in v.table("nominations"):
            s = row["site"]
            pool = [r["variant"] for r in v.table("variants") if v.suppliers(r["variant"]).get(s) == row]
            if not row["committed"]:
                continue
            for t in v.T:
                tools = [n for n in p.place if n[0] == "tooled" and n[1] in pool and n[2] == s and n[4] == t]
                if not tools:
                    continue
                unmet = p.add("unmet", s, row["variant"], row["family"], t)
                unit = {part: v.units(part, v.family(part)["scale_attribute"]) for part in pool}
                price = row["take_or_pay"] * min(v.list_cost(part, s, t) / unit[part] for part in pool)
                partners = [r["partner"] for r in v.table("partners")]
                shares = {name: 1 / len(partners) for name in partners}
                if row["variant"] is not None:
                    shares = {v.one("variants", variant=row["variant"])["owner"]: 1.0}
                self.earn(unmet, "committed", shares, -price, t, variant=row["variant"], site=s)
                units = [(unit[part], b) for part in pool for b in self.bought.get((part, s, t), [])]
                for tool in tools:
                    p.row([*units, (1, unmet), (-row["committed"] * v.y, tool)], low=0)

    def targets(self) -> None:
        """Add the elastic targets."""
        v, p = self.v, self.programme
        for row in v.table("targets"):
            for t in [t for t in v.T if v.dated(row, t)]:
                if row["kind"] == "dual_source":
                    self.dual(row, t)
                    continue
                scope = [
                    n for n in p.place if n[0] == "sell" and n[3] == t and self.bound(row, n[1], n[2], t)
                ]
                counting = [n for n in scope if self.counts(row, n[1])]
                miss = self.missed(row, t, None, None)
                level = 0.0
                if row["kind"] == "share":
                    terms = [(1, n) for n in counting] + [(-row["value"], n) for n in scope]
                elif row["kind"] == "volume":
                    terms, level = [(1, n) for n in counting], row["value"] * v.y
                elif row["kind"] == "co2":
                    terms = [(row["value"] - v.one("models", model=n[1])["co2_g_km"], n) for n in counting]
                else:
                    made = [
                        (1, n)
                        for n in p.place
                        if n[0] == "ship"
                        and n[5] == t
                        and ("sell", n[1], n[3], t) in counting
                        and self.inside(v.one("sites", site=n[2])["country"], row["territory"], t)
                    ]
                    terms = [*made, *((-row["value"], n) for n in counting)]
                p.row([*terms, (1, miss)], low=level)

    def missed(self, row: dict[str, Any], t: int, part: str | None, s: str | None) -> Name:
        """Add the miss of a target."""
        v = self.v
        miss = self.programme.add("miss", row["target"], part, s, t)
        who = (row["partners"] or "").split(";") if row["partners"] else []
        if not who and row["brands"]:
            who = sorted({v.one("brands", brand=b.strip())["partner"] for b in row["brands"].split(";")})
        who = who or [r["partner"] for r in v.table("partners")]
        shares = {name.strip(): 1 / len(who) for name in who}
        self.earn(miss, "target", shares, -row["penalty"] * v.rate(row, t), t, target=row["target"])
        return miss

    def dual(self, row: dict[str, Any], t: int) -> None:
        """Bound the share of each supplier in each variant of a family."""
        for part in [r["variant"] for r in self.v.some("variants", family=row["family"])]:
            buys = {
                s: names for (other, s, when), names in self.bought.items() if other == part and when == t
            }
            everything = [name for names in buys.values() for name in names]
            for s, names in buys.items():
                miss = self.missed(row, t, part, s)
                whole = [(-row["value"], name) for name in everything]
                self.programme.row([*((1, name) for name in names), *whole, (-1, miss)], high=0)

    def inside(self, country: str, territory: str, t: int) -> bool:
        """Tell whether a country lies in a target's territory."""
        return territory == "any" or territory in self.v.places(country, t)

    def bound(self, row: dict[str, Any], m: str, n: str, t: int) -> bool:
        """Tell whether a target binds sales of a version in a market."""
        v = self.v
        partners = {name.strip() for name in (row["partners"] or "").split(";")} - {""}
        brands = {name.strip() for name in (row["brands"] or "").split(";")} - {""}
        mine = not partners or v.brand_partner(m) in partners
        ours = not brands or v.programme(m)["brand"] in brands
        return mine and ours and self.inside(v.one("markets", market=n)["country"], row["territory"], t)

    def counts(self, row: dict[str, Any], m: str) -> bool:
        """Tell whether a version counts towards a target."""
        drives = {name.strip() for name in (row["powertrains"] or "").split(";")} - {""}
        return not drives or self.v.one("models", model=m)["powertrain"] in drives

    # Scale

    def weight(self, f: str, t: int) -> float:
        """Return d times the family's path."""
        return self.d(t) * self.v.index(f, "any", "any", t)

    def savings(self) -> None:
        """S1 and S2: saving by chords between breakpoints, at or above the curve."""
        v, p = self.v, self.programme
        for part, c in self.users:
            f = v.family(part)
            if not f["scale_rate"]:
                continue
            each = v.units(part, f["scale_attribute"])
            weights = sum(self.weight(f["family"], t) for t in v.T) * v.y
            terms, most = [], 0.0
            for name in p.place:
                if name[0] == "buy" and name[2] == part and v.member(name[1]) == c:
                    terms.append((self.weight(f["family"], name[6]) * each / weights, name))
            for m in self.users[part, c]:
                for t in self.windows[m]:
                    sales = sum(v.possible(m, r["market"], t) for r in v.some("offers", model=m))
                    most += sales * v.families(m)[f["family"]] * each * self.weight(f["family"], t) / weights
            self.chords(part, c, terms, most, v.own_cost(part, 0) / each * weights)

    def chords(self, part: str, c: str, terms: list[tuple[float, Name]], most: float, money: float) -> None:
        """Add volume and chord of one variant and member; `money` is worth of one saved unit of volume."""
        v, p = self.v, self.programme
        least, sated = v.knees(part)
        between = [least * (sated / least) ** (i / 6) for i in range(7)]
        cuts = sorted({0.0, *between, *self.points.get((part, c), set())})
        cuts = [cut for i, cut in enumerate(cuts) if i == 0 or cut > cuts[i - 1] * (1 + 1e-9)]
        cuts = [cut for cut in cuts if cut < most] + [max(most, 1.0) * 1.001]
        picks = []
        for i, (a, b) in enumerate(pairwise(cuts)):
            low, high = ((1 - v.phi(part, x)) * x for x in (a, b))
            slope = (high - low) / (b - a)
            pick = p.add("piece", part, c, i, high=1, whole=True, worth=(low - slope * a) * money)
            size = p.add("volume", part, c, i, worth=slope * money)
            p.row([(1, size), (-b, pick)], high=0)
            p.row([(1, size), (-a, pick)], low=0)
            picks.append(i)
        p.row([(1, ("piece", part, c, i)) for i in picks], low=1, high=1)
        p.row([(1, ("volume", part, c, i)) for i in picks] + [(-x, name) for x, name in terms], low=0, high=0)

    def valued(self, found: dict[Name, float], high: float) -> Answer:
        """Return the plan that a solution gives, with scale on the curve."""
        v, ledger, volumes = self.v, {}, {}
        flows = {name: amount for name, amount in found.items() if amount > 1e-6}
        for name, amount in flows.items():
            for key, money in self.programme.entries.get(name, {}).items():
                ledger[key] = ledger.get(key, 0.0) + money * amount
        for part, c in self.users:
            f = v.family(part)
            weights = sum(self.weight(f["family"], t) for t in v.T) * v.y
            each = v.units(part, f["scale_attribute"])
            buys = [n for n in flows if n[0] == "buy" and n[2] == part and v.member(n[1]) == c]
            volume = sum(flows[n] * self.weight(f["family"], n[6]) for n in buys) * each / weights
            volumes[part, c] = volume
            for name in buys if f["scale_rate"] else []:
                _, m, _, _, k, _, t = name
                saved = (
                    v.own_cost(part, 0) * v.index(f["family"], "any", "any", t) * (1 - v.phi(part, volume))
                )
                q = v.programme(m)["programme"]
                key = ("scale", v.brand_partner(m), m, q, part, None, k, None, None, t)
                ledger[key] = ledger.get(key, 0.0) + saved * flows[name]
        low = sum(money * self.d(key[-1]) for key, money in ledger.items())
        return Answer(low, high, flows, ledger, volumes, v)

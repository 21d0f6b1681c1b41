"""What is decided once, as rows and money: launches, sites, plants, parts, platforms (L1, U1-U5, A1, O1)."""

from math import inf, isfinite

from tests.oracle.programme import Name, Programme
from tests.oracle.values import Values


class Decisions:
    """The part of the programme that is decided once."""

    def __init__(self, values: Values) -> None:
        self.v, self.programme = values, Programme()
        self.windows = {r["model"]: values.window(r["model"]) for r in values.table("models")}
        self.models = [m for m, window in self.windows.items() if window]

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

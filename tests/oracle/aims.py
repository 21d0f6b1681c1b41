"""What is owed and aimed at, as rows and money: committed volumes (K1) and targets."""

from typing import Any

from tests.oracle.moves import Moves
from tests.oracle.programme import Name


class Aims(Moves):
    """The part of the programme that is elastic, on top of what flows."""

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

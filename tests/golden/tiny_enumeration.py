"""The best plan of the example `tiny`, found by trying every structure: written apart from the package.

It reads the example's tables as text and knows only what `tiny` uses: two periods, full years, lives of two
years, one currency, no quota, no venture, no transfer price. For every choice of van, plants, parts and
supplier sites it values every choice of markets served; what is left (which plant serves which market) is a
small transport problem per period, solved as a linear programme. Part flows need none: without supplier
capacities each plant buys where a piece is cheapest when delivered.
"""

import csv
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

FOLDER = Path(__file__).parents[2] / "src" / "lynchpin" / "examples" / "tiny"
RATE, DISCOUNT, PERIODS = 0.25, (1.0, 0.8), (0, 1)

Row = dict[str, str]


def rows(name: str, *keys: str) -> dict[object, Row]:
    """Return a table of the example by its key (one column: its text; several: a tuple)."""
    with (FOLDER / f"{name}.csv").open() as file:
        table = list(csv.DictReader(file))
    return {(row[keys[0]] if len(keys) == 1 else tuple(row[key] for key in keys)): row for row in table}


def annuity(millions: str) -> float:
    """Return the yearly payment of an investment that is paid off in two years."""
    return float(millions) * 1e6 * RATE / (1 - (1 + RATE) ** -2)


@dataclass(frozen=True)
class Structure:
    """One choice of everything that is decided once."""

    models: tuple[str, ...]
    plants: Mapping[str, tuple[str, ...]]  # model -> plants tooled for it
    uses: Mapping[tuple[str, str], str]  # (model, family) -> variant
    suppliers: Mapping[tuple[str, str], tuple[str, ...]]  # (variant, member) -> sites


@dataclass(eq=False)
class Tiny:
    """The example's tables and its money, under one sharing scope (`alliance`, `partner` or `model`)."""

    scope: str = "alliance"
    models: dict = field(default_factory=lambda: rows("models", "model"))
    offers: dict = field(default_factory=lambda: rows("offers", "model", "market"))
    sites: dict = field(default_factory=lambda: rows("sites", "site"))
    lanes: dict = field(default_factory=lambda: rows("lanes", "from", "to"))
    variants: dict = field(default_factory=lambda: rows("variants", "variant"))
    needs: dict = field(default_factory=lambda: rows("requirements", "model", "family"))
    given: dict = field(default_factory=lambda: rows("specifications", "variant"))
    allocations: dict = field(default_factory=lambda: rows("allocations", "site", "programme"))
    nominations: dict = field(default_factory=lambda: rows("nominations", "site", "variant"))
    markets: dict = field(default_factory=lambda: rows("markets", "market"))
    tariffs: dict = field(default_factory=lambda: rows("tariffs", "importer", "hs"))

    @cached_property
    def partner(self) -> dict[str, str]:
        """Partner of each model."""
        programme, brand = rows("programmes", "programme"), rows("brands", "brand")
        return {m: brand[programme[row["programme"]]["brand"]]["partner"] for m, row in self.models.items()}

    def member(self, model: str) -> str:
        """Return the member of the sharing scope that a model belongs to."""
        return {"alliance": "alliance", "partner": self.partner[model], "model": model}[self.scope]

    def sunk(self, row: Row, owner: str, member: str) -> bool:
        """Say whether a cost that the owner has paid already need not be paid again for this member."""
        return row["status"] == "current" and (
            member == "alliance" or self.partner.get(member, member) == owner
        )

    def sales(self, model: str, market: str, period: int) -> float:
        """Possible sales: the market's growth from 2026 to 2027 is the same in every segment."""
        return float(self.offers[model, market]["base_sales"]) * (1.0, 1.5625)[period]

    def duty(self, importer: str, exporter: str, hs: str) -> float:
        """Return the rate of a heading; nothing at home or without a heading."""
        return 0.0 if importer == exporter or not hs else float(self.tariffs[importer, hs[:4]]["ad_valorem"])

    @cache  # noqa: B019  lives as long as the test
    def delivered(self, variant: str, site: str, plant: str, period: int) -> float:
        """Return list cost, freight, transit and duty of one piece."""
        part, lane = self.variants[variant], self.lanes[site, plant]
        path = 0.9 if part["family"] == "drive" and period == 1 else 1.0
        listed = float(part["unit_cost"]) * float(self.sites[site]["cost_factor"]) * path
        landed = listed + float(lane["cost_per_kg"]) * float(part["mass_kg"])
        hs = {"battery": "8507", "drive": ""}[part["family"]]
        rate = self.duty(self.sites[plant]["country"], self.sites[site]["country"], hs)
        return landed * (1 + float(lane["days"]) / 365 * RATE + rate)

    @cache  # noqa: B019  lives as long as the test
    def margin(self, model: str, plant: str, market: str) -> float:
        """Return what one car earns before its parts."""
        car, offer, place = self.models[model], self.offers[model, market], self.markets[market]
        site, lane = self.sites[plant], self.lanes[plant, market]
        net = float(offer["price"]) / (1 + float(place["vat"])) * (1 - float(place["dealer_share"]))
        landed = net * float(offer["customs_share"]) + (
            freight := float(lane["cost_per_m3"]) * float(car["volume_m3"])
        )
        charges = landed * (
            float(lane["days"]) / 365 * RATE + self.duty(place["country"], site["country"], car["hs"])
        )
        body = float(car["body_cost"]) * float(site["body_factor"])
        conversion = float(self.allocations[plant, car["programme"]]["unit_cost"])
        return net * (1 - float(offer["selling_share"])) - body - conversion - freight - charges

    def fits(self, model: str, family: str) -> list[str]:
        """Return the variants that satisfy a model's need."""
        need = float(self.needs[model, family]["value"])
        return [
            v
            for v, row in self.variants.items()
            if row["family"] == family and float(self.given[v]["value"]) >= need
        ]

    def structures(self) -> Iterator[Structure]:
        """Yield every choice of models, plants, parts and supplier sites."""
        for models in (("city_ev", "sedan_ev"), ("city_ev", "sedan_ev", "van_ev")):
            tooled = [
                subsets([k for k, q in self.allocations if q == self.models[m]["programme"]]) for m in models
            ]
            pairs = [(m, f) for m in models for f in ("battery", "drive")]
            for chosen in itertools.product(*(self.fits(m, f) for m, f in pairs)):
                uses = dict(zip(pairs, chosen, strict=True))
                tools = sorted({(v, self.member(m)) for (m, _), v in uses.items()})
                sources = [subsets([s for s, v in self.nominations if v == variant]) for variant, _ in tools]
                for sites in itertools.product(*sources):
                    for plants in itertools.product(*tooled):
                        suppliers = dict(zip(tools, sites, strict=True))
                        yield Structure(models, dict(zip(models, plants, strict=True)), uses, suppliers)

    def fixed(self, plan: Structure) -> float:
        """Return what a structure costs whatever is built, idle slots left out, in present money."""
        yearly = sum(float(site["fixed_cost"] or 0) * 1e6 for site in self.sites.values())
        if "van_ev" in plan.models:
            yearly += annuity("36")
        for model, plants in plan.plants.items():
            rows_ = [self.allocations[plant, self.models[model]["programme"]] for plant in plants]
            yearly += sum(annuity(row["tooling_cost"]) for row in rows_ if row["status"] != "current")
        platform = {self.member(m) for m in plan.models if self.models[m]["platform"]}
        skate = {"status": "current"}
        yearly += sum(annuity("7.2") for member in platform if not self.sunk(skate, "north", member))
        for (variant, member), sites in plan.suppliers.items():
            part = self.variants[variant]
            yearly += 0 if self.sunk(part, part["owner"], member) else annuity(part["engineering_cost"])
            tools = [self.nominations[site, variant] for site in sites]
            yearly += sum(
                annuity(row["tooling_cost"]) for row in tools if not self.sunk(row, part["owner"], member)
            )
        return yearly * sum(DISCOUNT)

    def scale(self, plan: Structure, served: tuple[tuple[str, str], ...]) -> float:
        """Return the present saving on batteries against their reference volume (10,000, rate 0.2)."""
        volume: dict[tuple[str, str], float] = {}
        for model, market in served:
            key = (plan.uses[model, "battery"], self.member(model))
            volume[key] = volume.get(key, 0.0) + sum(
                DISCOUNT[t] * self.sales(model, market, t) for t in PERIODS
            )
        saving = 0.0
        for (variant, _), present in volume.items():
            average = min(max(present / sum(DISCOUNT), 1_000), 100_000)
            saving += (
                float(self.variants[variant]["unit_cost"])
                * present
                * (1 - (average / 10_000) ** math.log2(0.8))
            )
        return saving

    def value(self, plan: Structure, served: tuple[tuple[str, str], ...]) -> float:
        """Return the contribution of a structure that serves these offers in full (-inf: it cannot)."""
        total = self.scale(plan, served) - self.fixed(plan)
        for period in PERIODS:
            total += DISCOUNT[period] * self.flows(plan, served, period)
        missing = sum(DISCOUNT[t] * self.sales("city_ev", "france", t) for t in PERIODS)
        return total - 1_000 * 0.5 * missing * (("city_ev", "france") not in served)

    def flows(self, plan: Structure, served: tuple[tuple[str, str], ...], period: int) -> float:
        """Return the best margin of one period less idle cost: which plant serves which offer."""
        columns = tuple(
            (m, k, n, self.margin(m, k, n) - self.parts(plan, m, k, period))
            for m, n in served
            for k in plan.plants[m]
        )
        return transport(
            columns, served, tuple(self.sales(m, n, period) for m, n in served), tuple(self.slots)
        )

    def parts(self, plan: Structure, model: str, plant: str, period: int) -> float:
        """Return the delivered cost of all parts of one car, each from its cheapest nominated site."""
        cost = 0.0
        for family in ("battery", "drive"):
            variant = plan.uses[model, family]
            sites = plan.suppliers[variant, self.member(model)]
            piece = min(self.delivered(variant, site, plant, period) for site in sites)
            cost += float(self.needs[model, family]["quantity"]) * piece
        return cost

    @cached_property
    def slots(self) -> list[tuple[str, float, float]]:
        """Plants with capacity and idle cost."""
        return [
            (k, float(row["capacity"]), float(row["idle_cost"]))
            for k, row in self.sites.items()
            if row["capacity"]
        ]

    def best(self, *, every_market: bool = False) -> tuple[float, Structure]:
        """Return the best plan's contribution and structure; `every_market` tries no fewer markets."""
        best = (-math.inf, Structure((), {}, {}, {}))
        for plan in self.structures():
            offers = [offer for offer in self.offers if offer[0] in plan.models]
            for served in [tuple(offers)] if every_market else subsets(offers):
                value = self.value(plan, served)
                if value > best[0]:
                    best = (value, plan)
        return best


def subsets(things: list) -> list[tuple]:
    """Return every choice of one thing or more."""
    return [chosen for size in range(1, len(things) + 1) for chosen in itertools.combinations(things, size)]


@cache
def transport(columns: tuple, served: tuple, demand: tuple, slots: tuple) -> float:
    """Return the best margin of columns (model, plant, market, margin) that serve it all, less idle cost."""
    share = np.array([[float(offer == (m, n)) for m, _, n, _ in columns] for offer in served])
    used = np.array([[float(k == plant) for _, k, _, _ in columns] for plant, _, _ in slots])
    limit = np.array([capacity for _, capacity, _ in slots])
    price = np.array([cost for _, _, cost in slots])
    gain = np.array([margin for *_, margin in columns]) + price @ used
    result = linprog(-gain, A_ub=used, b_ub=limit, A_eq=share, b_eq=demand)
    return -result.fun - float(price @ limit) if result.status == 0 else -math.inf

"""The ledger that structure and flows give, line by line, and its comparison with the plan's.

Costs are negative. A site-side cost of (m, k) is the site owners' where every market that offers m has a
transfer price, else the brand's partner's.
venture = owner's share x outside share x (costs - incentives - transfer revenue)
"""

import math
from collections import defaultdict
from functools import partial

from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_flows import Flows
from lynchpin.plan.verify_invest import Investment
from lynchpin.plan.verify_prices import Prices, curve_factor
from lynchpin.plan.verify_rules import Book
from lynchpin.plan.verify_structure import Structure
from lynchpin.plan.verify_tables import SHAPES, Key, PlanRows
from lynchpin.plan.verify_targets import payers

Amounts = dict[Key, float]


class Ledger:
    """Undiscounted amounts by line, partner, seven identifiers (null where blank) and period."""

    def __init__(self, facts: Facts, prices: Prices) -> None:
        self._facts = facts
        self._prices = prices
        self._sides: dict[tuple[str, str, int], dict[str, float]] = {}
        self.amounts: Amounts = defaultdict(float)
        self.site_costs: dict[tuple[str, int], float] = defaultdict(float)

    def book(
        self,
        line: str,
        shares: dict[str, float],
        amount: float,
        t: int,
        *,
        model: str | None = None,
        programme: str | None = None,
        variant: str | None = None,
        platform: str | None = None,
        site: str | None = None,
        market: str | None = None,
        target: str | None = None,
    ) -> None:
        """Add an amount of a line, split over partners by their shares."""
        if model is not None:
            programme = self._facts.models[model]["programme"]
        for partner, share in shares.items():
            key = (line, partner, model, programme, variant, platform, site, market, target, t)
            self.amounts[key] += share * amount

    def side(self, model: str, site: str, t: int) -> dict[str, float]:
        """Return who pays the site-side costs of a version at a plant: its owners or the brand's partner."""
        known = self._sides.get((model, site, t))
        if known is None:
            facts, prices = self._facts, self._prices
            markets = [market for other, market in facts.offers if other == model]
            priced = [prices.transfer(site, model, market, t) is not None for market in markets]
            known = facts.owners[site][0] if priced and all(priced) else {facts.partner(model): 1.0}
            self._sides[model, site, t] = known
        return known

    def site_side(
        self,
        line: str,
        shares: dict[str, float],
        amount: float,
        t: int,
        *,
        site: str,
        model: str | None = None,
        programme: str | None = None,
        variant: str | None = None,
    ) -> None:
        """Add an amount of a plant's side, which counts in its venture's result too."""
        self.book(line, shares, amount, t, model=model, programme=programme, variant=variant, site=site)
        self.site_costs[site, t] -= amount


def expected_ledger(
    flows: Flows, structure: Structure, found: list[Investment], facts: Facts, prices: Prices, book: Book
) -> Amounts:
    """Return every amount that the plan's structure and flows give, undiscounted, by ledger key."""
    ledger = Ledger(facts, prices)
    _sales(ledger, flows, facts, prices)
    _arrivals(ledger, flows, facts)
    _made(ledger, flows, facts, prices)
    _bought(ledger, flows, facts, prices)
    _scale(ledger, flows, facts, prices)
    _sites(ledger, flows, structure, facts)
    _annuities(ledger, found, facts)
    _penalties(ledger, flows, facts, prices)
    _transfers(ledger, flows, facts, prices, book)
    _ventures(ledger, facts)
    return ledger.amounts


def _sales(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices) -> None:
    """Book revenue and selling; neither under objective cost."""
    if facts.cost:
        return
    for (model, market, t), vehicles in flows.sell.items():
        net = prices.net_price(model, market, t) * vehicles
        partner = {facts.partner(model): 1.0}
        selling = facts.offers[model, market]["selling_share"] * net
        ledger.book("revenue", partner, net, t, model=model, market=market)
        ledger.book("selling", partner, -selling, t, model=model, market=market)


def _arrivals(ledger: Ledger, flows: Flows, facts: Facts) -> None:
    """Book freight, transit and duty of cars."""
    for key, vehicles in flows.ship.items():
        model, site, market, _, t = key
        arrival = flows.car_arrivals[key]
        for line, money in zip(("car_freight", "car_transit", "car_duty"), arrival or (), strict=False):
            if money and math.isfinite(money):
                shares = {facts.partner(model): 1.0}
                ledger.book(line, shares, -money * vehicles, t, model=model, site=site, market=market)


def _made(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices) -> None:
    """Book body, conversion and incentives of cars."""
    grants = facts.rows("incentives")
    for (model, site, t), vehicles in flows.make.items():
        row, plant = facts.models[model], facts.sites[site]
        allocation = facts.allocations[row["programme"], site]
        shares = ledger.side(model, site, t)
        body = row["body_cost"] * plant["body_factor"] * facts.calendar.rate(row["currency"], t)
        conversion = allocation["unit_cost"] * facts.calendar.rate(allocation["currency"], t)
        grant = prices.incentive(grants, plant["country"], "powertrain", row["powertrain"], 0.0, t)
        for line, money in (("body", -body), ("conversion", -conversion), ("incentive", grant)):
            ledger.site_side(line, shares, money * vehicles, t, site=site, model=model)


def _bought(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices) -> None:
    """Book list cost, freight, transit, duty and incentives of parts."""
    grants = facts.rows("incentives")
    for (model, variant, supplier, site, regime, t), pieces in flows.buy.items():
        shares = ledger.side(model, site, t)
        family, country = facts.variants[variant]["family"], facts.sites[supplier]["country"]
        kwh = facts.measure(variant, "kwh")
        arrival = flows.part_arrivals[variant, supplier, site, regime, t] or (0.0, 0.0, 0.0)
        freight, transit, duty = arrival
        money = {
            "parts": -prices.list_cost(variant, supplier, t),
            "parts_freight": -freight,
            "parts_transit": -transit,
            "parts_duty": -(duty or 0.0) if math.isfinite(duty or 0.0) else 0.0,
            "incentive": prices.incentive(grants, country, "family", family, kwh, t),
        }
        for line, each in money.items():
            if each:
                ledger.site_side(line, shares, each * pieces, t, site=site, model=model, variant=variant)


def volumes(flows: Flows, facts: Facts, prices: Prices) -> dict[tuple[str, str], float]:
    """Return S1: the yearly volume of every variant and member, weighted by discount and price path."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    weights: dict[str, list[float]] = {}
    for family in facts.families:
        weights[family] = [
            facts.calendar.discount[t] * prices.path(family, "any", "any", t) for t in facts.periods
        ]
    for (model, variant, _, _, _, t), pieces in flows.buy.items():
        family = facts.variants[variant]["family"]
        share = weights[family][int(t)] / (sum(weights[family]) * facts.calendar.years)
        sums[variant, facts.member(model)] += share * facts.scale_measure(variant) * pieces
    return sums


def _scale(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices) -> None:
    """Book savings of scale on the true curve, per piece bought."""
    sums = volumes(flows, facts, prices)
    for (model, variant, _, site, _, t), pieces in flows.buy.items():
        family = facts.variants[variant]["family"]
        if facts.families[family]["scale_rate"]:
            factor = curve_factor(sums[variant, facts.member(model)], facts.families[family])
            saving = prices.own_cost(variant, 0) * prices.path(family, "any", "any", t) * (1 - factor)
            partner = {facts.partner(model): 1.0}
            ledger.book("scale", partner, saving * pieces, t, model=model, variant=variant, site=site)


def _sites(ledger: Ledger, flows: Flows, structure: Structure, facts: Facts) -> None:
    """Book fixed and idle cost of open sites."""
    for site in structure.open:
        row = facts.sites[site]
        for t in facts.periods:
            money = row["fixed_cost"] * 1e6 * facts.calendar.years * facts.calendar.rate(row["currency"], t)
            ledger.site_side("fixed", facts.owners[site][0], -money, t, site=site)
    for (site, t), slots in flows.idle.items():
        row = facts.sites[site]
        money = row["idle_cost"] * slots * facts.calendar.rate(row["currency"], t)
        ledger.site_side("idle", facts.owners[site][0], -money, t, site=site)


def _annuities(ledger: Ledger, found: list[Investment], facts: Facts) -> None:
    """Book annuities of every investment in every period of its use."""
    for one in found:
        for t in one.periods:
            money = -facts.calendar.annuity(one.cash(t, facts), one.life)
            shares = dict(one.payers)
            if one.line == "plant_tooling":
                ledger.site_side(one.line, shares, money, t, site=one.site or "", programme=one.item)
            elif one.line == "opening":
                ledger.site_side(one.line, shares, money, t, site=one.item)
            elif one.line == "development":
                ledger.book(one.line, shares, money, t, programme=one.item)
            elif one.line == "platform":
                ledger.book(one.line, shares, money, t, platform=one.item)
            else:
                ledger.book(one.line, shares, money, t, variant=one.item, site=one.site)


def _penalties(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices) -> None:
    """Book shorts, commitments not taken and targets missed."""
    for (model, market, t), vehicles in flows.short.items():
        offer = facts.offers[model, market]
        price = offer["short_penalty"]
        if price is None:
            price = facts.settings.short_penalty or 0.0
        else:
            price *= facts.calendar.rate(offer["currency"], t)
        ledger.book("short", {facts.partner(model): 1.0}, -price * vehicles, t, model=model, market=market)
    for (site, variant, family, t), units in flows.unmet.items():
        price, shares = _unmet_price(site, variant, family, t, facts, prices)
        ledger.book("committed", shares, -price * units, t, variant=variant, site=site)
    for (target, _, _, t), amount in flows.miss.items():
        row = facts.targets[target]
        money = -row["penalty"] * facts.calendar.rate(row["currency"], t) * amount
        bound = payers(row, facts)
        ledger.book("target", dict.fromkeys(bound, 1 / len(bound)), money, t, target=target)


def _unmet_price(
    site: str, variant: str | None, family: str | None, t: int, facts: Facts, prices: Prices
) -> tuple[float, dict[str, float]]:
    """Return the price of one scale unit not taken, and who pays it."""
    if variant is not None:
        row, pool = facts.own_nominations[variant, site], [variant]
        shares = {facts.variants[variant]["owner"]: 1.0}
    else:
        row, pool = facts.pool_nominations[family or "", site], facts.pooled(family or "", site)
        shares = {partner: 1 / len(facts.partners) for partner in facts.partners}
    costs = [prices.list_cost(v, site, t) / facts.scale_measure(v) for v in pool if facts.scale_measure(v)]
    return row["take_or_pay"] * min(costs, default=0.0), shares


def _transfers(ledger: Ledger, flows: Flows, facts: Facts, prices: Prices, book: Book) -> None:
    """Book transfer prices between the brand's partner and the plant's owners."""
    for (model, site, market, _, t), vehicles in flows.ship.items():
        price = prices.transfer(site, model, market, t)
        owners, outside = facts.owners[site]
        partner = facts.partner(model)
        if price is None:
            if outside > 1e-12:
                book.note("transfer", vehicles, f"{model} from {site} to {market} has no transfer price")
            continue
        if outside > 1e-12 or set(owners) != {partner}:
            money = price * vehicles
            ledger.book("transfer", {partner: 1.0}, -money, t, model=model, site=site, market=market)
            ledger.book("transfer", owners, money, t, model=model, site=site, market=market)
            ledger.site_costs[site, t] -= money


def _ventures(ledger: Ledger, facts: Facts) -> None:
    """Book what outside owners take of a plant's profit or bear of its loss."""
    for (site, t), money in sorted(ledger.site_costs.items()):
        owners, outside = facts.owners[site]
        if outside > 1e-12:
            ledger.book("venture", owners, outside * money, t, site=site)


def check_ledger(rows: PlanRows, wanted: Amounts, facts: Facts, book: Book) -> None:
    """Note every row of the ledger whose amount, discount or scenario is not the expected one."""
    given: Amounts = defaultdict(float)
    names = SHAPES["ledger"][0]
    for key, (undiscounted, money) in rows.tables["ledger"].items():
        given[key[:-1]] += undiscounted
        due = undiscounted * facts.calendar.discount[key[-2]]
        book.note("discount", abs(money - due), partial(_words, names, key, facts), size=due)
    for key in {*wanted, *given}:
        place = partial(_words, names, key, facts)
        book.differ("ledger", given.get(key, 0.0), wanted.get(key, 0.0), place)
    _scenarios(rows, facts, book)


def _scenarios(rows: PlanRows, facts: Facts, book: Book) -> None:
    """Note a ledger that does not name one scenario, or none, in every row; a study that has some is none."""
    found = {key[-1] for key in rows.keys("ledger")}
    if facts.rows("scenarios"):
        for name in sorted(str(name) for name in found - {None}):
            book.note("scenario", 1, f"ledger: {name}, but the study is not that scenario, it still lists it")
    if len(found) > 1:
        book.note("scenario", len(found) - 1, "ledger: rows of several scenarios")


def _words(names: tuple[str, ...], key: Key, facts: Facts) -> str:
    """Return the filled cells of a ledger key in words."""
    cells = [(name, cell) for name, cell in zip(names, key, strict=False) if cell is not None]
    words = (f"{name} {facts.calendar.labels[cell] if name == 'period' else cell}" for name, cell in cells)
    return f"ledger: {', '.join(words)}"

"""What flows in each period, recomputed from make, ship, buy and sell.

(F1) make = sum ship            (F2) slots of a programme <= ramp capacity y where allocated; ship <= B
(F3) slots + idle = capacity y  (F4) sum buy of a family = quantity make
(F5) buy only what is carried   (F7) buy only what is nominated, within the capacities of row and site
(F9) sell = sum ship <= B       (L4) sell <= B (1 - launched successor)
(M1) sell + short >= min_share B    (K1) buy + unmet >= committed y    (T3) quota regimes <= quota y
"""

import math
from collections import defaultdict
from typing import Any

from lynchpin.plan.verify_catalogue import Row, numbers
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_prices import Arrival, Prices
from lynchpin.plan.verify_rules import Book
from lynchpin.plan.verify_structure import Structure
from lynchpin.plan.verify_tables import Key, PlanRows
from lynchpin.plan.verify_time import whole_years


class Flows:
    """The flows of a plan, sums of them, and what each unit costs to arrive."""

    def __init__(self, rows: PlanRows, facts: Facts, prices: Prices) -> None:
        self.make = rows.flow("make")
        self.ship = rows.flow("ship")
        self.buy = rows.flow("buy")
        self.sell = rows.flow("sell")
        self.idle = rows.flow("idle")
        self.short = rows.flow("short")
        self.unmet = rows.flow("unmet")
        self.miss = rows.flow("miss")
        self.car_arrivals = {key: prices.car_arrival(*key) for key in self.ship}
        part = {(v, s, k, r, t) for _, v, s, k, r, t in self.buy}
        self.part_arrivals = {key: prices.part_arrival(*key) for key in part}
        self.slots: dict[Key, float] = defaultdict(float)
        for (model, site, t), vehicles in self.make.items():
            programme = facts.models[model]["programme"]
            slots = facts.allocations[programme, site]["slots"]
            self.slots[programme, site, t] += slots * vehicles


def total(flow: dict[Key, float], *places: int) -> dict[Key, float]:
    """Return the sums of a flow over all but the named places of its key."""
    sums: dict[Key, float] = defaultdict(float)
    for key, amount in flow.items():
        sums[tuple(key[place] for place in places)] += amount
    return sums


def check_flows(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """Note every broken rule of the flows in the book."""
    _balances(flows, facts, book)
    _plants(flows, structure, facts, book)
    _sales(flows, structure, facts, book)
    _minimum(flows, structure, facts, book)
    _parts(flows, structure, facts, book)
    _suppliers(flows, facts, book)
    _committed(flows, structure, facts, book)
    _crossings(flows, facts, book)


def where(facts: Facts, t: int, **names: Any) -> str:
    """Return a place in words, such as `model zoe, market france, period 2026`."""
    parts = [f"{name} {value}" for name, value in names.items()]
    return ", ".join([*parts, f"period {facts.calendar.labels[t]}"])


def _balances(flows: Flows, facts: Facts, book: Book) -> None:
    """F1 and F9: what is made is shipped, what arrives is sold."""
    shipped, arrived = total(flows.ship, 0, 1, 4), total(flows.ship, 0, 2, 4)
    for key in {*shipped, *flows.make}:
        place = where(facts, key[2], model=key[0], site=key[1])
        book.differ("F1", flows.make.get(key, 0.0), shipped.get(key, 0.0), place)
    for key in {*arrived, *flows.sell}:
        place = where(facts, key[2], model=key[0], market=key[1])
        book.differ("F9", flows.sell.get(key, 0.0), arrived.get(key, 0.0), place)


def _plants(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """F2 and F3: allocation, capacity and ramp-up of programmes; idle slots of plants."""
    years = facts.calendar.years
    built: dict[Key, float] = defaultdict(float)
    for (programme, site, t), slots in flows.slots.items():
        built[site, t] += slots
        limit = facts.sites[site]["capacity"] * years
        if (programme, site) not in structure.allocated:
            limit = 0.0
        elif math.isfinite(limit):
            limit *= _ramp(facts, programme, site, t)
        place = where(facts, t, programme=programme, site=site)
        book.note("F2", slots - limit, f"{place}: {slots:.9g} over {limit:.9g}", size=limit)
    for site, row in facts.sites.items():
        finite = row["kind"] == "assembly" and math.isfinite(row["capacity"])
        limit = row["capacity"] * years if finite and site in structure.open else 0.0
        for t in facts.periods:
            idle = flows.idle.get((site, t), 0.0)
            place = where(facts, t, site=site)
            if finite:
                book.differ("F3", built.get((site, t), 0.0) + idle, limit, place)
            else:
                book.note("F3", idle, f"{place}: idle slots where capacity has no limit")


def _ramp(facts: Facts, programme: str, site: str, t: int) -> float:
    """Return the usable share of a plant's capacity in the programme's ramp-up."""
    ramp, age = numbers(facts.allocations[programme, site]["ramp"]), facts.age(programme, t)
    if not ramp or math.isinf(age) or whole_years(age) >= len(ramp):
        return 1.0
    return ramp[max(whole_years(age), 0)]


def _sales(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """F9, L4: sales of launched versions up to possible sales, none beside a launched successor."""
    for (model, market, t), vehicles in flows.sell.items():
        limit = facts.possible.get((model, market, t), 0.0) if model in structure.launched else 0.0
        place = where(facts, t, model=model, market=market)
        book.note("F9", vehicles - limit, f"{place}: {vehicles:.9g} over {limit:.9g}", size=limit)
        if ended(model, t, structure, facts):
            book.note("L4", vehicles, f"{place}: {vehicles:.9g} sold beside the successor")


def ended(model: str, t: int, structure: Structure, facts: Facts) -> bool:
    """Tell whether a successor that need not be launched, but is, stops a version's sales in `t`."""
    return any(
        other in structure.launched
        and not facts.certain(other)
        and facts.launch(facts.models[other]["programme"]) <= facts.calendar.start[t] + 1e-9
        for other in facts.successors.get(model, [])
    )


def _minimum(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """M1: the share of possible sales that an offer must serve."""
    for (model, market, t), possible in facts.possible.items():
        if model not in structure.launched or ended(model, t, structure, facts):
            continue
        share = facts.offers[model, market]["min_share"]
        least = possible * ((1.0 if facts.cost else 0.0) if share is None else share)
        found = flows.sell.get((model, market, t), 0.0) + flows.short.get((model, market, t), 0.0)
        place = where(facts, t, model=model, market=market)
        book.note("M1", least - found, f"{place}: {found:.9g} under {least:.9g}", size=least)


def _parts(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """F4, F5 and the nominations of F7: the right number of the right parts."""
    bought: dict[Key, float] = defaultdict(float)
    for (model, variant, supplier, site, _, t), pieces in flows.buy.items():
        bought[model, facts.variants[variant]["family"], site, t] += pieces
        place = where(facts, t, model=model, variant=variant, supplier=supplier)
        if (model, variant) not in structure.uses:
            book.note("F5", pieces, f"{place}: {pieces:.9g} of a variant that it does not carry")
        if (variant, supplier, facts.member(model)) not in structure.nominated:
            book.note("F7", pieces, f"{place}: {pieces:.9g} without a nomination")
    wanted = {
        (model, family, site, t): facts.quantity(model, family) * vehicles
        for (model, site, t), vehicles in flows.make.items()
        for family in facts.needs.get(model, {})
    }
    for key in {*wanted, *bought}:
        place = where(facts, key[3], model=key[0], family=key[1], site=key[2])
        book.differ("F4", bought.get(key, 0.0), wanted.get(key, 0.0), place)


def _suppliers(flows: Flows, facts: Facts, book: Book) -> None:
    """F7: capacities of nomination rows, pooled for family rows, and of component sites."""
    years = facts.calendar.years
    rows: dict[Key, float] = defaultdict(float)
    sites: dict[Key, float] = defaultdict(float)
    for (variant, supplier, t), pieces in total(flows.buy, 1, 2, 5).items():
        own = (variant, supplier) in facts.own_nominations
        item = variant if own else facts.variants[variant]["family"]
        rows[own, item, supplier, t] += facts.scale_measure(variant) * pieces
        sites[supplier, t] += facts.measure(variant, facts.sites[supplier]["capacity_attribute"]) * pieces
    for (own, item, supplier, t), units in rows.items():
        table = facts.own_nominations if own else facts.pool_nominations
        limit = table[item, supplier]["capacity"] * years
        place = where(facts, t, item=item, supplier=supplier)
        book.note("F7", units - limit, f"{place}: {units:.9g} over {limit:.9g}", size=limit)
    for (supplier, t), units in sites.items():
        limit = facts.sites[supplier]["capacity"] * years
        if facts.sites[supplier]["kind"] == "component":
            place = where(facts, t, supplier=supplier)
            book.note("F7", units - limit, f"{place}: {units:.9g} over {limit:.9g}", size=limit)


def _committed(flows: Flows, structure: Structure, facts: Facts, book: Book) -> None:
    """K1: committed volumes are bought, or paid as `unmet`, while a variant of the row is tooled."""
    bought = total(flows.buy, 1, 2, 5)
    for site, variant, family, row in _commitments(facts):
        pool = facts.pooled(family, site) if family else [variant or ""]
        periods = set[int]().union(*(structure.bought_under(v, site) for v in pool))
        least = row["committed"] * facts.calendar.years
        for t in periods:
            units = sum(facts.scale_measure(v) * bought.get((v, site, t), 0.0) for v in pool)
            found = units + flows.unmet.get((site, variant, family, t), 0.0)
            place = where(facts, t, item=variant or family, site=site)
            book.note("K1", least - found, f"{place}: {found:.9g} under {least:.9g}", size=least)


def _commitments(facts: Facts) -> list[tuple[str, str | None, str | None, Row]]:
    """Return site, variant or family, and row of every nomination with a committed volume."""
    own = [(site, variant, None, row) for (variant, site), row in facts.own_nominations.items()]
    pooled = [(site, None, family, row) for (family, site), row in facts.pool_nominations.items()]
    return [one for one in (*own, *pooled) if one[3]["committed"]]


def _crossings(flows: Flows, facts: Facts, book: Book) -> None:
    """T3, regimes, bans and lanes of every shipment and purchase."""
    quotas: dict[Key, float] = defaultdict(float)
    for key, vehicles in flows.ship.items():
        model, site, market, regime, t = key
        quotas[regime, t] += vehicles
        place = where(facts, t, model=model, site=site, market=market, regime=regime)
        _arrived(flows.car_arrivals[key], vehicles, place, book)
    for (model, variant, supplier, site, regime, t), pieces in flows.buy.items():
        quotas[regime, t] += pieces
        place = where(facts, t, model=model, variant=variant, supplier=supplier, site=site, regime=regime)
        _arrived(flows.part_arrivals[variant, supplier, site, regime, t], pieces, place, book)
    for row in facts.rows("tariffs"):
        if row["quota"] is not None:
            limit = row["quota"] * facts.calendar.years
            for t in facts.periods:
                used = quotas.get((row["name"], t), 0.0)
                place = where(facts, t, quota=row["name"])
                book.note("T3", used - limit, f"{place}: {used:.9g} over {limit:.9g}", size=limit)


def _arrived(arrival: Arrival | None, units: float, place: str, book: Book) -> None:
    """Note a flow that has no lane, no such regime or an infinite duty."""
    if arrival is None:
        book.note("lane", units, f"{place}: no lane with a price")
    elif arrival[2] is None:
        book.note("regime", units, f"{place}: no tariff row has this regime for it")
    elif math.isinf(arrival[2]):
        book.note("ban", units, f"{place}: the duty is infinite")

"""The study's targets: what sales, purchases and `miss` must reach in every period, and who pays for a miss.

share        counting sell + miss >= value scope sell
volume       counting sell + miss >= value y
co2          sum (co2 - value) sell <= miss
local        counting ship from the territory + miss >= value counting sell
dual_source  buy from s - miss <= value buy of all suppliers, per variant
"""

from collections import defaultdict

from lynchpin.plan.verify_catalogue import Row, names
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_flows import Flows, where
from lynchpin.plan.verify_rules import Book


def check_targets(flows: Flows, facts: Facts, book: Book) -> None:
    """Note every target that sales and misses do not reach."""
    for target, row in facts.targets.items():
        for t in facts.periods:
            if not facts.calendar.inside(row, t):
                continue
            if row["kind"] == "dual_source":
                _dual_source(target, row, t, flows, facts, book)
            else:
                lacking, size = _lacking(row, t, flows, facts)
                miss = flows.miss.get((target, None, None, t), 0.0)
                place = where(facts, t, target=target)
                book.note(
                    "target", lacking - miss, f"{place}: misses {lacking:.9g}, says {miss:.9g}", size=size
                )


def payers(row: Row, facts: Facts) -> list[str]:
    """Return the partners that share a target's penalty equally."""
    bound = names(row["partners"])
    if not bound:
        bound = sorted({facts.brand_partner[brand] for brand in names(row["brands"])})
    return bound or facts.partners


def _in_scope(row: Row, model: str, facts: Facts) -> bool:
    """Tell whether a target binds a version's partner and brand."""
    brand = facts.programmes[facts.models[model]["programme"]]["brand"]
    partners, brands = names(row["partners"]), names(row["brands"])
    return (not partners or facts.brand_partner[brand] in partners) and (not brands or brand in brands)


def _lacking(row: Row, t: int, flows: Flows, facts: Facts) -> tuple[float, float]:
    """Return how much a target of sales is missed by and the magnitude of its sums."""
    drives = names(row["powertrains"])
    scope = counting = grams = 0.0
    for (model, market, period), vehicles in flows.sell.items():
        inside = facts.lies_in(facts.markets[market]["country"], row["territory"], t)
        if period != t or not inside or not _in_scope(row, model, facts):
            continue
        scope += vehicles
        if not drives or facts.models[model]["powertrain"] in drives:
            counting += vehicles
            grams += (facts.models[model]["co2_g_km"] - row["value"]) * vehicles
    if row["kind"] == "share":
        return row["value"] * scope - counting, scope
    if row["kind"] == "volume":
        level = row["value"] * facts.calendar.years
        return level - counting, level
    if row["kind"] == "co2":
        return grams, counting * row["value"]
    return row["value"] * counting - _made_there(row, drives, t, flows, facts), counting


def _made_there(row: Row, drives: list[str], t: int, flows: Flows, facts: Facts) -> float:
    """Return the counting vehicles in scope that come from plants in the target's territory."""
    found = 0.0
    for (model, site, market, _, period), vehicles in flows.ship.items():
        if period != t or not _in_scope(row, model, facts):
            continue
        places = (facts.markets[market]["country"], facts.sites[site]["country"])
        counts = not drives or facts.models[model]["powertrain"] in drives
        if counts and all(facts.lies_in(place, row["territory"], t) for place in places):
            found += vehicles
    return found


def _dual_source(target: str, row: Row, t: int, flows: Flows, facts: Facts, book: Book) -> None:
    """Note too large a share of one supplier in each variant of the family."""
    bought: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (_, variant, supplier, _, _, period), pieces in flows.buy.items():
        if period == t and facts.variants[variant]["family"] == row["family"]:
            bought[variant][supplier] += pieces
    for variant, suppliers in bought.items():
        whole = sum(suppliers.values())
        for supplier, pieces in suppliers.items():
            lacking = pieces - row["value"] * whole
            miss = flows.miss.get((target, variant, supplier, t), 0.0)
            place = where(facts, t, target=target, variant=variant, supplier=supplier)
            book.note("target", lacking - miss, f"{place}: misses {lacking:.9g}, says {miss:.9g}", size=whole)

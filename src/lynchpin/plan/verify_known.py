"""What the rows of a plan may name: the identifiers of a study and the combinations that it has."""

from typing import Any

from lynchpin.plan.verify_facts import Facts

LINES = (
    *("revenue", "selling", "car_freight", "car_transit", "car_duty", "body", "conversion"),
    *("parts", "parts_freight", "parts_transit", "parts_duty", "scale", "incentive"),
    *("fixed", "idle", "opening", "plant_tooling", "development", "engineering"),
    *("supplier_tooling", "platform", "short", "committed", "target", "transfer", "venture"),
)
"""The lines of the ledger."""
INVESTMENTS = ("development", "plant_tooling", "engineering", "supplier_tooling", "platform", "opening")
"""The lines that are annuities of an investment."""


def domains(facts: Facts) -> dict[str, frozenset[str]]:
    """Return the identifiers that each column of a plan's table may hold."""
    quotas = {row["name"] for row in facts.rows("tariffs") if row["quota"] is not None}
    named: dict[str, set[str]] = {
        "programme": set(facts.programmes),
        "model": set(facts.models),
        "family": set(facts.families),
        "variant": set(facts.variants),
        "platform": set(facts.platforms),
        "site": set(facts.sites),
        "supplier": set(facts.sites),
        "market": set(facts.markets),
        "partner": set(facts.partners),
        "target": set(facts.targets),
        "member": set(facts.members),
        "period": set(facts.calendar.index),
        "regime": {"general", *quotas},
        "line": set(LINES),
        "kind": set(INVESTMENTS),
    }
    return {column: frozenset(names) for column, names in named.items()}


def allows(facts: Facts, table: str, key: tuple[Any, ...]) -> bool:
    """Tell whether the study has the combination that a row of a plan's table names."""
    if table == "launch":
        return facts.models[key[1]]["programme"] == key[0]
    if table == "use":
        return facts.variants[key[2]]["family"] == key[1] and key[1] in facts.needs[key[0]]
    if table == "nominate":
        return facts.nomination(key[0], key[1]) is not None
    if table == "allocate":
        return (key[0], key[1]) in facts.allocations
    return _allows_flow(facts, table, key)


def _allows_flow(facts: Facts, table: str, key: tuple[Any, ...]) -> bool:
    if table in ("make", "ship"):
        built = (facts.models[key[0]]["programme"], key[1]) in facts.allocations
        return built and (table == "make" or (key[0], key[2]) in facts.offers)
    if table == "buy":
        carried = facts.variants[key[1]]["family"] in facts.needs[key[0]]
        built = (facts.models[key[0]]["programme"], key[3]) in facts.allocations
        return carried and built and facts.nomination(key[1], key[2]) is not None
    if table in ("sell", "short"):
        return (key[0], key[1]) in facts.offers
    if table == "unmet":
        site, variant, family = key[:3]
        if (variant is None) == (family is None):
            return False
        return (variant, site) in facts.own_nominations or (family, site) in facts.pool_nominations
    if table == "miss":
        dual = facts.targets[key[0]]["kind"] == "dual_source"
        return (key[1] is not None) == dual and (key[2] is not None) == dual
    return True

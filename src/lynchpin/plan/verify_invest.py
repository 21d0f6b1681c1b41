"""Investments that a plan's structure makes: who pays, what, and in which periods it is paid off.

Each costs the annuity a(I, L) in every period in which it is used; sunk ones (current platforms, variants and
nominations of their owner, current allocations, programmes and sites) cost nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lynchpin.plan.verify_catalogue import Row
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_rules import Book
from lynchpin.plan.verify_structure import Structure
from lynchpin.plan.verify_tables import Key, PlanRows


@dataclass(frozen=True)
class Investment:
    """One investment: ledger line, item, places, millions in a currency, life, payers and periods of use."""

    line: str
    item: str
    site: str | None
    member: str | None
    millions: float
    currency: str | None
    life: float
    payers: Mapping[str, float]
    periods: tuple[int, ...]

    def cash(self, t: int, facts: Facts) -> float:
        """Return the whole amount at the rates of period `t`."""
        return self.millions * 1e6 * facts.calendar.rate(self.currency, t)


def investments(structure: Structure, facts: Facts) -> list[Investment]:
    """Return every investment of a structure that is not sunk."""
    found = [
        *_programmes(structure, facts),
        *_engineering(structure, facts),
        *_tools(structure, facts),
        *_platforms(structure, facts),
        *_openings(structure, facts),
    ]
    return [one for one in found if one.millions > 0 and one.periods]


def _programmes(structure: Structure, facts: Facts) -> list[Investment]:
    """Return development and plant tooling, in the programme's window."""
    found: list[Investment] = []
    for programme in structure.programmes:
        row = facts.programmes[programme]
        if row["status"] != "current":
            payers = {facts.brand_partner[row["brand"]]: 1.0}
            cost, life = row["development_cost"], row["development_life"]
            periods = _window(programme, facts)
            found.append(
                Investment("development", programme, None, None, cost, row["currency"], life, payers, periods)
            )
    for programme, site in structure.allocated:
        row = facts.allocations[programme, site]
        if row["status"] != "current":
            found.append(
                Investment(
                    *("plant_tooling", programme, site, None),
                    *(row["tooling_cost"], row["currency"], row["life"]),
                    *(facts.owners[site][0], _window(programme, facts)),
                )
            )
    return found


def _window(programme: str, facts: Facts) -> tuple[int, ...]:
    return tuple(t for t in facts.periods if facts.on_sale(programme, t))


def _member_payer(owner: str, member: str, facts: Facts) -> str:
    """Return who pays for a member's own copy: the owner in the alliance, else the member's partner."""
    return facts.members[member] or owner


def _sunk(row: Row, owner: str, payer: str) -> bool:
    return row["status"] == "current" and payer == owner


def _engineering(structure: Structure, facts: Facts) -> list[Investment]:
    """Return engineering of every variant, once per member that uses it, in the periods of use."""
    found: list[Investment] = []
    for (variant, member), periods in structure.used.items():
        row = facts.variants[variant]
        payer = _member_payer(row["owner"], member, facts)
        if not _sunk(row, row["owner"], payer):
            cost, life = row["engineering_cost"], row["life"]
            used = tuple(sorted(periods))
            found.append(
                Investment(
                    "engineering", variant, None, member, cost, row["currency"], life, {payer: 1.0}, used
                )
            )
    return found


def _tools(structure: Structure, facts: Facts) -> list[Investment]:
    """Return supplier tooling of every nomination, in the periods in which its member uses the variant."""
    found: list[Investment] = []
    for variant, site, member in structure.nominated:
        row, owner = facts.nomination(variant, site), facts.variants[variant]["owner"]
        payer = _member_payer(owner, member, facts)
        if row is not None and not _sunk(row, owner, payer):
            found.append(
                Investment(
                    *("supplier_tooling", variant, site, member),
                    *(row["tooling_cost"], row["currency"], row["life"], {payer: 1.0}),
                    tuple(sorted(structure.used.get((variant, member), ()))),
                )
            )
    return found


def _platforms(structure: Structure, facts: Facts) -> list[Investment]:
    """Return platforms, once per member with a launched version on it, in the windows of these."""
    found: list[Investment] = []
    for (platform, member), periods in structure.developed.items():
        row = facts.platforms[platform]
        payer = _member_payer(row["owner"], member, facts)
        if not _sunk(row, row["owner"], payer):
            cost, life = row["development_cost"], row["life"]
            used = tuple(sorted(periods))
            found.append(
                Investment(
                    "platform", platform, None, member, cost, row["currency"], life, {payer: 1.0}, used
                )
            )
    return found


def _openings(structure: Structure, facts: Facts) -> list[Investment]:
    """Return the opening of every open site that is not current, in every period."""
    found: list[Investment] = []
    for site in structure.open:
        row, payers = facts.sites[site], facts.owners[site][0]
        if row["status"] != "current":
            cost, periods = row["opening_cost"], tuple(facts.periods)
            found.append(
                Investment("opening", site, site, None, cost, row["currency"], row["life"], payers, periods)
            )
    return found


def check_investments(rows: PlanRows, found: list[Investment], facts: Facts, book: Book) -> None:
    """Note every cell of the table `investment` that is not the cash of an investment."""
    wanted: dict[Key, float] = {}
    for one in found:
        first = one.periods[0]
        for partner, share in one.payers.items():
            key = (partner, one.line, one.item, one.site, one.member, first)
            wanted[key] = wanted.get(key, 0.0) + share * one.cash(first, facts)
    given = rows.flow("investment")
    for key in {*wanted, *given}:
        label = facts.calendar.labels[int(key[5])]
        place = f"investment: {', '.join(str(part) for part in key[:5] if part)}, period {label}"
        book.differ("investment", given.get(key, 0.0), wanted.get(key, 0.0), place)

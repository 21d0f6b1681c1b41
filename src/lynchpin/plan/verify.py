"""Verify a plan without its model: everything is recomputed from the study's tables and the plan's tables.

Nothing here comes from `lynchpin.model` or `lynchpin.solve`, and no number of the plan is believed: the
structure is rebuilt from `launch`, `use`, `nominate` and `allocate`, flows are added up again, duties are
found row by row, the ledger is made anew and compared amount by amount. `RULES` lists what is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isnan, nan

import polars as pl

from lynchpin.errors import PlanError
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_flows import Flows, check_flows
from lynchpin.plan.verify_invest import check_investments, investments
from lynchpin.plan.verify_ledger import Amounts, check_ledger, expected_ledger, volumes
from lynchpin.plan.verify_prices import Prices, curve_factor
from lynchpin.plan.verify_rules import RULES, Book, Rule, Violation
from lynchpin.plan.verify_structure import Structure, check_structure
from lynchpin.plan.verify_tables import PlanRows, read_rows
from lynchpin.plan.verify_targets import check_targets
from lynchpin.study.study import Study

__all__ = ["RULES", "Rule", "Verification", "Violation", "verify"]

SCOPES = ("alliance", "partner", "brand", "model")


@dataclass(frozen=True)
class Verification:
    """What the verifier found.

    ok         every rule is kept within its tolerance
    objective  the objective that the plan's structure and flows give, in the study's currency
    worst      the worst violation of every rule by its name, amount 0 where there is none
    """

    ok: bool
    objective: float
    worst: Mapping[str, Violation]

    @property
    def broken(self) -> dict[str, Violation]:
        """The rules that are broken, with their worst violations."""
        return {name: violation for name, violation in self.worst.items() if violation.broken}


def verify(
    study: Study,
    tables: Mapping[str, pl.DataFrame],
    *,
    sharing: str = "alliance",
    as_is: bool = False,
    objective: float | None = None,
    bound: float | None = None,
    gap: float | None = None,
    partners: Mapping[str, float] | None = None,
) -> Verification:
    """Recompute a plan from its study and its tables and return the worst violation of every rule.

    study      the study as planned, lanes complete
    tables     every table of the statement's list of plan tables
    sharing    alliance, partner, brand or model; as-is plans are the alliance's
    objective  what the plan claims to be worth, if it is to be compared
    bound      what the plan claims that no plan beats, if it is to be compared
    gap        the gap that the plan claims between them, if it is to be compared
    partners   what the plan claims to be worth to each partner, if it is to be compared

    Raises PlanError for a table that is missing or has other columns or types, and for an unknown scope.
    """
    if sharing not in SCOPES:
        raise PlanError(
            "no such sharing scope", thing="sharing", value=sharing, cure=f"Use {', '.join(SCOPES)}."
        )
    book = Book()
    facts = Facts(study, sharing=sharing, as_is=as_is)
    rows = read_rows(tables, facts, book)
    prices = Prices(facts)
    structure = Structure(rows, facts)
    check_structure(rows, structure, facts, book)
    flows = Flows(rows, facts, prices)
    check_flows(flows, structure, facts, book)
    check_targets(flows, facts, book)
    _check_scale(rows, flows, structure, facts, prices, book)
    found = investments(structure, facts)
    check_investments(rows, found, facts, book)
    wanted = expected_ledger(flows, structure, found, facts, prices, book)
    check_ledger(rows, wanted, facts, book)
    value = _objective(wanted, facts)
    _check_claims(value, objective, bound, facts, book)
    if gap is not None and bound is not None:
        wanted_gap = abs(bound - value) / max(abs(value), 1e-9)
        book.note(
            "bound",
            abs(gap - wanted_gap) * abs(value),
            f"gap {gap:.9g} instead of {wanted_gap:.9g}",
            size=value,
        )
    if partners is not None:
        _check_partners(partners, tables["ledger"], value, book)
    return Verification(not any(v.broken for v in book.worst.values()), value, dict(book.worst))


def _check_scale(
    rows: PlanRows, flows: Flows, structure: Structure, facts: Facts, prices: Prices, book: Book
) -> None:
    """S1: volume and factor of every variant and member whose family has a scale rate."""
    sums = volumes(flows, facts, prices)
    given = rows.tables["scale"]
    families = {variant: facts.families[row["family"]] for variant, row in facts.variants.items()}
    wanted = {pair for pair in structure.users if families[pair[0]]["scale_rate"]}
    book.same("S1", {(key[0], key[1]) for key in given}, set(wanted), "scale")
    for key in wanted:
        volume, factor = given.get(key, (nan, nan))
        if not isnan(volume):
            place = f"scale: {key[0]} of {key[1]}"
            wants = sums.get(key, 0.0)
            book.note(
                "S1", abs(volume - wants) / max(abs(wants), 1.0), f"{place}: volume {volume:.9g}", size=1.0
            )
            book.note(
                "S1",
                abs(factor - curve_factor(wants, families[key[0]])),
                f"{place}: factor {factor:.9g}",
                size=1.0,
            )


def _objective(amounts: Amounts, facts: Facts) -> float:
    """Return contribution, or cost, from undiscounted amounts; the period is the last part of a key."""
    money = fsum(amount * facts.calendar.discount[key[-1]] for key, amount in amounts.items())
    return -money if facts.cost else money


def _check_claims(
    value: float, objective: float | None, bound: float | None, facts: Facts, book: Book
) -> None:
    """Note a claimed objective that is not the recomputed one, and a bound on the wrong side of it."""
    if objective is not None:
        gap = abs(objective - value)
        book.note("objective", gap, f"{objective:.12g} instead of {value:.12g}", size=value)
    if bound is not None:
        worse = value - bound if not facts.cost else bound - value
        book.note("bound", worse, f"bound {bound:.12g} beside {value:.12g}", size=value)


def _check_partners(partners: Mapping[str, float], ledger: pl.DataFrame, value: float, book: Book) -> None:
    """Note a partner whose claimed worth is not the sum of its rows in the ledger."""
    totals = dict(ledger.group_by("partner").agg(pl.col("money").sum()).iter_rows())
    for partner in sorted({*partners, *totals} - {None}):
        found, wanted = partners.get(partner, 0.0), totals.get(partner, 0.0)
        place = f"partner {partner}: {found:.9g} instead of {wanted:.9g}"
        book.note("objective", abs(found - wanted), place, size=value)

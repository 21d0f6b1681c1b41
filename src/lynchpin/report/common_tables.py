"""Tables of commonality: as planned beside as it is, part numbers and their cost, how alike brands are."""

import polars as pl

from lynchpin.catalogue.commonality import ALL, Commonality
from lynchpin.plan.common import of_plan
from lynchpin.plan.plan import Plan
from lynchpin.report.html import Html, join, table, tag
from lynchpin.report.measures import AS_IS
from lynchpin.report.words import Names, number, share

MEANING = (
    "Versions per part: uses over part numbers (DCI). Shared: 0 % where every version has parts of its own, "
    "100 % where all share one (TCCI). Part numbers cost the yearly annuity of engineering and tools, sunk "
    "or not."
)
MOST_PAIRS = 12


def commonality_tables(plan: Plan) -> Html:
    """Return how common the parts of a plan are, as it is today beside it where that was planned too."""
    if plan.tables["use"].is_empty():
        return tag("p", "No version carries a part of a family.")
    found = of_plan(plan)
    other = plan.references.get(AS_IS)
    before = of_plan(other) if other is not None and not other.tables["use"].is_empty() else None
    return join(
        [_families(plan, found, before), tag("p", MEANING, class_="small"), _brands(plan, found, before)]
    )


def _families(plan: Plan, found: Commonality, before: Commonality | None) -> Html:
    """Return part numbers and indices by family, today's in front where they are known."""
    names, currency = Names.of(plan), plan.study.settings.currency
    order = [*plan.study.table("families")["family"], ALL]
    rows: list[list[str]] = []
    old = {} if before is None else {row["family"]: row for row in _merged(before).iter_rows(named=True)}
    now = {row["family"]: row for row in _merged(found).iter_rows(named=True)}
    for family in (name for name in order if name in now):
        then, row = old.get(family), now[family]
        rows.append(
            [
                "All" if family == ALL else names("family", family),
                _pair(then, row, "parts", 0),
                _pair(then, row, "dci", 1),
                _pair(then, row, "tcci", 0, per_cent=True),
                _pair(then, row, "pci", 0),
                _pair(then, row, "millions", 1),
            ]
        )
    heads = ("Family", "Part numbers", "Versions per part", "Shared", "PCI", f"Million {currency} a year")
    caption = "As it is today → as planned" if before is not None else "As planned"
    return table(heads, rows, numbers=range(1, len(heads)), total=True, caption=caption)


def _merged(found: Commonality) -> pl.DataFrame:
    """Return indices and the cost of part numbers in millions."""
    money = found.part_numbers.select("family", millions=pl.col("yearly_cost") / 1e6)
    return found.indices.join(money, on="family", how="left")


def _pair(
    then: dict[str, float | None] | None,
    now: dict[str, float | None],
    name: str,
    digits: int,
    *,
    per_cent: bool = False,
) -> str:
    """Return a figure, or two with an arrow."""
    texts = [_figure(row[name], digits, per_cent=per_cent) for row in (then, now) if row is not None]
    return " → ".join(texts)


def _figure(value: float | None, digits: int, *, per_cent: bool) -> str:
    if value is None:
        return "–"
    return share(value, digits) if per_cent else number(value, digits)


def _brands(plan: Plan, found: Commonality, before: Commonality | None) -> Html:
    """Return how alike each pair of brands is, by the volume that they have in common."""
    if found.likeness.is_empty():
        return Html("")
    names = Names.of(plan)
    old = {} if before is None else {(a, b): value for a, b, value, _ in before.likeness.iter_rows()}
    rows = [
        [
            f"{names('brand', one)} and {names('brand', two)}",
            *([share(old[one, two]) if (one, two) in old else "–"] if before is not None else []),
            share(value),
        ]
        for one, two, value, _ in found.likeness.head(MOST_PAIRS).iter_rows()
    ]
    heads = ("Brands", *(("As it is",) if before is not None else ()), "As planned")
    caption = (
        "Share of their parts, by pieces, that two brands have in common: mean of the families both carry"
    )
    return table(heads, rows, numbers=range(1, len(heads)), caption=caption)

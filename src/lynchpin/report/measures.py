"""The figures that a board reads first: worth, gains, signatures, investment and what overturns the plan.

Worth of sharing = objective(plan) − objective(each partner's best plan alone): a difference of two verified
plans. With proven bounds it lies in [objective − bound alone, bound − objective alone].
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.report.profit import discount, present_vehicles
from lynchpin.report.trust import assumed_share
from lynchpin.report.words import Names

ALONE = "partner"
AS_IS = "as-is"
WHAT_IF = "what-if/"
DECISIONS = {
    "launch": "{model} launched",
    "allocate": "{programme} built in {site}",
    "open": "{site} open",
    "use": "{variant} in {model}",
    "nominate": "{variant} from {site}",
}
"""Table of a structural decision, and a decision in words."""
CHANGES = {"dropped": "no longer", "new": "now"}


@dataclass(frozen=True)
class Worth:
    """What sharing is worth, in present money of the study's currency.

    money       difference of the two plans
    low, high   where the true difference lies, by the proven bounds; None where a bound is not known
    per_car     money per electric car, both discounted; None where the plan sells none
    of_revenue  money as a share of the net revenue of cars that carry parts of a family; None without any
    assumed     share of the ledger's money that rests on assumed figures
    """

    money: float
    low: float | None
    high: float | None
    per_car: float | None
    of_revenue: float | None
    assumed: float


def value(plan: Plan) -> float:
    """Return the sum of the plan's ledger: the objective, or minus it in a study of cost."""
    return plan.objective if plan.info.sense == "max" else -plan.objective


def worth(plan: Plan, *, against: str = ALONE) -> Worth | None:
    """Return what `plan` is worth against its reference plan, or None where that was not made."""
    other = plan.references.get(against)
    if other is None:
        return None
    sign = 1.0 if plan.info.sense == "max" else -1.0
    money = value(plan) - value(other)
    electric = electric_vehicles(plan)
    revenue = revenue_in_scope(plan)
    return Worth(
        money=money,
        low=None if other.bound is None else value(plan) - sign * other.bound,
        high=None if plan.bound is None else sign * plan.bound - value(other),
        per_car=money / electric if electric > 0 else None,
        of_revenue=money / revenue if revenue > 0 else None,
        assumed=assumed_share(plan),
    )


def revenue_in_scope(plan: Plan) -> float:
    """Return the present net revenue of the models that require a family: those that sharing can reach."""
    reached = plan.study.table("requirements").select("model").unique()
    rows = plan.tables["ledger"].filter(pl.col("line") == "revenue").join(reached, on="model", how="semi")
    return float(rows.get_column("money").sum())


def electric_vehicles(plan: Plan) -> float:
    """Return the electric cars (range extenders included) that the plan sells, discounted as money is."""
    electric = plan.study.table("models").filter(pl.col("powertrain").is_in(["BEV", "EREV"])).select("model")
    return float(
        present_vehicles(plan).join(electric, on="model").select(pl.col("vehicles").sum()).item() or 0.0
    )


def gains(plan: Plan) -> pl.DataFrame:
    """Return partner, alone, together and gain in present money before transfers, the largest gain first."""
    together = _by_partner(plan).rename({"money": "together"})
    other = plan.references.get(ALONE)
    partners = plan.study.table("partners").select("partner").join(together, on="partner", how="left")
    if other is None:
        return partners.with_columns(
            pl.col("together").fill_null(0.0), alone=pl.lit(None, pl.Float64), gain=pl.lit(None, pl.Float64)
        )
    alone = _by_partner(other).rename({"money": "alone"})
    return (
        partners.join(alone, on="partner", how="left")
        .with_columns(pl.col("together", "alone").fill_null(0.0))
        .with_columns(gain=pl.col("together") - pl.col("alone"))
        .sort("gain", "partner", descending=[True, False])
    )


def signatures(plan: Plan) -> pl.DataFrame:
    """Return kind, item, site, partner and money of what is paid for in the first period, largest first."""
    first = plan.study.periods.labels[0]
    due = plan.tables["investment"].filter((pl.col("period") == first) & (pl.col("money").abs() > 0))
    return (
        due.group_by("kind", "item", "site", maintain_order=True)
        .agg(pl.col("partner").unique().sort().str.join(", "), pl.col("money").sum())
        .sort("money", "kind", "item", "site", descending=[True, False, False, False], nulls_last=True)
    )


def investment(plan: Plan) -> pl.DataFrame:
    """Return partner, period and money: the cash that is invested in every period, undiscounted."""
    paid = plan.tables["investment"].group_by("partner", "period").agg(pl.col("money").sum())
    grid = plan.study.table("partners").select("partner").join(discount(plan).select("period"), how="cross")
    return grid.join(paid, on=["partner", "period"], how="left").with_columns(pl.col("money").fill_null(0.0))


def peak(plan: Plan) -> tuple[str, float]:
    """Return the period with the most investment and its amount."""
    years = (
        investment(plan)
        .group_by("period")
        .agg(pl.col("money").sum())
        .sort("money", "period", descending=[True, False])
    )
    period, money = years.row(0)
    return str(period), float(money)


def overturns(plan: Plan) -> pl.DataFrame:
    """Return what every what-if that was planned changes.

    scenario, name  what is different
    change          present money that the plan of that scenario has more
    signed          investments of the first period that it does not make
    switched        structural decisions that it takes otherwise
    examples        up to three of them in words
    """
    names = Names.of(plan)
    rows: list[dict[str, object]] = []
    for key, other in plan.references.items():
        if key.startswith(WHAT_IF):
            scenario = key.removeprefix(WHAT_IF)
            moved = switched(plan, other)
            left = signatures(plan).join(
                signatures(other), on=["kind", "item", "site"], how="anti", nulls_equal=True
            )
            rows.append(
                {
                    "scenario": scenario,
                    "name": names("scenario", scenario),
                    "change": value(other) - value(plan),
                    "signed": left.height,
                    "switched": moved.height,
                    "examples": "; ".join(moved.head(3).get_column("words")),
                }
            )
    text, count = pl.String(), pl.Int64()
    schema = {"scenario": text, "name": text, "change": pl.Float64(), "signed": count, "switched": count}
    return pl.DataFrame(rows, schema=schema | {"examples": text})


def slack(plan: Plan) -> float | None:
    """Return by how much the plan could be better: the distance to its bound, None if not known."""
    return None if plan.bound is None else abs(plan.bound - plan.objective)


def slack_of_what_ifs(plan: Plan) -> float | None:
    """Return the change of a plan's money that gaps could explain: the plan and the loosest what-if."""
    slacks = [slack(other) for name, other in plan.references.items() if name.startswith(WHAT_IF)]
    known = [one for one in (slack(plan), *slacks) if one is not None]
    return known[0] + max(known[1:], default=0.0) if len(known) == 1 + len(slacks) else None


def switched(before: Plan, after: Plan) -> pl.DataFrame:
    """Return table, change (dropped or new) and words of every structural decision that differs."""
    found: list[dict[str, str]] = []
    names = Names.of(before)
    for table, pattern in DECISIONS.items():
        left, right = before.tables[table], after.tables[table]
        for change, one, other in (("dropped", left, right), ("new", right, left)):
            rows = one.join(other, on=one.columns, how="anti", nulls_equal=True)
            for row in rows.iter_rows(named=True):
                named = {kind: names(kind, cell) for kind, cell in row.items()}
                words = f"{CHANGES[change]} {pattern.format_map(named)}"
                found.append({"table": table, "change": change, "words": words})
    return pl.DataFrame(found, schema={"table": pl.String, "change": pl.String, "words": pl.String})


def _by_partner(plan: Plan) -> pl.DataFrame:
    """Return partner and present money of the ledger."""
    return plan.tables["ledger"].group_by("partner").agg(pl.col("money").sum())

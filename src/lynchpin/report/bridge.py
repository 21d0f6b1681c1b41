"""The bridge from one plan to another: a waterfall whose steps add up exactly.

What goes with cars is first brought to the volume of the later plan. With x0 and x1 the present cars of a
version in both plans, a line of money that it makes, M0 before and M1 after, changes by

    M1 - M0 = (M1 - M0 x1/x0) + M0 (x1/x0 - 1)        the second term, summed over all lines: cars sold

and a version that only one of the plans sells belongs to cars sold as a whole, with the development of new
cars. The rest goes to the step of its line. The line `parts` is divided in two: what a version m pays in a
family f for more than its least costly fitting variant, at own list cost c0 without site or scale, is

    over[m,f] = sum over its pieces of d[t] pi[f,t] (c0[v] - min over fitting v' of c0[v'])

Over-specification is the sum of the increases of over[m,f] at equal volume, so it never adds: a common part
that does more than a version needs costs money. The rest of the change of `parts` is design, sourcing, mix.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.model.calendar import Calendar
from lynchpin.model.prices import own_costs
from lynchpin.plan.plan import Plan
from lynchpin.report.profit import discount, present_vehicles
from lynchpin.study.fit import fit

OVER, SOLD = "Over-specification", "Cars sold"
STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Engineering and tools shared", ("engineering", "supplier_tooling", "platform")),
    ("Scale", ("scale",)),
    (OVER, ()),
    ("Parts: design, sourcing, mix", ("parts",)),
    ("Freight and capital in transit", ("car_freight", "car_transit", "parts_freight", "parts_transit")),
    ("Duty", ("car_duty", "parts_duty")),
    ("Plant fill and tooling", ("fixed", "idle", "opening", "plant_tooling")),
    ("Prices, bodies, assembly", ("revenue", "selling", "body", "conversion", "incentive")),
    (SOLD, ("development",)),
    ("Penalties and outside owners", ("short", "committed", "target", "transfer", "venture")),
)
WITH_CARS = tuple(line for _, lines in (*STEPS[1:6], STEPS[7]) for line in lines)
"""Lines of money that go with the number of cars."""


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: its name and the present money that it adds (negative: takes)."""

    name: str
    money: float


def bridge(before: Plan, after: Plan) -> tuple[Step, ...]:
    """Return the steps whose sum is the ledger total of `after` less that of `before`."""
    pace = _pace(before, after)
    then, now = _at_pace(before, pace, scaled=True), _at_pace(after, pace, scaled=False)
    change = _sums(now, "kept")
    for line, money in _sums(then, "kept").items():
        change[line] = change.get(line, 0.0) - money
    sold = _total(then, "kept") - _total(then, "money") + _total(now, "money") - _total(now, "kept")
    extra = _increase(over_specification(before), over_specification(after), pace)
    steps: list[Step] = []
    for name, lines in STEPS:
        money = sum(change.pop(line, 0.0) for line in lines)
        if name == SOLD:
            money += sold
        elif name == OVER:
            money = -extra
        elif "parts" in lines:
            money += extra
        steps.append(Step(name, money))
    if change:
        steps.append(Step("Other lines", sum(change.values())))
    return tuple(steps)


def _pace(before: Plan, after: Plan) -> pl.DataFrame:
    """Return model and pace: present cars after over before, for versions that both plans sell."""
    then, now = (
        present_vehicles(plan).group_by("model").agg(pl.col("vehicles").sum()) for plan in (before, after)
    )
    both = now.join(then, on="model", suffix="_then").filter(pl.min_horizontal(pl.col(pl.Float64)) > 0)
    return both.select("model", pace=pl.col("vehicles") / pl.col("vehicles_then"))


def _at_pace(plan: Plan, pace: pl.DataFrame, *, scaled: bool) -> pl.DataFrame:
    """Return line, money and kept: what of the money is compared line by line, brought to equal volume."""
    with_cars = pl.col("model").is_not_null() & pl.col("line").is_in(WITH_CARS)
    factor = pl.col("pace") if scaled else pl.col("pace").is_not_null().cast(pl.Float64)
    rows = plan.ledger.join(pace, on="model", how="left")
    kept = pl.when(with_cars).then(pl.col("money") * factor.fill_null(0.0)).otherwise("money")
    return rows.select("line", "money", kept=kept)


def _sums(rows: pl.DataFrame, column: str) -> dict[str, float]:
    """Return the sum of a column by line."""
    return dict(rows.group_by("line").agg(pl.col(column).sum()).iter_rows())


def _total(rows: pl.DataFrame, column: str) -> float:
    """Return the sum of a column."""
    return float(rows.get_column(column).sum())


def over_specification(plan: Plan) -> pl.DataFrame:
    """Return model, family and over: present money beyond the least costly part that fits."""
    cost = own_list_cost(plan)
    extra = (
        (pl.col("cost") - pl.col("least"))
        * pl.col("pieces")
        * pl.col("factor")
        * pl.col("index").fill_null(1.0)
    )
    return (
        plan.tables["buy"]
        .join(cost, on="variant")
        .join(_least_fitting(plan, cost), on=["model", "family"])
        .join(_family_paths(plan), on=["family", "period"], how="left")
        .join(discount(plan), on="period")
        .group_by("model", "family")
        .agg(over=extra.sum())
    )


def _increase(before: pl.DataFrame, after: pl.DataFrame, pace: pl.DataFrame) -> float:
    """Return the sum of what versions spend more on over-specification at equal volume, families apart."""
    both = after.join(pace, on="model").join(
        before.rename({"over": "then"}), on=["model", "family"], how="left"
    )
    more = (pl.col("over") - pl.col("then").fill_null(0.0) * pl.col("pace")).clip(lower_bound=0.0)
    return float(both.select(more.sum()).item() or 0.0)


def own_list_cost(plan: Plan) -> pl.DataFrame:
    """Return variant, family and cost: the variant's own list cost at the first period's exchange rate."""
    variants = plan.study.table("variants").select("variant", "family").sort("variant")
    cost = own_costs(Calendar(plan.study), tuple(variants["variant"]))[:, 0]
    return variants.with_columns(cost=pl.Series(cost, dtype=pl.Float64))


def _least_fitting(plan: Plan, cost: pl.DataFrame) -> pl.DataFrame:
    """Return model, family and least: the own list cost of the cheapest variant that fits."""
    found = fit(plan.study)
    cheapest = found.fitting.join(cost, on=["variant", "family"]).group_by("family", "need")
    least = cheapest.agg(least=pl.col("cost").min())
    return found.needs.join(least, on=["family", "need"]).select("model", "family", "least")


def _family_paths(plan: Plan) -> pl.DataFrame:
    """Return family, period and index of the price paths for any country and chemistry."""
    paths = plan.study.table("price_paths")
    general = (pl.col("country") == "any") & (pl.col("chemistry") == "any")
    return paths.filter(general).select("family", "period", "index")

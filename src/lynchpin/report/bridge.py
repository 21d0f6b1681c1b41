"""The bridge from one plan to another: a waterfall whose steps add up exactly.

Every ledger line belongs to one step. The line `parts` is divided in two. What a version m pays in a family f
for more than its least costly fitting variant, at own list cost c0 without site or scale, is

    over[m,f] = sum over its pieces of d[t] pi[f,t] (c0[v] - min over fitting v' of c0[v'])

Over-specification is the sum of the increases of over[m,f], so it never adds: a common part that does more
than a version needs costs money. The rest of the change of `parts` is design, sourcing and mix.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.report.profit import discount

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Engineering and tools shared", ("engineering", "supplier_tooling", "platform")),
    ("Scale", ("scale",)),
    ("Over-specification", ()),
    ("Parts: design, sourcing, mix", ("parts",)),
    ("Freight and capital in transit", ("car_freight", "car_transit", "parts_freight", "parts_transit")),
    ("Duty", ("car_duty", "parts_duty")),
    ("Plant fill and tooling", ("fixed", "idle", "opening", "plant_tooling")),
    ("Cars sold, bodies, assembly", ("revenue", "selling", "body", "conversion", "development", "incentive")),
    ("Penalties and outside owners", ("short", "committed", "target", "transfer", "venture")),
)


@dataclass(frozen=True)
class Step:
    """One bar of a waterfall: its name and the present money that it adds (negative: takes)."""

    name: str
    money: float


def bridge(before: Plan, after: Plan) -> tuple[Step, ...]:
    """Return the steps whose sum is the ledger total of `after` less that of `before`."""
    change = _by_line(after)
    for line, money in _by_line(before).items():
        change[line] = change.get(line, 0.0) - money
    extra = _increase(over_specification(before), over_specification(after))
    steps: list[Step] = []
    for name, lines in STEPS:
        money = sum(change.pop(line, 0.0) for line in lines)
        if name == "Over-specification":
            money = -extra
        elif "parts" in lines:
            money += extra
        steps.append(Step(name, money))
    if change:
        steps.append(Step("Other lines", sum(change.values())))
    return tuple(steps)


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


def _increase(before: pl.DataFrame, after: pl.DataFrame) -> float:
    """Return the sum of what versions spend more on over-specification than before, families apart."""
    both = after.join(before.rename({"over": "then"}), on=["model", "family"], how="left")
    more = (pl.col("over") - pl.col("then").fill_null(0.0)).clip(lower_bound=0.0)
    return float(both.select(more.sum()).item() or 0.0)


def own_list_cost(plan: Plan) -> pl.DataFrame:
    """Return variant, family and cost: the variant's own list cost at the first period's exchange rate."""
    study = plan.study
    rate = _first_rates(plan)
    values = (
        study.table("specifications")
        .join(study.table("variants").select("variant", "family"), on="variant")
        .join(study.table("attributes").filter(pl.col("kind") == "number"), on=["family", "attribute"])
        .join(rate, on="currency", how="left")
        .with_columns(
            built=pl.col("value").cast(pl.Float64) * pl.col("cost_per_unit") * pl.col("rate").fill_null(1.0)
        )
        .group_by("variant")
        .agg(pl.col("built").sum())
    )
    return (
        study.table("variants")
        .join(rate, on="currency", how="left")
        .join(values, on="variant", how="left")
        .select(
            "variant",
            "family",
            cost=pl.coalesce(
                pl.col("unit_cost") * pl.col("rate").fill_null(1.0), pl.col("built"), pl.lit(0.0)
            ),
        )
    )


def _least_fitting(plan: Plan, cost: pl.DataFrame) -> pl.DataFrame:
    """Return model, family and least: the own list cost of the cheapest variant that fits."""
    study = plan.study
    needs = (
        study.table("requirements")
        .filter(pl.col("attribute").is_not_null())
        .join(
            study.table("attributes").select("family", "attribute", "kind", "sense"),
            on=["family", "attribute"],
        )
    )
    pairs = study.table("requirements").select("model", "family").unique().join(cost, on="family")
    given = study.table("specifications").select("variant", "attribute", given="value")
    number, have = (
        pl.col("value").cast(pl.Float64, strict=False),
        pl.col("given").cast(pl.Float64, strict=False),
    )
    close = 1e-9 * pl.max_horizontal(number.abs(), have.abs())
    met = (
        pl.when(pl.col("kind") == "text")
        .then(pl.col("value") == pl.col("given"))
        .when(pl.col("sense") == "at_least")
        .then(have >= number - close)
        .when(pl.col("sense") == "at_most")
        .then(have <= number + close)
        .otherwise((have - number).abs() <= close)
    )
    broken = (
        pairs.join(needs, on=["model", "family"])
        .join(given, on=["variant", "attribute"], how="left")
        .filter(~met.fill_null(value=False))
        .select("model", "variant")
        .unique()
    )
    return (
        pairs.join(broken, on=["model", "variant"], how="anti")
        .group_by("model", "family")
        .agg(least=pl.col("cost").min())
    )


def _family_paths(plan: Plan) -> pl.DataFrame:
    """Return family, period and index of the price paths for any country and chemistry."""
    paths = plan.study.table("price_paths")
    general = (pl.col("country") == "any") & (pl.col("chemistry") == "any")
    return paths.filter(general).select("family", "period", "index")


def _first_rates(plan: Plan) -> pl.DataFrame:
    """Return currency and rate: what holds in the first period."""
    first = plan.study.periods.labels[0]
    rows = plan.study.table("currencies").with_columns(start=pl.col("from").fill_null(""))
    return rows.filter(pl.col("start") <= first).sort("start").group_by("currency").agg(pl.col("rate").last())


def _by_line(plan: Plan) -> dict[str, float]:
    """Return present money by ledger line."""
    totals = plan.tables["ledger"].group_by("line").agg(pl.col("money").sum())
    return dict(totals.iter_rows())

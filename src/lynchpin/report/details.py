"""Below the fold: money, launches, profit and loss, data quality, verification and how to make it again."""

from collections.abc import Iterable
from shlex import quote
from typing import Any

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.plan.tables import LINES
from lynchpin.plan.verify import RULES
from lynchpin.report.columns import amount, columns, lines
from lynchpin.report.html import Html, fold, join, table, tag
from lynchpin.report.measures import WHAT_IF
from lynchpin.report.trust import money_by_source, quality_of_money
from lynchpin.report.words import Names, line_words, money, number, share

MILLION = 1e6
LAUNCH_HEADS = (
    "Launch",
    "Partner",
    "Brand",
    "Version",
    "Drive",
    "Platform",
    "Built in",
    "Markets",
    "Cars a year",
)
QUALITIES = ("measured", "quoted", "estimated", "assumed")


def investment_table(plan: Plan) -> Html:
    """Return the cash invested by partner and period, by its size."""
    names, periods = Names.of(plan), list(plan.study.periods.labels)
    paid = plan.tables["investment"]
    if paid.is_empty():
        return tag("p", "Nothing is invested.")
    sums = {
        (partner, period): value
        for partner, period, value in paid.group_by("partner", "period")
        .agg(pl.col("money").sum())
        .iter_rows()
    }
    partners = sorted({partner for partner, _ in sums})
    unit, words = _unit(sums.values(), plan.study.settings.currency)
    rows = [
        _sum_row(names("partner", partner), [sums.get((partner, p), 0.0) for p in periods], unit)
        for partner in partners
    ]
    rows.append(_sum_row("All", [sum(sums.get((c, p), 0.0) for c in partners) for p in periods], unit))
    heads = ("Partner", *periods, "All")
    caption = f"{words}, cash in the year in which it is due first"
    return table(heads, rows, numbers=range(1, len(heads)), total=True, caption=caption)


def _unit(amounts: Iterable[float], currency: str) -> tuple[float, str]:
    """Return the unit of a table's money and its words: millions, or single units where all is small."""
    large = max(map(abs, amounts), default=0.0) >= MILLION
    return (MILLION, f"Million {currency}") if large else (1.0, currency)


def _sum_row(name: str, values: list[float], unit: float) -> list[str]:
    """Return a row of money with its sum."""
    return [name, *(_amount(value, unit) for value in values), _amount(sum(values), unit)]


def _amount(amount_of_money: float, unit: float) -> str:
    """Return money in a table's unit; nothing for nothing."""
    return number(amount_of_money / unit, 1 if unit > 1 else 0) if round(abs(amount_of_money)) else ""


def ledger_table(plan: Plan) -> Html:
    """Return present money by line and partner, which adds up to the objective."""
    names = Names.of(plan)
    sums = {
        (line, partner): value
        for line, partner, value in plan.ledger.group_by("line", "partner")
        .agg(pl.col("money").sum())
        .iter_rows()
    }
    partners = sorted({partner for _, partner in sums})
    known = [line for line in LINES if any((line, partner) in sums for partner in partners)]
    unit, words = _unit(sums.values(), plan.study.settings.currency)
    rows = [
        _sum_row(line_words(line), [sums.get((line, partner), 0.0) for partner in partners], unit)
        for line in known
    ]
    rows.append(_sum_row("Sum", [sum(sums.get((line, c), 0.0) for line in known) for c in partners], unit))
    heads = ("Line", *(names("partner", partner) for partner in partners), "All")
    settings = plan.study.settings
    sign = "minus the cost" if settings.objective == "cost" else "the contribution"
    optimum = money(plan.objective, settings.currency)
    caption = f"{words}, present value. The sum is {sign} that was optimised: {optimum}."
    return table(heads, rows, numbers=range(1, len(heads)), total=True, caption=caption)


def launches(plan: Plan) -> Html:
    """Return who launches what when, what it stands on and where it is built, in the order of time."""
    names, study = Names.of(plan), plan.study
    built = plan.tables["make"].group_by("model").agg(pl.col("site").unique().sort())
    sold = plan.tables["sell"].group_by("model").agg(pl.col("market").n_unique(), pl.col("vehicles").sum())
    years = study.periods.n * study.periods.years
    rows = (
        plan.tables["launch"]
        .join(study.table("models").select("model", "powertrain", "platform"), on="model")
        .join(study.table("programmes").select("programme", "brand", "status", "launch"), on="programme")
        .join(study.table("brands").select("brand", "partner"), on="brand")
        .join(built, on="model", how="left")
        .join(sold, on="model", how="left")
        .sort(pl.col("launch").fill_null(""), "partner", "brand", "programme", "model")
    )
    shown = [
        (
            row["launch"] or "on sale",
            names("partner", row["partner"]),
            names("brand", row["brand"]),
            names("model", row["model"]),
            row["powertrain"],
            names("platform", row["platform"]),
            "; ".join(names("site", site) for site in row["site"] or ()),
            number(row["market"] or 0),
            number((row["vehicles"] or 0.0) / years),
        )
        for row in rows.iter_rows(named=True)
    ]
    return table(LAUNCH_HEADS, shown, numbers=[7, 8])


def profit_data(plan: Plan) -> dict[str, Any]:
    """Return the profit-and-loss columns for the page's selector: words, kinds and present money."""
    shown, names = columns(plan), Names.of(plan)
    wanted = lines(plan, shown)
    return {
        "currency": plan.study.settings.currency,
        "lines": [[line.words, line.kind] for line in wanted],
        "columns": [
            {
                "model": names("model", column.model) if column.model else "Not placed",
                "market": names("market", column.market) if column.market else "No market",
                "vehicles": round(column.vehicles, 3),
                "money": [round(amount(column, line), 2) for line in wanted],
            }
            for column in shown
        ],
    }


def quality(plan: Plan) -> Html:
    """Return the money by how its figures are known, and the sources that are assumed."""
    table_of_money = quality_of_money(plan)
    total = float(table_of_money.get_column("money").sum())
    by_quality = dict(table_of_money.group_by("quality").agg(pl.col("money").sum()).iter_rows())
    by_cell = {(line, known): value for line, known, value in table_of_money.iter_rows()}
    parts = [
        tag("li", tag("b", share(by_quality.get(known, 0.0) / total)), f" {known}")
        for known in QUALITIES
        if total > 0
    ]
    present = [line for line in LINES if any((line, known) in by_cell for known in QUALITIES)]
    rows = [
        (line_words(line), *(_part(by_cell, line, known, present=QUALITIES) for known in QUALITIES))
        for line in present
    ]
    return join(
        [
            tag("ul", *parts, class_="shares"),
            table(
                ("Line", *QUALITIES),
                rows,
                numbers=range(1, 5),
                caption="Share of each line’s money by how its figures are known",
            ),
            _assumed_sources(plan),
        ]
    )


def _part(cells: dict[tuple[str, str], float], line: str, known: str, *, present: tuple[str, ...]) -> str:
    """Return the share of a line's money that is known in one way."""
    whole = sum(cells.get((line, other), 0.0) for other in present)
    part = cells.get((line, known), 0.0)
    return share(part / whole) if whole > 0 and part > 0 else ""


def _assumed_sources(plan: Plan) -> Html:
    """Return the sources that are assumed, each with its range and the money on it, the most money first."""
    money_of = money_by_source(plan).group_by("source").agg(pl.col("money").sum())
    assumed = (
        plan.study.table("sources")
        .filter(pl.col("quality") == "assumed")
        .join(money_of, on="source", how="left")
        .sort(pl.col("money").fill_null(0.0), "source", descending=[True, False])
    )
    if assumed.is_empty():
        return tag("p", "No source is assumed.")
    unit, words = _unit(assumed["money"].drop_nulls(), plan.study.settings.currency)
    rows = [
        (
            row["source"],
            row["citation"],
            _factor(row["low"]),
            _factor(row["high"]),
            _amount(row["money"] or 0.0, unit),
        )
        for row in assumed.iter_rows(named=True)
    ]
    heads = ("Source", "What is assumed", "Low", "High", f"{words} on it")
    return fold(f"Assumed sources and their ranges ({len(rows)})", table(heads, rows, numbers=[2, 3, 4]))


def _factor(value: float | None) -> str:
    """Return the end of a range as a factor."""
    return "" if value is None else f"× {value:g}"


def verification(plan: Plan) -> Html:
    """Return every rule with its worst violation and what is forgiven as rounding."""
    rules = RULES
    rows: list[tuple[str, ...]] = []
    for name, worst in sorted(plan.info.worst.items()):
        rule = rules.get(name)
        meaning = rule.meaning if rule else ""
        forgiven = f"{rule.absolute:g} + {rule.relative:g} × size" if rule and rule.absolute else "nothing"
        rows.append((name, meaning, f"{worst.violation:.3g} {worst.unit}", worst.where, forgiven))
    state = "every rule is kept" if plan.info.verified else "NOT every rule is kept"
    lead = (
        f"The plan was recomputed from its tables by a program that shares no code with the model: {state}."
    )
    heads = ("Rule", "What it demands", "Worst violation", "Where", "Forgiven as rounding")
    rules_kept = fold(f"All {len(rows)} rules", table(heads, rows, numbers=[2]))
    return join([tag("p", lead), rules_kept, *own_rows(plan)])


def own_rows(plan: Plan) -> list[Html]:
    """Return the constraints that the plan's maker added, with how each was taken and kept; none: nothing."""
    if not plan.info.own_rows:
        return []
    rows = [
        (row.name, ", ".join(row.labels), str(sum(row.labels.values())), str(row.binding), f"{row.slack:.6g}")
        for row in plan.info.own_rows
    ]
    lead = "The plan's maker added these constraints; all are kept, by the plan's own tables."
    heads = ("Constraint", "Taken", "Rows", "Binding", "Least slack")
    return [tag("p", lead), table(heads, rows, numbers=[2, 3, 4])]


def reproduction(plan: Plan) -> Html:
    """Return how to make the plan again: command, versions, seed, time and the hashes of the tables."""
    info = plan.info
    named = [f"--method {info.method}", f"--seed {info.seed}", f"--sharing {info.sharing}"]
    named += ["--as-is"] if info.as_is else []
    named += [f"--scenario {quote(info.scenario)}"] if info.scenario else []
    what_ifs = [name.removeprefix(WHAT_IF) for name in plan.references if name.startswith(WHAT_IF)]
    named += [f"--what-if {quote(name)}" for name in what_ifs]
    named += [
        f"--{key.replace('_', '-')} {value}"
        for key, value in sorted(info.options.items())
        if value is not None
    ]
    bound = "not known" if info.bound is None else money(info.bound, plan.study.settings.currency)
    rows = [
        ("Objective", f"{number(info.objective, 2)} {plan.study.settings.currency}"),
        ("Bound", f"{bound}, from: {info.bound_from}"),
        ("Gap", "not known" if info.gap is None else share(info.gap, 3)),
        ("Status", info.status),
        ("Started", f"{info.started}; {number(info.seconds, 1)} seconds"),
        ("Versions", ", ".join(f"{name} {version}" for name, version in sorted(info.versions.items()))),
    ]
    hashes = [(name, tag("code", digest)) for name, digest in sorted(info.hashes.items())]
    return join(
        [
            tag("p", tag("code", "lynchpin plan STUDY -o PLAN " + " ".join(named))),
            table(("", ""), rows),
            fold("sha256 of each table of the study as planned", table(("Table", "sha256"), hashes)),
        ]
    )

"""Figures of money: gain per partner, the waterfall from one plan to another, investment by year."""

from itertools import accumulate

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.report.bridge import Step, bridge
from lynchpin.report.measures import ALONE, gains, investment
from lynchpin.report.style import (
    GAIN,
    LOSS,
    SERIES,
    TOTAL,
    Spec,
    amounts,
    categories,
    digits_of,
    empty,
    layout,
    note,
    unit_of,
)
from lynchpin.report.words import Names, label, number, signed

NO_ALONE = "Each partner's best plan alone was not made: plan again with references."

BESIDE = {"l": 8, "r": 72, "t": 8, "b": 8}
"""Room at the right for the figures behind bars, whatever the width of the page."""


def waterfall_spec(plan: Plan, before: Plan | None = None) -> Spec:
    """Return the waterfall from `before` (each partner's best plan alone, if not given) to the plan."""
    start = before or plan.references.get(ALONE)
    if start is None:
        return empty(NO_ALONE)
    steps = bridge(start, plan)
    total = sum(step.money for step in steps)
    visible = 5e-4 * max(abs(step.money) for step in (*steps, Step("In all", total)))
    steps = [step for step in steps if abs(step.money) > visible]
    return _falling([*steps, Step("In all", total)], plan.study.settings.currency)


def _falling(steps: list[Step], currency: str) -> Spec:
    """Return bars that hang on each other, the last one being their sum."""
    moved = [step.money for step in steps[:-1]]
    ends = list(accumulate(moved))
    largest = max((abs(money) for money in [*moved, *ends]), default=1.0)
    divisor, unit = unit_of(largest)
    digits = digits_of(largest / divisor)
    starts = [0.0, *ends[:-1], 0.0] if moved else [0.0]
    names = [label(step.name, 22) for step in steps]
    texts = [signed(step.money / divisor, digits) for step in steps]
    colours = [GAIN if step.money >= 0 else LOSS for step in steps]
    colours[-1] = TOTAL if steps[-1].money >= 0 else LOSS
    low, high = min(0.0, *ends, 0.0) / divisor, max(0.0, *ends, 0.0) / divisor
    room = 0.02 * (high - low or 1.0)
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(steps))),
        "x": [step.money / divisor for step in steps],
        "base": [start / divisor for start in starts],
        "marker": {"color": colours},
        "width": 0.62,
        "text": texts,
        "textposition": "none",
        "hoverinfo": "text",
        "hovertext": [f"{name}: {text} {unit} {currency}" for name, text in zip(names, texts, strict=True)],
    }
    tips = [max(start, start + step.money) / divisor for start, step in zip(starts, steps, strict=True)]
    return {
        "data": [bars],
        "layout": layout(
            60 + 40 * len(steps),
            xaxis=amounts(f"{unit} {currency}, present value".strip(), range=[low - room, high + room]),
            yaxis=categories(names, names, range=[len(steps) - 0.5, -0.5]),
            annotations=_behind(texts, tips, colours, size=13),
            shapes=_bridges([end / divisor for end in ends]),
            margin=BESIDE,
        ),
    }


def _behind(texts: list[str], tips: list[float], colours: list[str], *, size: int) -> list[Spec]:
    """Return the figures behind the tips of bars, one for each row."""
    return [
        note(text, x=tip, y=row, xanchor="left", xshift=6, font={"size": size, "color": colour})
        for row, (text, tip, colour) in enumerate(zip(texts, tips, colours, strict=True))
    ]


def _bridges(ends: list[float]) -> list[Spec]:
    """Return thin lines from where a bar of a waterfall ends to where the next one starts."""
    return [
        {"type": "line", "x0": end, "x1": end, "y0": row + 0.31, "y1": row + 0.69}
        | {"line": {"color": "#8796a5", "width": 1}}
        for row, end in enumerate(ends)
    ]


def partners_spec(plan: Plan) -> Spec:
    """Return one bar per partner: its gain over its best plan alone before transfers; losers red."""
    table, names = gains(plan), Names.of(plan)
    currency = plan.study.settings.currency
    column = "together" if table.get_column("gain").null_count() else "gain"
    values = [float(value) for value in table.get_column(column)]
    largest = max((abs(value) for value in values), default=1.0)
    divisor, unit = unit_of(largest)
    digits = digits_of(largest / divisor)
    labels = [label(names("partner", partner), 18) for partner in table.get_column("partner")]
    write = signed if column == "gain" else number
    texts = [write(value / divisor, digits) for value in values]
    colours = [GAIN if value >= 0 else LOSS for value in values]
    low, high = min([0.0, *values]) / divisor, max([0.0, *values]) / divisor
    room = 0.02 * (high - low or 1.0)
    title = f"{unit} {currency}, present value".strip()
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(values))),
        "x": [value / divisor for value in values],
        "marker": {"color": colours},
        "width": 0.6,
        "hoverinfo": "text",
        "hovertext": [f"{name}: {text} {unit} {currency}" for name, text in zip(labels, texts, strict=True)],
    }
    tips = [max(value, 0.0) / divisor for value in values]
    return {
        "data": [bars],
        "layout": layout(
            54 + 44 * len(values),
            xaxis=amounts(title, range=[low - room, high + room], nticks=4),
            yaxis=categories(labels, labels, range=[len(values) - 0.5, -0.5]),
            annotations=_behind([f"<b>{text}</b>" for text in texts], tips, colours, size=14),
            margin=BESIDE,
        ),
    }


def investment_spec(plan: Plan) -> Spec:
    """Return the cash invested in each period, partners stacked, the sum on top."""
    table, names = investment(plan), Names.of(plan)
    periods = list(plan.study.periods.labels)
    sums = dict(table.group_by("period").agg(pl.col("money").sum()).iter_rows())
    largest = max(sums.values(), default=0.0)
    if largest <= 0:
        return empty("Nothing is invested.")
    divisor, unit = unit_of(largest)
    digits = digits_of(largest / divisor)
    partners = table.get_column("partner").unique(maintain_order=True).to_list()
    bars = [_partner_bars(table, partner, names, periods, divisor) for partner in partners]
    bars = [bar | {"marker": {"color": SERIES[row % len(SERIES)]}} for row, bar in enumerate(bars)]
    notes = [
        note(number(sums[period] / divisor, digits), x=column, y=sums[period] / divisor, yshift=10)
        for column, period in enumerate(periods)
        if round(sums[period]) > 0
    ]
    title = f"{unit} {plan.study.settings.currency}, cash".strip()
    return {
        "data": bars,
        "layout": layout(
            260,
            barmode="stack",
            showlegend=len(partners) > 1,
            xaxis=categories(periods, [label(period) for period in periods]),
            yaxis=amounts(title, range=[0, 1.12 * largest / divisor], nticks=5),
            annotations=notes,
        ),
    }


def _partner_bars(
    table: pl.DataFrame, partner: str, names: Names, periods: list[str], divisor: float
) -> Spec:
    """Return the bars of one partner, one for each period."""
    money = dict(table.filter(pl.col("partner") == partner).select("period", "money").iter_rows())
    name = label(names("partner", partner))
    values = [money.get(period, 0.0) / divisor for period in periods]
    return {
        "type": "bar",
        "name": name,
        "x": list(range(len(periods))),
        "y": values,
        "width": 0.62,
        "hoverinfo": "text",
        "hovertext": [
            f"{name}, {label(period)}: {number(value, 1)}"
            for period, value in zip(periods, values, strict=True)
        ],
    }

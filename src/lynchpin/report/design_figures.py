"""Figures of a design: what each further specification saves, and who uses which."""

import polars as pl

from lynchpin.catalogue.design import Design
from lynchpin.catalogue.seriation import seriated
from lynchpin.report.style import (
    GAIN,
    LOSS,
    PAPER,
    QUIET,
    SHARED,
    SINGLE,
    Spec,
    amounts,
    categories,
    digits_of,
    empty,
    layout,
    note,
    unit_of,
)
from lynchpin.report.words import Names, label, number

LEAN, LETTER = -60, 6.6
"""Angle of leaning labels in degrees, and pixels of one letter."""


def frontier_spec(design: Design) -> Spec:
    """Return cost by number of specifications, with the knee and today's cost."""
    if design.frontier.is_empty():
        return empty("No point of the frontier was asked for.")
    costs, counts = design.frontier["cost"].to_list(), design.frontier["specifications"].to_list()
    known = [cost for cost in (*costs, design.today) if cost is not None]
    divisor, unit = unit_of(max(known))
    digits = digits_of((max(known) - min(known)) / divisor) if len(set(known)) > 1 else 1
    hover = [
        f"{row['specifications']} specifications: {number(row['cost'] / divisor, digits)} {unit} "
        f"{design.currency}, gap {100 * row['gap']:.2g} %"
        for row in design.frontier.iter_rows(named=True)
    ]
    bends = design.frontier["knee"].to_list()
    line: Spec = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": counts,
        "y": [cost / divisor for cost in costs],
        "line": {"color": GAIN, "width": 2},
        "marker": {"size": [12 if bend else 7 for bend in bends], "color": GAIN},
        "hoverinfo": "text",
        "hovertext": hover,
    }
    notes = [
        note("knee", x=count, y=cost / divisor, xanchor="left", xshift=9, yanchor="bottom", yshift=2)
        for count, cost, bend in zip(counts, costs, bends, strict=True)
        if bend
    ]
    return {
        "data": [line],
        "layout": layout(
            290,
            xaxis=amounts(
                "specifications", range=[min(counts) - 0.5, max(counts) + 0.5], dtick=1, zeroline=False
            ),
            yaxis=amounts(f"{unit} {design.currency}".strip(), zeroline=False),
            annotations=[*notes, *_today_note(design, divisor)],
            shapes=_today_line(design, divisor),
            margin={"l": 8, "r": 84, "t": 16, "b": 8},
        ),
    }


def _today_line(design: Design, divisor: float) -> list[Spec]:
    """Return a line at today's cost."""
    if design.today is None:
        return []
    level = design.today / divisor
    pen = {"color": LOSS, "width": 1.5, "dash": "dot"}
    return [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": level, "y1": level, "line": pen}]


def _today_note(design: Design, divisor: float) -> list[Spec]:
    if design.today is None:
        return []
    where = {"x": 1, "xref": "paper", "y": design.today / divisor, "xanchor": "left", "xshift": 6}
    return [note(f"today ({design.used_today})", **where)]


def users_spec(design: Design, names: Names) -> Spec:
    """Return models by specifications: who uses which, and by a ring what each carries today."""
    table = design.assignment
    today = table["today"].drop_nulls().unique().sort().to_list()
    chosen = design.specifications["specification"].to_list()
    columns = [*chosen, *(name for name in today if name not in chosen)]
    held = [
        frozenset(name for name in row if name is not None)
        for row in table.select("specification", "today").iter_rows()
    ]
    rows = [table["model"][at] for at in seriated(held)]
    columns = _columns(design, columns, rows)
    now = dict(table.select("model", "specification").iter_rows())
    then = dict(table.select("model", "today").iter_rows())
    grid = [[1 if now[model] == column else None for column in columns] for model in rows]
    texts = [label(names("model", model), 30) for model in rows]
    heads = [label(names("variant", column), 60) for column in columns]
    leaning = round(LETTER * max(len(head) for head in heads) * 0.87)
    rings = [(columns.index(then[model]), row) for row, model in enumerate(rows) if then[model] is not None]
    return {
        "data": [
            {
                "type": "heatmap",
                "z": grid,
                "showscale": False,
                "xgap": 2,
                "ygap": 2,
                "colorscale": [[0, SINGLE], [1, SHARED]],
                "zmin": 0,
                "zmax": 1,
                "hoverinfo": "text",
                "text": _hover(design, rows, columns, texts, heads),
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [column for column, _ in rings],
                "y": [row for _, row in rings],
                "marker": {
                    "symbol": "circle-open",
                    "size": 9,
                    "color": [PAPER if grid[row][column] else QUIET for column, row in rings],
                    "line": {"width": 2},
                },
                "hoverinfo": "skip",
            },
        ],
        "layout": layout(
            20 + 20 * len(rows) + leaning,
            plot_bgcolor=PAPER,
            xaxis=categories(columns, heads, side="bottom", tickangle=LEAN, range=[-0.5, len(columns) - 0.5]),
            yaxis=categories(rows, texts, range=[len(rows) - 0.5, -0.5]),
        ),
    }


def _columns(design: Design, columns: list[str], rows: list[str]) -> list[str]:
    """Return specifications where their users stand on average, those that are dropped last."""
    place = {model: row for row, model in enumerate(rows)}
    long = pl.concat(
        [
            design.assignment.select("model", variant="specification", kept=pl.lit(value=True)),
            design.assignment.select("model", variant="today", kept=pl.lit(value=False)).drop_nulls(),
        ]
    )
    centre: dict[str, tuple[bool, float]] = {}
    kept = set(design.assignment["specification"])
    for name in columns:
        users = long.filter(pl.col("variant") == name)
        mine = users.filter(pl.col("kept")) if name in kept else users
        mean = sum(place[model] for model in mine["model"]) / max(1, mine.height)
        centre[name] = (name not in kept, mean)
    return sorted(columns, key=lambda name: (*centre[name], name))


def _hover(
    design: Design, rows: list[str], columns: list[str], texts: list[str], heads: list[str]
) -> list[list[str]]:
    """Return what a field says when it is pointed at: the money above the cheapest that fits."""
    over = dict(design.assignment.select("model", "over_specification").iter_rows())
    now = dict(design.assignment.select("model", "specification").iter_rows())
    return [
        [
            f"{text}<br>{head}: {number(over[model])} {design.currency} above the cheapest that fits"
            if now[model] == column
            else ""
            for column, head in zip(columns, heads, strict=True)
        ]
        for model, text in zip(rows, texts, strict=True)
    ]

"""Two matrices: plants by programmes with how full plants are, and versions by variants."""

import math
from collections.abc import Iterable, Sequence
from itertools import groupby

from lynchpin.plan.plan import Plan
from lynchpin.report.matrix_data import built, carried, owners, utilisation
from lynchpin.report.measures import AS_IS as REFERENCE
from lynchpin.report.style import (
    AS_IS,
    INK,
    LINE,
    PAPER,
    PARTNERS_OWN,
    PLANNED,
    QUIET,
    SHARED,
    SINGLE,
    Spec,
    categories,
    empty,
    layout,
    note,
)
from lynchpin.report.words import Names, label, number, share

LEAN, LETTER = -60, 6.6
"""Angle of leaning labels in degrees, and pixels of one letter."""
LEVELS = (
    (3, SHARED, "shared by partners"),
    (2, PARTNERS_OWN, "several versions of one partner"),
    (1, SINGLE, "one version"),
)


def plants_spec(plan: Plan) -> Spec:
    """Return cars by plant and programme in an average year, and beside it how full each plant is."""
    table, names = built(plan), Names.of(plan)
    full, before = _full(plan), _full(plan.references[REFERENCE]) if REFERENCE in plan.references else {}
    sites = _sites(plan, set(table.get_column("site")) | {site for site, part in before.items() if part})
    if table.is_empty():
        return empty("No car is built.")
    programmes = _programmes(plan, set(table.get_column("programme")))
    cars = {(site, programme): vehicles for site, programme, vehicles in table.iter_rows()}
    grid = [[cars.get((site, programme)) for programme in programmes] for site in sites]
    places = [label(names("site", site), 24) for site in sites]
    heads = [label(names("programme", programme), 60) for programme in programmes]
    hover = [
        [
            f"{place}<br>{head}: {number(value)} cars a year" if value else ""
            for head, value in zip(heads, line, strict=True)
        ]
        for place, line in zip(places, grid, strict=True)
    ]
    heat = _heat(grid, hover) | {"zmin": 0, "colorscale": [[0, "#e3eef6"], [1, PLANNED]]}
    bars = [bar for bar in (_bars(sites, places, before, "as it is", AS_IS, -0.18),) if before]
    bars.append(_bars(sites, places, full, "planned", PLANNED, 0.18 if before else 0.0))
    known = [part for part in (*full.values(), *before.values()) if part is not None]
    top = 1.28 * max(1.0, *known) if known else 1.28
    return {
        "data": [heat, *bars],
        "layout": layout(
            80 + 34 * len(sites) + _leaning(heads),
            xaxis=categories(programmes, heads, domain=[0, 0.66], side="top", tickangle=LEAN),
            yaxis=categories(sites, places, range=[len(sites) - 0.5, -0.5]),
            xaxis2=_per_cent(top),
            barmode="overlay",
            shapes=_rules(len(sites)),
            annotations=[*_cells(grid), *_full_notes(sites, full, before)],
            showlegend=True,
            legend={"orientation": "h", "x": 0.68, "y": 0, "yref": "container", "yanchor": "bottom"},
            margin={"l": 8, "r": 8, "t": 8, "b": 56},
        ),
    }


def _heat(grid: Sequence[Sequence[float | None]], hover: list[list[str]]) -> Spec:
    """Return the fields of a matrix, with what they say when pointed at."""
    return {
        "type": "heatmap",
        "z": grid,
        "text": hover,
        "hoverinfo": "text",
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
    }


def _cells(grid: list[list[float | None]]) -> list[Spec]:
    """Return the cars of each field in thousands."""
    most = max(value or 0.0 for line in grid for value in line)
    return [
        note(thousands(value), x=column, y=row, font={"size": 11, "color": _ink(value, most)})
        for row, line in enumerate(grid)
        for column, value in enumerate(line)
        if value is not None
    ]


def thousands(amount: float) -> str:
    """Return cars in thousands, as short as a cell."""
    return number(amount / 1e3, 1 if amount < 9_950 else 0) if amount >= 50 else "&lt;0.1"


def _leaning(texts: list[str]) -> int:
    """Return the room in pixels that leaning labels need."""
    return round(LETTER * max(len(text) for text in texts) * math.sin(math.radians(-LEAN)))


def _ink(value: float, most: float) -> str:
    """Return a colour of text that is read on the cell's own colour."""
    return PAPER if value > 0.55 * most else INK


def _full(plan: Plan) -> dict[str, float | None]:
    """Return how full each assembly plant is over the horizon; None where it has no limit."""
    return dict(utilisation(plan).select("site", "full").iter_rows())


def _sites(plan: Plan, used: set[str]) -> list[str]:
    """Return the plants that build something or stand open, by operator."""
    opened = set(plan.tables["open"].get_column("site"))
    table = utilisation(plan).sort("operator", "site", nulls_last=True)
    return [site for site in table.get_column("site") if site in used or site in opened]


def _programmes(plan: Plan, used: set[str]) -> list[str]:
    """Return the programmes that are built, by partner and brand."""
    table = owners(plan).unique("programme").sort("partner", "brand", "programme")
    return [programme for programme in table.get_column("programme") if programme in used]


def _bars(
    sites: list[str],
    places: list[str],
    full: dict[str, float | None],
    name: str,
    colour: str,
    shift: float,
) -> Spec:
    """Return the bars of how full plants are, moved a little off the middle of the row."""
    parts = [full.get(site) for site in sites]
    return {
        "type": "bar",
        "orientation": "h",
        "name": name,
        "xaxis": "x2",
        "x": parts,
        "y": [row + shift for row in range(len(sites))],
        "width": 0.32,
        "marker": {"color": colour},
        "hoverinfo": "text",
        "hovertext": [
            "" if part is None else f"{place}, {name}: {share(part)} of capacity"
            for place, part in zip(places, parts, strict=True)
        ],
    }


def _full_notes(
    sites: list[str], full: dict[str, float | None], before: dict[str, float | None]
) -> Iterable[Spec]:
    """Yield the figure of how full each plant is, behind its bars."""
    for row, site in enumerate(sites):
        part, then = full.get(site), before.get(site)
        text = "no limit given" if part is None else f"<b>{share(part)}</b>"
        if part is not None and then is not None:
            text = f"{share(then)} → {text}"
        yield note(
            text,
            **{"x": max(part or 0.0, then or 0.0), "xref": "x2", "y": row, "xanchor": "left", "xshift": 5},
        )


def _per_cent(top: float) -> Spec:
    """Return the axis of how full plants are."""
    return {
        "domain": [0.68, 1],
        "range": [0, 1.3 * top],
        "tickvals": [0, 0.5, 1],
        "tickformat": ".0%",
        "automargin": True,
        "gridcolor": LINE,
        "zeroline": False,
        "fixedrange": True,
        "anchor": "y",
        "side": "bottom",
    }


def _rules(rows: int) -> list[Spec]:
    """Return a line between rows, so that the eye finds the way to the bars."""
    return [
        {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": row + 0.5, "y1": row + 0.5}
        | {"line": {"color": LINE, "width": 1}, "layer": "below"}
        for row in range(rows - 1)
    ]


def sharing_spec(plan: Plan) -> Spec:
    """Return versions by variants: what each version carries, shared ones marked with a dot."""
    table, names = carried(plan), Names.of(plan)
    if table.is_empty():
        return empty("No version carries a part of a family.")
    rows = table.unique("model", maintain_order=True).sort("row")
    columns = table.unique("variant", maintain_order=True).sort("column")
    models, variants = list(rows.get_column("model")), list(columns.get_column("variant"))
    levels = {(row, at): level for row, at, level in table.select("row", "column", "level").iter_rows()}
    left = [label(names("model", model), 30) for model in models]
    heads = [label(names("variant", variant), 60) for variant in variants]
    grid = [[levels.get((row, column)) for column in range(len(variants))] for row in range(len(models))]
    hover = [
        [
            f"{model}<br>{head}: {_words(level)}" if level else ""
            for head, level in zip(heads, line, strict=True)
        ]
        for model, line in zip(left, grid, strict=True)
    ]
    heat = _heat(grid, hover) | {"zmin": 0.5, "zmax": 3.5, "colorscale": _steps()}
    brands = list(_bands(label(names("brand", brand), 60) for brand in rows.get_column("brand")))
    families = _families([names("family", family) for family in columns.get_column("family")])
    above = 40 + 16 * max(name.count("<br>") + 1 for name, _, _ in families)
    beside = 14 + round(LETTER * max(len(name) for name, _, _ in brands))
    return {
        "data": [heat, *_legend()],
        "layout": layout(
            above + 24 * len(models) + _leaning(heads) + 20,
            xaxis=categories(
                variants, heads, side="bottom", tickangle=LEAN, range=[-0.5, len(variants) - 0.5]
            ),
            yaxis=categories(models, left, range=[len(models) - 0.5, -0.5]),
            annotations=[*_dots(levels), *_band_notes(brands, families)],
            shapes=_band_lines(brands, families),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container"},
            margin={"l": 8, "r": beside, "t": above, "b": 8},
        ),
    }


def _dots(levels: dict[tuple[int, int], int]) -> Iterable[Spec]:
    """Yield a dot on each field of what several partners share."""
    for (row, column), level in levels.items():
        if level == 3:
            yield note("●", x=column, y=row, font={"size": 9, "color": PAPER})


def _families(names: list[str]) -> list[tuple[str, int, int]]:
    """Return the families on top, their names in lines as wide as their columns."""
    wide = 95 / len(names)
    return [
        (label(name, max(9, round(wide * (last - first + 1)))), first, last)
        for name, first, last in _bands(names)
    ]


def _words(level: int) -> str:
    """Return what a level of sharing means."""
    return next(words for known, _, words in LEVELS if known == level)


def _steps() -> list[list[float | str]]:
    """Return a scale of colours in steps, one for each level."""
    low_first = sorted(LEVELS)
    return [[(step + end) / 3, colour] for step, (_, colour, _) in enumerate(low_first) for end in (0, 1)]


def _legend() -> list[Spec]:
    """Return traces without points that explain the colours."""
    return [
        {"type": "scatter", "mode": "markers", "x": [None], "y": [None], "name": words, "hoverinfo": "skip"}
        | {"marker": {"symbol": "square", "size": 13, "color": colour}}
        for _, colour, words in LEVELS
    ]


def _bands(values: Iterable[str]) -> Iterable[tuple[str, int, int]]:
    """Yield name, first and last position of each run of equal names."""
    for name, run in groupby(enumerate(values), key=lambda pair: pair[1]):
        positions = [position for position, _ in run]
        yield name, positions[0], positions[-1]


def _band_notes(brands: list[tuple[str, int, int]], families: list[tuple[str, int, int]]) -> Iterable[Spec]:
    """Yield the brands on the right and the families on top."""
    for name, first, last in brands:
        yield note(name, x=1, xref="paper", y=(first + last) / 2, xanchor="left", xshift=6)
    for name, first, last in families:
        yield note(f"<b>{name}</b>", x=(first + last) / 2, y=1, yref="paper", yanchor="bottom", yshift=2)


def _band_lines(brands: list[tuple[str, int, int]], families: list[tuple[str, int, int]]) -> list[Spec]:
    """Return lines between brands and between families."""
    pen = {"line": {"color": QUIET, "width": 1}, "type": "line"}
    across = [
        {"xref": "paper", "x0": 0, "x1": 1, "y0": last + 0.5, "y1": last + 0.5} | pen
        for _, _, last in brands[:-1]
    ]
    down = [
        {"yref": "paper", "y0": 0, "y1": 1, "x0": last + 0.5, "x1": last + 0.5} | pen
        for _, _, last in families[:-1]
    ]
    return across + down

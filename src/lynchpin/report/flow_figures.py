"""A map of the world: cars from plants to markets, parts from suppliers to plants, as wide as their volume.

A line bends a little to the side and takes the shorter way round the world; it shows who delivers to whom,
not the ship's route. Lines of one kind and one width are one trace. Where many places lie close together, a
second map shows that part of the world larger. A name is written where it covers no other one; all show on
hover.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.plan.plan import Plan
from lynchpin.report.map_layout import Box, Place, around, densest, height_of, spots
from lynchpin.report.style import CARS, INK, PAPER, PARTS, Spec, empty, layout
from lynchpin.report.words import Names, label, number

WIDTHS = ((0.02, 0.8), (0.1, 1.6), (0.25, 3.0), (0.5, 5.0), (1.0, 7.5))
"""Share of the widest flow, and the width in pixels of lines up to it."""
KINDS = {
    "assembly": ("plant", "square"),
    "component": ("supplier", "diamond"),
    "market": ("market", "circle"),
}
BENDS = {"cars": 0.12, "parts": -0.08}
STEPS = 24
GAP = 24


@dataclass(frozen=True)
class Flow:
    """What goes from one place to another in an average year."""

    kind: str
    start: Place
    end: Place
    volume: float


def flows_spec(plan: Plan) -> Spec:
    """Return the map; places without coordinates are left out."""
    places = _places(plan)
    flows = [
        *_flows(plan, places, "parts", "buy", ("supplier", "site", "pieces")),
        *_flows(plan, places, "cars", "ship", ("site", "market", "vehicles")),
    ]
    used = _busiest_first(flows)
    if not used:
        return empty("No flow has coordinates at both ends: give lat and lon in `sites` and `markets`.")
    boxes = [around(used)]
    close = densest(used)
    if close is not None:
        boxes.append(close)
    heights = [height_of(box) for box in boxes]
    total = sum(heights) + GAP * (len(boxes) - 1)
    maps: Spec = {}
    traces: list[Spec] = []
    top = float(total)
    for position, (box, high) in enumerate(zip(boxes, heights, strict=True)):
        name = "geo" if position == 0 else f"geo{position + 1}"
        maps[name] = _map(box) | {"domain": {"x": [0, 1], "y": [max(0.0, (top - high) / total), top / total]}}
        top -= high + GAP
        hidden = boxes[1] if position == 0 and close is not None else None
        traces += _traces(flows, used, box, hidden, {"geo": name, "showlegend": position == 0})
    return {
        "data": traces,
        "layout": layout(
            total + 34,
            **maps,
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom"},
            margin={"l": 0, "r": 0, "t": 0, "b": 34},
        ),
    }


def _places(plan: Plan) -> dict[str, Place]:
    """Return every site and market that has coordinates."""
    study, names = plan.study, Names.of(plan)
    sites = study.table("sites").select("site", "kind", "lat", "lon")
    markets = study.table("markets").select("market", pl.lit("market").alias("kind"), "lat", "lon")
    return {
        key: Place(key, names.place(key), kind, lat, lon)
        for table in (sites, markets)
        for key, kind, lat, lon in table.iter_rows()
        if lat is not None and lon is not None
    }


def _flows(
    plan: Plan, places: dict[str, Place], kind: str, table: str, columns: tuple[str, str, str]
) -> list[Flow]:
    """Return the flows of a kind between places that are known, the smallest first."""
    start, end, amount = columns
    years = plan.study.periods.n * plan.study.periods.years
    sums = plan.tables[table].group_by(start, end).agg(pl.col(amount).sum() / years).sort(amount, start, end)
    return [
        Flow(kind, places[origin], places[goal], volume)
        for origin, goal, volume in sums.iter_rows()
        if origin in places and goal in places
    ]


def _busiest_first(flows: list[Flow]) -> list[Place]:
    """Return the places that a flow touches, the busiest first; a car counts as much as ten parts."""
    volume: dict[Place, float] = {}
    for flow in flows:
        weight = flow.volume if flow.kind == "cars" else flow.volume / 10
        for place in (flow.start, flow.end):
            volume[place] = volume.get(place, 0.0) + weight
    return sorted(volume, key=lambda place: (-volume[place], place.key))


def _traces(flows: list[Flow], used: list[Place], box: Box, hidden: Box | None, common: Spec) -> list[Spec]:
    """Return the lines and points of one map."""
    found: list[Spec] = []
    for kind, colour, unit in (("parts", PARTS, "pieces"), ("cars", CARS, "cars")):
        mine = [flow for flow in flows if flow.kind == kind and flow.start.key != flow.end.key]
        found += _lines(mine, colour, unit, common)
    return found + _points([place for place in used if box.holds(place)], box, hidden, common)


def _lines(flows: list[Flow], colour: str, unit: str, common: Spec) -> list[Spec]:
    """Return one trace for each width, and one of points in the middle that tell each flow's volume."""
    if not flows:
        return []
    most = max(flow.volume for flow in flows)
    traces: list[Spec] = []
    low = 0.0
    for limit, width in WIDTHS:
        inside = [flow for flow in flows if low < flow.volume / most <= limit]
        low = limit
        if inside:
            pen = {
                "mode": "lines",
                "line": {"width": width, "color": colour},
                "opacity": 0.5,
                "hoverinfo": "skip",
            }
            traces.append(_shape([point for flow in inside for point in (*_way(flow), None)]) | common | pen)
    words = f"{flows[0].kind}, widest {number(most)} a year"
    named = [trace | {"showlegend": False} for trace in traces[:-1]] + [traces[-1] | {"name": words}]
    hover = [
        f"{label(flow.start.name)} → {label(flow.end.name)}<br>{number(flow.volume)} {unit} a year"
        for flow in flows
    ]
    middle = (
        _shape([_way(flow)[STEPS // 2] for flow in flows]) | common | {"mode": "markers", "showlegend": False}
    )
    return [*named, middle | {"marker": {"size": 12, "opacity": 0}, "text": hover, "hoverinfo": "text"}]


def _shape(points: list[tuple[float, float] | None]) -> Spec:
    """Return a trace through points of longitude and latitude; None lifts the pen."""
    return {
        "type": "scattergeo",
        "lon": [None if point is None else point[0] for point in points],
        "lat": [None if point is None else point[1] for point in points],
    }


def _way(flow: Flow) -> list[tuple[float, float]]:
    """Return points on a line that bends to the side, the shorter way round the world."""
    x, y = flow.start.lon, flow.start.lat
    right, up = (flow.end.lon - x + 180) % 360 - 180, flow.end.lat - y
    bend = BENDS[flow.kind] * (1 if right >= 0 else -1)
    points: list[tuple[float, float]] = []
    for step in range(STEPS + 1):
        part = step / STEPS
        side = 4 * bend * part * (1 - part)
        lon, lat = x + part * right - side * up, y + part * up + side * right
        points.append(((lon + 180) % 360 - 180, max(-85.0, min(85.0, lat))))
    return points


def _points(places: list[Place], box: Box, hidden: Box | None, common: Spec) -> list[Spec]:
    """Return the places, one trace for each kind, with names where there is room."""
    named = [place for place in places if hidden is None or not hidden.holds(place)]
    written = spots(named, places, box)
    traces: list[Spec] = []
    for kind, (words, symbol) in KINDS.items():
        mine = [place for place in places if place.kind == kind]
        if mine:
            points = _shape([(place.lon, place.lat) for place in mine]) | common
            traces.append(
                points
                | {
                    "mode": "markers+text",
                    "name": words,
                    "text": [label(place.name, 40) if place.key in written else "" for place in mine],
                    "textposition": [written.get(place.key, "top center") for place in mine],
                    "textfont": {"size": 11, "color": INK},
                    "hoverinfo": "text",
                    "hovertext": [f"{label(place.name, 40)} ({words})" for place in mine],
                    "marker": {"symbol": symbol, "size": 8, "color": PAPER if kind == "market" else INK}
                    | {"line": {"width": 1.5, "color": INK}},
                }
            )
    return traces


def _map(box: Box) -> Spec:
    """Return the map of a part of the world."""
    return {
        "projection": {"type": "equirectangular"},
        "lonaxis": {"range": [box.west, box.east]},
        "lataxis": {"range": [box.south, box.north]},
        "resolution": 110,
        "showland": True,
        "landcolor": "#eef1f4",
        "showocean": True,
        "oceancolor": PAPER,
        "showcountries": True,
        "countrycolor": "#d0d7de",
        "coastlinecolor": "#b6c0ca",
        "framecolor": "#d0d7de",
        "framewidth": 1,
        "showframe": True,
        "bgcolor": PAPER,
        "showlakes": False,
    }

"""The ladder of each attribute: what versions need, what they are given, and the values that are made."""

from dataclasses import dataclass

import polars as pl

from lynchpin.catalogue.seriation import seriated
from lynchpin.plan.plan import Plan
from lynchpin.report.style import (
    AS_IS,
    CARS,
    LINE,
    PARTS,
    QUIET,
    Spec,
    categories,
    empty,
    layout,
    note,
)
from lynchpin.report.words import Names, label, number
from lynchpin.study.study import Study

ROW, BELOW = 19, 34
"""Pixels of a row, and below the rows."""
KINDS = ("needs", "is given")


@dataclass(frozen=True)
class Rung:
    """What one version needs of an attribute and what it is given."""

    model: str
    need: float
    given: float


def plan_ladder_spec(plan: Plan) -> Spec:
    """Return the ladders of a plan: every ordered attribute of every family that is carried."""
    return ladder_spec(plan.study, plan.tables["fit"])


def ladder_spec(study: Study, fit: pl.DataFrame) -> Spec:
    """Return a column for each ordered attribute, with a row for each version.

    fit  model, family, variant (or specification), attribute, sense, need, given: as in a plan's table
    """
    panels = _panels(study, fit)
    if not panels:
        return empty("No version needs more or less of an attribute.")
    names = Names.of_study(study)
    models = _rows(fit, {rung.model for _, _, rungs in panels for rung in rungs})
    place = {model: row for row, model in enumerate(models)}
    texts = [label(names("model", model), 30) for model in models]
    lines = max(_head_words(names, len(panels), panel).count("<br>") + 1 for panel in panels)
    above = 34 + 16 * lines
    return {
        "data": [
            trace
            for at, (_, _, rungs) in enumerate(panels)
            for trace in _traces(rungs, place, names, at=at, first=at == 0)
        ],
        "layout": layout(
            above + ROW * len(models) + BELOW,
            yaxis=categories(
                models, texts, range=[len(models) - 0.5, -0.5], showgrid=True, gridcolor="#f0f3f6"
            ),
            annotations=[_heading(names, at, len(panels), head) for at, head in enumerate(panels)],
            shapes=_rungs(panels, len(models)),
            showlegend=True,
            legend={"orientation": "h", "x": 0, "y": 1, "yanchor": "top", "yref": "container"},
            margin={"l": 8, "r": 8, "t": above, "b": BELOW},
            **{_axis("xaxis", at): _values(at, len(panels)) for at in range(len(panels))},
        ),
    }


def _panels(study: Study, fit: pl.DataFrame) -> list[tuple[str, str, list[Rung]]]:
    """Return family, attribute and rungs of each ordered attribute, in the order of the study."""
    rows = fit.filter(pl.col("sense") != "equal").with_columns(
        pl.col("need", "given").cast(pl.Float64, strict=False)
    )
    order = list(study.table("families")["family"])
    units = {(family, name): unit for family, name, unit in _units(study)}
    found: dict[tuple[str, str], list[Rung]] = {}
    for row in rows.drop_nulls(["need", "given"]).sort("model").iter_rows(named=True):
        rung = Rung(row["model"], row["need"], row["given"])
        found.setdefault((row["family"], row["attribute"]), []).append(rung)
    keys = sorted(found, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), key[1]))
    return [(family, units.get((family, name), name), found[family, name]) for family, name in keys]


def _units(study: Study) -> list[tuple[str, str, str]]:
    """Return family, attribute, and the words of the attribute: its name, and its unit where that differs."""
    rows = study.table("attributes").select("family", "attribute", "unit").iter_rows()
    return [
        (family, name, name if not unit or name.lower().endswith(unit.lower()) else f"{name}, {unit}")
        for family, name, unit in rows
    ]


def _rows(fit: pl.DataFrame, wanted: set[str]) -> list[str]:
    """Return versions in an order that puts those that are given the same beside each other."""
    held: dict[str, set[str]] = {model: set() for model in sorted(wanted)}
    for model, family, variant in fit.select("model", "family", "variant").iter_rows():
        if model in held:
            held[model].add(f"{family} {variant}")
    models = list(held)
    return [models[at] for at in seriated([frozenset(held[model]) for model in models])]


def _traces(rungs: list[Rung], place: dict[str, int], names: Names, *, at: int, first: bool) -> list[Spec]:
    """Return the bars between need and given, and the marks at their ends."""
    rows = [place[rung.model] for rung in rungs]
    hover = [
        f"{label(names('model', rung.model), 60)}: needs {number(rung.need, _digits(rung.need))}, "
        f"is given {number(rung.given, _digits(rung.given))}"
        for rung in rungs
    ]
    axis = {"xaxis": _axis("x", at), "type": "scatter"}
    between: Spec = axis | {
        "mode": "lines",
        "x": [value for rung in rungs for value in (rung.need, rung.given, None)],
        "y": [value for row in rows for value in (row, row, None)],
        "line": {"color": AS_IS, "width": 4},
        "hoverinfo": "skip",
        "showlegend": False,
    }
    marks = (
        (KINDS[0], [rung.need for rung in rungs], {"symbol": "circle-open", "size": 9, "color": PARTS}),
        (KINDS[1], [rung.given for rung in rungs], {"symbol": "square", "size": 6, "color": CARS}),
    )
    return [
        between,
        *(
            axis
            | {"mode": "markers", "name": name, "x": values, "y": rows, "marker": mark, "showlegend": first}
            | {"hoverinfo": "text", "hovertext": hover}
            for name, values, mark in marks
        ),
    ]


def _digits(value: float) -> int:
    """Return how many decimals a value needs, at most two."""
    return next((digits for digits in (0, 1) if abs(value - round(value, digits)) < 1e-9), 2)


def _heading(names: Names, at: int, count: int, panel: tuple[str, str, list[Rung]]) -> Spec:
    """Return the heading of a column: family and attribute."""
    text = _head_words(names, count, panel)
    low, high = _span(at, count)
    return note(
        text,
        x=(low + high) / 2,
        xref="paper",
        xanchor="center",
        y=1,
        yref="paper",
        yanchor="bottom",
        yshift=4,
    )


def _head_words(names: Names, count: int, panel: tuple[str, str, list[Rung]]) -> str:
    """Return family and attribute in lines as wide as the column."""
    family, words, _ = panel
    width = max(10, round(100 / count))
    return f"<b>{label(names('family', family), width)}</b><br>{label(words, width)}"


def _rungs(panels: list[tuple[str, str, list[Rung]]], rows: int) -> list[Spec]:
    """Return a line for each value that is made."""
    return [
        {"type": "line", "layer": "below", "line": {"color": LINE, "width": 1.5}}
        | {"xref": _axis("x", at), "x0": value, "x1": value, "yref": "y", "y0": -0.5, "y1": rows - 0.5}
        for at, (_, _, rungs) in enumerate(panels)
        for value in sorted({rung.given for rung in rungs})
    ]


def _values(at: int, count: int) -> Spec:
    """Return the axis of values of a column."""
    return {
        "domain": list(_span(at, count)),
        "anchor": "y",
        "side": "bottom",
        "showgrid": False,
        "zeroline": False,
        "nticks": 5,
        "tickformat": ",~g",
        "fixedrange": True,
        "tickfont": {"size": 11, "color": QUIET},
    }


def _span(at: int, count: int) -> tuple[float, float]:
    """Return where a column stands, as shares of the width."""
    gap = 0.03
    width = (1 - gap * (count - 1)) / count
    return at * (width + gap), at * (width + gap) + width


def _axis(name: str, at: int) -> str:
    """Return the name of an axis: plotly counts them from 2 on."""
    return name if at == 0 else f"{name}{at + 1}"

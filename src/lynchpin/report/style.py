"""Colours and layout that every figure shares; colours are told apart by people who do not see all of them.

The palette is that of Okabe and Ito (2008), "Color Universal Design". Red is for losses only.
"""

from typing import Any

Spec = dict[str, Any]
"""A figure as plotly.js reads it: `data`, a list of traces, and `layout`."""

INK, QUIET, LINE, PAPER = "#1b2733", "#5b6b7b", "#d9e0e7", "#ffffff"
GAIN, LOSS, TOTAL = "#0072b2", "#c0271d", "#37474f"
CARS, PARTS = "#0072b2", "#d98200"
AS_IS, PLANNED = "#a9b7c4", "#0072b2"
SHARED, PARTNERS_OWN, SINGLE = "#0072b2", "#8cc5e8", "#d9e0e7"
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8d6e00", "#7a5195", "#5b6b7b")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', Arial, sans-serif"


def layout(height: int, **more: Any) -> Spec:
    """Return the layout of a figure of `height` pixels, with anything more that it needs."""
    base: Spec = {
        "height": height,
        "font": {"family": FONT, "size": 13, "color": INK},
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "hoverlabel": {"align": "left", "font": {"family": FONT, "size": 13}},
        "separators": ".,",
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "traceorder": "normal"},
    }
    return base | more


def categories(values: list[str], texts: list[str], **more: Any) -> Spec:
    """Return an axis of categories, `texts` in place of the identifiers, the first one first.

    Figures number their categories, so that no identifier is read as a number or as a template.
    """
    base: Spec = {
        "type": "linear",
        "tickmode": "array",
        "tickvals": list(range(len(values))),
        "ticktext": texts,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 5,
        "tickcolor": PAPER,
        "fixedrange": True,
    }
    return base | more


def amounts(title: str | None = None, **more: Any) -> Spec:
    """Return an axis of amounts."""
    base: Spec = {
        "automargin": True,
        "gridcolor": LINE,
        "zeroline": True,
        "zerolinecolor": QUIET,
        "zerolinewidth": 1,
        "tickformat": ",~g",
        "fixedrange": True,
        "minor": {"ticks": ""},
        "nticks": 6,
    }
    if title:
        base["title"] = {"text": title, "font": {"size": 12, "color": QUIET}, "standoff": 8}
    return base | more


def note(text: str, **more: Any) -> Spec:
    """Return an annotation without an arrow."""
    base: Spec = {"text": text, "showarrow": False, "font": {"size": 12, "color": QUIET}}
    return base | more


def empty(text: str) -> Spec:
    """Return a figure that only says why there is nothing to draw."""
    return {
        "data": [],
        "layout": layout(
            90,
            annotations=[note(text, x=0, y=0.5, xref="paper", yref="paper", xanchor="left", align="left")],
            xaxis={"visible": False},
            yaxis={"visible": False},
        ),
    }


def unit_of(largest: float) -> tuple[float, str]:
    """Return divisor and words of the unit that suits amounts up to `largest`."""
    if largest >= 2e10:
        return 1e9, "bn"
    return (1e6, "million") if largest >= 1e5 else (1.0, "")


def digits_of(largest: float) -> int:
    """Return how many decimals suit numbers up to `largest`."""
    return 0 if largest >= 100 else 1 if largest >= 10 else 2

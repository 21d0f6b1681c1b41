"""One page about the designs of a study, which opens offline: frontier, users and ladders of each family."""

from pathlib import Path
from typing import Any

import polars as pl

from lynchpin.catalogue.design import Design
from lynchpin.errors import OptionError
from lynchpin.model.designed import Designs
from lynchpin.report.design_figures import frontier_spec, users_spec
from lynchpin.report.frame import NO_SCRIPT, figure, whole, write_page
from lynchpin.report.html import Html, join, section, table, tag
from lynchpin.report.ladder_figures import ladder_spec
from lynchpin.report.words import Names, money, number, share

READ = (
    "Left: present cost by number of specifications; the dotted line is today. Filled fields: who uses what "
    "was designed; rings: what is carried today. The ladder shows needs (rings) and what is given (squares)."
)


def write_designs_page(designs: Designs, path: str | Path) -> Path:
    """Write the page about designs to `path` in one step and return it; raises OptionError for a folder."""
    return write_page(path, lambda: page(designs), refusal=OptionError)


def page(designs: Designs) -> str:
    """Return the page about designs."""
    names = Names.of_study(designs.study)
    title = f"Common specifications: {designs.study.settings.title or designs.study.name}"
    figures: dict[str, Any] = {}
    for place, (family, found) in enumerate(designs.items()):
        figures[f"frontier-{place}"] = frontier_spec(found)
        figures[f"users-{place}"] = users_spec(found, names)
        fit = found.fit.join(found.assignment.select("model", variant="specification"), on="model")
        figures[f"ladder-{place}"] = ladder_spec(designs.study, fit.with_columns(family=pl.lit(family)))
    parts = [_family(designs, names, family, place) for place, family in enumerate(designs)]
    return whole(
        title,
        header=join([tag("h1", title), tag("p", _facts(designs))]),
        main=join([NO_SCRIPT, _summary(designs, names), *parts]),
        footer=tag("p", "Made by Lynchpin. Figures by plotly.js (MIT)."),
        data={"figures": figures},
    )


def _facts(designs: Designs) -> str:
    labels = designs.study.periods.labels
    return f"{labels[0]} to {labels[-1]}, present money in {designs.study.settings.currency}"


def _summary(designs: Designs, names: Names) -> Html:
    """Return a row for each family."""
    currency = designs.study.settings.currency
    rows: list[tuple[object, ...]] = [
        (
            names("family", family),
            found.used_today or "–",
            found.specifications.height,
            "–" if found.knee is None else found.knee,
            money(found.cost, currency),
            "–" if found.saving is None else money(found.saving, currency),
            "–" if found.one_each is None else money(found.one_each - found.cost, currency),
            share(found.gap, 2),
        )
        for family, found in designs.items()
    ]
    rows.append(_all(designs, currency))
    heads = ("Family", "Today", "Designed", "Knee", "Cost", "Saving", "Against one each", "Gap")
    return section("summary", "What to have", table(heads, rows, numbers=range(1, len(heads)), total=True))


def _all(designs: Designs, currency: str) -> tuple[object, ...]:
    """Return the sum over all families; a saving that one family does not know is not summed."""
    found = list(designs.values())
    savings = [one.saving for one in found if one.saving is not None]
    each = [one.one_each - one.cost for one in found if one.one_each is not None]
    return (
        "All",
        sum(one.used_today for one in found) or "–",
        sum(one.specifications.height for one in found),
        "",
        money(sum(one.cost for one in found), currency),
        money(sum(savings), currency) if len(savings) == len(found) else "–",
        money(sum(each), currency) if len(each) == len(found) else "–",
        "",
    )


def _family(designs: Designs, names: Names, family: str, place: int) -> Html:
    """Return the part about one family."""
    found = designs[family]
    return section(
        f"family-{place}",
        names("family", family),
        tag("p", _known(found), class_="small"),
        tag("div", figure(f"frontier-{place}"), figure(f"users-{place}"), class_="cards"),
        figure(f"ladder-{place}", wide=True),
        _specifications(found, names),
        lead=READ,
    )


def _known(found: Design) -> str:
    """Return how the costs are known and what the bound covers."""
    known = f" Costs of new specifications: {found.cost_known}." if found.cost_known else ""
    without = f" Without a part today: {', '.join(found.without_today)}." if found.without_today else ""
    return f"Proved within {share(found.gap, 2)} over {found.covers}.{known}{without}"


def _specifications(found: Design, names: Names) -> Html:
    """Return the specifications with their attributes."""
    attributes = [attribute.name for attribute in found.task.needs.space.attributes]
    rows = [
        (
            names("variant", row["specification"]),
            row["origin"],
            *(_value(row[name]) for name in attributes),
            number(row["unit_cost"]),
            number(row["factor"], 3),
            money(row["fixed"], found.currency),
            row["models"],
            number(row["pieces"]),
        )
        for row in found.specifications.iter_rows(named=True)
    ]
    heads = (
        "Specification",
        "Origin",
        *attributes,
        "Unit cost",
        "Volume factor",
        "Fixed",
        "Models",
        "Pieces",
    )
    return table(heads, rows, numbers=range(2, len(heads)))


def _value(value: float | str | None) -> str:
    return "–" if value is None else value if isinstance(value, str) else f"{value:,.6g}"

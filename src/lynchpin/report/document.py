"""The report: one page that opens offline and is read in half a minute, everything else below.

Nothing leaves the page and nothing comes in: plotly.js, the coastlines and the data stand in it, and its
content security policy runs only the scripts whose sha256 it names.
"""

from pathlib import Path

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.report import details, headline
from lynchpin.report.common_tables import commonality_tables
from lynchpin.report.flow_figures import flows_spec
from lynchpin.report.frame import NO_SCRIPT, figure, whole, write_page
from lynchpin.report.html import Html, join, section, tag
from lynchpin.report.ladder_figures import plan_ladder_spec
from lynchpin.report.matrix_figures import plants_spec, sharing_spec
from lynchpin.report.money_figures import investment_spec, partners_spec, waterfall_spec

HOW_TO_READ = {
    "waterfall": "From each partner’s best plan alone to the plan together. Blue adds, red takes. Steps "
    "compare equal numbers of cars; what more or fewer cars bring is a step of its own. Over-specification "
    "is what cars pay for common parts that do more than they need.",
    "plants": "Left: cars in an average year, in thousands. Right: slots used over capacity, the whole "
    "horizon: as it is today → as planned.",
    "sharing": "Versions by the variants that they carry. A dot marks what several partners share. "
    "Versions that carry much in common stand together.",
    "ladder": "What each version needs (ring) and what it is given (square); the bar between is what it has "
    "beyond its need. Lines are the rungs of the ladder: the values that are made.",
    "flows": "An average year; lines as wide as their volume. They show who delivers to whom, not the route.",
    "profit": "Shared cost is spread by volume: engineering and tools by pieces, platforms and programmes by "
    "cars sold, plants by cars built. All columns together are the objective.",
}
"""A sentence or two on how to read a part of the page."""


def write_report(plan: Plan, path: str | Path) -> Path:
    """Write the page about a plan to `path` in one step and return it; raises PlanError for a folder."""
    return write_page(path, lambda: page(plan), refusal=PlanError)


def page(plan: Plan) -> str:
    """Return the page about a plan."""
    figures = {
        "partners": partners_spec(plan),
        "investment": investment_spec(plan),
        "waterfall": waterfall_spec(plan),
        "plants": plants_spec(plan),
        "sharing": sharing_spec(plan),
        "ladder": plan_ladder_spec(plan),
        "flows": flows_spec(plan),
    }
    return whole(
        _title(plan),
        header=join([tag("h1", _title(plan)), headline.facts(plan)]),
        main=join([NO_SCRIPT, headline.sentence(plan), _cards(plan), _pictures(), _below(plan)]),
        footer=_footer(plan),
        data={"figures": figures, "columns": details.profit_data(plan)},
    )


def _title(plan: Plan) -> str:
    """Return the page's title."""
    return plan.study.settings.title or plan.study.name


def _cards(plan: Plan) -> Html:
    """Return what is read first, after the sentence."""
    return tag(
        "div",
        section(
            "gains", "Gain of each partner, before transfers", figure("partners"), headline.gaining(plan)
        ),
        section("sign", f"What to sign now ({plan.study.periods.labels[0]})", headline.signing(plan)),
        section("invest", "Investment and its peak", headline.investing(plan), figure("investment")),
        section("overturn", "What overturns it", headline.overturning(plan)),
        class_="cards",
    )


def _pictures() -> Html:
    """Return the three pictures."""
    titles = {
        "waterfall": "Why sharing is worth it",
        "plants": "Which plant builds what, and how full it is",
        "sharing": "Who shares what",
        "ladder": "What is needed and what is given",
    }
    return join(
        section(key, title, figure(key, wide=key != "waterfall"), lead=HOW_TO_READ[key])
        for key, title in titles.items()
    )


def _below(plan: Plan) -> Html:
    """Return everything else."""
    return join(
        [
            section(
                "flows", "Where cars and parts go", figure("flows", wide=True), lead=HOW_TO_READ["flows"]
            ),
            section("common", "How common the parts are", commonality_tables(plan)),
            section("investment", "Investment by partner and year", details.investment_table(plan)),
            section("ledger", "Money by line and partner", details.ledger_table(plan)),
            section("launches", "Who launches what when", details.launches(plan)),
            section("profit", "Profit and loss of a model in a market", _chooser(plan)),
            section("quality", "How the figures are known", details.quality(plan)),
            section("verification", "Verification", details.verification(plan)),
            section("again", "How to make it again", details.reproduction(plan)),
        ]
    )


def _chooser(plan: Plan) -> Html:
    """Return the selectors of the profit-and-loss table and the table that they fill."""
    currency = plan.study.settings.currency
    heads = tag(
        "tr",
        tag("th", "Line"),
        tag("th", f"{currency} a car", class_="number"),
        tag("th", f"million {currency}", class_="number"),
    )
    return join(
        [
            tag(
                "div",
                tag("label", "Model", tag("select", id="choose-model")),
                tag("label", "Market", tag("select", id="choose-market")),
                class_="choose",
            ),
            tag("p", "", id="profit-cars", class_="small"),
            tag("div", tag("table", tag("thead", heads), tag("tbody", id="profit-lines")), class_="scroll"),
            tag("p", HOW_TO_READ["profit"], class_="small"),
        ]
    )


def _footer(plan: Plan) -> Html:
    """Return who made the page and from what."""
    version = plan.info.versions.get("lynchpin", "")
    made = f"Made by Lynchpin {version}. Figures by plotly.js (MIT); "
    return tag("p", made, "coastlines from Natural Earth (public domain).")

"""The report: one page that opens offline and is read in half a minute, everything else below.

Nothing leaves the page and nothing comes in: plotly.js, the coastlines and the data stand in it, and its
content security policy runs only the scripts whose sha256 it names.
"""

import base64
import hashlib
from importlib.resources import files
from pathlib import Path

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.report import details, headline
from lynchpin.report.flow_figures import flows_spec
from lynchpin.report.html import Html, embedded, join, section, tag
from lynchpin.report.matrix_figures import plants_spec, sharing_spec
from lynchpin.report.money_figures import investment_spec, partners_spec, waterfall_spec
from lynchpin.study.write import write_text

NO_SCRIPT = tag("noscript", "Figures need scripts; the numbers behind them are in the tables.")
HOW_TO_READ = {
    "waterfall": "From each partner’s best plan alone to the plan together. Blue adds, red takes. Steps "
    "compare equal numbers of cars; what more or fewer cars bring is a step of its own. Over-specification "
    "is what cars pay for common parts that do more than they need.",
    "plants": "Left: cars in an average year, in thousands. Right: slots used over capacity, the whole "
    "horizon: as it is today → as planned.",
    "sharing": "Versions by the variants that they carry. A dot marks what several partners share.",
    "flows": "An average year; lines as wide as their volume. They show who delivers to whom, not the route.",
    "profit": "Shared cost is spread by volume: engineering and tools by pieces, platforms and programmes by "
    "cars sold, plants by cars built. All columns together are the objective.",
}
"""A sentence or two on how to read a part of the page."""


def write_report(plan: Plan, path: str | Path) -> Path:
    """Write the page about a plan to `path` in one step and return it; raises PlanError for a folder."""
    target = Path(path)
    if target.is_dir():
        raise PlanError("is a folder", thing=str(target), cure="Name a file that ends in .html.")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, page(plan))
    return target


def page(plan: Plan) -> str:
    """Return the page about a plan."""
    figures = {
        "partners": partners_spec(plan),
        "investment": investment_spec(plan),
        "waterfall": waterfall_spec(plan),
        "plants": plants_spec(plan),
        "sharing": sharing_spec(plan),
        "flows": flows_spec(plan),
    }
    scripts = _scripts()
    body = join(
        [
            tag("header", tag("h1", _title(plan)), headline.facts(plan)),
            tag("main", NO_SCRIPT, headline.sentence(plan), _cards(plan), _pictures(), _below(plan)),
            tag("footer", _footer(plan)),
            _data("figures", embedded(figures)),
            _data("columns", embedded(details.profit_data(plan))),
            *(Html(f"<script>{script}</script>") for script in scripts),
        ]
    )
    return f'<!doctype html>\n<html lang="en">{_head(plan, scripts)}{tag("body", body)}</html>\n'


def _title(plan: Plan) -> str:
    """Return the page's title."""
    return plan.study.settings.title or plan.study.name


def _head(plan: Plan, scripts: tuple[str, ...]) -> Html:
    """Return the page's head with its content security policy."""
    hashes = " ".join(f"'sha256-{_digest(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )
    return tag(
        "head",
        Html('<meta charset="utf-8">'),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        tag("title", f"{_title(plan)} – Lynchpin"),
        Html(f"<style>{_asset('report.css')}</style>"),
    )


def _cards(plan: Plan) -> Html:
    """Return what is read first, after the sentence."""
    return tag(
        "div",
        section(
            "gains", "Gain of each partner, before transfers", _figure("partners"), headline.gaining(plan)
        ),
        section("sign", f"What to sign now ({plan.study.periods.labels[0]})", headline.signing(plan)),
        section("invest", "Investment and its peak", headline.investing(plan), _figure("investment")),
        section("overturn", "What overturns it", headline.overturning(plan)),
        class_="cards",
    )


def _pictures() -> Html:
    """Return the three pictures."""
    titles = {
        "waterfall": "Why sharing is worth it",
        "plants": "Which plant builds what, and how full it is",
        "sharing": "Who shares what",
    }
    return join(
        section(key, title, _figure(key, wide=key != "waterfall"), lead=HOW_TO_READ[key])
        for key, title in titles.items()
    )


def _below(plan: Plan) -> Html:
    """Return everything else."""
    return join(
        [
            section(
                "flows", "Where cars and parts go", _figure("flows", wide=True), lead=HOW_TO_READ["flows"]
            ),
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


def _figure(key: str, *, wide: bool = False) -> Html:
    """Return the place of a figure; a wide one scrolls sideways on a narrow screen."""
    place = tag("div", id=f"figure-{key}", class_="figure", role="img", aria_label=f"Figure: {key}")
    return tag("div", place, class_="wide") if wide else place


def _footer(plan: Plan) -> Html:
    """Return who made the page and from what."""
    version = plan.info.versions.get("lynchpin", "")
    made = f"Made by Lynchpin {version}. Figures by plotly.js (MIT); "
    return tag("p", made, "coastlines from Natural Earth (public domain).")


def _data(key: str, content: str) -> Html:
    """Return data that the page's script reads."""
    return Html(f'<script type="application/json" id="{key}">{content}</script>')


def _scripts() -> tuple[str, ...]:
    """Return the page's scripts in their order: coastlines, plotly.js, our own."""
    coastlines = f"window.PlotlyGeoAssets={{topojson:{{world_110m:{_asset('world_110m.json')}}}}};"
    plotly = files("plotly").joinpath("package_data", "plotly.min.js").read_text(encoding="utf-8")
    scripts = (coastlines, plotly, _asset("report.js"))
    return tuple(script.replace("\r\n", "\n").replace("</script", "<\\/script") for script in scripts)


def _digest(script: str) -> str:
    """Return the sha256 of a script as content security policies write it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _asset(name: str) -> str:
    """Return a file of the package's own."""
    return files("lynchpin.report").joinpath("assets", name).read_text(encoding="utf-8")

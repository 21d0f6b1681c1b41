"""The frame of a page: its head and its scripts; nothing leaves the page and nothing comes in.

plotly.js, the coastlines and the data stand in the page, and its content security policy runs only the
scripts whose sha256 it names.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from lynchpin.errors import LynchpinError
from lynchpin.report.html import Html, embedded, join, tag
from lynchpin.study.write import write_text

NO_SCRIPT = tag("noscript", "Figures need scripts; the numbers behind them are in the tables.")


def write_page(path: str | Path, made: Callable[[], str], *, refusal: type[LynchpinError]) -> Path:
    """Write a page in one step and return its path.

    made     makes the page, once its place is known to be free
    refusal  what is raised where the path is a folder
    """
    target = Path(path)
    if target.is_dir():
        raise refusal("is a folder", thing=str(target), cure="Name a file that ends in .html.")
    target.parent.mkdir(parents=True, exist_ok=True)
    write_text(target, made())
    return target


def whole(title: str, *, header: Html, main: Html, footer: Html, data: Mapping[str, Any]) -> str:
    """Return a page.

    data  what the page's script reads, by its key there: `figures` and, for a plan, `columns`
    """
    scripts = _scripts()
    body = join(
        [
            tag("header", header),
            tag("main", main),
            tag("footer", footer),
            *(_data(key, embedded(content)) for key, content in data.items()),
            *(Html(f"<script>{script}</script>") for script in scripts),
        ]
    )
    return f'<!doctype html>\n<html lang="en">{_head(title, scripts)}{tag("body", body)}</html>\n'


def figure(key: str, *, wide: bool = False) -> Html:
    """Return the place of a figure; a wide one scrolls sideways on a narrow screen."""
    place = tag("div", id=f"figure-{key}", class_="figure", role="img", aria_label=f"Figure: {key}")
    return tag("div", place, class_="wide") if wide else place


def _head(title: str, scripts: tuple[str, ...]) -> Html:
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
        tag("title", f"{title} – Lynchpin"),
        Html(f"<style>{_asset('report.css')}</style>"),
    )


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

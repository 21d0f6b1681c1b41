"""The page opened in headless Chromium with the network cut: nothing missing, no error in the console."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from lynchpin.plan.plan import Plan
from lynchpin.report.document import write_report

pytestmark = pytest.mark.browser
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--enable-logging=stderr",
    "--v=0",
    "--virtual-time-budget=10000",
    "--window-size=1280,2000",
    "--dump-dom",
)


def opened(page: Path) -> tuple[str, list[str]]:
    """Return what a page has become after its scripts ran, and what they wrote to the console."""
    if BROWSER is None:
        pytest.skip("there is no Chromium on this machine")
    command = [BROWSER, *OPTIONS, f"--user-data-dir={page.parent / 'profile'}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@pytest.fixture(scope="module")
def shown(tiny: Plan, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """Open tiny's page once."""
    return opened(write_report(tiny, tmp_path_factory.mktemp("page") / "tiny.html"))


def test_an_error_would_be_seen(tmp_path: Path) -> None:
    """A page that asks the network and breaks is caught by what these tests look at."""
    page = tmp_path / "broken.html"
    page.write_text("<img src='https://example.org/a.png'><script>missing.thing()</script>")
    said = " ".join(opened(page)[1])
    assert "missing is not defined" in said


def test_the_console_is_empty(shown: tuple[str, list[str]]) -> None:
    """No script fails, nothing is refused by the policy, nothing fails to load."""
    assert shown[1] == []


def test_every_figure_is_drawn(shown: tuple[str, list[str]]) -> None:
    """Each of seven figures holds a drawing, and none says that something went wrong."""
    figures = re.findall(r'id="figure-(\w+)" class="figure js-plotly-plot"', shown[0])
    assert sorted(figures) == ["flows", "investment", "ladder", "partners", "plants", "sharing", "waterfall"]
    assert len(re.findall(r'<svg class="main-svg"', shown[0])) >= len(figures)
    assert len(re.findall(r'class="point"><path d="M', shown[0])) >= 8


def test_coastlines_are_drawn_without_the_network(shown: tuple[str, list[str]]) -> None:
    """The map has land, from the coastlines that stand in the page."""
    land = re.search(r'<g class="layer land">.*?<path[^>]* d="([^"]*)"', shown[0], re.DOTALL)
    assert land is not None
    assert len(land.group(1)) > 1000


def test_the_selectors_are_filled(shown: tuple[str, list[str]]) -> None:
    """Models and markets can be chosen, and the table shows all of them together at first."""
    for choice in ("All models", "Nord City electric", "Sud Van electric", "All markets", "France", "Japan"):
        assert re.search(rf"<option[^>]*>{choice}</option>", shown[0]), choice
    lines = re.search(r'<tbody id="profit-lines">(.*?)</tbody>', shown[0], re.DOTALL)
    assert lines is not None
    assert "Contribution" in lines.group(1)
    assert "314.21" in lines.group(1)


def test_names_run_nothing(hostile: Plan, tmp_path: Path) -> None:
    """Names that hold a script are shown, not run, in text, figures and selectors."""
    dom, console = opened(write_report(hostile, tmp_path / "hostile.html"))
    assert console == []
    assert "<title>taken</title>" not in dom
    assert len(re.findall(r"<script", dom)) == 5
    assert "&lt;/script&gt;" in dom


def test_a_plan_with_nothing_to_compare_with_is_whole(bare: Plan, cost: Plan, tmp_path: Path) -> None:
    """Without references, or for a study of cost, no script fails either."""
    for name, plan in (("bare", bare), ("cost", cost)):
        dom, console = opened(write_report(plan, tmp_path / name / "page.html"))
        assert console == []
        assert len(re.findall(r'class="figure js-plotly-plot"', dom)) == 7

"""The page: what it says, that it is whole, that names stay text, that it asks nothing of the network."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.report.document import page, write_report
from lynchpin.report.html import embedded
from tests.report.conftest import HOSTILE

SECTIONS = [
    *("gains", "sign", "invest", "overturn"),
    *("waterfall", "plants", "sharing", "ladder"),
    *("flows", "common", "investment", "ledger", "launches", "profit", "quality", "verification", "again"),
]
VOID = {"meta"}


class Reader(HTMLParser):
    """Reads a page as a browser does: elements, attributes, visible text, scripts; checks the nesting."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """Return the visible text."""
        return " ".join(" ".join(self.words).replace("\N{NO-BREAK SPACE}", " ").split())


def read(plan: Plan) -> Reader:
    """Return the page of a plan as a browser reads it."""
    return Reader(page(plan))


def test_every_part_is_there_once_and_in_order(any_plan: Plan) -> None:
    """Whatever the plan lacks to be compared with, its page has every part."""
    found = [attributes["id"] for tag, attributes in read(any_plan).found if tag == "section"]
    assert found == SECTIONS


def test_every_figure_has_a_place_and_every_place_a_figure(any_plan: Plan) -> None:
    """Figures and the elements that they are drawn in are the same."""
    reader = read(any_plan)
    places = {str(a["id"]) for _, a in reader.found if a.get("class") == "figure"}
    kinds = [a for tag, a in reader.found if tag == "script"]
    contents = dict(zip([a.get("id") for a in kinds], reader.scripts, strict=True))
    assert {f"figure-{name}" for name in json.loads(str(contents["figures"]))} == places


def test_the_sentence_says_what_sharing_is_worth(tiny: Plan) -> None:
    """Worth, per electric car, proven range, and the share that is assumed come first."""
    text = read(tiny).text
    assert "Sharing is worth 68.4 million EUR to the alliance against each partner’s best plan alone" in text
    assert "950 EUR for every electric car, 2026 to 2027." in text
    assert "In the plan’s ledger, 100 % of the money rests on assumed figures." in text
    assert "4.2 % of the revenue" in text
    assert "Proven to lie between" in text
    assert "No partner loses" in text
    assert "Cash, million EUR Develop Sud Van South Motors 36.0" in text
    assert "Nominate Parts maker in Japan for Common 50 kWh North Motors 3.6 All of 2026 61.2" in text
    assert "Cash, not discounted: 61.2 million EUR in all; 61.2 million EUR of it in 2026, the peak." in text


def test_the_ledger_on_the_page_adds_up_to_the_objective(tiny: Plan) -> None:
    """The last row of money by line and partner is the README's."""
    text = read(tiny).text
    assert "The sum is the contribution that was optimised: 314.2 million EUR." in text
    assert "Sum 21.4 292.8 314.2" in text


def test_a_plan_without_references_says_how_to_make_them(bare: Plan) -> None:
    """Nothing is made up: the page says what was not planned and which command plans it."""
    text = read(bare).text
    assert "The plan contributes 314.2 million EUR" in text
    assert "alone was not made" in text
    assert "lynchpin plan STUDY -o PLAN --what-if dear" in text


def test_scenarios_that_were_planned_are_told(tiny: Plan) -> None:
    """The page shows what each scenario costs and how many decisions it switches, and no other scenario."""
    text = read(tiny).text
    assert "Batteries made in Japan double in price" in text
    assert "Plan gains or loses Signed now, unwanted then Decisions that switch" in text
    assert "--what-if calm --what-if dear" in text
    assert "Ask with" not in text


def test_a_study_of_cost_speaks_of_cost(cost: Plan) -> None:
    """The page of a least-cost plan needs no revenue."""
    text = read(cost).text
    assert "minus the cost" in text
    assert "of the revenue" not in text


def test_names_stay_text(hostile: Plan) -> None:
    """Names that hold markup are shown as they are and add no element, and the title is theirs."""
    reader = read(hostile)
    scripts = [attributes for tag, attributes in reader.found if tag == "script"]
    assert len(scripts) == 5
    assert HOSTILE in reader.text
    inside = [a for tag, a in reader.found if tag == "b"]
    assert all(set(a) <= {"class"} for a in inside)
    run = [script for script in reader.scripts if not script.startswith("{")]
    assert "='taken'" not in "".join(run)


def test_nothing_is_asked_of_the_network(tiny: Plan) -> None:
    """No element loads anything, and the policy allows the page's own scripts by hash, nothing else."""
    reader = read(tiny)
    assert not [a for _, a in reader.found if {"src", "href", "action", "srcset", "data"} & set(a)]
    policy = next(
        str(a["content"]) for _, a in reader.found if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none';")
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    run = [script for script in reader.scripts if not script.startswith("{")]
    assert {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in run} == allowed
    assert "url(" not in page(tiny).split("<style>")[1].split("</style>")[0]


def test_the_same_plan_gives_the_same_page(tiny: Plan, tmp_path: Path) -> None:
    """Writing twice gives the same bytes, leaves nothing beside the page, and makes the folder."""
    one, two = (write_report(tiny, tmp_path / "new" / name) for name in ("a.html", "b.html"))
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in one.parent.iterdir()) == ["a.html", "b.html"]


def test_the_last_digits_of_a_sum_do_not_reach_the_page() -> None:
    """Sums over many rows differ in their last digits from run to run; pages of one plan do not."""
    assert embedded({"x": [0.1 + 0.2, (1e9,), None, "0.30000000000000004"]}) == embedded(
        {"x": [0.3, (1e9,), None, "0.30000000000000004"]}
    )
    assert '"x":[0.3,' in embedded({"x": [0.1 + 0.2, 1]})


def test_a_folder_is_refused_with_the_cure(tiny: Plan, tmp_path: Path) -> None:
    """A page is a file."""
    with pytest.raises(PlanError, match=r"is a folder. Name a file that ends in .html"):
        write_report(tiny, tmp_path)

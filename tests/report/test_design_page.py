"""The page about designs, the ladders, the tables of commonality and the order of the sharing matrix."""

import json
import re
from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin.api import write_designs_page
from lynchpin.errors import OptionError
from lynchpin.model.designed import Designs
from lynchpin.plan.plan import Plan
from lynchpin.report import figures
from lynchpin.report.design_figures import frontier_spec, users_spec
from lynchpin.report.design_page import page
from lynchpin.report.ladder_figures import ladder_spec, plan_ladder_spec
from lynchpin.report.matrix_data import carried
from lynchpin.report.words import Names
from lynchpin.study import examples
from tests.report.conftest import HOSTILE, renamed
from tests.report.test_document import Reader


@pytest.fixture(scope="module")
def designs() -> Designs:
    """Design the example tiny."""
    return lynchpin.design(examples.tiny(), threads=1)


def test_every_family_has_its_figures(designs: Designs) -> None:
    """A part for each family, and a place for every figure."""
    reader = Reader(page(designs))
    kinds = [attributes for tag, attributes in reader.found if tag == "script"]
    contents = dict(zip([a.get("id") for a in kinds], reader.scripts, strict=True))
    places = {str(a["id"]) for _, a in reader.found if a.get("class") == "figure"}
    assert {f"figure-{name}" for name in json.loads(str(contents["figures"]))} == places
    assert len(places) == 3 * len(designs)
    assert "Battery pack 2 1 1 220.9 million EUR 38.3 million EUR" in reader.text
    assert "All 4 3 295.7 million EUR" in reader.text


def test_names_stay_text_on_the_page() -> None:
    """Names that hold markup add no element."""
    reader = Reader(page(lynchpin.design(renamed(examples.tiny()), threads=1, frontier=2)))
    assert HOSTILE in reader.text
    assert len([tag for tag, _ in reader.found if tag == "script"]) == 4
    assert not [tag for tag, _ in reader.found if tag == "b"]


def test_the_page_is_written_whole_and_the_same_again(designs: Designs, tmp_path: Path) -> None:
    """Two writings are equal, and a folder is refused."""
    one, two = (write_designs_page(designs, tmp_path / "new" / name) for name in ("a.html", "b.html"))
    assert one.read_bytes() == two.read_bytes()
    with pytest.raises(OptionError, match=r"is a folder. Name a file that ends in .html"):
        write_designs_page(designs, tmp_path)


def test_the_frontier_has_its_points_its_knee_and_today(designs: Designs) -> None:
    """Drives: one for all costs 102 million, two cost 74.8, which is today."""
    spec = frontier_spec(designs["drive"])
    assert spec["data"][0]["x"] == [1, 2]
    assert spec["data"][0]["y"] == [pytest.approx(102.0), pytest.approx(74.8)]
    assert spec["data"][0]["marker"]["size"] == [7, 12]
    assert spec["layout"]["shapes"][0]["y0"] == pytest.approx(74.8)
    none = lynchpin.design(examples.tiny(), family="drive", frontier=0, threads=1)["drive"]
    assert frontier_spec(none)["data"] == []


def test_users_are_filled_and_todays_parts_are_rings(designs: Designs) -> None:
    """Each car has one field; two carry something today."""
    spec = users_spec(designs["battery"], Names.of_study(designs.study))
    heat, rings = spec["data"]
    assert sum(cell is not None for line in heat["z"] for cell in line) == 3
    assert len(rings["x"]) == 2
    assert len(spec["layout"]["xaxis"]["ticktext"]) == 3  # what is designed, and two that are dropped


def test_a_ladder_shows_need_and_given(tiny: Plan) -> None:
    """Batteries: the small car needs 40 and is given 50; drives are given what is needed."""
    data = plan_ladder_spec(tiny)["data"]
    needs, given = data[1], data[2]
    assert sorted(needs["x"]) == [40.0, 50.0, 50.0]
    assert given["x"] == [50.0, 50.0, 50.0]
    assert {trace["xaxis"] for trace in data} == {"x", "x2"}
    rungs = [shape for shape in plan_ladder_spec(tiny)["layout"]["shapes"] if shape["xref"] == "x"]
    assert [shape["x0"] for shape in rungs] == [50.0]


def test_a_ladder_without_ordered_attributes_says_so(tiny: Plan) -> None:
    """Where only equal attributes are asked for there is nothing to climb."""
    assert ladder_spec(tiny.study, tiny.tables["fit"].clear())["data"] == []


def test_the_report_says_how_common_parts_are(tiny: Plan, bare: Plan) -> None:
    """Four part numbers become three; without today's plan only the planned one is told."""
    from lynchpin.report.document import page as report

    text = Reader(report(tiny)).text
    assert "All 4 → 3 1.0 → 2.0 0 % → 60 % 14 → 71 30.0 → 22.5" in text
    assert "Nord and Sud 0 % 83 %" in text
    assert "As it is today → as planned" in text
    assert "As it is today → as planned" not in Reader(report(bare)).text


def test_versions_that_share_stand_together(tiny: Plan) -> None:
    """Brands and partners stay together, and every row of the matrix is one version."""
    table = carried(tiny)
    rows = table.unique("model").sort("row")
    for column in ("partner", "brand"):
        runs = rows.select(pl.col(column).rle().struct.field("value"))
        assert runs.height == rows[column].n_unique()
    assert rows["row"].to_list() == list(range(rows.height))


def test_the_ladder_is_a_figure_of_a_plan(tiny: Plan) -> None:
    """It can be had by name."""
    assert "ladder" in figures.__all__
    assert re.search("needed", str(tiny.figures.ladder().layout.title.text))

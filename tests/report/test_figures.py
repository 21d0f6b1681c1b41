"""Every figure is drawn for every plan, with the plan's numbers and without obeying its names."""

import json
from dataclasses import replace

import pytest
from plotly.graph_objects import Figure

from lynchpin.plan.plan import Plan
from lynchpin.report import figures
from lynchpin.report.map_layout import WIDTH, Box, Place, around, densest, spots


@pytest.mark.parametrize("name", figures.__all__)
def test_every_figure_of_every_plan_is_a_plotly_figure(any_plan: Plan, name: str) -> None:
    """A plan of contribution or cost, with or without references, has all figures."""
    figure = getattr(any_plan.figures, name)()
    assert isinstance(figure, Figure)
    assert figure.layout.title.text
    assert json.loads(figure.to_json())["layout"]["height"] >= 90


@pytest.mark.parametrize("name", figures.__all__)
def test_names_are_text_in_figures(hostile: Plan, name: str) -> None:
    """No name reaches a figure as HTML or in a field that is read as a template."""
    text = getattr(figures, name)(hostile).to_json()
    assert "<script" not in text
    assert "\\u003cscript" not in text
    assert "template" not in {key for trace in json.loads(text)["data"] for key in trace if "template" in key}


def test_the_waterfall_ends_at_the_worth_of_sharing(tiny: Plan) -> None:
    """Each bar begins where the one before ended; the last one is the sum of 68.401 million."""
    bars = figures.waterfall(tiny).data[0]
    ends = [base + step for base, step in zip(bars.base, bars.x, strict=True)]
    assert list(bars.base[1:-1]) == pytest.approx(ends[:-2])
    assert bars.x[-1] == pytest.approx(68.401)
    assert ends[-2] == pytest.approx(bars.x[-1])


def test_a_waterfall_between_any_two_plans(tiny: Plan) -> None:
    """From today's structure to the plan it is 175.03 million."""
    assert figures.waterfall(tiny, tiny.references["as-is"]).data[0].x[-1] == pytest.approx(314.21 - 139.18)


def test_losers_are_red(tiny: Plan) -> None:
    """Seen from the plan alone, where each partner has less, gains are losses and all bars are red."""
    turned = replace(tiny.references["partner"], references={"partner": tiny})
    bars = figures.partners(turned).data[0]
    assert all(money < 0 for money in bars.x)
    assert set(bars.marker.color) == {"#c0271d"}
    assert set(figures.partners(tiny).data[0].marker.color) == {"#0072b2"}


def test_plants_show_cars_and_how_full_they_are(tiny: Plan) -> None:
    """The plant in France builds 30,750 cars an average year with 37,500 slots; today 20,500."""
    heat, before, planned = figures.plants(tiny).data
    assert [[cell for cell in row if cell] for row in heat.z] == [[20_500.0, 10_250.0], [10_250.0]]
    assert list(planned.x) == pytest.approx([30_750 / 37_500, 10_250 / 20_000])
    assert list(before.x) == pytest.approx([20_500 / 37_500, 10_250 / 20_000])


def test_the_common_battery_is_marked_as_shared(tiny: Plan) -> None:
    """All three cars carry it in one full column; two share the drive, one has its own."""
    grid = figures.sharing(tiny).data[0].z
    assert [[cell or 0 for cell in row] for row in grid] == [[3, 3, 0], [3, 3, 0], [3, 0, 1]]


def test_lines_of_the_map_take_the_shorter_way_round(tiny: Plan) -> None:
    """Points lie on the map, and lines begin and end at places with coordinates."""
    lines = [trace for trace in figures.flows(tiny).data if trace.mode == "lines"]
    assert {trace.line.color for trace in lines} == {"#0072b2", "#d98200"}
    for trace in lines:
        assert all(lon is None or -180 <= lon <= 180 for lon in trace.lon)
        assert all(lat is None or -85 <= lat <= 85 for lat in trace.lat)


def test_names_on_a_map_never_cover_each_other() -> None:
    """Of ten places on one spot only as many are named as there is room for, the first ones first."""
    box = Box(0.0, 100.0, 0.0, 50.0)
    places = [Place(f"p{i}", "A name of some length", "market", 25.0 + i * 1e-3, 50.0) for i in range(10)]
    found = spots(places, places, box)
    assert 2 <= len(found) < 10
    assert "p0" in found
    assert len(set(found.values())) == len(found)
    edge = [Place("edge", "x" * 40, "market", 25.0, 100.0)]
    assert spots(edge, edge, box) == {"edge": "middle left"}


def test_a_crowd_gets_a_map_of_its_own() -> None:
    """Eight places in Europe and one in Japan make a second map, nine spread over the world none."""
    europe = [Place(f"e{i}", "e", "market", 45.0 + i, 2.0 + i) for i in range(8)]
    japan = Place("j", "j", "market", 35.0, 139.0)
    close = densest([*europe, japan])
    assert close is not None
    assert all(close.holds(place) for place in europe)
    assert not close.holds(japan)
    assert densest([Place(f"w{i}", "w", "market", 0.0, -160.0 + 40 * i) for i in range(9)]) is None
    world = around([*europe, japan])
    assert world.holds(japan)
    assert (world.north - world.south) * 3 >= world.east - world.west - 1e-9
    assert WIDTH > 0

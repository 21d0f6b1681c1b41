"""Missing lanes are computed once, from coordinates and rates, and frozen."""

import polars as pl
import pytest

from lynchpin.errors import StudyError
from lynchpin.study import examples, freight
from lynchpin.study.study import Study

RATES = {
    "sea_cost_per_m3": 20.0,
    "sea_cost_per_m3_1000km": 2.0,
    "land_cost_per_m3_1000km": 30.0,
    "sea_cost_per_kg": 0.05,
    "sea_cost_per_kg_1000km": 0.01,
    "land_cost_per_kg_1000km": 0.2,
}
YOKOHAMA, ROTTERDAM = (139.6, 35.4), (4.1, 51.9)


@pytest.fixture
def bare() -> Study:
    """Return tiny with rates and without lanes."""
    tiny = examples.load("tiny").with_settings(**RATES)
    return tiny.replace(lanes=tiny.tables["lanes"].clear())


def rows(study: Study) -> dict[tuple[str, str, str], dict[str, object]]:
    """Return the lanes of a study by origin, destination and what they carry."""
    lanes = study.tables["lanes"]
    return {(row["from"], row["to"], row["carries"]): row for row in lanes.iter_rows(named=True)}


def test_lanes_go_from_plants_to_markets_of_their_cars_and_from_makers_to_users_of_parts(bare: Study) -> None:
    """Exactly the eight lanes that tiny gives by hand are needed."""
    given = {freight.Lane(*key) for key in rows(examples.load("tiny"))}
    assert set(freight.needed(bare)) == given
    assert freight.missing(bare) == sorted(given)
    assert freight.missing(examples.load("tiny")) == []


def test_land_and_sea_rows_follow_the_rates(bare: Study) -> None:
    """A land lane is priced by its distance, a sea lane by a base rate, its distance and days in port."""
    lanes = rows(freight.complete(bare))
    land = lanes["plant_fr", "france", "cars"]
    straight = freight.great_circle_km((3.1, 50.4), (2.3, 48.9))
    assert land["mode"] == "land"
    assert land["km"] == round(straight * 1.3)
    assert land["cost_per_m3"] == pytest.approx(land["km"] / 1000 * 30)
    assert land["cost_per_kg"] is None
    assert land["days"] == round(land["km"] / 500, 1)
    sea = lanes["parts_jp", "plant_fr", "parts"]
    assert sea["mode"] == "sea"
    assert 19_000 < sea["km"] < 23_000
    assert sea["cost_per_kg"] == pytest.approx(0.05 + sea["km"] / 1000 * 0.01)
    assert sea["cost_per_m3"] is None
    assert sea["days"] == round(sea["km"] / 700 + 8, 1)


def test_completing_twice_is_completing_once(bare: Study) -> None:
    """A completed study needs nothing more, and two computations agree."""
    once = freight.complete(bare)
    assert freight.complete(once) is once
    assert freight.complete(bare).tables["lanes"].equals(once.tables["lanes"])


def test_a_lane_of_the_study_wins(bare: Study) -> None:
    """A given row stays as it is and no second one is added, whatever it carries."""
    own = pl.DataFrame({"from": ["plant_fr"], "to": ["japan"], "cost_per_unit": [7.0]})
    lanes = rows(freight.complete(bare.replace(lanes=own)))
    assert lanes["plant_fr", "japan", None]["cost_per_unit"] == 7.0
    assert ("plant_fr", "japan", "cars") not in lanes
    assert len(lanes) == 8


def test_a_lane_priced_for_cars_only_leaves_its_parts_to_be_computed(bare: Study) -> None:
    """A row for any goods without a price per kg says nothing about parts."""
    own = pl.DataFrame({"from": ["parts_fr"], "to": ["plant_fr"], "cost_per_m3": [7.0]})
    assert ("parts_fr", "plant_fr", "parts") in rows(freight.complete(bare.replace(lanes=own)))


def test_one_zone_joins_countries_by_land(bare: Study) -> None:
    """Places of one zone are joined by land whatever their country; a blank zone joins nothing."""
    sites = bare.tables["sites"].with_columns(zone=pl.lit("one"))
    markets = bare.tables["markets"].with_columns(zone=pl.lit("one"))
    modes = {
        row["mode"] for row in rows(freight.complete(bare.replace(sites=sites, markets=markets))).values()
    }
    assert modes == {"land"}


def test_closing_suez_lengthens_the_way_and_opens_no_arctic_one() -> None:
    """Yokohama to Rotterdam is about 21,000 km through Suez, longer without it, not the Arctic's 14,000."""
    through = freight.sea_km(YOKOHAMA, ROTTERDAM, suez_closed=False)
    around = freight.sea_km(YOKOHAMA, ROTTERDAM, suez_closed=True)
    assert 20_000 < through < 22_000
    assert around > through + 2_000


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("end", [ROTTERDAM, (-84.4, 30.0), (-38.5, -13.0), (29.1, 40.4), (121.5, 31.2)])
def test_the_way_at_sea_is_searoutes(end: tuple[float, float], closed: bool) -> None:
    """The library itself, asked for the route, gives the same length to a thousandth."""
    from searoute import searoute

    passages = ["northwest", "suez"] if closed else ["northwest"]
    route = searoute(list(YOKOHAMA), list(end), restrictions=passages, append_orig_dest=True)
    length = route["properties"]["length"]
    assert freight.sea_km(YOKOHAMA, end, suez_closed=closed) == pytest.approx(length, rel=1e-3)
    assert freight.sea_km(end, YOKOHAMA, suez_closed=closed) == pytest.approx(length, rel=1e-3)


def test_a_place_without_coordinates_is_named_with_the_cure(bare: Study) -> None:
    """The message names every place and says that a lane would do as well."""
    sites = bare.tables["sites"].with_columns(
        lat=pl.when(pl.col("site").is_in(["plant_jp", "parts_fr"])).then(None).otherwise(pl.col("lat"))
    )
    with pytest.raises(StudyError, match=r"parts_fr, plant_jp.*Give lat and lon .*or give the lanes"):
        freight.complete(bare.replace(sites=sites))


def test_a_name_that_no_table_has_is_named(bare: Study) -> None:
    """A study made in memory and never checked is answered, not met with a fault of the program."""
    allocations = bare.tables["allocations"].with_columns(site=pl.lit("nowhere"))
    with pytest.raises(StudyError, match=r"there is no site nowhere.*lynchpin check"):
        freight.complete(bare.replace(allocations=allocations))


def test_a_place_on_a_closed_canal_has_no_way_at_sea(bare: Study) -> None:
    """A plant whose nearest water is the closed canal is named with the cure, not given a short way."""
    sites = bare.tables["sites"].with_columns(
        lat=pl.when(pl.col("site") == "plant_fr").then(30.0).otherwise(pl.col("lat")),
        lon=pl.when(pl.col("site") == "plant_fr").then(32.5).otherwise(pl.col("lon")),
        country=pl.when(pl.col("site") == "plant_fr").then(pl.lit("EG")).otherwise(pl.col("country")),
    )
    with pytest.raises(StudyError, match=r"no way at sea from .*plant_fr.*Give the lane"):
        freight.complete(bare.replace(sites=sites).with_settings(suez_closed=True))


def test_a_site_needs_no_lane_to_itself(bare: Study) -> None:
    """Parts made where the car is built travel nowhere."""
    nominations = pl.concat(
        [
            bare.tables["nominations"],
            pl.DataFrame({"site": ["plant_fr"], "family": ["battery"]}, schema_overrides={"site": pl.String}),
        ],
        how="diagonal",
    )
    lanes = freight.needed(bare.replace(nominations=nominations))
    assert freight.Lane("plant_fr", "plant_jp", "parts") in lanes
    assert freight.Lane("plant_fr", "plant_fr", "parts") not in lanes

"""Studies of the ladder are in order, seeded, of the counts asked for, and shaped as cars and trade are."""

import numpy as np
import polars as pl
import pytest

import lynchpin
from lynchpin.errors import OptionError
from lynchpin.study.check import check
from lynchpin.study.fit import fit
from lynchpin.study.freight import missing
from lynchpin.study.ladder import ladder
from lynchpin.study.ladder.places import gazetteer
from lynchpin.study.ladder.sizes import dimensions
from lynchpin.study.study import Study

CELLS = [(size, seed, seed % 2 == 1) for size in (4, 5, 7, 11, 15, 22, 30, 60) for seed in (0, 1, 2)]


@pytest.mark.parametrize(("size", "seed", "scale"), [*CELLS, (120, 0, True), (200, 1, False)])
def test_a_ladder_study_is_in_order_and_complete(size: int, seed: int, scale: bool) -> None:
    """It has no error, no warning and no lane left to compute."""
    study = ladder(size, seed=seed, scale=scale)
    assert [str(finding) for finding in check(study)] == []
    assert missing(study) == []


@pytest.mark.parametrize("size", [4, 15, 30, 60, 120])
def test_a_ladder_study_has_the_counts_of_its_size(size: int) -> None:
    """Versions, programmes, plants, suppliers, markets, years, families and partners of the size."""
    study, counts = ladder(size), dimensions(size)
    kinds = dict(study.table("sites").group_by("kind").len().iter_rows())
    assert (study.table("models").height, study.table("programmes").height) == (size, counts.programmes)
    assert (kinds["assembly"], kinds["component"]) == (counts.plants, counts.suppliers)
    assert (study.table("markets").height, study.settings.periods) == (counts.markets, counts.years)
    assert (study.table("families").height, study.table("partners").height) == (
        counts.families,
        counts.partners,
    )


def test_the_rungs_have_the_dimensions_that_were_measured() -> None:
    """Plants, markets, years and families of the four rungs."""
    found = [dimensions(size) for size in (15, 30, 60, 120)]
    counts = [(rung.plants, rung.markets, rung.years, rung.families) for rung in found]
    assert counts == [(8, 8, 6, 2), (12, 12, 8, 3), (25, 25, 12, 6), (40, 40, 12, 6)]


def test_the_same_seed_gives_the_same_tables_and_another_gives_others() -> None:
    """Hashes of all tables agree for one seed; another seed changes every table that is drawn."""
    first, again, other = (
        ladder(15, seed=3).hashes(),
        ladder(15, seed=3).hashes(),
        ladder(15, seed=4).hashes(),
    )
    assert first == again
    same = {table for table in first if first[table] == other[table]}
    assert same <= {"partners", "brands", "families", "attributes", "currencies"}


def test_seeds_differ_in_more_than_noise() -> None:
    """Two seeds share fewer than half of the places, and needs of their cars are uncorrelated."""
    one, two = ladder(30, seed=0), ladder(30, seed=1)
    sites = [set(study.table("sites")["site"]) for study in (one, two)]
    assert len(sites[0] & sites[1]) < 0.6 * len(sites[0])
    kwh = [needs(study, "kwh")["value"].to_numpy() for study in (one, two)]
    assert abs(np.corrcoef(kwh[0], kwh[1])[0, 1]) < 0.6


def test_scale_changes_the_families_only() -> None:
    """With scale every family has a rate and a reference volume; no other table of money moves."""
    plain, scaled = ladder(15, seed=2), ladder(15, seed=2, scale=True)
    assert (plain.table("families")["scale_rate"] == 0).all()
    assert (scaled.table("families")["scale_rate"] > 0).all()
    changed = {name for name, value in plain.hashes().items() if scaled.hashes()[name] != value}
    assert changed == {"study", "families", "sources"}


def needs(study: Study, attribute: str) -> pl.DataFrame:
    """Return model and value of every requirement of an attribute, sorted by model."""
    rows = study.table("requirements").filter(pl.col("attribute") == attribute)
    return rows.select("model", pl.col("value").cast(pl.Float64)).sort("model")


@pytest.mark.parametrize("seed", range(3))
def test_larger_cars_need_more_of_everything(seed: int) -> None:
    """Battery energy and drive power go together, and with the body; a bigger car costs more to build."""
    study = ladder(60, seed=seed)
    kwh, kw = needs(study, "kwh")["value"].to_numpy(), needs(study, "kw")["value"].to_numpy()
    body = study.table("models").sort("model")["body_cost"].to_numpy()
    assert np.corrcoef(kwh, kw)[0, 1] > 0.4
    assert np.corrcoef(kwh, body)[0, 1] > 0.6


@pytest.mark.parametrize("seed", range(3))
def test_needs_have_about_fourteen_variants_from_three_suppliers(seed: int) -> None:
    """At 60: 9 to 15 fit on average, joins among them; every variant has three nominations."""
    study = ladder(60, seed=seed)
    found = fit(study)
    pairs = found.fitting.join(found.needs, on=["family", "need"])
    fitting = pairs.group_by("model", "family").len()["len"]
    # polars types a mean of any column
    assert 9 < fitting.mean() < 15  # pyright: ignore[reportOperatorIssue]
    assert (study.table("nominations").group_by("variant").len()["len"] == 3).all()
    joins = pairs.filter(pl.col("variant").str.count_matches("_p[0-9]{3}") == 2)
    # polars types a minimum of any column
    assert joins.group_by("variant").len()["len"].min() >= 2  # pyright: ignore[reportOptionalOperand]


@pytest.mark.parametrize("size", [15, 30, 120])
def test_most_plants_are_free_to_choose_and_launches_are_spread(size: int) -> None:
    """A third of the programmes may be left out, launches fall in four years or more, six plants each."""
    study = ladder(size)
    programmes = study.table("programmes")
    open_ = programmes.filter(pl.col("status") == "candidate").height
    assert 0.25 < open_ / programmes.height < 0.45
    assert programmes["launch"].n_unique() >= 4
    places = study.table("allocations").group_by("programme").len()["len"]
    assert (places == 6).all()
    assert study.table("allocations").filter(pl.col("status") == "candidate").height > 0.75 * places.sum()


@pytest.mark.parametrize("seed", range(3))
def test_battery_costs_fall_and_duties_have_dates(seed: int) -> None:
    """The path of batteries never rises and falls by the end; some duties begin or end in the horizon."""
    study = ladder(30, seed=seed)
    paths = study.table("price_paths")
    assert set(paths["family"]) == {"battery_pack"}
    for country in ("any", "CN"):
        index = paths.filter(pl.col("country") == country).sort("period")["index"].to_list()
        assert index == sorted(index, reverse=True)
        assert index[-1] < 0.95
    tariffs = study.table("tariffs")
    assert tariffs.filter(pl.col("from").is_not_null() | pl.col("until").is_not_null()).height > 0
    assert tariffs["kind"].n_unique() == 3


def test_plants_hold_a_little_more_than_the_best_year() -> None:
    """All plants together have 15 % more slots than cars could be sold in any year."""
    from lynchpin.model.instance import compile as compile_study

    study = ladder(30, seed=5)
    most = compile_study(study).possible.sum(axis=(0, 1)).max()
    slots = study.table("sites").filter(pl.col("kind") == "assembly")["capacity"].sum()
    assert slots / most == pytest.approx(1.15, abs=0.02)


def test_places_are_on_the_map_and_named_once() -> None:
    """Every place has coordinates, a country and a bloc; names are unique over plants, suppliers, markets."""
    every = [place for kind in ("assembly", "component", "market") for place in gazetteer(kind)]
    assert len({place.name for place in every}) == len(every) > 150
    assert all(-60 < place.lat < 70 and -180 <= place.lon <= 180 and place.zone for place in every)
    blocs = {(place.country, place.bloc) for place in every}
    assert len({country for country, _ in blocs}) == len(blocs)


@pytest.mark.parametrize("size", [3, 201, 0, -1, 15.0, "15", True, None])
def test_a_size_off_the_ladder_is_refused(size: object) -> None:
    """The message names the size and the range."""
    with pytest.raises(OptionError, match="4 to 200"):
        ladder(size)  # pyright: ignore[reportArgumentType]  # that is the test


@pytest.mark.parametrize("seed", [-1, 1.5, "1", True])
def test_a_seed_that_is_no_whole_number_is_refused(seed: object) -> None:
    """The message names the seed."""
    with pytest.raises(OptionError, match="seed"):
        ladder(4, seed=seed)  # pyright: ignore[reportArgumentType]  # that is the test


def test_the_ladder_is_among_the_examples() -> None:
    """`lynchpin.examples.ladder` is the generator."""
    assert lynchpin.examples.ladder(4, seed=9).hashes() == ladder(4, seed=9).hashes()

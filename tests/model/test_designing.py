"""A study's needs as a design: the statement's volumes, the study with what was designed, and its plan."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

import lynchpin
from lynchpin.errors import InputError, OptionError
from lynchpin.model.designed import Designs
from lynchpin.model.designing import Designing, DesignRules, families_of
from lynchpin.model.instance import compile as compile_study
from lynchpin.study import examples
from lynchpin.study.freight import complete
from lynchpin.study.study import Study


@pytest.fixture(scope="module")
def tiny() -> Study:
    """Return the example that can be checked by hand."""
    return examples.tiny()


@pytest.fixture(scope="module")
def alliance() -> Study:
    """Return the example of three partners."""
    return examples.alliance()


@pytest.fixture(scope="module")
def designed(alliance: Study) -> Designs:
    """Design everything of the alliance, new ones being cheap to engineer."""
    return lynchpin.design(alliance, engineering=15.0, frontier=4, threads=1)


def test_the_battery_of_tiny_by_hand(tiny: Study) -> None:
    """One 50 kWh pack serves all cars.

    72,000 present pieces (32,000 and 0.8 times 50,000) over 1.8 present years are 40,000 a year: two
    doublings of 10,000 at 20 % make 0.64 of 4,500. Engineering and tools of 10.8 million are 7.5 a year at
    25 %, 13.5 in all.
    """
    found = lynchpin.design(tiny, new=False)["battery"]
    assert found.specifications["specification"].to_list() == ["common_50"]
    assert found.specifications["pieces"].to_list() == [72_000.0]
    assert found.specifications["factor"].to_list() == [pytest.approx(0.64)]
    assert found.cost == pytest.approx(4500 * 0.64 * 72_000 + 13.5e6)
    assert found.gap < 1e-9


@pytest.mark.parametrize("name", ["tiny", "alliance"])
def test_volumes_are_those_that_the_plan_weighs(name: str) -> None:
    """Without candidates, pieces are the discounted, price-weighted possible sales of the compiled study."""
    study = examples.load(name)
    instance = compile_study(complete(study), as_is=True)
    for family in families_of(study):
        task = Designing(study, DesignRules(candidates=False)).task(family)
        at = instance.names["family"].index(family)
        rows = instance.frames["use"].filter(pl.col("family") == at).unique("model").sort("model")
        weighted = instance.possible.sum(axis=1)[rows["model"].to_numpy()] @ instance.weights[at]
        wanted = dict(
            zip(
                (instance.names["model"][model] for model in rows["model"]),
                weighted * rows["quantity"].to_numpy(),
                strict=True,
            )
        )
        assert dict(zip(task.needs.models, task.needs.volumes, strict=True)) == pytest.approx(wanted)


def test_a_candidate_version_ends_what_it_replaces(alliance: Study) -> None:
    """The successor of the Spring counts from its launch on, and the Spring no longer."""
    with_it = Designing(alliance, DesignRules()).task("e_drive")
    without = Designing(alliance, DesignRules(candidates=False)).task("e_drive")
    here, there = (
        dict(zip(task.needs.models, task.needs.volumes, strict=True)) for task in (with_it, without)
    )
    assert here["dacia_city_27"] > 0
    assert "dacia_city_27" not in there
    assert here["spring_24"] < there["spring_24"]


def test_designs_of_the_alliance_are_proved_and_save(designed: Designs) -> None:
    """Every family is proved, saves against today, and has no more specifications than today."""
    summary = designed.summary
    assert summary["family"].to_list() == list(designed)
    assert (summary["gap"] < 1e-6).all()
    assert (summary["saving"] > 0).all()
    assert (summary["specifications"] <= summary["today"]).all()
    assert summary["new"].sum() > 0


def test_the_study_with_what_was_designed_passes_its_checks(designed: Designs, alliance: Study) -> None:
    """New specifications become candidate variants that sites may make, and nothing else changes."""
    study = designed.written()
    errors = [finding for finding in lynchpin.check(study) if finding.level == "error"]
    assert errors == []
    assert len(lynchpin.check(study)) == len(lynchpin.check(alliance))
    new = study.table("variants").filter(pl.col("source") == "design")
    assert new.height == designed.summary["new"].sum()
    assert set(new["status"]) == {"candidate"}
    assert new["mass_kg"].null_count() == 0
    for table in ("models", "requirements", "offers", "sites", "uses"):
        assert study.tables[table].equals(alliance.tables[table])
    for table in ("variants", "specifications", "nominations"):
        assert study.tables[table].head(alliance.tables[table].height).equals(alliance.tables[table])


def test_a_second_writing_takes_other_names(designed: Designs) -> None:
    """Designing the study that was written does not overwrite what the first design added."""
    again = lynchpin.design(designed.written(), family="pack_case", engineering=1.0, frontier=0, threads=1)
    names = again.written().tables["variants"]["variant"].to_list()
    assert len(names) == len(set(names))


def test_a_plan_can_use_what_was_designed(tiny: Study, tmp_path: Path) -> None:
    """One 120 kW drive that costs little is designed, written, read, planned, and carried by every car."""
    attributes = tiny.tables["attributes"].with_columns(
        cost_per_unit=pl.when(pl.col("attribute") == "kw").then(2.0).otherwise(pl.col("cost_per_unit"))
    )
    found = lynchpin.design(tiny.replace(attributes=attributes), family="drive", engineering=0.1, threads=1)
    assert found["drive"].specifications["origin"].to_list() == ["new"]
    place = lynchpin.write_study(found.written(), tmp_path / "study")
    plan = lynchpin.plan(lynchpin.read_study(place), references=False)
    assert plan.verified
    carried = plan.tables["use"].filter(pl.col("family") == "drive")["variant"].unique().to_list()
    assert carried == ["drive_new_1"]
    assert plan.objective > lynchpin.plan(tiny, references=False).objective


def test_families_on_their_own_platforms_cost_no_less(alliance: Study) -> None:
    """Keeping each specification on one platform is a restriction."""
    free = lynchpin.design(alliance, family="pack_case", frontier=0, threads=1)["pack_case"]
    apart = lynchpin.design(alliance, family="pack_case", platform=True, frontier=0, threads=1)["pack_case"]
    assert apart.cost >= free.cost
    platforms = dict(alliance.table("models").select("model", "platform").iter_rows())
    used = apart.assignment.with_columns(platform=pl.col("model").replace_strict(platforms))
    parts = used.join(apart.specifications.select("specification", stands="platform"), on="specification")
    assert parts.height == used.height
    assert parts.filter(pl.col("platform") != pl.col("stands")).is_empty()
    assert apart.specifications["specification"].is_unique().all()


def test_unknown_families_and_options_are_refused(alliance: Study) -> None:
    """The nearest family is named."""
    with pytest.raises(OptionError, match=r"family: is no family that a model requires.*'e_drive'"):
        lynchpin.design(alliance, family="e_driv")
    with pytest.raises(OptionError, match="engineering: is out of range, found -1"):
        lynchpin.design(alliance, engineering=-1)
    with pytest.raises(InputError):
        wrong = alliance.tables["uses"].with_columns(variant=pl.lit("nothing"))
        lynchpin.design(alliance.replace(uses=wrong))


def test_the_knee_of_each_family_is_on_its_frontier(designed: Designs) -> None:
    """Costs fall along the frontier, and the knee is one of its points."""
    for found in designed.values():
        costs = found.frontier["cost"].to_numpy()
        assert (np.diff(costs) <= 1e-9 * costs[0]).all()
        assert found.knee in found.frontier["specifications"]

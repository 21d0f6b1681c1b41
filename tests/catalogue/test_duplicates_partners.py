"""Three partners' catalogues with planted duplicates: found are those, and only those."""

import time
from pathlib import Path

import polars as pl
import pytest

import lynchpin
from tests.catalogue.partners import Catalogues, make, scores


def compared(truth: Catalogues) -> lynchpin.Duplicates:
    """Return the duplicates of catalogues, every row of the proposal confirmed and the rate given."""
    mapping = lynchpin.propose_mapping(*truth.places)
    rate = pl.when(pl.col("becomes") == "rate").then(pl.lit("0.125")).otherwise("word")
    mapping = mapping.with_columns(rate.alias("word"), pl.lit("yes").alias("confirmed"))
    return lynchpin.duplicates(*truth.places, mapping=mapping)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Catalogues:
    """Return catalogues of 6,000 parts."""
    return make(tmp_path_factory.mktemp("catalogues"), 6000, seed=3)


@pytest.fixture(scope="module")
def found(truth: Catalogues) -> lynchpin.Duplicates:
    """Return what was found in them."""
    return compared(truth)


def test_planted_groups_are_found_and_no_others(found: lynchpin.Duplicates, truth: Catalogues) -> None:
    """Precision and recall of pairs and of whole groups are 0.98 or more in three languages."""
    assert min(scores(found.groups, found.members, truth).values()) >= 0.98


def test_decoys_are_in_no_group_with_their_models(found: lynchpin.Duplicates, truth: Catalogues) -> None:
    """What is 1.4 to 3 % off, or has another voltage or word, is never interchangeable both ways."""
    both = found.groups.filter(pl.col("kind") != "one way")["group"].implode()
    rows = found.members.filter(pl.col("group").is_in(both))
    group = {(row[1], row[2]): row[0] for row in rows.select("group", "catalogue", "part").iter_rows()}
    assert len(truth.decoys) > 100
    assert not any(a in group and group[a] == group.get(b) for a, b in truth.decoys)


def test_parts_that_only_share_a_name_are_told(found: lynchpin.Duplicates, truth: Catalogues) -> None:
    """Every planted pair of one name whose partners write alike is among the same names."""
    told: dict[tuple[str, str], str] = {}
    for row in found.same_names.iter_rows(named=True):
        told[row["catalogue"], row["part"]] = row["name_group"]
    pairs = [(a, b) for a, b in truth.same_names if a[0] == b[0]]
    assert len(pairs) > 10
    assert all(a in told and told[a] == told[b] for a, b in pairs)


def test_every_group_keeps_the_tolerance(found: lynchpin.Duplicates) -> None:
    """No two members of a group differ by more than 1 % in any number, looked at pair by pair."""
    both = found.groups.filter(pl.col("kind") != "one way").select("group")
    rows = found.members.join(both, on="group", how="semi").select("group", "catalogue", "part")
    rows = rows.join(found.parts, on=["catalogue", "part"])
    for name in ("energy", "power", "length", "mass", "torque", "current"):
        spread = (
            rows.group_by("group").agg((pl.col(name).min() / pl.col(name).max()).alias("ratio")).drop_nulls()
        )
        assert spread["ratio"].min() >= 0.99 - 1e-9


def test_the_same_catalogues_give_the_same_tables(found: lynchpin.Duplicates, truth: Catalogues) -> None:
    """A second run gives every table again, row for row."""
    again = compared(truth)
    for name, table in found.tables.items():
        assert table.equals(again.tables[name]), name


@pytest.mark.slow
def test_a_hundred_thousand_parts_take_less_than_a_minute(tmp_path: Path) -> None:
    """Reading, mapping, comparing and writing 100,000 parts, with 0.98 or more of all right."""
    truth = make(tmp_path, 100_000, seed=11)
    began = time.perf_counter()
    found = compared(truth)
    found.write(tmp_path / "found")
    assert time.perf_counter() - began < 60
    assert min(scores(found.groups, found.members, truth).values()) >= 0.98

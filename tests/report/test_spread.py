"""Spreading shared money never changes a sum."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lynchpin.report.spread import spread

AMOUNTS = st.floats(-1e9, 1e9).filter(lambda amount: amount == 0 or abs(amount) > 1e-3)
KEYS = st.sampled_from("abc")
MODEL_AT_SITE = {"site": pl.String, "model": pl.String}
ROWS = st.lists(st.tuples(KEYS, st.none() | st.sampled_from("mn"), AMOUNTS), min_size=1, max_size=8)
VOLUMES = st.lists(st.tuples(KEYS, st.sampled_from("mno"), st.floats(0, 1e6)), max_size=8)


def rows_of(data: list[tuple[str, str | None, float]]) -> pl.DataFrame:
    """Return ledger rows with a site, a model and money."""
    table = pl.DataFrame(data, schema=MODEL_AT_SITE | {"money": pl.Float64}, orient="row")
    return table.with_columns(undiscounted=pl.col("money") * 2)


def volumes_of(data: list[tuple[str, str, float]]) -> pl.DataFrame:
    """Return volumes by site and model."""
    return pl.DataFrame(data, schema=MODEL_AT_SITE | {"volume": pl.Float64}, orient="row")


@given(ROWS, VOLUMES)
def test_sums_stay(data: list[tuple[str, str | None, float]], volumes: list[tuple[str, str, float]]) -> None:
    """Whatever the volumes, money stays the same in all and at every site."""
    rows = rows_of(data)
    after = spread(rows, volumes_of(volumes), on=["site"], into="model")
    size = rows["money"].abs().sum() + 1.0
    for site in "abc":
        kept, given_ = (table.filter(pl.col("site") == site) for table in (after, rows))
        assert kept["money"].sum() == pytest.approx(given_["money"].sum(), abs=1e-9 * size)
        assert kept["undiscounted"].sum() == pytest.approx(given_["undiscounted"].sum(), abs=1e-9 * size)


def test_money_goes_by_volume() -> None:
    """Of 90, a model with two thirds of the volume bears 60; what has a model keeps it."""
    rows = rows_of([("a", None, 90.0), ("a", "n", 5.0)])
    volumes = volumes_of([("a", "m", 10.0), ("a", "m", 10.0), ("a", "n", 10.0)])
    after = spread(rows, volumes, on=["site"], into="model")
    money = dict(after.group_by("model").agg(pl.col("money").sum()).iter_rows())
    assert money == {"m": pytest.approx(60.0), "n": pytest.approx(35.0)}


def test_money_that_nothing_claims_stays() -> None:
    """A site without volume keeps its row without a model."""
    volumes = volumes_of([("b", "m", 1.0), ("a", "m", 0.0)])
    after = spread(rows_of([("a", None, 90.0)]), volumes, on=["site"], into="model")
    assert after.select("model", "money").rows() == [(None, 90.0)]

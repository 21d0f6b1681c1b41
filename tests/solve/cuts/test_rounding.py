"""Rounded knapsacks keep every whole point, on random ones with whatever point is to be cut off."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.solve.cuts.rounding import rounded

TERM = (
    st.integers(-40, 40).map(lambda number: number / 4)
    | st.floats(-10, 10, allow_subnormal=False)
    | st.tuples(st.integers(-5, 5), st.sampled_from([-1e-9, 1e-9, 1e-6])).map(sum)
)
SHARE = st.sampled_from([0.0, 1.0]) | st.floats(0.001, 0.999)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.integers(1, 7), st.sampled_from([0.0, 0.0, 0.1, 1.0]))
def test_every_whole_point_is_kept(data: st.DataObject, count: int, slack: float) -> None:
    """Each whole z keeps the row with the least slack that the knapsack allows; with more all the more so."""
    terms = np.array(data.draw(st.lists(TERM, min_size=count, max_size=count)))
    z = np.array(data.draw(st.lists(SHARE, min_size=count, max_size=count)))
    found = rounded(terms, z, slack)
    if found is None:
        return
    h, upper = found
    assert h @ z > upper + slack, "the point that was to be cut off keeps the row"
    corners = np.array(list(product((0.0, 1.0), repeat=count)))
    least = np.maximum(corners @ terms, 0.0)
    assert (corners @ h <= upper + least + 1e-9 * (1 + np.abs(terms).sum())).all()


def test_rounding_finds_something_most_of_the_time() -> None:
    """At vertices of random knapsacks, where one choice is in part taken, a row is found as a rule."""
    random, found = np.random.default_rng(0), 0
    for _ in range(200):
        terms = np.append(random.integers(1, 20, 4), -random.integers(10, 40, 3)).astype(float)
        z = np.append(np.ones(4), np.zeros(3))
        for tool in range(4, 7):  # tools as much as the cars need
            z[tool] = np.clip((terms[:4].sum() + terms[4:tool] @ z[4:tool]) / -terms[tool], 0.0, 1.0)
        if terms @ z <= 1e-9 and (np.abs(z - np.round(z)) > 1e-3).any():
            found += rounded(terms, z, 0.0) is not None
    assert found > 80


def test_two_cars_of_four_need_two_tools_of_six() -> None:
    """From 4 (a + b) <= 6 (c + d): a + b <= c + d, here times two; slack counts by half for the whole row."""
    found = rounded(np.array([4.0, 4.0, -6.0, -6.0]), np.array([1.0, 1.0, 2 / 3, 2 / 3]), 0.0)
    assert found is not None
    h, upper = found
    assert h == pytest.approx([2.0, 2.0, -2.0, -2.0])
    assert upper == pytest.approx(0.0)


def test_nothing_is_found_where_all_is_whole_or_slack_is_plenty() -> None:
    """A whole point, a knapsack with nothing to round, and a slack above the gain give no row."""
    terms = np.array([4.0, 4.0, -6.0, -6.0])
    assert rounded(terms, np.array([1.0, 1.0, 1.0, 1.0]), 0.0) is None
    assert rounded(np.array([6.0, -6.0]), np.array([0.5, 0.5]), 0.0) is None
    assert rounded(terms, np.array([1.0, 1.0, 2 / 3, 2 / 3]), 2.0) is None

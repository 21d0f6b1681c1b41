"""The contracts refuse what cannot be meant, and their numbers behave at the ends."""

import dataclasses
import math

import numpy as np
import pytest
import scipy.sparse as sparse

from lynchpin.errors import ModelError
from lynchpin.solve import Problem, Progress, relative_gap
from tests.solve.problems import knapsack, state


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("cost", [1.0, math.nan], "column 1"),
        ("cost", [math.inf, 1.0], "column 0"),
        ("lower", [0.0, math.inf], "column 1"),
        ("upper", [-math.inf, 1.0], "column 0"),
        ("row_lower", [math.nan], "row 0"),
        ("row_upper", [-math.inf], "row 0"),
        ("offset", math.inf, "objective"),
    ],
)
def test_a_number_that_is_none_is_refused_by_name(name, value, shown):
    """The message names the array, the column or row and the value."""
    fine = state([1, 1], [[1, 1]])
    with pytest.raises(ModelError, match=shown) as caught:
        dataclasses.replace(fine, **{name: value})
    assert name in str(caught.value)


def test_names_are_used_in_messages():
    """A caller's own names replace the positions."""
    with pytest.raises(ModelError, match=r"open\[Tangier\]"):
        state([math.nan], [[1]], column_name=["open[Tangier]"].__getitem__)


@pytest.mark.parametrize("name", ["cost", "lower", "upper", "integer", "row_lower", "row_upper"])
def test_a_wrong_length_is_refused(name):
    """Every array must fit the matrix."""
    with pytest.raises(ModelError, match=name):
        dataclasses.replace(knapsack(), **{name: np.zeros(3)})


def test_a_matrix_in_another_form_is_refused_with_the_cure():
    """Coordinates are neither by columns nor by rows."""
    with pytest.raises(ModelError, match=r"tocsc\(\)"):
        dataclasses.replace(knapsack(), matrix=sparse.coo_array(np.ones((1, 4))))


def test_a_matrix_entry_must_be_finite():
    """An infinite coefficient is refused."""
    with pytest.raises(ModelError, match="matrix"):
        dataclasses.replace(knapsack(), matrix=sparse.csc_array([[1.0, math.inf, 1.0, 1.0]]))


def test_a_problem_cannot_be_changed():
    """Problems are values."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        knapsack().offset = 1.0  # type: ignore[misc]  # that is the test


def test_only_integral_columns_make_a_problem_mixed_integer():
    """The word follows the arrays."""
    assert knapsack().is_mixed_integer
    assert not state([1], [[1]]).is_mixed_integer
    assert isinstance(knapsack(), Problem)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [
        (100.0, 99.0, 0.01),
        (-100.0, -101.0, 0.01),
        (0.0, 0.0, 0.0),
        (0.0, -1.0, math.inf),
        (5.0, 5.0000001, 0.0),
        (math.inf, 3.0, math.inf),
        (3.0, -math.inf, math.inf),
        (math.inf, math.inf, math.inf),
    ],
)
def test_the_gap_is_relative_to_the_objective(objective, bound, gap):
    """The gap is (objective − bound) / |objective|, unknown while either is."""
    assert relative_gap(objective, bound) == pytest.approx(gap)
    assert Progress(elapsed=0, phase="root", incumbent=objective, bound=bound).gap == pytest.approx(gap)

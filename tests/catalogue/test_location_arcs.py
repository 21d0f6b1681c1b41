"""Arcs are refused where they would count wrongly, with the need's name."""

import numpy as np
import pytest

from lynchpin.catalogue.arcs import Arcs
from lynchpin.errors import OptionError


def test_arcs_are_sorted_by_need_then_cost_then_facility() -> None:
    """Lists in any order give one order, and the arrays cannot be changed."""
    arcs = Arcs.of([1, 0, 1, 0], [0, 1, 1, 0], [2.0, 1.0, 2.0, 3.0], [4, 5])
    assert arcs.pointer.tolist() == [0, 2, 4]
    assert arcs.facility.tolist() == [1, 0, 0, 1]
    assert arcs.cost.tolist() == [1.0, 3.0, 2.0, 2.0]
    assert (arcs.needs, arcs.facilities, arcs.size) == (2, 2, 4)
    with pytest.raises(ValueError, match="read-only"):
        arcs.cost[0] = 0.0


def test_value_is_opening_and_the_nearest_open_facility() -> None:
    """A set of facilities costs their opening and each need's cheapest arc to one of them."""
    arcs = Arcs.of([0, 0, 1], [0, 1, 1], [3, 1, 2], [10, 20])
    assert arcs.value(np.array([True, True])) == 33
    assert arcs.value(np.array([False, True])) == 23
    assert arcs.value(np.array([True, False])) == np.inf


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (([0], [0], [float("nan")], [1]), "need 0: cost is not a number"),
        (([0], [0], [float("inf")], [1]), "need 0: cost is not a number"),
        (([0, 1], [0, 0], [1, -2], [1]), "need 1: cost is not a number"),
        (([0], [0], [1], [-1]), "facility 0: opening is not a number"),
        (([0], [0], [1], [float("nan")]), "facility 0: opening is not a number"),
        (([0, 2], [0, 0], [1, 1], [1]), "need 1: no facility can serve it"),
        (([0, 0], [1, 1], [1, 2], [1, 1]), "need 0: an arc stands twice"),
        (([0], [1], [1], [1]), "need 0: facility is out of range"),
        (([-1], [0], [1], [1]), "need -1: need is out of range"),
        (([0, 1], [0], [1], [1]), "differ in length"),
        (([0.5], [0], [1], [1]), "not a list of whole numbers"),
        (([0], [0], ["x"], [1]), "not a list of numbers"),
        (([[0]], [[0]], [[1]], [1]), "not a flat list"),
    ],
)
def test_arcs_that_would_count_wrongly_are_refused(given: tuple[object, ...], says: str) -> None:
    """The message names the need or the facility, and what is wrong."""
    with pytest.raises(OptionError, match=says):
        Arcs.of(*given)


def test_arcs_out_of_order_are_refused() -> None:
    """The arrays themselves are checked, too: the engine relies on their order."""
    with pytest.raises(OptionError, match="need 0: its arcs are not in order"):
        Arcs(np.ones(2), np.array([0, 2]), np.array([0, 1], np.int32), np.array([2.0, 1.0]))

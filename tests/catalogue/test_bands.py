"""Concave costs of volume as bands: the least cost of trying every assignment to candidates."""

from itertools import product

import numpy as np
import pytest

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.bands import Bands, banded, bands_of
from lynchpin.catalogue.location import locate
from lynchpin.errors import OptionError


def problem(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, Bands]:
    """Return costs (candidates × needs), openings, volumes and one to three bands of some candidates."""
    random = np.random.default_rng(seed)
    candidates, needs = 3, 5
    cost = random.integers(60, 120, (candidates, needs)).astype(float)
    opening = random.integers(0, 40, candidates).astype(float)
    volume = random.integers(0, 6, needs).astype(float)
    rows = [
        (k, float(random.integers(0, 60)), float(random.integers(-3, 11)))
        for k in range(1, candidates)
        for _ in range(random.integers(1, 4))
    ]
    return cost, opening, volume, Bands(*(np.array(column) for column in zip(*rows, strict=True)))


def enumerated(
    cost: np.ndarray, opening: np.ndarray, volume: np.ndarray, bands: Bands, at_most: int
) -> float:
    """Return the least cost over every assignment of needs to candidates, each at its best band."""
    best = np.inf
    for assignment in product(range(len(opening)), repeat=len(volume)):
        chosen = np.array(assignment)
        if len(set(assignment)) > at_most:
            continue
        total = cost[chosen, np.arange(len(volume))].sum()
        for k in set(assignment):
            own = bands.candidate == k
            served = volume[chosen == k].sum()
            discount = (bands.opening[own] - bands.saving[own] * served).min() if own.any() else 0.0
            total += opening[k] + discount
        best = min(best, total)
    return float(best)


def arcs(cost: np.ndarray, opening: np.ndarray) -> Arcs:
    """Return the arcs of a table of costs."""
    facility, need = np.indices(cost.shape).reshape(2, -1)
    return Arcs.of(need, facility, cost.ravel(), opening)


@pytest.mark.parametrize("seed", range(60))
def test_bands_have_the_least_cost_of_concave_costs(seed: int) -> None:
    """With and without a limit on the number, and no candidate needs two of its bands."""
    cost, opening, volume, bands = problem(seed)
    made = banded(arcs(cost, opening), volume, bands)
    for at_most in (1, 2, 3):
        found = locate(made.arcs, at_most=at_most)
        assert found.status == "optimal"
        assert found.value == pytest.approx(enumerated(cost, opening, volume, bands, at_most), abs=1e-6)
        kept = made.candidate[np.unique(found.assigned)]
        assert len(set(kept.tolist())) <= at_most


def test_a_candidate_without_bands_keeps_its_costs() -> None:
    """Facilities stand by candidate, then by band."""
    bands = Bands(np.array([1, 1]), np.array([0.0, 8.0]), np.array([0.0, 2.0]))
    made = banded(arcs(np.array([[5.0, 6], [7, 9]]), np.array([1.0, 2])), [3, 1], bands)
    assert made.candidate.tolist() == [0, 1, 1] and made.band.tolist() == [-1, 0, 1]
    assert made.arcs.opening.tolist() == [1, 2, 10]
    costs = np.full((3, 2), np.nan)
    costs[made.arcs.facility, made.arcs.need] = made.arcs.cost
    assert costs.tolist() == [[5, 6], [7, 9], [1, 7]]


def test_points_of_a_cost_become_pieces() -> None:
    """100 a unit up to 10, then 80: the second piece costs 200 once and 80 a unit."""
    opening, saving = bands_of([0, 10, 30], [0, 1000, 2600])
    assert opening.tolist() == [0, 200] and saving.tolist() == [-100, -80]


@pytest.mark.parametrize(
    ("volumes", "costs", "message"),
    [
        ([0, 10, 30], [0, 800, 2800], "bends upwards"),
        ([10, 20], [0, 500], "negative at no volume"),
        ([0, 0], [0, 1], "do not rise"),
        ([0], [0], "two or more"),
        ([0, np.nan], [0, 1], "two or more"),
    ],
)
def test_a_cost_that_is_not_concave_is_refused(
    volumes: list[float], costs: list[float], message: str
) -> None:
    """Only a cost that bends downwards is the least of its pieces."""
    with pytest.raises(OptionError, match=message):
        bands_of(volumes, costs)


@pytest.mark.parametrize(
    ("volume", "band", "message"),
    [
        ([1, 1], (0, 0.0, 9.0), "need 0 at candidate 0: the discount exceeds"),
        ([1], (0, 0.0, 1.0), "volume"),
        ([1, -1], (0, 0.0, 1.0), "volume"),
        ([1, 1], (2, 0.0, 1.0), "names a candidate"),
        ([1, 1], (0, -1.0, 1.0), "band 0 of candidate 0"),
        ([1, 1], (0, 1.0, np.nan), "band 0 of candidate 0"),
    ],
)
def test_bands_that_do_not_fit_are_refused(
    volume: list[float], band: tuple[int, float, float], message: str
) -> None:
    """The message names the need, the candidate and what to give instead."""
    with pytest.raises(OptionError, match=message):
        banded(
            arcs(np.array([[5.0, 6], [7, 9]]), np.array([1.0, 2])),
            volume,
            Bands(*(np.array([number]) for number in band)),
        )

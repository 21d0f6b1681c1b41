"""The scale curve: its pieces bound it, touch it, and err no more than asked."""

import numpy as np
import pytest

from lynchpin.model.curves import Curve

CURVE = Curve(rate=0.2, reference=10_000.0, minimum=1_000.0, saturation=100_000.0)


def test_a_doubling_saves_the_rate_and_three_make_half() -> None:
    """Twice the reference volume costs 0.8, eight times 0.512."""
    assert CURVE.factor(20_000.0) == pytest.approx(0.8)
    assert CURVE.factor(80_000.0) == pytest.approx(0.512)
    assert CURVE.factor(500.0) == CURVE.factor(1_000.0)
    assert CURVE.factor(1e9) == CURVE.factor(100_000.0)


@pytest.mark.parametrize("most", [1_500.0, 30_000.0, 100_000.0, 1e9])
@pytest.mark.parametrize("rate", [0.03, 0.2, 0.45])
def test_chords_are_never_below_the_saving_and_meet_it_at_their_ends(most: float, rate: float) -> None:
    """The greatest chord is at least S up to saturation, S at its ends, and within the error of the cost."""
    curve = Curve(rate=rate, reference=10_000.0, minimum=1_000.0, saturation=100_000.0)
    points = curve.points(most, error=0.002)
    slope, charge = curve.chords(points)

    def greatest(volume: float) -> float:
        return max(curve.slope(0.0) * volume, *(slope * volume - charge))

    for volume in points:
        assert greatest(volume) == pytest.approx(curve.saving(volume), rel=1e-9, abs=1e-6)
    for volume in np.linspace(1.0, min(most, 100_000.0), 500):
        over = greatest(volume) - curve.saving(volume)
        assert over >= -1e-6
        assert len(points) == 7 or over <= 0.002 * curve.factor(volume) * volume + 1e-6


def test_pieces_are_few_and_volumes_asked_for_are_ends() -> None:
    """Half a per cent over 10:1 at 15 % learning takes at most five pieces; volumes inside become ends."""
    curve = Curve(rate=0.15, reference=10_000.0, minimum=1_000.0, saturation=1e9)
    assert len(curve.points(10_000.0, error=0.005)) <= 6
    assert 4_321.0 in curve.points(10_000.0, error=0.005, extra=(4_321.0, 5e9))
    assert len(curve.points(900.0, error=0.005)) == 0


@pytest.mark.parametrize("volume", [500.0, 5_000.0, 500_000.0])
def test_the_slope_is_that_of_the_saving(volume: float) -> None:
    """A small step says the same."""
    step = 1e-3 * volume
    difference = (CURVE.saving(volume + step) - CURVE.saving(volume - step)) / (2 * step)
    assert CURVE.slope(volume) == pytest.approx(difference, rel=1e-4)


def test_a_cost_that_halves_with_twice_the_volume_is_one_straight_chord() -> None:
    """At the highest scale rate the cost of a year is constant, so that one chord is exact."""
    curve = Curve(rate=0.5, reference=10_000.0, minimum=1_000.0, saturation=100_000.0)
    assert curve.points(50_000.0, error=1e-9).tolist() == pytest.approx([1_000.0, 50_000.0])

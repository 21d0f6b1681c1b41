"""Seconds by phase."""

import time

import pytest

from lynchpin.solve.clock import Clock


def test_a_phase_inside_another_is_counted_once() -> None:
    """The outer phase has its own time only, and the phases add up to all that was spent in them."""
    clock = Clock()
    with clock.phase("outer"):
        time.sleep(0.02)
        with clock.phase("inner"):
            time.sleep(0.1)
        with clock.phase("inner"):
            time.sleep(0.05)
    assert clock.phases["inner"] == pytest.approx(0.15, abs=0.05)
    assert clock.phases["outer"] < 0.1
    assert sum(clock.phases.values()) <= clock.elapsed


def test_a_phase_that_fails_is_counted() -> None:
    """The time of a phase that ends with an error is kept."""
    clock = Clock()
    with pytest.raises(ValueError, match="no"), clock.phase("broken"):
        raise ValueError("no")
    assert clock.phases["broken"] >= 0.0

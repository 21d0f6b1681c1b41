"""The scale curve and its pieces.

    phi(V) = (min(max(V, Vmin), Vsat) / V0)^-b,  b = -log2(1 - rate);   saving S(V) = (1 - phi(V)) V

C(V) = phi(V) V is concave up to Vsat, so S is convex there: its chords lie above it, are exact at their ends,
and are the greatest of all their lines at every V. Between volumes in the ratio x the chord of C errs by at
most

    1 - L(V*) / V*^a,   a = 1 - b,  L(V) = 1 + s (V - 1),  s = (x^a - 1)/(x - 1)
    V* = a (1 - s) / (s (1 - a))
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.model.vectors import Vector

MOST_PIECES = 6


@dataclass(frozen=True)
class Curve:
    """The scale curve of a family; volumes in its scale attribute a year."""

    rate: float
    reference: float
    minimum: float
    saturation: float

    @property
    def exponent(self) -> float:
        """Return b."""
        return -float(np.log2(1 - self.rate))

    def factor(self, volume: float) -> float:
        """Return phi at a volume."""
        return float((min(max(volume, self.minimum), self.saturation) / self.reference) ** -self.exponent)

    def saving(self, volume: float) -> float:
        """Return S at a volume, in reference unit costs; negative below the reference volume."""
        return (1 - self.factor(volume)) * volume

    def slope(self, volume: float) -> float:
        """Return the slope of S at a volume: below the minimum and beyond saturation that of the mean."""
        inside = self.minimum < volume < self.saturation
        return 1 - (1 - self.exponent if inside else 1.0) * self.factor(volume)

    def points(self, most: float, *, error: float, extra: tuple[float, ...] = ()) -> Vector:
        """Return the ends of the chords, from Vmin up; empty where volume stays below.

        most   the highest volume there can be
        error  relative error of the cost that a chord may have; met by at most 6 chords, or not at all
        extra  volumes at which the chords are to be exact as well
        """
        end = min(self.saturation, most)
        if end <= self.minimum * (1 + 1e-9) or self.rate == 0:
            return np.zeros(0)
        ratio, pieces = end / self.minimum, 1
        while pieces < MOST_PIECES and _error(ratio ** (1 / pieces), 1 - self.exponent) > error:
            pieces += 1
        grid = self.minimum * ratio ** (np.arange(pieces + 1) / pieces)
        inside = [volume for volume in extra if self.minimum * (1 + 1e-6) < volume < end * (1 - 1e-6)]
        return np.unique(np.concatenate([grid, inside]))

    def chords(self, points: Vector) -> tuple[Vector, Vector]:
        """Return slope and charge of the chords between points: S <= the greatest of slope V - charge."""
        saving = np.array([self.saving(volume) for volume in points])
        slope = np.diff(saving) / np.diff(points)
        return slope, slope * points[:-1] - saving[:-1]


def _error(ratio: float, power: float) -> float:
    if ratio <= 1 + 1e-12 or not 0 < power < 1:  # a straight line is its own chord
        return 0.0
    slope = (ratio**power - 1) / (ratio - 1)
    worst = power * (1 - slope) / (slope * (1 - power))
    return 1 - (1 + slope * (worst - 1)) / worst**power

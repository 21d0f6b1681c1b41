"""What volume does to the cost of a part, and the straight lines that stand for it.

    phi(V) = (min(max(V, Vmin), Vsat) / V0)^-b,  b = -log2(1 - rate)
    cost of w pieces of measure m over the horizon: c phi(V) w,  V = m w / D a year

C(V) = phi(V) V is a line through nought up to Vmin, bends downwards up to Vsat and is a line through nought
again beyond. Lines through neighbouring points of C up to Vsat, with slope s and charge a >= 0, lie nowhere
above C: for every V the least of s V + a is at most C(V), and equal at the points. A part at one line costs

    fixed + a c D / m   once,    s c   a piece

so each line is a candidate of its own, and a bound over them is a bound for the curve. The scheme is that
of volume discounts in lot sizing as modes of a fixed charge. The statement of the study (S1, S2) defines
phi.
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.catalogue.needs import Vector
from lynchpin.errors import OptionError

PIECES = 8
NEAR = 1e-6


@dataclass(frozen=True, kw_only=True)
class VolumeDiscount:
    """How the unit cost of a part falls with its yearly volume.

    rate        fall of the unit cost when the volume doubles, 0 to below 1
    reference   V0, yearly volume at which the unit cost holds
    minimum     Vmin, below which it rises no further; None: a tenth of the reference
    saturation  Vsat, above which it falls no further; None: ten times the reference
    years       D, years by which volumes over the horizon are divided
    """

    rate: float
    reference: float
    minimum: float | None = None
    saturation: float | None = None
    years: float = 1.0

    def __post_init__(self) -> None:
        limits = {"reference": self.reference, "minimum": self.low, "years": self.years}
        for name, value in limits.items():
            if not (np.isfinite(value) and value > 0):
                raise OptionError(
                    "is no number above 0", thing=f"volume discount, {name}", value=value, cure="Give one."
                )
        if not 0 <= self.rate < 1:
            raise OptionError(
                "is no share from 0 to below 1",
                thing="volume discount, rate",
                value=self.rate,
                cure="Give the fall of the unit cost when volume doubles, such as 0.05.",
            )
        if not self.high >= self.low:
            raise OptionError(
                "is below the minimum volume",
                thing="volume discount, saturation",
                value=self.high,
                cure="Give a saturation volume of at least the minimum.",
            )

    @property
    def low(self) -> float:
        """Return Vmin."""
        return self.reference / 10 if self.minimum is None else self.minimum

    @property
    def high(self) -> float:
        """Return Vsat."""
        return self.reference * 10 if self.saturation is None else self.saturation

    def factor(self, volume: Vector) -> Vector:
        """Return phi at yearly volumes."""
        exponent = -np.log2(1 - self.rate)
        return (np.clip(volume, self.low, self.high) / self.reference) ** -exponent

    def yearly(self, pieces: Vector, measure: Vector) -> Vector:
        """Return the yearly volume of pieces over the horizon."""
        return pieces * measure / self.years

    def lines(self, most: float, extra: Vector) -> tuple[Vector, Vector]:
        """Return slope and charge of the lines, for volumes up to `most`; flattest last.

        extra  yearly volumes at which a line is to be exact as well
        """
        end = min(self.high, max(most, self.low))
        points = [self.low]
        if end > self.low * (1 + NEAR) and self.rate > 0:
            ratio = end / self.low
            grid = self.low * ratio ** (np.arange(PIECES + 1) / PIECES)
            inside = extra[(extra > self.low * (1 + NEAR)) & (extra < end * (1 - NEAR))]
            points = list(_apart(np.sort(np.concatenate([grid, inside]))))
        at = np.array([0.0, *points])
        cost = self.factor(at) * at
        slope = np.diff(cost) / np.diff(at)
        charge = np.maximum(0.0, cost[:-1] - slope * at[:-1])
        charge[0] = 0.0
        return slope, charge


def _apart(points: Vector) -> Vector:
    """Return sorted points without those that nearly stand twice."""
    keep = np.concatenate([[True], np.diff(points) > NEAR * points[1:]])
    return points[keep]

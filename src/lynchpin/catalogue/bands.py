"""Concave costs of volume, as volume bands: a location problem with more facilities, and nothing else.

Let need i have volume w[i] >= 0, and let opening candidate k at volume V = Σ w[i] of the needs it serves
cost φ[k](V) = min over bands g of (F[k, g] − σ[k, g] V), with F[k, g] >= 0: the lower envelope of affine
pieces, as quantity discounts and learning give. Each (candidate, band) becomes a facility

    opening   f[k] + F[k, g]
    cost      c[i, k] − σ[k, g] w[i]          at least 0, see below

and the location problem over these facilities has the same least cost, with or without a limit on the
number. No rows that tie a band to its range of volume are needed, nor one that lets a candidate have one
band only.

*Proof.* (1) A solution over candidates that serves volume V[k] from k is one over facilities of the same
cost: open for each k the band that attains φ[k](V[k]). As many facilities are open as candidates were.
(2) Let a solution over facilities serve volume V[g] from band g of candidate k, for each of its open
bands. These cost Σ_g (F[k, g] − σ[k, g] V[g]) >= Σ_g φ[k](V[g]). As a minimum of affine functions φ[k] is
concave, and φ[k](0) = min_g F[k, g] >= 0, so it is subadditive: φ[k](a) >= a / (a + b) φ[k](a + b) + b /
(a + b) φ[k](0), likewise for b, and both together φ[k](a) + φ[k](b) >= φ[k](a + b) + φ[k](0). Hence Σ_g
φ[k](V[g]) >= φ[k](Σ_g V[g]): serving all of it from one band costs no more, opens no more facilities, and
is a solution over candidates. ∎

With *exactly* p facilities two bands of a candidate would count twice, so bands go with `at_most` or no
limit.

A cost that would become negative is refused: a discount above the cost of serving. Adding the same amount
to all costs of a need changes nothing but the value, by that amount.

Source: Feldman, Lehrer and Ray, Warehouse location under continuous economies of scale, Mgmt Sci. 12 (1966),
670-684; the proof is our own.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs
from lynchpin.errors import OptionError

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int64]

NEAR = 1e-9  # relative: slopes that differ by no more are the same


@dataclass(frozen=True, eq=False)
class Bands:
    """Volume bands of candidates; a candidate without any keeps the costs it has.

    candidate  (B) candidate of each band
    opening    (B) F, at least 0: what the band costs once, on top of the candidate's own opening
    saving     (B) σ: what it saves on each unit of volume; negative where a unit costs more

    Raises OptionError where the lists differ in length or an opening is negative or not finite.
    """

    candidate: Ids
    opening: Floats
    saving: Floats

    def __post_init__(self) -> None:
        for name, kind in (("candidate", np.int64), ("opening", np.float64), ("saving", np.float64)):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=kind).reshape(-1))
        if not self.candidate.size == self.opening.size == self.saving.size:
            raise OptionError(
                "candidate, opening and saving differ in length", thing="bands",
                value=(self.candidate.size, self.opening.size, self.saving.size),
                cure="Give one of each for every band.",
            )  # fmt: skip
        wrong = np.flatnonzero(~(np.isfinite(self.saving) & np.isfinite(self.opening) & (self.opening >= 0)))
        if wrong.size:
            band = int(wrong[0])
            raise OptionError(
                f"has an opening below 0 or a number that is not finite ({wrong.size} such)",
                thing=f"band {band} of candidate {int(self.candidate[band])}",
                value=(float(self.opening[band]), float(self.saving[band])),
                cure="Give a cost that bends downwards and is at least 0 at no volume.",
            )


@dataclass(frozen=True, eq=False)
class Banded:
    """A location problem whose facilities are the bands of candidates.

    arcs       the problem to solve, without a limit or with `at_most`
    candidate  (F) candidate of each facility
    band       (F) its place in the list of bands; -1 for a candidate without bands
    """

    arcs: Arcs
    candidate: Ids
    band: Ids


def banded(arcs: Arcs, volume: Any, bands: Bands) -> Banded:
    """Return the location problem over bands, which has the same least cost as the one with concave costs.

    arcs    candidates and needs, with all costs that are not of volume bands
    volume  (N) volume of each need, at least 0
    bands   bands of the candidates

    Raises OptionError for volumes that are not one number for each need, for bands of candidates that there
    are not, and where a discount exceeds the cost of serving a need.
    """
    amount = np.asarray(volume, dtype=np.float64)
    if amount.shape != (arcs.needs,) or not (np.isfinite(amount) & (amount >= 0)).all():
        raise OptionError(
            "is not one number of 0 or more for each need", thing="volume", value=amount.shape,
            cure=f"Give {arcs.needs} numbers.",
        )  # fmt: skip
    if ((bands.candidate < 0) | (bands.candidate >= arcs.facilities)).any():
        cure = f"Count candidates from 0 to {arcs.facilities - 1}."
        raise OptionError("names a candidate that there is not", thing="bands", cure=cure)
    plain = np.setdiff1d(np.arange(arcs.facilities), bands.candidate)
    candidate = np.concatenate([plain, bands.candidate])
    band = np.concatenate([np.full(plain.size, -1), np.arange(bands.candidate.size)])
    order = np.lexsort((band, candidate))
    candidate, band = candidate[order], band[order]
    opening, saving = (
        np.where(band >= 0, np.append(numbers, 0.0)[band], 0.0) for numbers in (bands.opening, bands.saving)
    )
    needs, facilities, costs = _spread(arcs, amount, candidate, saving)
    return Banded(Arcs.of(needs, facilities, costs, arcs.opening[candidate] + opening), candidate, band)


def _spread(arcs: Arcs, volume: Floats, candidate: Ids, saving: Floats) -> tuple[Ids, Ids, Floats]:
    """Return need, facility and cost of every arc, once for each band of its candidate."""
    count = np.bincount(candidate, minlength=arcs.facilities)
    begin = np.concatenate([[0], np.cumsum(count)])
    times = count[arcs.facility]
    needs = np.repeat(arcs.need, times).astype(np.int64)
    which = np.arange(int(times.sum())) - np.repeat(np.cumsum(times) - times, times)
    facilities = np.repeat(begin[arcs.facility], times) + which
    costs = np.repeat(arcs.cost, times) - saving[facilities] * volume[needs]
    wrong = np.flatnonzero(costs < 0)
    if wrong.size:
        arc = int(wrong[0])
        raise OptionError(
            f"the discount exceeds the cost of serving it ({wrong.size} such)",
            thing=f"need {int(needs[arc])} at candidate {int(candidate[facilities[arc]])}",
            value=float(costs[arc]),
            cure="Give smaller savings, or add the same amount to all costs of the need.",
        )
    return needs, facilities, costs


def bands_of(volumes: Any, costs: Any) -> tuple[Floats, Floats]:
    """Return opening and saving of the affine pieces through the points of one candidate's cost of volume.

    volumes  (R) at least two volumes, rising from 0 or more
    costs    (R) cost at each; it may rise or fall, but only ever more slowly

    Raises OptionError where the volumes do not rise, the cost bends upwards, or is negative at no volume.
    """
    at, cost = np.asarray(volumes, dtype=np.float64), np.asarray(costs, dtype=np.float64)
    if at.ndim != 1 or at.size < 2 or at.shape != cost.shape or not np.isfinite([*at, *cost]).all():
        raise OptionError(
            "are not two or more points", thing="volumes and costs", value=(at.shape, cost.shape),
            cure="Give as many finite costs as volumes.",
        )  # fmt: skip
    if (np.diff(at) <= 0).any() or at[0] < 0:
        raise OptionError("do not rise from 0 or more", thing="volumes", value=at.tolist(), cure="Sort them.")
    slope = np.diff(cost) / np.diff(at)
    opening = cost[:-1] - slope * at[:-1]
    near = NEAR * np.abs(cost).max()
    if (np.diff(slope) * at[1:-1] > near).any() or opening[0] < -near:
        raise OptionError(
            "bends upwards, or is negative at no volume", thing="cost", value=cost.tolist(),
            cure="Give a cost that bends downwards: each further unit costs no more than the one before.",
        )  # fmt: skip
    return np.maximum(opening, 0.0), -slope

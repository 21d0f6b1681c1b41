"""Small random location problems and their optimum by trying every set of facilities."""

import math
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs

Floats = npt.NDArray[np.float64]
SUBSETS = {size: np.array([*product((False, True), repeat=size)], dtype=bool) for size in range(1, 9)}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A problem: `cost` is facilities × needs, infinite where there is no arc."""

    kind: str
    cost: Floats
    opening: Floats
    at_most: int | None = None
    exactly: int | None = None

    @property
    def arcs(self) -> Arcs:
        """The problem as the engine gets it."""
        facilities, needs = np.nonzero(np.isfinite(self.cost))
        return Arcs.of(needs, facilities, self.cost[facilities, needs], self.opening)

    def optimum(self) -> float:
        """Return the least cost over every allowed set of facilities; infinite where none serves all."""
        subsets = SUBSETS[self.opening.size]
        count = subsets.sum(1)
        allowed = count >= 1
        if self.at_most is not None:
            allowed &= count <= self.at_most
        if self.exactly is not None:
            allowed &= count == self.exactly
        served = np.where(subsets[:, :, None], self.cost, math.inf).min(1).sum(1)
        return float(np.where(allowed, served + subsets @ self.opening, math.inf).min())


KINDS = (
    "plain", "ties", "zero costs", "zero openings", "all zero", "twins", "dominance", "parts", "median",
    "sparse", "cents", "wide",
)  # fmt: skip


def case(seed: int) -> Case:
    """Return a random problem of up to eight facilities and needs; its kind goes round with the seed."""
    random = np.random.default_rng(seed)
    kind = KINDS[seed % len(KINDS)]
    facilities, needs = int(random.integers(1, 9)), int(random.integers(1, 9))
    cost, opening = _numbers(kind, facilities, needs, random)
    allowed = _allowed(kind, facilities, needs, random)
    allowed[random.integers(0, facilities, needs), np.arange(needs)] = True  # every need has an arc
    limit = [None, "at_most", "exactly"][random.integers(0, 3)] if kind != "median" else "exactly"
    count = int(random.integers(1, facilities + 1))
    return Case(
        kind=kind,
        cost=np.where(allowed, cost, math.inf),
        opening=opening,
        at_most=count if limit == "at_most" else None,
        exactly=count if limit == "exactly" else None,
    )


def _numbers(kind: str, facilities: int, needs: int, random: np.random.Generator) -> tuple[Floats, Floats]:
    """Return costs and openings of a kind."""
    shape = (facilities, needs)
    whole = random.integers(0, 100, shape).astype(np.float64)
    opening = random.integers(0, 120, facilities).astype(np.float64)
    if kind == "ties":
        return random.integers(1, 4, shape).astype(np.float64), np.full(facilities, 3.0)
    if kind == "zero costs":
        return whole * (random.random(shape) < 0.4), opening
    if kind == "zero openings":
        return whole, opening * (random.random(facilities) < 0.3)
    if kind == "all zero":
        return np.zeros(shape), np.zeros(facilities)
    if kind == "twins":
        copy = random.integers(0, facilities, facilities), random.integers(0, needs, needs)
        return whole[copy[0]][:, copy[1]], opening[copy[0]]
    if kind == "dominance":
        return np.sort(whole, axis=0) + random.integers(0, 2, shape), np.sort(opening)[::-1].copy()
    if kind == "median":
        return np.minimum(whole, whole.mean()), np.zeros(facilities)
    if kind == "cents":
        return np.round(random.random(shape) * 10, 2), np.round(random.random(facilities) * 10, 2)
    if kind == "wide":
        return random.random(shape) * 10.0 ** random.integers(-6, 7, shape), random.random(facilities) * 1e3
    return whole, opening


def _allowed(kind: str, facilities: int, needs: int, random: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Return which arcs there are."""
    if kind == "parts":  # facilities and needs of different colour do not meet
        colours = random.integers(0, 3, facilities)[:, None], random.integers(0, 3, needs)[None, :]
        return np.asarray(colours[0] == colours[1])
    if kind in ("sparse", "dominance"):
        return random.random((facilities, needs)) < 0.6
    return random.random((facilities, needs)) < random.choice([0.8, 1.0, 1.0])

"""The evaluator's own view of a problem: arcs by facility, costs bent by cycles, and reduced openings.

Formulas and the way rounding is accounted for are in `lynchpin.catalogue.evaluate`.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.proof import Cycles

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

EPSILON = float(np.finfo(np.float64).eps)
DEPTH = 40  # roundings: more than a sum has when 2^32 numbers are added pairwise, by 128


@dataclass(frozen=True, eq=False)
class Bent:
    """Costs and openings that cycles bend, what comes off the bound, and what is wrong with the cycles.

    cost      (A) at least the cost of each arc
    opening   (F) may be negative
    rounding  (A) how many roundings each cost has
    constant  Σ μ (K − 1) / 2
    """

    cost: Floats
    opening: Floats
    rounding: Ids
    constant: float
    problem: str = ""


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """The arcs that a tree speaks of, by facility and then by need; make one with `of`.

    opening               (F) openings
    names                 (F) number of each facility in the whole problem, sorted
    groups                (N) number of each need, or group of needs, in the whole problem, sorted
    need, facility, cost  (A) ends and cost of each arc, counted within the tree
    begin                 (F + 1) where the arcs of each facility begin
    rounding              (A) how many roundings each cost has
    """

    opening: Floats
    names: Ids
    groups: Ids
    need: Ids
    facility: Ids
    cost: Floats
    begin: Places
    rounding: Ids
    at_most: int | None = None
    exactly: int | None = None

    @staticmethod
    def of(
        need: Ids, facility: Ids, cost: Floats, rounding: Ids, *, opening: Floats, names: Ids, groups: Ids,
        at_most: int | None = None, exactly: int | None = None,
    ) -> "Problem":  # fmt: skip
        """Return the problem of arcs that stand by need."""
        order = np.argsort(facility, kind="stable")
        begin = np.zeros(opening.size + 1, np.int64)
        np.cumsum(np.bincount(facility, minlength=opening.size), out=begin[1:])
        return Problem(
            opening=opening, names=names, groups=groups, need=need[order], facility=facility[order],
            cost=cost[order], begin=begin, rounding=rounding[order], at_most=at_most, exactly=exactly,
        )  # fmt: skip

    @property
    def needs(self) -> int:
        """Number of needs."""
        return self.groups.size

    def local(self, facilities: npt.NDArray[np.integer]) -> Places:
        """Return the tree's own numbers of facilities, -1 where it has none."""
        return _places(self.names, facilities)

    def reached(self, highest: Floats) -> Places:
        """Return the arcs that cost less than what the multipliers of their need ever are."""
        return np.flatnonzero(self.cost < highest[self.need])

    def served(self, opened: Places) -> tuple[Floats, Ids]:
        """Return what each need costs at the cheapest of some facilities, and which it is; else -1."""
        least, by = np.full(self.needs, np.inf), np.full(self.needs, -1, np.int32)
        for facility in opened.tolist():
            arcs = slice(self.begin[facility], self.begin[facility + 1])
            need, cost = self.need[arcs], self.cost[arcs]
            better = cost < least[need]
            least[need[better]], by[need[better]] = cost[better], facility
        return least, by

    def reduced(self, multipliers: Floats, bent: Bent, arcs: Places, counted: Flags | None) -> Floats:
        """Return ρ of each facility, lowered by the largest error that its sum can have.

        arcs     those that can have a gain, in order
        counted  which of them count; None for all
        """
        reach = multipliers[self.need[arcs]]
        gain = np.maximum(0.0, reach - bent.cost[arcs])
        if counted is not None:
            gain *= counted
        begin = np.searchsorted(arcs, self.begin)
        saved = _sums(gain, begin)
        error = DEPTH * (np.abs(bent.opening) + saved)
        rounded = bent.rounding[arcs]
        if rounded.any():
            error += _sums(np.where(gain > 0, rounded * reach, 0.0), begin)
        return bent.opening - saved - EPSILON * error

    def bent(self, cycles: Cycles | None) -> Bent:
        """Return costs and openings with the weights of cycles added and taken off."""
        plain = Bent(self.cost, self.opening, self.rounding, 0.0)
        if cycles is None:
            return plain
        if wrong := _wrong(cycles):
            return Bent(self.cost, self.opening, self.rounding, 0.0, wrong)
        lengths = np.diff(cycles.start)
        weight = np.repeat(cycles.weight, lengths)
        first = self.local(cycles.facility)
        second = first[_following(cycles.start)]
        need = _places(self.groups, cycles.need)
        cost, rounding = self.cost.copy(), self.rounding.copy()
        for facility in (first, second):
            arcs = self._arcs(need, facility)
            np.add.at(cost, arcs[arcs >= 0], weight[arcs >= 0])
            np.add.at(rounding, arcs[arcs >= 0], 1)
        here = first >= 0
        times = np.bincount(first[here], minlength=self.opening.size)
        taken = np.bincount(first[here], weight[here], minlength=self.opening.size)
        opening = self.opening - taken - EPSILON * (times + 1) * (self.opening + taken)
        constant = math.fsum(cycles.weight * (lengths // 2)) * (1 + 2 * EPSILON)
        return Bent(cost, opening, rounding, constant)

    def _arcs(self, need: Places, facility: Places) -> Places:
        """Return the place of the arc of each need and facility, -1 where there is none."""
        key = (
            self.facility.astype(np.int64) * max(1, self.needs) + self.need
        )  # sorted: by facility, then need
        wanted = np.where((need >= 0) & (facility >= 0), facility * max(1, self.needs) + need, -1)
        return _places(key, wanted)


def _places(sorted_: npt.NDArray[np.integer], wanted: npt.NDArray[np.integer]) -> Places:
    """Return where each number stands in a sorted list, -1 where it does not."""
    if sorted_.size == 0:
        return np.full(wanted.size, -1)
    place = np.minimum(np.searchsorted(sorted_, wanted), sorted_.size - 1)
    return np.where(sorted_[place] == wanted, place, -1)


def _sums(values: Floats, begin: Places) -> Floats:
    """Return the sums of stretches; numpy adds each pairwise, so that errors do not pile up."""
    sums = np.zeros(begin.size - 1)
    filled = np.flatnonzero(np.diff(begin))
    if filled.size:
        sums[filled] = np.add.reduceat(values, begin[filled])
    return sums


def _following(start: Places) -> Places:
    """Return the place of the step after each step; the first of its cycle follows the last."""
    following = np.arange(1, int(start[-1]) + 1)
    following[start[1:] - 1] = start[:-1]
    return following


def _wrong(cycles: Cycles) -> str:
    """Return why something is no set of odd cycles with weights; empty where it is."""
    start, lengths = cycles.start, np.diff(cycles.start)
    fits = start.size and start[0] == 0 and cycles.need.size == cycles.facility.size == start[-1]
    if not fits or cycles.weight.size != lengths.size:
        return "its lists differ in length"
    if (lengths < 3).any() or (lengths % 2 == 0).any():
        return "one is not odd, or shorter than three"
    if not (np.isfinite(cycles.weight) & (cycles.weight >= 0)).all():
        return "a weight is negative or no number"
    if lengths.size and (cycles.facility == cycles.facility[_following(start)]).any():
        return "a facility stands beside itself"
    return ""

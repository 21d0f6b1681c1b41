"""Prices on needs, what they prove, and the joins that they make worth while.

With multipliers u, rho the reduced cost of the last candidate that L(u) takes (0 without a limit that
binds) and r the least that a join outside the candidates can have, L(u) + n min(0, r - rho) is a bound over
all joins: a choice has at most n specifications, each of which is a candidate or gains no more than r -
rho.
"""

from dataclasses import dataclass, replace

import numpy as np

from lynchpin.catalogue.design_pool import Pool
from lynchpin.catalogue.design_search import Found, Question, lagrangian, rows_without, search
from lynchpin.catalogue.design_task import DesignTask, measures
from lynchpin.catalogue.joins import Group, least_asked
from lynchpin.catalogue.location import Location
from lynchpin.catalogue.needs import NONE, Needs, Parts, Vector, fit_matrix

MOST_ADDED = 2_000
MOST_FOUND = 20_000
MOST_BOXES = 400_000
Fresh = tuple[Group, Vector, Vector]


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """Parts to choose from; `listed` tells whether every join is among them."""

    needs: Needs
    parts: Parts
    groups: tuple[Group, ...]
    listed: bool


@dataclass(frozen=True, eq=False)
class Prices:
    """Multipliers of the needs.

    of     (N) u
    bound  L(u) over the candidates
    last   r of the last candidate that L(u) takes: 0, or less where a limit on their number binds
    """

    of: Vector
    bound: float
    last: float


@dataclass(frozen=True, eq=False)
class Priced:
    """What prices say of joins outside the candidates.

    prices  the prices
    fresh   class, joins (rows, K) and reduced costs (rows) of those at most as high as asked for
    least   no join outside the candidates has a lower reduced cost
    whole   whether every join as low as asked for is among them
    """

    prices: Prices
    fresh: tuple[Fresh, ...]
    least: float
    whole: bool

    def bound(self, most: int) -> float:
        """Return a bound over all joins, `most` being the most of them that a better choice can have."""
        return self.prices.bound + most * min(0.0, self.least - self.prices.last)


def specifications(task: DesignTask, group: Group, joins: Vector, count: int) -> Parts:
    """Return joins of a class as new specifications, named after their place among the candidates."""
    kind = np.repeat(group.kind[None, :], joins.shape[0], axis=0)
    return task.specification(joins, kind, name=f"new {count}.")


def multipliers(asked: Pool, location: Location, at_most: int | None) -> Prices:
    """Return the best multipliers at the root of a certificate.

    The cost of the cheapest part is a multiplier too, where the certificate has none that are better. Needs
    that the certificate takes as one share its multiplier by their volume, to which all their costs are
    proportional.
    """
    arcs = asked.arcs
    tried: list[Vector] = [arcs.cost[arcs.pointer[:-1]].copy()]
    certificate = location.certificate
    unbranched = {-1}
    for position, node in enumerate(certificate.nodes):
        if node.facility == -1 and node.parent in unbranched:
            unbranched.add(position)
            tried.append(_spread(node.multipliers.astype(np.float64), certificate.group, asked.needs.volumes))
    best = Prices(tried[0], -np.inf, 0.0)
    for prices in tried:
        gain = np.minimum(0.0, arcs.cost - prices[arcs.need])
        reduced = arcs.opening + np.bincount(arcs.facility, weights=gain, minlength=arcs.facilities)
        value, last = lagrangian(prices, reduced, at_most)
        if value > best.bound:
            best = Prices(prices, value, last)
    return best


def _spread(prices: Vector, group: object, volumes: Vector) -> Vector:
    """Return prices of needs from those of groups of needs."""
    if group is None:
        return prices
    which = np.asarray(group, dtype=np.int64)
    total = np.bincount(which, weights=volumes, minlength=prices.size)
    count = np.bincount(which, minlength=prices.size)
    share = np.where(total[which] > 0, volumes / np.maximum(total[which], 1e-300), 1 / count[which])
    return prices[which] * share


def priced(task: DesignTask, given: Candidates, asked: Pool, prices: Prices, *, limit: float) -> Priced:
    """Return the joins outside the candidates whose reduced cost is at most `limit`, as far as found."""
    fresh: list[Fresh] = []
    floor = np.inf
    for group in given.groups:
        known = of_class(given.parts, group)
        for slope, charge in zip(asked.slope, asked.charge, strict=True):
            found = _searched(task, asked, group, prices.of, float(slope), float(charge), limit)
            floor = min(floor, found.floor)
            new = rows_without(found.points, known)
            if new.size:
                fresh.append((group, found.points[new], found.reduced[new]))
    least = min([floor, *(float(reduced.min()) for _, _, reduced in fresh)])
    return Priced(prices, tuple(fresh), least, floor >= limit)


def _searched(
    task: DesignTask, asked: Pool, group: Group, prices: Vector, slope: float, charge: float, limit: float
) -> Found:
    assert task.new is not None
    space = asked.needs.space
    place = next((k for k, attribute in enumerate(space.ordered) if attribute.name == task.measure), NONE)
    flat = measures(space, task.measure if place == NONE else None, group.demand[:1], group.kind[None, :])
    question = Question(
        group=group,
        volumes=asked.needs.volumes[group.rows] * slope,
        prices=prices[group.rows],
        cost=task.new,
        charge=charge * (1.0 if task.discount is None else task.discount.years),
        measure=place,
        sign=1.0 if place == NONE else space.ordered[place].sign,
        flat=float(flat[0]),
    )
    return search(question, limit=limit, most=MOST_FOUND, boxes=MOST_BOXES)


def of_class(parts: Parts, group: Group) -> Vector:
    """Return the new specifications of a class that are candidates already."""
    return parts.offer[parts.new & (parts.kind == group.kind[None, :]).all(axis=1)]


def added(task: DesignTask, given: Candidates, found: Priced) -> Candidates:
    """Return the candidates with what was found: all of it, or the joins of least reduced cost."""
    reduced = np.concatenate([values for _, _, values in found.fresh] or [np.zeros(0)])
    most = MOST_FOUND if found.whole else MOST_ADDED
    cut = np.partition(reduced, most - 1)[most - 1] if reduced.size > most else np.inf
    parts = given.parts
    for group, points, values in found.fresh:
        chosen = points[values <= cut]
        chosen = chosen[rows_without(chosen, of_class(parts, group))] if chosen.shape[0] else chosen
        if chosen.shape[0]:
            parts = parts.with_more(specifications(task, group, chosen, parts.size))
    return replace(given, parts=parts)


def cheapest(task: DesignTask, needs: Needs, given: Candidates) -> Vector:
    """Return the unit cost of the cheapest part that fits each need, its own join among them (N)."""
    found = np.full(needs.size, np.inf)
    for start in range(0, needs.size, 256):
        rows = slice(start, start + 256)
        fit = fit_matrix(needs.demand[rows], needs.kind[rows], given.parts.offer, given.parts.kind)
        found[rows] = np.where(fit, given.parts.unit[None, :], np.inf).min(axis=1, initial=np.inf)
    if task.new is None:
        return found
    demand = np.maximum(needs.demand, least_asked(needs, task.parts)[None, :])
    for group in given.groups:
        member = ((needs.kind == NONE) | (needs.kind == group.kind[None, :])).all(axis=1)
        kind = np.repeat(group.kind[None, :], int(member.sum()), axis=0)
        found[member] = np.minimum(found[member], task.new.of(demand[member], kind))
    return found

"""Choose specifications at least cost: list the joins, or generate them, and prove what was left out.

1. Different needs, their volumes added up; variants and joins as parts (all joins where they are few).
2. `locate` chooses parts; lines of a volume discount are made exact at the volumes found, and again.
3. Where joins were not all listed, those whose reduced cost against the multipliers of the certificate
   allows a better solution are searched for and added, until there are none: the bound holds for all joins.

Where the search ends early the bound is L(u) + n r, with r the least reduced cost that an unlisted join can
have and n the most specifications of a better solution.
"""

import time
from dataclasses import dataclass, replace

import numpy as np

from lynchpin.catalogue.design_pool import Pool, charge_unit, cost_of, pieces_of, pool
from lynchpin.catalogue.design_search import Found, Question, lagrangian, rows_without, search
from lynchpin.catalogue.design_task import DesignTask, measures
from lynchpin.catalogue.joins import Group, classes, closure, first_joins
from lynchpin.catalogue.location import LocateOptions, Location, locate
from lynchpin.catalogue.needs import NONE, Codes, Needs, Parts, Vector
from lynchpin.catalogue.volume_cost import PIECES

MOST_JOINS = 20_000
MOST_ARCS = 4_000_000
MOST_ROUNDS = 40
MOST_ADDED = 2_000
MOST_BOXES = 40_000
EXACT = 1e-6  # relative distance of curve and lines at which lines are good enough
JOINS, VARIANTS = "the variants and every join of needs", "the variants"


@dataclass(frozen=True, eq=False, kw_only=True)
class Candidates:
    """Parts to choose from; `listed` tells whether every join is among them."""

    needs: Needs
    parts: Parts
    groups: tuple[Group, ...]
    listed: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Choice:
    """Parts that were chosen and who uses which.

    parts     (S) the parts in use
    assigned  (N) part of each different need
    cost      exact
    bound     no choice is cheaper, among what `covers` says
    covers    what the bound covers
    seconds   that it took
    """

    parts: Parts
    assigned: Codes
    cost: float
    bound: float
    covers: str
    seconds: float

    @property
    def gap(self) -> float:
        """Return the distance of the bound as a share of the cost."""
        return max(0.0, (self.cost - self.bound) / self.cost) if self.cost > 0 else 0.0


def candidates(task: DesignTask, needs: Needs, *, most: int = MOST_JOINS) -> Candidates:
    """Return the variants, and every join where there are at most `most`, else some to start from."""
    groups = classes(needs, task.parts)
    if task.new is None:
        return Candidates(needs=needs, parts=task.parts, groups=groups, listed=True)
    found: list[Vector] = []
    listed = True
    for group in groups:
        joins = closure(group, most) if listed else None
        listed = listed and joins is not None
        found.append(first_joins(group) if joins is None else joins)
    if listed and sum(joins.shape[0] for joins in found) > most:
        listed = False
    if listed:
        arcs = sum(joins.shape[0] * group.rows.size for joins, group in zip(found, groups, strict=True))
        listed = arcs * (1 if task.discount is None else PIECES + 1) <= MOST_ARCS
    if not listed:
        found = [first_joins(group) for group in groups]
    parts = task.parts
    for group, joins in zip(groups, found, strict=True):
        parts = parts.with_more(_specifications(task, group, joins, parts.size))
    return Candidates(needs=needs, parts=parts, groups=groups, listed=listed)


def _specifications(task: DesignTask, group: Group, joins: Vector, count: int) -> Parts:
    kind = np.repeat(group.kind[None, :], joins.shape[0], axis=0)
    return task.specification(joins, kind, name=f"new {count}.")


def choose(
    task: DesignTask,
    given: Candidates,
    *,
    at_most: int | None,
    options: LocateOptions,
    start: Choice | None = None,
) -> tuple[Choice | None, Candidates]:
    """Return the cheapest choice with at most so many parts, None where none serves all, and the candidates.

    The candidates come back with the joins and nothing else added, for another number of parts to start from.
    """
    began = time.monotonic()
    points = np.zeros(0)
    best, bound = start, 0.0
    for _ in range(MOST_ROUNDS):
        left = options.time_limit - (time.monotonic() - began)
        if left <= 0.05:
            break
        asked = pool(task, given.needs, given.parts, points)
        location = locate(
            asked.arcs,
            at_most=at_most,
            start=_start(task, asked, best),
            options=replace(options, time_limit=left),
        )
        if not np.isfinite(location.value):
            return None, given
        best = _better(best, _choice(task, asked, location))
        floor, given, grown = _priced(task, given, asked, location, at_most)
        bound = max(bound, floor)
        points, moved = _points(task, asked, location, points)
        if not grown and (not moved or best.cost - bound <= EXACT * best.cost):
            break
    if best is None:
        return None, given
    covers = VARIANTS if task.new is None else JOINS
    seconds = time.monotonic() - began
    return replace(best, bound=min(bound, best.cost), covers=covers, seconds=seconds), given


def _better(old: Choice | None, new: Choice) -> Choice:
    return new if old is None or new.cost < old.cost else old


def _choice(task: DesignTask, asked: Pool, location: Location) -> Choice:
    """Return what a location means, at exact cost."""
    used = asked.part_of(location.assigned.astype(np.int64))
    rows, assigned = np.unique(used, return_inverse=True)
    parts = asked.parts.chosen(rows)
    cost = cost_of(task, parts, asked.needs.volumes, assigned.reshape(-1))
    return Choice(
        parts=parts,
        assigned=assigned.reshape(-1),
        cost=cost,
        bound=location.bound,
        covers=VARIANTS,
        seconds=0.0,
    )


def _start(task: DesignTask, asked: Pool, best: Choice | None) -> Codes | None:
    """Return the facilities of a choice that is known: each part at the line that suits its volume."""
    if best is None:
        return None
    place = {name: position for position, name in enumerate(asked.parts.names)}
    pieces = pieces_of(best.parts, asked.needs.volumes, best.assigned)
    charge = asked.charge[:, None] * (charge_unit(task, best.parts) / np.maximum(best.parts.unit, 1e-300))
    line = np.argmin(asked.slope[:, None] * pieces + charge, axis=0)
    return np.array(
        [place[name] + asked.parts.size * int(at) for name, at in zip(best.parts.names, line, strict=True)],
        dtype=np.int64,
    )


def _points(task: DesignTask, asked: Pool, location: Location, points: Vector) -> tuple[Vector, bool]:
    """Return the volumes at which lines are to be exact, and whether there are new ones."""
    if task.discount is None or task.discount.rate == 0:
        return points, False
    used = asked.part_of(location.assigned.astype(np.int64))
    pieces = pieces_of(asked.parts, asked.needs.volumes, used)
    volume = task.discount.yearly(pieces, asked.parts.measure)[np.unique(used)]
    merged = np.unique(np.concatenate([points, np.round(volume, 6)]))
    return merged, merged.size > points.size


def _priced(
    task: DesignTask, given: Candidates, asked: Pool, location: Location, at_most: int | None
) -> tuple[float, Candidates, bool]:
    """Return the bound over every join, the candidates with joins added, and whether some were."""
    if given.listed or task.new is None:
        return location.bound, given, False
    prices, value, last = _multipliers(asked, location, at_most)
    limit = max(last, location.value - value + last) * (1 + 1e-9) + 1e-9 * abs(location.value)
    fresh: list[tuple[Group, Vector, Vector]] = []
    floor = np.inf
    for group in given.groups:
        for slope, charge in zip(asked.slope, asked.charge, strict=True):
            found = _searched(task, asked, group, prices, float(slope), float(charge), limit)
            floor = min(floor, found.floor)
            known = _of_class(given.parts, group)
            new = rows_without(found.points, known)
            fresh.append((group, found.points[new], found.reduced[new]))
    least = min([floor, *(float(reduced.min()) for _, _, reduced in fresh if reduced.size)])
    whole = floor >= limit
    grown = _added(task, given, fresh)
    added = grown.parts.size > given.parts.size
    if whole and not added:
        return location.bound, given, False
    most = at_most or asked.needs.size
    return value + most * min(0.0, least), grown, added


def _multipliers(asked: Pool, location: Location, at_most: int | None) -> tuple[Vector, float, float]:
    """Return the best multipliers at the root of the certificate, L of them and r of the last one taken.

    The cost of the cheapest part is a multiplier too, where the certificate has none.
    """
    arcs = asked.arcs
    tried: list[Vector] = [arcs.cost[arcs.pointer[:-1]].copy()]
    unbranched = {-1}
    for position, node in enumerate(location.certificate.nodes):
        if node.facility == -1 and node.parent in unbranched:
            unbranched.add(position)
            tried.append(node.multipliers.astype(np.float64))
    best = (tried[0], -np.inf, 0.0)
    for multipliers in tried:
        gain = np.minimum(0.0, arcs.cost - multipliers[arcs.need])
        reduced = arcs.opening + np.bincount(arcs.facility, weights=gain, minlength=arcs.facilities)
        value, last = lagrangian(multipliers, reduced, at_most)
        if value > best[1]:
            best = (multipliers, value, last)
    return best


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
    return search(question, limit=limit, most=MOST_ADDED, boxes=MOST_BOXES)


def _of_class(parts: Parts, group: Group) -> Vector:
    """Return the new specifications of a class that are candidates already."""
    return parts.offer[parts.new & (parts.kind == group.kind[None, :]).all(axis=1)]


def _added(task: DesignTask, given: Candidates, fresh: list[tuple[Group, Vector, Vector]]) -> Candidates:
    """Return the candidates with the joins of least reduced cost added."""
    reduced = np.concatenate([values for _, _, values in fresh] or [np.zeros(0)])
    if not reduced.size:
        return given
    cut = np.partition(reduced, MOST_ADDED - 1)[MOST_ADDED - 1] if reduced.size > MOST_ADDED else np.inf
    parts = given.parts
    for group, points, values in fresh:
        chosen = points[values <= cut]
        chosen = chosen[rows_without(chosen, _of_class(parts, group))] if chosen.shape[0] else chosen
        if chosen.shape[0]:
            parts = parts.with_more(_specifications(task, group, chosen, parts.size))
    return replace(given, parts=parts)

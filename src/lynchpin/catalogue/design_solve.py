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

from lynchpin.catalogue.design_polish import polished
from lynchpin.catalogue.design_pool import Pool, charge_unit, pieces_of, pool
from lynchpin.catalogue.design_prices import (
    Candidates,
    Priced,
    Prices,
    added,
    cheapest,
    multipliers,
    priced,
    specifications,
)
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.joins import Group, classes, closure, first_joins, thinned
from lynchpin.catalogue.location import LocateOptions, Location, locate
from lynchpin.catalogue.needs import Codes, Needs, Parts, Vector
from lynchpin.catalogue.volume_cost import PIECES
from lynchpin.errors import SolveError

MOST_JOINS = 20_000
MOST_ARCS = 4_000_000
MOST_ROUNDS = 40
ROUND_SHARE, GENERATION_SHARE = 0.04, 0.6  # of the time, for one round of generation and for all of them
ARCS_A_SECOND = 2e6  # that the engine needs time for before its multipliers are of use
SOON = 0.05  # seconds
ROUNDING = 1e-12
EXACT = 1e-6  # relative distance of curve and lines at which lines are good enough
JOINS, VARIANTS = "the variants and every join of needs", "the variants"


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
        """Return the distance of the bound as a share of the cost; nought where rounding alone is left."""
        return distance(self.cost, self.bound)


def distance(cost: float, bound: float) -> float:
    """Return how far a bound is from a cost, as a share of the cost."""
    found = (cost - bound) / cost if cost > 0 else 0.0
    return found if found > ROUNDING else 0.0


def candidates(task: DesignTask, needs: Needs) -> Candidates:
    """Return the variants, and every join where there are not too many, else some to start from."""
    groups = classes(needs, task.parts)
    if task.new is None:
        return Candidates(needs=needs, parts=task.parts, groups=groups, listed=True)
    most = MOST_ARCS // (1 if task.discount is None else PIECES + 1)
    found = _listed(groups, most)
    listed = found is not None
    if found is None:
        found = [thinned(group, first_joins(group), most // len(groups)) for group in groups]
    parts = task.parts
    for group, joins in zip(groups, found, strict=True):
        parts = parts.with_more(specifications(task, group, joins, parts.size))
    return Candidates(needs=needs, parts=parts, groups=groups, listed=listed)


def _listed(groups: tuple[Group, ...], most: int) -> list[Vector] | None:
    """Return every join of every class, or None where they, or the needs that fit them, are too many."""
    found: list[Vector] = []
    left, pairs = MOST_JOINS, 0
    for group in groups:
        joins = closure(group, left)
        if joins is None:
            return None
        left -= joins.shape[0]
        pairs += joins.shape[0] * group.rows.size
        found.append(joins)
    return found if pairs <= most else None


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
    asking = Asking(task, at_most, options, began + options.time_limit)
    run = Run(given, start)
    if not given.listed:
        run = _generated(asking, run)
    points = np.zeros(0)
    for _ in range(MOST_ROUNDS):
        left = asking.ends - time.monotonic()
        if left <= SOON and run.best is not None:
            break
        asked = pool(task, run.given.needs, run.given.parts, points)
        location = asking.locate(asked, run.best, max(left, SOON))
        if location.status == "infeasible":
            return None, run.given
        run = run.after(task, asked, location, at_most)
        if run.cap == 0 and not run.given.listed:
            prices = multipliers(asked, location, at_most)
            run = run.proved(asking, priced(task, run.given, asked, prices, limit=min(0.0, prices.last)))
        points, moved = _points(task, asked, location, points)
        if run.best is None or not moved or run.best.cost - run.bound <= EXACT * run.best.cost:
            break
    if run.best is None:
        return _unknown(task, at_most)
    covers = VARIANTS if task.new is None else JOINS
    seconds = time.monotonic() - began
    best = replace(run.best, bound=min(run.bound, run.best.cost), covers=covers, seconds=seconds)
    return best, run.given


def _unknown(task: DesignTask, at_most: int | None) -> tuple[Choice | None, Candidates]:
    raise SolveError(
        "no choice was found in the time given",
        status="time_limit",
        thing=f"family {task.family}, at_most",
        value=at_most,
        cure="Give more time, or allow more specifications.",
    )


@dataclass(frozen=True)
class Asking:
    """What is asked for, and the clock at which it has to be answered."""

    task: DesignTask
    at_most: int | None
    options: LocateOptions
    ends: float

    def locate(self, asked: Pool, best: Choice | None, seconds: float) -> Location:
        """Return what the engine finds in so many seconds."""
        return locate(
            asked.arcs,
            at_most=self.at_most,
            start=_start(self.task, asked, best),
            options=replace(self.options, time_limit=seconds),
        )

    def most(self, run: "Run") -> int:
        """Return the most new specifications that a choice better than the best can have.

        Every piece costs at least what the cheapest part of its need costs, at the lowest factor; what is
        left pays for having specifications.
        """
        needs, new = run.given.needs, self.task.new
        limit = needs.size if self.at_most is None else min(self.at_most, needs.size)
        if new is None or new.fixed <= 0 or run.best is None or (new.weight < 0).any():
            return limit
        discount = self.task.discount
        lowest = 1.0 if discount is None else float(discount.factor(np.array([np.inf]))[0])
        running = lowest * float(cheapest(self.task, needs, run.given) @ needs.volumes)
        return int(max(0, min(limit, (run.best.cost - running) / new.fixed * (1 + 1e-9) + 1e-9)))


@dataclass(frozen=True)
class Run:
    """Where a choice stands.

    given  the candidates
    best   the best choice known
    bound  no choice is cheaper
    cap    a choice with a join that is no candidate costs at least this: without limit where all are listed,
           0 where nothing is known of the others
    """

    given: Candidates
    best: Choice | None
    bound: float = 0.0
    cap: float = 0.0

    def after(self, task: DesignTask, asked: Pool, location: Location, at_most: int | None) -> "Run":
        """Return where it stands after a run of the engine."""
        best = self.best
        if np.isfinite(location.value):
            new = _choice(task, asked, location, at_most)
            best = new if best is None or new.cost < best.cost else best
        cap = np.inf if self.given.listed else self.cap
        return replace(self, best=best, bound=max(self.bound, min(location.bound, cap)))

    def proved(self, asking: "Asking", found: Priced) -> "Run":
        """Return where it stands once it is known what joins outside the candidates could gain."""
        most = asking.most(self)
        return replace(self, bound=max(self.bound, found.bound(most)))


def _generated(asking: Asking, run: Run) -> Run:
    """Add joins that make the relaxation cheaper until there are none, then those that could still matter.

    The engine gets a share of the time for each round; its multipliers are prices, good or bad: the bound
    is true.
    """
    began, none = time.monotonic(), np.zeros(0)
    for _ in range(MOST_ROUNDS):
        asked = pool(asking.task, run.given.needs, run.given.parts, none)
        share = max(ROUND_SHARE * asking.options.time_limit, asked.arcs.size / ARCS_A_SECOND, SOON)
        location = asking.locate(asked, run.best, share)
        if location.status == "infeasible":
            return run
        run = run.after(asking.task, asked, location, asking.at_most)
        prices = multipliers(asked, location, asking.at_most)
        found = priced(asking.task, run.given, asked, prices, limit=min(0.0, prices.last))
        run = run.proved(asking, found)
        spent = time.monotonic() - began
        if not found.fresh:
            return _completed(asking, run, asked, prices)
        run = replace(run, given=added(asking.task, run.given, found))
        if spent + share > GENERATION_SHARE * asking.options.time_limit:
            return run
    return run


def _completed(asking: Asking, run: Run, asked: Pool, prices: Prices) -> Run:
    """Add every join that a better choice than the best may have, where those are not too many."""
    if run.best is None:
        return run
    limit = max(0.0, run.best.cost - prices.bound) + prices.last
    found = priced(asking.task, run.given, asked, prices, limit=limit * (1 + 1e-9) + 1e-9 * run.best.cost)
    cap = run.best.cost if found.whole else 0.0
    return replace(run, given=added(asking.task, run.given, found), cap=cap)


def _choice(task: DesignTask, asked: Pool, location: Location, at_most: int | None) -> Choice:
    """Return what a location means, at exact cost, and polished where lines say too little."""
    users = asked.part_of(location.assigned.astype(np.int64))
    users, cost = polished(task, asked.needs, asked.parts, users, at_most)
    rows, assigned = np.unique(users, return_inverse=True)
    parts = asked.parts.chosen(rows)
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
    place = {key: position for position, key in enumerate(_keys(asked.parts))}
    pieces = pieces_of(best.parts, asked.needs.volumes, best.assigned)
    charge = asked.charge[:, None] * (charge_unit(task, best.parts) / np.maximum(best.parts.unit, 1e-300))
    line = np.argmin(asked.slope[:, None] * pieces + charge, axis=0)
    return np.array(
        [place[key] + asked.parts.size * int(at) for key, at in zip(_keys(best.parts), line, strict=True)],
        dtype=np.int64,
    )


def _keys(parts: Parts) -> list[tuple[str, ...]]:
    """Return what tells parts apart: name and kind, as a variant may stand once for each platform."""
    return [(name, *map(str, kind.tolist())) for name, kind in zip(parts.names, parts.kind, strict=True)]


def _points(task: DesignTask, asked: Pool, location: Location, points: Vector) -> tuple[Vector, bool]:
    """Return the volumes at which lines are to be exact, and whether there are new ones."""
    if task.discount is None or task.discount.rate == 0:
        return points, False
    used = asked.part_of(location.assigned.astype(np.int64))
    pieces = pieces_of(asked.parts, asked.needs.volumes, used)
    volume = task.discount.yearly(pieces, asked.parts.measure)[np.unique(used)]
    merged = np.unique(np.concatenate([points, np.round(volume, 6)]))
    return merged, merged.size > points.size

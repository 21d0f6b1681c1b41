"""The evaluator's reading of a proof tree; formulas in `lynchpin.catalogue.evaluate`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.evaluate_problem import Bent, Floats, Ids, Problem
from lynchpin.catalogue.proof import Node

Status = npt.NDArray[np.int8]

PRECISION = 1e-9
FREE, OPEN, CLOSED = 0, 1, -1


def slack(value: float) -> float:
    """Return the difference below which two values count as equal."""
    return PRECISION * abs(value) if math.isfinite(value) else 0.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a better solution would have to beat.

    value   of the solution that is known; infinite where there is none
    cutoff  no better solution costs as much
    step    values are multiples of it; 0 when not
    """

    value: float
    cutoff: float
    step: float

    def rounded(self, bound: float) -> float:
        """Return the least value that a solution can have at a bound; the known one where none is better."""
        if bound >= self.cutoff:
            return self.value
        if self.step == 0:
            return bound
        return math.ceil(bound / self.step - PRECISION) * self.step


class Tree:
    """Goes through one tree; `status` (F) says what is open and closed where it stands."""

    def __init__(
        self, nodes: Sequence[Node], problem: Problem, target: Target, status: Status, *,
        called: str, find: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.nodes, self.problem, self.target, self.status = nodes, problem, target, status
        self._called, self._find = called, find
        highest = np.full(problem.needs, -np.inf)
        for node in nodes:
            if node.multipliers.shape == highest.shape:
                highest = np.fmax(highest, node.multipliers)
        self._reached = problem.reached(highest)
        self._bent: tuple[object, Bent] = (None, problem.bent(None))
        self._served: tuple[bytes, Floats, Ids] = (b"", np.zeros(0), np.zeros(0, np.int32))

    def bound(self) -> float:
        """Return the least over the leaves of the largest bound on the way to each; 0 without a tree."""
        children = self._children()
        if self.nodes and self.nodes[0].facility >= 0:
            self._find(f"{self._called}: the first node opens or closes a facility, so it is not for all.")
        if not self.nodes or self.nodes[0].facility >= 0:
            return 0.0
        least = math.inf
        stack: list[tuple[int, float, list[tuple[int, int]]]] = [(0, 0.0, [])]
        while stack:
            place, inherited, undo = stack.pop()
            if undo:
                for facility, before in undo:
                    self.status[facility] = before
                continue
            changes, reached = self.enter(place, inherited)
            if changes:
                stack.append((place, 0.0, changes))
            if reached >= self.target.cutoff or not self._complete(place, children[place]):
                least = min(least, self.target.rounded(reached))
            else:
                stack += [(child, reached, []) for child in reversed(children[place])]
        return least

    def chain(self) -> float:
        """Go down a tree without branches, leave `status` as it is at the end, and return the bound there."""
        reached = 0.0
        for place, node in enumerate(self.nodes):
            if node.facility >= 0 or (place and node.parent != place - 1):
                self._find(f"{self._called}: node {place} does not follow the one before it.")
                return reached
            _, reached = self.enter(place, reached)
        return reached

    def enter(self, place: int, inherited: float) -> tuple[list[tuple[int, int]], float]:
        """Fix what a node fixes; return what that changed and the bound that is reached there."""
        node = self.nodes[place]
        changes: list[tuple[int, int]] = []
        if node.facility >= 0:
            branch, side = self.problem.local(np.array([node.facility]))[0], OPEN if node.opened else CLOSED
            before = int(self.status[branch])
            if before == -side:
                return changes, math.inf  # no better solution is on this side
            changes.append((int(branch), before))
            self.status[branch] = side
        bound = self._bound(node, place)
        if bound is None:
            return changes, inherited
        given = max(bound.total, inherited)
        if node.bound > given + max(slack(given), slack(self.target.cutoff)):
            if math.isinf(node.bound) and self._unservable():
                return changes, math.inf
            self._find(f"{self._called}: node {place} claims {node.bound:,.10g}, proven is {given:,.10g}.")
        for side, fixed, least in ((CLOSED, node.closed, bound.opened), (OPEN, node.opening, bound.closed)):
            for facility in self._accepted(fixed, least, place):
                if self.status[facility] == FREE:
                    changes.append((facility, FREE))
                    self.status[facility] = side
                elif self.status[facility] == -side:
                    return changes, math.inf
        return changes, given

    def _accepted(self, fixed: Ids, least: Floats, place: int) -> list[int]:
        """Return the facilities whose fixing is proven; find fault with the others."""
        local = self.problem.local(fixed)
        known = local[local >= 0]
        proven = known[least[known] >= self.target.cutoff]
        if proven.size != fixed.size:
            count = fixed.size - proven.size
            self._find(
                f"{self._called}: node {place} fixes {count} facilities that its multipliers leave free."
            )
        return proven.tolist()

    def _unservable(self) -> bool:
        """Return whether all facilities of some need are closed."""
        usable = self.status[self.problem.facility] != CLOSED
        return bool((np.bincount(self.problem.need[usable], minlength=self.problem.needs) == 0).any())

    def _bound(self, node: Node, place: int) -> "Bound | None":
        """Return the bounds of a node under what is fixed above it."""
        problem = self.problem
        if node.multipliers.shape != (problem.needs,) or not np.isfinite(node.multipliers).all():
            self._find(f"{self._called}: node {place} has not one finite multiplier for each need.")
            return None
        if node.cycles is not self._bent[0]:
            self._bent = node.cycles, problem.bent(node.cycles)
        bent = self._bent[1]
        if bent.problem:
            self._find(f"{self._called}: node {place} bends costs by cycles that are none: {bent.problem}.")
        multipliers = node.multipliers.astype(np.float64)
        reduced = problem.reduced(multipliers, bent, self._reached, self._counted())
        base = math.fsum([*multipliers, -bent.constant])
        most, exactly = problem.at_most, problem.exactly
        return Bound.of(base, reduced, self.status, most=most, exactly=exactly)

    def _counted(self) -> npt.NDArray[np.bool_] | None:
        """Return which reached arcs count: one to what serves a need by now, and cheaper ones to free."""
        opened = np.flatnonzero(self.status == OPEN)
        if opened.size == 0:
            return None
        if self._served[0] != opened.tobytes():
            self._served = (opened.tobytes(), *self.problem.served(opened))
        _, least, by = self._served
        need, facility = self.problem.need[self._reached], self.problem.facility[self._reached]
        free = self.status[facility] == FREE
        return np.where(free, self.problem.cost[self._reached] < least[need], by[need] == facility)

    def _children(self) -> list[list[int]]:
        """Return the children of each node; a node that stands before its parent is found fault with."""
        children: list[list[int]] = [[] for _ in self.nodes]
        for place, node in enumerate(self.nodes):
            if 0 <= node.parent < place:
                children[node.parent].append(place)
            elif place:
                self._find(f"{self._called}: node {place} has no parent before it.")
        return children

    def _complete(self, place: int, below: list[int]) -> bool:
        """Return whether the children of a node cover all that the node covers."""
        nodes = [self.nodes[child] for child in below]
        if not nodes:
            return False
        facility = nodes[0].facility
        if len(nodes) == 1 and facility < 0:
            return True
        both = len(nodes) == 2 and nodes[0].opened != nodes[1].opened and nodes[1].facility == facility
        if both and facility >= 0 and self.problem.local(np.array([facility]))[0] >= 0:
            return True
        self._find(f"{self._called}: the nodes below node {place} do not open and close one facility.")
        return False


@dataclass(frozen=True)
class Bound:
    """Bounds at one λ: `total` as things stand, and (F) with each facility opened or closed on top."""

    total: float
    opened: Floats
    closed: Floats

    @staticmethod
    def of(base: float, reduced: Floats, status: Status, *, most: int | None, exactly: int | None) -> "Bound":
        """Choose the best allowed number of free facilities, then try each facility on either side.

        base     Σ λ
        reduced  (F) ρ, or less
        """
        free = np.flatnonzero(status == FREE)
        base = math.fsum([base, *reduced[status == OPEN]])
        room = _room(int((status == OPEN).sum()), free.size, most, exactly)
        opened, closed = np.full(reduced.size, math.inf), np.full(reduced.size, math.inf)
        if room is None:
            return Bound(math.inf, opened, closed)
        values = reduced[free] if exactly is not None else np.minimum(reduced[free], 0.0)
        order = np.argsort(values, kind="stable")
        free, ranked = free[order], values[order]
        counted = ranked[:room]
        total = math.fsum([base, *counted[counted != 0]])
        last = ranked[room - 1] if room else -math.inf  # what makes room for another one
        following = ranked[room] if room < ranked.size else math.inf if exactly is not None else 0.0
        chosen, others = free[:room], free[room:]
        opened[status == OPEN] = closed[status == CLOSED] = closed[others] = total
        opened[chosen] = total - ranked[:room] + reduced[chosen]
        opened[others] = total - last + reduced[others]
        closed[chosen] = total - ranked[:room] + following
        return Bound(total, opened, closed)


def _room(opened: int, free: int, most: int | None, exactly: int | None) -> int | None:
    """Return how many free facilities may (must) be opened; None where no number is allowed."""
    if exactly is not None:
        room = exactly - opened
        return room if 0 <= room <= free else None
    room = free if most is None else most - opened
    return min(room, free) if room >= 0 else None

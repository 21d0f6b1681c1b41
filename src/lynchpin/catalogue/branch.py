"""Branch and bound on the Lagrangian: a tree of nodes, best bound first, several examined at once.

Each node goes on from its parent's multipliers for a few dozen iterations, fixes what they prove, and
branches on the facility that was chosen nearest to half the time; trying several branches first was
measured to be slower. Nodes are taken in batches of a fixed size whose results are read in order, so that
the tree does not depend on the number of threads or on their speed.
"""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import numpy as np

from lynchpin.catalogue import kernels, kernels_swap
from lynchpin.catalogue.core import Core, Flags, Floats, Status
from lynchpin.catalogue.proof import Cycles, Ids, Node, Singles, no_ids
from lynchpin.catalogue.swap import improved

BATCH = 16  # nodes examined between two looks at the clock
SETTINGS = ((60, 5, 1.0), (60, 5, 0.3), (100, 10, 0.1), (200, 20, 0.05))  # iterations, patience, step factor
TRIED = 48  # nodes examined with each setting before the best is taken
SMALL = 3000  # arcs up to which a second thread costs more time than it saves
MEMORY = 900e6  # bytes of multipliers kept for the proof


@dataclass(frozen=True, eq=False)
class Waiting:
    """A node that waits to be examined: what its parent left, and one facility more.

    multipliers, cycles  of its parent: a bound for it, too, until it has its own
    """

    parent: int
    bound: float
    status: Status
    multipliers: Floats | Singles
    cycles: Cycles | None
    facility: int = -1
    opened: bool = False

    @property
    def branched(self) -> Status:
        """Return the status of the facilities with the branch."""
        status = self.status.copy()
        if self.facility >= 0:
            status[self.facility] = 1 if self.opened else -1
        return status

    def as_leaf(self) -> Node:
        """Return the node as a leaf of the proof."""
        return Node(
            parent=self.parent,
            facility=self.facility,
            opened=self.opened,
            multipliers=self.multipliers,
            cycles=self.cycles,
            bound=self.bound,
            closed=no_ids(),
            opening=no_ids(),
        )


@dataclass(frozen=True, eq=False)
class Examined:
    """What a node came to."""

    bound: float
    status: Status
    multipliers: Floats
    facility: int
    free: int
    average: Floats
    chosen: Flags
    worth: float


@dataclass
class Tree:
    """A branch and bound under way over one core.

    core            the problem, and where solutions are valued
    bent            the same as cycles bend it, where nodes are bounded; the core itself without cycles
    value, is_open  best solution so far
    ceiling         more than any solution costs: what a solution has to stay below while there is none
    bound           least bound of the nodes that wait; never falls
    nodes           the proof so far, in the core's facilities; None once it has become too large to keep on
    whole           the proof when it became too large, with the nodes that waited then as leaves
    examined        number of nodes
    pointed         facilities around which to look for a better solution
    rises           of each setting, by how much nodes lifted the bound, and of how many nodes that is the sum
    """

    core: Core
    bent: Core
    cycles: Cycles | None
    step: float
    ceiling: float
    value: float
    is_open: Flags
    bound: float
    nodes: list[Node] | None = field(default_factory=list[Node])
    whole: list[Node] | None = None
    examined: int = 0
    kept: float = 0.0
    closed_at: float = math.inf  # least bound of the leaves that are done with
    waiting: list[tuple[float, int, Waiting]] = field(default_factory=list[tuple[float, int, Waiting]])
    numbers: Iterator[int] = field(default_factory=itertools.count)
    pointed: Flags | None = None
    begun: bool = False
    rises: Floats = field(default_factory=lambda: np.zeros((len(SETTINGS), 2)))

    @property
    def constant(self) -> float:
        """What a bound of the bent problem is too high."""
        return 0.0 if self.cycles is None else self.cycles.constant

    @property
    def target(self) -> float:
        """The best value known, or more than any."""
        return min(self.value, self.ceiling)

    @property
    def cutoff(self) -> float:
        """Value that a better solution stays below."""
        return cutoff_of(self.target, self.step)

    @property
    def done(self) -> bool:
        """Return whether the search has come to its end."""
        return self.begun and not self.waiting

    @property
    def single(self) -> bool:
        """Whether multipliers are kept in 32 bits: where values are whole numbers, that is exact enough."""
        return self.step > 0


def cutoff_of(value: float, step: float) -> float:
    """Return a bound at which no solution better than the value is left."""
    return value - max(step * (1 - 1e-6), 1e-9 * value)


def branch(
    tree: Tree,
    multipliers: Floats,
    *,
    threads: int,
    over: Callable[[], bool],
    tell: Callable[[float, float], None],
    most: int = 2**40,
) -> None:
    """Search the tree from its root until it is done, or `over` says so, or so many nodes are examined."""
    if not tree.begun:
        tree.begun = True
        push(tree, Waiting(-1, tree.bound, tree.core.status, multipliers, tree.cycles))
    with ThreadPoolExecutor(threads) as pool:
        while tree.waiting and not over() and tree.examined < most:
            keep_in_bounds(tree)
            batch = take(tree, BATCH)
            if batch:
                # all of a batch are judged by what is known at its begin
                judge, plan = partial(examine, tree, tree.target, tree.cutoff), _plan(tree, len(batch))
                alone = len(batch) == 1 or tree.bent.size <= SMALL
                found = [*(map(judge, plan, batch) if alone else pool.map(judge, plan, batch))]
                for one, news, setting in zip(batch, found, plan, strict=True):
                    tree.rises[setting] += min(news.bound, tree.cutoff) - one.bound, 1.0
                    _read(tree, one, news)
                _look_for_better(tree)
            raise_bound(tree)
            tell(tree.value, tree.bound)
    raise_bound(tree)


def _plan(tree: Tree, count: int) -> list[int]:
    """Return the setting with which each of some nodes is examined: all in turn at first, then the best.

    With a mean rise r, a gap g needs about 2 ** (g / r) nodes, each of which costs its iterations.
    """
    total, number = tree.rises.T
    if number.min() < TRIED:
        return [n % len(SETTINGS) for n in range(count)]
    gap = max(tree.cutoff - tree.bound, 0.0)
    effort = np.log(2.0) * gap / np.maximum(total / number, 1e-9 * (1.0 + gap))
    effort += np.log([iterations for iterations, _, _ in SETTINGS])
    return [int(np.argmin(effort))] * count


def examine(tree: Tree, target: float, cutoff: float, setting: int, one: Waiting) -> Examined:
    """Bound a node, fix what follows and choose where to branch."""
    iterations, patience, factor = SETTINGS[setting]
    core = tree.bent
    status = one.branched
    multipliers = one.multipliers.astype(np.float64)
    average, answer = np.empty(core.facilities), np.zeros(2, np.int64)
    chosen, worth = np.zeros(core.facilities, np.bool_), np.zeros(1)
    root = one.parent < 0
    bound = cast(
        "float",
        kernels.examine(
            *core.by_need,
            status,
            core.low,
            core.high,
            multipliers,
            600 if root else iterations,
            target + tree.constant,
            cutoff + tree.constant,
            20 if root else patience,
            0.5 if root else factor,
            tree.single,
            tree.cycles is None,
            average,
            chosen,
            answer,
            worth,
        ),
    )
    return Examined(
        bound - tree.constant, status, multipliers, int(answer[0]), int(answer[1]), average, chosen, worth[0]
    )


def take(tree: Tree, count: int) -> list[Waiting]:
    """Take the nodes with the least bounds, making leaves of those that cannot hold anything better."""
    batch: list[Waiting] = []
    while tree.waiting and len(batch) < count:
        bound, _, one = heapq.heappop(tree.waiting)
        if bound >= tree.cutoff:
            tree.closed_at = min(tree.closed_at, bound)
            if tree.nodes is not None:
                tree.nodes.append(one.as_leaf())
        else:
            batch.append(one)
    return batch


def _read(tree: Tree, one: Waiting, found: Examined) -> None:
    """Add a node to the proof and its children to those that wait."""
    tree.examined += 1
    bound = max(one.bound, found.bound)
    if found.worth - tree.constant < tree.value:  # in bent costs, which are no dearer for a solution
        consider(tree, found.chosen)
    number, kept = _record(tree, one, found)
    if bound >= tree.cutoff:
        tree.closed_at = min(tree.closed_at, bound)
    elif found.free == 0:
        settle_leaf(tree, number, found.status)
    else:
        for opened in (True, False):
            push(tree, Waiting(number, bound, found.status, kept, tree.cycles, found.facility, opened))
        tree.pointed = (found.status == 1) | ((found.status == 0) & (found.average > 0.5))


def push(tree: Tree, one: Waiting) -> None:
    """Let a node wait."""
    heapq.heappush(tree.waiting, (one.bound, next(tree.numbers), one))


def _record(tree: Tree, one: Waiting, found: Examined) -> tuple[int, Floats | Singles]:
    """Keep a node for the proof; return its number and its multipliers as they are kept."""
    kept = found.multipliers.astype(np.float32) if tree.single else found.multipliers
    tree.kept += kept.nbytes
    if tree.nodes is None:
        return 0, kept
    closed, opening = news_of(one.branched, found.status)
    tree.nodes.append(
        Node(
            parent=one.parent,
            facility=one.facility,
            opened=one.opened,
            multipliers=kept,
            cycles=tree.cycles,
            bound=found.bound,
            closed=closed,
            opening=opening,
        )
    )
    return len(tree.nodes) - 1, kept


def news_of(before: Status, after: Status) -> tuple[Ids, Ids]:
    """Return the facilities that were closed and opened in between."""
    new = before != after
    return (
        np.flatnonzero(new & (after == -1)).astype(np.int32),
        np.flatnonzero(new & (after == 1)).astype(np.int32),
    )


def consider(tree: Tree, is_open: Flags) -> float:
    """Value a solution, keep it if it is better, and return its value."""
    value = tree.core.value(is_open)
    if value < tree.value:
        tree.value, tree.is_open = value, is_open
    return value


def settle_leaf(tree: Tree, parent: int, status: Status) -> None:
    """Close a node in which nothing is free: with λ[i] the cost at which i is served, L(λ) is the value."""
    is_open = status == 1
    value = consider(tree, is_open)
    tree.closed_at = min(tree.closed_at, value)
    if tree.nodes is not None:
        multipliers = served_at(tree.core, is_open)
        tree.nodes.append(
            Node(parent=parent, multipliers=multipliers, bound=value, closed=no_ids(), opening=no_ids())
        )


def served_at(core: Core, is_open: Flags) -> Floats:
    """Return the cost at which each need is served; more than everything together where it is not."""
    nearest, second = (np.empty(core.needs, np.int64) for _ in range(2))
    kernels_swap.nearest(core.pointer, core.facility, is_open, nearest, second)
    served = nearest < core.pointer[1:]
    beyond = 1.0 + 2.0 * float(core.opening.sum() + core.cost[core.pointer[1:] - 1].sum())
    return np.where(served, core.cost[np.minimum(nearest, core.size - 1)], beyond)


def _look_for_better(tree: Tree) -> None:
    """Search around the facilities that the last node read points at, every few batches."""
    if tree.pointed is None or (tree.examined // BATCH) % 4:
        return
    value, is_open = improved(tree.core, tree.pointed)
    if value < tree.value:
        tree.value, tree.is_open = value, is_open


def raise_bound(tree: Tree) -> None:
    """Bring the bound up to date: the least of those that wait and those that are done with."""
    least = min(tree.waiting[0][0] if tree.waiting else math.inf, tree.closed_at)
    if tree.begun and least >= tree.cutoff:
        least = tree.value
    tree.bound = min(tree.value, max(tree.bound, least))


def keep_in_bounds(tree: Tree) -> None:
    """Keep no more of a proof that has become too large; between two batches, what there is holds."""
    if tree.nodes is not None and tree.kept > MEMORY:
        tree.whole = waiting_too(tree)
        tree.nodes = None


def waiting_too(tree: Tree) -> list[Node] | None:
    """Return the proof with the nodes that still wait as leaves, or as it was when it became too large."""
    if tree.nodes is None:
        return tree.whole
    if not tree.begun:
        return tree.nodes
    return tree.nodes + [one.as_leaf() for _, _, one in sorted(tree.waiting, key=lambda entry: entry[1])]

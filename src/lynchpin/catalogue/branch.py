"""Branch and bound on the Lagrangian: a tree of nodes, best bound first, several examined at once.

Each node goes on from its parent's multipliers for a few dozen iterations, fixes what they prove, and branches on the
facility that was chosen nearest to half the time; trying several branches first was measured to be slower. Nodes are
taken in batches of a fixed size whose results are read in order, so that the tree does not depend on
the number of threads or on their speed.
"""

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from lynchpin.catalogue import kernels
from lynchpin.catalogue.core import Core, Flags, Floats, Status
from lynchpin.catalogue.proof import Cycles, Ids, Node, Singles, no_ids
from lynchpin.catalogue.swap import improved

BATCH = 16  # nodes examined between two looks at the clock
ITERATIONS = 60
PATIENCE = 5
MEMORY = 600e6  # bytes of multipliers kept for the proof


@dataclass(frozen=True, eq=False)
class Waiting:
    """A node that waits to be examined: what its parent left, and one facility more."""

    parent: int
    bound: float
    status: Status
    multipliers: Floats | Singles
    facility: int
    opened: bool


@dataclass(frozen=True, eq=False)
class Examined:
    """What a node came to."""

    bound: float
    status: Status
    multipliers: Floats
    facility: int
    free: int
    average: Floats


@dataclass
class Tree:
    """A branch and bound under way over one core.

    core            the problem, and where solutions are valued
    bent            the same as cycles bend it, where nodes are bounded; the core itself without cycles
    value, is_open  best solution so far
    ceiling         more than any solution costs: what a solution has to stay below while there is none
    bound           least bound of the nodes that wait; never falls
    nodes           the proof so far, in the core's facilities; None once it has become too large to keep
    examined        number of nodes
    pointed         facilities around which to look for a better solution
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
    examined: int = 0
    kept: float = 0.0
    closed_at: float = math.inf  # least bound of the leaves that are done with
    waiting: list[tuple[float, int, Waiting]] = field(default_factory=list[tuple[float, int, Waiting]])
    numbers: Iterator[int] = field(default_factory=itertools.count)
    pointed: Flags | None = None

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
        return self.examined > 0 and not self.waiting

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
    if not tree.waiting and tree.examined == 0:
        _push(tree, Waiting(-1, tree.bound, tree.core.status, multipliers, -1, False))
    with ThreadPoolExecutor(threads) as pool:
        while tree.waiting and not over() and tree.examined < most:
            batch = _batch(tree)
            if batch:
                # all of a batch are judged by what is known at its begin
                found = list(pool.map(partial(examine, tree, tree.target, tree.cutoff), batch))
                for one, news in zip(batch, found, strict=True):
                    _read(tree, one, news)
                _look_for_better(tree)
            _raise_bound(tree)
            tell(tree.value, tree.bound)
    _raise_bound(tree)


def examine(tree: Tree, target: float, cutoff: float, one: Waiting) -> Examined:
    """Bound a node, fix what follows and choose where to branch."""
    core = tree.bent
    status = one.status.copy()
    if one.facility >= 0:
        status[one.facility] = 1 if one.opened else -1
    multipliers = one.multipliers.astype(np.float64)
    average, answer = np.empty(core.facilities), np.zeros(2, np.int64)
    root = one.parent < 0
    bound = kernels.examine(
        *core.by_need,
        status,
        core.low,
        core.high,
        multipliers,
        10 * ITERATIONS if root else ITERATIONS,
        target + tree.constant,
        cutoff + tree.constant,
        20 if root else PATIENCE,
        0.5,
        tree.single,
        average,
        answer,
    )
    return Examined(bound - tree.constant, status, multipliers, int(answer[0]), int(answer[1]), average)


def _batch(tree: Tree) -> list[Waiting]:
    """Take the nodes with the least bounds, leaving out those that cannot hold anything better."""
    batch: list[Waiting] = []
    while tree.waiting and len(batch) < BATCH:
        bound, _, one = heapq.heappop(tree.waiting)
        if bound >= tree.cutoff:
            tree.closed_at = min(tree.closed_at, bound)
        else:
            batch.append(one)
    return batch


def _read(tree: Tree, one: Waiting, found: Examined) -> None:
    """Add a node to the proof and its children to those that wait."""
    tree.examined += 1
    bound = max(one.bound, found.bound)
    number, kept = _record(tree, one, found)
    if bound >= tree.cutoff:
        tree.closed_at = min(tree.closed_at, bound)
    elif found.free == 0:
        _leaf(tree, number, found.status)
    else:
        for opened in (True, False):
            _push(tree, Waiting(number, bound, found.status, kept, found.facility, opened))
        tree.pointed = (found.status == 1) | ((found.status == 0) & (found.average > 0.5))


def _push(tree: Tree, one: Waiting) -> None:
    heapq.heappush(tree.waiting, (one.bound, next(tree.numbers), one))


def _record(tree: Tree, one: Waiting, found: Examined) -> tuple[int, Floats | Singles]:
    """Keep a node for the proof; return its number and its multipliers as they are kept."""
    kept = found.multipliers.astype(np.float32) if tree.single else found.multipliers
    tree.kept += kept.nbytes
    if tree.kept > MEMORY:
        tree.nodes = None
    if tree.nodes is None:
        return 0, kept
    before = one.status.copy()
    if one.facility >= 0:
        before[one.facility] = 1 if one.opened else -1
    closed, opening = _news(before, found.status)
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


def _news(before: Status, after: Status) -> tuple[Ids, Ids]:
    """Return the facilities that were closed and opened in between."""
    new = before != after
    return (
        np.flatnonzero(new & (after == -1)).astype(np.int32),
        np.flatnonzero(new & (after == 1)).astype(np.int32),
    )


def _leaf(tree: Tree, parent: int, status: Status) -> None:
    """Close a node in which nothing is free: with λ[i] the cost at which i is served, the bound is the value."""
    is_open = status == 1
    value = tree.core.value(is_open)
    if value < tree.value:
        tree.value, tree.is_open = value, is_open
    tree.closed_at = min(tree.closed_at, value)
    if tree.nodes is not None:
        multipliers = served_at(tree.core, is_open)
        tree.nodes.append(
            Node(parent=parent, multipliers=multipliers, bound=value, closed=no_ids(), opening=no_ids())
        )


def served_at(core: Core, is_open: Flags) -> Floats:
    """Return the cost at which each need is served; more than everything together where it is not."""
    nearest, second = (np.empty(core.needs, np.int64) for _ in range(2))
    kernels.nearest(core.pointer, core.facility, is_open, nearest, second)
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


def _raise_bound(tree: Tree) -> None:
    """Bring the bound up to date: the least of those that wait and those that are done with."""
    least = min(tree.waiting[0][0] if tree.waiting else math.inf, tree.closed_at)
    if tree.examined and least >= tree.cutoff:
        least = tree.value
    tree.bound = min(tree.value, max(tree.bound, least))


def waiting_too(tree: Tree) -> list[Node] | None:
    """Return the proof with the nodes that still wait, bounded by their parents' multipliers; None if not kept."""
    if tree.nodes is None:
        return None
    return tree.nodes + [
        Node(
            parent=one.parent,
            facility=one.facility,
            opened=one.opened,
            multipliers=one.multipliers,
            cycles=tree.cycles,
            bound=one.bound,
            closed=no_ids(),
            opening=no_ids(),
        )
        for _, _, one in sorted(tree.waiting, key=lambda entry: entry[1])
        if tree.examined
    ]

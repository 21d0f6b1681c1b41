"""Branch and cut: branch and bound on the linear relaxation, each node with odd cycles of its own.

Where the relaxation with cycles is nearly whole, the last of the gap closes in few nodes, but only with
exact multipliers: a subgradient method circles around them. One programme stays in HiGHS for each thread; a
node changes the bounds of open[j], goes on from the last basis, adds violated cycles (they hold everywhere)
while they pay, and its dual values are the multipliers that go into the proof. Nodes are read in a fixed
order, so that the tree does not depend on the speed of the threads.
"""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from lynchpin.catalogue.branch import (
    Tree,
    Waiting,
    keep_in_bounds,
    news_of,
    push,
    raise_bound,
    settle_leaf,
    take,
)
from lynchpin.catalogue.core import Flags, Floats, Places, Status
from lynchpin.catalogue.cycle_rows import more_cycles, with_cycles
from lynchpin.catalogue.lagrangian import fixed
from lynchpin.catalogue.programme import Programme, give_status, programme
from lynchpin.catalogue.proof import Node
from lynchpin.catalogue.rows import Relaxed, relaxed_of, solve
from lynchpin.catalogue.swap import improved

ROUNDS = 2  # rounds of cycles at a node
PAYS = 0.1  # share of the gap that a round has to close for another one


@dataclass(frozen=True, eq=False)
class Step:
    """One set of multipliers of a node, and what it fixed."""

    relaxed: Relaxed
    bound: float
    before: Status
    after: Status


@dataclass
class CutTree(Tree):
    """A branch and cut under way over one core.

    needs       (N) number of each need in the whole problem; None when they are all
    programmes  one for each thread
    stuck       whether a programme broke down, so that nodes can no longer be bounded
    """

    needs: Places | None = None
    programmes: list[Programme] = field(default_factory=list[Programme])
    stuck: bool = False

    @property
    def likely(self) -> Flags:
        """Return the facilities of the best solution; all of them where none is known."""
        return self.is_open if self.core.value(self.is_open) < math.inf else np.ones_like(self.is_open)


def cut(
    tree: CutTree,
    multipliers: Floats,
    *,
    threads: int,
    over: Callable[[], bool],
    tell: Callable[[float, float], None],
) -> None:
    """Search the tree until it is done or `over` says so."""
    if not tree.begun:
        tree.begun = True
        push(tree, Waiting(-1, tree.bound, tree.core.status, multipliers, tree.cycles))
    while len(tree.programmes) < threads:
        begun = programme(tree.core, multipliers, tree.needs, tree.likely)
        tree.programmes.append(with_cycles(begun, tree.cycles))
    with ThreadPoolExecutor(threads) as pool:
        while tree.waiting and not over() and not tree.stuck:
            keep_in_bounds(tree)
            batch = take(tree, threads)
            jobs = [
                pool.submit(_examine, tree, lp, one, tree.cutoff, over)
                for lp, one in zip(tree.programmes, batch, strict=False)
            ]
            for one, job in zip(batch, jobs, strict=True):
                _read(tree, one, job.result(), over())
            raise_bound(tree)
            tell(tree.value, tree.bound)
    raise_bound(tree)


def _examine(
    tree: CutTree, lp: Programme, one: Waiting, cutoff: float, over: Callable[[], bool]
) -> tuple[list[Step], float, Flags]:
    """Bound one node; return its multipliers in turn, and the best solution that was found on the way."""
    status = one.branched
    steps: list[Step] = []
    value, is_open, best = math.inf, tree.is_open, one.bound
    for turn in range(ROUNDS + 1):
        give_status(lp, status)
        if not solve(lp, over):
            break
        relaxed = relaxed_of(lp)
        constant = relaxed.cycles.constant
        here = replace(relaxed.core, status=status)
        bound, after, _ = fixed(here, relaxed.multipliers, cutoff + constant)
        steps.append(Step(relaxed, bound - constant, status, after))
        if turn == 0:
            found, flags = improved(replace(tree.core, status=np.maximum(status, 0)), relaxed.open_ > 0.5)
            value, is_open = min((value, is_open), (found, flags), key=lambda pair: pair[0])
        gained = bound - constant - best
        best = max(best, bound - constant)
        status = after
        if best >= cutoff or turn == ROUNDS or not (after == 0).any():
            break
        if (turn and gained < PAYS * (cutoff - best)) or not more_cycles(lp, relaxed.serve, relaxed.open_):
            break
    return steps, value, is_open


def _read(tree: CutTree, one: Waiting, found: tuple[list[Step], float, Flags], ended: bool) -> None:
    """Take a node's result: its proof, its solution, and its children."""
    steps, value, is_open = found
    if value < tree.value:
        tree.value, tree.is_open = value, is_open
    if not steps:
        tree.stuck = not ended
        push(tree, one)
        return
    tree.examined += 1
    number = _record(tree, one, steps)
    best = max(steps, key=lambda step: step.bound)
    bound, status = max(one.bound, best.bound), steps[-1].after
    if bound >= tree.cutoff:
        tree.closed_at = min(tree.closed_at, bound)
        return
    free = np.flatnonzero(status == 0)
    if free.size == 0:
        settle_leaf(tree, number, status)
        return
    share = steps[-1].relaxed.open_[free]
    facility = int(free[np.argmin(np.abs(share - 0.5))])
    last = steps[-1].relaxed
    for opened in (True, False):
        push(tree, Waiting(number, bound, status, last.multipliers, last.cycles, facility, opened))


def _record(tree: CutTree, one: Waiting, steps: list[Step]) -> int:
    """Add the steps of a node to the proof, each below the last, and return the number of the last."""
    if tree.nodes is None:
        return 0
    parent, facility, opened = one.parent, one.facility, one.opened
    for step in steps:
        closed, opening = news_of(step.before, step.after)
        tree.nodes.append(
            Node(
                parent=parent,
                facility=facility,
                opened=opened,
                multipliers=step.relaxed.multipliers,
                cycles=step.relaxed.cycles if step.relaxed.cycles.weight.size else None,
                bound=step.bound,
                closed=closed,
                opening=opening,
            )
        )
        parent, facility, opened = len(tree.nodes) - 1, -1, False
        tree.kept += step.relaxed.multipliers.nbytes + 2 * step.relaxed.cycles.need.nbytes
    return len(tree.nodes) - 1

"""One problem that does not fall apart, from its first bound to its proof.

A short branch and bound comes first: where it ends, nothing else is needed. Else the linear relaxation with
odd cycles closes what it can, its reduced costs fix facilities, and branch and cut goes on from there (a
subgradient method was measured to stand still on costs that cycles bend); where the relaxation does not help,
the first tree goes on instead.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from lynchpin.catalogue.branch import Tree, branch, cutoff_of, waiting_too
from lynchpin.catalogue.core import Core, Flags, Floats, Ids, Places, Status, restrict
from lynchpin.catalogue.cutting import CutTree, cut
from lynchpin.catalogue.lagrangian import fixed
from lynchpin.catalogue.programme import expected_rows
from lynchpin.catalogue.proof import Cycles, Node, no_ids
from lynchpin.catalogue.rows import Relaxed, relax
from lynchpin.catalogue.swap import improved, kicked

FIRST = 16  # nodes before solutions are looked for elsewhere
TRIAL = 320_000  # needs times nodes of the short search
MOST_TURNS = 8
WORTH = 0.02  # share of the gap that the relaxation has to close, or else the first tree goes on
SHRUNK = 0.2  # share of facilities fixed from which the relaxation is worth another turn
WHOLE = 0.75  # share of the gap left by a relaxation without cycles below which exact multipliers pay
GETS_ON = 0.5  # share of the gap that the short search has to close each time to go on
DENSE = (
    40  # arcs of a need cheaper than its multiplier, beyond which the relaxation is slow and cycles are rare
)
NEAR = 0.001  # relative gap below which the relaxation is nearly whole: it comes first where
KICKS = 30  # tries to find a better solution around the best one, at most
KICKS_AFTER = 1000  # nodes of the long search between two looks for solutions around the best one
MANY = 500  # ... there are more needs than this, so that a node takes long
FEW_ROWS = 40_000  # ... and fewer rows
MOST_ROWS = 250_000  # rows beyond which the relaxation is not tried


@dataclass
class PartSearch:
    """The search for one part.

    core        the part, over the facilities still in question
    value       of the best solution so far; `open_ids` are its facilities as numbered in the whole problem
    bound       no solution of the part is cheaper
    nodes       the proof so far but for the tree, in the numbers of the whole problem
    tree        branch and bound under way
    kicked      how often solutions were looked for around the best one while the tree grew
    needs       needs of the part in the whole problem; None when it is the whole problem
    """

    core: Core
    multipliers: Floats
    average: Floats
    step: float
    value: float
    open_ids: Ids
    bound: float
    ceiling: float
    seed: int
    needs: Places | None = None
    nodes: list[Node] = field(default_factory=list[Node])
    tree: Tree | None = None
    kicked: int = 0
    done: bool = False

    def __post_init__(self) -> None:
        self.all_ids = self.core.ids

    @property
    def cutoff(self) -> float:
        """Value that a better solution stays below."""
        return cutoff_of(min(self.value, self.ceiling), self.step)

    @property
    def gap(self) -> float:
        """Distance of value and bound; 0 when done."""
        return 0.0 if self.done else self.value - self.bound

    def known(self) -> Flags:
        """Return the facilities of a solution; all that are in question where none is known."""
        value, is_open = improved(self.core, self.local())
        return is_open if value < math.inf else np.ones_like(is_open)

    def local(self) -> Flags:
        """Return the best solution as far as its facilities are still in question."""
        return np.isin(self.core.ids, self.open_ids) | (self.core.status == 1)


def settle(part: PartSearch, *, threads: int, over: Callable[[], bool], tell: Callable[[], None]) -> None:
    """Do everything but the long search: a short search, with kicks, the relaxation with what it fixes."""
    rows = expected_rows(part.core, part.multipliers, part.known())
    worth = rows < min(MOST_ROWS, DENSE * part.core.needs)
    near = part.gap < NEAR * part.value and part.core.needs > MANY
    at_once = worth and near and rows < FEW_ROWS
    if not at_once:
        part.tree = _tree(part, part.core, None)
        _grow(part, part.tree, threads, over, tell, FIRST)
    if not part.done:
        _kick(part)
    if not (part.done or at_once):
        _short_search(part, threads, over, tell)
    if worth and not (part.done or over()):
        _relax(part, over, tell)


def search(part: PartSearch, *, threads: int, over: Callable[[], bool], tell: Callable[[], None]) -> None:
    """Go on with branch and bound until it is done or `over` says so, with kicks every so many nodes.

    A branch and cut whose linear programme breaks down gives way to branch and bound without one.
    """
    tree: Tree = part.tree or _tree(part, part.core, None)
    part.tree = tree
    while not (part.done or over()):
        due = KICKS_AFTER * (tree.examined // KICKS_AFTER + 1)
        _grow(part, tree, threads, over, tell, due)
        if isinstance(tree, CutTree) and tree.stuck:
            tree = part.tree = _tree(part, part.core, None)
        if not part.done and tree.examined >= due:
            part.kicked += 1
            _kick(part)
            _pass_on(part, tree)


def _kick(part: PartSearch) -> None:
    """Look for better solutions around the best one."""
    random = np.random.default_rng((part.seed, part.kicked))
    value, is_open = improved(part.core, part.local())
    effort = max(3, min(KICKS, 30_000_000 // max(1, part.core.size)))
    value, is_open = kicked(part.core, is_open, value, part.average, random, effort)
    _take(part, part.core, value, is_open)


def _take(part: PartSearch, core: Core, value: float, is_open: Flags) -> None:
    """Keep a solution if it is better."""
    if value < part.value:
        part.value, part.open_ids = value, core.ids[is_open & (core.ids >= 0)]


def _tree(part: PartSearch, bent: Core, cycles: Cycles | None) -> Tree:
    """Return a branch and bound that has not begun."""
    is_open = improved(part.core, part.local(), moves=0)[1]
    return Tree(part.core, bent, cycles, part.step, part.ceiling, part.value, is_open, part.bound)


def _cut_tree(part: PartSearch, cycles: Cycles | None) -> CutTree:
    """Return a branch and cut that has not begun."""
    is_open = improved(part.core, part.local(), moves=0)[1]
    return CutTree(
        part.core,
        part.core,
        cycles,
        part.step,
        part.ceiling,
        part.value,
        is_open,
        part.bound,
        needs=part.needs,
    )


def _short_search(part: PartSearch, threads: int, over: Callable[[], bool], tell: Callable[[], None]) -> None:
    """Go on with branch and bound, for as long as it gets on."""
    part.tree = part.tree or _tree(part, part.core, None)
    _pass_on(part, part.tree)
    most = max(48, TRIAL // max(1, part.core.needs))
    while not part.done and not over():
        before = part.gap
        _grow(part, part.tree, threads, over, tell, part.tree.examined + most)
        if part.gap > (1 - GETS_ON) * before:
            return


def _pass_on(part: PartSearch, tree: Tree) -> None:
    """Tell a tree of a better solution that was found elsewhere."""
    if part.value < tree.value:
        tree.value, tree.is_open = part.value, improved(part.core, part.local(), moves=0)[1]


def _grow(
    part: PartSearch,
    tree: Tree,
    threads: int,
    over: Callable[[], bool],
    tell: Callable[[], None],
    most: int = 2**40,
) -> None:
    """Let a tree grow, and take over what it finds."""

    def news(value: float, bound: float) -> None:
        if value < part.value:
            _take(part, tree.core, value, tree.is_open)
        part.bound = max(part.bound, min(bound, part.value))
        tell()

    if isinstance(tree, CutTree):
        cut(tree, part.multipliers, threads=threads, over=over, tell=news)
    else:
        branch(tree, part.multipliers, threads=threads, over=over, tell=news, most=most)
    news(tree.value, tree.bound)
    part.done = tree.done
    if part.done:
        part.bound = part.value


def proof_of(part: PartSearch) -> tuple[tuple[Node, ...], float]:
    """Return the proof of a part in the numbers of the whole problem, and the bound that follows from it.

    Of a search that became too large to keep there is only what it had proved by then.
    """
    tree = part.tree
    own = [] if tree is None else waiting_too(tree)
    nodes = (*part.nodes, *(_moved(node, part, tree) for node in own or ()))
    if not nodes:
        bound = fixed(part.core, part.multipliers, part.cutoff)[0]
        nodes = (Node(multipliers=part.multipliers, bound=bound, closed=no_ids(), opening=no_ids()),)
    least = _follows(nodes)
    return nodes, part.bound if least >= part.cutoff else min(least, part.bound)


def _follows(nodes: tuple[Node, ...]) -> float:
    """Return the least over the leaves of the largest bound on the way to each."""
    reached: list[float] = []
    for node in nodes:
        reached.append(max(node.bound, reached[node.parent] if node.parent >= 0 else 0.0))
    above = {node.parent for node in nodes}
    return min(bound for place, bound in enumerate(reached) if place not in above)


def _moved(node: Node, part: PartSearch, tree: Tree | None) -> Node:
    """Return a node of a tree with facilities as numbered in the whole problem, below what came before."""
    ids = (tree.core if tree is not None else part.core).ids
    before = len(part.nodes)
    return replace(
        node,
        parent=node.parent + before if node.parent >= 0 else before - 1,
        facility=int(ids[node.facility]) if node.facility >= 0 else -1,
        closed=np.sort(ids[node.closed]),
        opening=np.sort(ids[node.opening]),
    )


def _relax(part: PartSearch, over: Callable[[], bool], tell: Callable[[], None]) -> None:
    """Raise the bound by the relaxation and its cycles, and start a new tree from there where that helped."""
    cycles: Cycles | None = None
    first = part.gap
    for _ in range(MOST_TURNS):
        before = part.bound
        relaxed = relax(
            part.core,
            part.multipliers,
            served_by=part.known(),
            needs=part.needs,
            known=cycles,
            cutoff=part.cutoff,
            over=over,
            on_solution=_Listener(part, tell),
        )
        if relaxed is None or relaxed.bound < min(part.cutoff, before + WORTH * (part.value - before)):
            return
        status = _note(part, relaxed)
        if part.done:
            return
        shrunk = float((status != part.core.status).mean())
        cycles = relaxed.cycles if relaxed.cycles.weight.size else None
        part.multipliers, part.core = relaxed.multipliers, restrict(part.core, status)
        exact = cycles is not None or part.gap < WHOLE * first
        part.tree = _cut_tree(part, cycles) if exact else _tree(part, part.core, None)
        if shrunk < SHRUNK or over():
            return


@dataclass
class _Listener:
    """Looks for solutions near those of the relaxation."""

    part: PartSearch
    tell: Callable[[], None]

    def __call__(self, open_: Floats, bound: float) -> float:
        part, core = self.part, self.part.core
        random = np.random.default_rng(part.seed + 1)
        value, is_open = improved(core, open_ > 0.5, np.argsort(-open_, kind="stable"))
        _take(part, core, *kicked(core, is_open, value, open_, random, 2))
        part.bound = max(part.bound, min(bound, part.value))
        self.tell()
        return part.cutoff


def _note(part: PartSearch, relaxed: Relaxed) -> Status:
    """Add what the relaxation proves to the proof; return the status of each facility after it."""
    core = relaxed.core
    cycles = relaxed.cycles if relaxed.cycles.weight.size else None
    constant = relaxed.cycles.constant
    bound, status, _ = fixed(core, relaxed.multipliers, part.cutoff + constant)
    bound -= constant
    part.bound = max(part.bound, min(bound, part.value))
    part.done = bound >= part.cutoff
    if part.done:
        part.bound = part.value
    new = status != core.status
    part.nodes.append(
        Node(
            parent=len(part.nodes) - 1,
            multipliers=relaxed.multipliers,
            cycles=cycles,
            bound=bound,
            closed=np.sort(core.ids[new & (status == -1)]),
            opening=np.sort(core.ids[new & (status == 1)]),
        )
    )
    part.tree = None
    return status

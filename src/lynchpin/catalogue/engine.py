"""The location engine from the outside in: first bound, first fixings, the parts, and their searches."""

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.branch import cutoff_of
from lynchpin.catalogue.core import Core, Flags, Floats, Ids, Places, restrict
from lynchpin.catalogue.lagrangian import Ascent, begin, dual_ascent, fixed
from lynchpin.catalogue.part import PartSearch, proof_of, search, settle
from lynchpin.catalogue.pieces import pieces
from lynchpin.catalogue.proof import Node, Part, no_ids
from lynchpin.catalogue.reduce import Reduced, reduce
from lynchpin.catalogue.swap import greedy, improved, kicked
from lynchpin.catalogue.watch import Watch

WORK = 4_000_000  # arcs passed in one chunk of an ascent, about
SLICE = 2.0  # seconds for which one part is searched before the parts are compared again
PATIENCE = 40
WIDE = 0.001  # relative gap from which more is spent on better solutions
LOOK = 150  # iterations between two looks for better solutions and for what can be fixed


@dataclass
class Engine:
    """A run: what is known of the whole problem.

    core         over the facilities still in question
    value        of the best solution; `is_open` (facilities of the whole problem) tells which
    bound        no solution is cheaper
    ceiling      more than any solution costs
    nodes        the proof down to where the problem falls apart
    """

    reduced: Reduced
    watch: Watch
    threads: int
    seed: int
    core: Core
    is_open: Flags
    value: float = math.inf
    bound: float = 0.0
    ceiling: float = math.inf
    nodes: list[Node] = field(default_factory=list[Node])
    parts: list[PartSearch] = field(default_factory=list[PartSearch])
    settled: float = 0.0
    limited: bool = False

    @property
    def step(self) -> float:
        """Every value is a multiple of it; 0 when there is no such number."""
        return self.reduced.step

    @property
    def cutoff(self) -> float:
        """Value that a better solution stays below."""
        return cutoff_of(min(self.value, self.ceiling), self.step)

    @property
    def done(self) -> bool:
        """Return whether nothing better than the best solution can be left."""
        return self.bound >= self.cutoff

    def take(self, core: Core, value: float, is_open: Flags) -> None:
        """Keep a solution if it is better."""
        if value < self.value:
            self.value = value
            self.is_open = np.zeros_like(self.is_open)
            self.is_open[core.ids[is_open]] = True
            self.watch.tell(value, self.bound)

    def raise_bound(self, bound: float) -> None:
        """Take a bound if it is better; where nothing better is left, it is the value."""
        self.bound = max(self.bound, min(bound, self.value))
        if self.done:
            self.bound = self.value  # infinite where there is no solution at all
        self.watch.tell(self.value, self.bound)


@lru_cache
def prepare() -> None:
    """Compile the kernels, or load what an earlier run compiled, on a problem that needs all of them."""
    random = np.random.default_rng(0)
    needs, facilities = np.divmod(np.arange(144), 12)
    arcs = Arcs.of(needs, facilities, random.integers(10, 20, 144), np.full(12, 12.0))
    engine = run(reduce(arcs, 0, 12), Watch(60.0), facilities=12, start=None, threads=1, seed=0)
    part = _part(
        engine, reduce(arcs, 0, 12).core, np.arange(12), np.full(12, 14.0), np.full(12, 0.5), no_ids()
    )
    settle(part, threads=1, over=lambda: False, tell=lambda: None)


def run(
    reduced: Reduced, watch: Watch, *, facilities: int, start: Places | None, threads: int, seed: int
) -> Engine:
    """Search a reduced problem and return all that is known of it.

    facilities  number of facilities of the whole problem
    start       facilities of a solution that is known
    """
    core = reduced.core
    engine = Engine(reduced, watch, threads, seed, core, np.zeros(facilities, np.bool_))
    engine.limited = core.low > 0 or core.high < core.facilities
    engine.ceiling = (
        1.0 + reduced.step + 1.001 * float(core.opening.sum() + core.cost[core.pointer[1:] - 1].sum())
    )
    watch.phase("start")
    ascent = _first_solution(engine, start)
    watch.phase("bound")
    ascent = _first_bound(engine, ascent)
    if not engine.done:
        _fall_apart(engine, ascent)
        watch.phase("relaxation")
        _settle(engine)
        watch.phase("search")
        _search(engine)
    return engine


def _first_solution(engine: Engine, start: Places | None) -> Ascent:
    """Find a solution, from what is known or from nothing, and return where the ascent is to begin."""
    core = engine.core
    if start is not None:
        is_open = np.isin(core.ids, engine.reduced.stands_for(start))
        engine.take(core, *improved(core, is_open))
    if engine.limited:
        engine.take(core, *greedy(core))
        return begin(core, np.isin(core.ids, np.flatnonzero(engine.is_open)))
    ascent, is_open = dual_ascent(core)
    engine.raise_bound(ascent.bound)
    engine.take(core, *improved(core, is_open))
    engine.raise_bound(ascent.bound)
    return ascent if engine.done else _fix(engine, ascent, 0.1)


def _first_bound(engine: Engine, ascent: Ascent) -> Ascent:
    """Raise the Lagrangian bound until it stalls, looking for solutions and fixing facilities on the way."""
    core = ascent.core
    chunk = max(5, min(200, WORK // (core.needs * 10 + core.size // 20 + 1)))
    since = 0
    while not ascent.exhausted and not engine.watch.over() and not engine.done:
        target = min(engine.value, engine.ceiling)
        bound = ascent.run(chunk, target, engine.cutoff, PATIENCE)
        engine.raise_bound(bound)
        since += chunk
        if since < LOOK and not ascent.exhausted:
            continue
        since = 0
        order = np.argsort(-ascent.average, kind="stable")
        engine.take(ascent.core, *improved(ascent.core, ascent.average > 0.5, order))
        ascent = _fix(engine, ascent, 0.1)
    random = np.random.default_rng(engine.seed)
    if not engine.done and not engine.watch.over():
        core = ascent.core
        here = np.isin(core.ids, np.flatnonzero(engine.is_open))
        value, is_open = improved(core, here)
        most = 100 if engine.value - engine.bound > WIDE * engine.value else 20
        rounds = max(2, min(most, 20_000_000 // core.size))
        engine.take(core, *kicked(core, is_open, value, ascent.average, random, rounds))
    return _fix(engine, ascent, 0.0)


def _fix(engine: Engine, ascent: Ascent, least: float) -> Ascent:
    """Fix what the best multipliers prove, where it is more than a share of the facilities."""
    core = ascent.core
    bound, status, _ = fixed(core, ascent.best, engine.cutoff)
    engine.raise_bound(bound)
    new = status != core.status
    if new.sum() < least * core.facilities and not engine.done:
        return ascent
    engine.nodes.append(
        Node(
            parent=len(engine.nodes) - 1,
            multipliers=ascent.best.copy(),
            bound=bound,
            closed=np.sort(core.ids[new & (status == -1)]),
            opening=np.sort(core.ids[new & (status == 1)]),
        )
    )
    engine.core = restrict(core, status)
    if (np.diff(engine.core.pointer) == 0).any():  # nothing better serves this need
        engine.raise_bound(math.inf)
        return ascent
    return ascent.moved(engine.core, status >= 0)


def _fall_apart(engine: Engine, ascent: Ascent) -> None:
    """Make the parts: one for each component, or a single one where the number of facilities is limited."""
    core, open_ids = engine.core, np.flatnonzero(engine.is_open).astype(np.int32)
    if engine.limited:
        engine.parts = [
            PartSearch(
                core,
                ascent.best,
                ascent.average,
                engine.step,
                engine.value,
                open_ids,
                engine.bound,
                engine.ceiling,
                engine.seed,
            )
        ]
        return
    engine.settled, found = pieces(core)
    average = np.zeros(engine.is_open.size)
    average[core.ids] = ascent.average
    for piece in found:
        engine.parts.append(_part(engine, piece.core, piece.needs, ascent.best, average, open_ids))


def _part(
    engine: Engine, core: Core, needs: Places, multipliers: Floats, average: Floats, open_ids: Ids
) -> PartSearch:
    """Return the search for one part, from its share of the best solution and of the multipliers."""
    here = np.isin(core.ids, open_ids) | (core.status == 1)
    value, is_open = improved(core, here)
    own = multipliers[needs].copy()
    part = PartSearch(
        core,
        own,
        np.where(core.ids >= 0, average[core.ids], 1.0),
        engine.step,
        value,
        core.ids[is_open & (core.ids >= 0)],
        0.0,
        1.0 + 1.001 * float(core.opening.sum() + core.cost[core.pointer[1:] - 1].sum()),
        engine.seed,
        needs=needs,
    )
    part.bound = max(0.0, min(value, fixed(core, own, part.cutoff)[0]))
    return part


def _together(engine: Engine) -> None:
    """Bring value and bound of the whole up to date from the parts."""
    value = engine.settled + sum(part.value for part in engine.parts)
    if value < engine.value:
        engine.value = value
        engine.is_open = np.zeros_like(engine.is_open)
        if not engine.limited:
            engine.is_open[engine.core.ids[engine.core.status == 1]] = True
        for part in engine.parts:
            engine.is_open[part.open_ids] = True
    engine.raise_bound(engine.settled + sum(part.bound for part in engine.parts))


def _settle(engine: Engine) -> None:
    """Do for each part all but the long search, the largest last, so that many small ones come first."""
    engine.parts.sort(key=lambda part: part.core.size)
    for part in engine.parts:
        if not engine.watch.over():
            settle(part, threads=engine.threads, over=engine.watch.over, tell=lambda: _together(engine))
        _together(engine)


def _search(engine: Engine) -> None:
    """Search the part with the widest gap for a while, until none is left open or time is up."""
    while not engine.watch.over():
        part = max(engine.parts, key=lambda part: part.gap, default=None)
        if part is None or part.done or part.gap <= 0.0:
            break
        end = engine.watch.seconds + SLICE
        search(
            part,
            threads=engine.threads,
            over=lambda end=end: engine.watch.over() or engine.watch.seconds > end,
            tell=lambda: _together(engine),
        )
        _together(engine)
    _together(engine)


def proof(engine: Engine) -> tuple[tuple[Node, ...], tuple[Part, ...], float]:
    """Return the nodes, the parts, and the bound that follows from both."""
    nodes = tuple(engine.nodes)
    if not engine.parts:
        return nodes, (), engine.bound
    if engine.limited:
        proven = max((node.bound for node in nodes), default=0.0)
        for part in engine.parts:
            own, bound = proof_of(part)
            nodes += tuple(replace(node, parent=node.parent + len(nodes)) for node in own)
            proven = max(proven, bound)
        return nodes, (), engine.bound if proven >= engine.cutoff else min(proven, engine.bound)
    parts = tuple(_proven(part) for part in engine.parts)
    proven = max(engine.settled + sum(part.bound for part in parts), max(node.bound for node in nodes))
    return nodes, parts, engine.bound if proven >= engine.cutoff else min(proven, engine.bound)


def _proven(part: PartSearch) -> Part:
    nodes, bound = proof_of(part)
    return Part(
        needs=np.asarray(part.needs, np.int32),
        facilities=np.sort(part.all_ids[part.all_ids >= 0]),
        open=np.sort(part.open_ids),
        value=part.value,
        bound=bound,
        nodes=nodes,
    )

"""Odd cycles: inequalities that every solution satisfies and the linear relaxation often does not.

Take K facilities j(1)..j(K) in a cycle, K odd, and for each two neighbours a need i(k) that both can serve.
Then

    Σ_k (serve[i(k), j(k)] + serve[i(k), j(k+1)]) − Σ_k open[j(k)] <= (K − 1) / 2        (cycle)

since t open facilities of the cycle serve at most min(K, 2 t) of the K pairs, and min(K − t, t) <= (K − 1)
/ 2. Three facilities that are each half open and three needs that each use two of them exceed it by a half:
this is what makes the relaxation of few specifications over many options weak (Cornuejols and Thizy, "Some
facets of the simple plant location polytope", 1982; Cho, Padberg and Rao, "On the uncapacitated plant
location problem II", 1983).

With weights μ >= 0 a set of cycles bends the costs of a problem,

    c'[i, j] = c[i, j] + Σ μ · (times that i, j stands in the cycle)     f'[j] = f[j] − Σ μ · (whether j does)

and every bound L'(λ) of the bent problem less Σ μ (K − 1) / 2 is a bound of the problem itself.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra  # pyright: ignore[reportUnknownVariableType]  # no types

from lynchpin.catalogue import kernels_shape
from lynchpin.catalogue.core import Core, Floats, Ids, Places, need_of, sorted_core
from lynchpin.catalogue.proof import Cycles

LARGE = 1500  # fractional facilities beyond which no cycles are looked for


def bent(core: Core, cycles: Cycles, needs: Places | None = None) -> Core:
    """Return a core with the costs that the cycles bend.

    cycles  in the numbers of the whole problem; steps over arcs and facilities that are gone change nothing
    needs   (N) number of each of the core's needs in the whole problem; None when they are all
    """
    weight = np.repeat(cycles.weight, np.diff(cycles.start))
    begin, end = locals_of(core, cycles.facility), locals_of(core, following(cycles))
    need = cycles.need if needs is None else np.searchsorted(needs, cycles.need)
    held = begin >= 0
    opening = core.opening - np.bincount(begin[held], weight[held], minlength=core.facilities)
    cost = core.cost.copy()
    for facility in (begin, end):
        held = facility >= 0
        np.add.at(cost, *_there(arcs_at(core, need[held], facility[held]), weight[held]))
    return sorted_core(core, need_of(core), core.facility, cost, opening)


def _there(places: Places, weight: Floats) -> tuple[Places, Floats]:
    """Return only the places that there are."""
    return places[places >= 0], weight[places >= 0]


def locals_of(core: Core, ids: Ids) -> Places:
    """Return the core's number of each facility, -1 for those that it no longer has."""
    size = int(max(core.ids.max(initial=-1), ids.max(initial=-1))) + 1
    place = np.full(size, -1, np.int64)
    own = core.ids >= 0
    place[core.ids[own]] = np.flatnonzero(own)
    return place[ids]


def arcs_at(core: Core, needs: Ids | Places, facilities: Places) -> Places:
    """Return the place of the arc of each need and facility, -1 where there is none."""
    key = need_of(core).astype(np.int64) * core.facilities + core.facility
    order = np.argsort(key)
    wanted = np.asarray(needs, np.int64) * core.facilities + facilities
    place = np.minimum(np.searchsorted(key[order], wanted), max(key.size - 1, 0))
    return np.where(key[order[place]] == wanted, order[place], -1)


def following(cycles: Cycles) -> Ids:
    """Return the facility at which each step ends."""
    to = np.roll(cycles.facility, -1)
    to[cycles.start[1:] - 1] = cycles.facility[cycles.start[:-1]]
    return to


def find(
    pointer: Places, facility: Ids, serve: Floats, open_: Floats, *, least: float, most: int
) -> list[tuple[Ids, Ids]]:
    """Return violated cycles, each as its needs and its facilities, the most violated first.

    pointer, facility  arcs by need
    serve              of each arc, in a solution of the relaxation
    open_              (F) of each facility
    least              violation from which a cycle counts
    most               number of cycles at most
    """
    partly = np.flatnonzero((open_ > 1e-5) & (open_ < 1 - 1e-5))
    count = partly.size
    if count < 3 or count > LARGE:
        return []
    place = np.full(open_.size, -1, np.int64)
    place[partly] = np.arange(count)
    best, need = np.zeros((count, count)), np.full((count, count), -1, np.int32)
    kernels_shape.pairs(pointer, facility, serve, place, best, need)
    share = open_[partly]
    triples = np.empty((200_000, 3), np.int64)
    excess = np.empty(len(triples))
    found = kernels_shape.triangles(best, share, least, triples, excess)
    cycles = [(float(excess[n]), triples[n]) for n in range(found)] + _longer(best, share, least)
    cycles.sort(key=lambda pair: -pair[0])
    chosen: dict[tuple[int, ...], tuple[Ids, Ids]] = {}
    for _, cycle in cycles:
        key = tuple(sorted(int(a) for a in cycle))
        if key not in chosen:
            chosen[key] = need[cycle, np.roll(cycle, -1)], partly[cycle].astype(np.int32)
            if len(chosen) == most:
                break
    return list(chosen.values())


def _longer(best: Floats, share: Floats, least: float) -> list[tuple[float, npt.NDArray[np.int64]]]:
    """Return cycles of any odd length that are violated, at most one through each facility.

    A pair weighs ½ − best + half its facilities' shares, at least 0; a cycle is violated by ½ less its
    weight. The lightest odd cycle through a facility is a shortest path to its copy in the doubled graph.
    """
    count = share.size
    weight = np.where(best > 0, np.maximum(0.5 - best + (share[:, None] + share[None, :]) / 2, 1e-9), 0.0)
    light = np.where(weight < 0.5 - least, weight, 0.0)
    if not light.any():
        return []
    double: Any = sp.csr_array(np.block([[np.zeros_like(light), light], [light, np.zeros_like(light)]]))
    shortest = cast("Callable[..., tuple[Floats, Ids]]", dijkstra)
    distance, before = shortest(double, indices=np.arange(count), return_predecessors=True, limit=0.5 - least)
    found: list[tuple[float, npt.NDArray[np.int64]]] = []
    for a in np.flatnonzero(distance[np.arange(count), np.arange(count) + count] < 0.5 - least):
        path, at = [int(a)], int(before[a, a + count])
        while at != a:
            path.append(at % count)
            at = int(before[a, at])
        if len(path) >= 5 and len(set(path)) == len(path):
            found.append((0.5 - float(distance[a, a + count]), np.array(path)))
    return found

"""Odd cycles: inequalities that every solution satisfies and the linear relaxation often does not.

Take K facilities j(1)..j(K) in a cycle, K odd, and for each two neighbours a need i(k) that both can serve. Then

    Σ_k (serve[i(k), j(k)] + serve[i(k), j(k+1)]) − Σ_k open[j(k)] <= (K − 1) / 2        (cycle)

since t open facilities of the cycle serve at most min(K, 2 t) of the K pairs, and min(K − t, t) <= (K − 1) / 2. Three
facilities that are each half open and three needs that each use two of them exceed it by a half: this is what makes
the relaxation of few specifications over many options weak (Cornuejols and Thizy 1982; Cho, Padberg and Rao 1983).

With weights μ >= 0 a set of cycles bends the costs of a problem,

    c'[i, j] = c[i, j] + Σ μ · (times that i, j stands in the cycle)     f'[j] = f[j] − Σ μ · (whether j does)

and every bound L'(λ) of the bent problem less Σ μ (K − 1) / 2 is a bound of the problem itself.
"""

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from lynchpin.catalogue import kernels
from lynchpin.catalogue.core import Core, Floats, Ids, Places, need_of, sorted_core
from lynchpin.catalogue.proof import Cycles

LARGE = 1500  # fractional facilities beyond which no cycles are looked for


def bent(core: Core, cycles: Cycles) -> Core:
    """Return a core with the costs that the cycles bend."""
    length = np.diff(cycles.start)
    weight = np.repeat(cycles.weight, length)
    to = following(cycles)
    opening = core.opening - np.bincount(cycles.facility, weight, minlength=core.facilities)
    needs = np.concatenate([cycles.need, cycles.need])
    facilities = np.concatenate([cycles.facility, to])
    extra = sp.csr_array(
        (np.concatenate([weight, weight]), (needs, facilities)), shape=(core.needs, core.facilities)
    )
    extra.sum_duplicates()
    need = need_of(core)
    key = need.astype(np.int64) * core.facilities + core.facility
    order = np.argsort(key)
    rows = np.repeat(np.arange(core.needs, dtype=np.int64), np.diff(extra.indptr))
    wanted = rows * core.facilities + extra.indices
    place = np.searchsorted(key[order], wanted)
    there = (place < key.size) & (key[order[np.minimum(place, key.size - 1)]] == wanted)
    cost = core.cost.copy()
    cost[order[place[there]]] += extra.data[there]
    return sorted_core(core, need, core.facility, cost, opening)


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
    kernels.pairs(pointer, facility, serve, place, best, need)
    share = open_[partly]
    triples = np.empty((200_000, 3), np.int64)
    excess = np.empty(len(triples))
    found = kernels.triangles(best, share, least, triples, excess)
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

    A pair weighs ½ − best + half its facilities' shares, at least 0; a cycle is violated by ½ less its weight. The
    lightest odd cycle through a facility is a shortest path to its copy in the doubled graph.
    """
    count = share.size
    weight = np.where(best > 0, np.maximum(0.5 - best + (share[:, None] + share[None, :]) / 2, 1e-9), 0.0)
    half = sp.csr_array(np.where(weight < 0.5 - least, weight, 0.0))
    double = sp.block_array([[None, half], [half, None]], format="csr")
    if double.nnz == 0:
        return []
    distance, before = dijkstra(double, indices=np.arange(count), return_predecessors=True, limit=0.5 - least)
    found: list[tuple[float, npt.NDArray[np.int64]]] = []
    for a in np.flatnonzero(distance[np.arange(count), np.arange(count) + count] < 0.5 - least):
        path, at = [int(a)], int(before[a, a + count])
        while at != a:
            path.append(at % count)
            at = int(before[a, at])
        if len(path) >= 5 and len(set(path)) == len(path):
            found.append((0.5 - float(distance[a, a + count]), np.array(path)))
    return found

"""Random location problems from a fixed seed.

Specifications. A need j has K attributes; a candidate i can serve it where it is at least as high in each.
The unit price u rises with the attributes, so that serving j by i costs (u_i - u_j) w_j at volume w_j;
keeping a candidate costs its opening. Candidates are the needs themselves. The arcs are a dominance graph.

Options. The same with K binary options: a car's harness may have a branch that the car does not use, never
lack one it needs (Briant and Naddef, Mgmt Sci. 50 (2004) 1262-1278). Few candidates are kept, each for many
needs, and the linear relaxation is weak.

Published recipes. Koerkel-Ghosh: n = m, costs whole from 1000 to 2000, symmetric or not; openings whole
from 100 to 200 (a), 1000 to 2000 (b), 10,000 to 20,000 (c) (Ghosh, Eur. J. Opl Res. 150 (2003) 150-162).
pmed: a connected random graph of n nodes and n^2/50 edges with whole lengths from 1 to 100 (Beasley,
Eur. J. Opl Res. 21 (1985) 270-273).
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.specification.dominance import dominators
from benchmarks.specification.problem import Floats, Ints, Problem

PRICES = {"a": (100, 200), "b": (1000, 2000), "c": (10_000, 20_000)}


def specifications(*, needs: int, attributes: int, seed: int, levels: int = 0, scale: float = 1.0) -> Problem:
    """Return needs over attributes from 0 to 1, of as many levels as asked for; 0 levels: any value.

    scale  of the openings: more of it keeps fewer candidates
    """
    random = np.random.default_rng(seed)
    if levels:
        height = random.integers(0, levels, (needs, attributes)) / (levels - 1)
    else:
        height = random.random((needs, attributes))
    weight = random.uniform(0.5, 1.5, attributes)
    price = 100 + 400 * (height**1.2 @ weight) / attributes + random.normal(0, 2, needs)
    volume = _volumes(random, needs)
    opening = scale * 1e5 * (1 + height.mean(1)) * random.uniform(0.8, 1.2, needs)
    return _problem(height, np.maximum(price, 50), volume, opening)


def options(*, needs: int, options: int, seed: int, scale: float) -> Problem:
    """Return distinct sets of binary options, of like prices and volumes: hard to choose between.

    scale  opening of a candidate as a share of what one each of all options would cost for all volume
    """
    random = np.random.default_rng(seed)
    wanted = random.uniform(0.35, 0.65, options)
    taken: dict[bytes, Ints] = {}
    while len(taken) < needs:
        row = (random.random(options) < wanted).astype(np.int64)
        taken.setdefault(row.tobytes(), row)
    full = np.ones(options, dtype=np.int64)  # serves everybody
    rows = [*taken.values()]
    if full.tobytes() not in taken:
        rows[-1] = full
    height = np.array(rows, dtype=np.float64)
    cost = random.uniform(8, 12, options)
    price = height @ cost
    volume = _volumes(random, needs, spread=0.4)
    opening = np.full(needs, scale * cost.sum() * volume.sum()) * random.uniform(0.9, 1.1, needs)
    return _problem(height, price, volume, opening)


def koerkel_ghosh(*, size: int, price: str, symmetric: bool, seed: int) -> Problem:
    """Return a problem by the recipe of Koerkel and Ghosh; price is a, b or c."""
    random = np.random.default_rng(seed)
    cost = random.integers(1000, 2001, (size, size)).astype(np.float64)
    if symmetric:
        cost = np.triu(cost) + np.triu(cost, 1).T
    low, high = PRICES[price]
    facility, client = np.divmod(np.arange(size * size), size)
    return Problem(
        client=client,
        facility=facility,
        cost=cost.ravel(),
        opening=random.integers(low, high + 1, size).astype(np.float64),
    )


def medians(*, nodes: int, count: int, seed: int) -> Problem:
    """Return a p-median problem by Beasley's recipe, with exactly `count` medians."""
    random = np.random.default_rng(seed)
    order = random.permutation(nodes)
    edges = nodes * nodes // 50
    head = np.concatenate([order[1:], random.integers(0, nodes, edges - nodes + 1)])
    tail = np.concatenate(
        [order[random.integers(0, np.arange(1, nodes))], random.integers(0, nodes, edges - nodes + 1)]
    )
    length = random.integers(1, 101, edges).astype(np.float64)
    keep = head != tail
    pairs, first = np.unique(
        np.sort(np.stack([head[keep], tail[keep]], 1), axis=1), axis=0, return_index=True
    )
    graph = csr_array((length[keep][first], (pairs[:, 0], pairs[:, 1])), shape=(nodes, nodes))
    paths = dijkstra(graph, directed=False)
    facility, client = np.divmod(np.arange(nodes * nodes), nodes)
    return Problem(
        client=client, facility=facility, cost=paths.ravel(), opening=np.zeros(nodes), exactly=count
    )


def _volumes(random: np.random.Generator, needs: int, *, spread: float = 1.2) -> Floats:
    """Return volumes of 1000 on average; with a large spread a few of them are large."""
    volume = random.lognormal(0, spread, needs)
    return volume * 1000 / volume.mean()


def _problem(height: Floats, price: Floats, volume: Floats, opening: Floats) -> Problem:
    """Return the problem on the dominance graph of the needs."""
    client, facility = dominators(height)
    cost = np.round(np.maximum(price[facility] - price[client], 0) * volume[client])
    cost[client == facility] = 0
    return Problem(client=client, facility=facility, cost=cost, opening=np.round(opening))

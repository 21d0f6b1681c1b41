"""Joins: the least specification that serves a set of needs.

Needs of one *class* agree in every equal attribute. Their join takes the most demanding value of each ordered
attribute, so the joins of a class are all componentwise maxima of its needs. Every specification that an
optimal design needs is a join, as long as a more demanding one costs no less: between a specification and the
join of whom it serves, the join fits them too.

A need that leaves an equal attribute open belongs to every class that it does not contradict. An ordered
attribute that a need leaves open counts as the least that anybody asks.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from lynchpin.catalogue.needs import NONE, Codes, Needs, Parts, Vector

MOST_CLASSES = 4096
MOST_COMPARED = 2000
LARGEST = 2.0**62  # of the numbers that stand for joins


@dataclass(frozen=True, eq=False)
class Group:
    """The needs of one class.

    kind    (E) the class
    rows    (n) positions of its needs
    demand  (n, K) what they ask, the least of the family in place of no condition
    """

    kind: Codes
    rows: Codes
    demand: Vector


def least_asked(needs: Needs, parts: Parts) -> Vector:
    """Return the least value of each ordered attribute that anybody asks, or else offers (K)."""
    least = np.full(needs.demand.shape[1], 0.0)
    for k in range(least.size):
        for values in (needs.demand[:, k], parts.offer[:, k]):
            known = values[np.isfinite(values)]
            if known.size:
                least[k] = known.min()
                break
    return least


def classes(needs: Needs, parts: Parts) -> tuple[Group, ...]:
    """Return the classes of the needs and parts, with the needs that belong to each; sorted.

    A need whose open attributes fit no class that occurs makes classes of its own, one for each choice of
    words that others use.
    """
    kinds = np.concatenate([needs.kind, parts.kind])
    whole = {tuple(int(code) for code in row) for row in kinds if (row != NONE).all()}
    known = sorted(whole)
    for row in np.unique(needs.kind, axis=0) if needs.size else needs.kind:
        if not any(_agree(row, other) for other in known):
            whole |= _completed(row, needs)
    floor = least_asked(needs, parts)
    demand = np.maximum(needs.demand, floor[None, :])
    found: list[Group] = []
    for kind in sorted(whole):
        code = np.array(kind, dtype=np.int64)
        member = ((needs.kind == NONE) | (needs.kind == code[None, :])).all(axis=1)
        rows = np.flatnonzero(member)
        if rows.size:
            found.append(Group(code, rows, demand[rows]))
    return tuple(found)


def _agree(row: Codes, other: tuple[int, ...]) -> bool:
    return all(code in (NONE, word) for code, word in zip(row, other, strict=True))


def _completed(row: Codes, needs: Needs) -> set[tuple[int, ...]]:
    """Return every way to fill in what a need leaves open, as far as there are not too many."""
    choices = [
        range(max(1, len(words))) if code == NONE else (int(code),)
        for code, words in zip(row, needs.space.words, strict=True)
    ]
    found: set[tuple[int, ...]] = set()
    for choice in product(*choices):
        found.add(tuple(choice))
        if len(found) >= MOST_CLASSES:
            break
    return found


def closure(group: Group, most: int) -> Vector | None:
    """Return every join of a class (joins, K), sorted, or None where there are more than `most`.

    Needs are added one by one: the joins of one more need are the old ones, the need, and the need joined
    with each old one.
    """
    points = np.unique(group.demand, axis=0)
    if points.shape[1] < 2:
        return points if points.shape[0] <= most else None
    grids = [np.unique(points[:, k]) for k in range(points.shape[1])]
    if points.shape[0] > most or np.prod([float(grid.size) for grid in grids]) > LARGEST:
        return None
    places = np.column_stack([np.searchsorted(grid, points[:, k]) for k, grid in enumerate(grids)])
    radix = np.concatenate([[1], np.cumprod([grid.size for grid in grids])[:-1]])
    known = places[:1]
    for place in places[1:]:
        joined = np.concatenate([known, place[None, :], np.maximum(known, place[None, :])])
        _, first = np.unique(joined @ radix, return_index=True)
        known = joined[first]
        if known.shape[0] > most:
            return None
    found = np.column_stack([grid[known[:, k]] for k, grid in enumerate(grids)])
    return np.unique(found, axis=0)


def first_joins(group: Group, neighbours: int = 4) -> Vector:
    """Return joins to start from where there are too many: each need's own, the whole class's, near pairs'.

    The whole class's serves every need of it, so that no number of parts is refused for want of joins. Near
    are the needs whose join with a need adds least, each attribute counted by its spread.
    """
    points = np.unique(group.demand, axis=0)
    others = points[:: max(1, points.shape[0] // MOST_COMPARED)]
    spread = np.ptp(points, axis=0) if points.shape[0] else np.zeros(points.shape[1])
    weight = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    pairs = [points, points.max(axis=0, keepdims=True)]
    for point in points:
        joined = np.maximum(others, point[None, :])
        added = ((joined - point) * weight).sum(axis=1) + ((joined - others) * weight).sum(axis=1)
        pairs.append(joined[np.argsort(added, kind="stable")[1 : neighbours + 1]])
    return np.unique(np.concatenate(pairs), axis=0)


def thinned(group: Group, joins: Vector, most: int) -> Vector:
    """Return some of the joins, evenly spread, the most demanding among them; about `most` needs fit them.

    How many needs a join fits is counted on a part of the needs where there are many.
    """
    step = max(1, group.demand.shape[0] // MOST_COMPARED)
    sample = group.demand[::step]
    fitting = np.array([(sample <= join).all(axis=1).sum() for join in joins]).sum() * step
    if fitting <= most:
        return joins
    kept = joins[:: int(np.ceil(fitting / most))]
    return np.unique(np.concatenate([kept, joins.max(axis=0, keepdims=True)]), axis=0)

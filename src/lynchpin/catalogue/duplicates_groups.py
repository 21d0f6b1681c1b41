"""Groups of parts that are interchangeable both ways, by complete linkage: no two members differ by more.

Points are scaled so that the tolerance of every attribute is 1. Two points are neighbours where the largest
difference over attributes is at most 1. Connected neighbours are split by complete-linkage clustering cut at
1 (Defays 1977), where the distance of two clusters is that of their farthest members: a chain a ~ b ~ c whose
ends differ by more than the tolerance never becomes one group.

Points at the same place are one point. Where more than `MOST_PAIRS` pairs would be neighbours, or more than
`MOST_LINKED` points hang together, points are put into boxes of width 1 one attribute after the other
instead: every box is a valid group too, only not always the largest, and memory stays bounded.
"""

from typing import Any, cast

import numpy as np
from scipy import sparse, spatial
from scipy.cluster import hierarchy
from scipy.sparse import csgraph

from lynchpin.catalogue.duplicates_judge import Floats, Integers, along

_spatial, _sparse = cast(Any, spatial), cast(Any, sparse)  # scipy ships no types
_graphs, _hierarchy = cast(Any, csgraph), cast(Any, hierarchy)

MOST_PAIRS = 4_000_000
MOST_LINKED = 2_000
PLACES = 9


def complete_groups(points: Floats) -> Integers:
    """Return a group number for each point (row); groups are numbered from 0 in the order of first members.

    Every two points of one group differ by at most 1 in every column.
    """
    if not len(points):
        return np.zeros(0, np.int64)
    places, member = np.unique(np.round(points, PLACES), axis=0, return_inverse=True)
    labels = np.zeros(len(places), np.int64)
    following = 0
    for segment in _segments(places):
        for component in _components(places, segment):
            found = _linked(places[component])
            labels[component] = following + found
            following += int(found.max()) + 1
    return _by_first_member(labels[member.reshape(-1)])


def _by_first_member(labels: Integers) -> Integers:
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.empty(len(first), np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse.reshape(-1)]


def _segments(points: Floats) -> list[Integers]:
    """Return the points cut apart wherever a column has a gap wider than 1."""
    waiting = [(np.arange(len(points)), 0)]
    done: list[Integers] = []
    while waiting:
        segment, calm = waiting.pop()
        if len(segment) < 2 or calm >= points.shape[1]:
            done.append(segment)
            continue
        column = calm
        order = segment[np.argsort(points[segment, column], kind="stable")]
        gaps = np.flatnonzero(np.diff(points[order, column]) > 1.0) + 1
        waiting += [(np.sort(piece), calm + 1) for piece in np.split(order, gaps)]
    return sorted(done, key=lambda segment: int(segment[0]))


def _components(points: Floats, segment: Integers) -> list[Integers]:
    """Return the connected neighbours of one segment, or boxes where there are too many pairs."""
    if len(segment) < 3:
        near = len(segment) == 2 and bool(np.all(np.abs(np.diff(points[segment], axis=0)) <= 1.0))
        return [segment] if near else [segment[i : i + 1] for i in range(len(segment))]
    tree = _spatial.cKDTree(points[segment])
    if len(segment) > MOST_LINKED and tree.count_neighbors(tree, 1.0, p=np.inf) > 2 * MOST_PAIRS:
        return _boxes(points, segment)
    pairs = tree.query_pairs(1.0, p=np.inf, output_type="ndarray")
    graph = _sparse.coo_array(
        (np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(segment), len(segment))
    )
    count, label = _graphs.connected_components(graph, directed=False)
    order = np.argsort(label, kind="stable")
    pieces = np.split(segment[order], np.cumsum(np.bincount(label, minlength=count))[:-1])
    return [
        box for piece in pieces for box in (_boxes(points, piece) if len(piece) > MOST_LINKED else [piece])
    ]


def _boxes(points: Floats, segment: Integers) -> list[Integers]:
    """Return the points of a segment in boxes of width 1, cut greedily one column after the other."""
    boxes = [segment]
    for column in range(points.shape[1]):
        boxes = [piece for box in boxes for piece in _cut(points, box, column)]
    return boxes


def _cut(points: Floats, box: Integers, column: int) -> list[Integers]:
    order = box[np.argsort(points[box, column], kind="stable")]
    values = along(points[order], column)
    cuts: list[int] = []
    start = 0
    while (end := int(np.searchsorted(values, float(values.take(start)) + 1.0, side="right"))) < len(values):
        cuts.append(end)
        start = end
    return [np.sort(piece) for piece in np.split(order, cuts)]


def _linked(points: Floats) -> Integers:
    """Return the groups of one component: all of it where it fits into a box of width 1."""
    if len(points) < 3 or bool(np.all(np.ptp(points, axis=0) <= 1.0)):
        return np.zeros(len(points), np.int64)
    tree = _hierarchy.linkage(points, method="complete", metric="chebyshev")
    return _hierarchy.fcluster(tree, t=1.0, criterion="distance").astype(np.int64) - 1

"""What is left of a problem once facilities are fixed, as the parts into which it falls."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components  # pyright: ignore[reportUnknownVariableType]  # no types

from lynchpin.catalogue.core import Core, Floats, Ids, Places, need_of, sorted_core


@dataclass(frozen=True, eq=False)
class Piece:
    """One part as a problem of its own.

    core   its needs and free facilities; the last facility stands for all that is open, at no cost to open
    needs  needs of the part in the whole problem, sorted
    """

    core: Core
    needs: Places


def pieces(core: Core) -> tuple[float, list[Piece]]:
    """Return what the open facilities cost, the needs that only they serve included, and the parts.

    core  without a limit on the number, and restricted to what is not closed (`core.restrict`)
    """
    need = need_of(core)
    at_open = core.status[core.facility] == 1
    outside = np.full(core.needs, np.inf)
    outside[need[at_open]] = core.cost[at_open]  # a need has no arc beyond its first open facility
    matters = ~at_open & (core.cost < outside[need])
    count = core.needs + core.facilities
    ends = need[matters], core.needs + core.facility[matters].astype(np.int64)
    graph = sp.coo_array((np.ones(ends[0].size, np.int8), ends), shape=(count, count))
    label = cast("Callable[..., tuple[int, Ids]]", connected_components)(graph, directed=False)[1]
    inside = np.zeros(core.needs, np.bool_)
    inside[need[matters]] = True
    settled = float(core.opening[core.status == 1].sum() + outside[~inside].sum())
    arcs, needs = np.flatnonzero(matters), np.flatnonzero(inside)
    arcs = arcs[np.argsort(label[need[arcs]], kind="stable")]
    needs = needs[np.argsort(label[needs], kind="stable")]
    labels = np.unique(label[needs])
    first_need = np.searchsorted(label[needs], labels)
    first_arc = np.searchsorted(label[need[arcs]], labels)
    parts = zip(np.split(needs, first_need[1:]), np.split(arcs, first_arc[1:]), strict=True)
    return settled, [_piece(core, need, outside, own, some) for own, some in parts if own.size]


def _piece(core: Core, need: Ids, outside: Floats, own: Places, arcs: Places) -> Piece:
    """Return the problem of some needs over some arcs, and of what is open besides."""
    facilities, place = np.unique(core.facility[arcs], return_inverse=True)
    served = np.flatnonzero(np.isfinite(outside[own]))
    extra = 1 if served.size else 0
    piece = Core(
        core.pointer,
        core.facility,
        core.cost,
        core.rows,
        core.needs_of,
        core.costs_of,
        core.opening,
        0,
        facilities.size + extra,
        np.concatenate([np.zeros(facilities.size, np.int8), np.ones(extra, np.int8)]),
        np.concatenate([core.ids[facilities], np.full(extra, -1, np.int32)]),
    )
    return Piece(
        sorted_core(
            piece,
            np.concatenate([np.searchsorted(own, need[arcs]), served]).astype(np.int32),
            np.concatenate([place, np.full(served.size, facilities.size)]).astype(np.int32),
            np.concatenate([core.cost[arcs], outside[own][served]]),
            np.concatenate([core.opening[facilities], np.zeros(extra)]),
        ),
        own,
    )

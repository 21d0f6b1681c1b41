"""Odd cycles as rows of the linear relaxation (`cycles` has the formula)."""

import numpy as np

from lynchpin.catalogue.core import Floats, Ids, Places
from lynchpin.catalogue.cycles import arcs_at, find, locals_of
from lynchpin.catalogue.programme import Programme, add_columns
from lynchpin.catalogue.proof import Cycles


def with_cycles(lp: Programme, known: Cycles | None) -> Programme:
    """Add the rows of cycles that are known, and return the programme."""
    if known is not None:
        add_cycles(lp, _apart(known))
    return lp


def more_cycles(lp: Programme, serve: Floats, open_: Floats, least: float = 0.02, most: int = 150) -> bool:
    """Add cycles that a solution of the relaxation violates; return whether there are any."""
    new = find(lp.core.pointer, lp.core.facility, serve, open_, least=least, most=most)
    add_cycles(lp, [_numbered(lp, *cycle) for cycle in new])
    return bool(new)


def add_cycles(lp: Programme, new: list[tuple[Ids, Ids]]) -> None:
    """Add the rows of cycles, in the numbers of the whole problem."""
    if not new:
        return
    length = np.array([needs.size for needs, _ in new])
    need = np.concatenate([np.tile(needs, 2) for needs, _ in new])
    if lp.needs is not None:
        need = np.searchsorted(lp.needs, need)
    steps = np.concatenate([np.concatenate([ids, np.roll(ids, -1)]) for _, ids in new])
    facility = locals_of(lp.core, steps)
    place = np.where(facility >= 0, arcs_at(lp.core, need, np.maximum(facility, 0)), -1)
    missing = place[place >= 0]
    missing = np.unique(missing[lp.column[missing] < 0])
    if missing.size:
        add_columns(lp, missing)
    bounds = np.concatenate([[0], np.cumsum(2 * length)])
    index: list[Places] = []
    values: list[Floats] = []
    for k in range(length.size):
        own = slice(int(bounds[k]), int(bounds[k + 1]))
        arcs, times = np.unique(place[own][place[own] >= 0], return_counts=True)
        members = facility[own][: int(length[k])]
        members = members[members >= 0]
        index.append(np.concatenate([lp.column[arcs], members]))
        values.append(np.concatenate([times.astype(float), -np.ones(members.size)]))
    sizes = np.array([part.size for part in index])
    lp.highs.addRows(
        length.size,
        np.full(length.size, -np.inf),
        (length // 2).astype(float),
        int(sizes.sum()),
        np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32),
        np.concatenate(index).astype(np.int32),
        np.concatenate(values),
    )
    lp.tags += list(range(len(lp.found), len(lp.found) + length.size))
    lp.found += new


def _apart(cycles: Cycles) -> list[tuple[Ids, Ids]]:
    """Return the needs and the facilities of each cycle."""
    ends = cycles.start[1:-1]
    return list(zip(np.split(cycles.need, ends), np.split(cycles.facility, ends), strict=True))


def _numbered(lp: Programme, needs: Ids, facilities: Ids) -> tuple[Ids, Ids]:
    """Return a cycle in the numbers of the whole problem."""
    return (needs if lp.needs is None else lp.needs[needs].astype(np.int32)), lp.core.ids[facilities]

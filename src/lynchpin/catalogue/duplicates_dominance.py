"""Parts that take another's place one way: at least as good in everything, equal where it must agree.

A unit is a part in no group, or a group of parts that are interchangeable both ways. A part takes the place
of a unit where it takes that of each of its members: with least and greatest ln|x| of the unit it lies
between

    greatest - below   and   least + above                                                            (3)

in every attribute, (2) and (1) of `duplicates_judge`. Units are looked at from the best to the least, and a
unit that nothing kept so far can replace is kept from then on: nothing is replaced by what goes itself. Of
the kept parts that fit, the first by worth is taken (see `duplicates_value`), of equal ones the nearest.
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.catalogue.duplicates_judge import Floats, Integers, Judged, along


@dataclass(frozen=True)
class _Units:
    """Parts and groups that stand for one part each, in the order of their numbers.

    point     the part of each unit that is kept when its members merge
    block     block of each unit
    least     (units, attributes) least ln|x| of the members
    greatest  (units, attributes) greatest ln|x| of the members
    """

    point: Integers
    block: Integers
    least: Floats
    greatest: Floats


@dataclass(frozen=True)
class _Block:
    """The units of one block, sorted along one attribute of the parts that stand for them.

    order   units in the order of that attribute
    lines   (attributes, units) ln|x| of their parts in that order
    column  the attribute
    """

    order: Integers
    lines: Floats
    column: int


def one_way(points: Judged, label: Integers, kept: Integers, worth: Integers) -> dict[int, int]:
    """Return for each unit whose place a part takes that part; a unit is named by its own part to keep.

    label  number of the group of each point, 0 and up; a point in no group has a number of its own
    kept   for each point, the point that its group keeps
    worth  of every point, the best to keep first
    """
    replaced: dict[int, int] = {}
    if not points.logs.shape[1] or not len(label):
        return replaced
    units = _units(points, label, kept)
    order = np.argsort(units.block, kind="stable")
    starts = np.flatnonzero(np.diff(units.block[order]) > 0) + 1
    below, above = _margins(points)
    for inside in np.split(order, starts):
        if len(inside) > 1:
            block = _sorted(points, units, inside, below + above)
            _replace(points, units, block, (below, above), worth, replaced)
    return replaced


def _units(points: Judged, label: Integers, kept: Integers) -> _Units:
    order = np.argsort(label, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(label[order]) > 0]))
    logs = points.logs[order]
    point = kept[order[starts]]
    return _Units(
        point, points.block[point], np.minimum.reduceat(logs, starts), np.maximum.reduceat(logs, starts)
    )


def _margins(points: Judged) -> tuple[Floats, Floats]:
    """Return how far below and above a unit's values a part may lie that takes its place."""
    equal, more = points.sense == 0, points.sense > 0
    below = np.where(equal, points.width, np.where(more, points.slack, points.reach))
    above = np.where(equal, points.width, np.where(more, points.reach, points.slack))
    return below, above


def _sorted(points: Judged, units: _Units, inside: Integers, window: Floats) -> _Block:
    """Return the units along the attribute whose window holds the smallest part of them."""
    logs = points.logs[units.point[inside]]
    column = int(np.argmax(np.ptp(logs, axis=0) / window))
    place = np.lexsort((units.point[inside], along(logs, column)))
    return _Block(inside[place], np.ascontiguousarray(logs[place].T), column)


def _replace(
    points: Judged,
    units: _Units,
    block: _Block,
    margins: tuple[Floats, Floats],
    worth: Integers,
    replaced: dict[int, int],
) -> None:
    """Fill `replaced` for the units of one block, from the best to the least."""
    low, high = units.greatest[block.order] - margins[0], units.least[block.order] + margins[1]
    line = block.lines[block.column]
    start = np.searchsorted(line, along(low, block.column), side="left").tolist()
    end = np.searchsorted(line, along(high, block.column), side="right").tolist()
    free = np.zeros(len(block.order), bool)
    point = units.point[block.order]
    others = [column for column in range(len(block.lines)) if column != block.column]
    for place in _from_the_best(points, units, block):
        first, last = start[place], max(start[place], end[place])
        fits = free[first:last].copy()
        for column in others:
            window = block.lines[column, first:last]
            fits &= (window >= low[place, column]) & (window <= high[place, column])
        found = point[first + np.flatnonzero(fits)]
        if len(found):
            replaced[int(point[place])] = _chosen(points, found, int(point[place]), worth)
        else:
            free[place] = True


def _from_the_best(points: Judged, units: _Units, block: _Block) -> list[int]:
    """Return the places of the units in a block, the one that asks for most first."""
    best = np.where(points.sense > 0, units.greatest[block.order], -units.least[block.order])
    quality = (best * np.abs(points.sense)).sum(axis=1)
    order: list[int] = np.lexsort((units.point[block.order], -quality)).tolist()
    return order


def _chosen(points: Judged, found: Integers, point: int, worth: Integers) -> int:
    ahead = ((points.logs[found] - points.logs[point]) * points.sense).sum(axis=1)
    return int(found[np.lexsort((found, ahead, worth[found]))[0]])

"""From parts to groups: who is interchangeable with whom, and which part of each group to keep."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.catalogue.duplicates_dominance import one_way
from lynchpin.catalogue.duplicates_groups import complete_groups
from lynchpin.catalogue.duplicates_judge import Integers, Judged, judged
from lynchpin.catalogue.duplicates_value import ranked
from lynchpin.catalogue.parts import DuplicateOptions, Parts

IDENTICAL = "identical"
BOTH_WAYS = "both ways"
ONE_WAY = "one way"
_SCHEMA = {"family": pl.String, "kind": pl.String, "key": pl.Int64, "index": pl.Int64, "keep": pl.Int64}


@dataclass(frozen=True)
class _Family:
    """The points of one family with the group of each, and the rank of each to be kept."""

    points: Judged
    label: Integers
    rank: Integers


def find(parts: Parts, options: DuplicateOptions) -> pl.DataFrame:
    """Return a row for each part of each group: family, kind, key, index of the part and of the one to keep.

    `key` tells the groups of one kind apart. A group of kind `one way` has one part that takes the place of
    another, or of all parts of another group, so that every replacement is decided on its own. The attributes
    of `parts` have their tolerance and reach filled in.
    """
    rank, worth = ranked(parts)
    frames = [_of_family(parts, family, options, rank, worth) for family in sorted(parts.values)]
    rows = pl.concat([pl.DataFrame(schema=_SCHEMA), *frames])
    return rows.sort("family", "kind", "key", "index")


def _of_family(
    parts: Parts, family: str, options: DuplicateOptions, rank: Integers, worth: Integers
) -> pl.DataFrame:
    points = judged(parts, family, options)
    if len(points.index) < 2 or not parts.of(family):
        return pl.DataFrame(schema=_SCHEMA)
    found = _Family(points, complete_groups(points.scaled), rank[points.index])
    keep = _kept(found)
    grouped = np.bincount(found.label)[found.label] > 1
    kind = np.where(_rounded(found, options)[found.label], IDENTICAL, BOTH_WAYS)
    both = _rows(points, np.flatnonzero(grouped), keep, kind)
    taken = one_way(points, found.label, keep, worth[points.index])
    return pl.concat([both, _one_way_rows(points, keep, taken)])


def _kept(found: _Family) -> Integers:
    """Return for each point the point of its group with the first rank."""
    order = np.lexsort((found.rank, found.label))
    first = order[np.concatenate([[True], np.diff(found.label[order]) > 0])]
    return first[found.label]


def _rounded(found: _Family, options: DuplicateOptions) -> np.ndarray:
    """Return for each group whether its members differ by no more than writing in another unit makes."""
    order = np.argsort(found.label, kind="stable")
    starts = np.flatnonzero(np.concatenate([[True], np.diff(found.label[order]) > 0]))
    logs = found.points.logs[order]
    if not logs.shape[1]:
        return np.ones(len(starts), bool)
    spread = np.maximum.reduceat(logs, starts) - np.minimum.reduceat(logs, starts)
    return np.all(spread <= -np.log1p(-max(options.rounding, 1e-9)) * (1 + 1e-9), axis=1)


def _rows(points: Judged, members: Integers, keep: Integers, kind: np.ndarray) -> pl.DataFrame:
    kept = points.index[keep[members]]
    return _frame(points.family, kind[members].tolist(), kept, points.index[members], kept)


def _one_way_rows(points: Judged, keep: Integers, taken: dict[int, int]) -> pl.DataFrame:
    """Return a row for each member of each replaced unit, and one for the part that takes its place."""
    heads = np.array(sorted(taken), dtype=np.int64)
    keeper = np.full(len(points.index), -1, dtype=np.int64)
    keeper[heads] = [taken[head] for head in heads.tolist()]
    gone = np.flatnonzero(keeper[keep] >= 0)
    keys = points.index[np.concatenate([keep[gone], heads])]
    members = points.index[np.concatenate([gone, keeper[heads]])]
    kept = points.index[np.concatenate([keeper[keep[gone]], keeper[heads]])]
    return _frame(points.family, [ONE_WAY] * len(keys), keys, members, kept)


def _frame(family: str, kind: list[str], key: Integers, index: Integers, keep: Integers) -> pl.DataFrame:
    columns = {"family": [family] * len(index), "kind": kind, "key": key, "index": index, "keep": keep}
    return pl.DataFrame(columns, schema=_SCHEMA)

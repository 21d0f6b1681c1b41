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

    `key` tells the groups of one kind apart. A group of kind `one way` is a pair, so that every replacement
    is decided on its own. The attributes of `parts` have their tolerance and reach filled in.
    """
    rank = ranked(parts).to_numpy()
    frames = [_of_family(parts, family, options, rank) for family in sorted(parts.values)]
    rows = pl.concat([pl.DataFrame(schema=_SCHEMA), *frames])
    return rows.sort("family", "kind", "key", "index")


def _of_family(parts: Parts, family: str, options: DuplicateOptions, rank: Integers) -> pl.DataFrame:
    points = judged(parts, family, options)
    if len(points.index) < 2 or not parts.of(family):
        return pl.DataFrame(schema=_SCHEMA)
    found = _Family(points, complete_groups(points.scaled), rank[points.index])
    keep = _kept(found)
    size = np.bincount(found.label)
    grouped = size[found.label] > 1
    kind = np.where(_rounded(found, options)[found.label], IDENTICAL, BOTH_WAYS)
    both = _rows(points, np.flatnonzero(grouped), keep, kind)
    single = np.flatnonzero(~grouped)
    taken = one_way(points, single, np.unique(keep[grouped]), found.rank)
    return pl.concat([both, _one_way_rows(points, taken)])


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


def _one_way_rows(points: Judged, taken: dict[int, int]) -> pl.DataFrame:
    """Return the pairs: a row for each replaced part and one for the part that takes its place."""
    replaced = np.array(sorted(taken), dtype=np.int64)
    keepers = np.array([taken[point] for point in replaced.tolist()], dtype=np.int64)
    keys = points.index[np.concatenate([replaced, replaced])]
    members = points.index[np.concatenate([replaced, keepers])]
    return _frame(points.family, [ONE_WAY] * len(keys), keys, members, points.index[np.tile(keepers, 2)])


def _frame(family: str, kind: list[str], key: Integers, index: Integers, keep: Integers) -> pl.DataFrame:
    columns = {"family": [family] * len(index), "kind": kind, "key": key, "index": index, "keep": keep}
    return pl.DataFrame(columns, schema=_SCHEMA)

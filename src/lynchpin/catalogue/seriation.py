"""An order of rows and columns in which what belongs together stands together.

Rows that have more in common are clustered first (average linkage of Jaccard distances 1 - |A and B| / |A
or B|), and the leaves of the tree stand so that the sum of distances between neighbours is least (Z.
Bar-Joseph, D. Gifford and T. Jaakkola, Bioinformatics 17 (2001) S22-S29).
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Any, cast

import numpy as np
from scipy.cluster import hierarchy


def seriated(held: Sequence[frozenset[str]]) -> list[int]:
    """Return positions of sets in an order that puts sets with much in common beside each other."""
    if len(held) < 3:
        return list(range(len(held)))
    distances = [_distance(one, two) for one, two in combinations(held, 2)]
    spread = np.array(distances, dtype=np.float64)
    scipy: Any = cast(Any, hierarchy)
    tree = scipy.optimal_leaf_ordering(scipy.linkage(spread, method="average"), spread)
    return [int(leaf) for leaf in scipy.leaves_list(tree)]


def _distance(one: frozenset[str], two: frozenset[str]) -> float:
    """Return the Jaccard distance of two sets; two empty ones are alike."""
    return 1 - len(one & two) / len(one | two) if one | two else 0.0

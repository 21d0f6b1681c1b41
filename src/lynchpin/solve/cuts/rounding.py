"""Mixed-integer rounding: what whole numbers make of a knapsack with slack.

From Σ c z <= t with whole z in 0..1 and t >= 0, for any scale d > 0 and any choices N turned round (z becomes
1 − z), so that the row reads Σ c z <= b + t,

    Σ F(c/d) z <= floor(b/d) + t / (d (1 − f)),   f = b/d − floor(b/d),
    F(g) = floor(g) + max(0, g − floor(g) − f) / (1 − f)

(Nemhauser and Wolsey 1990; Marchand and Wolsey 2001, "Aggregation and mixed integer rounding to solve MIPs",
whose search for d and N this is). A column that is certain to be one may stand for a constant.
"""

import numpy as np

from lynchpin.model.vectors import Flags, Vector

NEAR: Vector = np.array([0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 1.1])  # slack in shares of a limit
FULL = 1e-9  # slack that is none
PARTLY = 1e-6  # of one, from which a choice counts


def nearly_full(counts: Flags, limit: Vector, slack: Vector) -> list[Flags]:
    """Return the limits with less slack than each share of `NEAR`, where that adds any (n each).

    counts  which limits to look at (n)
    """
    sets = counts & (slack < NEAR[:, None] * limit + FULL)
    sizes = [0, *sets.sum(axis=1).tolist()]
    return [one for one, before, size in zip(sets, sizes, sizes[1:], strict=False) if size > before]


def rounded(terms: Vector, z: Vector, slack: float) -> tuple[Vector, float] | None:
    """Return h and u: Σ h z <= u + slack for whole z in 0..1, from Σ terms z <= slack. None unless broken.

    terms  coefficients (n)
    z      the point to be cut off (n)
    slack  what the continuous part is there
    """
    from lynchpin.solve.cuts.rounding_kernels import search  # numba takes time to load

    row = np.empty(len(terms))
    upper: float = search(terms, z, slack, row)
    return (row, upper) if upper < np.inf else None

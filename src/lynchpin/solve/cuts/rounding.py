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

NEAR = (0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 1.1)  # slack in shares of a limit up to which the limit counts
FINER: Vector = np.array([0.5, 0.25, 0.125])  # parts of the best scale that are tried as well
TURNS = 12  # choices that are turned round once more
LEAST = 1e-4  # violation in shares of the terms' sum
PARTLY = 1e-6


def rounded(terms: Vector, z: Vector, slack: float) -> tuple[Vector, float] | None:
    """Return h and u: Σ h z <= u + slack for whole z in 0..1, from Σ terms z <= slack. None unless broken.

    terms  coefficients (n)
    z      the point to be cut off (n)
    slack  what the continuous part is there
    """
    z = np.clip(z, 0.0, 1.0)
    scales: Vector = np.unique(np.abs(terms[(z > PARTLY) & (z < 1 - PARTLY)]).round(9))
    scales = scales[scales > 1e-9]
    if not len(scales):
        return None
    turned = z > 0.5
    worth = _worth(terms, z, turned, scales)
    scale = float(scales[worth.argmax()])
    finer = scale * FINER
    worth_finer = _worth(terms, z, turned, finer)
    best = float(worth.max())
    if worth_finer.max() > best:
        scale, best = float(finer[worth_finer.argmax()]), float(worth_finer.max())
    near = np.argsort(np.abs(z - 0.5), kind="stable")[:TURNS]
    while len(near):
        others = np.repeat(turned[None, :], len(near), axis=0)
        others[np.arange(len(near)), near] ^= True
        worth_other = _worth(terms, z, others, np.full(len(near), scale))
        pick = int(worth_other.argmax())
        if worth_other[pick] <= best + 1e-12:
            break
        turned, best = others[pick], float(worth_other[pick])
        near = np.delete(near, pick)
    if best - slack <= LEAST * float(np.abs(terms).sum()):
        return None
    return _coefficients(terms, turned, scale)


def _worth(terms: Vector, z: Vector, turned: Flags, scales: Vector) -> Vector:
    """Return Σ h z − u of the rows of some cases, -inf where rounding does nothing (cases).

    turned  choices turned round, in each case or in all alike (cases, n or n)
    scales  the scale of each case (cases)
    """
    stepped, right = _stepped(terms, turned, scales)
    return (stepped * np.where(turned, 1 - z, z)).sum(axis=1) - right


def _coefficients(terms: Vector, turned: Flags, scale: float) -> tuple[Vector, float]:
    """Return h and u of one scale, in the choices as they were before some were turned round."""
    each, right = _stepped(terms, turned, np.array([scale]))
    stepped: Vector = each[0]
    return np.where(turned, -stepped, stepped), float(right[0]) - float(stepped[turned].sum())


def _stepped(terms: Vector, turned: Flags, scales: Vector) -> tuple[Vector, Vector]:
    """Return d (1 − f) F(c/d) of each term, with its sign turned where its choice is, and of floor(b/d).

    The second is inf where rounding does nothing (cases, n; cases).
    """
    right = -np.where(turned, terms, 0.0).sum(axis=-1) / scales
    rest = right - np.floor(right)
    idle = (rest < 1e-3) | (rest > 0.999)
    rest = np.where(idle, 0.5, rest)
    ratio = np.where(turned, -terms, terms) / scales[:, None]
    floor = np.floor(ratio)
    weight = scales * (1 - rest)
    stepped = weight[:, None] * (floor + np.maximum(0.0, ratio - floor - rest[:, None]) / (1 - rest[:, None]))
    return stepped, np.where(idle, np.inf, np.floor(right) * weight)

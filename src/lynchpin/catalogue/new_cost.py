"""What a specification that does not exist yet would cost.

    c(x) = base[class] + sum over k of w[k] x[k]

Where attributes have costs, w is theirs and a class costs what its numbers do. Where they have none, both
are estimated from the list costs of the parts there are: least squares with w >= 0 for values turned so
that more asks more, and a free base for each class; a class that no part has takes the highest base. An
estimate needs at least as many parts as it has unknowns. It is raised by its own average error, so that
what is new is chosen only where it gains more than the estimate may be off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy import optimize

from lynchpin.catalogue.needs import NONE, Codes, Parts, Space, Vector


@dataclass(frozen=True, eq=False)
class NewCost:
    """Cost of new specifications.

    weight  (K) of one unit of each ordered attribute, turned so that more asks more
    base    by class
    other   base of a class that is not named
    fixed   cost of having a new specification at all, over the horizon
    note    how the costs are known
    """

    weight: Vector
    base: Mapping[tuple[int, ...], float]
    other: float
    fixed: float
    note: str

    def of(self, offer: Vector, kind: Codes) -> Vector:
        """Return the unit cost of each specification, at least 0 (rows)."""
        bases = np.array([self.base_of(row) for row in kind], dtype=np.float64).reshape(-1)
        finite = np.where(np.isfinite(offer), offer, 0.0)
        return np.maximum(0.0, bases + finite @ self.weight)

    def base_of(self, kind: Codes) -> float:
        """Return the base of one class."""
        return self.base.get(tuple(int(code) for code in kind), self.other)


def from_attributes(space: Space, kinds: Codes, *, base: float, fixed: float) -> NewCost:
    """Return costs that are the sum of the attributes' own.

    kinds  (classes, E) that can occur    base  what a piece costs besides    fixed  of a new specification
    """
    weight = np.array([attribute.sign * attribute.cost for attribute in space.ordered])
    bases = {tuple(int(code) for code in kind): base + _words_cost(space, kind) for kind in kinds}
    return NewCost(weight, bases, base, fixed, "the attributes' costs")


def _words_cost(space: Space, kind: Codes) -> float:
    """Return what the equal numbers of a class cost."""
    return sum(
        attribute.cost * float(words[int(code)])
        for attribute, words, code in zip(space.equal, space.words, kind, strict=True)
        if attribute.kind == "number" and code != NONE
    )


def estimated(parts: Parts, *, fixed: float) -> NewCost | None:
    """Return costs estimated from the parts there are, or None where they are too few to tell."""
    usable = np.isfinite(parts.offer).all(axis=1) & (parts.kind != NONE).all(axis=1) & (parts.unit > 0)
    offer, kind, unit = parts.offer[usable], parts.kind[usable], parts.unit[usable]
    groups = sorted({tuple(int(code) for code in row) for row in kind})
    if not groups or unit.size < len(groups) + offer.shape[1]:
        return None
    place = {group: index for index, group in enumerate(groups)}
    member = np.zeros((unit.size, len(groups)))
    member[np.arange(unit.size), [place[tuple(int(code) for code in row)] for row in kind]] = 1.0
    scale = np.maximum(np.abs(offer).max(axis=0, initial=0.0), 1e-12)
    table = np.column_stack([offer / scale, member])
    low = np.concatenate([np.zeros(offer.shape[1]), np.full(len(groups), -np.inf)])
    solved = cast(Any, optimize).lsq_linear(table / unit[:, None], np.ones(unit.size), bounds=(low, np.inf)).x
    numbers = np.asarray(solved, dtype=np.float64)
    weight, bases = numbers[: offer.shape[1]] / scale, numbers[offer.shape[1] :]
    error = float(np.abs(table @ numbers / unit - 1).mean())
    note = f"estimated from {unit.size} variants, {error:.0%} off on average and raised by as much"
    bases = bases * (1 + error)
    named = {group: float(bases[index]) for group, index in place.items()}
    return NewCost(weight * (1 + error), named, float(bases.max()), fixed, note)

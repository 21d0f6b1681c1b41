"""What cars bring a supplier's tool, rounded to whole cars and whole tools.

The capacity of suppliers s in S for a variant (F7), with what cars m in C could take at most (F5),

    Σ (s in S) Σ m a buy[m,v,s] <= Σ (s in S) C[s] tooled[s],     Σ s buy[m,v,s] <= M[m] use[m,v]

says with the slack of F5, t[m] = a M[m] use[m] − Σ (s in S) a buy[m,s] >= 0,

    Σ (m in C) a M[m] use[m] − Σ (s in S) C[s] tooled[s] <= Σ (m in C) t[m]                    (knapsack)

in which all but t is whole. For any scale d > 0 and any choices N turned round (z becomes 1 − z), so that the
row reads Σ c z <= b + Σ t, mixed-integer rounding gives

    Σ F(c/d) z <= floor(b/d) + Σ t / (d (1 − f)),   f = b/d − floor(b/d),
    F(g) = floor(g) + max(0, g − floor(g) − f) / (1 − f)                                              (cover)

(Nemhauser and Wolsey 1990; Marchand and Wolsey 2001, "Aggregation and mixed integer rounding to solve MIPs",
whose search for C, d and N this is). A relaxation that uses three variants by a third tools a third of each,
though whole cars do not fit what a whole tool makes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

NEAR = (0.001, 0.02, 0.1, 0.3, 0.5, 0.8, 1.1)  # slack of F5 in shares of its limit up to which a car counts
FINER: Vector = np.array([0.5, 0.25, 0.125])  # parts of the best scale that are tried as well
TURNS = 12  # choices that are turned round once more
LEAST = 1e-4  # violation in shares of the terms' sum
PARTLY = 1e-6


@dataclass(frozen=True, eq=False)
class Supply:
    """Capacity of one supplier for a variant in a slot.

    tool, most  columns of tooled in its phases and the capacity that each brings
    parts       for each car of the variant the columns of its parts
    """

    tool: Positions
    most: Vector
    parts: Sequence[Positions]


@dataclass(frozen=True, eq=False)
class Supplies:
    """Suppliers of a variant in a slot, and the cars that may carry it.

    use, piece, most  of each car: column of use, capacity that a piece takes, and a M (cars)
    """

    use: Positions
    piece: Vector
    most: Vector
    suppliers: Sequence[Supply]

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks, at most one for each set of suppliers and of cars."""
        used = x[self.use]
        if used.max(initial=0.0) < PARTLY:
            return
        count = len(self.suppliers)
        sizes = {1, count} | ({2} if count <= 3 else set[int]())
        taken = np.array([[x[parts].sum() for parts in supply.parts] for supply in self.suppliers])
        for size in sorted(sizes):
            for chosen in combinations(range(count), size):
                yield from self._rows_of(chosen, x, used, taken[list(chosen)].sum(axis=0) * self.piece)

    def _rows_of(self, chosen: tuple[int, ...], x: Vector, used: Vector, taken: Vector) -> Iterator[Row]:
        suppliers = [self.suppliers[one] for one in chosen]
        tool = np.concatenate([supply.tool for supply in suppliers])
        most = np.concatenate([supply.most for supply in suppliers])
        if x[tool] @ most < PARTLY:
            return
        slack = np.maximum(self.most * used - taken, 0.0)
        tried = set[bytes]()
        for share in NEAR:
            cars = np.flatnonzero((used > PARTLY) & (slack < share * self.most * used + 1e-9))
            if not len(cars) or cars.tobytes() in tried:
                continue
            tried.add(cars.tobytes())
            column = np.concatenate([self.use[cars], tool])
            found = rounded(np.concatenate([self.most[cars], -most]), x[column], float(slack[cars].sum()))
            if found is not None:
                yield self._row(cars, suppliers, column, found)

    def _row(
        self, cars: Positions, suppliers: list[Supply], column: Positions, found: tuple[Vector, float]
    ) -> Row:
        """Return a rounded row with what the slacks stand for."""
        value, upper = found
        value = value.copy()
        value[: len(cars)] -= self.most[cars]
        parts: list[Positions] = [supply.parts[car] for car in cars.tolist() for supply in suppliers]
        piece = np.repeat(np.repeat(self.piece[cars], len(suppliers)), [len(some) for some in parts])
        return np.concatenate([column, *parts]), np.concatenate([value, piece]), upper


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
    for one in np.argsort(np.abs(z - 0.5), kind="stable")[:TURNS].tolist():
        other = turned.copy()
        other[one] = not other[one]
        worth_other = float(_worth(terms, z, other, np.array([scale]))[0])
        if worth_other > best + 1e-12:
            turned, best = other, worth_other
    if best - slack <= LEAST * float(np.abs(terms).sum()):
        return None
    return _coefficients(terms, turned, scale)


def _worth(terms: Vector, z: Vector, turned: Flags, scales: Vector) -> Vector:
    """Return Σ h z − u of the rows of some scales, -inf where rounding does nothing (scales)."""
    stepped, right = _stepped(terms, turned, scales)
    return stepped @ np.where(turned, 1 - z, z) - right


def _coefficients(terms: Vector, turned: Flags, scale: float) -> tuple[Vector, float]:
    """Return h and u of one scale, in the choices as they were before some were turned round."""
    each, right = _stepped(terms, turned, np.array([scale]))
    stepped: Vector = each[0]
    return np.where(turned, -stepped, stepped), float(right[0]) - float(stepped[turned].sum())


def _stepped(terms: Vector, turned: Flags, scales: Vector) -> tuple[Vector, Vector]:
    """Return d (1 − f) F(c/d) of each term, with its sign turned where its choice is, and of floor(b/d).

    The second is inf where rounding does nothing (scales, terms; scales).
    """
    right = -terms[turned].sum() / scales
    rest = right - np.floor(right)
    idle = (rest < 1e-3) | (rest > 0.999)
    rest = np.where(idle, 0.5, rest)
    ratio = np.where(turned, -terms, terms) / scales[:, None]
    floor = np.floor(ratio)
    weight = scales * (1 - rest)
    stepped = weight[:, None] * (floor + np.maximum(0.0, ratio - floor - rest[:, None]) / (1 - rest[:, None]))
    return stepped, np.where(idle, np.inf, np.floor(right) * weight)


def supplies(form: "Form") -> list[Supplies]:
    """Return the suppliers of each variant and slot, read from the rows F5 and F7_capacity of a form."""
    matrix: Any = form.problem.matrix
    matrix = matrix.tocsr()
    tags = form.tags.astype(str)
    is_part = np.zeros(len(form.problem.cost), dtype=np.bool_)
    for name in ("buy", "buy_peak"):
        if name in form.place:
            is_part[form.place[name]] = True
    limit, use, most = _limits(form, tags, is_part)
    groups: dict[tuple[object, ...], list[tuple[Supply, dict[int, float]]]] = {}
    for row in np.flatnonzero(np.isin(tags, ("F7_capacity", "F7_capacity_peak"))).tolist():
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        index, value = matrix.indices[entries], matrix.data[entries]
        parts = is_part[index]
        cars = np.unique(limit[index[parts]])
        if form.problem.row_upper[row] != 0 or not len(cars) or cars[0] < 0 or (value[~parts] >= 0).any():
            continue
        column, each = index[parts], value[parts]
        pieces = dict(zip(limit[column].tolist(), each.tolist(), strict=True))
        if any(
            pieces[car] != piece for car, piece in zip(limit[column].tolist(), each.tolist(), strict=True)
        ):
            continue
        own = [column[limit[column] == car] for car in cars.tolist()]
        supply = Supply(index[~parts].astype(np.int64), -value[~parts], own)
        key = (*cars.tolist(), *(pieces[car] for car in cars.tolist()))
        groups.setdefault(key, []).append((supply, pieces))
    found = list[Supplies]()
    for members in groups.values():
        pieces = members[0][1]
        cars = np.array(sorted(pieces))
        piece = np.array([pieces[car] for car in cars.tolist()])
        found.append(Supplies(use[cars], piece, piece * most[cars], [supply for supply, _ in members]))
    return found


def _limits(form: "Form", tags: Any, is_part: Flags) -> tuple[Positions, Positions, Vector]:
    """Return the F5 row of each column of parts, -1 without one (n), and use and M of each such row (m)."""
    matrix: Any = cast(Any, form.problem.matrix).tocsr()
    limit = np.full(len(form.problem.cost), -1, dtype=np.int64)
    use: Positions = np.full(len(tags), -1, dtype=np.int64)
    most = np.zeros(len(tags))
    for row in np.flatnonzero(np.isin(tags, ("F5", "F5_peak"))).tolist():
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        index, value = matrix.indices[entries], matrix.data[entries]
        parts = is_part[index]
        if parts.sum() != len(index) - 1 or (value[parts] != 1).any() or form.problem.row_upper[row] != 0:
            continue
        limit[index[parts]] = row
        use[row], most[row] = int(index[~parts][0]), -float(value[~parts][0])
    return limit, use, most

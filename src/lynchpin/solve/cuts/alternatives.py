"""What cars may use instead of a variant: other variants of the same family, each engineered as a whole.

A car uses one variant of a family at most (U1), so that with U2 for any variants A beside v

    w[m] = use[m,v] + Σ (v' in A) use[m,v']     is one or nought,     use[m,v'] <= used[v',c,ph(t)]

(c: the member of m), and what a supplier of v is short of, others must make:

    Σ (m in C) d[m] use[m,v] >= Σ (m in C) d[m] w[m] − Σ (v' in A) D[v'] used[v',c,ph(t)]

with D[v'] = Σ d[m] over the m in C that could use v'. Put into a knapsack of `covers`, the right side has
fewer choices, with larger coefficients: a relaxation has cars fill an engineered variant up to what its tools
make, and take the rest from a share of another one that is engineered by that share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.cuts.grouping import bounds, numbered, pairs, spread
from lynchpin.solve.cuts.reading import keys_of, uses_of

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

PARTLY = 1e-4  # share from which a variant is engineered in part, and a car uses it in part
NONE: Positions = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Instead:
    """Variants that some cars could use instead of one.

    used, most  columns of used and D (variants)
    use, car    columns of use and which of the cars each belongs to (e)
    """

    used: Positions
    most: Vector
    use: Positions
    car: Positions

    def whole(self, own: Vector, x: Vector) -> Vector:
        """Return w of cars of which use[m,v] is given (cars)."""
        return own + np.bincount(self.car, x[self.use], len(own))


NOTHING = Instead(NONE, np.zeros(0), NONE, NONE)


@dataclass(frozen=True, eq=False)
class Alternatives:
    """What each car could use instead of each variant in a phase.

    first  column of the first choice of use
    start  where the others of each choice begin, and where those of the last one end (choices + 1)
    use    columns of use of the others: of the same version and family (e)
    used   column of used for each choice, -1 where its car is not on sale in the phase (choices)
    """

    first: int
    start: Positions
    use: Positions
    used: Positions

    @classmethod
    def of(cls, form: "Form") -> list["Alternatives"]:
        """Return the alternatives of a form in each phase."""
        frames, first = form.built.instance.frames, form.place["use"].start
        model, family = keys_of(frames["use"], "model", "family")
        (phase,) = keys_of(frames["used"], "phase")
        row, choice = uses_of(form)
        used = np.full((int(phase.max(initial=-1)) + 1, len(model)), -1, dtype=np.int64)
        used[phase[row], choice - first] = form.place["used"].start + row
        one, other = pairs(numbered(model, family))
        start, use = bounds(one, len(model)), first + other
        return [cls(first, start, use, some) for some in used]

    def sets(self, own: Positions, most: Vector, x: Vector) -> Iterator[Instead]:
        """Yield what some cars could use instead: nothing, each variant that a point takes in part, and all.

        own, most  columns of use of the variant itself, and d (cars)
        """
        yield NOTHING
        size = np.diff(self.start)[own - self.first]
        use, car = self.use[spread(self.start[own - self.first], size)], np.repeat(np.arange(len(own)), size)
        used = self.used[use - self.first]
        share = np.where(used >= 0, x[used], 0.0)
        partly = (x[use] > PARTLY) & (share > PARTLY) & (share < 1 - PARTLY)
        if not partly.any():
            return
        some: Positions = np.unique(used[partly])
        place = np.searchsorted(some, used)
        place[some[np.minimum(place, len(some) - 1)] != used] = -1
        for number in range(len(some)):
            theirs = place == number
            whose = car[theirs]
            yield Instead(some[number : number + 1], most[whose].sum(keepdims=True), use[theirs], whose)
        if len(some) > 1:
            theirs = place >= 0
            whose = car[theirs]
            brought = np.zeros(len(some)) + np.bincount(place[theirs], most[whose], len(some))
            yield Instead(some, brought, use[theirs], whose)

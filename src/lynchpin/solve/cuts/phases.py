"""A supplier is tooled in all phases of a variant, or in none.

tooled[v,s,c,ph] is nominate[v,s,c] and used[v,c,ph], so that for two phases

    tooled[ph] − tooled[ph'] <= used[ph] − use[m,v]               each m of c on sale in both          (both)
    tooled[ph] − tooled[ph'] <= Σ use[m,v]  over the m of c on sale in ph and not in ph'              (only)

If the left is one, s is nominated, v is used in ph and not in ph': no car of both uses it, some car of ph
does. A relaxation would have another supplier tooled in each phase, each for the phase in which it is short.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.contracts import Cuts
from lynchpin.solve.cuts.found import Row, gathered
from lynchpin.solve.cuts.grouping import bounds, numbered, pairs, spread
from lynchpin.solve.cuts.reading import keys_of, uses_of

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form


@dataclass(frozen=True, eq=False)
class Phases:
    """Both kinds of rows of a form, all of them, to choose from.

    both  columns tooled[ph], tooled[ph'], used[ph], use[m,v] (rows, 4)
    only  the second kind
    """

    both: Positions
    only: Cuts

    @classmethod
    def of(cls, form: "Form") -> "Phases":
        """Return the rows of a form."""
        frames, place = form.built.instance.frames, form.place
        row, use = uses_of(form)
        columns = len(form.problem.cost)
        cars = np.unique(row * columns + use)
        nominate, used = keys_of(frames["tooled"], "nominate", "used")
        one, other = pairs(numbered(nominate))
        here, there = used[one], used[other]
        start = bounds(cars // columns, frames["used"].height)
        size = np.diff(start)[here]
        pair, car = np.repeat(np.arange(len(here)), size), cars[spread(start[here], size)] % columns
        in_both = np.isin(there[pair] * columns + car, cars)
        one, other = place["tooled"].start + one, place["tooled"].start + other
        at = pair[in_both]
        both = np.column_stack([one[at], other[at], place["used"].start + here[at], car[in_both]])
        number = np.concatenate([np.arange(len(one)), np.arange(len(one)), pair[~in_both]])
        index = np.concatenate([one, other, car[~in_both]])
        value = np.concatenate([np.ones(len(one)), -np.ones(len(index) - len(one))])
        return cls(both, gathered(number, index, value, np.zeros(len(one)), columns))

    def rows(self, x: Vector) -> list[Row]:
        """Return the rows of the first kind that a point breaks, the worst one of each two phases."""
        one, other, used, use = self.both.T
        excess = x[one] - x[other] - x[used] + x[use]
        order = np.argsort(-excess, kind="stable")
        order = order[excess[order] > 1e-4]
        _, worst = np.unique(self.both[order, :2], axis=0, return_index=True)
        value = np.array([1.0, -1.0, -1.0, 1.0])
        return [(self.both[row], value, 0.0) for row in order[np.sort(worst)].tolist()]

"""A supplier is tooled in all phases of a variant, or in none.

tooled[v,s,c,ph] is nominate[v,s,c] and used[v,c,ph], so that for two phases

    tooled[ph] − tooled[ph'] <= used[ph] − use[m,v]               each m of c on sale in both          (both)
    tooled[ph] − tooled[ph'] <= Σ use[m,v]  over the m of c on sale in ph and not in ph'              (only)

If the left is one, s is nominated, v is used in ph and not in ph': no car of both uses it, some car of ph
does. A relaxation would have another supplier tooled in each phase, each for the phase in which it is short.
"""

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.contracts import Cuts
from lynchpin.solve.cuts.found import Row, together

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
        frames = form.built.instance.frames
        place = form.place
        first = {name: place[name].start for name in ("tooled", "used", "use")}
        use = {
            key: first["use"] + row
            for row, key in enumerate(frames["use"].select("model", "variant").iter_rows())
        }
        variant = frames["used"]["variant"].to_list()
        cars: list[set[int]] = [set() for _ in variant]
        for row, model in frames["used_by"].select("row", "model").iter_rows():
            cars[row].add(use[model, variant[row]])
        tooled: dict[int, list[tuple[int, int]]] = {}
        for row, (nominated, used) in enumerate(frames["tooled"].select("nominate", "used").iter_rows()):
            tooled.setdefault(nominated, []).append((first["tooled"] + row, used))
        both, only = list[tuple[int, int, int, int]](), list[Row]()
        for phases in tooled.values():
            for (one, used), (other, used_there) in permutations(phases, 2):
                here, there = cars[used], cars[used_there]
                both += [(one, other, first["used"] + used, car) for car in sorted(here & there)]
                rest = sorted(here - there)
                value = np.concatenate([[1.0, -1.0], -np.ones(len(rest))])
                only.append((np.array([one, other, *rest]), value, 0.0))
        return cls(np.array(both, dtype=np.int64).reshape(-1, 4), together(only, len(form.problem.cost)))

    def rows(self, x: Vector) -> list[Row]:
        """Return the rows of the first kind that a point breaks, the worst one of each two phases."""
        one, other, used, use = self.both.T
        excess = x[one] - x[other] - x[used] + x[use]
        order = np.argsort(-excess, kind="stable")
        order = order[excess[order] > 1e-4]
        _, worst = np.unique(self.both[order, :2], axis=0, return_index=True)
        value = np.array([1.0, -1.0, -1.0, 1.0])
        return [(self.both[row], value, 0.0) for row in order[np.sort(worst)].tolist()]

"""A location problem as the engine works on it: facilities still in question, arcs both ways."""

import math
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue import kernels, kernels_core
from lynchpin.catalogue.arcs import PLAIN, Arcs, in_order

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Status = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Core:
    """Arcs by need, cheapest first, and by facility, of the facilities that may still be opened.

    pointer, facility, cost    arcs by need, as in `Arcs`
    rows, needs_of, costs_of   the same arcs by facility
    opening                    (F) opening cost
    low, high                  least and most facilities that may be open
    status                     (F) 1 for a facility known to be open, else 0
    ids                        (F) number of each facility in the problem that this comes from
    """

    pointer: Places
    facility: Ids
    cost: Floats
    rows: Places
    needs_of: Ids
    costs_of: Floats
    opening: Floats
    low: int
    high: int
    status: Status
    ids: Ids

    @property
    def needs(self) -> int:
        """Number of needs."""
        return self.pointer.size - 1

    @property
    def facilities(self) -> int:
        """Number of facilities."""
        return self.opening.size

    @property
    def size(self) -> int:
        """Number of arcs."""
        return self.cost.size

    @property
    def by_need(self) -> tuple[Places, Ids, Floats, Floats]:
        """Return what the kernels take first: pointer, facility, cost, opening."""
        return self.pointer, self.facility, self.cost, self.opening

    @property
    def by_facility(self) -> tuple[Places, Ids, Floats]:
        """Return the arcs by facility: rows, needs, costs."""
        return self.rows, self.needs_of, self.costs_of

    def value(self, is_open: Flags) -> float:
        """Return the cost of opening these facilities; infinite when a need is not served."""
        value = cast("float", kernels.cost_of(*self.by_need, is_open))
        return math.inf if value >= kernels.FAR else value


def core_of(arcs: Arcs, low: int, high: int) -> Core:
    """Return a problem as a core in which nothing is fixed."""
    return _core(
        arcs.pointer,
        arcs.facility,
        arcs.cost,
        arcs.opening,
        low,
        high,
        np.zeros(arcs.facilities, np.int8),
        np.arange(arcs.facilities, dtype=np.int32),
    )


def restrict(core: Core, status: Status) -> Core:
    """Return a core without its closed facilities, and without arcs beyond a need's first open facility.

    status  (F) 1 open, -1 closed, 0 free
    """
    kept = status >= 0
    number = np.cumsum(kept, dtype=np.int32) - np.int32(1)
    arcs = cast(
        "tuple[Places, Ids, Floats]",
        kernels_core.keep(core.pointer, core.facility, core.cost, status, number),
    )
    high = min(core.high, int(kept.sum()))
    return _core(*arcs, core.opening[kept], core.low, high, status[kept], core.ids[kept])


def sorted_core(core: Core, need: Ids, facility: Ids, cost: Floats, opening: Floats) -> Core:
    """Return a core with other arcs and opening costs and all else as it was."""
    count = int(need.max()) + 1 if need.size else 0
    pointer, place, price = in_order(need, facility, cost, count)
    return _core(pointer, place, price, opening, core.low, core.high, core.status, core.ids)


def need_of(core: Core) -> Ids:
    """Return the need of each arc."""
    return np.repeat(np.arange(core.needs, dtype=np.int32), np.diff(core.pointer))


def _core(
    pointer: Places,
    facility: Ids,
    cost: Floats,
    opening: Floats,
    low: int,
    high: int,
    status: Status,
    ids: Ids,
) -> Core:
    """Add the arcs by facility."""
    arcs = (
        np.require(pointer, requirements=PLAIN),
        np.require(facility, requirements=PLAIN),
        np.require(cost, requirements=PLAIN),
    )
    by_facility = cast("tuple[Places, Ids, Floats]", kernels_core.turn(*arcs, opening.size))
    openings = np.require(opening, requirements=PLAIN)
    return Core(*arcs, *by_facility, openings, low, high, status.copy(), ids)

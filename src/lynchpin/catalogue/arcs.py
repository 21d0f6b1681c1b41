"""Who can be served by whom, at what cost: the data of a location problem as sparse arcs.

    needs       i = 0..N-1   what must be served: customers, or required specifications
    facilities  j = 0..F-1   what can be opened: sites, or candidate specifications
    opening     f[j] >= 0    cost of opening facility j
    cost        c[i, j]      cost of serving all of need i from facility j; no arc, no service

The arcs of need i stand at `pointer[i]:pointer[i + 1]`, cheapest first, equal costs by facility.
"""

import math
from dataclasses import dataclass
from typing import Any, Literal, Self, cast

import numpy as np
import numpy.typing as npt

from lynchpin.errors import OptionError

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]

MOST_FACILITIES = 2**31 - 1
PLAIN: tuple[Literal["C", "W"], ...] = ("C", "W")  # kernels are compiled for such arrays
LARGEST = 1e15  # beyond it, sums of costs lose whole units


@dataclass(frozen=True, eq=False)
class Arcs:
    """The arcs of a location problem, by need and by cost; make one with `Arcs.of`.

    opening   (F) cost of opening each facility, at least 0
    pointer   (N + 1) where the arcs of each need begin
    facility  (A) facility of each arc
    cost      (A) cost of serving the whole need over the arc, at least 0

    Raises OptionError when an array does not fit the others, a number is negative or not finite, an arc
    stands twice or out of order, or a need has no arc.
    """

    opening: Floats
    pointer: Places
    facility: Ids
    cost: Floats

    def __post_init__(self) -> None:
        opening, cost = _floats("opening", self.opening), _floats("cost", self.cost)
        pointer, facility = _whole("pointer", self.pointer), _whole("facility", self.facility)
        _check_numbers("opening", "facility", opening, np.arange(opening.size))
        _check_pointer(pointer, facility, cost)
        need = np.repeat(np.arange(pointer.size - 1, dtype=np.int32), np.diff(pointer))
        _check_range("facility", facility, opening.size, need)
        _check_numbers("cost", "need", cost, need)
        _check_order(need, facility, cost)
        _check_once(pointer, facility, opening.size)
        for name, array, kind in (
            ("opening", opening, np.float64),
            ("pointer", pointer, np.int64),
            ("facility", facility, np.int32),
            ("cost", cost, np.float64),
        ):
            fixed = np.array(array, dtype=kind)
            fixed.setflags(write=False)
            object.__setattr__(self, name, fixed)

    @classmethod
    def of(cls, needs: Any, facilities: Any, costs: Any, opening: Any) -> Self:
        """Return the arcs from three lists of equal length, in any order, and the opening costs.

        needs       (A) need of each arc, 0..N-1; N is one more than the largest
        facilities  (A) facility of each arc, 0..F-1
        costs       (A) cost of serving the whole need over the arc: fold volumes in before
        opening     (F) cost of opening each facility

        Raises OptionError for lists that do not fit together, for an arc that stands twice, for a number that
        is negative or not finite, and for a need without an arc.
        """
        need, facility, cost = (
            _whole("needs", needs),
            _whole("facilities", facilities),
            _floats("costs", costs),
        )
        if not need.size == facility.size == cost.size:
            raise OptionError(
                "needs, facilities and costs differ in length",
                thing="arcs",
                value=(need.size, facility.size, cost.size),
                cure="Give one need, one facility and one cost for each arc.",
            )
        count = int(need.max()) + 1 if need.size else 0
        _check_range("need", need, min(count, MOST_FACILITIES), need)
        _check_numbers("cost", "need", cost, need)
        whole = _floats("opening", opening)
        _check_range("facility", facility, min(whole.size, MOST_FACILITIES), need)
        return cls(whole, *in_order(need, facility, cost, count))

    @property
    def needs(self) -> int:
        """Number of needs, N."""
        return self.pointer.size - 1

    @property
    def facilities(self) -> int:
        """Number of facilities, F."""
        return self.opening.size

    @property
    def size(self) -> int:
        """Number of arcs, A."""
        return self.cost.size

    @property
    def need(self) -> Ids:
        """Return the need of each arc (A)."""
        return np.repeat(np.arange(self.needs, dtype=np.int32), np.diff(self.pointer))

    def cheapest(self, open_: npt.NDArray[np.bool_]) -> Places:
        """Return the place of each need's cheapest arc to an open facility (N), -1 where there is none.

        open_  (F) whether each facility is open
        """
        places = np.flatnonzero(open_[self.facility])
        needs = self.need[places]
        found = np.full(self.needs, -1, np.int64)
        found[needs[::-1]] = places[::-1]  # the first of each need is written last
        return found

    def value(self, open_: npt.NDArray[np.bool_]) -> float:
        """Return the cost of opening these facilities and serving each need as cheaply as they can.

        open_  (F) whether each facility is open

        Infinite when a need cannot be served.
        """
        found = self.cheapest(open_)
        if (found < 0).any():
            return math.inf
        return math.fsum(self.opening[open_]) + math.fsum(self.cost[found])


def in_order(
    need: npt.NDArray[np.integer], facility: npt.NDArray[np.integer], cost: Floats, needs: int
) -> tuple[Places, Ids, Floats]:
    """Return pointer, facility and cost of arcs in any order, sorted by need, cost and facility.

    need, facility, cost  (A) of each arc, in their ranges
    needs                 number of needs
    """
    from lynchpin.catalogue import kernels_arcs  # it brings numba along

    gathered = kernels_arcs.gather(
        np.require(need, np.int32, PLAIN), np.require(facility, np.int32, PLAIN),
        np.require(cost, np.float64, PLAIN), needs,
    )  # fmt: skip
    pointer, place, price = cast("tuple[Places, Ids, Floats]", gathered)
    kernels_arcs.order(pointer, place, price)
    return pointer, place, price


def _floats(name: str, given: Any) -> Floats:
    """Return a vector of numbers, or say what else was given."""
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise OptionError("is not a list of numbers", thing=name, cure="Give one number each.") from error
    _check_flat(name, array)
    return array


def _whole(name: str, given: Any) -> Places:
    """Return a vector of whole numbers, or say what else was given."""
    array = np.asarray(given)
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.dtype.kind not in "iu":
        raise OptionError(
            "is not a list of whole numbers",
            thing=name,
            value=str(array.dtype),
            cure="Give positions, counted from 0, as integers.",
        )
    _check_flat(name, array)
    return array.astype(np.int64)


def _check_flat(name: str, array: npt.NDArray[Any]) -> None:
    if array.ndim != 1:
        raise OptionError(
            "is not a flat list",
            thing=name,
            value=array.shape,
            cure="Give one dimension, one entry for each.",
        )


def _check_numbers(name: str, owner: str, values: Floats, owners: npt.NDArray[Any]) -> None:
    """Refuse a number that is negative, not finite or too large to be added exactly, naming whose it is."""
    bad = np.flatnonzero(~((values >= 0) & (values <= LARGEST)))
    if bad.size:
        first = int(bad[0])
        raise OptionError(
            f"{name} is not a number from 0 to {LARGEST:g} ({bad.size} such)",
            thing=f"{owner} {int(owners[first])}",
            value=float(values[first]),
            cure="Give costs of at least 0; leave an arc out where a need cannot be served.",
        )


def _check_range(name: str, values: Places, count: int, needs: Places | Ids) -> None:
    bad = np.flatnonzero((values < 0) | (values >= count))
    if bad.size:
        first = int(bad[0])
        raise OptionError(
            f"{name} is out of range ({bad.size} such)",
            thing=f"need {int(needs[first])}",
            value=int(values[first]),
            cure=f"Count from 0 to {count - 1}.",
        )


def _check_pointer(pointer: Places, facility: Places, cost: Floats) -> None:
    if facility.size != cost.size or pointer.size == 0 or pointer[0] != 0 or pointer[-1] != cost.size:
        raise OptionError(
            "pointer, facility and cost do not fit together",
            thing="arcs",
            value=(pointer.size, facility.size, cost.size),
            cure="Make them with Arcs.of.",
        )
    empty = np.flatnonzero(np.diff(pointer) <= 0)
    if empty.size:
        raise OptionError(
            f"no facility can serve it ({empty.size} such)",
            thing=f"need {int(empty[0])}",
            cure="Give it at least one arc, or leave the need out.",
        )


def _check_order(need: Ids, facility: Places, cost: Floats) -> None:
    """Refuse arcs that are out of order."""
    same = need[1:] == need[:-1]
    tie = cost[1:] == cost[:-1]
    wrong = same & ((cost[1:] < cost[:-1]) | (tie & (facility[1:] < facility[:-1])))
    if wrong.any():
        raise OptionError(
            "its arcs are not in order of cost, then facility",
            thing=f"need {int(need[1:][wrong][0])}",
            cure="Make them with Arcs.of.",
        )


def _check_once(pointer: Places, facility: Places | Ids, facilities: int) -> None:
    """Refuse a need with two arcs to the same facility."""
    from lynchpin.catalogue import kernels_arcs  # it brings numba along

    plain = np.require(pointer, np.int64, PLAIN), np.require(facility, np.int32, PLAIN)
    place = cast("int", kernels_arcs.twice(*plain, facilities))
    if place >= 0:
        raise OptionError(
            "an arc stands twice",
            thing=f"need {int(np.searchsorted(pointer, place, side='right')) - 1}",
            value=int(facility[place]),
            cure="Give one cost for each need and facility: the cheaper of the two.",
        )

"""Sourcing: which variant each car takes and who supplies it, when it is known how many are built where.

With volumes make[m,k,t] given, the families of parts separate, and each is a location problem: variants are
the facilities, cars the needs,

    cost(v, S) = engineering over the phases in which a car of S is on sale
               + least over sets of suppliers of (tools over the same phases + deliveries within capacity)
               - what scale saves at the volume of S

and every car takes one variant of a family. A local search moves one car at a time, and kicks: it closes a
variant or forces a car elsewhere, descends, and keeps what is no worse. It proves nothing. Capacity that
several variants pool is shared out as it stood before. A piece that nobody has room for costs what its car
earns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lynchpin.model.calendar import floats
from lynchpin.model.instance import Instance, periods_of
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.split.sourcing_family import Family, families
from lynchpin.solve.split.sourcing_search import searched
from lynchpin.solve.structure import Values

EARNS = 0.05  # the least that a car is taken to earn, as a share of its parts
SHARERS = 4.0  # cars that share a variant, for a first guess
NEAR = 4  # uses of a car that count as near
NONE = 1e15  # stands for a capacity without limit
PASSES = 2  # over a family in which variants pool capacity


@dataclass(frozen=True, eq=False)
class Volumes:
    """What a point says of volumes.

    make   vehicles, rows of the frame `make`      wanted  whether a model is launched (M)
    cars   vehicles of each model in each period (M, T)
    earns  what a model earns without its parts, present money (M)
    """

    make: Vector
    wanted: Flags
    cars: Vector
    earns: Vector

    @classmethod
    def of(cls, instance: Instance, values: Values) -> "Volumes":
        """Return the volumes of a point that has launched, make, sell and ship."""
        frames = instance.frames
        made = frames["make"]
        cars = np.zeros((len(instance.names["model"]), len(instance.periods)))
        np.add.at(cars, (made["model"].to_numpy(), periods_of(made)), values["make"])
        earns = np.zeros(len(cars))
        for name in ("sell", "ship", "make"):
            np.add.at(earns, frames[name]["model"].to_numpy(), instance.objective(name) * values[name])
        return cls(values["make"], values["launched"] > 0.5, cars, earns)


class Sourcing:
    """Chooses variants and suppliers of an instance at given volumes.

    allowed  which rows of `use` and of `nominate` may be chosen at all
    near     which rows of `use` were among the few that suit a car best at the last choice
    """

    def __init__(self, instance: Instance, allowed: Mapping[str, Flags], *, seed: int) -> None:
        self._instance, self._seed, self._turn = instance, seed, 0
        self._families = families(instance, allowed)
        pools, nominate = instance.frames["pools"], instance.frames["nominate"]
        self._capacity = np.minimum(floats(pools, "capacity", np.inf) * instance.years, NONE)
        self._pool = nominate["pool"].to_numpy().astype(np.int64)
        self._measure = nominate["measure"].to_numpy()
        self.near = np.zeros(instance.frames["use"].height, dtype=np.bool_)

    def choose(self, volumes: Volumes, use: Vector, *, kicks: int) -> dict[str, Vector]:
        """Return `use` and `nominate`, chosen anew from an assignment that may be empty.

        use    rows of the frame, 0 or 1; a car that none serves is given one
        kicks  of the local search, for each family
        """
        frames = self._instance.frames
        found = {name: np.zeros(frames[name].height) for name in ("use", "nominate")}
        parts = [self._lanes(family, volumes.make) for family in self._families]
        least = [_cheapest(part) for part in parts]
        earns = np.maximum(volumes.earns - sum(least), EARNS * sum(least))
        self._turn += 1
        for family, part, own in zip(self._families, parts, least, strict=True):
            # Without a piece there is no car: what it earns is lost, this part is saved.
            self._search(family, part, volumes, earns + own, use, found, kicks)
        return found

    def price(self, choices: Mapping[str, Vector] | None = None) -> Vector:
        """Return what a car's parts may cost, its share of engineering and tools included (rows of `make`).

        The cheapest variant and supplier of each family, as if SHARERS cars like it shared them; `inf` where
        nobody can deliver. With `choices` (use, nominate) a car that has a variant pays for its deliveries
        alone, and one that has none chooses freely, and finds free what is paid for.
        """
        instance = self._instance
        possible = instance.possible.sum(axis=(1, 2))
        total = np.zeros(instance.frames["make"].height)
        needed = np.zeros((len(instance.names["model"]), len(self._families)), dtype=np.bool_)
        needs = instance.frames["needs"]
        needed[needs["model"].to_numpy(), needs["family"].to_numpy()] = True
        of_make = instance.frames["make"]["model"].to_numpy()
        for family in self._families:
            cost, serves = self._offered(family, possible, choices)
            least = np.full(len(total), np.inf)
            np.minimum.at(least, family.make[serves], cost[serves])
            total += np.where(needed[of_make, family.position], least, 0.0)
        return total

    def _offered(
        self, family: Family, possible: Vector, choices: Mapping[str, Vector] | None
    ) -> tuple[Vector, Flags]:
        """Return what a car would pay on each flow of a family, and which flows it may choose from.

        possible  cars of each model over the horizon (M)
        """
        use, place = family.lane // family.width, family.lane % family.width
        j = family.facility[use]
        engineering, tools = family.engineering.sum(axis=1), family.tooling.sum(axis=2)
        serves = np.ones(len(use), dtype=np.bool_)
        if choices is not None:
            chosen = choices["use"][family.uses] > 0.5
            some = choices["nominate"][family.sources] > 0.5
            sourced = np.zeros(tools.shape, dtype=np.bool_)
            sourced[family.at[some], family.place[some]] = True
            engineering = np.where(sourced.any(axis=1), 0.0, engineering)
            tools = np.where(sourced, 0.0, tools)
            has = np.isin(family.need, family.need[chosen])
            serves = (chosen[use] & sourced[j, place]) | ~has[use]
        fixed = engineering[j] + tools[j, place]
        share = fixed / (SHARERS * np.maximum(possible[family.need[use]], 1.0))
        return family.money * family.quantity + share, serves

    def _lanes(self, family: Family, make: Vector) -> "Lanes":
        """Return what delivering all of a use from each of its sources costs, at volumes."""
        count = len(family.uses) * family.width
        pieces = make[family.make]
        cost = np.bincount(family.lane, family.money * family.quantity * pieces, count)
        served: Vector = np.bincount(family.lane, pieces, count).astype(np.float64)
        known = np.bincount(family.lane, minlength=count) > 0
        shape = (len(family.uses), family.width)
        return Lanes(
            family,
            np.where(known, cost, np.inf).reshape(shape),
            served.reshape(shape),
            len(self._instance.names["model"]),
        )

    def _search(
        self,
        family: Family,
        part: "Lanes",
        volumes: Volumes,
        earns: Vector,
        use: Vector,
        found: dict[str, Vector],
        kicks: int,
    ) -> None:
        """Search one family and write its choices."""
        if not len(family.uses):
            return
        cars = volumes.cars[family.need]
        total = cars.sum(axis=1)
        price = np.divide(earns[family.need], total, out=np.zeros_like(total), where=total > 0)
        lane = part.cost + np.maximum(total[:, None] - part.served, 0.0) * price[:, None]
        load = cars * family.pieces[:, None]
        weight = self._instance.weights[family.position]
        share = weight / max(float(weight.sum()) * self._instance.years, 1e-300)
        volume = (load * share).sum(axis=1) * family.measure
        assigned = np.full(len(volumes.wanted), -1, dtype=np.int64)
        chosen = np.flatnonzero(use[family.uses] > 0.5)
        assigned[family.need[chosen]] = chosen
        assigned[~volumes.wanted] = -1
        pooled = len(np.unique(self._pool[family.sources])) < len(family.sources)
        sourced = np.zeros((len(family.engineering), family.width), dtype=np.bool_)
        for turn in range(PASSES if pooled else 1):
            free = self._free(family, load, assigned, sourced, lane)
            data = (
                lane, load, price * total, volume, family.phase, family.count,
                family.engineering, family.tooling, free, family.curve,
            )  # fmt: skip
            seed = (self._seed + 1000 * self._turn + turn) % 2**31
            sourced, loss = searched(family, data, assigned, volumes.wanted, seed=seed, kicks=kicks)
            self.near[family.uses] = _nearest(family.need, loss)
        found["use"][family.uses[assigned[volumes.wanted & (assigned >= 0)]]] = 1.0
        found["nominate"][family.sources[sourced[family.at, family.place]]] = 1.0

    def _free(
        self, family: Family, load: Vector, assigned: Positions, sourced: Flags, lane: Vector
    ) -> Vector:
        """Return the pieces that each source has room for beside other facilities' (J, S, T)."""
        pool = self._pool[family.sources]
        taken = np.zeros((len(self._capacity), load.shape[1]))
        own = np.zeros((len(family.sources), load.shape[1]))
        measure = self._measure[family.sources]
        for u in assigned[assigned >= 0]:
            j = family.facility[u]
            if sourced[j].any():
                place = int(np.argmin(np.where(sourced[j], lane[u], np.inf)))
                source = int(np.flatnonzero((family.at == j) & (family.place == place))[0])
                own[source] += load[u] * measure[source]
        np.add.at(taken, pool, own)
        room = self._capacity[pool][:, None] - (taken[pool] - own)
        free = np.zeros((len(family.engineering), family.width, load.shape[1]))
        free[family.at, family.place] = np.maximum(room, 0.0) / measure[:, None]
        return free


@dataclass(frozen=True, eq=False)
class Lanes:
    """What deliveries cost at volumes: cost and vehicles that can be served by use and source (U, S)."""

    family: Family
    cost: Vector
    served: Vector
    models: int


def _cheapest(part: Lanes) -> Vector:
    """Return what the parts of a family cost each model at least (M)."""
    found = np.full(part.models, np.inf)
    np.minimum.at(found, part.family.need, part.cost.min(axis=1, initial=np.inf))
    return np.where(np.isfinite(found), found, 0.0)


def _nearest(need: Positions, loss: Vector) -> Flags:
    """Return the uses of each car that lose least (U)."""
    order = np.lexsort((loss, need))
    rank = np.empty(len(need), dtype=np.int64)
    ranked = need[order]
    rank[order] = np.arange(len(need)) - np.searchsorted(ranked, ranked)
    return (rank < NEAR) & np.isfinite(loss)

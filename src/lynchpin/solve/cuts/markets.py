"""The cars that carry a variant go to markets.

    Σ (k in K; s, r) buy[m,v,s,k,r,t] <= q Σ n min( B[m,n,t] use[m,v],  Σ (k in K) ship[m,k,n,t] )     (use)
    Σ (k in K; r)    buy[m,v,s,k,r,t] <= q Σ n min( B[m,n,t] use[m,v],  B[m,n,t] tooled[v,s,c,ph(t)],
                                                    Σ (k in K) ship[m,k,n,t] )                        (tool)

for a family f with q pieces a car, any plants K, and in each market n whichever term one likes: a row for
each choice. Where v is not used, or s not tooled, no part is bought. Else the parts are no more than
q make[m,k,t] (F4), which is what is shipped (F1); and what is shipped to n is no more than what is sold there
(F9), which is at most B.

Without them a relaxation gives a version one variant for the markets that it reaches from one plant and a
cheaper one for those it reaches from another: each is "used" by half, and half of its engineering is saved.

Over a slot of several periods both sides are added up with the weights of F4. The choice for each market and
period is the least term at the point to be cut off; plants are tried in all subsets up to `MANY` of them, the
best of their prefixes beyond. For given K the choice is exact.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row

MANY = 8  # plants up to which every set of them is tried
LEAST = 1e-6  # flow that counts
SHARE = 1e-4  # of one, from which a choice counts as neither taken nor left


@dataclass(frozen=True, eq=False)
class Parts:
    """Parts of a version and family that are bought: by variant, or by variant and supplier.

    column, plant, option   columns of parts, the F4 row and the option that each belongs to (e)
    limits  binaries that each allows an option at a market, in its period (options, limits, markets)
    """

    column: Positions
    plant: Positions
    option: Positions
    limits: Positions

    def bought(self, plants: int, x: Vector) -> Vector:
        """Return the pieces of a point by plant and option (plants, options)."""
        count = len(self.limits)
        pieces = np.bincount(self.plant * count + self.option, x[self.column], plants * count)
        return pieces.astype(np.float64, copy=False).reshape(plants, count)


@dataclass(frozen=True, eq=False)
class Need:
    """What one version needs of a family in a slot.

    plants       number of F4 rows
    ship         columns of cars on their way (e)
    ship_plant, ship_market  the F4 row and the market that each belongs to (e)
    rate         pieces for each of them (e)
    most         pieces for all that can be sold, by market and period (markets)
    """

    plants: int
    ship: Positions
    ship_plant: Positions
    ship_market: Positions
    rate: Vector
    most: Vector
    parts: tuple[Parts, ...]

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks."""
        shipped = self.sent(x)
        for parts in self.parts:
            yield from self._rows_of(parts, x, shipped)

    def sent(self, x: Vector) -> Vector:
        """Return the pieces in cars on their way, by plant and market (plants, markets)."""
        count = len(self.most)
        where = self.ship_plant * count + self.ship_market
        pieces = np.bincount(where, self.rate * x[self.ship], self.plants * count)
        return pieces.astype(np.float64, copy=False).reshape(self.plants, count)

    def _rows_of(self, parts: Parts, x: Vector, shipped: Vector) -> Iterator[Row]:
        bought = parts.bought(self.plants, x)
        shares = x[parts.limits]
        partly = np.flatnonzero(
            (bought.max(axis=0, initial=0.0) > LEAST) & (shares.min(axis=(1, 2)) < 1 - SHARE)
        )
        if not len(partly):
            return
        which = shares[partly].argmin(axis=1)
        allowed = self.most * shares[partly].min(axis=1)
        sets = plants_to_try(bought[:, partly])
        some = sets.astype(np.float64)
        sent = some @ shipped
        least = np.minimum(allowed[None, :, :], sent[:, None, :]).sum(axis=2)
        broken = some @ bought[:, partly] - least
        for place in range(len(partly)):
            best = int(broken[:, place].argmax())
            if broken[best, place] > LEAST:
                by_choice = allowed[place] < sent[best]
                column = parts.limits[partly[place], which[place], np.arange(len(self.most))]
                yield self._row(parts, int(partly[place]), sets[best], by_choice, column)

    def _row(self, parts: Parts, option: int, plants: Flags, by_choice: Flags, column: Positions) -> Row:
        """Return the row of an option and some plants, at each market with the choice or with its cars."""
        own = parts.column[(parts.option == option) & plants[parts.plant]]
        cars = plants[self.ship_plant] & ~by_choice[self.ship_market]
        index = np.concatenate([own, self.ship[cars], column[by_choice]])
        value = np.concatenate([np.ones(len(own)), -self.rate[cars], -self.most[by_choice]])
        return index, value, 0.0


def plants_to_try(bought: Vector) -> Flags:
    """Return sets of plants to try (sets, plants): of those that buy anything, all or prefixes by size."""
    flow = bought.sum(axis=1)
    active = np.flatnonzero(flow > LEAST)
    if len(active) <= MANY:
        chosen = np.array(list(product((False, True), repeat=len(active))), dtype=np.bool_)[1:]
    else:
        order = np.argsort(-flow[active], kind="stable")
        prefixes = np.tri(len(active), dtype=np.bool_)[:, np.argsort(order)]
        chosen = np.concatenate([prefixes, np.eye(len(active), dtype=np.bool_)])
    sets = np.zeros((len(chosen), len(flow)), dtype=np.bool_)
    sets[:, active] = chosen
    return sets

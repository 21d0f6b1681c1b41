"""The cars that carry one of several variants go to markets.

With options o, each a variant (z is use[m,v]) or a variant of one supplier (z is tooled[v,s,c,ph(t)]), none
of which shares a part with another, and any plants K and markets R,

    Σ (o in O; k in K) buy[m,o,k,t] <= q ( Σ (n in R) B[m,n,t] Σ (o in O) z[o,t]
                                           + Σ (n not in R; k in K) ship[m,k,n,t] )               (options)

for a family with q pieces a car: where no z is one, no part of O is bought; else all of O together are no
more than what is shipped, and to n no more than B, as in `markets`, which says the same of one option. A
relaxation fills a plant's cars with what three tools make by a fifth each, and so serves a market whole with
three fifths of a tool.

The right side takes the lesser term at each market. For given K, O is best for R where it holds the options
whose parts are more than q Σ (n in R) B z, of a variant all together or by supplier, whichever is more; R is
best for O where it holds the markets at which B Σ z is less than what is shipped. The search goes from one
to the other until neither changes, or `TURNS` times. It begins with each variant alone, with all of them, and
with all suppliers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.markets import LEAST, SHARE, Need, Parts, plants_to_try

TURNS = 5


@dataclass(frozen=True, eq=False)
class Choices:
    """Variants that a version may carry in a slot, and the suppliers of each.

    variants, pairs  the same parts by variant, and by variant and supplier
    variant          of each option of `pairs` the one of `variants`
    """

    need: Need
    variants: Parts
    pairs: Parts
    variant: Positions

    @classmethod
    def of(cls, need: Need) -> "Choices":
        """Return the choices of a need, whose parts are stated by variant, then by variant and supplier."""
        variants, pairs = need.parts
        variant = np.zeros(len(pairs.limits), dtype=np.int64)
        variant[pairs.option] = variants.option
        return cls(need, variants, pairs, variant)

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield the row that a point breaks most."""
        variants, pairs, need = self.variants, self.pairs, self.need
        z = np.concatenate([x[variants.limits[:, -1]], x[pairs.limits[:, -1]]])
        if not ((z > SHARE) & (z < 1 - SHARE)).any():
            return
        by_variant, by_pair = variants.bought(need.plants, x), pairs.bought(need.plants, x)
        active = np.flatnonzero(by_variant.sum(axis=0) > LEAST)
        if np.count_nonzero(by_pair.sum(axis=0) > LEAST) < 2:
            return
        sets = plants_to_try(by_variant)
        some = sets.astype(np.float64)
        bought = some @ np.concatenate([by_variant, by_pair], axis=1)
        starts = self._starts(active, by_pair.sum(axis=0) > LEAST)
        sent = some @ need.sent(x)
        many = len(starts)
        options, markets, broken = self._searched(
            np.repeat(starts, len(sets), axis=0), np.tile(bought, (many, 1)), np.tile(sent, (many, 1)), z
        )
        broken = np.where(options.sum(axis=1) > 1, broken, 0.0)
        best = int(broken.argmax())
        if broken[best] > LEAST:
            yield self._row(options[best], markets[best], sets[best % len(sets)])

    def _starts(self, active: Positions, pairs: Flags) -> Flags:
        """Return options to begin with (starts, variants and pairs)."""
        count = len(self.variants.limits)
        starts = np.zeros((len(active) + 2, count + len(pairs)), dtype=np.bool_)
        starts[np.arange(len(active)), active] = True
        starts[-2, active] = True
        starts[-1, count:] = pairs
        return starts

    def _searched(
        self, options: Flags, bought: Vector, sent: Vector, z: Vector
    ) -> tuple[Flags, Flags, Vector]:
        """Return options, markets R and by how much the row is broken, of each start and set of plants.

        options  to begin with (n, options)
        bought   pieces (n, options)
        sent     pieces (n, markets)
        z        choices (options, markets)
        """
        most, count = self.need.most, len(self.variants.limits)
        within = np.zeros((len(self.variant), count))
        within[np.arange(len(self.variant)), self.variant] = 1.0
        markets, broken = np.zeros(sent.shape, dtype=np.bool_), np.zeros(len(sent))
        for _ in range(TURNS):
            before = markets
            markets = most * (options.astype(np.float64) @ z) < sent
            if (before == markets).all():
                break
            gain = np.maximum(bought - (markets * most) @ z.T, 0.0)
            whole, apart = gain[:, :count], gain[:, count:] @ within
            as_one = (whole >= apart) & (whole > 0)
            options = np.concatenate([as_one, (gain[:, count:] > 0) & ~as_one[:, self.variant]], axis=1)
            broken = np.maximum(whole, apart).sum(axis=1) - (sent * ~markets).sum(axis=1)
        return options, markets, broken

    def _row(self, options: Flags, markets: Flags, plants: Flags) -> Row:
        """Return the row of some options, markets R and plants."""
        need, count = self.need, len(self.variants.limits)
        cars = plants[need.ship_plant] & ~markets[need.ship_market]
        columns, values = [need.ship[cars]], [-need.rate[cars]]
        for parts, chosen in ((self.variants, options[:count]), (self.pairs, options[count:])):
            own = parts.column[chosen[parts.option] & plants[parts.plant]]
            limits = parts.limits[chosen, -1][:, markets]
            columns += [own, limits.ravel()]
            values += [np.ones(len(own)), np.tile(-need.most[markets], len(limits))]
        return np.concatenate(columns), np.concatenate(values), 0.0


def choices(needs: Sequence[Need]) -> list[Choices]:
    """Return the choices of needs for which there is more than one supplier."""
    return [Choices.of(need) for need in needs if len(need.parts[-1].limits) > 1]

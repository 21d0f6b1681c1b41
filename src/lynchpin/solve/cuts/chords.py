"""A chord of scale is earned by cars that are sold and by parts that suppliers can make.

S2 has `volume`[m,v,g] <= Vmax[m,v] mode[v,g], a row for each car. For any chords G of a variant, with Z the
sum of their modes, any cars M, and X[m,s] the weighted volume of parts from source s that S1 allows a car,

    Σ (g in G) volume[m,v,g] <= Σ (n, t) min( w a q sell[m,n,t],  w a q B[m,n,t] Z )              (market)
    Σ (m in M; g in G) volume[m,v,g] <= Σ s min( Σ (m in M) X[m,s],  C[s] Z )                     (source)

with whichever term one likes in each market and period, and for each source: a row for each choice. A source
is a supplier's capacity in a slot (F7), and C that in weighted volume; parts without one are a source whose C
is inf.

Where no mode of G holds, S2 lets none of this volume be earned, and no term is below nought. Where one does,
or more, it is no more than the parts bought (S1), which are no more than the cars sold take (F4, F1, F9), in
each market at most B; and a source brings no more than it can.

Without them a relaxation takes half of a mode for a supplier who is full: the chord then counts as if there
were twice the capacity, and half of its charge is paid.

Chords are tried in all sets of those that earn anything, up to `MANY` of them; beyond, each alone and all.
For given chords the choice is exact for (market); for (source) cars and sources are chosen in turn, each the
best for the other, until neither moves.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.grouping import bounds, numbered
from lynchpin.solve.cuts.reading import Rows, columns_of, keys_of

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

LEAST = 1e-4  # violation in shares of the volume earned
WHOLE = 1e-6  # distance from nought or one at which a mode counts as decided
TURNS = 5
MANY = 6  # chords up to which every set of them is tried
PAIR = ["variant", "member"]


@dataclass(frozen=True, eq=False)
class Chords:
    """The chords of a variant for a member, and what brings the volume that earns them.

    mode    column of each chord (chords)
    volume  columns of volume by car and chord (cars, chords)
    sell, seller, sold, market  columns of sales, the car of each, volume of one sale, of all B (e)
    buy, buyer, source, bought  columns of parts, car and source of each, volume of a piece (p)
    most    volume that each source can bring (sources)
    """

    mode: Positions
    volume: Positions
    sell: Positions
    seller: Positions
    sold: Vector
    market: Vector
    buy: Positions
    buyer: Positions
    source: Positions
    bought: Vector
    most: Vector

    def rows(self, x: Vector) -> Iterator[Row]:
        """Yield rows that a point breaks."""
        volume, share = x[self.volume], x[self.mode]
        active = np.flatnonzero(volume.sum(axis=0) > WHOLE)
        if not len(active):
            return
        sold = self.sold * x[self.sell]
        brought = np.zeros((len(self.most), len(volume)))
        np.add.at(brought, (self.source, self.buyer), self.bought * x[self.buy])
        for chosen in _sets(active):
            part = float(share[chosen].sum())
            if WHOLE < part < 1 - WHOLE:
                earned = volume[:, chosen].sum(axis=1)
                yield from self._by_market(chosen, part, earned, sold)
                yield from self._by_source(chosen, part, earned, brought)

    def _by_market(self, chosen: Positions, part: float, earned: Vector, sold: Vector) -> Iterator[Row]:
        """Yield the row of each car whose volume is more than its sales, or the chords, allow."""
        by_mode = self.market * part < sold
        allowed = np.bincount(self.seller, np.where(by_mode, self.market * part, sold), len(earned))
        for car in np.flatnonzero(earned - allowed > LEAST * earned + WHOLE).tolist():
            own = self.seller == car
            sales = own & ~by_mode
            most = float(self.market[own & by_mode].sum())
            cars = np.array([car], dtype=np.int64)
            yield self._row(chosen, cars, most, self.sell[sales], self.sold[sales])

    def _by_source(self, chosen: Positions, part: float, earned: Vector, brought: Vector) -> Iterator[Row]:
        """Yield the row of the cars and sources that are found best in turn, if it is broken."""
        cars, full = earned > WHOLE, np.zeros(len(self.most), dtype=np.bool_)
        for _ in range(TURNS):
            before = full
            full = self.most * part < brought[:, cars].sum(axis=1)
            worth = earned - brought[~full].sum(axis=0)
            if not full.any() or np.array_equal(full, before):
                break
            cars = worth > 0
        limit = np.minimum(self.most * part, brought[:, cars].sum(axis=1)).sum()
        if earned[cars].sum() - limit <= LEAST * earned[cars].sum() + WHOLE:
            return
        own = cars[self.buyer] & ~full[self.source]
        most = float(self.most[full].sum())
        yield self._row(chosen, np.flatnonzero(cars), most, self.buy[own], self.bought[own])

    def _row(self, chosen: Positions, cars: Positions, most: float, column: Positions, value: Vector) -> Row:
        """Return the row: volume of cars and chords <= most modes + value columns."""
        volume = self.volume[np.ix_(cars, chosen)].ravel()
        index = np.concatenate([volume, self.mode[chosen], column])
        return index, np.concatenate([np.ones(len(volume)), np.full(len(chosen), -most), -value]), 0.0


def _sets(active: Positions) -> Iterator[Positions]:
    """Yield sets of chords to try."""
    count = len(active)
    for size in range(1, count + 1) if count <= MANY else (1, count):
        for chosen in combinations(active.tolist(), size):
            yield np.array(chosen, dtype=np.int64)


def chords(rows: Rows) -> list[Chords]:
    """Return the chords of a form by variant and member, read from its rows S1 and F7_capacity."""
    place = rows.form.place
    if any(name not in place for name in ("mode", "volume", "sell", "buy")):
        return []
    if place["mode"].start == place["mode"].stop:
        return []  # nothing is read in vain
    read, found = _Read(rows), list[Chords]()
    for (variant, member), modes in read.modes.items():
        one = read.chords(variant, member, modes)
        if one is not None:
            found.append(one)
    return found


class _Read:
    """What a form says of scale, by variant and member."""

    def __init__(self, rows: Rows) -> None:
        form = rows.form
        self.form, self.instance = form, form.built.instance
        self.rows, self.is_part = rows, columns_of(form, "buy")
        self.unit = form.built.columns["volume"].unit
        self.modes = _grouped(form, "mode", PAIR)
        self.volumes = _grouped(form, "volume", ["model", *PAIR])
        self.cars: dict[tuple[int, ...], list[int]] = {}
        for model, *pair in self.volumes:
            self.cars.setdefault(tuple(pair), []).append(model)
        self.sales = _grouped(form, "sell", ["model"])
        use = self.instance.frames["use"]
        self.rates: dict[tuple[int, int], tuple[int, float]] = {
            (model, variant): (family, quantity * measure)
            for model, variant, family, quantity, measure in use.select(
                "model", "variant", "family", "quantity", "measure"
            ).iter_rows()
        }
        self.earned = self._earned()
        self.source, self.rate, self.limits = self._sources()

    def _earned(self) -> dict[int, tuple[Positions, Vector]]:
        """Return of the first volume column of each car and variant its parts, volume of a piece (S1)."""
        lines = self.rows.apart(self.is_part, "S1")
        own, volume = lines.own, lines.others
        lines = lines.kept(
            (volume.sizes > 0)
            & volume.all(volume.value == 1)
            & own.all(own.value <= 0)
            & (self.form.problem.row_upper[lines.rows] == 0)
        )
        own, volume = lines.own, lines.others
        firsts: list[int] = np.minimum.reduceat(volume.column, volume.start[:-1]).tolist()
        parts = pairwise(own.start.tolist())
        return {
            first: (own.column[start:end], -own.value[start:end])
            for first, (start, end) in zip(firsts, parts, strict=True)
        }

    def _sources(self) -> tuple[Positions, Vector, Vector]:
        """Return of each column its source, -1 without one, and its rate (n); what each source brings."""
        problem = self.form.problem
        source: Positions = np.full(len(problem.cost), -1, dtype=np.int64)
        rate, lines = np.ones(len(problem.cost)), self.rows.apart(self.is_part, "F7_capacity")
        parts, rest = lines.own, lines.others
        least = np.minimum(rest.value * problem.lower[rest.column], rest.value * problem.upper[rest.column])
        most = problem.row_upper[lines.rows] - np.bincount(rest.row, least, len(lines.rows))
        right = (parts.sizes > 0) & parts.all(parts.value > 0) & np.isfinite(most)
        lines, most = lines.kept(right), most[right]
        first = np.full(len(problem.cost), -1, dtype=np.int64)
        first[lines.own.column[::-1]] = lines.own.row[::-1]
        alone = lines.own.all(first[lines.own.column] == lines.own.row)  # no row before has its parts
        parts = lines.kept(alone).own
        source[parts.column], rate[parts.column] = parts.row, parts.value
        return source, rate, most[alone]

    def chords(self, variant: int, member: int, modes: Positions) -> Chords | None:
        """Return the chords of a variant, None where a row is not as it is stated."""
        models = self.cars[variant, member]
        volumes = [self.volumes[model, variant, member] for model in models]
        firsts = [int(some.min()) for some in volumes]
        if any(len(some) != len(modes) for some in volumes) or any(one not in self.earned for one in firsts):
            return None
        parts = [self.earned[one] for one in firsts]
        buy, bought = (np.concatenate(some) for some in zip(*parts, strict=True))
        buyer = np.repeat(np.arange(len(models)), [len(some) for some, _ in parts])
        source, most = self._brought(buy, bought)
        sales = [self.sales.get((model,), np.zeros(0, np.int64)) for model in models]
        seller = np.repeat(np.arange(len(models)), [len(some) for some in sales])
        sell = np.concatenate(sales)
        sold = np.concatenate(
            [self._sold(model, variant, some) for model, some in zip(models, sales, strict=True)]
        )
        market = sold * self.form.problem.upper[sell]
        return Chords(modes, np.array(volumes), sell, seller, sold, market, buy, buyer, source, bought, most)

    def _sold(self, model: int, variant: int, sales: Positions) -> Vector:
        """Return the weighted volume of one sale in each period."""
        sell = self.form.built.columns["sell"]
        family, pieces = self.rates[model, variant]
        period = sell.frame["period"].to_numpy()[sales - self.form.place["sell"].start]
        return self.instance.weights[family, period] * pieces * sell.unit / self.unit

    def _brought(self, buy: Positions, bought: Vector) -> tuple[Positions, Vector]:
        """Return the source of each column of parts, counted from nought, and the most volume of each."""
        known, source = np.unique(self.source[buy], return_inverse=True)
        factor = np.zeros(len(known))
        np.maximum.at(factor, source, bought / self.rate[buy])
        return source, np.append(self.limits, np.inf)[known] * factor  # -1, no source, is the last


def _grouped(form: "Form", name: str, keys: list[str]) -> dict[tuple[int, ...], Positions]:
    """Return the columns of a variable by some of its keys, in order."""
    values = keys_of(form.built.columns[name].frame, *keys)
    group = numbered(*values)
    order = np.argsort(group, kind="stable")
    start = bounds(group[order], int(group.max(initial=-1)) + 1)
    names = zip(*(value[order[start[:-1]]].tolist() for value in values), strict=True)
    columns = np.split(form.place[name].start + order, start[1:-1])
    return dict(zip(names, columns, strict=False))  # without entries there is one part and no name

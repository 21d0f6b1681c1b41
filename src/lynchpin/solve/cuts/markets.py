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
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.found import Row
from lynchpin.solve.cuts.reading import Rows, columns_of, most_sold

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

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


def needs(form: "Form") -> list[Need]:
    """Return the needs of a form, read from its rows F4."""
    units = {name: form.built.columns[name].unit for name in ("make", "ship", "sell") if name in form.place}
    if len(set(units.values())) != 1 or "buy" not in form.place:
        return []
    cars, tools, found = _Cars(form), _Tools(form), list[Need]()
    for rows in _together(form):
        need = _need(rows, cars, tools)
        if need is not None:
            found.append(need)
    return found


@dataclass(frozen=True, eq=False)
class _Line:
    """A row F4: columns of parts, and of cars with the pieces for each."""

    model: int
    parts: Positions
    make: Positions
    rate: Vector


def _together(form: "Form") -> list[list[_Line]]:
    """Return the F4 rows of one version, family and slot together."""
    rows, is_car, first = Rows(form), columns_of(form, "make"), form.place["make"].start
    frame = form.built.columns["make"].frame
    model, period = frame["model"].to_numpy(), frame["period"].to_numpy()
    family = _of_parts(form, "family")
    lines: dict[tuple[object, ...], list[_Line]] = {}
    for row in rows.of("F4", "F4_peak"):
        made, minus, parts, one = rows.split(row, is_car)
        if not len(made) or not len(parts) or (one != 1).any() or (minus >= 0).any():
            continue
        made = made - first
        key = (form.tags[row], int(model[made[0]]), int(family[parts[0]]), *sorted({*period[made].tolist()}))
        lines.setdefault(key, []).append(_Line(int(model[made[0]]), parts, made, -minus))
    return list(lines.values())


def _of_parts(form: "Form", name: str) -> Positions:
    """Return something of each column of parts, -1 for other columns (n)."""
    found = np.full(len(form.problem.cost), -1, dtype=np.int64)
    for variable in ("buy", "buy_peak"):
        if variable in form.place:
            found[form.place[variable]] = form.built.columns[variable].frame[name].to_numpy()
    return found


class _Cars:
    """Cars on their way by version, plant, period; the most that is sold by version, market, period."""

    def __init__(self, form: "Form") -> None:
        ship = form.built.columns["ship"].frame.select("model", "site", "period", "market")
        self.ships: dict[tuple[int, int, int], list[tuple[int, int]]] = {}
        for column, (model, site, period, market) in enumerate(ship.iter_rows(), form.place["ship"].start):
            self.ships.setdefault((model, site, period), []).append((market, column))
        self.most = most_sold(form)
        make = form.built.columns["make"].frame
        self.site, self.period = make["site"].to_numpy(), make["period"].to_numpy()


class _Tools:
    """The choices that parts need: use by version, variant; tooled by variant, supplier, member, period."""

    def __init__(self, form: "Form") -> None:
        use = form.built.columns["use"].frame
        self.use = {
            key: form.place["use"].start + row
            for row, key in enumerate(use.select("model", "variant").iter_rows())
        }
        instance = form.built.instance
        frame, phases = instance.frames["tooled"], instance.phases["tooled"]
        self.tooled: dict[tuple[int, int, int, int], int] = {}
        for row, (variant, site, member) in enumerate(frame.select("variant", "site", "member").iter_rows()):
            for period in np.flatnonzero(phases[row]).tolist():
                self.tooled[variant, site, member, period] = form.place["tooled"].start + row
        self.member = instance.frames["models"]["member"].to_numpy()
        self.variant, self.supplier = _of_parts(form, "variant"), _of_parts(form, "supplier")


def _need(lines: list[_Line], cars: _Cars, tools: _Tools) -> Need | None:
    """Return what the F4 rows of a version, family and slot say, None where a sale has no limit."""
    model = lines[0].model
    market: dict[tuple[int, int], int] = {}
    ships = list[tuple[int, int, int, float]]()
    for plant, line in enumerate(lines):
        for make, rate in zip(line.make.tolist(), line.rate.tolist(), strict=True):
            period = int(cars.period[make])
            for place, column in cars.ships.get((model, int(cars.site[make]), period), ()):
                ships.append((column, plant, market.setdefault((place, period), len(market)), rate))
    if not ships:
        return None
    column, plant, at, rate = (np.array(values) for values in zip(*ships, strict=True))
    highest = np.zeros(len(market))
    np.maximum.at(highest, at, rate)
    most = highest * np.array([cars.most.get((model, *key), np.inf) for key in market])
    if not np.isfinite(most).all():
        return None
    periods = [period for _, period in market]
    every = np.concatenate([line.parts for line in lines])
    row = np.repeat(np.arange(len(lines)), [len(line.parts) for line in lines])
    return Need(len(lines), column, plant, at, rate, most, tuple(_parts(model, every, row, periods, tools)))


def _parts(
    model: int, column: Positions, plant: Positions, periods: list[int], tools: _Tools
) -> Iterator[Parts]:
    """Yield the parts by variant, then by variant and supplier."""
    variant, supplier = tools.variant[column], tools.supplier[column]
    used, option = np.unique(variant, return_inverse=True)
    uses = np.array([tools.use[model, one] for one in used.tolist()])
    limits = np.broadcast_to(uses[:, None, None], (len(used), 1, len(periods)))
    yield Parts(column, plant, option, limits)
    member = int(tools.member[model])
    pairs, option = np.unique(np.column_stack([variant, supplier]), axis=0, return_inverse=True)
    limits = np.empty((len(pairs), 2, len(periods)), dtype=np.int64)
    for number, (one, site) in enumerate(pairs.tolist()):
        uses_of: int = tools.use[model, one]
        limits[number, 0] = uses_of
        tooled: list[int] = [tools.tooled.get((one, site, member, when), uses_of) for when in periods]
        limits[number, 1] = tooled
    yield Parts(column, plant, option.ravel(), limits)

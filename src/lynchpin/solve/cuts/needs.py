"""The needs of a form's versions, read from its rows F4: what `markets` and `choices` look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.cuts.grouping import Table, bounds, numbered, spread
from lynchpin.solve.cuts.markets import Need, Parts
from lynchpin.solve.cuts.reading import Entries, Rows, columns_of, keys_of, most_sold

if TYPE_CHECKING:  # a process that looks for cuts needs no model, which takes a second to import
    from lynchpin.solve.forms import Form

WORD = 32  # periods that stand in one number


def needs(rows: Rows) -> list[Need]:
    """Return the needs of a form, in the order of its rows F4."""
    form = rows.form
    units = {name: form.built.columns[name].unit for name in ("make", "ship", "sell") if name in form.place}
    if len(set(units.values())) != 1 or "buy" not in form.place:
        return []
    lines = _Lines.of(rows)
    cars, options = _Cars.of(form, lines), _Options(form, lines)
    found = list[Need]()
    for group in np.flatnonzero(cars.known).tolist():
        own, at = _part(cars.start, group), _part(cars.market_start, group)
        found.append(
            Need(
                int(lines.start[group + 1] - lines.start[group]),
                cars.ship[own],
                cars.plant[own],
                cars.market[own],
                cars.rate[own],
                cars.most[at],
                tuple(options.parts(group, cars.period[at])),
            )
        )
    return found


def _part(start: Positions, group: int) -> slice:
    """Return the entries of a group."""
    return slice(int(start[group]), int(start[group + 1]))


@dataclass(frozen=True, eq=False)
class _Lines:
    """Rows F4, those of one version, family and slot together.

    cars, parts   entries in columns of make, with what is needed for one, and in columns of parts (e)
    group, plant  of each row: its group, and its place in the group (rows)
    start         where each group begins, and where the last one ends (groups + 1)
    model         the version of each group (groups)
    made, period  plant and period of each column of make
    """

    cars: Entries
    parts: Entries
    group: Positions
    plant: Positions
    start: Positions
    model: Positions
    made: Positions
    period: Positions

    @classmethod
    def of(cls, rows: Rows) -> "_Lines":
        """Return the rows F4 that are as they are stated."""
        form = rows.form
        model, site, period = keys_of(form.built.columns["make"].frame, "model", "site", "period")
        family = _of_parts(form, "family")
        lines = rows.apart(columns_of(form, "make"), "F4", "F4_peak")
        made, parts = lines.own, lines.others
        lines = lines.kept(
            (made.sizes > 0) & (parts.sizes > 0) & parts.all(parts.value == 1) & made.all(made.value < 0)
        )
        made, parts = lines.own, lines.others
        car = made.column - form.place["make"].start
        version = model[car[made.start[:-1]]]
        at_peak = (form.tags[lines.rows] == "F4_peak").astype(np.int64)
        periods = _sets(made.row, period[car], len(lines.rows))
        group = numbered(at_peak, version, family[parts.column[parts.start[:-1]]], *periods)
        order = np.argsort(group, kind="stable")
        group, made = group[order], made.of(order)
        start = bounds(group, int(group.max(initial=-1)) + 1)
        cars = Entries(made.start, made.column - form.place["make"].start, -made.value)
        plant = np.arange(len(group)) - start[group]
        return cls(cars, parts.of(order), group, plant, start, version[order][start[:-1]], site, period)


def _sets(row: Positions, period: Positions, rows: int) -> list[Positions]:
    """Return the periods that occur in each row, as numbers that are the same for the same periods (rows)."""
    count = int(period.max(initial=-1)) + 1
    occurs = np.zeros((rows, count), dtype=np.int64)
    occurs[row, period] = 1
    bits = 2 ** (np.arange(count, dtype=np.int64) % WORD)
    return [occurs[:, word : word + WORD] @ bits[word : word + WORD] for word in range(0, count, WORD)]


def _of_parts(form: "Form", name: str) -> Positions:
    """Return something of each column of parts, -1 for other columns (n)."""
    found = np.full(len(form.problem.cost), -1, dtype=np.int64)
    for variable in ("buy", "buy_peak"):
        if variable in form.place:
            found[form.place[variable]] = form.built.columns[variable].frame[name].to_numpy()
    return found


@dataclass(frozen=True, eq=False)
class _Cars:
    """Cars on their way from the plants of each group, and the markets that they go to.

    ship, plant, market, rate  columns, the row and market in the group, what is needed for one (e)
    most, period               pieces for all that can be sold, and the period (markets)
    start, market_start        where the shipments and markets of each group begin, and end (groups + 1)
    known                      whether each group has shipments, and a limit on all sales (groups)
    """

    ship: Positions
    plant: Positions
    market: Positions
    rate: Vector
    most: Vector
    period: Positions
    start: Positions
    market_start: Positions
    known: Flags

    @classmethod
    def of(cls, form: "Form", lines: _Lines) -> "_Cars":
        """Return the cars of groups, with markets as they appear."""
        model, site, when, place = keys_of(
            form.built.columns["ship"].frame, "model", "site", "period", "market"
        )
        ships = Table([model, site, when], np.arange(len(model)), missing=-1)
        cars, count = lines.cars, len(lines.model)
        version = lines.model[lines.group]
        left, size = ships.ranges(version[cars.row], lines.made[cars.column], lines.period[cars.column])
        ship, entry = ships.values[spread(left, size)], np.repeat(np.arange(len(size)), size)
        line = cars.row[entry]
        group, rate = lines.group[line], cars.value[entry]
        market = numbered(group, place[ship], when[ship])
        first = np.unique(market, return_index=True)[1]
        highest = np.zeros(len(first))
        np.maximum.at(highest, market, rate)
        some = ship[first]
        most = highest * most_sold(form).at(model[some], place[some], when[some])
        start, market_start = bounds(group, count), bounds(group[first], count)
        limited = np.bincount(group[first][~np.isfinite(most)], minlength=count) == 0
        return cls(
            form.place["ship"].start + ship,
            lines.plant[line],
            market - market_start[group],
            rate,
            most,
            when[some],
            start,
            market_start,
            (np.diff(start) > 0) & limited,
        )


class _Options:
    """Parts of groups by variant, and by variant and supplier, and the choices that they need."""

    def __init__(self, form: "Form", lines: _Lines) -> None:
        instance = form.built.instance
        parts, count = lines.parts, len(lines.model)
        group, self.column, self.plant = lines.group[parts.row], parts.column, lines.plant[parts.row]
        self.start = bounds(group, count)
        variant, supplier = (_of_parts(form, name)[parts.column] for name in ("variant", "supplier"))
        sizes = len(instance.names["variant"]), int(supplier.max(initial=-1)) + 1
        variants, self.variant = np.unique(group * sizes[0] + variant, return_inverse=True)
        pairs, self.pair = np.unique((group * sizes[0] + variant) * sizes[1] + supplier, return_inverse=True)
        self.variant_start = bounds(variants // sizes[0], count)
        self.pair_start = bounds(pairs // (sizes[0] * sizes[1]), count)
        use = Table(
            keys_of(form.built.columns["use"].frame, "model", "variant"),
            np.arange(form.place["use"].start, form.place["use"].stop),
            missing=-1,
        )
        self.use = use.at(lines.model[variants // sizes[0]], variants % sizes[0])
        some = pairs // sizes[1]
        self.pair_use = self.use[np.searchsorted(variants, some)]
        member = keys_of(instance.frames["models"], "member")[0][lines.model[some // sizes[0]]]
        self._tool(form, some % sizes[0], pairs % sizes[1], member)

    def _tool(self, form: "Form", variant: Positions, supplier: Positions, member: Positions) -> None:
        """Keep the column of tooled of some variants, suppliers and members by period, -1 without one."""
        instance = form.built.instance
        keys = keys_of(instance.frames["tooled"], "variant", "site", "member")
        phases = instance.phases["tooled"]
        number = numbered(*keys)
        many = int(number.max(initial=-1)) + 1
        table = np.full((many + 1, phases.shape[1]), -1, dtype=np.int64)
        row, period = np.nonzero(phases)
        table[number[row], period] = form.place["tooled"].start + row
        self.tooled, self.tool = table, Table(keys, number, missing=many).at(variant, supplier, member)

    def parts(self, group: int, periods: Positions) -> Iterator[Parts]:
        """Yield the parts of a group by variant, then by variant and supplier; the period of its markets."""
        own, variants, pairs = (
            _part(start, group) for start in (self.start, self.variant_start, self.pair_start)
        )
        column, plant, use = self.column[own], self.plant[own], self.use[variants]
        limits = np.broadcast_to(use[:, None, None], (len(use), 1, len(periods)))
        yield Parts(column, plant, self.variant[own] - variants.start, limits)
        use, tool = self.pair_use[pairs, None], self.tooled[self.tool[pairs]][:, periods]
        limits = np.empty((len(use), 2, len(periods)), dtype=np.int64)
        limits[:, 0] = use
        limits[:, 1] = np.where(tool < 0, use, tool)
        yield Parts(column, plant, self.pair[own] - pairs.start, limits)

"""A built model as a problem for the solver, and the ways back: to values, to a start, to a sharper form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse

from lynchpin.model.build import Arrays, Built, arrays, build
from lynchpin.model.calendar import floats
from lynchpin.model.instance import Instance
from lynchpin.model.scale import ScaleOptions
from lynchpin.model.slots import Slots, first, refine
from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.contracts import Cuts, Problem, SparseMatrix, with_cuts
from lynchpin.solve.own import OwnRows
from lynchpin.solve.own_lifting import in_form
from lynchpin.solve.structure import CHOICES, Values
from lynchpin.solve.volumes import measures, volumes

MOST_PEAK_COLUMNS = 30_000
TIGHT = 1e-4  # relative distance of a flow from its capacity
NEAR = 1e-5  # relative distance of two volumes that count as the same scale point

Tags = np.ndarray[tuple[int], np.dtype[np.object_]]
Breaks = Mapping[tuple[str, str], tuple[float, ...]]


@dataclass(frozen=True, eq=False, kw_only=True)
class Form:
    """One form of the model, ready to be solved.

    name     aggregate or yearly
    problem  its arrays, to be minimised, in units of the model
    tags     formula of each row
    kept     which row of all that were stated each row is
    place    variable -> its columns
    breaks   volumes at which the chords of scale were made exact
    own      rows that a user added, over the columns of the yearly form, or None
    labels   of each of them in this form, see `own_lifting`
    """

    name: str
    built: Built
    problem: Problem
    tags: Tags
    kept: Positions
    place: Mapping[str, slice]
    breaks: Breaks
    own: OwnRows | None
    labels: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, built: Built, name: str, *, breaks: Breaks | None = None, own: OwnRows | None = None
    ) -> "Form":
        """Return a built model, and rows added to it, as a form."""
        found, labels = arrays(built), ()
        if own is not None:
            rows, labels = in_form(own, built, found)
            found = _with_rows(found, rows)
        problem = Problem(
            cost=found.cost,
            lower=found.lower,
            upper=found.upper,
            integer=found.integer,
            matrix=cast(SparseMatrix, found.matrix),
            row_lower=found.row_lower,
            row_upper=found.row_upper,
            offset=found.offset,
            column_name=lambda column: _column_name(found.position, column),
            row_name=lambda row: f"row {row} of {found.row_tag[row]}",
        )
        return cls(
            name=name,
            built=built,
            problem=problem,
            tags=found.row_tag,
            kept=np.arange(len(found.row_tag)),
            place=found.position,
            breaks=breaks or {},
            own=own,
            labels=labels,
        )

    @classmethod
    def aggregate(cls, instance: Instance, *, own: OwnRows | None = None, peaks: bool = True) -> "Form":
        """Return the first aggregate form, with what a user's own rows say in it.

        peaks  whether to have more peaks than the highest one of each family

        Every period is critical where that adds at most 30,000 columns: no capacity is averaged over years,
        the structure that is found keeps its worth, and the search is shorter in spite of the columns.
        """
        slots = first(instance)
        flows = instance.frames["buy"].select("model", "variant", "supplier", "period")
        if peaks and flows.n_unique() <= MOST_PEAK_COLUMNS:
            families, periods = slots.peak.shape
            slots = refine(instance, slots, critical=np.ndindex(families, periods))
        return cls.of(build(instance, form="aggregate", slots=slots), "aggregate", own=own)

    def without(self, *tags: str) -> "Form":
        """Return the form without the rows of some formulas, which is a relaxation of it."""
        kept = np.flatnonzero(~np.isin(self.tags.astype(str), tags))
        names = self.problem.row_name

        def named(row: int) -> str:
            return names(int(kept[row]))

        problem = replace(
            self.problem,
            matrix=cast(SparseMatrix, cast(Any, self.problem.matrix).tocsr()[kept]),
            row_lower=self.problem.row_lower[kept],
            row_upper=self.problem.row_upper[kept],
            row_name=named,
        )
        return replace(self, problem=problem, tags=self.tags[kept], kept=self.kept[kept])

    def with_cuts(self, cuts: Cuts) -> "Form":
        """Return the form with rows that a cutter found for it."""
        names, rows = self.problem.row_name, len(self.problem.row_lower)

        def named(row: int) -> str:
            return names(row) if row < rows else f"cut {row - rows}"

        tags = np.concatenate([self.tags, np.full(len(cuts), "cut", dtype=object)])
        return replace(self, problem=replace(with_cuts(self.problem, cuts), row_name=named), tags=tags)

    @property
    def money(self) -> float:
        """Return the currency in one unit of the objective."""
        return self.built.money

    def values(self, x: Vector) -> dict[str, Vector]:
        """Return what a solution says of the instance's variables, in real units.

        The aggregate form knows the flows of parts only over slots: `buy` is left out.
        """
        names = [name for name in self.built.columns if self.name == "yearly" or name != "buy"]
        return {name: x[self.place[name]] * self.built.columns[name].unit for name in names}

    def contribution(self, x: Vector) -> float:
        """Return what the form makes of a solution, in the study's currency, to be maximised."""
        return -(self.problem.offset + float(self.problem.cost @ x)) * self.money

    def start(self, values: Values) -> dict[int, float]:
        """Return the choices of a point by column, for the solver to start from."""
        found: dict[int, float] = {}
        for name in CHOICES:
            first = self.place[name].start
            found |= {first + row: float(value) for row, value in enumerate(np.round(values[name]))}
        return found

    def volumes(self, instance: Instance, x: Vector) -> Vector:
        """Return the scale volumes of a solution of this form (variants, members)."""
        if self.built.slots is None:
            return volumes(instance, x[self.place["buy"]] * self.built.flow)
        frame = self.built.columns["buy"].frame
        variant, family = frame["variant"].to_numpy(), frame["family"].to_numpy()
        member = instance.frames["models"]["member"].to_numpy()[frame["model"].to_numpy()]
        total = instance.weights.sum(axis=1) * instance.years
        weighted = x[self.place["buy"]] * self.built.flow * measures(instance)[variant] / total[family]
        found = np.zeros((len(instance.names["variant"]), len(instance.names["member"])))
        np.add.at(found, (variant, member), weighted)
        return found

    def sharpened(self, instance: Instance, x: Vector | None, points: Sequence[Values]) -> "Form | None":
        """Return the form with more scale points and critical periods; None if it has them all.

        x       solution of this form, if any: its volumes become scale points
        points  yearly points: their volumes too, and the periods in which a capacity is full become peaks
        """
        breaks = self.breaks
        found = [] if x is None else [self.volumes(instance, x)]
        for volume in (*found, *(volumes(instance, point["buy"]) for point in points)):
            breaks = _more_breaks(instance, breaks, volume)
        slots = self.built.slots
        same = breaks == self.breaks
        if slots is not None:
            critical = [pair for point in points for pair in _critical(instance, point)]
            finer = refine(instance, slots, critical=critical)
            same = same and np.array_equal(finer.peak, slots.peak)
            slots = finer
        return None if same else self._stated(instance, breaks, slots)

    def with_breaks(self, instance: Instance, breaks: Breaks) -> "Form":
        """Return the form with other scale points and every row."""
        return self._stated(instance, breaks, self.built.slots)

    def _stated(self, instance: Instance, breaks: Breaks, slots: Slots | None) -> "Form":
        built = build(instance, form=self.name, slots=slots, scale_options=ScaleOptions(breaks=breaks))
        return Form.of(built, self.name, breaks=breaks, own=self.own)


def _with_rows(found: Arrays, own: OwnRows) -> Arrays:
    """Return the arrays with rows added at the end."""
    added = own.over(found.position, len(found.cost))
    return replace(
        found,
        matrix=sparse.csr_array(cast(Any, sparse.vstack([found.matrix, added]))),
        row_lower=np.concatenate([found.row_lower, own.lower]),
        row_upper=np.concatenate([found.row_upper, own.upper]),
        row_tag=np.concatenate(
            [found.row_tag, np.array([f"your own {name}" for name in own.names], dtype=object)]
        ),
    )


def _column_name(place: Mapping[str, slice], column: int) -> str:
    """Return the variable and row of a column."""
    name = next(name for name, columns in place.items() if columns.start <= column < columns.stop)
    return f"row {column - place[name].start} of {name}"


def _more_breaks(instance: Instance, breaks: Breaks, volume: Vector) -> Breaks:
    """Return the scale points with those of a point's volumes that are not near one of them."""
    found = dict(breaks)
    scaled = floats(instance.frames["families"], "scale_rate")
    family = dict(instance.frames["use"].select("variant", "family").unique().iter_rows())
    for variant, member in np.argwhere(volume > 0).tolist():
        if scaled[family[variant]] <= 0:
            continue
        key = (instance.names["variant"][variant], instance.names["member"][member])
        at, known = float(volume[variant, member]), found.get(key, ())
        if all(abs(at - other) > NEAR * at for other in known):
            found[key] = (*known, at)
    return found


def _critical(instance: Instance, point: Values) -> list[tuple[int, int]]:
    """Return the families and periods in which a nomination row or a supplier site is full."""
    buy = instance.frames["buy"].select("family", "period", "pool", "supplier", "measure", "variant")
    rates = instance.frames["nominate"].select("variant", "site", "site_measure").unique()
    rows = buy.with_columns(pieces=pl.Series(point["buy"])).join(
        rates, left_on=["variant", "supplier"], right_on=["variant", "site"], maintain_order="left"
    )
    pools = floats(instance.frames["pools"], "capacity", np.inf) * instance.years
    sites = floats(instance.frames["sites"], "capacity", np.inf) * instance.years
    found: set[tuple[int, int]] = set()
    for key, measure, capacity in (("pool", "measure", pools), ("supplier", "site_measure", sites)):
        loads = rows.group_by(key, "period").agg(load=(pl.col("pieces") * pl.col(measure)).sum())
        limit = capacity[loads[key].to_numpy()]
        full = loads.filter(pl.Series(loads["load"].to_numpy() >= limit * (1 - TIGHT)))
        busy = rows.filter(pl.col("pieces") > 0).join(full, on=[key, "period"], how="semi")
        found |= set(busy.select("family", "period").unique().iter_rows())
    return sorted(found)

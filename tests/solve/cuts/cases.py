"""Small studies in all forms, their plans as whole points, and rows that the cutters find in many places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import numpy as np
import polars as pl
from scipy import sparse

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.model.vectors import Positions
from lynchpin.solve import Problem, Solution, SolveOptions, solve_here
from lynchpin.solve.contracts import Cuts, Cutter, Vector, with_cuts
from lynchpin.solve.cuts.covers import Supplies
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.cuts.found import Row, stacked, together
from lynchpin.solve.driver import drive
from lynchpin.solve.forms import Form
from lynchpin.solve.job import job_of
from tests.studies import Size, random_study

SCOPES = ("alliance", "partner", "brand", "model")
SIZES = (
    Size(families=2, variants=3, plants=3, suppliers=3, markets=3, periods=3),
    Size(programmes=4, families=2, variants=3, plants=2, suppliers=2, markets=2, periods=4),
)
FORMS = ("yearly", "few peaks", "all peaks")
KINDS = ("use", "tool", "options", "cover", "instead", "plant", "phase")
ALL = "all"
# All scopes, successors, combustion cars, contracts, half-years; prices drift in one.
SEEDS = (1, 6, 8, 12, 15, -4)
OF_FORM = {
    "yearly": SEEDS,
    "few peaks": (1, 8, 15, -4),
    "all peaks": (6, 8, 12, -4),
}  # which forms take seconds to build
CASES = [(seed, kind) for kind in FORMS for seed in OF_FORM[kind]]
BLOCK = ["model", "variant", "supplier", "site", "regime", "slot"]
PEAK = ["model", "variant", "supplier", "period"]
ROUNDING = 1e-6  # of a row's largest term: what solvers let pass
LOOSE = SolveOptions(gap=0.05, nodes=200)
EXACT = SolveOptions(gap=0.0, close=1e-9)


@cache
def instance_of(seed: int) -> Instance:
    """Return a small study's instance; below nought a rung of the ladder, whose size is the seed turned."""
    if seed < 0:
        return compile_study(lynchpin.examples.ladder(-seed), sharing=SCOPES[seed % 2])
    study = random_study(
        seed,
        size=SIZES[seed % 2],
        drift=seed == 12,
        quantity=seed % 4 < 2,
        part_capacity=True,
        candidate_programmes=True,
        cost_objective=False,
    )
    return compile_study(study, sharing=SCOPES[seed % 5 % 4])


@cache
def form_of(seed: int, kind: str) -> Form:
    """Return one of `FORMS` of a small study."""
    if kind == "yearly":
        return Form.of(build(instance_of(seed)), "yearly")
    return Form.aggregate(instance_of(seed), peaks=kind == "all peaks")


@cache
def planned(seed: int) -> Problem:
    """Return the yearly form with `used` as plans have it: nought where no car in its phase uses it."""
    form = form_of(seed, "yearly")
    frames = form.built.instance.frames
    cars = {key: row for row, key in enumerate(frames["use"].select("model", "variant").iter_rows())}
    users = frames["used_by"].select("row", "model").join(
        frames["used"].with_row_index("row").select("row", "variant"), on="row"
    )  # fmt: skip
    columns = [[form.place["used"].start + row] for row in range(frames["used"].height)]
    for row, model, variant in users.iter_rows():
        columns[row].append(form.place["use"].start + cars[model, variant])
    rows = [(np.array(some), np.array([1.0, *[-1.0] * (len(some) - 1)]), 0.0) for some in columns]
    integer = form.problem.integer.copy()
    integer[form.place["used"]] = integer[form.place["tooled"]] = True
    return with_cuts(replace(form.problem, integer=integer), together(rows, len(form.problem.cost)))


@cache
def seen(seed: int, kind: str) -> Any:
    """Return what a form sees of the yearly columns, by the meaning of its own (columns, yearly columns).

    A flow over a block is the sum of w buy over its periods, one at a peak that of buy over plants and
    regimes; all else is as it is.
    """
    yearly, form = form_of(seed, "yearly"), form_of(seed, kind)
    slots = form.built.slots
    parts = list[tuple[Positions, Positions, Vector]]()
    for name, columns in form.place.items():
        if name in ("buy", "buy_peak") and slots is not None:
            parts.append(_flows(yearly, form, name))
            continue
        count: int = columns.stop - columns.start
        assert count == yearly.place[name].stop - yearly.place[name].start
        own: Positions = np.arange(count, dtype=np.int64)
        parts.append((columns.start + own, yearly.place[name].start + own, np.ones(count)))
    row, column, value = (np.concatenate(some) for some in zip(*parts, strict=True))
    shape = (len(form.problem.cost), len(yearly.problem.cost))
    return sparse.csr_array(sparse.coo_array((value, (row, column)), shape=shape))


def _flows(yearly: Form, form: Form, name: str) -> tuple[Positions, Positions, Vector]:
    """Return columns, yearly columns and weights of flows over blocks or at peaks."""
    slots = form.built.slots
    assert slots is not None
    assert form.built.flow == yearly.built.flow
    bought = yearly.built.columns["buy"].frame.select(*BLOCK[:-1], "family", "period")
    at = bought["family"].to_numpy(), bought["period"].to_numpy()
    bought = bought.with_columns(
        yearly=pl.int_range(pl.len()) + yearly.place["buy"].start,
        slot=pl.Series(slots.block[at]).cast(pl.Int32),
        weight=pl.Series(slots.weight[at] if name == "buy" else np.ones(len(at[0]))),
        peak=pl.Series(slots.peak[at]),
    )
    keys = BLOCK if name == "buy" else PEAK
    own = (
        form.built.columns[name]
        .frame.select(keys)
        .with_columns(column=pl.int_range(pl.len()) + form.place[name].start)
    )
    found = bought.filter(pl.lit(value=True) if name == "buy" else pl.col("peak")).join(own, on=keys)
    return found["column"].to_numpy(), found["yearly"].to_numpy(), found["weight"].to_numpy()


@cache
def plans(seed: int) -> tuple[Vector, ...]:
    """Return plans as points of the yearly form: nearly the best one, and ones best for random money."""
    problem = planned(seed)
    random = np.random.default_rng(abs(seed))
    found = list[Vector]()
    for number in range(5):
        solution = solve_here(replace(problem, cost=_drawn(problem, random, number)), options=LOOSE)
        if solution.x is not None:
            found.append(solution.x)
    assert len(found) >= 3
    return tuple(found)


def _drawn(problem: Problem, random: np.random.Generator, number: int) -> Vector:
    """Return the problem's own costs, then others: signs at random, more or less like the own."""
    if number == 0:
        return problem.cost
    size = np.abs(problem.cost) + 0.1 * np.abs(problem.cost).mean()
    return (0.0, 1.0, 0.3, 0.1)[number % 4] * problem.cost + random.normal(size=len(size)) * size


def relaxed(problem: Problem) -> Problem:
    """Return the problem without integrality."""
    return replace(problem, integer=np.zeros_like(problem.integer))


def tight(problem: Problem, cutter: Cutter, options: SolveOptions | None = None, **more: Any) -> Solution:
    """Return the relaxation of a problem, tightened in this process."""
    return drive(
        job_of(relaxed(problem), options or SolveOptions(method="simplex"), None, cutter=cutter), **more
    )


@dataclass(frozen=True, eq=False)
class Visiting:
    """A cutter that keeps the points that it was shown."""

    inner: Cutter
    points: list[Vector]

    def cuts(self, x: Vector) -> Cuts:
        """Return what the cutter inside finds."""
        self.points.append(x)
        return self.inner.cuts(x)


@cache
def points(seed: int, kind: str) -> tuple[Vector, ...]:
    """Return points at which to look for cuts: relaxations round after round, what lies between, and dust."""
    form, random = form_of(seed, kind), np.random.default_rng(abs(seed))
    visiting = Visiting(FormCutter.of(form), [])
    for number in range(2):
        tight(replace(form.problem, cost=_drawn(form.problem, random, number)), visiting)
    corners = np.array(visiting.points)
    between = random.dirichlet(np.full(len(corners), 0.5), size=2) @ corners
    upper = np.where(np.isfinite(form.problem.upper), form.problem.upper, 1.0)
    dust = [upper * random.random(len(upper)) * (random.random(len(upper)) < share) for share in (0.1, 0.4)]
    spoilt = corners[0] * random.choice([0.3, 1.0, 1.0, 1.3], size=len(upper))
    return (*visiting.points, *between, *dust, np.minimum(spoilt, upper))


def rows_at(cutter: FormCutter, x: Vector) -> dict[str, list[Row]]:
    """Return the rows of each kind that a point breaks."""
    return {
        "use": [row for need in cutter.needs for row in replace(need, parts=need.parts[:1]).rows(x)],
        "tool": [row for need in cutter.needs for row in replace(need, parts=need.parts[1:]).rows(x)],
        "options": [row for choice in cutter.choices for row in choice.rows(x)],
        "cover": [row for some in cutter.supplies for row in replace(some, others=None).rows(x)],
        "instead": [row for some in cutter.supplies for row in some.rows(x) if is_instead(some, row)],
        "plant": [row for plant in cutter.plants for row in plant.rows(x)],
        "phase": cutter.phases.rows(x),
    }


def is_instead(supplies: Supplies, row: Row) -> bool:
    """Return whether a row counts on variants that are engineered instead."""
    return supplies.others is not None and bool(np.isin(row[0], supplies.others.used).any())


@cache
def cuts_of(seed: int, kind: str) -> Mapping[str, Cuts]:
    """Return the cuts of each kind found at all points of a form, and what a solve is given there."""
    form = form_of(seed, kind)
    cutter, width = FormCutter.of(form), len(form.problem.cost)
    rows = [rows_at(cutter, x) for x in points(seed, kind)]
    found = {name: together([row for at in rows for row in at[name]], width) for name in KINDS}
    found["phase"] = stacked([found["phase"], cutter.phases.only])
    found[ALL] = stacked([cutter.cuts(x) for x in points(seed, kind)[::3]])
    return found


def sides(cuts: Cuts) -> Vector:
    """Return the left sides of rows as a full table."""
    return cast(Any, cuts.matrix).toarray()


def excess(cuts: Cuts, x: Vector) -> Vector:
    """Return by how much a point breaks each row, as a share of the row's largest term there, or of one."""
    matrix: Any = cuts.matrix
    if not len(cuts):
        return np.zeros(0)
    terms = abs(matrix) @ sparse.diags_array(np.abs(x))
    largest = np.maximum(np.asarray(terms.max(axis=1).todense()).ravel(), 1.0)
    return (matrix @ x - cuts.upper) / largest


def worst(problem: Problem, x: Vector) -> float:
    """Return by how much a point breaks a row of a problem at most, as `excess` does."""
    upper, lower = (np.flatnonzero(np.isfinite(side)) for side in (problem.row_upper, problem.row_lower))
    matrix: Any = cast(Any, problem.matrix).tocsr()
    above = Cuts(matrix=matrix[upper], upper=problem.row_upper[upper])
    below = Cuts(matrix=-matrix[lower], upper=-problem.row_lower[lower])
    return float(max(excess(above, x).max(initial=0.0), excess(below, x).max(initial=0.0)))


def chosen(cuts: Cuts, count: int, seed: int) -> Sequence[int]:
    """Return some rows at random."""
    return sorted(np.random.default_rng(seed).permutation(len(cuts))[:count].tolist())

"""What a chord earns: by hand, and on small studies with scale whole points that strain each row most."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import compile as compile_study
from lynchpin.model.vectors import Positions
from lynchpin.solve import Problem, Status, solve_here
from lynchpin.solve.contracts import Cuts, SparseMatrix, Vector, with_cuts
from lynchpin.solve.cuts.chords import Chords, chords
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.cuts.found import kept, stacked, together
from lynchpin.solve.cuts.reading import Rows as FormRows
from lynchpin.solve.forms import Form
from tests.solve.cuts.cases import EXACT, ROUNDING, SIZES, chosen, relaxed, sides, tight
from tests.studies import random_study

# Random studies in several scopes, and as number 0 a rung of the ladder.
CASES = [
    (3, "alliance", "yearly"),
    (3, "alliance", "few peaks"),
    (5, "partner", "yearly"),
    (9, "brand", "few peaks"),
    (9, "brand", "all peaks"),
    (0, "alliance", "yearly"),
    (0, "alliance", "all peaks"),
]
MOST = 3  # rows of each kind and case for which the worst point is looked for


@dataclass(frozen=True, eq=False)
class Rows:
    """A cutter of chords alone."""

    chords: Sequence[Chords]
    columns: int

    def cuts(self, x: Vector) -> Cuts:
        """Return what the separator finds."""
        return together([row for some in self.chords for row in some.rows(x)], self.columns)


def at(*places: int) -> Positions:
    """Return columns."""
    return np.array(places, dtype=np.int64)


def two_cars(*, capacity: float, most: npt.ArrayLike) -> tuple[Problem, Rows]:
    """Return two cars with a variant that costs 1 less a piece, and 4 more in all, on its one chord.

    Each car may sell 4 at each of two markets, of which `most` says what is possible after all (2 x 2); the
    supplier makes up to `capacity` for both. Columns: 0 the mode; 1, 2 volume; 3, 4 parts; 5, 6 sales of the
    first car at the markets, 7, 8 of the second.
    """
    eye = np.eye(9)
    rows = [
        *(eye[1 + car] - 8.0 * eye[0] for car in range(2)),
        *(eye[1 + car] - eye[3 + car] for car in range(2)),
        *(eye[3 + car] - eye[5 + 2 * car] - eye[6 + 2 * car] for car in range(2)),
        eye[3] + eye[4],
    ]
    problem = Problem(
        cost=np.array([4.0, -1.0, -1.0, *[0.0] * 6]),
        lower=np.zeros(9),
        upper=np.array([1.0, *[8.0] * 4, *np.ravel(most)]),
        integer=np.arange(9) == 0,
        matrix=cast(SparseMatrix, sparse.csr_array(np.array(rows))),
        row_lower=np.array([*[-np.inf] * 4, 0.0, 0.0, -np.inf]),
        row_upper=np.array([*[0.0] * 6, capacity]),
    )
    found = Chords(
        mode=at(0),
        volume=np.array([[1], [2]]),
        sell=at(5, 6, 7, 8),
        seller=at(0, 0, 1, 1),
        sold=np.ones(4),
        market=np.full(4, 4.0),
        buy=at(3, 4),
        buyer=at(0, 1),
        source=at(0, 0),
        bought=np.ones(2),
        most=np.array([capacity]),
    )
    return problem, Rows([found], 9)


def test_a_full_supplier_does_not_make_half_a_mode_enough() -> None:
    """10 pieces of 8 + 8 pass as 10/16 of a mode each 5 <= 8 x 5/8: saved 10 - 4 x 5/8; in truth 10 - 4."""
    problem, rows = two_cars(capacity=10.0, most=np.full((2, 2), 4.0))
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(-7.5)
    found = rows.cuts(plain.x)
    assert sides(found)[-1] == pytest.approx([-10.0, 1, 1, 0, 0, 0, 0, 0, 0])
    assert found.upper[-1] == pytest.approx(0.0)
    assert tight(problem, rows).objective == pytest.approx(-6.0)
    assert solve_here(problem).objective == pytest.approx(-6.0)


def test_a_market_out_of_reach_does_not_make_half_a_mode_enough() -> None:
    """Each car sells 4 of 8, all at one market: half a mode would do. Of a market's 4 it has 2."""
    problem, rows = two_cars(capacity=20.0, most=[[4.0, 0.0], [0.0, 4.0]])
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(-6.0)
    found = rows.cuts(plain.x)
    expected = np.array([[-4.0, 1, 0, 0, 0, 0, -1, 0, 0], [-4.0, 0, 1, 0, 0, 0, 0, -1, 0]])
    assert sides(found) == pytest.approx(expected)
    assert tight(problem, rows).objective == pytest.approx(-4.0)
    assert solve_here(problem).objective == pytest.approx(-4.0)


def test_nothing_is_found_at_whole_modes_or_where_all_is_as_large_as_it_can_be() -> None:
    """A whole mode, no mode, and cars at their limit with room at the supplier break no row."""
    _, rows = two_cars(capacity=16.0, most=np.full((2, 2), 4.0))
    for share in (0.0, 0.5, 1.0):
        x = np.array([share, *[8.0 * share] * 4, *[4.0 * share] * 4])
        assert not len(rows.cuts(x))


@cache
def form_of(seed: int, scope: str, kind: str) -> Form:
    """Return a form of a small study with scale."""
    if seed:
        study = random_study(
            seed,
            size=SIZES[seed % 2],
            scale=True,
            part_capacity=True,
            candidate_programmes=True,
            cost_objective=False,
            drift=seed == 3,
        )
    else:
        study = lynchpin.examples.ladder(4, scale=True)
    instance = compile_study(study, sharing=scope)
    if kind == "yearly":
        return Form.of(build(instance), "yearly")
    return Form.aggregate(instance, peaks=kind == "all peaks")


@cache
def found_in(seed: int, scope: str, kind: str) -> tuple[Cuts, Cuts]:
    """Return rows of chords by market and by source, found at relaxations with other cuts, and between."""
    form, random = form_of(seed, scope, kind), np.random.default_rng(seed)
    own, width = chords(FormRows(form)), len(form.problem.cost)
    corners = list[Vector]()
    problem, cutter = form.problem, FormCutter.of(form)
    for number in range(3):
        cost = problem.cost + 0.3 * number * random.normal(size=width) * np.abs(problem.cost)
        for some in (None, cutter):
            alone = replace(problem, cost=cost)
            solution = solve_here(relaxed(alone)) if some is None else tight(alone, some)
            assert solution.x is not None
            corners.append(solution.x)
    between = random.dirichlet(np.full(len(corners), 0.5), size=6) @ np.array(corners)
    dust = [problem.upper * random.random(width) for _ in range(2)]
    rows = [row for x in (*corners, *between, *dust) for some in own for row in some.rows(x)]
    sell = form.place["sell"]
    by_market = [((row[0] >= sell.start) & (row[0] < sell.stop)).any() for row in rows]
    return (
        together([row for row, market in zip(rows, by_market, strict=True) if market], width),
        together([row for row, market in zip(rows, by_market, strict=True) if not market], width),
    )


def test_there_are_rows_of_both_kinds_in_each_form() -> None:
    """The studies give the other tests many rows of each kind."""
    for kind in ("yearly", "few peaks", "all peaks"):
        counts = np.array([[len(some) for some in found_in(*case)] for case in CASES if case[2] == kind])
        assert (counts.sum(axis=0) > 40).all(), (kind, counts)


@pytest.mark.parametrize(("seed", "scope", "kind"), CASES)
def test_the_whole_point_that_strains_a_row_most_keeps_it(seed: int, scope: str, kind: str) -> None:
    """For some rows of each kind the most that any whole point of the form makes of it is its limit."""
    problem = form_of(seed, scope, kind).problem
    for cuts in found_in(seed, scope, kind):
        for row in chosen(cuts, MOST, seed):
            side = sides(kept(cuts, np.array([row]))).ravel()
            size = np.abs(side).max()
            most = solve_here(replace(problem, cost=-side / size, offset=0.0), options=EXACT)
            assert most.status is Status.OPTIMAL
            assert -most.bound * size <= cuts.upper[row] + ROUNDING * size


@pytest.mark.parametrize(("seed", "scope", "kind"), [case for case in CASES if case[0]])
def test_the_best_is_not_cut_off_and_the_relaxation_comes_nearer(seed: int, scope: str, kind: str) -> None:
    """With all rows that were found the best whole point is worth the same, the relaxation no more."""
    problem = form_of(seed, scope, kind).problem
    among = with_cuts(problem, stacked(found_in(seed, scope, kind)))
    best, still = (solve_here(one, options=EXACT).objective for one in (problem, among))
    assert still == pytest.approx(best, rel=1e-6)
    plain, nearer = (solve_here(relaxed(one)).objective for one in (problem, among))
    assert plain - 1e-7 * abs(plain) <= nearer <= best + 1e-7 * abs(best)


def test_on_the_ladder_the_rows_close_a_part_of_the_gap() -> None:
    """On a small rung the relaxation with chords proves more than one with all other cuts."""
    form = form_of(0, "alliance", "few peaks")
    cutter = FormCutter.of(form)
    assert cutter.chords
    without = tight(form.problem, replace(cutter, chords=())).objective
    assert tight(form.problem, cutter).objective > without + 1e-4 * abs(without)


def test_a_form_without_chords_has_none() -> None:
    """A study without scale has nothing to earn."""
    form = Form.of(build(compile_study(lynchpin.examples.ladder(4))), "yearly")
    assert chords(FormRows(form)) == []

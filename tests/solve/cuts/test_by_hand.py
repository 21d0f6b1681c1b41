"""Each kind of cut on a case that can be followed by hand: the relaxation is wrong, the cuts put it right."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest
from scipy import sparse

from lynchpin.model.vectors import Positions
from lynchpin.solve import Problem, solve_here
from lynchpin.solve.contracts import Cuts, SparseMatrix, Vector
from lynchpin.solve.cuts.alternatives import Alternatives
from lynchpin.solve.cuts.choices import Choices
from lynchpin.solve.cuts.covers import Supplies, Supply
from lynchpin.solve.cuts.found import Row, together
from lynchpin.solve.cuts.markets import Need, Parts
from lynchpin.solve.cuts.phases import Phases
from lynchpin.solve.cuts.plants import Elsewhere, Plant
from tests.solve.cuts.cases import relaxed, sides, tight


@dataclass(frozen=True)
class Rows:
    """A cutter of one separator."""

    find: Callable[[Vector], Sequence[Row]]
    columns: int

    def cuts(self, x: Vector) -> Cuts:
        """Return what the separator finds."""
        return together(self.find(x), self.columns)


def at(*places: int) -> Positions:
    """Return columns."""
    return np.array(places, dtype=np.int64)


def row(count: int, **terms: float) -> list[float]:
    """Return a row from its terms, c3=2.0 for twice column 3."""
    found = [0.0] * count
    for column, value in terms.items():
        found[int(column.removeprefix("c"))] = value
    return found


def stated(
    cost: list[float],
    rows: list[list[float]],
    *,
    whole: int,
    upper: list[float],
    at_least: list[float],
    at_most: npt.ArrayLike,
    lower: npt.ArrayLike = 0.0,
) -> Problem:
    """Return a problem from a table of coefficients; so many of the first columns are whole."""
    return Problem(
        cost=np.array(cost),
        lower=np.broadcast_to(np.asarray(lower, dtype=np.float64), len(cost)),
        upper=np.array(upper),
        integer=np.arange(len(cost)) < whole,
        matrix=cast(SparseMatrix, sparse.csr_array(np.array(rows))),
        row_lower=np.array(at_least),
        row_upper=np.broadcast_to(np.asarray(at_most, dtype=np.float64), len(rows)),
    )


def two_by_two(each: tuple[float, float], *, one_of: bool) -> Problem:
    """Return two plants that could each serve two markets of 10 cars; each car needs a part of sort A or B.

    Columns: 0, 1 the choice of A, of B; 2, 3 parts A to plants 1, 2; 4, 5 parts B; 6, 7 cars of plant 1 to
    markets 1, 2; 8, 9 of plant 2. A part of A costs 1 at plant 1 and 2 at plant 2, of B the reverse; a car to
    the other market costs 5. A choice brings up to 20 parts and costs `each`. Column 10 is certain.

    one_of  whether A or B is chosen, not both
    """
    demand = [row(11, c6=1, c8=1), row(11, c7=1, c9=1)]
    needs = [row(11, c2=1, c4=1, c6=-1, c7=-1), row(11, c3=1, c5=1, c8=-1, c9=-1)]
    brings = [row(11, c2=1, c3=1, c0=-20), row(11, c4=1, c5=1, c1=-20)]
    return stated(
        [*each, 1.0, 2.0, 2.0, 1.0, 0.0, 5.0, 5.0, 0.0, 0.0],
        [*demand, *needs, *brings, row(11, c0=1, c1=1)],
        lower=[*[0.0] * 10, 1.0],
        upper=[1.0, 1.0, *[20.0] * 8, 1.0],
        whole=2,
        at_least=[10, 10, 0, 0, -np.inf, -np.inf, 1],
        at_most=[10, 10, 0, 0, 0, 0, 1 if one_of else 2],
    )


def need(limits: list[list[list[int]]]) -> Need:
    """Return the need of `two_by_two`: 1 part a car, 10 cars a market, A and B with these `limits`."""
    parts = Parts(at(2, 3, 4, 5), at(0, 1, 0, 1), at(0, 0, 1, 1), np.array(limits))
    return Need(
        2, at(6, 7, 8, 9), at(0, 0, 1, 1), at(0, 1, 0, 1), np.ones(4), np.array([10.0, 10.0]), (parts,)
    )


def test_half_of_two_variants_is_not_a_variant_for_each_market() -> None:
    """The relaxation uses half of A, at plant 1, and half of B, at plant 2, for 20; one of them costs 30.

    Plant 1 has 10 parts A for the 10 cars that it sends to market 1, of which A may make 10 x 1/2.
    """
    problem = two_by_two((0.0, 0.0), one_of=True)
    finder = need([[[0, 0]], [[1, 1]]])
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(20.0)
    assert plain.x[:6] == pytest.approx([0.5, 0.5, 10.0, 0.0, 0.0, 10.0])
    assert solve_here(problem).objective == pytest.approx(30.0)
    cuts = together(list(finder.rows(plain.x)), 11)
    assert len(cuts) == 2
    assert sides(cuts) @ plain.x == pytest.approx([5.0, 5.0])
    assert sides(cuts)[0] == pytest.approx(row(11, c2=1, c0=-10, c7=-1))
    assert tight(problem, Rows(lambda x: list(finder.rows(x)), 11)).objective == pytest.approx(30.0)


def test_half_of_two_tools_is_not_a_tool_for_each_market() -> None:
    """A and B are suppliers of a certain variant, a tool costs 10: half of each for 30, whole ones for 40."""
    problem = two_by_two((10.0, 10.0), one_of=False)
    finder = need([[[10, 10], [0, 0]], [[10, 10], [1, 1]]])
    assert solve_here(relaxed(problem)).objective == pytest.approx(30.0)
    assert solve_here(problem).objective == pytest.approx(40.0)
    assert tight(problem, Rows(lambda x: list(finder.rows(x)), 11)).objective == pytest.approx(40.0)


def three_by_two() -> tuple[Problem, Need]:
    """Return two plants and two markets of 10 cars, and sorts A, B and C of which a car needs a part.

    Columns: 0 to 2 the choices, at 2, 5 and 5; 3, 4 parts A to plants 1, 2; 5, 6 parts B; 7, 8 parts C; 9, 10
    cars of plant 1 to markets 1, 2; 11, 12 of plant 2. A part of A costs 1 at plant 1 and 3 at plant 2, of B
    and C 3 and nothing; a car to the other market costs 1.
    """
    brings = [row(13, **{f"c{2 * one + 3}": 1, f"c{2 * one + 4}": 1, f"c{one}": -20}) for one in range(3)]
    demand = [row(13, c9=1, c11=1), row(13, c10=1, c12=1)]
    needs = [row(13, c3=1, c5=1, c7=1, c9=-1, c10=-1), row(13, c4=1, c6=1, c8=1, c11=-1, c12=-1)]
    problem = stated(
        [2.0, 5.0, 5.0, 1.0, 3.0, 3.0, 0.0, 3.0, 0.0, 0.0, 1.0, 1.0, 0.0],
        [*demand, *needs, *brings],
        upper=[1.0] * 3 + [20.0] * 10,
        whole=3,
        at_least=[10, 10, 0, 0, -np.inf, -np.inf, -np.inf],
        at_most=[10, 10, 0, 0, 0, 0, 0],
    )
    limits = np.array([[[0, 0]], [[1, 1]], [[2, 2]]])
    parts = Parts(np.arange(3, 9), at(0, 1, 0, 1, 0, 1), at(0, 0, 1, 1, 2, 2), limits)
    cars = np.arange(9, 13), at(0, 0, 1, 1), at(0, 1, 0, 1)
    return problem, Need(2, *cars, np.ones(4), np.array([10.0, 10.0]), (parts, parts))


def test_two_variants_do_not_share_the_cars_to_a_market_twice() -> None:
    """B and C, alike and used by a third each, equip 40/3 cars of plant 2 for 14 2/3; B alone costs 15.

    Market 2 takes 10/3 of each, and each counts the 10/3 cars from plant 2 to market 1 for itself. Together
    they are no more than 10 (B + C) and these cars once, 10 less than a third and two thirds.
    """
    problem, alone = three_by_two()
    assert solve_here(relaxed(problem)).objective == pytest.approx(13.5)
    apart = tight(problem, Rows(lambda x: list(alone.rows(x)), 13))
    assert apart.x is not None
    assert apart.objective == pytest.approx(44 / 3)
    assert apart.x[:3] == pytest.approx([2 / 3, 1 / 3, 1 / 3])
    choices = Choices.of(alone)
    cuts = together(list(choices.rows(apart.x)), 13)
    assert sides(cuts) == pytest.approx(np.array([row(13, c6=1, c8=1, c1=-10, c2=-10, c11=-1)]))
    assert sides(cuts) @ apart.x == pytest.approx([10 / 3])
    both = tight(problem, Rows(lambda x: [*alone.rows(x), *choices.rows(x)], 13))
    assert both.objective == pytest.approx(15.0)
    assert solve_here(problem).objective == pytest.approx(15.0)


def tools_of_six() -> list[Supply]:
    """Return two suppliers, tools 2 and 3, of six parts each for cars 0 and 1: columns 4, 5 and 6, 7."""
    return [
        Supply(at(2), np.array([6.0]), [at(4), at(5)]),
        Supply(at(3), np.array([6.0]), [at(6), at(7)]),
    ]


def test_two_cars_of_four_take_two_tools_of_six() -> None:
    """Two cars need 4 parts each, a tool makes 6: the relaxation buys a tool and a third, plans need two.

    Columns: 0, 1 the cars, both certain; 2, 3 the tools at 10; parts of car 0, car 1 from supplier 0: 4, 5,
    from supplier 1: 6, 7.
    """
    needs = [row(8, c4=1, c6=1, c0=-4), row(8, c5=1, c7=1, c1=-4)]
    makes = [row(8, c4=1, c5=1, c2=-6), row(8, c6=1, c7=1, c3=-6)]
    problem = stated(
        [0.0, 0.0, 10.0, 10.0, 0.0, 0.0, 0.0, 0.0],
        [*needs, *makes],
        lower=[1.0, 1.0, *[0.0] * 6],
        upper=[1.0] * 4 + [4.0] * 4,
        whole=4,
        at_least=[0, 0, -np.inf, -np.inf],
        at_most=0,
    )
    finder = Supplies(at(0, 1), np.ones(2), np.array([4.0, 4.0]), tools_of_six(), [None, None])
    assert solve_here(relaxed(problem)).objective == pytest.approx(40 / 3)
    assert solve_here(problem).objective == pytest.approx(20.0)
    assert tight(problem, Rows(lambda x: list(finder.rows(x)), 8)).objective == pytest.approx(20.0)


def test_a_cover_knows_the_markets_that_cars_are_for() -> None:
    """Each car could be sold 104 times but is sold 4 times: a tool of six and a third, or two of them.

    Columns as in the test above, of cars used for certain; 8, 9 what car 0 sells in a market that takes 4 and
    in one that takes 100; 10, 11 the same for car 1.
    """
    rows = [
        row(12, c4=1, c6=1, c8=-1, c9=-1),
        row(12, c5=1, c7=1, c10=-1, c11=-1),
        row(12, c4=1, c5=1, c2=-6),
        row(12, c6=1, c7=1, c3=-6),
    ]
    problem = stated(
        [0.0, 0.0, 10.0, 10.0, *[0.0] * 8],
        rows,
        lower=[1.0, 1.0, *[0.0] * 6, 4.0, 0.0, 4.0, 0.0],
        upper=[1.0] * 4 + [104.0] * 4 + [4.0, 100.0, 4.0, 100.0],
        whole=4,
        at_least=[0, 0, -np.inf, -np.inf],
        at_most=0,
    )
    needs = [
        Need(1, at(*cars), at(0, 0), at(0, 1), np.ones(2), np.array([4.0, 100.0]), ())
        for cars in ((8, 9), (10, 11))
    ]
    car = at(0, 1), np.ones(2), np.array([104.0, 104.0]), tools_of_six()
    without, finder = Supplies(*car, [None, None]), Supplies(*car, needs)
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(40 / 3)
    assert tight(problem, Rows(lambda x: list(without.rows(x)), 12)).objective == pytest.approx(40 / 3)
    point = np.array([1, 1, 2 / 3, 2 / 3, 4, 0, 0, 4, 4, 0, 4, 0])
    cuts = together([found for found in finder.rows(point) if {2, 3} <= set(found[0].tolist())], 12)
    expected = [-2.0, -2.0, -2.0, -2.0, 1, 1, 1, 1, 0, -1, 0, -1]
    assert [side == pytest.approx(expected) for side in sides(cuts)] == [True]
    assert sides(cuts) @ point - cuts.upper == pytest.approx([4 / 3])
    assert tight(problem, Rows(lambda x: list(finder.rows(x)), 12)).objective == pytest.approx(20.0)
    assert solve_here(problem).objective == pytest.approx(20.0)


@pytest.mark.parametrize("pieces", [(1.0, 1.0), (1.0, 2.0), (4.0, 0.5)])
def test_a_cover_counts_what_cars_take_elsewhere(pieces: tuple[float, float]) -> None:
    """What a car buys elsewhere is slack: one tool of six then does for two cars, and the row holds.

    From both suppliers together: a + b − c − d <= (what the cars do not take here) / 2, in capacity, of which
    each car needs 4 and its parts take `pieces`.
    """
    finder = Supplies(at(0, 1), np.array(pieces), np.array([4.0, 4.0]), tools_of_six(), [None, None])
    one, other = pieces
    point = np.array([1.0, 1.0, 2 / 3, 2 / 3, 4.0 / one, 0.0, 0.0, 4.0 / other])
    cuts = together([found for found in finder.rows(point) if {2, 3} <= set(found[0].tolist())], 8)
    assert len(cuts) == 1
    side, upper = sides(cuts)[0], cuts.upper[0]
    assert side == pytest.approx([-2.0, -2.0, -2.0, -2.0, one, other, one, other])
    assert side @ point - upper == pytest.approx(4 / 3)
    one_tool = np.array([1.0, 1.0, 1.0, 0.0, 3.0 / one, 3.0 / other, 0.0, 0.0])
    assert side @ one_tool - upper == pytest.approx(0.0)


def test_what_one_variant_lacks_is_not_made_by_half_of_another() -> None:
    """Three cars need 4 parts each; B is there and makes 6, A costs 10 and makes 20: half of A, or A.

    Columns: 0 to 2 use of B, 3 to 5 of A; 6 whether A is engineered; 7 the tool of B, certain; 8 to 10 parts
    B of each car, 11 to 13 parts A. B lacks 12 - 6 parts, so that cars take
    6 (1 - used) less of B than 4 for each that uses it, or 12 less the 4 of each that uses A.
    """
    one_of = [row(14, **{f"c{car}": 1, f"c{car + 3}": 1}) for car in range(3)]
    needs = [row(14, **{f"c{car + 8}": 1, f"c{car + 11}": 1}) for car in range(3)]
    own = [
        row(14, **{f"c{part}": 1, f"c{use}": -4}) for part, use in zip(range(8, 14), range(6), strict=True)
    ]
    engineered = [row(14, **{f"c{car + 3}": 1, "c6": -1}) for car in range(3)]
    tool = row(14, c8=1, c9=1, c10=1, c7=-6)
    problem = stated(
        [*[0.0] * 6, 10.0, *[0.0] * 7],
        [*one_of, *needs, *own, *engineered, tool],
        lower=[*[0.0] * 7, 1.0, *[0.0] * 6],
        upper=[*[1.0] * 8, *[4.0] * 6],
        whole=8,
        at_least=[*[1] * 3, *[4] * 3, *[-np.inf] * 10],
        at_most=[*[1] * 3, *[4] * 3, *[0] * 10],
    )
    others = Alternatives(0, np.arange(7), at(3, 4, 5, 0, 1, 2), at(-1, -1, -1, 6, 6, 6))
    supply = Supply(at(7), np.array([6.0]), [at(8), at(9), at(10)])
    cars = at(0, 1, 2), np.ones(3), np.full(3, 4.0), [supply], [None] * 3
    without, finder = Supplies(*cars), Supplies(*cars, others)
    assert solve_here(relaxed(problem)).objective == pytest.approx(5.0)
    assert tight(problem, Rows(lambda x: list(without.rows(x)), 14)).objective < 10 - 1
    point = np.array([0.5] * 7 + [1.0] + [2.0] * 6)
    cuts = together([found for found in finder.rows(point) if 6 in found[0].tolist()], 14)
    expected = row(14, c3=4, c4=4, c5=4, c6=-6, c8=1, c9=1, c10=1)
    assert sides(cuts) == pytest.approx(np.array([expected]))
    assert cuts.upper == pytest.approx([6.0])
    assert tight(problem, Rows(lambda x: list(finder.rows(x)), 14)).objective == pytest.approx(10.0)
    assert solve_here(problem).objective == pytest.approx(10.0)


def nowhere(*sold: float) -> Elsewhere:
    """Return no ways to make the cars of cells elsewhere."""
    none = np.zeros(0, dtype=np.int64)
    return Elsewhere(np.array(sold), none, none, none, np.zeros(0), none, none, np.zeros(0))


def one_plant() -> tuple[Problem, Plant]:
    """Return a plant of 10 cars, for two programmes of which each sells 6 at 1, and 5 more at a loss.

    Columns: 0, 1 the programmes, at 3; 2 the plant is open, which is certain; 3, 4 cars to the near markets,
    5, 6 to the far ones.
    """
    near = [row(7, c3=1, c0=-6), row(7, c4=1, c1=-6)]
    far = [row(7, c5=1, c0=-5), row(7, c6=1, c1=-5)]
    problem = stated(
        [3.0, 3.0, 0.0, -1.0, -1.0, 0.5, 0.5],
        [row(7, c3=1, c4=1, c5=1, c6=1, c2=-10), *near, *far],
        lower=[0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        upper=[1.0, 1.0, 1.0, 6.0, 6.0, 5.0, 5.0],
        whole=3,
        at_least=[-np.inf] * 5,
        at_most=0,
    )
    cells = at(0, 1, 0, 1), np.array([6.0, 6.0, 5.0, 5.0]), at(3, 4, 5, 6), np.arange(4), np.ones(4)
    return problem, Plant(2, 10.0, at(0, 1), np.array([10.0, 10.0]), *cells, nowhere(*cells[1]))


def test_a_plant_of_ten_has_no_room_for_two_programmes_of_six() -> None:
    """The relaxation allocates one programme and two thirds of the other for 5; both whole earn 4.

    Of the near markets a programme takes 6: near cars <= 4 a + 4 b + 2 open.
    """
    problem, plant = one_plant()
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(-5.0)
    assert sorted(plain.x[:2]) == pytest.approx([2 / 3, 1.0])
    cuts = together(list(plant.rows(plain.x)), 7)
    assert sides(cuts) == pytest.approx(np.array([row(7, c3=1, c4=1, c0=-4, c1=-4, c2=-2)]))
    assert cuts.upper == pytest.approx([0.0])
    assert sides(cuts) @ plain.x == pytest.approx([4 / 3])
    assert tight(problem, Rows(lambda x: list(plant.rows(x)), 7)).objective == pytest.approx(-4.0)
    assert solve_here(problem).objective == pytest.approx(-4.0)


def test_what_a_full_plant_has_no_room_for_takes_a_whole_programme_elsewhere() -> None:
    """A plant of 10 and a programme that sells 12 at 1; another plant may make it as well, for 3.

    Columns: 0, 1 the programme here, which is certain, and there; 2 the plant is open; 3, 4 cars from here,
    from there. The relaxation makes two there and allocates a sixth, for 11 1/2; whole, it is not worth it.
    """
    problem = stated(
        [0.0, 3.0, 0.0, -1.0, -1.0],
        [row(5, c3=1, c2=-10), row(5, c3=1, c0=-12), row(5, c4=1, c1=-12), row(5, c3=1, c4=1)],
        lower=[1.0, 0.0, 1.0, 0.0, 0.0],
        upper=[1.0, 1.0, 1.0, 12.0, 12.0],
        whole=3,
        at_least=[-np.inf] * 4,
        at_most=[0.0, 0.0, 0.0, 12.0],
    )
    cells = at(0), np.array([12.0]), at(3), at(0), np.ones(1)
    there = Elsewhere(np.array([12.0]), at(1), at(0), at(0), np.array([12.0]), at(4), at(0), np.ones(1))
    alone, both = (Plant(2, 10.0, at(0), np.array([12.0]), *cells, away) for away in (nowhere(12.0), there))
    plain = solve_here(relaxed(problem))
    assert plain.x is not None
    assert plain.objective == pytest.approx(-11.5)
    assert not list(alone.rows(plain.x))
    cuts = together(list(both.rows(plain.x)), 5)
    assert sides(cuts) == pytest.approx(np.array([row(5, c3=1, c4=1, c1=-2)]))
    assert cuts.upper == pytest.approx([10.0])
    assert tight(problem, Rows(lambda x: list(both.rows(x)), 5)).objective == pytest.approx(-10.0)
    assert solve_here(problem).objective == pytest.approx(-10.0)


@pytest.mark.parametrize(("limit", "near", "some"), [(8.0, (6.0, 4.0), True), (5.0, (5.0, 10 / 3), False)])
def test_a_programme_takes_no_more_of_a_plant_than_it_may(
    limit: float, near: tuple[float, float], *, some: bool
) -> None:
    """Where F2 allows a programme 5 of the 6 cars of its near market, there is room for both and no row."""
    _, plant = one_plant()
    rows = replace(plant, limit=np.full(2, limit)).rows(np.array([1.0, 2 / 3, 1.0, *near, 0.0, 0.0]))
    assert bool(list(rows)) == some


def test_a_supplier_is_not_tooled_for_one_phase_of_a_variant() -> None:
    """One supplier a phase, each nominated by half, is cut off; every whole choice is kept.

    Columns: cars 0 on sale in both phases, 1 in the first, 2 in the second; 3, 4 used; 5, 6 and 7, 8 the two
    suppliers tooled in each phase.
    """
    both = [(5, 6, 3, 0), (6, 5, 4, 0), (7, 8, 3, 0), (8, 7, 4, 0)]
    pairs = [(5, 6, 1), (6, 5, 2), (7, 8, 1), (8, 7, 2)]
    only = [(at(*three), np.array([1.0, -1.0, -1.0]), 0.0) for three in pairs]
    phases = Phases(np.array(both), together(only, 9))
    turns = np.array([0.5, 0, 0, 0.5, 0.5, 0.5, 0, 0, 0.5])
    cuts = together(phases.rows(turns), 9)
    assert sides(cuts) @ turns == pytest.approx([0.5, 0.5])
    assert sides(phases.only) @ turns == pytest.approx([0.5, -0.5, -0.5, 0.5])
    every = together([(at(*four), np.array([1.0, -1.0, -1.0, 1.0]), 0.0) for four in both], 9)
    for cars in product((0.0, 1.0), repeat=3):
        for one, other in product((0.0, 1.0), repeat=2):
            used = max(cars[0], cars[1]), max(cars[0], cars[2])
            plan = np.array([*cars, *used, one * used[0], one * used[1], other * used[0], other * used[1]])
            assert (sides(every) @ plan <= 0).all()
            assert (sides(phases.only) @ plan <= 0).all()
            assert not phases.rows(plan)

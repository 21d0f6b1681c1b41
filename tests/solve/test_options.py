"""Options are checked when they are made, and HiGHS accepts all that pass."""

import math

import pytest

from lynchpin.errors import OptionError
from lynchpin.solve import SolveOptions, Status, solve_here
from tests.solve.problems import knapsack, state


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_limit", 0),
        ("time_limit", -1.0),
        ("time_limit", math.inf),
        ("time_limit", math.nan),
        ("time_limit", "60"),
        ("time_limit", True),
        ("gap", -0.01),
        ("gap", 1),
        ("gap", math.nan),
        ("gap", None),
        ("threads", 0),
        ("threads", 513),
        ("threads", 1.5),
        ("threads", True),
        ("seed", -1),
        ("seed", 2**31),
        ("method", "barrier"),
        ("crossover", "on"),
        ("presolve", 1),
    ],
)
def test_an_option_out_of_range_is_refused_by_name_and_value(name, value):
    """The message has the option's name, the value and a cure."""
    with pytest.raises(OptionError) as caught:
        SolveOptions(**{name: value})
    assert (caught.value.thing, caught.value.cure != "") == (name, True)
    assert repr(value) in str(caught.value) or value is None


@pytest.mark.parametrize("method", ["choose", "simplex", "ipm"])
@pytest.mark.parametrize("crossover", [True, False])
@pytest.mark.parametrize("presolve", [True, False])
def test_every_method_finds_the_same_optimum(method, crossover, presolve):
    """The most of x + 2y with x + y <= 4 and x, y <= 3 is 7, however it is solved."""
    options = SolveOptions(method=method, crossover=crossover, presolve=presolve, seed=2**31 - 1, gap=0)
    answer = solve_here(state([-1, -2], [[1, 1]], upper=3.0, at_most=4.0), options=options)
    assert answer.status is Status.OPTIMAL
    assert answer.objective == pytest.approx(-7, abs=1e-5)


@pytest.mark.parametrize("method", ["choose", "simplex", "ipm"])
def test_a_method_never_costs_the_integrality(method):
    """HiGHS alone ignores integral columns when told to use simplex or interior point."""
    answer = solve_here(knapsack(), options=SolveOptions(method=method))
    assert answer.objective == pytest.approx(-90)
    assert list(answer.x.round(6)) == [0, 1, 0, 1]

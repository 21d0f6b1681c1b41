"""HiGHS's answers are right and carry the right word, against enumeration, duality and scipy."""

import itertools
import math

import highspy
import numpy as np
import pytest
import scipy.optimize as optimize
import scipy.sparse as sparse

from lynchpin.errors import OptionError
from lynchpin.solve import Problem, SolveOptions, Status, solve_here
from lynchpin.solve.driver import VERDICTS
from tests.solve.problems import INFINITE, knapsack, market_split, random_problem, state, violation


def test_every_status_of_highs_has_a_word():
    """A status that a new HiGHS adds fails here instead of in a user's plan."""
    assert set(VERDICTS) == set(highspy.HighsModelStatus.__members__)


def test_only_a_feasible_solution_is_called_optimal_or_feasible():
    """No status without a solution promises one, and only HiGHS's own optimum is an optimum."""
    without = {verdict[1] for verdict in VERDICTS.values()}
    assert not without & {Status.OPTIMAL, Status.FEASIBLE}
    assert [name for name, verdict in VERDICTS.items() if Status.OPTIMAL in verdict] == ["kOptimal"]


def test_an_optimum_is_reported_whole():
    """A knapsack's optimum comes with its solution, bound, gap and counts."""
    answer = solve_here(knapsack(offset=7.0))
    assert answer.status is Status.OPTIMAL
    assert answer.objective == pytest.approx(-83)
    assert answer.bound == pytest.approx(-83)
    assert answer.gap == pytest.approx(0)
    assert (answer.reason, answer.row_duals, answer.reduced_costs) == ("", None, None)
    assert answer.seconds > 0


UNBOUNDED = {
    "linear": state([-1, 0], [[1, -1]], at_most=1.0),
    "no rows": state([-1], []),
    "integral without rows": state([-1], [], integer=True),
    "integral": state([-1, -1], [[1, -1]], integer=True, at_least=-5.0, at_most=5.0),
}
INFEASIBLE = {
    "linear": state([-1, -1], [[1, 1]], upper=1.0, at_least=5.0),
    "crossed limits": state([1], [[1]], lower=3.0, upper=2.0),
    "crossed limits of a row": state([1], [[1]], at_least=3.0, at_most=2.0),
    "no integral point, no end": state(
        [-1, -1, -1], [[2, -2, 0], [0, 1, -1]], integer=True, at_least=[1, -9], at_most=[1, 9]
    ),
    "no point at no end": state(
        [-1, -1, 0], [[1, -1, 0], [0, 0, 1]], upper=[INFINITE, INFINITE, 1], at_least=[0, 2]
    ),
    "only rows": state([], np.zeros((1, 0)), at_least=1.0),
}


@pytest.mark.parametrize("name", UNBOUNDED)
def test_an_unbounded_problem_is_called_so(name):
    """The objective is −inf and no solution is handed out."""
    answer = solve_here(UNBOUNDED[name])
    assert (answer.status, answer.objective, answer.bound) == (Status.UNBOUNDED, -math.inf, -math.inf)
    assert answer.x is None


@pytest.mark.parametrize("name", INFEASIBLE)
def test_an_infeasible_problem_is_called_so(name):
    """Where HiGHS itself says "unbounded or infeasible" or "empty", we find out."""
    answer = solve_here(INFEASIBLE[name])
    assert (answer.status, answer.objective, answer.bound) == (Status.INFEASIBLE, math.inf, math.inf)
    assert answer.x is None


def test_a_problem_of_no_columns_is_worth_its_offset():
    """Nothing to decide is an optimum, not an error."""
    answer = solve_here(state([], np.zeros((2, 0)), at_least=[-1, 0], offset=5.0))
    assert (answer.status, answer.objective, answer.bound) == (Status.OPTIMAL, 5.0, 5.0)
    assert (len(answer.x), len(answer.row_duals)) == (0, 2)


def test_a_huge_limit_is_no_limit():
    """HiGHS takes 1e20 and more as infinite, like `inf`."""
    assert solve_here(state([-1], [[1]], upper=1e30, at_most=1e25)).status is Status.UNBOUNDED
    assert highspy.kHighsInf == INFINITE


def test_a_time_limit_without_a_solution_is_a_limit():
    """A market split yields nothing within a second but a bound."""
    answer = solve_here(market_split()[0], options=SolveOptions(time_limit=1))
    assert (answer.status, answer.x, answer.objective) == (Status.LIMIT, None, math.inf)
    assert answer.bound > 0
    assert answer.seconds < 2
    assert "Time limit" in answer.reason


def test_the_time_limit_counts_from_each_call():
    """Earlier solves in this process take nothing from the time of a later one."""
    for _ in range(3):
        answer = solve_here(market_split()[0], options=SolveOptions(time_limit=0.5))
        assert 0.4 < answer.seconds < 1.5


def test_an_entry_that_occurs_twice_is_an_error_with_its_reason():
    """HiGHS refuses the matrix; we say why."""
    twice = sparse.csr_array((np.ones(2), np.zeros(2, dtype=int), np.array([0, 2])), shape=(1, 1))
    answer = solve_here(
        Problem(
            cost=np.ones(1),
            lower=np.zeros(1),
            upper=np.ones(1),
            integer=np.zeros(1, dtype=bool),
            matrix=twice,
            row_lower=np.ones(1),
            row_upper=np.ones(1),
        )
    )
    assert answer.status is Status.ERROR
    assert "twice" in answer.reason


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        (np.zeros(3), "4 numbers"),
        ({7: 1.0}, "found 7"),
        ({-1: 1.0}, "found -1"),
        ({0: math.nan}, "not finite"),
        (np.array([0, 0, math.inf, 0]), "not finite"),
    ],
)
def test_a_start_that_does_not_fit_is_refused(start, shown):
    """A start names columns that exist and finite values."""
    with pytest.raises(OptionError, match=shown):
        solve_here(knapsack(), start=start)


def test_a_start_for_a_linear_problem_is_refused():
    """It would be ignored, so it is not taken."""
    with pytest.raises(OptionError, match="integral"):
        solve_here(state([1], [[1]]), start=[0.0])


@pytest.mark.parametrize("form", ["array", "with an open column", "by position"])
def test_a_start_is_used(form):
    """The split that HiGHS cannot find in time is its answer when given, even with one column left open."""
    problem, split = market_split()
    start = {"array": split, "by position": dict(enumerate(split)), "with an open column": split.copy()}[form]
    if form == "with an open column":
        start[7] = math.nan
    answer = solve_here(problem, options=SolveOptions(time_limit=1), start=start)
    assert answer.status is Status.FEASIBLE
    assert violation(problem, answer.x) < 1e-6
    assert answer.objective <= split.sum() + 1e-6


def by_scipy(problem):
    """Return status and objective from scipy, which states the problem its own way."""
    result = optimize.milp(
        problem.cost,
        integrality=problem.integer.astype(int),
        bounds=optimize.Bounds(problem.lower, problem.upper),
        constraints=optimize.LinearConstraint(problem.matrix, problem.row_lower, problem.row_upper),
        options={"mip_rel_gap": 0.0},
    )
    words = {0: Status.OPTIMAL, 2: Status.INFEASIBLE, 3: Status.UNBOUNDED}
    return words.get(result.status), None if result.fun is None else result.fun + problem.offset


@pytest.mark.parametrize("mixed_integer", [False, True])
def test_a_hundred_random_problems_agree_with_scipy(mixed_integer):
    """Statuses and optima agree, and every kind of ending occurs; scipy may leave "which" open (None)."""
    seen = []
    for seed in range(100):
        problem = random_problem(seed, mixed_integer=mixed_integer)
        answer = solve_here(problem, options=SolveOptions(gap=0))
        status, objective = by_scipy(problem)
        assert status in (answer.status, None), seed
        if answer.status is Status.OPTIMAL:
            assert answer.objective == pytest.approx(objective, abs=1e-6), seed
            assert violation(problem, answer.x) < 1e-6
        seen.append(answer.status)
    assert set(seen) == {Status.OPTIMAL, Status.INFEASIBLE, Status.UNBOUNDED}


def dual_objective(problem, answer):
    """Return the value of the dual from the duals alone: each is paid at the limit that its sign names."""
    total = problem.offset
    for dual, below, above in (
        (answer.row_duals, problem.row_lower, problem.row_upper),
        (answer.reduced_costs, problem.lower, problem.upper),
    ):
        paid = np.where(dual > 0, below, above)[np.abs(dual) > 1e-9]
        total += float(paid @ dual[np.abs(dual) > 1e-9])
    return total


def test_duals_prove_the_optimum_of_linear_problems():
    """reduced_costs = cost − A' row_duals, and the dual's value equals the primal's: strong duality."""
    proven = 0
    for seed in range(100):
        problem = random_problem(seed, mixed_integer=False)
        answer = solve_here(problem)
        if answer.status is Status.OPTIMAL:
            expected = problem.cost - problem.matrix.T @ answer.row_duals
            assert answer.reduced_costs == pytest.approx(expected, abs=1e-7)
            assert dual_objective(problem, answer) == pytest.approx(answer.objective, abs=1e-6), seed
            assert answer.bound == answer.objective
            proven += 1
    assert proven > 30


@pytest.mark.parametrize("seed", range(20))
def test_binary_problems_agree_with_enumeration(seed):
    """All 2^8 choices are tried by hand."""
    random = np.random.default_rng(seed)
    table, limits = random.integers(-3, 9, (4, 8)), random.integers(2, 15, 4)
    problem = state(random.integers(-9, 9, 8), table, upper=1.0, integer=True, at_most=limits)
    choices = np.array(list(itertools.product([0, 1], repeat=8)))
    allowed = choices[(choices @ table.T <= limits).all(axis=1)]
    answer = solve_here(problem, options=SolveOptions(gap=0))
    assert answer.objective == pytest.approx((allowed @ problem.cost).min())


def test_rows_or_columns_first_is_the_same_problem():
    """A matrix by rows and one by columns give one answer."""
    problem = random_problem(2, mixed_integer=True)
    by_rows = Problem(
        **{
            name: getattr(problem, name)
            for name in ("cost", "lower", "upper", "integer", "row_lower", "row_upper")
        },
        matrix=problem.matrix.tocsr(),
        offset=problem.offset,
    )
    assert solve_here(by_rows).objective == solve_here(problem).objective

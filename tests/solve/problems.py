"""Problems for the tests of the solver: tiny ones with a known answer, hard ones that outlast any test."""

import numpy as np
import scipy.sparse as sparse

from lynchpin.solve import Problem

INFINITE = np.inf


def state(
    cost, rows, *, lower=0.0, upper=INFINITE, integer=False, at_least=-INFINITE, at_most=INFINITE, **more
):
    """Return a problem from a table of coefficients; one number stands for all columns or rows."""
    columns, count = len(cost), len(rows)
    return Problem(
        cost=np.array(cost, dtype=float),
        lower=np.broadcast_to(lower, columns).astype(float),
        upper=np.broadcast_to(upper, columns).astype(float),
        integer=np.broadcast_to(integer, columns).astype(bool),
        matrix=sparse.csc_array(np.array(rows, dtype=float).reshape(count, columns)),
        row_lower=np.broadcast_to(at_least, count).astype(float),
        row_upper=np.broadcast_to(at_most, count).astype(float),
        **more,
    )


def knapsack(**more):
    """Take at most 10 kg of 5, 4, 3, 6 kg worth 10, 40, 30, 50: the second and the last, worth 90."""
    return state([-10, -40, -30, -50], [[5, 4, 3, 6]], upper=1.0, integer=True, at_most=10.0, **more)


def market_split(seed=0, rows=6, columns=50):
    """Return a split of products to two markets that meets each total exactly, and one such split.

    Cornuéjols and Dawande (1998), "A class of hard small 0-1 programs": branching finds no split soon.
    """
    random = np.random.default_rng(seed)
    table = random.integers(0, 100, (rows, columns)).astype(float)
    split = random.integers(0, 2, columns).astype(float)
    totals = table @ split
    return (
        state(np.ones(columns), table, upper=1.0, integer=True, at_least=totals, at_most=totals),
        split,
    )


def cover(seed=0, size=300, each=12):
    """Return a covering problem of equal costs: solutions come at once, the proof does not; offset 1000."""
    random = np.random.default_rng(seed)
    chosen = np.concatenate([random.choice(size, each, replace=False) for _ in range(size)])
    matrix = sparse.csr_array(
        (np.ones(size * each), chosen, np.arange(0, size * each + 1, each)), shape=(size, size)
    )
    return Problem(
        cost=np.ones(size),
        lower=np.zeros(size),
        upper=np.ones(size),
        integer=np.ones(size, dtype=bool),
        matrix=matrix,
        row_lower=np.ones(size),
        row_upper=np.full(size, INFINITE),
        offset=1000.0,
    )


def random_problem(seed, *, mixed_integer):
    """Return a small random problem with limits of every kind; some have no solution, some no end."""
    random = np.random.default_rng(seed)
    columns, rows = random.integers(2, 8), random.integers(1, 7)
    table = random.integers(-4, 8, (rows, columns)) * (random.random((rows, columns)) < 0.7)
    middle = table @ random.integers(0, 4, columns) + (random.integers(-3, 4, rows) if seed % 3 == 0 else 0)
    width = random.integers(0, 5, rows)
    free_below, free_above = random.random((2, rows)) < 0.4
    return state(
        random.integers(-5, 10, columns),
        table,
        lower=np.where(random.random(columns) < 0.1, -INFINITE, 0.0),
        upper=np.where(random.random(columns) < 0.8, random.integers(1, 6, columns), INFINITE),
        integer=(random.random(columns) < 0.6) & mixed_integer,
        at_least=np.where(free_below, -INFINITE, middle - width),
        at_most=np.where(free_above & ~free_below, INFINITE, middle + width),
        offset=float(random.integers(-3, 4)),
    )


def violation(problem, x):
    """Return by how much x breaks its worst limit, of columns, rows and integrality, in their own units."""
    rows = problem.matrix @ x
    return max(
        np.max(np.concatenate([problem.lower - x, x - problem.upper]), initial=0.0),
        np.max(np.concatenate([problem.row_lower - rows, rows - problem.row_upper]), initial=0.0),
        np.max(np.abs(x - np.round(x))[problem.integer], initial=0.0),
    )

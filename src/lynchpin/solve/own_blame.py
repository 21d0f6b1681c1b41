"""Which rows of one's own leave no plan: those that a solution breaks which breaks them least.

minimise  sum over own rows of (over + under) / size      limits of own rows loosened by over and under
"""

from dataclasses import replace
from typing import Any, cast

import numpy as np
from scipy import sparse

from lynchpin.solve.contracts import SparseMatrix
from lynchpin.solve.forms import Form
from lynchpin.solve.highs import solve_here
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.own import extremes

SECONDS = 20.0
BROKEN = 1e-6  # of a row's size


def blamed(form: Form, *, options: SolveOptions) -> dict[str, float]:
    """Return the constraints that cannot all be kept and by how much each is broken at least together.

    form  the yearly form with a user's own rows, which are its last

    Empty where nothing is broken, or where 20 seconds found no answer.
    """
    assert form.own is not None
    problem, count = form.problem, len(form.own.names)
    rows, columns = len(problem.row_lower), len(problem.cost)
    matrix: Any = problem.matrix
    least, most = extremes(matrix.tocsr()[rows - count :], problem.lower, problem.upper)
    size = np.maximum(np.maximum(np.abs(least), np.abs(most)), 1.0)
    own = np.arange(count)
    loosened: Any = sparse.coo_array(
        (np.append(-size, size), (np.append(own, own) + rows - count, np.arange(2 * count))),
        shape=(rows, 2 * count),
    )
    elastic = replace(
        problem,
        cost=np.append(np.zeros(columns), np.ones(2 * count)),
        lower=np.append(problem.lower, np.zeros(2 * count)),
        upper=np.append(problem.upper, np.full(2 * count, 2.0)),
        integer=np.append(problem.integer, np.zeros(2 * count, dtype=np.bool_)),
        matrix=cast(SparseMatrix, sparse.csr_array(cast(Any, sparse.hstack([matrix, loosened])))),
        offset=0.0,
        column_name="column {}".format,
    )
    found = solve_here(elastic, options=replace(options, time_limit=SECONDS, gap=0.05))
    if found.x is None:
        return {}
    broken = (found.x[columns : columns + count] + found.x[columns + count :]) * size
    worst: dict[str, float] = {}
    for name, amount, large in zip(form.own.names, broken.tolist(), size.tolist(), strict=True):
        if amount > BROKEN * large:
            worst[name] = max(worst.get(name, 0.0), amount)
    return worst

"""Each solver on the same arrays: the engine, and HiGHS, SCIP and CP-SAT on the textbook model.

    minimise  Σ f[j] y[j] + Σ c[i, j] x[i, j]   with  Σ_j x[i, j] = 1,  x[i, j] <= y[j],  Σ_j y[j] <= p or = p

y is binary; x is continuous but for CP-SAT, which has no continuous variables. All costs are whole, so a
solver may stop as soon as value and bound are less than one apart. Making the model is not timed.
"""

import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from benchmarks.specification.generate import specifications
from benchmarks.specification.problem import Problem

NEARLY_ONE = 0.999


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a solver found; `extra` is what else it tells."""

    value: float
    bound: float
    seconds: float
    extra: dict[str, Any]


def engine(problem: Problem, *, limit: float, threads: int) -> Answer:
    """Solve with the location engine, after a small problem that has its loops compiled."""
    from lynchpin.catalogue.arcs import Arcs
    from lynchpin.catalogue.evaluate import evaluate
    from lynchpin.catalogue.location import LocateOptions, locate

    for first in (specifications(needs=60, attributes=3, seed=1, scale=scale) for scale in (0.3, 3.0)):
        small = Arcs.of(first.client, first.facility, first.cost, first.opening)
        locate(small, options=LocateOptions(time_limit=20, threads=threads))
        locate(small, exactly=20, options=LocateOptions(time_limit=20, threads=threads))
    arcs = Arcs.of(problem.client, problem.facility, problem.cost, problem.opening)
    began = time.perf_counter()
    found = locate(
        arcs, at_most=problem.at_most, exactly=problem.exactly,
        options=LocateOptions(time_limit=limit, threads=threads),
    )  # fmt: skip
    seconds = time.perf_counter() - began
    judged = evaluate(found.certificate, arcs)
    extra = {
        "certificate": judged.ok,
        "findings": [*judged.findings],
        "proven": judged.bound,
        "solver": judged.solver,
        "checked_in": time.perf_counter() - began - seconds,
        "open": int(found.open.size),
        "phases": {name: round(spent, 2) for name, spent in found.phases.items()},
    }
    return Answer(value=found.value, bound=found.bound, seconds=seconds, extra=extra)


def highs(problem: Problem, *, limit: float, threads: int) -> Answer:
    """Solve with HiGHS."""
    solver = _highs(problem)
    for name, value in (
        ("threads", threads), ("mip_rel_gap", 0.0), ("mip_abs_gap", NEARLY_ONE), ("time_limit", limit),
    ):  # fmt: skip
        solver.setOptionValue(name, value)
    began = time.perf_counter()
    solver.run()
    seconds = time.perf_counter() - began
    info = solver.getInfo()
    value = info.objective_function_value
    return Answer(
        value=value if info.primal_solution_status == 2 else math.inf,
        bound=info.mip_dual_bound,
        seconds=seconds,
        extra={"status": solver.modelStatusToString(solver.getModelStatus())},
    )


def scip(problem: Problem, *, limit: float, threads: int) -> Answer:
    """Solve with SCIP, several of it side by side where there is more than one thread."""
    from pyscipopt import Model

    model = Model()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.mps"
        _highs(problem).writeModel(str(path))
        model.hideOutput()
        model.readProblem(str(path))
    model.setParam("limits/absgap", NEARLY_ONE)
    model.setParam("limits/time", limit)
    model.setParam("parallel/maxnthreads", threads)
    began = time.perf_counter()
    model.optimize() if threads == 1 else model.solveConcurrent()
    seconds = time.perf_counter() - began
    return Answer(
        value=model.getPrimalbound() if model.getNSols() else math.inf,
        bound=model.getDualbound(),
        seconds=seconds,
        extra={"status": model.getStatus()},
    )


def cpsat(problem: Problem, *, limit: float, threads: int) -> Answer:
    """Solve with CP-SAT."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    y = [model.new_bool_var("") for _ in range(problem.facilities)]
    x = [model.new_bool_var("") for _ in range(problem.arcs)]
    served: list[list[Any]] = [[] for _ in range(problem.clients)]
    for arc, client, facility in zip(x, problem.client.tolist(), problem.facility.tolist(), strict=True):
        served[client].append(arc)
        model.add_implication(arc, y[facility])
    for arcs in served:
        model.add_exactly_one(arcs)
    if problem.at_most is not None:
        model.add(cp_model.LinearExpr.sum(y) <= problem.at_most)
    if problem.exactly is not None:
        model.add(cp_model.LinearExpr.sum(y) == problem.exactly)
    costs = np.concatenate([problem.opening, problem.cost]).astype(np.int64).tolist()
    model.minimize(cp_model.LinearExpr.weighted_sum([*y, *x], costs))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = limit
    solver.parameters.num_workers = threads
    began = time.perf_counter()
    status = solver.solve(model)
    seconds = time.perf_counter() - began
    solved = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return Answer(
        value=solver.objective_value if solved else math.inf,
        bound=solver.best_objective_bound,
        seconds=seconds,
        extra={"status": solver.status_name(status)},
    )


def _highs(problem: Problem) -> Any:
    """Return HiGHS with the textbook model; imported late, because it and CP-SAT share no process."""
    import highspy

    a, n, f = problem.arcs, problem.clients, problem.facilities
    arc = np.arange(a)
    low, high = 0.0, float(problem.at_most if problem.at_most is not None else f)
    if problem.exactly is not None:
        low = high = float(problem.exactly)
    rows = np.concatenate([problem.client, n + arc, n + arc, np.full(f, n + a)])
    columns = np.concatenate([arc, arc, a + problem.facility, a + np.arange(f)])
    values = np.concatenate([np.ones(2 * a), -np.ones(a), np.ones(f)])
    matrix = csc_array((values, (rows, columns)), shape=(n + a + 1, a + f))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = a + f, n + a + 1
    lp.col_cost_ = np.concatenate([problem.cost, problem.opening])
    lp.col_lower_, lp.col_upper_ = np.zeros(a + f), np.ones(a + f)
    lp.row_lower_ = np.concatenate([np.ones(n), np.full(a, -np.inf), [low]])
    lp.row_upper_ = np.concatenate([np.ones(n), np.zeros(a), [high]])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    solver.changeColsIntegrality(f, np.arange(a, a + f, dtype=np.int32), np.ones(f, dtype=np.uint8))
    return solver


SOLVERS: dict[str, Callable[..., Answer]] = {"engine": engine, "highs": highs, "scip": scip, "cpsat": cpsat}

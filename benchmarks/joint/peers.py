"""One peer on one problem, in a process of its own: HiGHS, SCIP or CP-SAT on arrays.

    python -m benchmarks.joint.peers SOLVER ARRAYS SOLUTION LIMIT GAP THREADS

Prints a line of JSON when the clock starts, with each better incumbent or bound, and at the end; all in the
sense of the arrays, to be minimised. The clock starts when the solver has the problem. Nothing of Lynchpin is
imported: CP-SAT and HiGHS share no process, since each brings its own copy of HiGHS.

HiGHS   as it comes, with the threads given
SCIP    sequential: its concurrent mode proved less when it was tried, see README.md
CP-SAT  through the linear solver's model, whose SAT back end scales: a continuous column becomes a whole
        number of ten thousandths of its unit, for flows one vehicle or piece; each row and the costs become
        integers by a power of two. Its log is passed on as it is; `child` reads incumbents and bounds from it
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array, csr_matrix

SCALING = 10_000  # CP-SAT: whole numbers in one unit of a continuous column
Arrays = dict[str, Any]


@dataclass
class Clock:
    """Prints what happens and when."""

    began: float = field(default_factory=time.perf_counter)
    told: tuple[float, float] | None = None

    def say(self, event: str, **facts: Any) -> None:
        """Print an event."""
        seconds = time.perf_counter() - self.began
        print(json.dumps({"event": event, "seconds": seconds, **facts}), flush=True)

    def point(self, primal: float, dual: float) -> None:
        """Print incumbent and bound if they are news."""
        if (primal, dual) != self.told:
            self.told = (primal, dual)
            self.say("point", primal=primal, dual=dual)


def highs(arrays: Arrays, *, limit: float, gap: float, threads: int) -> np.ndarray | None:
    """Solve with HiGHS; return the solution, if any."""
    import highspy

    solver = highspy.Highs()
    settings = {"output_flag": False, "threads": threads, "mip_rel_gap": gap, "time_limit": limit}
    for name, value in settings.items():
        solver.setOptionValue(name, value)
    solver.passModel(_highs_lp(arrays, highspy))
    integer = np.flatnonzero(arrays["integer"]).astype(np.int32)
    solver.changeColsIntegrality(len(integer), integer, np.ones(len(integer), dtype=np.uint8))
    clock = Clock()

    def listen(_kind: Any, _message: str, out: Any, _into: Any, _data: object) -> None:
        clock.point(out.mip_primal_bound, out.mip_dual_bound)

    solver.setCallback(listen, None)
    for kind in ("kCallbackMipImprovingSolution", "kCallbackMipInterrupt"):
        solver.startCallback(getattr(highspy.cb.HighsCallbackType, kind))
    clock.say("start")
    solver.run()
    info = solver.getInfo()
    found = info.primal_solution_status == 2
    clock.say(
        "end",
        status=solver.modelStatusToString(solver.getModelStatus()),
        primal=info.objective_function_value if found else None,
        dual=info.mip_dual_bound,
    )
    return np.array(solver.getSolution().col_value) if found else None


def _highs_lp(arrays: Arrays, highspy: Any) -> Any:
    matrix = arrays["matrix"].tocsc()
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = matrix.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = arrays["cost"], arrays["lower"], arrays["upper"]
    lp.row_lower_, lp.row_upper_, lp.offset_ = arrays["row_lower"], arrays["row_upper"], arrays["offset"]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp


def scip(arrays: Arrays, *, limit: float, gap: float, threads: int) -> np.ndarray | None:
    """Solve with SCIP; return the solution, if any."""
    from pyscipopt import SCIP_EVENTTYPE, Eventhdlr

    model, columns = _scip_model(arrays)
    for name, value in (("limits/time", limit), ("limits/gap", gap), ("lp/threads", threads)):
        model.setParam(name, value)
    model.hideOutput()
    clock = Clock()
    kinds = (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.LPSOLVED, SCIP_EVENTTYPE.NODESOLVED)

    class Listener(Eventhdlr):
        def eventinit(self) -> None:
            for kind in kinds:
                self.model.catchEvent(kind, self)

        def eventexec(self, _event: object) -> None:
            clock.point(self.model.getPrimalbound(), self.model.getDualbound())

    model.includeEventhdlr(Listener(), "curve", "prints incumbents and bounds")
    clock.say("start")
    model.optimize()
    found = model.getNSols() > 0
    clock.say(
        "end",
        status=model.getStatus(),
        primal=model.getPrimalbound() if found else None,
        dual=model.getDualbound(),
    )
    if not found:
        return None
    best = model.getBestSol()
    return np.array([model.getSolVal(best, column) for column in columns])


def _scip_model(arrays: Arrays) -> tuple[Any, list[Any]]:
    from pyscipopt import Model, quicksum
    from pyscipopt.scip import ExprCons

    model = Model()
    columns = [
        model.addVar(lb=low, ub=high, obj=cost, vtype="I" if whole else "C")
        for low, high, cost, whole in zip(
            *(arrays[name].tolist() for name in ("lower", "upper", "cost", "integer")), strict=True
        )
    ]
    model.addObjoffset(arrays["offset"])
    matrix = arrays["matrix"]
    ends = matrix.indptr.tolist()
    for row, (low, high) in enumerate(zip(arrays["row_lower"], arrays["row_upper"], strict=True)):
        entries = slice(ends[row], ends[row + 1])
        terms = zip(matrix.data[entries].tolist(), matrix.indices[entries].tolist(), strict=True)
        model.addCons(
            ExprCons(
                quicksum(value * columns[column] for value, column in terms),
                lhs=float(low) if np.isfinite(low) else None,
                rhs=float(high) if np.isfinite(high) else None,
            )
        )
    return model, columns


def cpsat(arrays: Arrays, *, limit: float, gap: float, threads: int) -> np.ndarray | None:
    """Solve with CP-SAT; return the solution, if any."""
    from ortools.linear_solver.python import model_builder_helper as helper

    model = helper.ModelBuilderHelper()
    names = ("lower", "upper", "cost", "row_lower", "row_upper")
    model.fill_model_from_sparse_data(*(arrays[name] for name in names), csr_matrix(arrays["matrix"]))
    for column in np.flatnonzero(arrays["integer"]).tolist():
        model.set_var_integrality(column, True)
    model.set_objective_offset(arrays["offset"])
    solver = helper.ModelSolverHelper("sat")
    solver.set_time_limit_in_seconds(limit)
    solver.set_solver_specific_parameters(
        f"num_workers:{threads}, mip_var_scaling:{SCALING}, relative_gap_limit:{gap}, "
        "log_search_progress:true"
    )
    solver.enable_output(True)
    clock = Clock()
    clock.say("start")
    solver.solve(model)
    found = solver.has_solution()
    clock.say(
        "end",
        status=str(solver.status()).rpartition(".")[2],
        primal=solver.objective_value() if found else None,
        dual=solver.best_objective_bound() if solver.has_response() else None,
    )
    return np.array(solver.variable_values()) if found else None


SOLVERS: dict[str, Callable[..., np.ndarray | None]] = {"highs": highs, "scip": scip, "cpsat": cpsat}


def read(path: Path) -> Arrays:
    """Return the arrays in a file that `forms` wrote."""
    with np.load(path) as stored:
        found: Arrays = {name: stored[name] for name in stored.files}
    parts = [found.pop(name) for name in ("data", "indices", "indptr")]
    found["matrix"] = csr_array(tuple(parts), shape=tuple(found.pop("shape")))
    found["offset"] = float(found["offset"])
    return found


def main() -> None:
    """Read the arrays, solve, leave the solution."""
    solver, arrays, solution, limit, gap, threads = sys.argv[1:]
    x = SOLVERS[solver](read(Path(arrays)), limit=float(limit), gap=float(gap), threads=int(threads))
    if x is not None:
        np.save(solution, x)


if __name__ == "__main__":
    main()

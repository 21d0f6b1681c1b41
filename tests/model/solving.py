"""Solve a model's arrays with highspy and nothing else."""

from dataclasses import dataclass

import highspy
import numpy as np

from lynchpin.model.build import Arrays, Built, arrays
from lynchpin.model.vectors import Vector


@dataclass(frozen=True)
class Solved:
    """What a solve gave: present contribution of the solution and its bound in currency, and the columns."""

    contribution: float
    bound: float
    x: Vector
    problem: Arrays


def solved(built: Built, problem: Arrays | None = None, *, whole: bool = True) -> Solved:
    """Return the optimum of a model; `whole` False: of its linear relaxation."""
    problem = problem or arrays(built)
    solver = highspy.Highs()
    for option, value in {
        "output_flag": False,
        "mip_rel_gap": 1e-9,
        "mip_abs_gap": 1e-9,
    }.items():
        solver.setOptionValue(option, value)
    solver.passModel(_program(problem, whole=whole))
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    info = solver.getInfo()
    bound = info.mip_dual_bound if whole and problem.integer.any() else info.objective_function_value
    x = np.array(solver.getSolution().col_value)
    return Solved(-info.objective_function_value * built.money, -bound * built.money, x, problem)


def _program(problem: Arrays, *, whole: bool) -> highspy.HighsLp:
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(problem.cost), len(problem.row_lower)
    program.col_cost_, program.offset_ = problem.cost, problem.offset
    program.col_lower_, program.col_upper_ = problem.lower, problem.upper
    program.row_lower_, program.row_upper_ = problem.row_lower, problem.row_upper
    matrix = problem.matrix
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_ = matrix.indptr, matrix.indices
    program.a_matrix_.value_ = matrix.data
    if whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        program.integrality_ = [kinds[int(flag)] for flag in problem.integer]
    return program

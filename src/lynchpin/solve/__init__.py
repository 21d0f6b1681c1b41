"""How optima are found: problems on arrays, solved by HiGHS in a process of its own."""

from lynchpin.solve.contracts import (
    OnProgress,
    Problem,
    Progress,
    Solution,
    SparseMatrix,
    Status,
    StopSignal,
    relative_gap,
)
from lynchpin.solve.highs import solve, solve_here
from lynchpin.solve.options import SolveOptions

__all__ = [
    "OnProgress",
    "Problem",
    "Progress",
    "Solution",
    "SolveOptions",
    "SparseMatrix",
    "Status",
    "StopSignal",
    "relative_gap",
    "solve",
    "solve_here",
]

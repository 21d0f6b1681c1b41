"""One solver on one problem, in a process of its own: prints the answer and the peak memory as JSON.

python -m benchmarks.specification.one SUITE PROBLEM SOLVER LIMIT THREADS [FILES]
"""

import json
import resource
import sys
from pathlib import Path

from benchmarks.specification.solvers import SOLVERS
from benchmarks.specification.suites import suite


def main() -> None:
    """Make the problem, solve it, print what came out."""
    group, name, solver, limit, threads, *files = sys.argv[1:]
    problem = suite(group, files=Path(files[0]) if files else None)[name]()
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = SOLVERS[solver](problem, limit=float(limit), threads=int(threads))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {
                "arcs": problem.arcs, "needs": problem.clients, "facilities": problem.facilities,
                "value": answer.value, "bound": answer.bound, "seconds": answer.seconds,
                "peak_mb": round(peak / 1024), "problem_mb": round(made / 1024), **answer.extra,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()

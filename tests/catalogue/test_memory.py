"""Compiled loops read and write only within their arrays: they run without the checks of Python."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lynchpin.catalogue import kernels_swap
from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.core import core_of

CHECKED = """
import numpy as np
from benchmarks.specification.generate import koerkel_ghosh, medians, options, specifications
from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.location import LocateOptions, locate

some = [
    specifications(needs=400, attributes=4, levels=6, seed=3, scale=3.0),
    options(needs=200, options=9, seed=7, scale=0.008),
    koerkel_ghosh(size=60, price="b", symmetric=True, seed=1),
    medians(nodes=80, count=7, seed=1),
]
for problem in some:
    arcs = Arcs.of(problem.client, problem.facility, problem.cost, problem.opening)
    for counts in ({}, {"at_most": 3}, {"exactly": 9}):
        locate(arcs, **counts, options=LocateOptions(time_limit=3))
print("within")
"""


def ties() -> Arcs:
    """Return two hundred needs that two facilities serve at one cost, and a third for nothing."""
    need, facility = np.divmod(np.arange(600), 3)
    return Arcs.of(need, facility, np.tile([1.0, 1.0, 0.0], 200), np.array([5.0, 5.0, 4.0]))


def test_ties_do_not_fill_the_list_of_facilities_beyond_its_end() -> None:
    """A need that has its nearest two at one cost marks none; in plain Python, one too many would raise."""
    core = core_of(ties(), 2, 2)
    is_open = np.array([True, True, False])
    value = kernels_swap.improve.py_func(
        *core.by_need, *core.by_facility, is_open, 2, 2, np.arange(3), 1e6, 100, np.empty(3)
    )
    assert value == 9
    assert is_open.tolist() in ([True, False, True], [False, True, True])


@pytest.mark.slow
def test_all_loops_stay_within_their_arrays(tmp_path: Path) -> None:
    """Compiled with checks, the engine solves problems of every kind without an index out of bounds."""
    checks = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", CHECKED], env=os.environ | checks, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "within", done.stderr[-2000:]

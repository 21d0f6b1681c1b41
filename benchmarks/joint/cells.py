"""Cells of the table: one method on one study, with what it found, when, and what its plan is worth."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.joint.child import Heard, listen
from benchmarks.joint.curve import GAPS, Curve
from benchmarks.joint.forms import Forms

METHODS = (
    "split",
    *(f"{solver}-{form}" for form in ("yearly", "aggregate") for solver in ("highs", "scip", "cpsat")),
)
PACKAGES = {"split": "lynchpin", "highs": "highspy", "scip": "pyscipopt", "cpsat": "ortools"}
NEARLY = 0.95  # of the gap at which all shall stop: gaps are defined a little differently everywhere
Cell = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A study of the ladder and the terms on which everything solves it.

    limit    seconds for each method
    gap      proven gap at which a method may stop
    threads  of each method; the split method runs as many processes
    memory   GB above which a method is ended, None for no limit
    """

    size: int
    seed: int
    scale: bool
    limit: float
    gap: float
    threads: int
    memory: float | None

    @property
    def arguments(self) -> list[str]:
        """Return what `engine` wants to be told."""
        numbers = (self.size, self.seed, int(self.scale), self.limit, self.gap, self.threads)
        return [str(number) for number in numbers]


def cell(method: str, rung: Rung, forms: Forms, folder: Path) -> Cell:
    """Return what a method makes of a study; what is wrong with it stands under `failed`."""
    solver, _, form = method.partition("-")
    load = os.getloadavg()[0]
    found: Cell = {"method": method, "form": form or "both", "primal_is": primal_is(method, rung.scale)}
    if find_spec(PACKAGES[solver]) is None:
        heard = Heard(failed=f"{PACKAGES[solver]} is not installed: pip install 'lynchpin[bench]'")
    elif method == "split":
        heard = listen(
            ["benchmarks.joint.engine", "plan", *rung.arguments], limit=rung.limit, memory=rung.memory
        )
    else:
        heard = _peer(solver, form, rung, folder)
    sign = (lambda value: value) if method == "split" else (lambda value: forms.contribution(form, value))
    found |= told(heard, sign) | {"load": [load, os.getloadavg()[0]]}
    solution = folder / "solution.npy"
    if solution.exists():
        found["valued"] = forms.worth(form, np.load(solution))
        solution.unlink()
    elif method == "split":
        found["valued"] = found["primal"]
    return found


def what_if(rung: Rung) -> dict[str, Cell]:
    """Return a what-if by the split method: the plan before it, from scratch, and from the plan before."""
    heard = listen(
        ["benchmarks.joint.engine", "what-if", *rung.arguments],
        limit=rung.limit, runs=3, memory=rung.memory,
    )  # fmt: skip
    runs = {news["run"] for news in heard.news}
    return {
        run: told(
            Heard([news for news in heard.news if news["run"] == run], heard.failed, heard.peak_mb),
            lambda value: value,
        )
        for run in ("before", "scratch", "start")
        if run in runs
    }


def primal_is(method: str, scale: bool) -> str:
    """Return whose contribution the primal curve of a method shows."""
    if method == "split":
        return "a verified plan"
    if method.endswith("yearly"):
        return "an incumbent of the yearly form" + (
            ", scale on chords: no plan earns as much" if scale else ""
        )
    return "an incumbent of the aggregate form, a relaxation: its plan may earn less"


def told(heard: Heard, contribution: Any) -> Cell:
    """Return what a child said as a cell, in the plan's own sense."""
    curve = Curve()
    for news in heard.news:
        if news["event"] != "start":
            values = (news.get("primal"), news.get("dual"))
            primal, dual = (
                None if value is None or not math.isfinite(value) else contribution(value) for value in values
            )
            curve.add(news["seconds"], primal, dual)
    end = next((news for news in reversed(heard.news) if news["event"] == "end"), {})
    _, primal, dual = curve.last
    extra = {name: end[name] for name in ("verified", "bound_from", "phases") if name in end}
    return {
        "status": end.get("status"),
        "failed": heard.failed or None,
        "seconds": end.get("seconds"),
        "wall_seconds": round(heard.seconds, 3) or None,
        "peak_mb": heard.peak_mb,
        "primal": primal,
        "dual": dual,
        "gap": curve.gap,
        "reached": {f"{gap:g}": curve.reached(gap) for gap in GAPS},
        "first_primal": next((point[0] for point in curve.points if point[1] is not None), None),
        "curve": curve.points,
        "valued": None,
        **extra,
    }


def crossings(cells: Sequence[Cell]) -> list[str]:
    """Return the bounds that a plan of any method beats, which must not be."""
    worth = [(cell["valued"], cell["method"]) for cell in cells if cell["valued"] is not None]
    if not worth:
        return []
    best, maker = max(worth)
    return [
        f"the bound {cell['dual']:.9g} of {cell['method']} is below the plan {best:.9g} of {maker}"
        for cell in cells
        if cell["dual"] is not None and cell["dual"] < best - 1e-6 * abs(best)
    ]


def _peer(solver: str, form: str, rung: Rung, folder: Path) -> Heard:
    command = ["benchmarks.joint.peers", solver, str(folder / f"{form}.npz"), str(folder / "solution.npy")]
    terms = [str(rung.limit), str(NEARLY * rung.gap), str(rung.threads)]
    return listen([*command, *terms], limit=rung.limit, memory=rung.memory)

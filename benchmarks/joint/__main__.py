"""The split method and its peers on the ladder, in one run, with the same threads and limit.

    python -m benchmarks.joint [--sizes 15,30] [--seeds 0,1] [--methods split,highs-yearly,...] [--limit S]
        [--scale] [--gap R] [--threads N] [--memory GB] [--no-what-if] [--out results.json]

Every cell has a process of its own, one after the other. README.md says what is compared with what.
"""

import argparse
import json
import os
import platform
import tempfile
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.joint.cells import METHODS, PACKAGES, Rung, cell, crossings, what_if
from benchmarks.joint.curve import GAPS
from benchmarks.joint.forms import Forms
from benchmarks.joint.summary import growth, known, ratios, what_if_ratios
from benchmarks.joint.table import (
    print_cell,
    print_growth,
    print_head,
    print_known,
    print_ratios,
    print_what_if,
)
from lynchpin.study.ladder import ladder

VERSION = 1


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    """Run what was asked for, print tables, return and write the results."""
    options = parsed(arguments)
    results: dict[str, Any] = {"version": VERSION, "about": about(options), "studies": [], "growth": []}
    for size in options.sizes:
        for seed in options.seeds:
            rung = Rung(
                size=size, seed=seed, scale=options.scale, limit=options.limit, gap=options.gap,
                threads=options.threads, memory=options.memory,
            )  # fmt: skip
            results["studies"].append(study_of(rung, options))
            results["growth"] = growth(results["studies"])
            if options.out is not None:
                write(results, options.out)
    if len(options.sizes) > 1:
        print_growth(results["growth"])
    return results


def study_of(rung: Rung, options: argparse.Namespace) -> dict[str, Any]:
    """Return every cell of one study, printed as they come."""
    forms = Forms.of(ladder(rung.size, seed=rung.seed, scale=rung.scale))
    study: dict[str, Any] = {
        "name": f"ladder {rung.size}, seed {rung.seed}" + (", with scale" if rung.scale else ""),
        "size": rung.size,
        "seed": rung.seed,
        "scale": rung.scale,
        "forms": forms.facts,
        "cells": [],
    }
    print_head(study)
    with tempfile.TemporaryDirectory() as folder:
        for form in {method.partition("-")[2] for method in options.methods} - {""}:
            forms.write(form, Path(folder) / f"{form}.npz")
        for method in options.methods:
            study["cells"].append(cell(method, rung, forms, Path(folder)))
            print_cell(study["cells"][-1])
    study["crossings"] = crossings(study["cells"])
    for line in study["crossings"]:
        print(f"   CROSSED: {line}")
    study["known"] = known(study["cells"])
    print_known(study["known"])
    study["ratios"] = ratios(study["cells"], rung.limit)
    print_ratios(study["ratios"])
    study["what_if"] = what_if(rung) if options.what_if and "split" in options.methods else {}
    study["what_if_ratios"] = what_if_ratios(study["what_if"], rung.limit)
    print_what_if(study["what_if"], study["what_if_ratios"])
    return study


def about(options: argparse.Namespace) -> dict[str, Any]:
    """Return the circumstances of a run."""
    versions: dict[str, str | None] = {"python": platform.python_version()}
    for package in (*PACKAGES.values(), "numpy", "scipy", "polars", "linopy"):
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            versions[package] = None
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    given = {name: str(value) if isinstance(value, Path) else value for name, value in vars(options).items()}
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "options": given,
        "gaps": list(GAPS),
        "versions": versions,
        "machine": {"cpus": os.cpu_count(), "usable": usable, "system": platform.platform()},
        "load": list(os.getloadavg()),
    }


def write(results: dict[str, Any], path: Path) -> None:
    """Write the results, whole or not at all."""
    temporary = path.with_name(f"{path.name}.part")
    temporary.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    temporary.replace(path)


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return the options of the command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.joint",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--sizes", type=numbers, default=[15, 30])
    parser.add_argument("--seeds", type=numbers, default=[0])
    parser.add_argument("--methods", type=methods, default=list(METHODS))
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for each cell")
    parser.add_argument("--gap", type=float, default=0.002, help="proven gap at which a method may stop")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=float, default=16.0, help="GB above which a cell is ended")
    parser.add_argument("--scale", action="store_true", help="list costs fall with volume")
    parser.add_argument("--what-if", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--out", type=Path)
    return parser.parse_args(arguments)


def numbers(text: str) -> list[int]:
    """Return numbers that stand between commas."""
    return [int(word) for word in text.split(",")]


def methods(text: str) -> list[str]:
    """Return methods that stand between commas."""
    found = text.split(",")
    if unknown := [method for method in found if method not in METHODS]:
        raise argparse.ArgumentTypeError(
            f"no such method: {', '.join(unknown)}; there are {', '.join(METHODS)}"
        )
    return found


if __name__ == "__main__":
    main()

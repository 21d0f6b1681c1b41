"""Engine and peers on a suite, in one run, with the same threads and limit.

    python -m benchmarks.specification --suite easy|big|hard|published [--limit S] [--threads N]
        [--peers highs,scip,cpsat] [--only TEXT] [--files DIR] [--peer-arcs A] [--json FILE]

Each solver has a process of its own on each problem, one after the other. A peer that does not finish counts
with the limit, so ratios of time are then at least what is printed. Peers come with `lynchpin[bench]`.
"""

import argparse
import json
import math
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.specification.suites import suite

GRACE = 60.0  # seconds that a solver may be late before it is ended
PACKAGES = {"engine": "lynchpin", "highs": "highspy", "scip": "pyscipopt", "cpsat": "ortools"}
Answer = dict[str, Any]


def main() -> None:
    """Run the suite and print a line for each problem, then the summary."""
    options = parser().parse_args()
    solvers = ["engine", *filter(None, options.peers.split(","))]
    if unknown := set(solvers) - set(PACKAGES):
        raise SystemExit(f"no such peer: {', '.join(sorted(unknown))}; there are highs, scip and cpsat")
    files = Path(options.files) if options.files else None
    results: dict[str, dict[str, Answer]] = {}
    print(f"{'problem':<24}{'arcs':>10}  " + "".join(f"{name:>24}" for name in solvers))
    for name in suite(options.suite, files=files):
        if options.only in name:
            results[name] = {}
            for solver in solvers:
                arcs = results[name].get("engine", {}).get("arcs", 0)
                if solver == "engine" or arcs <= options.peer_arcs:
                    results[name][solver] = answer(options, name, solver)
            print_line(name, results[name], solvers)
    summary(results, solvers[1:], options.limit)
    if options.json:
        versions = {name: metadata.version(PACKAGES[name]) for name in solvers}
        about = {**vars(options), "versions": versions, "python": platform.python_version()}
        text = json.dumps({"about": about, "results": results}, indent=1)
        Path(options.json).write_text(text + "\n", encoding="utf-8")


def parser() -> argparse.ArgumentParser:
    """Return the options of the run."""
    found = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--suite", choices=("easy", "big", "hard", "published"), required=True)
    found.add_argument("--limit", type=float, default=300.0, help="seconds for each solver and problem")
    found.add_argument("--threads", type=int, default=2)
    found.add_argument("--peers", default="highs,scip,cpsat")
    found.add_argument("--only", default="", help="only problems whose name has this text")
    found.add_argument("--files", help="folder of published files to read")
    found.add_argument("--peer-arcs", type=int, default=2_000_000, help="no peers on larger problems")
    found.add_argument("--json", help="file to write all answers to")
    return found


def answer(options: argparse.Namespace, name: str, solver: str) -> Answer:
    """Return what a solver found in a process of its own, or how it failed."""
    command = [
        sys.executable, "-m", "benchmarks.specification.one",
        options.suite, name, solver, str(options.limit), str(options.threads),
    ]  # fmt: skip
    if options.files:
        command.append(options.files)
    failed: Answer = {"value": math.inf, "bound": 0.0, "seconds": options.limit}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=2 * options.limit + GRACE, check=False
        )
    except subprocess.TimeoutExpired:
        return {**failed, "failed": "ended: far beyond its limit"}
    if done.returncode:
        return {**failed, "failed": (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def gap(found: Answer) -> float:
    """Return (value − bound) / value; all costs are whole, so less than one apart is none."""
    value, bound = found["value"], max(0.0, found["bound"])
    if not math.isfinite(value):
        return 1.0
    return 0.0 if value - bound < 1 else (value - bound) / value


def solved(found: Answer) -> bool:
    """Return whether a problem was solved to proof."""
    return gap(found) == 0.0


def print_line(name: str, found: dict[str, Answer], solvers: list[str]) -> None:
    """Print seconds and gap of each solver, and what is wrong."""
    cells = []
    for solver in solvers:
        if solver not in found:
            cells.append("not run")
        elif "failed" in found[solver]:
            cells.append("failed")
        else:
            share = "proven" if solved(found[solver]) else f"{gap(found[solver]):.3%}"
            cells.append(f"{found[solver]['seconds']:.2f} s {share} {found[solver]['peak_mb']} MB")
    print(
        f"{name:<24}{found['engine'].get('arcs', 0):>10,}  " + "".join(f"{cell:>24}" for cell in cells),
        flush=True,
    )
    for solver, answer_ in found.items():
        if "failed" in answer_:
            print(f"    {solver}: {answer_['failed']}", flush=True)
    if found["engine"].get("certificate") is False:
        print(f"    FALSE CERTIFICATE: {found['engine']['findings']}", flush=True)
    best = min(answer_["value"] for answer_ in found.values())
    for solver, answer_ in found.items():
        if answer_["bound"] > best * (1 + 1e-6) + 1e-6:
            print(f"    {solver} claims a bound of {answer_['bound']} and there is {best}", flush=True)


def summary(results: dict[str, dict[str, Answer]], peers: list[str], limit: float) -> None:
    """Print the geometric mean of ratios of time and of gaps against the best peer."""
    times, gaps, slower = [], [], []
    for name, found in results.items():
        own, others = found["engine"], [found[peer] for peer in peers if peer in found]
        if not others or "failed" in own:
            continue
        best = min(other["seconds"] if solved(other) else limit for other in others)
        if solved(own):
            times.append(best / max(own["seconds"], 1e-3))
            slower += [name] if times[-1] < 1 else []
        least = min(gap(other) for other in others)
        if least > 0:
            gaps.append(gap(own) / least)
    proven = sum(solved(found["engine"]) for found in results.values())
    print(f"\nproven by the engine: {proven} of {len(results)}")
    if times:
        print(f"time to proof, best peer / engine: geometric mean {mean(times):.1f}, n = {len(times)}")
        print(f"slower than the best peer: {', '.join(slower) or 'never'}")
    if gaps:
        middle = sorted(gaps)[len(gaps) // 2]
        print(
            f"gap at the limit, engine / best peer: median {middle:.2f}, worst {max(gaps):.2f}, "
            f"n = {len(gaps)} that no peer proved"
        )


def mean(ratios: list[float]) -> float:
    """Return the geometric mean."""
    return math.exp(math.fsum(map(math.log, ratios)) / len(ratios))


if __name__ == "__main__":
    main()

"""Engine and peers on a suite, in one run, with the same threads and limit.

    python -m benchmarks.specification --suite easy|big|hard|published [--limit S] [--threads N]
        [--solvers engine,highs,scip,cpsat] [--only TEXT[,TEXT]] [--files DIR] [--peer-arcs A] [--race]
        [--json FILE] [--known FILE]

Each solver has a process of its own on each problem, one after the other. A peer that does not finish counts
with the limit, so ratios of time are then at least what is printed. With `--race` a peer may take no longer
than the best peer before it took to its proof: who is best, and how fast, stays the same. Answers go to the
file of `--json` after each problem; `--known` takes over those of solvers that are not run now. Peers come
with `lynchpin[bench]`.
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
    solvers = [*filter(None, options.solvers.split(","))]
    if unknown := set(solvers) - set(PACKAGES):
        raise SystemExit(f"no such solver: {', '.join(sorted(unknown))}; there are {', '.join(PACKAGES)}")
    known: dict[str, dict[str, Answer]] = {}
    if options.known:
        known = json.loads(Path(options.known).read_text(encoding="utf-8"))["results"]
    results: dict[str, dict[str, Answer]] = {}
    shown = [name for name in PACKAGES if name in solvers or any(name in found for found in known.values())]
    print(f"{'problem':<24}{'arcs':>10}  " + "".join(f"{name:>24}" for name in shown))
    for name in suite(options.suite, files=Path(options.files) if options.files else None):
        if any(text in name for text in options.only.split(",")):
            results[name] = dict(known.get(name, {}))
            for solver in solvers:
                arcs = max((found.get("arcs", 0) for found in results[name].values()), default=0)
                if solver == "engine" or arcs <= options.peer_arcs:
                    limit = allowed(options, results[name], solver)
                    results[name][solver] = answer(options, name, solver, limit)
            print_line(name, results[name], shown)
            write(options, results, solvers)
    summary(results, [name for name in shown if name != "engine"], options.limit)
    if wrong := [name for name, found in results.items() if faults(found)]:
        raise SystemExit(f"The engine failed, or claims what is not so: {', '.join(wrong)}.")


def faults(found: dict[str, Answer]) -> list[str]:
    """Return what is wrong with the engine's answer to a problem; nothing where it was not asked."""
    own = found.get("engine", {})
    wrong = [str(own["failed"])] if "failed" in own else []
    if own.get("certificate") is False:
        wrong.append(f"FALSE CERTIFICATE: {own['findings']}")
    best = min((answer_["value"] for answer_ in found.values()), default=math.inf)
    if own.get("bound", 0.0) > best * (1 + 1e-6) + 1e-6:
        wrong.append(f"a bound of {own['bound']} is claimed and there is {best}")
    return wrong


def allowed(options: argparse.Namespace, found: dict[str, Answer], solver: str) -> float:
    """Return the limit of a solver: in a race, a peer need not go on once another peer was faster."""
    times = [other["seconds"] for name, other in found.items() if name != "engine" and solved(other)]
    return min([options.limit, *(times if options.race and solver != "engine" else [])])


def write(options: argparse.Namespace, results: dict[str, dict[str, Answer]], solvers: list[str]) -> None:
    """Write all answers so far to the file that was asked for."""
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
    found.add_argument("--solvers", default="engine,highs,scip,cpsat")
    found.add_argument("--only", default="", help="only problems whose name has one of these texts")
    found.add_argument("--files", help="folder of published files to read")
    found.add_argument("--peer-arcs", type=int, default=2_000_000, help="no peers on larger problems")
    found.add_argument("--race", action="store_true", help="stop a peer that another was faster than")
    found.add_argument("--json", help="file to write all answers to")
    found.add_argument("--known", help="file of answers to take over")
    return found


def answer(options: argparse.Namespace, name: str, solver: str, limit: float) -> Answer:
    """Return what a solver found in a process of its own, or how it failed."""
    command = [
        sys.executable, "-m", "benchmarks.specification.one",
        options.suite, name, solver, str(limit), str(options.threads),
    ]  # fmt: skip
    if options.files:
        command.append(options.files)
    failed: Answer = {"value": math.inf, "bound": 0.0, "seconds": limit}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * limit + GRACE, check=False)
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
            cells.append(f"{found[solver]['seconds']:.4g} s {share} {found[solver]['peak_mb']} MB")
    arcs = max((answer_.get("arcs", 0) for answer_ in found.values()), default=0)
    print(f"{name:<24}{arcs:>10,}  " + "".join(f"{cell:>24}" for cell in cells), flush=True)
    for solver, answer_ in found.items():
        if "failed" in answer_ and solver != "engine":
            print(f"    {solver}: {answer_['failed']}", flush=True)
    own = found.get("engine", {})
    if own.get("proven", math.inf) < own.get("bound", 0.0) - 1:
        share = gap({**own, "bound": own["proven"]})
        print(f"    engine: of this, the certificate alone proves a gap of {share:.3%}", flush=True)
    for fault in faults(found):
        print(f"    engine: {fault}", flush=True)


def summary(results: dict[str, dict[str, Answer]], peers: list[str], limit: float) -> None:
    """Print the geometric mean of ratios of time and of gaps against the best peer."""
    times, gaps, slower = [], [], []
    for name, found in results.items():
        others = [found[peer] for peer in peers if peer in found]
        if not others or "failed" in found.get("engine", {"failed": ""}):
            continue
        own = found["engine"]
        best = min(other["seconds"] if solved(other) else limit for other in others)
        if solved(own):
            times.append(best / max(own["seconds"], 1e-3))
            slower += [name] if times[-1] < 1 else []
        least = min(gap(other) for other in others)
        if least > 0:
            gaps.append(gap(own) / least)
    proven = sum(solved(found["engine"]) for found in results.values() if "engine" in found)
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

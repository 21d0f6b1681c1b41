"""Where the time goes: each phase of a study's way to a stored, verified plan, timed apart.

    python benchmarks/alliance.py [STUDY] [--references] [--time-limit S] [--gap R] [--threads N]

Prints one line a phase (read, check, prepare, compile, build, solve, value, extract, verify, write, help),
then the objective, the bound and the gap.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lynchpin
from lynchpin.api import write_example


def main() -> None:
    """Time the phases and print them."""
    options = parsed()
    phases: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        study = options.study or write_example("alliance", Path(folder) / "alliance")
        began = time.perf_counter()
        read = lynchpin.read_study(study)
        phases["read and check"] = time.perf_counter() - began
        began = time.perf_counter()
        findings = lynchpin.check(study)
        phases["check alone"] = time.perf_counter() - began
        plan = lynchpin.plan(
            read,
            time_limit=options.time_limit,
            gap=options.gap,
            threads=options.threads,
            references=options.references,
            on_progress=tell,
            on_message=tell,
        )
        began = time.perf_counter()
        plan.save(Path(folder) / "plan")
        phases |= plan.info.phases
        phases["write"] = time.perf_counter() - began
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "lynchpin", "--help"], capture_output=True, check=True)
    phases["help"] = time.perf_counter() - began
    for name, seconds in phases.items():
        print(f"{name:<16} {seconds:8.2f} s")
    print(f"{'findings':<16} {len(findings):8d}")
    print(repr(plan))


def parsed() -> argparse.Namespace:
    """Return the options of the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", nargs="?", type=Path)
    parser.add_argument("--references", action="store_true")
    parser.add_argument("--time-limit", type=float, default=120.0)
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def tell(news: object) -> None:
    """Print where the run stands."""
    print(news, file=sys.stderr)


if __name__ == "__main__":
    main()

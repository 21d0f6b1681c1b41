"""How long it takes to compile a study and to state its model.

    python -m benchmarks.build [--columns N]

Prints the columns, rows and entries of both forms with the seconds of each step, after one warm-up.
"""

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

from lynchpin.model.build import Built, arrays, build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.study.study import Study
from tests.studies import Size, random_study

FEATURES = (
    "price_paths", "tariffs", "part_tariffs", "scale", "discounting", "demand_growth", "platforms",
    "quantity", "plant_capacity", "part_capacity",
)  # fmt: skip
Result = TypeVar("Result")


def study_of(plants: int) -> Study:
    """Return a random study whose columns grow with its plants: about 32,000 for each."""
    size = Size(
        partners=4, programmes=40, families=4, variants=12, plants=plants, suppliers=6, markets=16, periods=8
    )
    return random_study(3, size=size, plain=True, **dict.fromkeys(FEATURES, True))


def timed(name: str, action: Callable[[], Result]) -> Result:
    """Run an action and print its seconds."""
    began = time.perf_counter()
    result = action()
    print(f"{name:<28} {time.perf_counter() - began:6.2f} s")
    return result


def main() -> None:
    """Time compiling and building."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--columns", type=int, default=300_000)
    plants = max(1, round(parser.parse_args().columns / 32_000))
    study = study_of(plants)
    build(compile_study(study_of(1)))
    instance: Instance = timed("compile", lambda: compile_study(study))
    for form in ("yearly", "aggregate"):
        built: Built = timed(f"build, {form}", lambda form=form: build(instance, form=form))
        problem = timed("hand over as arrays", lambda built=built: arrays(built))
        rows, columns = problem.matrix.shape
        print(f"{'':<28} {columns:,} columns, {rows:,} rows, {problem.matrix.nnz:,} entries")


if __name__ == "__main__":
    main()

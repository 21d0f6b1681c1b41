"""The suites: named problems that are made afresh from their seeds whenever one is asked for."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.specification.generate import koerkel_ghosh, medians, options, specifications
from benchmarks.specification.problem import Problem
from lynchpin.catalogue.formats import read_location

Make = Callable[[], Problem]

EASY = (  # needs, attributes, levels (0: any), scale of the openings
    (300, 3, 0, 1.0), (300, 6, 4, 1.0), (500, 5, 0, 3.0), (1000, 4, 6, 3.0), (1000, 4, 0, 3.0),
    (1000, 6, 4, 1.0), (2000, 8, 0, 1.0), (2000, 5, 0, 0.3), (3000, 4, 0, 1.0), (3000, 6, 5, 3.0),
    (6000, 5, 0, 1.0), (10000, 7, 0, 1.0), (20000, 8, 0, 1.0),
)  # fmt: skip
BIG = ((10_000, 5, 0, 1.0), (100_000, 8, 0, 1.0))
HARD = (  # distinct sets of options, options, scale of the openings
    (300, 9, 0.008), (300, 10, 0.012), (600, 10, 0.006), (600, 11, 0.01), (1000, 11, 0.006),
    (1200, 12, 0.01), (2000, 12, 0.005), (3000, 13, 0.006), (4000, 14, 0.008),
)  # fmt: skip
MEDIANS = (  # nodes, medians: those of pmed1 to pmed40
    (100, 5), (100, 10), (100, 10), (100, 20), (100, 33),
    (200, 5), (200, 10), (200, 20), (200, 40), (200, 67),
    (300, 5), (300, 10), (300, 30), (300, 60), (300, 100),
    (400, 5), (400, 10), (400, 40), (400, 80), (400, 133),
    (500, 5), (500, 10), (500, 50), (500, 100), (500, 167),
    (600, 5), (600, 10), (600, 60), (600, 120), (600, 200),
    (700, 5), (700, 10), (700, 70), (700, 140), (800, 5),
    (800, 10), (800, 80), (900, 5), (900, 10), (900, 90),
)  # fmt: skip


def suite(name: str, *, files: Path | None = None) -> dict[str, Make]:
    """Return the problems of a suite by name: easy, big, hard or published.

    files  folder of published files to read instead of problems made by their recipes
    """
    if name == "easy":
        return _specifications(EASY)
    if name == "big":
        return _specifications(BIG)
    if name == "hard":
        return {
            f"options-{needs}-{count}": partial(options, needs=needs, options=count, seed=7, scale=scale)
            for needs, count, scale in HARD
        }
    if files is not None:
        return {path.stem: partial(published, path) for path in sorted(files.iterdir()) if path.is_file()}
    makes: dict[str, Make] = {
        f"kg-250{price}-{'sym' if symmetric else 'asym'}-{seed}": partial(
            koerkel_ghosh, size=250, price=price, symmetric=symmetric, seed=seed
        )
        for price in "abc"
        for symmetric in (True, False)
        for seed in (11, 12, 13)
    }
    return makes | {
        f"medians-{number}-{nodes}-{count}": partial(medians, nodes=nodes, count=count, seed=number)
        for number, (nodes, count) in enumerate(MEDIANS, start=1)
    }


def published(path: Path) -> Problem:
    """Return the problem in a published file."""
    file = read_location(path)
    arcs = file.arcs
    return Problem(
        client=arcs.need.astype("i8"), facility=arcs.facility.astype("i8"), cost=arcs.cost,
        opening=arcs.opening, at_most=file.at_most, exactly=file.exactly,
    )  # fmt: skip


def _specifications(rows: tuple[tuple[int, int, int, float], ...]) -> dict[str, Make]:
    return {
        f"needs-{needs}-{attributes}-{levels or 'any'}-{scale:g}": partial(
            specifications, needs=needs, attributes=attributes, levels=levels, scale=scale, seed=3
        )
        for needs, attributes, levels, scale in rows
    }

"""Duplicates in catalogues of three partners: time, memory, precision and recall for a number of parts.

    python -m benchmarks.duplicates [PARTS ...]        100,000 without any

The catalogues are written anew from a fixed seed: two CSV files and a workbook in three languages and unit
systems, with planted duplicates, decoys and shared names (`tests/catalogue/partners.py`).
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

import lynchpin
from tests.catalogue.partners import make, scores


def measure(count: int) -> None:
    """Print what comparing about `count` parts takes and how much of what was planted is found."""
    with tempfile.TemporaryDirectory() as folder:
        truth = make(Path(folder), count, seed=1)
        began = time.perf_counter()
        mapping = lynchpin.propose_mapping(*truth.places)
        proposed = time.perf_counter() - began
        rate = pl.when(pl.col("becomes") == "rate").then(pl.lit("0.125")).otherwise("word")
        mapping = mapping.with_columns(rate.alias("word"), pl.lit("yes").alias("confirmed"))
        found = lynchpin.duplicates(*truth.places, mapping=mapping)
        compared = time.perf_counter() - began
        found.write(Path(folder) / "found")
        written = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{truth.count:,} parts, {len(truth.groups):,} planted groups, {len(truth.decoys):,} decoys")
    print(
        f"  proposed {proposed:.1f} s, compared {compared:.1f} s, written {written:.1f} s, {memory:.0f} MiB"
    )
    print(
        "  "
        + ", ".join(
            f"{name} {value:.4f}" for name, value in scores(found.groups, found.members, truth).items()
        )
    )


if __name__ == "__main__":
    for parts in [int(text) for text in sys.argv[1:]] or [100_000]:
        measure(parts)

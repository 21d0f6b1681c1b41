"""The front of the library: what a program may hand to it."""

import polars as pl
import pytest

import lynchpin
from lynchpin.errors import InputError


def test_a_study_made_in_memory_is_checked_as_a_folder_is() -> None:
    """Planning a study with an unknown plant raises every finding and names the nearest plant."""
    study = lynchpin.examples.tiny()
    known = study.tables["allocations"]
    wrong = known.with_columns(site=pl.col("site") + "x")
    with pytest.raises(InputError) as caught:
        lynchpin.plan(study.replace(allocations=wrong))
    findings = [finding for finding in caught.value.findings if finding.column == "site"]
    assert len(findings) == known.height
    assert {finding.nearest for finding in findings} == set(known["site"])

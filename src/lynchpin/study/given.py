"""The study that a function is given: a study, or the path of one."""

from pathlib import Path

from lynchpin.errors import InputError
from lynchpin.study.check import check
from lynchpin.study.read import read_study
from lynchpin.study.study import Study


def in_order(study: Study | str | Path) -> Study:
    """Return the study if nothing in it is wrong; a study made in memory is checked as a folder is."""
    if not isinstance(study, Study):
        return read_study(study)
    findings = check(study)
    if any(finding.level == "error" for finding in findings):
        raise InputError(findings)
    return study

"""Reading a study: from a folder or a workbook to a Study, or all findings at once."""

from pathlib import Path

from lynchpin.errors import InputError
from lynchpin.study.check import understand
from lynchpin.study.source import read_raw
from lynchpin.study.study import Study


def read_study(path: str | Path) -> Study:
    """Return the study in a folder or workbook.

    Raises StudyError where the path is no study, and InputError with all findings, warnings among them,
    where one of them is an error.
    """
    study, findings = understand(read_raw(Path(path)))
    if study is None or any(finding.level == "error" for finding in findings):
        raise InputError(findings)
    return study

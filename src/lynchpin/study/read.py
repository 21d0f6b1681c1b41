"""Reading a study: from a folder or a workbook to a Study, or all findings at once."""

from pathlib import Path

import polars as pl

from lynchpin.errors import InputError, StudyError
from lynchpin.study.check_cells import Typed, check_cells
from lynchpin.study.dictionary import SETTINGS, dictionary
from lynchpin.study.finding import Finding
from lynchpin.study.folder import read_folder
from lynchpin.study.raw import Raw
from lynchpin.study.study import Settings, Study, with_defaults


def read_raw(path: Path) -> Raw:
    """Return the cells of a folder or workbook; raises StudyError where the path is neither."""
    if path.is_dir():
        return read_folder(path)
    raise StudyError(
        "is no study", thing=str(path), cure="Name a folder with study.toml or a workbook (.xlsx)."
    )


def read_study(path: str | Path) -> Study:
    """Return the study in a folder or workbook; raises InputError with all findings where one is an error."""
    raw = read_raw(Path(path))
    findings: list[Finding] = list(raw.findings)
    settings, wrong = check_cells(raw.settings)
    findings += wrong
    tables: dict[str, Typed] = {}
    for name, table in raw.tables.items():
        tables[name], wrong = check_cells(table)
        findings += wrong
    if any(finding.level == "error" for finding in findings):
        raise InputError(findings)
    return Study.of(settings_of(settings.frame), {name: typed.frame for name, typed in tables.items()})


def settings_of(frame: pl.DataFrame) -> Settings:
    """Return the settings that a checked table of one row holds."""
    filled = with_defaults(dictionary()[SETTINGS], frame).row(0, named=True)
    given = {name: value for name, value in filled.items() if value is not None}
    return Settings.model_validate(given | {"suez_closed": filled["suez_closed"] == "yes"})

"""All findings of a study at once: shape, cells, references, then the rules between tables."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from lynchpin.study.canonical import number_text, settings_text, table_rows
from lynchpin.study.check_cells import check_cells
from lynchpin.study.check_cross import check_cross
from lynchpin.study.check_references import check_references
from lynchpin.study.checked import Checked
from lynchpin.study.dictionary import SETTINGS, dictionary, table_names
from lynchpin.study.finding import Finding
from lynchpin.study.masks import without
from lynchpin.study.raw import Place, Raw, RawTable, SettingsPlace, Typed
from lynchpin.study.source import read_raw
from lynchpin.study.study import Settings, Study


def check(source: str | Path | Study) -> list[Finding]:
    """Return every finding of a study, errors first, then by file and row.

    source  a folder, a workbook or a study in memory

    Raises StudyError where the path is neither a folder with `study.toml` nor a workbook.
    """
    raw = raw_of(source) if isinstance(source, Study) else read_raw(Path(source))
    return understand(raw)[1]


def understand(raw: Raw) -> tuple[Study | None, list[Finding]]:
    """Return the study that the cells hold, None where its settings are not in order, and all findings."""
    settings, findings = check_cells(raw.settings)
    findings = [*raw.findings, *findings]
    tables: dict[str, Typed] = {}
    for name, table in raw.tables.items():
        tables[name], wrong = check_cells(table)
        findings += wrong
    currency = settings.frame["currency"].to_list()
    findings += check_references(tables, raw.tables, currency[0] if currency else None)
    chosen = settings_of(settings.frame)
    if chosen is None:
        return None, in_order(findings)
    if chosen.period == "year" and "-H" in chosen.first_period:
        rule, cure = "must be a year where periods are years", 'Write the year, or period = "half-year".'
        place = raw.settings.place
        findings.append(place.finding("error", None, "first_period", chosen.first_period, rule, cure))
        return None, in_order(findings)
    study = Study.of(chosen, {name: typed.frame for name, typed in tables.items()})
    wrong = frozenset(
        (item.file, item.row, item.column) for item in findings if item.level == "error" and item.row
    )
    findings += check_cross(Checked(study, _places(raw), wrong))
    return study, in_order(findings)


def in_order(findings: list[Finding]) -> list[Finding]:
    """Return the findings without repeats, errors first, then by file, row and column."""
    return sorted(
        dict.fromkeys(findings), key=lambda item: (item.level, item.file, item.row, item.column, item.rule)
    )


def settings_of(frame: pl.DataFrame) -> Settings | None:
    """Return the settings that a checked table of one row holds; None where a required one is missing."""
    table = dictionary()[SETTINGS]
    cells = frame.row(0, named=True) if frame.height else {}
    given = {name: value for name, value in cells.items() if value is not None}
    if any(name not in given for name, column in table.columns.items() if column.required):
        return None
    flags = {name: given[name] == "yes" for name in given if table.columns[name].kind == "flag"}
    return Settings.model_validate(given | flags)


def _places(raw: Raw) -> Mapping[str, Place]:
    suffix = ".csv" if raw.settings.place.file.endswith(".toml") else ""
    places = {name: Place(f"{name}{suffix}") for name in table_names()}
    return places | {name: table.place for name, table in raw.tables.items()} | {SETTINGS: raw.settings.place}


def raw_of(study: Study) -> Raw:
    """Return the cells of a study in memory, placed as its folder would be written."""
    lines = settings_text(study.settings.given).splitlines()
    place = SettingsPlace("study.toml", lines={line.split(" ")[0]: row for row, line in enumerate(lines, 1)})
    cells = {name: [_text(value)] for name, value in study.settings.given.items()}
    settings = RawTable(SETTINGS, pl.DataFrame(cells), place)
    tables: dict[str, RawTable] = {}
    for name in sorted(study.given):
        names, columns = table_rows(dictionary()[name], study.tables[name])
        written = (
            pl.Series(column, texts, dtype=pl.String) for column, texts in zip(names, columns, strict=True)
        )
        frame = pl.DataFrame([without(texts, texts == "") for texts in written])
        positions = {column: position for position, column in enumerate(names, start=1)}
        tables[name] = RawTable(name, frame, Place(f"{name}.csv", positions))
    return Raw(settings, tables, ())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number_text(value) if isinstance(value, float) else str(value)

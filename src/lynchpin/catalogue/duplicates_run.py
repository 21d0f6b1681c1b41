"""The doors to the comparison of catalogues: from places on disk to duplicates, or to a proposed mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from lynchpin.catalogue.duplicates import Duplicates, compare_parts
from lynchpin.catalogue.duplicates_write import write_book, write_csv
from lynchpin.catalogue.mapping import (
    COLUMNS,
    ColumnMapping,
    Row,
    frame_of,
    read_mapping,
    rows_of,
)
from lynchpin.catalogue.mapping_check import check_rows
from lynchpin.catalogue.mapping_proposal import propose
from lynchpin.catalogue.parts import DuplicateOptions
from lynchpin.catalogue.parts_reading import read_tables
from lynchpin.catalogue.parts_values import harmonised
from lynchpin.catalogue.study_parts import parts_of_study
from lynchpin.errors import CatalogueError, StudyError
from lynchpin.study.dictionary import SETTINGS
from lynchpin.study.finding import Finding
from lynchpin.study.package import inspect
from lynchpin.study.raw import Place, RawTable
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.words import nearest

Source = Study | str | Path


def is_study(source: Source) -> bool:
    """Return whether a source is a study: in memory, a folder with study.toml or a workbook with settings."""
    if isinstance(source, Study):
        return True
    place = Path(source)
    if place.is_dir():
        return (place / "study.toml").is_file()
    try:
        return place.suffix.lower() == ".xlsx" and place.is_file() and SETTINGS in inspect(place)
    except StudyError:  # reading it as a catalogue says what is wrong
        return False


def duplicates(
    *sources: Source,
    mapping: str | Path | pl.DataFrame | None = None,
    accept_proposal: bool = False,
    tolerance: float = 0.01,
    reach: float = 0.10,
    rounding: float = 0.0005,
    part_number_cost: float | None = None,
) -> Duplicates:
    """Return which parts do the same job, why, which to keep, and what merging them saves in a year.

    sources           catalogues (CSV files or workbooks), or one study, or the path of one
    mapping           what the columns of catalogues mean, confirmed: a file, or a table as `propose_mapping`
                      gives it; a study needs none
    accept_proposal   take a mapping, or without one the proposal, though no row of it is confirmed
    tolerance         relative difference within which two parts are interchangeable both ways
    reach             how much better, relative, a part may be that takes another's place one way
    rounding          relative difference that writing in another unit makes
    part_number_cost  money per year and part number; None: 1,000 where prices are in EUR, USD, GBP or CHF

    Raises CatalogueError or InputError with all findings, OptionError for an option out of range.
    """
    options = DuplicateOptions(
        tolerance=tolerance, reach=reach, rounding=rounding, part_number_cost=part_number_cost
    )
    study = _only_study(sources)
    if study is not None:
        return compare_parts(parts_of_study(study), options)
    tables = read_catalogues(sources)
    said = _mapping(tables, mapping, accept=accept_proposal)
    parts, findings = harmonised(tables, said)
    _raise_errors(findings, "in the catalogues", "Correct the catalogues or the mapping and run again.")
    return replace(compare_parts(parts, options), mapping=frame_of(said.rows))


def propose_mapping(*sources: str | Path) -> pl.DataFrame:
    """Return a proposal of what the columns and words of catalogues mean, to be looked at and confirmed.

    The table has a row for each column, for each word that means a family or the same as another word, and
    for each currency; write `yes` into its column `confirmed` and give it to `duplicates`.

    Raises CatalogueError with all findings where a catalogue cannot be read.
    """
    return frame_of(propose(read_catalogues(sources)))


def write_mapping(sources: Sequence[str | Path], place: str | Path) -> Path:
    """Write the proposal for catalogues as a CSV file or workbook; raises CatalogueError where one stands."""
    target = Path(place)
    for source in map(Path, sources):
        if not source.exists():
            raise CatalogueError(
                "does not exist", thing=str(source), cure="Name a CSV file or a workbook (.xlsx)."
            )
    if target.exists():
        cure = f"Give it with --mapping {target} once its rows are confirmed, or name another place."
        raise CatalogueError("exists already", thing=str(target), cure=cure)
    frame = propose_mapping(*sources)
    return (
        write_book({"mapping": frame}, target)
        if target.suffix.lower() == ".xlsx"
        else write_csv(frame, target)
    )


def _only_study(sources: tuple[Source, ...]) -> Study | None:
    """Return the study where one is the only source; raises CatalogueError where studies and others mix."""
    if not sources:
        cure = "Name one catalogue or more (.csv, .xlsx), or a study."
        raise CatalogueError("no catalogue is named", cure=cure)
    if not any(is_study(source) for source in sources):
        return None
    if len(sources) > 1:
        cure = "Name the study alone; its variants carry families and attributes already."
        raise CatalogueError("a study is compared by itself", cure=cure)
    source = next(iter(sources))
    return source if isinstance(source, Study) else read_study(source)


def read_catalogues(sources: Sequence[Source]) -> dict[str, RawTable]:
    """Return the tables of catalogues by their names in mappings; raises CatalogueError with all findings."""
    tables: dict[str, RawTable] = {}
    findings: list[Finding] = []
    for place in (Path(source) for source in sources if not isinstance(source, Study)):
        read, wrong = read_tables(place)
        findings += wrong
        for table in read.values():
            if table.place.file in tables:
                cure = "Rename one of the files."
                rule = "two catalogues have this name"
                findings.append(Finding("error", table.place.file, 0, "", "", str(place), rule, cure))
            tables[table.place.file] = table
        if not read and not wrong:
            findings.append(Finding("error", place.name, 0, "", "", "", "holds no table", "Fill it."))
    _raise_errors(findings, "in the catalogues", "Correct the catalogues and run again.")
    return tables


def _mapping(
    tables: Mapping[str, RawTable], given: str | Path | pl.DataFrame | None, *, accept: bool
) -> ColumnMapping:
    """Return the mapping that is to be used; raises CatalogueError with all findings."""
    findings: list[Finding] = []
    if given is None:
        if not accept:
            cure = "Make one with `propose_mapping`, write yes into confirmed, and give it as mapping."
            raise CatalogueError("what the columns mean is not confirmed", thing="mapping", cure=cure)
        place = Place("the proposal", {name: n for n, name in enumerate(COLUMNS, 1)})
        rows = tuple(replace(row, index=index) for index, row in enumerate(propose(tables)))
    elif isinstance(given, pl.DataFrame):
        place = Place("the mapping", {name: n for n, name in enumerate(given.columns, 1)})
        rows, findings = rows_of(RawTable("mapping", given.cast(pl.String), place))
    else:
        rows, place, findings = read_mapping(Path(given))
    findings = findings or check_rows(rows, place, accept=accept)
    findings += _strangers(rows, place, tables)
    _raise_errors(findings, "in the mapping", "Correct the mapping and run again.")
    return ColumnMapping(rows, place)


def _strangers(rows: Sequence[Row], place: Place, tables: Mapping[str, RawTable]) -> list[Finding]:
    """Return a finding for the first row of each catalogue that the mapping names and nobody gave."""
    first: dict[str, Row] = {}
    for row in rows:
        if row.file and row.file not in tables:
            first.setdefault(row.file, row)
    rule, cure = "is none of the catalogues given", "Name the file as it is called, or delete its rows."
    return [
        place.finding("error", row.index, "file", name, rule, cure, nearest(name, tuple(tables)))
        for name, row in first.items()
    ]


def _raise_errors(findings: Sequence[Finding], where: str, cure: str) -> None:
    errors = [finding for finding in findings if finding.level == "error"]
    if errors:
        count = f"{len(errors)} {'finding' if len(errors) == 1 else 'findings'}"
        raise CatalogueError(f"{count} {where}", cure=cure, findings=errors)

"""A comparison on disk: a folder with a CSV for each table, or a workbook with a sheet for each.

Nothing that a user has decided is lost: where `groups` has a decision already, nothing is written there.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polars as pl
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from lynchpin.catalogue.parts_reading import read_tables
from lynchpin.errors import CatalogueError
from lynchpin.study.write_workbook import LONGEST_TEXT, MOST_ROWS

DECISIONS = ("merge", "no")
NAMES_OF_TABLES = (
    "groups",
    "members",
    "reasons",
    "same_names",
    "parts",
    "attributes",
    "settings",
    "findings",
    "mapping",
)
REPLACED = ("replacements", "catalogue")
NARROWEST, WIDEST = 9, 40


def write_tables(tables: Mapping[str, pl.DataFrame], place: Path) -> Path:
    """Write tables as a workbook where the place ends in .xlsx, else as a folder; returns the place.

    Each file appears whole or not at all. Raises CatalogueError where decisions or other things are there.
    """
    check_output(place)
    try:
        if place.suffix.lower() == ".xlsx":
            write_book(tables, place)
        else:
            _write_folder(tables, place)
    except OSError as error:
        cure = "Name a place that can be written to."
        raise CatalogueError(f"cannot be written: {error.strerror}", thing=str(place), cure=cure) from error
    return place


def check_output(place: Path) -> None:
    """Raise CatalogueError where writing would overwrite a decision, or files of another kind."""
    if place.suffix.lower() != ".xlsx" and place.suffix:
        raise CatalogueError(
            f"a comparison is not written as {place.suffix}",
            thing=str(place),
            cure="Name a folder, or a workbook that ends in .xlsx.",
        )
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    if other := _stranger(place):
        thing = f"folder {place}" if place.is_dir() else str(place)
        raise CatalogueError("holds other things", thing=thing, value=other, cure="Name a new place.")
    if decided := _decided(place):
        raise CatalogueError(
            f"holds {decided} decisions",
            thing=str(place),
            cure=f"Carry them out with `lynchpin duplicates --apply {place}`, or name another place.",
        )


def _stranger(place: Path) -> str:
    """Return what stands in a place and is no table of a comparison or of what it merged into; or nothing."""
    names = [path.name for path in place.iterdir()] if place.is_dir() else list(read_tables(place)[0])
    found = {name.removesuffix(".csv") for name in names}
    others = sorted(found - {*NAMES_OF_TABLES, *REPLACED})
    if others:
        return next(name for name in sorted(names) if name.removesuffix(".csv") == others[0])
    whole = found >= {"groups", "settings"} or found == set(REPLACED)
    return "" if whole else sorted(names)[0]


def _decided(place: Path) -> int:
    """Return how many groups of an older comparison have a decision."""
    groups = read_tables(place)[0].get("groups")
    if groups is None or "decision" not in groups.cells.columns:
        return 0
    return groups.cells["decision"].count()


def _write_folder(tables: Mapping[str, pl.DataFrame], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        write_csv(frame, folder / f"{name}.csv")


def write_csv(frame: pl.DataFrame, path: Path) -> Path:
    """Write one table as CSV, whole or not at all; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".", suffix=".part") as folder:
        temporary = Path(folder) / "table.csv"
        with temporary.open("wb") as stream:
            frame.write_csv(stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    return path


def write_book(tables: Mapping[str, pl.DataFrame], path: Path) -> Path:
    """Write tables as the sheets of a workbook, whole or not at all; returns the path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".", suffix=".part") as folder:
        temporary = Path(folder) / "duplicates.xlsx"
        book = Workbook(str(temporary), {"constant_memory": True, "strings_to_formulas": False})
        header = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
        text = book.add_format({"num_format": "@"})
        for name, frame in tables.items():
            _write_sheet(book, name, frame, header, text)
        book.close()
        with temporary.open("rb") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    return path


def _write_sheet(book: Workbook, name: str, frame: pl.DataFrame, header: Format, text: Format) -> None:
    if frame.height > MOST_ROWS:
        raise CatalogueError(
            f"has {frame.height:,} rows and a sheet holds {MOST_ROWS:,}",
            thing=f"table {name}",
            cure="Write a folder: leave .xlsx off.",
        )
    sheet = book.add_worksheet(name)
    for position, column in enumerate(frame.columns):
        longest = frame[column].head(200).cast(pl.String).str.len_chars().max()
        width = max(len(column) + 2, NARROWEST, int(longest) + 1 if isinstance(longest, int) else 0)
        sheet.set_column(
            position, position, min(width, WIDEST), text if frame[column].dtype == pl.String else None
        )
        sheet.write_string(0, position, column, header)
    if name == "groups" and frame.height:
        decision = frame.columns.index("decision")
        sheet.data_validation(
            1, decision, frame.height, decision, {"validate": "list", "source": list(DECISIONS)}
        )
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(frame.iter_rows(), start=1):
        for position, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, position, value[:LONGEST_TEXT])
            elif value is not None:
                sheet.write_number(number, position, value)

"""The zip package of a workbook, looked at before any reader opens it.

An .xlsx file is a zip of XML. Its parts are unpacked once in small pieces, which bounds what a hostile file
can claim, and gives what the reader of values does not tell: cells that hold a formula or an error of the
spreadsheet.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from lynchpin.errors import StudyError

LARGEST_UNPACKED = 512 * 2**20
LARGEST_RATIO = 250
MOST_PARTS = 2000
PIECE = 2**20

_NAME = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3}\d{1,7})"[^<>]*>\s*<(?:\w+:)?f[\s/>]')
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^<>]*\bt="e")[^<>]*?\br="([A-Z]{1,3}\d{1,7})"[^<>]*>.{0,2000}?<(?:\w+:)?v>([^<]*)<',
    re.DOTALL,
)
_FIRST = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3}\d{1,7})"')


@dataclass(frozen=True)
class Sheet:
    """What the package tells of a sheet: where its cells begin, its formulas and its errors by cell name."""

    name: str
    first: str
    formulas: tuple[str, ...]
    errors: tuple[tuple[str, str], ...]


def inspect(path: Path) -> dict[str, Sheet]:
    """Return the sheets of a workbook by name; raises StudyError where it is no workbook or too large."""
    try:
        with zipfile.ZipFile(path) as package:
            _limits(path, package)
            return {name: _sheet(name, _unpack(path, package, part)) for name, part in _parts(path, package)}
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ) as error:
        raise _unreadable(path, str(error)) from error


def _unreadable(path: Path, why: str) -> StudyError:
    return StudyError(
        f"cannot be read as a workbook: {why}",
        thing=path.name,
        cure="Open it in a spreadsheet program and save it as .xlsx without a password.",
    )


def _limits(path: Path, package: zipfile.ZipFile) -> None:
    parts = package.infolist()
    total = sum(part.file_size for part in parts)
    packed = max(path.stat().st_size, 1)
    if len(parts) > MOST_PARTS:
        raise StudyError(
            f"has {len(parts)} parts", thing=path.name, cure=f"Keep to {MOST_PARTS}: save a plain workbook."
        )
    if total > LARGEST_UNPACKED or (total > 64 * PIECE and total > LARGEST_RATIO * packed):
        raise _too_large(path, total)
    for part in parts:
        if part.file_size > 16 * PIECE:
            for _ in _pieces(path, package, part.filename):
                pass


def _too_large(path: Path, size: int) -> StudyError:
    return StudyError(
        f"unpacks to {size / 2**20:,.0f} MiB",
        thing=path.name,
        value=size,
        cure=f"A workbook may unpack to {LARGEST_UNPACKED // 2**20} MiB and {LARGEST_RATIO} times its size: "
        "write the study as a folder instead.",
    )


def _pieces(path: Path, package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    size = 0
    with package.open(part) as stream:
        while piece := stream.read(PIECE):
            size += len(piece)
            if size > LARGEST_UNPACKED:
                raise _too_large(path, size)
            yield piece


def _unpack(path: Path, package: zipfile.ZipFile, part: str) -> bytes:
    return b"".join(_pieces(path, package, part))


def _parts(path: Path, package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """Return name and part of every sheet."""
    book = ElementTree.fromstring(_unpack(path, package, "xl/workbook.xml"))
    relations = ElementTree.fromstring(_unpack(path, package, "xl/_rels/workbook.xml.rels"))
    targets = {item.get("Id", ""): item.get("Target", "") for item in relations}
    sheets: list[tuple[str, str]] = []
    for sheet in book.iter(f"{_NAME}sheet"):
        target = targets[sheet.get(_RELATION, "")]
        part = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)
        if "worksheets/" in part:
            sheets.append((sheet.get("name", ""), part))
    return sheets


def _sheet(name: str, xml: bytes) -> Sheet:
    first = _FIRST.search(xml)
    formulas = (
        tuple(match.decode() for match in _FORMULA.findall(xml)) if b"<f" in xml or b":f" in xml else ()
    )
    errors: tuple[tuple[str, str], ...] = ()
    if b't="e"' in xml:
        errors = tuple(
            (cell.decode(), value.decode("utf-8", "replace")) for cell, value in _ERROR.findall(xml)
        )
    return Sheet(name, first[1].decode() if first else "", formulas, errors)

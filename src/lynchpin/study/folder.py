"""A study as a folder: `study.toml` and a CSV for each table, read into cells of text.

Commas separate cells. A file whose header has no comma and whose semicolons or tabs separate known column
names is read with those; a byte order mark is passed over. Anything else that is not UTF-8 text is a
finding.
"""

import csv
import io
import re
import tomllib
from pathlib import Path
from typing import Any

import polars as pl

from lynchpin.errors import StudyError
from lynchpin.study.canonical import number_text
from lynchpin.study.dictionary import SETTINGS, dictionary, table_names
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Raw, RawTable, SettingsPlace
from lynchpin.study.shape import raw_table, unread
from lynchpin.study.words import nearest

LARGEST_FILE = 256 * 2**20
IGNORED = frozenset({".md", ".txt", ".png", ".html"})
OPTIMUM_FILE = "optimum.json"  # what is known of a study's best plan
KNOWN = frozenset({"study.toml", OPTIMUM_FILE})


def read_folder(folder: Path) -> Raw:
    """Return the cells of the study in a folder; raises StudyError where it holds no `study.toml`."""
    file = folder / "study.toml"
    if not file.is_file():
        planned = (folder / "study" / "study.toml").is_file()
        raise StudyError(
            "is a plan and no study" if planned else "holds no study.toml",
            thing=f"folder {folder}",
            cure=f"Its study is {folder / 'study'}."
            if planned
            else "Name a folder with study.toml, or make one with `lynchpin new DIR`.",
        )
    settings, findings = _settings(file)
    tables: dict[str, RawTable] = {}
    for path in sorted(folder.iterdir()):
        findings += _stray(folder, path)
        if path.suffix == ".csv" and path.stem in table_names() and _inside(folder, path):
            tables[path.stem], wrong = _table(path)
            findings += wrong
    return Raw(settings, tables, tuple(findings))


def _inside(folder: Path, path: Path) -> bool:
    return path.is_file() and path.resolve().is_relative_to(folder.resolve())


def _problem(file: str, rule: str, cure: str, *, row: int = 0, value: str = "", near: str = "") -> Finding:
    shown = file.encode("utf-8", "backslashreplace").decode()
    return Finding("error", shown, row, "", "", value, rule, cure, near)


def _stray(folder: Path, path: Path) -> list[Finding]:
    """Return a finding where a file is no part of a study; hidden files, texts and pictures may be."""
    if path.name.startswith(".") or path.suffix.lower() in IGNORED or path.name in KNOWN:
        return []
    if path.suffix == ".csv" and path.stem in table_names():
        if _inside(folder, path):
            return []
        return [
            _problem(path.name, "a table must be a file inside the study's folder", "Copy the file here.")
        ]
    near = nearest(path.stem, table_names())
    return [
        _problem(
            path.name,
            "is no table of a study",
            "Rename it to TABLE.csv, a table of the dictionary, or move it out of the folder.",
            near=f"{near}.csv" if near else "",
        )
    ]


def read_text(path: Path) -> tuple[str, list[Finding]]:
    """Return the text of a file, or what keeps it from being read."""
    name = path.name
    if path.stat().st_size > LARGEST_FILE:
        limit = f"a file may hold at most {LARGEST_FILE // 2**20} MiB"
        return "", [_problem(name, limit, "Leave out rows that the study does not need.")]
    try:
        data = path.read_bytes()
    except OSError as error:
        return "", [_problem(name, f"cannot be read: {error.strerror}", "Ask for the right to read it.")]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "", [_problem(name, "must be UTF-8 text and is UTF-16", "Save it as CSV UTF-8.")]
    if b"\0" in data:
        return "", [_problem(name, "must be text and holds binary data", "Save the table as CSV UTF-8.")]
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n"), []
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        value = data[max(0, error.start - 10) : error.start + 10].decode("latin-1")
        return "", [_problem(name, "must be UTF-8 text", "Save it as CSV UTF-8.", row=row, value=value)]


def _table(path: Path) -> tuple[RawTable, list[Finding]]:
    text, findings = read_text(path)
    rows: list[list[str]] = []
    if not findings:
        try:
            delimiter = _delimiter(text, path.stem)
            rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            cure = "Close the double quotes of the cell, and write a double quote inside a cell twice."
            findings.append(_problem(path.name, f"cannot be read as CSV: {error}", cure, row=len(rows) + 1))
    if findings:
        return unread(path.stem, path.name), findings
    return raw_table(path.stem, path.name, rows)


def _delimiter(text: str, table: str) -> str:
    header = text.split("\n", 1)[0]
    if "," in header:
        return ","
    for delimiter in ";\t":
        names = [name.strip().strip('"') for name in header.split(delimiter)]
        if len(names) > 1 and all(not name or name in dictionary()[table].columns for name in names):
            return delimiter
    return ","


def _settings(path: Path) -> tuple[RawTable, list[Finding]]:
    text, findings = read_text(path)
    given: dict[str, Any] = {}
    try:
        given = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        match = re.search(r"line (\d+)", str(error))
        row = int(match[1]) if match else 0
        cure = 'Write one setting in a line, as in currency = "EUR".'
        findings.append(_problem(path.name, f"is no TOML: {error}", cure, row=row))
    lines = {
        match[1]: number
        for number, line in enumerate(text.splitlines(), start=1)
        if (match := re.match(r"\s*\"?(\w+)\"?\s*=", line))
    }
    place = SettingsPlace(path.name, lines=lines)
    cells: dict[str, list[str | None]] = {}
    for name, value in given.items():
        if isinstance(value, (dict, list)):
            rule, cure = "a setting is one value", "Write it as a number or as text; tables are CSV files."
            findings.append(place.finding("error", None, name, "", rule, cure))
        else:
            cells[name] = [_setting_text(value) or None]
    return RawTable(SETTINGS, pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), place), findings


def _setting_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number_text(value)
    return str(value)

"""What a column of a catalogue shows before anyone says what it is: name, unit, numbers and decimal mark."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from lynchpin.catalogue.units import known_unit, price_of
from lynchpin.study.raw import RawTable

LOOKED_AT = 2000
TEXT_BELOW = 0.5
MOST_EXAMPLES = 50
_BRACKETS = re.compile(r"^(.*?)\s*[\[(（【]\s*([^\])）】]+?)\s*[\])）】]\s*$")
_IN = re.compile(r"^(.*?)\s+in\s+(.+)$")
_BEHIND = re.compile(r"^(.*?)(?:\s*,\s*|\s*/\s*|[\s_]+)(\S+)$")
_NUMBER = re.compile(r"([+-]?[\d.,'’\s\u00a0\u202f]*\d)\s*([^\d\s].*)?")
_SURE_COMMA = re.compile(
    r"\d*,\d{1,2}|\d*,\d{4,}|0,\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,}|\d{4,},\d+"
)
_SURE_POINT = re.compile(
    r"\d*\.\d{1,2}|\d*\.\d{4,}|0\.\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}|\d{4,}\.\d+"
)


@dataclass(frozen=True)
class Facts:
    """What one column shows.

    words            its name without the unit
    unit             the unit in its name, else the one in all its cells, else empty
    filled           share of cells that are not blank
    numeric          share of the filled cells that are numbers, with a unit or without
    decimal          `.` or `,`; empty where the cells leave it open
    distinct         share of the filled cells that are different from those before
    middle           median of the numbers
    units_in_cells   whether the cells carry units, and not all the same
    decimal_confidence  1 where the cells leave no doubt about the mark, or need none
    examples         some of the different words in the cells of a column of words
    """

    name: str
    position: int
    words: str
    unit: str
    filled: float
    numeric: float
    decimal: str
    distinct: float
    middle: float
    units_in_cells: bool
    decimal_confidence: float
    examples: tuple[str, ...]


def facts_of(table: RawTable, name: str) -> Facts:
    """Return what one column of a table shows, from a sample of its different cells."""
    cells = table.cells[name]
    given = cells.drop_nulls()
    sample = given.str.strip_chars().unique(maintain_order=True).head(LOOKED_AT).to_list()
    words, unit = split_header(name)
    parts = [match for text in sample if (match := _NUMBER.fullmatch(text))]
    suffixes = Counter(match[2].strip() for match in parts if match[2] and _is_unit(match[2]))
    numbers = [match[1].strip() for match in parts if not match[2] or _is_unit(match[2])]
    decimal, sure = _decimal(numbers)
    numeric = len(numbers) / max(len(sample), 1)
    if numeric < TEXT_BELOW and not _BRACKETS.match(name.strip()):
        words, unit = name.strip(), ""
    every = len(suffixes) == 1 and sum(suffixes.values()) == len(numbers)
    return Facts(
        name=name,
        position=table.place.positions.get(name, 0),
        words=words,
        unit=unit or (next(iter(suffixes)) if every else ""),
        filled=len(given) / max(len(cells), 1),
        numeric=numeric,
        decimal=decimal,
        distinct=given.n_unique() / max(len(given), 1),
        middle=_middle(numbers, decimal or "."),
        units_in_cells=bool(suffixes) and not every,
        decimal_confidence=1.0 if sure else 0.5,
        examples=() if numeric >= TEXT_BELOW else tuple(sample[:MOST_EXAMPLES]),
    )


def _is_unit(text: str) -> bool:
    return known_unit(text) is not None or price_of(text) is not None


def split_header(header: str) -> tuple[str, str]:
    """Return a header's words and its unit: `Leistung [kW]`, `power_kw` and `Preis in EUR` have one."""
    for pattern in (_BRACKETS, _IN, _BEHIND):
        match = pattern.match(header.strip())
        if match and match[1].strip() and (pattern is _BRACKETS or _is_unit(match[2])):
            return match[1].strip(), match[2].strip() if _is_unit(match[2]) or pattern is _BRACKETS else ""
    return header.strip(), ""


def _decimal(numbers: Iterable[str]) -> tuple[str, bool]:
    """Return the decimal mark that the numbers show, empty where they show none, and whether that is sure."""
    comma = point = marked = False
    for number in numbers:
        bare = re.sub(r"[+\-\s'’\u00a0\u202f]", "", number)
        marked = marked or "," in bare or "." in bare
        comma = comma or _SURE_COMMA.fullmatch(bare) is not None
        point = point or _SURE_POINT.fullmatch(bare) is not None
    if comma == point:
        return "", not marked
    return "," if comma else ".", True


def _middle(numbers: list[str], decimal: str) -> float:
    grouping = "," if decimal == "." else "."
    bare = [
        re.sub(r"[\s'’\u00a0\u202f]", "", number).replace(grouping, "").replace(",", ".")
        for number in numbers
    ]
    median = pl.Series(bare, dtype=pl.String).cast(pl.Float64, strict=False).abs().median()
    return float(median) if isinstance(median, (int, float)) else 0.0


def file_decimal(facts: Iterable[Facts]) -> tuple[str, float]:
    """Return the decimal mark that most columns of a catalogue show, or a point, and how sure that is."""
    marks = Counter(fact.decimal for fact in facts if fact.decimal and fact.numeric > 0)
    mark = "," if marks[","] > 0 and marks[","] >= marks["."] else "."
    return mark, 0.8 if marks[mark] > 0 and len(marks) == 1 else 0.5

"""Numbers in the cells of a catalogue: decimal marks, separators of thousands, and units behind the number.

With the decimal mark `.` a cell may read 1234.5, 1,234.5 or 1 234.5 kWh; with `,` 1234,5 or 1.234,5. Which
mark a column has is said in the mapping, never guessed cell by cell: 1.234 is 1234 in one column and 1.234
in another. A workbook shows its own numbers with a point, so there 1.234 is refused where the mark is a
comma.
"""

import re
from collections.abc import Callable

import polars as pl

from lynchpin.catalogue.mapping import Row
from lynchpin.catalogue.units import convertible, linear, price_of, unit_of
from lynchpin.study.finding import Finding
from lynchpin.study.number_words import problem_of
from lynchpin.study.raw import Place, explained

Scale = tuple[float, float] | None
_PLAIN = {
    ".": r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$",
    ",": r"^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d{1,3})?$",
}
_GROUPED = {".": r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$", ",": r"^[+-]?\d{1,3}(\.\d{3})+(,\d+)?$"}
_EITHER = r"^[+-]?\d{1,3}\.\d{3}$"
_SPACED = re.compile(r"[+-]?\d{1,3}(?:[\s\u00a0\u202f'’]\d{3})+(?:[.,]\d+)?")
_WITH_UNIT = re.compile(r"([+-]?[\d.,'’\s\u00a0\u202f]*\d)\s*([^\d\s.,'’].*)")
LARGEST = 1e15


def read_numbers(
    cells: pl.Series, row: Row, scale: Scale, rates: dict[str, float], place: Place
) -> tuple[pl.Series, list[Finding]]:
    """Return the numbers of a column in its common unit, null where blank or wrong, and what is wrong.

    scale  from the column's unit into the common one; None where every cell carries its own unit
    rates  worth of each currency, for prices whose cells name it
    """
    texts = cells.str.strip_chars()
    plain = _plain_numbers(texts, row.decimal or ".")
    numbers = plain * scale[0] + scale[1] if scale else pl.Series([None] * len(cells), dtype=pl.Float64)
    left = (texts.is_not_null() & numbers.is_null()).fill_null(value=False)
    problems: dict[str, tuple[str, str]] = {}
    if left.any():
        read: dict[str, float] = {}
        for text in texts.filter(left).unique().sort().to_list():
            found = _understood(text, row, scale, rates)
            if isinstance(found, tuple):
                problems[text] = found
            else:
                read[text] = found
        understood = texts.replace_strict(read, default=None, return_dtype=pl.Float64)
        numbers = numbers.zip_with(~left, understood)
    findings = _wrong(place, row, texts.is_in(list(problems)), texts, lambda text: (*problems[text], ""))
    findings += _converted(place, row, texts.filter(left))
    if row.decimal == "," and ".xlsx" in place.file.lower():
        numbers, unclear = _unclear(numbers, row, texts, place)
        findings += unclear
    return _in_range(numbers, row, texts, place, findings)


def _unclear(numbers: pl.Series, row: Row, texts: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return the numbers of a sheet without those that may be 1234 in words or the sheet's own 1.234."""
    either = texts.str.contains(_EITHER).fill_null(value=False)
    rule = "may be a number of the sheet with three decimals, or a text with a separator of thousands"
    cure = "Make the column's cells numbers and its decimal mark in the mapping a point."
    return numbers.set(either, None), _wrong(place, row, either, texts, lambda _: (rule, cure, ""))


def _wrong(
    place: Place, row: Row, mask: pl.Series, texts: pl.Series, explain: Callable[[str], tuple[str, str, str]]
) -> list[Finding]:
    return explained(place, "error", row.column, mask.fill_null(value=False), texts, explain)


def _converted(place: Place, row: Row, texts: pl.Series) -> list[Finding]:
    """Return a warning where cells carry another unit than the one that is said of their column."""
    if not row.unit or row.becomes == "price":
        return []
    counts = texts.value_counts(sort=True).rows()
    units = [(text, count, match[2]) for text, count in counts if (match := _WITH_UNIT.fullmatch(text))]
    own = unit_of(row.unit)
    others = [
        (text, count)
        for text, count, unit in units
        if unit_of(unit) != own and convertible(unit_of(unit), own)
    ]
    if not others:
        return []
    count, first = sum(count for _, count in others), min(text for text, _ in others)
    rule = f"{count:,} {'cell is' if count == 1 else 'cells are'} in another unit than {own.name}, converted"
    cure = f"Look whether the unit is meant, or write the number in {own.name} alone."
    return [place.finding("warning", None, row.column, first, rule, cure)]


def _in_range(
    numbers: pl.Series, row: Row, texts: pl.Series, place: Place, findings: list[Finding]
) -> tuple[pl.Series, list[Finding]]:
    """Return the numbers that can be, and findings on those that cannot."""
    large = (numbers.abs() > LARGEST).fill_null(value=False)
    rule = (f"a number beyond {LARGEST:g} cannot be meant", "Correct it.", "")
    findings = [*findings, *_wrong(place, row, large, texts, lambda _: rule)]
    numbers = numbers.set(large, None)
    if row.becomes in ("volume", "price"):
        negative = (numbers < 0).fill_null(value=False)
        below = (f"a {row.becomes} cannot be negative", "Correct it, or leave the cell blank.", "")
        findings += _wrong(place, row, negative, texts, lambda _: below)
        numbers = numbers.set(negative, None)
    return numbers, findings


def _plain_numbers(texts: pl.Series, decimal: str) -> pl.Series:
    """Return the numbers that have no unit and no blanks, null for all others."""
    grouping = "," if decimal == "." else "."
    frame = pl.select(text=texts)
    grouped = pl.col("text").str.contains(_GROUPED[decimal])
    bare = pl.when(grouped).then(pl.col("text").str.replace_all(grouping, "", literal=True))
    bare = bare.when(pl.col("text").str.contains(_PLAIN[decimal])).then(pl.col("text"))
    point = bare.str.replace(",", ".", literal=True) if decimal == "," else bare
    return frame.select(point.cast(pl.Float64, strict=False)).to_series()


def _understood(text: str, row: Row, scale: Scale, rates: dict[str, float]) -> float | tuple[str, str]:
    """Return the number that a cell means in the common unit, or rule and cure."""
    match = _WITH_UNIT.fullmatch(text)
    word, unit = (match[1], match[2]) if match else (text, "")
    decimal = row.decimal or "."
    number = _number(word, decimal)
    if number is None:
        other = "," if decimal == "." else "."
        if _number(word, other) is not None:
            rule = f"the decimal mark of this column is {decimal!r}"
            return rule, f"Write the cell with {decimal!r}, or correct decimal in the mapping."
        rule, cure, _ = problem_of(text, unit=row.in_unit)
        return rule, cure
    if not unit:
        if scale is None:
            rule = "has no unit, and the mapping gives none for the column"
            return (
                rule,
                f"Write the unit into the cell, or into the column unit of the mapping ({row.in_unit}).",
            )
        return number * scale[0] + scale[1]
    return _in_own_unit(number, unit, row, rates)


def _in_own_unit(number: float, unit: str, row: Row, rates: dict[str, float]) -> float | tuple[str, str]:
    """Return a number that carries its unit in the common unit, or rule and cure."""
    if row.becomes == "price":
        price = price_of(unit)
        if price is None or price[0].name not in rates:
            return (
                f"{unit!r} is no currency with a rate",
                "Write the number alone, or add a rate to the mapping.",
            )
        return number * rates[price[0].name] / price[1]
    given, into = unit_of(unit), unit_of(row.in_unit or ("pieces/year" if row.becomes == "volume" else ""))
    if row.becomes == "volume" and given.kind == "count":
        return number * given.factor
    if not convertible(given, into):
        known = f"{given.name} ({given.kind})" if given.known else f"{given.name!r} (a unit not known)"
        rule = f"is in {known}, and the column is in {into.name or 'no unit'} ({into.kind})"
        return rule, f"Write the cell in {into.name or 'no unit'}, or correct the mapping."
    scale, shift = linear(given, into)
    return number * scale + shift


def _number(word: str, decimal: str) -> float | None:
    """Return the number that a word writes with this decimal mark, or None."""
    if _SPACED.fullmatch(word):
        word = re.sub(r"[\s\u00a0\u202f'’]", "", word)
    if re.match(_GROUPED[decimal], word):
        word = word.replace("," if decimal == "." else ".", "")
    elif not re.match(_PLAIN[decimal], word):
        return None
    return float(word.replace(",", "."))

"""Checks of cells that hold words: spelling of identifiers, choices, periods, customs headings and lists."""

import re
from collections.abc import Callable

import polars as pl

from lynchpin.study.dictionary import FREE_TEXT, Column, split_list
from lynchpin.study.finding import Finding
from lynchpin.study.masks import true, without
from lynchpin.study.number_words import problem_of, range_words
from lynchpin.study.raw import Place, capped, explained
from lynchpin.study.words import listed, nearest

SLUG = r"^[\p{L}\p{M}\p{N}_.+\-]{1,64}$"
CONTROL = r"[\x00-\x08\x0b-\x1f\x7f\u{FFFE}\u{FFFF}]"
_TRUTH = {"true": "yes", "false": "no"}


def parse_text(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return the cells of one column of words, null where wrong, and what they break.

    A word with blanks around it is wrong, but what it means is clear: without them it still names what others
    refer to, so that one slip of a hand does not become a finding at every reference.
    """
    cells, findings = _without_blanks(column, cells, place)
    for mask, rule, cure in _spelling(column, cells):
        wrong = true(mask)
        findings += capped(place, "error", column.name, wrong, cells, rule, cure)
        cells = without(cells, wrong)
    parse = _KINDS.get(column.kind)
    if parse is None:
        return cells, findings
    parsed, more = parse(column, cells, place)
    return parsed, findings + more


def _without_blanks(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return the words without the blanks around them, null where nothing is left, and where blanks stood."""
    if (column.table, column.name) in FREE_TEXT:
        return cells, []
    bare = cells.str.strip_chars()
    rule, cure = "must not begin or end with a blank", "Delete the blanks around the word."
    around = true(cells != bare)
    return without(bare, true(bare == "")), capped(place, "error", column.name, around, cells, rule, cure)


def _spelling(column: Column, cells: pl.Series) -> list[tuple[pl.Series, str, str]]:
    rules = [(cells.str.contains(CONTROL), "must not hold control characters", "Type the text again.")]
    if column.kind == "identifier":
        rule = "an identifier has 1 to 64 letters, digits, _ . - + and no blanks"
        rules.append((~cells.str.contains(SLUG), rule, "Replace what stands between the words by _ or -."))
    return rules


def _choice(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    words = cells.str.to_lowercase().replace(_TRUTH) if column.kind == "flag" else cells
    wrong = true(~words.is_in(list(column.choices)))
    rule = f"must be one of {listed(column.choices)}"
    cure = "Write one of these words" + ("." if column.required else ", or leave the cell blank.")
    findings = explained(
        place, "error", column.name, wrong, cells, lambda word: (rule, cure, nearest(word, column.choices))
    )
    return without(words, wrong), findings


def _period(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return period labels; a whole number that a spreadsheet wrote as 2026.0 is the year 2026."""
    labels = cells.str.replace(r"^(\d{4})\.0+$", "$1")
    wrong = true(~labels.str.contains(r"^\d{4}(-H[12])?$"))
    dates = wrong & labels.str.contains(r"^\d{4}-\d\d-\d\d").fill_null(value=False)
    rule = "must be a period, such as 2026 or 2026-H1"
    cure = "Write the year, or the year with -H1 or -H2."
    date_cure = "The spreadsheet made a date of it: format the cell as text and type the year again."
    findings = capped(place, "error", column.name, wrong & ~dates, cells, rule, cure)
    findings += capped(place, "error", column.name, dates, cells, f"{rule}, not a date", date_cure)
    return without(labels, wrong), findings


def _code(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    star = column.table in ("tariffs", "agreements")
    pattern = r"^(\*|\d[\d.]*)$" if star else r"^\d[\d.]*$"
    wrong = true(~cells.str.contains(pattern))
    rule = "must be a customs heading of digits and dots" + (", or *" if star else "")
    findings = capped(place, "error", column.name, wrong, cells, rule, "Write it as in 8703.80.")
    digits = cells.str.replace_all(".", "", literal=True)
    odd = (~wrong & (digits.str.len_chars() % 2 == 1) & (digits != "*")).fill_null(value=False)
    rule = "a customs heading has an even number of digits: did a spreadsheet drop the last 0?"
    findings += capped(
        place, "warning", column.name, odd, cells, rule, "Format the cell as text and type it again."
    )
    return without(cells, wrong), findings


def _list(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    empty = cells.str.strip_chars("; ").str.len_bytes() == 0
    wrong = true(empty)
    cure = "Write the entries separated by ; or leave the cell blank."
    findings = capped(place, "error", column.name, wrong, cells, "must name at least one entry", cure)
    return without(cells, wrong), findings


def _number_list(column: Column, cells: pl.Series, place: Place) -> tuple[pl.Series, list[Finding]]:
    """Return lists of numbers; every different text is looked at once."""
    problems = {text: _list_problem(column, text) for text in cells.drop_nulls().unique().sort().to_list()}
    bad = {text: problem for text, problem in problems.items() if problem}
    wrong = cells.is_in(list(bad)).fill_null(value=False)
    return without(cells, wrong), explained(
        place, "error", column.name, wrong, cells, lambda text: (*bad[text], "")
    )


def _list_problem(column: Column, text: str) -> tuple[str, str] | None:
    entries = split_list(text)
    if not entries:
        return "must hold numbers separated by ;", "Write them as in 0.5;1;0.8, or leave the cell blank."
    for entry in entries:
        try:
            number = float(entry)
        except ValueError:
            rule, cure, _ = problem_of(entry)
            return f"every entry {rule}, and {entry!r} is not", cure
        low, high = column.low or 0.0, column.high or float("inf")
        if not low <= number <= high or re.fullmatch(r"[+-]?(inf|nan).*", entry.lower()):
            rule, cure = range_words(column)
            return f"every entry {rule}, and {entry!r} is not", cure
    return None


_Parser = Callable[[Column, pl.Series, Place], tuple[pl.Series, list[Finding]]]
_KINDS: dict[str, _Parser] = {
    "choice": _choice,
    "flag": _choice,
    "period": _period,
    "code": _code,
    "list": _list,
    "numbers": _number_list,
}

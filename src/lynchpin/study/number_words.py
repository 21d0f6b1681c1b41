"""What to say of text that is no number, and of a number out of its range."""

import re

from lynchpin.study.dictionary import UNLIMITED, Column

_PLAIN = r"[+-]?\d+(?:\.\d+)?"
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}([,.'’\s\u00a0\u202f]\d{3})+([.,]\d+)?")
_PER_CENT = re.compile(rf"({_PLAIN})\s*%")
_UNIT = re.compile(rf"({_PLAIN})\s*([^\d\s].*)|([^\d\s+-]+)\s*({_PLAIN})")
_NOTHING = frozenset({"nan", "n/a", "#n/a", "na", "null", "none", "-", "–", "—", "?", "tbd", "unknown"})
_UNLIMITED_WORDS = frozenset({"unlimited", "infinite", "∞", "ban", "banned"})


def problem_of(text: str, *, unit: str = "") -> tuple[str, str, str]:
    """Return why a text is no number, how to write it, and nothing as the nearest word."""
    return *_problem(text, unit), ""


def _problem(text: str, unit: str) -> tuple[str, str]:
    word = text.strip()
    if word.lower() in _NOTHING:
        return "must be a number", "Leave the cell blank if the figure is not given."
    if word.lower() in _UNLIMITED_WORDS:
        return "must be a number", "Write inf for unlimited."
    if word.startswith("#"):
        return "must be a number, and the cell holds an error of the spreadsheet", "Repair its formula."
    if match := _PER_CENT.fullmatch(word):
        share = f"{float(match[1]) / 100:g}"
        return "must be a number without a per cent sign", f"Write {share}."
    if _DECIMAL_COMMA.fullmatch(word) and not re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", word):
        return "must have a decimal point, not a decimal comma", f"Write {word.replace(',', '.')}."
    if _THOUSANDS.fullmatch(word):
        return (
            "must be written without separators of thousands",
            f"Write {_joined(word)}, or with a decimal point.",
        )
    if match := _UNIT.fullmatch(word):
        number = match[1] or match[4]
        stated = f" in {unit}" if unit else ""
        return (
            f"must be a number without a unit{'; the column is' + stated if unit else ''}",
            f"Write {number}{stated}.",
        )
    return "must be a number", "Write digits with a decimal point, such as 1234.5."


def _joined(word: str) -> str:
    match = re.fullmatch(r"(.*?)([.,]\d{1,2})?", word)
    whole, rest = (match[1], match[2] or "") if match else (word, "")
    return re.sub(r"[^\d+-]", "", whole) + rest.replace(",", ".")


def range_words(column: Column) -> tuple[str, str]:
    """Return the rule of a column's range, and the cure."""
    cure = (
        f"Write a number in that range ({column.unit})." if column.unit else "Write a number in that range."
    )
    if column.kind == "share" and column.high is not None and column.high <= 2:
        cure = "Write a share of one, such as 0.19 for 19 per cent."
    finite = "" if (column.table, column.name) in UNLIMITED else " and not inf"
    if column.low is not None and column.high is not None:
        return f"must be between {column.low:g} and {column.high:g}", cure
    if column.low is not None:
        return f"must be {'above' if column.above_low else 'at least'} {column.low:g}{finite}", cure
    return "must be a number, not inf", cure

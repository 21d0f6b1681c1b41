"""What can be wrong in the rows of a mapping: unconfirmed, contradictory, of different kinds, no rate."""

from collections.abc import Iterator, Sequence

from lynchpin.catalogue.mapping import RATE, WHOLE, YEARLY_PIECES, YES, Row
from lynchpin.catalogue.parts import RESERVED, SENSES
from lynchpin.catalogue.units import COUNT, YEARLY, Unit, convertible, price_of, unit_of
from lynchpin.catalogue.vocabulary import ROLES, key
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Place


def check_rows(rows: Sequence[Row], place: Place, *, accept: bool) -> list[Finding]:
    """Return what is wrong in the rows of a mapping by themselves; with `accept` unconfirmed rows will do."""
    findings = [] if accept else _unconfirmed(rows, place)
    for row in rows:
        findings += [
            place.finding("error", row.index, column, getattr(row, column), rule, cure)
            for column, rule, cure in _problems(row)
        ]
    return findings + _repeated(rows, place) + _contradictions(rows, place) + _rates(rows, place)


def _unconfirmed(rows: Sequence[Row], place: Place) -> list[Finding]:
    cure = "Look at the row, correct it, and write yes into confirmed; or run with --accept-proposal."
    return [
        place.finding("error", row.index, "confirmed", row.confirmed, f"{_about(row)} is not confirmed", cure)
        for row in rows
        if row.confirmed.lower() not in YES
    ]


def _about(row: Row) -> str:
    """Return what a row is about, in words."""
    if row.becomes == RATE:
        return f"the rate of {row.unit}"
    if not row.column:
        return f"that {row.becomes} is {row.word!r} in {row.file}"
    what = f"column {row.column!r} of {row.file}"
    return (
        f"word {row.word!r} in {what}, becoming {row.becomes!r},"
        if row.word
        else f"{what}, becoming {row.becomes!r},"
    )


def _problems(row: Row) -> Iterator[tuple[str, str, str]]:
    """Yield column, rule and cure of each thing that is wrong in one row."""
    if not row.becomes:
        yield (
            "becomes",
            "a row must say what its column or word becomes",
            "Write an attribute, a role or ignore.",
        )
    if row.becomes == RATE:
        if not _positive(row.word):
            cure = f"Write into word what one {row.unit or 'unit'} is worth in {row.in_unit or 'the other'}."
            yield "word", "the rate of a currency is a number above zero", cure
        return
    if not row.column:
        yield from _whole_problems(row)
    elif not row.word:
        yield from _column_problems(row)


def _whole_problems(row: Row) -> Iterator[tuple[str, str, str]]:
    if row.becomes not in WHOLE:
        yield "column", "only a family or an owner is given for a whole catalogue", "Name the column."
    elif not row.word:
        yield "word", f"the {row.becomes} of the whole catalogue is not given", "Write it into word."


def _column_problems(row: Row) -> Iterator[tuple[str, str, str]]:
    if row.attribute:
        yield from _attribute_problems(row)
    if row.becomes == "price":
        yield from _price_problems(row)
    if row.becomes == "volume" and not _counts(row.unit or YEARLY_PIECES):
        yield (
            "unit",
            "a volume is in pieces per year or month",
            "Write pieces/year, or map another column to volume.",
        )
    if row.number and row.decimal not in (".", ",", ""):
        yield "decimal", "the decimal mark is . or ,", "Write one of them."


def _attribute_problems(row: Row) -> Iterator[tuple[str, str, str]]:
    if row.becomes in RESERVED:
        yield "becomes", "an attribute cannot have the name of a column of all parts", "Give it another name."
    if row.kind not in ("number", "text"):
        yield "kind", "an attribute is number or text", "Write one of them."
    if row.sense not in SENSES:
        yield "sense", f"an attribute's sense is one of {', '.join(SENSES)}", "Write one of them."
    if row.kind == "text" and row.sense != "equal":
        yield "sense", "a text can only be equal", "Write equal."
    for name in ("tolerance", "reach"):
        given = getattr(row, name)
        if given and not (_share(given) if name == "tolerance" else _number(given)):
            yield name, f"{name} is a share such as 0.01, or blank", "Write 0.01 for 1 %."
    unit, into = unit_of(row.unit), unit_of(row.in_unit)
    if row.kind == "number" and row.unit and not convertible(unit, into):
        rule = f"{_kind(unit)} cannot become {_kind(into)}"
        yield "unit", rule, "Correct unit or in_unit, or let the column become another attribute."


def _kind(unit: Unit) -> str:
    return f"{unit.name} ({unit.kind})" if unit.known else f"{unit.name or 'no unit'} (a unit not known)"


def _counts(unit: str) -> bool:
    return unit_of(unit).kind in (COUNT, YEARLY)


def _price_problems(row: Row) -> Iterator[tuple[str, str, str]]:
    for name in ("unit", "in_unit"):
        if price_of(getattr(row, name)) is None:
            yield name, "a price needs its currency", "Write it as in EUR, or EUR/thousand pieces."


def _number(text: str) -> bool:
    try:
        return 0 <= float(text) < float("inf")
    except ValueError:
        return False


def _share(text: str) -> bool:
    return _number(text) and float(text) <= 0.5


def _positive(text: str) -> bool:
    return _number(text) and float(text) > 0


def _repeated(rows: Sequence[Row], place: Place) -> list[Finding]:
    """Return findings on rows that say a second time what a column, a word or a currency is."""
    first: dict[tuple[str, ...], Row] = {}
    roles: dict[tuple[str, str], Row] = {}
    findings: list[Finding] = []
    for row in rows:
        word = key(row.word) if row.column else ""
        said = (RATE, unit_of(row.unit).name) if row.becomes == RATE else (row.file, row.column, word)
        said = said if row.column or row.becomes == RATE else (*said, row.becomes)
        other = first.setdefault(said, row)
        if row.column and not row.word and row.becomes in ROLES and other is row:
            other = roles.setdefault((row.file, row.becomes), row)
        if other is not row:
            rule = f"{_about(row).rstrip(',')} is said in row {place.row(other.index)} already"
            findings.append(
                place.finding("error", row.index, "becomes", row.becomes, rule, "Delete one of the rows.")
            )
    return findings


def _contradictions(rows: Sequence[Row], place: Place) -> list[Finding]:
    """Return findings where two rows give one attribute, or the prices, different properties."""
    first: dict[str, Row] = {}
    findings: list[Finding] = []
    for row in rows:
        if not (row.attribute or (row.becomes == "price" and row.column)):
            continue
        other = first.setdefault(row.becomes, row)
        for name in ("kind", "in_unit", "sense", "tolerance", "reach"):
            mine, theirs = getattr(row, name), getattr(other, name)
            if unit_of(mine) != unit_of(theirs) if name == "in_unit" else mine != theirs:
                rule = f"{row.becomes} has {name} {theirs or 'blank'} in row {place.row(other.index)}"
                cure = "Give it the same in every row, or another name."
                findings.append(place.finding("error", row.index, name, mine, rule, cure))
    return findings


def _rates(rows: Sequence[Row], place: Place) -> list[Finding]:
    """Return findings on currencies that have no rate."""
    prices = [row for row in rows if row.becomes == "price" and row.column and not row.word]
    given = {unit_of(row.unit).name for row in rows if row.becomes == RATE}
    findings: list[Finding] = []
    for row in prices:
        price, into = price_of(row.unit), price_of(row.in_unit)
        if price and into and price[0].name != into[0].name and price[0].name not in given:
            rule = f"the rate of {price[0].name} into {into[0].name} is not given"
            cure = f"Add a row that becomes rate, with unit {price[0].name} and the rate in word."
            findings.append(place.finding("error", row.index, "unit", row.unit, rule, cure))
    return findings

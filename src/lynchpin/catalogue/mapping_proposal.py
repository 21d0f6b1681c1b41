"""A proposal of what columns and words of catalogues mean, each row with its confidence and its reason.

Column names are compared with the vocabulary and with each other (rapidfuzz), units are taken from headers
and cells, and values must lie in the range that an attribute usually has. A proposal is a start: nothing is
used before a user has confirmed it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lynchpin.catalogue.column_facts import Facts, facts_of, file_decimal, split_header
from lynchpin.catalogue.mapping import IGNORE, RATE, YEARLY_PIECES, Row
from lynchpin.catalogue.mapping_words import FILLED, whole_catalogue, with_families, words
from lynchpin.catalogue.parts import RESERVED
from lynchpin.catalogue.units import kinds_of, known_unit, price_of, unit_of
from lynchpin.catalogue.vocabulary import ROLES, Entry, Match, alike, entries, entry_of, matches, slug
from lynchpin.study.raw import RawTable

MOSTLY_DIFFERENT = 0.5
KNOWN_WORDS = 0.6
_ROLE_OF_KIND = {"money": "price", "count by year": "volume"}


@dataclass(frozen=True)
class _Guess:
    """What a column may be: the entry, how sure that is, and why."""

    facts: Facts
    entry: Entry
    confidence: float
    why: str


def propose(tables: Mapping[str, RawTable]) -> list[Row]:
    """Return proposed rows for the columns of all catalogues, their words, and the currencies."""
    columns = {
        file: [facts_of(table, name) for name in table.cells.columns] for file, table in tables.items()
    }
    columns = {file: _settled_marks(facts) for file, facts in columns.items()}
    chosen = {file: _assigned(facts) for file, facts in columns.items()}
    rows: list[Row] = []
    names = _shared_names(columns, chosen)
    for file, facts in columns.items():
        guesses = chosen[file]
        rows += [_row(file, fact, guesses.get(fact.name), names.get((file, fact.name))) for fact in facts]
    rows = _one_currency(_only_one_catalogue(rows, len(tables)))
    rows += [row for file in tables for row in whole_catalogue(file, rows)]
    rows += words(tables, rows)
    rows = with_families(rows, tables)
    return rows + _rates(rows)


def _settled_marks(facts: Sequence[Facts]) -> list[Facts]:
    """Return the columns with a decimal mark each: where a column leaves it open, that of its file."""
    usual, sure = file_decimal(facts)
    return [
        fact
        if fact.decimal
        else replace(fact, decimal=usual, decimal_confidence=max(fact.decimal_confidence, sure))
        for fact in facts
    ]


def _assigned(facts: Sequence[Facts]) -> dict[str, _Guess]:
    """Return the best guess for each column, no two columns of a catalogue becoming the same."""
    guesses = [guess for fact in facts for guess in _guesses(fact)]
    guesses.sort(key=lambda guess: (-guess.confidence, guess.facts.position))
    chosen: dict[str, _Guess] = {}
    taken: set[str] = set()
    for guess in guesses:
        if guess.facts.name not in chosen and guess.entry.becomes not in taken:
            chosen[guess.facts.name] = guess
            taken.add(guess.entry.becomes)
    return chosen


def _guesses(facts: Facts) -> list[_Guess]:
    """Return what one column may be, by its name, its unit and its values."""
    found = [*matches(facts.words, "role"), *matches(facts.words, "attribute")]
    guesses = [guess for match in found if (guess := _guess(facts, match)) is not None]
    return [*guesses, *_by_unit(facts), *_by_words(facts)]


def _by_unit(facts: Facts) -> Iterator[_Guess]:
    """Yield what a column of numbers may be by its unit alone: money, pieces a year, or a known property."""
    if facts.numeric < FILLED or not facts.unit:
        return
    price, unit = price_of(facts.unit), known_unit(facts.unit)
    kind = "money" if price is not None else unit.kind if unit is not None else ""
    if kind in _ROLE_OF_KIND:
        entry = entry_of(_ROLE_OF_KIND[kind], "role")
        if entry is not None:
            yield _Guess(facts, entry, 0.4, f"no known name, but a unit of {kind}")
    same = [entry for entry in entries() if entry.unit and entry.what == "attribute"]
    same = [entry for entry in same if unit_of(entry.unit).kind == kind]
    for rank, entry in enumerate(same):
        sure = 0.4 if len(same) == 1 else 0.25 - 0.02 * rank
        yield _Guess(facts, entry, round(sure, 2), f"no known name, but a unit of {kind}")


def _by_words(facts: Facts) -> Iterator[_Guess]:
    """Yield what a column of words may be by what is in its cells."""
    for what in dict.fromkeys(entry.what for entry in entries()):
        entry = entry_of(what, "role" if what in ROLES else "attribute")
        known = [word for word in facts.examples if matches(word, what)] if entry is not None else []
        if entry is not None and known and len(known) >= KNOWN_WORDS * len(facts.examples):
            yield _Guess(facts, entry, 0.5, f"no known name, but words such as {known[0]!r}")


def _guess(facts: Facts, match: Match) -> _Guess | None:
    entry = match.entry
    why = f"named like {match.word!r}"
    confidence = match.likeness * 0.9
    if entry.becomes in ("volume", "price"):
        if facts.numeric < FILLED:
            return None
    elif entry.what == "role":
        if facts.unit and facts.numeric > FILLED:
            return None
    elif entry.unit:
        unit = known_unit(facts.unit)
        if facts.numeric < FILLED or (unit is not None and unit.kind != unit_of(entry.unit).kind):
            return None
        if unit is not None:
            confidence, why = min(confidence + 0.08, 0.98), f"{why}, in {unit.name}"
        elif facts.unit:
            confidence, why = 0.3, f"{why}, but its unit {facts.unit!r} is not known"
    elif (entry.sense == "equal" and not entry.low) and facts.numeric > 0.9:
        confidence *= 0.7
    return _Guess(facts, entry, round(confidence, 2), why)


def _shared_names(
    columns: Mapping[str, Sequence[Facts]], chosen: Mapping[str, Mapping[str, _Guess]]
) -> dict[tuple[str, str], tuple[str, float]]:
    """Return a name for each column that the vocabulary does not know, the same where catalogues agree."""
    names: dict[tuple[str, str], tuple[str, float]] = {}
    known: dict[str, Facts] = {}
    for file, facts in columns.items():
        used: set[str] = set()
        for fact in facts:
            if fact.name in chosen[file] or not fact.filled or _tells_parts_apart(fact):
                continue
            like = {
                name: other for name, other in known.items() if _comparable(fact, other) and name not in used
            }
            found = alike(fact.words, [other.words for other in like.values()])
            name = next((name for name, other in like.items() if found and other.words == found[0]), "")
            name = name or slug(fact.words) or f"column_{fact.position}"
            name = f"{name}_" if name in RESERVED or name in (IGNORE, RATE) else name
            known.setdefault(name, fact)
            used.add(name)
            names[file, fact.name] = (name, found[1] * 0.8 if found else 0.4)
    return names


def _tells_parts_apart(fact: Facts) -> bool:
    """Return whether a column of words is different for most parts, as remarks and drawing numbers are."""
    return fact.numeric < FILLED and fact.distinct > MOSTLY_DIFFERENT


def _comparable(fact: Facts, other: Facts) -> bool:
    """Return whether two columns hold the same kind of thing."""
    if (fact.numeric > FILLED) != (other.numeric > FILLED):
        return False
    units = (known_unit(fact.unit), known_unit(other.unit))
    return units[0] is None or units[1] is None or units[0].kind == units[1].kind


def _row(file: str, facts: Facts, guess: _Guess | None, named: tuple[str, float] | None) -> Row:
    row = Row(file=file, column=facts.name)
    if guess is not None and guess.entry.what == "role":
        figure = guess.entry.becomes in ("volume", "price")
        marked = _marked(facts, guess.confidence, guess.why) if figure else (guess.confidence, guess.why)
        return _role_row(replace(row, confidence=f"{marked[0]:.2f}", why=marked[1]), facts, guess.entry)
    if guess is not None:
        return _attribute_row(row, facts, guess)
    if named is None:
        if not facts.filled:
            return replace(row, becomes=IGNORE, confidence="0.70", why="the column is empty")
        if _named_as_numbers(facts):
            why = f"named as numbers are, but few of its cells are numbers, such as {facts.examples[0]!r}"
            return replace(row, becomes=IGNORE, confidence="0.20", why=why)
        return replace(row, becomes=IGNORE, confidence="0.70", why="nearly every part has its own")
    return _unknown_row(row, facts, *named)


def _named_as_numbers(facts: Facts) -> bool:
    """Return whether a column of words has a name with a unit, or the name of a volume or price."""
    words_alone, unit = split_header(facts.name)
    roles = [match.entry.becomes for match in matches(words_alone, "role")]
    figures = any(role in ("volume", "price") for role in roles[:1])
    return bool(facts.examples) and (bool(unit) or figures)


def _role_row(row: Row, facts: Facts, entry: Entry) -> Row:
    row = replace(row, becomes=entry.becomes)
    if entry.becomes == "volume":
        return replace(row, unit=facts.unit or YEARLY_PIECES, in_unit=YEARLY_PIECES, decimal=facts.decimal)
    if entry.becomes != "price":
        return row
    price = price_of(facts.unit)
    if price is None:
        why = f"{row.why}; its currency is not stated: write it into unit"
        return replace(row, decimal=facts.decimal, confidence="0.30", why=why)
    return replace(row, unit=facts.unit, in_unit=price[0].name, decimal=facts.decimal)


def _attribute_row(row: Row, facts: Facts, guess: _Guess) -> Row:
    entry = guess.entry
    text = facts.numeric < FILLED
    row = replace(
        row,
        becomes=entry.becomes,
        kind="text" if text else "number",
        sense="equal" if text else entry.sense,
        confidence=f"{guess.confidence:.2f}",
        why=guess.why,
    )
    if text:
        return row
    unit, confidence, why = _unit(facts, entry, guess)
    confidence, why = _marked(facts, confidence, why)
    in_unit = entry.unit or (unit if unit_of(unit).known else "")
    unit = unit if in_unit else ""
    return replace(
        row, unit=unit, in_unit=in_unit, decimal=facts.decimal, confidence=f"{confidence:.2f}", why=why
    )


def _marked(facts: Facts, confidence: float, why: str) -> tuple[float, str]:
    """Return confidence and reason, less sure where the cells leave the decimal mark open."""
    if facts.decimal_confidence >= 1:
        return confidence, why
    return min(confidence, facts.decimal_confidence), f"{why}; its cells do not tell the decimal mark"


def _unit(facts: Facts, entry: Entry, guess: _Guess) -> tuple[str, float, str]:
    """Return the unit of a column as stated, or as its values suggest, with confidence and reason."""
    if facts.unit or not entry.unit:
        return facts.unit, guess.confidence, guess.why
    if facts.units_in_cells:
        return "", guess.confidence, f"{guess.why}; each cell has its unit"
    low, high = entry.low or 0.0, entry.high or float("inf")
    size = unit_of(entry.unit)
    fitting = [
        unit.name
        for unit in kinds_of(size.kind)
        if low <= facts.middle * unit.factor / size.factor <= high and not unit.offset
    ]
    if not fitting:
        return "", 0.1, f"{guess.why}; no unit is stated: write it into unit"
    usual = entry.unit if entry.unit in fitting else fitting[0]
    others = [name for name in fitting if name != usual]
    why = f"{guess.why}; no unit is stated, values around {facts.middle:g} would fit {usual}"
    return usual, 0.3 if others else 0.5, f"{why}, or {' or '.join(others)}" if others else why


def _unknown_row(row: Row, facts: Facts, name: str, confidence: float) -> Row:
    if facts.numeric >= FILLED:
        unit = known_unit(facts.unit)
        why = "a name that the vocabulary does not know; its sense is a guess"
        row = replace(row, kind="number", sense="equal", decimal=facts.decimal, unit=facts.unit)
        row = replace(row, in_unit=unit.name if unit else facts.unit)
    else:
        why = "a name that the vocabulary does not know"
        row = replace(row, kind="text", sense="equal")
    return replace(row, becomes=name, confidence=f"{confidence:.2f}", why=why)


def _only_one_catalogue(rows: list[Row], count: int) -> list[Row]:
    """Return the rows with attributes that one of several catalogues alone has set to ignore."""
    files: dict[str, set[str]] = {}
    for row in rows:
        if row.attribute:
            files.setdefault(row.becomes, set()).add(row.file)
    done: list[Row] = []
    for row in rows:
        if row.attribute and count > 1 and len(files[row.becomes]) == 1:
            why = f"looks like {row.becomes}, which no other catalogue has, so parts cannot be compared by it"
            row = Row(file=row.file, column=row.column, becomes=IGNORE, confidence="0.40", why=why)
        done.append(row)
    first: dict[str, Row] = {}
    for row in done:
        if row.attribute:
            first.setdefault(row.becomes, row)
    return [_like_first(row, first.get(row.becomes)) if row.attribute else row for row in done]


def _like_first(row: Row, first: Row | None) -> Row:
    """Return the row in the common unit of the first row of its attribute."""
    if first is None or first.kind != row.kind or (row.in_unit and not first.in_unit):
        return row
    return replace(row, in_unit=first.in_unit, sense=first.sense, unit=row.unit if first.in_unit else "")


def _one_currency(rows: list[Row]) -> list[Row]:
    """Return the rows with all prices in the currency that most of them have."""
    currencies = Counter(row.in_unit for row in rows if row.becomes == "price" and row.in_unit)
    if not currencies:
        return rows
    usual = min(currencies, key=lambda name: (name != "EUR", -currencies[name], name))
    return [replace(row, in_unit=usual) if row.becomes == "price" else row for row in rows]


def _rates(rows: Sequence[Row]) -> list[Row]:
    """Return a row for each currency whose rate is needed."""
    prices = [row for row in rows if row.becomes == "price" and row.column and row.unit]
    names = {(price[0].name, row.in_unit) for row in prices if (price := price_of(row.unit)) is not None}
    why = "write into word what one unit of the currency is worth"
    return [
        Row(becomes=RATE, unit=name, in_unit=into, confidence="0.00", why=why)
        for name, into in sorted(names)
        if name != into
    ]

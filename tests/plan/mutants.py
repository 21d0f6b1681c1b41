"""Seeded ways to break the tables of a plan: one change each, as a program or a hand slips."""

import math
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from lynchpin.plan.tables import COLUMNS, NUMBERS

Tables = Mapping[str, pl.DataFrame]
MIRROR = {"undiscounted": "money", "money": "undiscounted"}


@dataclass(frozen=True)
class Mutant:
    """A broken plan: the way it was broken, the table, what was done, and its tables."""

    way: str
    table: str
    text: str
    tables: Tables


def mutants(tables: Tables, seed: int, count: int) -> Iterator[Mutant]:
    """Yield `count` mutants that differ from the plan, the ways taking turns."""
    dice = random.Random(seed)
    names = [name for name in COLUMNS if tables[name].height]
    ways = sorted(WAYS)
    made = 0
    while made < count:
        way = ways[made % len(ways)]
        for _ in range(100):
            name = "ledger" if way.startswith("move") else dice.choice(names)
            rows = tables[name].rows()
            text = WAYS[way](name, rows, tables, dice)
            if text and sorted(rows, key=repr) != sorted(tables[name].rows(), key=repr):
                frame = pl.DataFrame(rows, schema=tables[name].schema, orient="row")
                yield Mutant(way, name, text, {**tables, name: frame})
                made += 1
                break
        else:
            ways.remove(way)


def _number(name: str, rows: list, dice: random.Random) -> tuple[int, int, float] | None:
    """Return row, column and value of a number that is not 0."""
    columns = [i for i, column in enumerate(COLUMNS[name]) if column in NUMBERS]
    places = [(r, c) for r in range(len(rows)) for c in columns if abs(rows[r][c]) > 1e-3]
    if not places:
        return None
    r, c = dice.choice(places)
    return r, c, rows[r][c]


def _put(rows: list, r: int, c: int, value: object) -> None:
    row = list(rows[r])
    row[c] = value
    rows[r] = tuple(row)


def _put_number(name: str, rows: list, r: int, c: int, value: float) -> str:
    """Write a number; in the ledger the other form of the amount follows, as it would in a program's slip."""
    before, column = rows[r][c], COLUMNS[name][c]
    if column in MIRROR and name == "ledger" and math.isfinite(value):
        other = COLUMNS[name].index(MIRROR[column])
        _put(rows, r, other, rows[r][other] * value / before)
    _put(rows, r, c, value)
    return f"row {r} {column}: {before} became {value}"


def scaled(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Multiply a number."""
    found = _number(name, rows, dice)
    return (
        _put_number(name, rows, found[0], found[1], found[2] * dice.choice([0.5, 0.9, 1.01, 1.1, 2, 1000]))
        if found
        else ""
    )


def added(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Add to a number."""
    found = _number(name, rows, dice)
    return _put_number(name, rows, found[0], found[1], found[2] + dice.choice([-1, 1, 20])) if found else ""


def negated(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Turn a sign."""
    found = _number(name, rows, dice)
    return _put_number(name, rows, found[0], found[1], -found[2]) if found else ""


def lost(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Write a number that is none."""
    found = _number(name, rows, dice)
    return (
        _put_number(name, rows, found[0], found[1], dice.choice([math.nan, math.inf, -math.inf, 1e307]))
        if found
        else ""
    )


def dropped(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Leave a row out."""
    return f"without {rows.pop(dice.randrange(len(rows)))}"


def doubled(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Write a row twice."""
    rows.append(dice.choice(rows))
    return f"twice {rows[-1]}"


def swapped(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Exchange one cell of two rows."""
    if len(rows) < 2:
        return ""
    a, b = dice.sample(range(len(rows)), 2)
    c = dice.randrange(len(COLUMNS[name]))
    first, second = rows[a][c], rows[b][c]
    _put(rows, a, c, second)
    _put(rows, b, c, first)
    return f"{COLUMNS[name][c]} of rows {a} and {b} exchanged: {first} and {second}"


def _label(name: str, rows: list, dice: random.Random) -> tuple[int, int] | None:
    columns = [i for i, column in enumerate(COLUMNS[name]) if column not in NUMBERS]
    places = [(r, c) for r in range(len(rows)) for c in columns if rows[r][c] is not None]
    return dice.choice(places) if places else None


def switched(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Write another identifier of the same kind that the plan has somewhere."""
    found = _label(name, rows, dice)
    if not found:
        return ""
    r, c = found
    column = COLUMNS[name][c]
    known = {
        cell for table in tables.values() if column in table.columns for cell in table[column].drop_nulls()
    }
    others = sorted(known - {rows[r][c]})
    if not others:
        return ""
    before = rows[r][c]
    _put(rows, r, c, dice.choice(others))
    return f"row {r} {column}: {before} became {rows[r][c]}"


def renamed(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Write an identifier that nobody knows."""
    found = _label(name, rows, dice)
    if not found:
        return ""
    r, c = found
    _put(rows, r, c, f"{rows[r][c]}_x")
    return f"row {r} {COLUMNS[name][c]} became {rows[r][c]}"


def blanked(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Leave an identifier out."""
    found = _label(name, rows, dice)
    if not found:
        return ""
    r, c = found
    before = rows[r][c]
    _put(rows, r, c, None)
    return f"row {r} {COLUMNS[name][c]}: {before} is gone"


def _move(rows: list, dice: random.Random, column: str) -> str:
    """Book a row under another value of a column, so that the sum stays."""
    c = COLUMNS["ledger"].index(column)
    values = sorted({row[c] for row in rows})
    if len(values) < 2:
        return ""
    r = dice.randrange(len(rows))
    before = rows[r][c]
    _put(rows, r, c, dice.choice([value for value in values if value != before]))
    return f"row {r} {column}: {before} became {rows[r][c]}"


def moved_between_partners(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Book an amount to another partner."""
    return _move(rows, dice, "partner")


def moved_between_lines(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Book an amount on another line."""
    return _move(rows, dice, "line")


def moved_between_periods(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Book an amount in another period."""
    return _move(rows, dice, "period")


def moved_between_rows(name: str, rows: list, tables: Tables, dice: random.Random) -> str:
    """Take a tenth of one amount and add it to another, so that the sum stays."""
    place = COLUMNS["ledger"].index
    period, money, undiscounted = place("period"), place("money"), place("undiscounted")
    a, b = dice.choice(rows), dice.choice(rows)
    if a == b or a[period] != b[period] or abs(a[undiscounted]) < 1:
        return ""
    for row, sign in ((a, -1), (b, 1)):
        r = rows.index(row)
        _put(rows, r, undiscounted, row[undiscounted] + sign * a[undiscounted] / 10)
        _put(rows, r, money, row[money] + sign * a[money] / 10)
    return f"{a[undiscounted] / 10} moved from {a} to {b}"


WAYS = {
    "scaled": scaled,
    "added": added,
    "negated": negated,
    "lost": lost,
    "dropped": dropped,
    "doubled": doubled,
    "swapped": swapped,
    "switched": switched,
    "renamed": renamed,
    "blanked": blanked,
    "moved_between_partners": moved_between_partners,
    "moved_between_lines": moved_between_lines,
    "moved_between_periods": moved_between_periods,
    "moved_between_rows": moved_between_rows,
}

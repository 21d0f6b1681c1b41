"""Units of measure as catalogues write them: in several languages, with their kind and their size.

    x in unit u = x * factor(u) in the base unit of its kind        (kWh: 3.6e6 J; Zoll: 0.0254 m)
    x in u = x * factor(u) / factor(w) in w, where kind(u) = kind(w); temperatures also shift by an offset

Two units of different kinds, such as kW and kWh, are never converted. A word that the table does not know is
a kind of its own: it agrees with itself only. The table is `units.csv`; why it is an own one and not a
library is in docs/decisions/0007. Factors: International System of Units, 9th edition (BIPM 2019); inch,
pound, horsepower and pound-force: NIST Special Publication 811 (2008), appendix B.
"""

import csv
import math
import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

MONEY = "money"
COUNT = "count"
YEARLY = "count by year"
SHORT_WORD = 4
_OFFSETS = {"°C": 273.15, "°F": 459.67 * 5 / 9}
_DOTS = str.maketrans(
    {"⋅": "·", "∙": "·", "•": "·", "×": "·", "*": "·", "・": "·", "μ": "µ", "“": '"', "”": '"'}
)


@dataclass(frozen=True)
class Unit:
    """One unit: its standard name, its kind, and its size in the base unit of the kind.

    kind    such as `energy`; an unknown unit's kind is its own name in quotes
    factor  size in the base unit; 1 for money, which is converted by rates and not by size
    known   whether the table has it
    """

    name: str
    kind: str
    factor: float = 1.0
    known: bool = True

    @property
    def offset(self) -> float:
        """Return what is added after multiplying by `factor` to reach the base unit (temperatures)."""
        return _OFFSETS.get(self.name, 0.0)

    @property
    def money(self) -> bool:
        """Return whether it is a currency."""
        return self.kind == MONEY


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit:
    """Return the unit that a text names, in any spelling of the table; an unknown word is its own kind."""
    word = _plain(text)
    table, lowered = _words()
    found = table.get(word) or table.get(word.replace(" ", "")) or _other_case(word, lowered)
    return found or Unit(word, f"{word!r}", known=False)


def _other_case(word: str, lowered: dict[str, Unit]) -> Unit | None:
    """Return the unit in other letters, as in KWH; never milli for mega."""
    unit = lowered.get(word.lower())
    swapped = unit is not None and {word[0], unit.name[0]} == {"m", "M"} and len(word) <= SHORT_WORD
    return None if swapped else unit


def known_unit(text: str) -> Unit | None:
    """Return the unit that a text names, or None where the table has no such word."""
    unit = unit_of(text) if text.strip() else None
    return unit if unit is not None and unit.known else None


def convertible(unit: Unit, into: Unit) -> bool:
    """Return whether two units measure the same kind of thing."""
    return unit.kind == into.kind


def linear(unit: Unit, into: Unit) -> tuple[float, float]:
    """Return scale and shift with x in `unit` = x * scale + shift in `into`.

    Raises ValueError where the kinds differ, and for two currencies, which need a rate.
    """
    if not convertible(unit, into) or (unit.money and unit.name != into.name):
        raise ValueError(f"{unit.name} is not converted into {into.name}")
    if unit == into:
        return 1.0, 0.0
    return _short(unit.factor / into.factor), (unit.offset - into.offset) / into.factor


def _short(scale: float) -> float:
    """Return the scale without the last bit that division leaves: Wh to kWh is 0.001 exactly."""
    rounded = float(f"{scale:.14g}")
    return rounded if math.isclose(rounded, scale, rel_tol=5e-16) else scale


def kinds_of(kind: str) -> tuple[Unit, ...]:
    """Return the units of one kind, in the order of the table."""
    return tuple(unit for unit in _units() if unit.kind == kind)


def _plain(text: str) -> str:
    """Return a text in one spelling of signs: one form of each letter, single blanks, dots in the middle."""
    word = unicodedata.normalize("NFC", text).translate(_DOTS).replace("\u00a0", " ")
    word = re.sub(r"(?<=[A-Za-z])\.(?=[A-Za-z])", "·", word)
    return re.sub(r"\s*([·/])\s*", r"\1", re.sub(r"\s+", " ", word)).strip()


@cache
def _units() -> tuple[Unit, ...]:
    return tuple(dict.fromkeys(_words()[0].values()))


@cache
def _words() -> tuple[dict[str, Unit], dict[str, Unit]]:
    """Return the units by every word, and by its small letters where those mean one unit only."""
    table: dict[str, Unit] = {}
    text = (files("lynchpin.catalogue") / "units.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        unit = Unit(row["unit"], row["kind"], float(row["factor"] or 1))
        table |= {_plain(word): unit for word in (row["unit"], *row["words"].split(";"))}
    lowered: dict[str, Unit | None] = {}
    for word, unit in table.items():
        small = word.lower()
        lowered[small] = unit if lowered.get(small, unit) == unit else None
    return table, {word: unit for word, unit in lowered.items() if unit is not None}


def price_of(text: str) -> tuple[Unit, float] | None:
    """Return the currency of a price and the pieces that it buys: `EUR/1000 pcs` is (EUR, 1000)."""
    currency, _, per = text.partition("/")
    unit = known_unit(currency)
    if unit is None or not unit.money:
        return None
    pieces = known_unit(per) if per.strip() else unit_of("pieces")
    if pieces is None and re.fullmatch(r"\s*\d+\s*", per):
        return unit, float(per)
    return (unit, pieces.factor) if pieces is not None and pieces.kind == COUNT else None

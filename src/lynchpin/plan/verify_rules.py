"""The closed list of rules that plans are verified against, and the book of the worst violation of each.

A rule is broken if a violation exceeds `absolute + relative * size`, where size is the magnitude of the
quantity that is compared. The tags (L1, F2, ...) are those of the statement.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Place = str | Callable[[], str]
"""Where a comparison is made: in words, or what finds the words where they are asked for."""


@dataclass(frozen=True)
class Rule:
    """One rule: its tag, the unit of a violation, what it demands, and how much rounding it forgives."""

    name: str
    unit: str
    meaning: str
    absolute: float = 0.0
    relative: float = 0.0


@dataclass(frozen=True)
class Violation:
    """The worst violation of one rule: how much in which unit, where, and how much is forgiven there."""

    amount: float
    unit: str
    where: str
    tolerance: float

    @property
    def broken(self) -> bool:
        """Whether the amount is more than rounding explains."""
        return not self.amount <= self.tolerance


_FLOW = (1e-3, 1e-6)
_MONEY = (0.1, 1e-8)
_LIST = (
    Rule("identifiers", "rows", "Every identifier is the study's, and the study allows the combination."),
    Rule("duplicates", "rows", "No two rows of a table have the same key."),
    Rule("numbers", "rows", "Every number is finite, and none but money is negative."),
    Rule(
        "L1",
        "versions",
        "Launched versions and programmes agree, certain ones are launched, with the right period.",
    ),
    Rule("L4", "vehicles", "A version is not sold any more once its successor is launched.", *_FLOW),
    Rule("U1", "variants", "A launched version carries one fitting variant of each family that it requires."),
    Rule("U2", "rows", "`keep` names exactly the variants and members of the versions that carry them."),
    Rule(
        "U3", "rows", "What a member uses is nominated somewhere; what it does not use is nominated nowhere."
    ),
    Rule("U5", "rows", "`develop` names exactly the platforms and members of the launched versions."),
    Rule(
        "A1", "rows", "A launched programme is allocated to an open plant that can build it, another to none."
    ),
    Rule("O1", "sites", "Every current and committed site is open, and whatever is allocated or nominated."),
    Rule("as_is", "rows", "Today's structure takes no candidate and carries what `uses` says."),
    Rule("fit", "rows", "`fit` shows need and value of every attribute that a carried variant must have."),
    Rule("F1", "vehicles", "What a plant makes of a version in a period is shipped.", *_FLOW),
    Rule("F2", "slots", "A plant builds allocated programmes only, within its capacity and ramp-up.", *_FLOW),
    Rule("F3", "slots", "Built and idle slots add up to an open plant's capacity.", *_FLOW),
    Rule("F4", "pieces", "Parts bought of a family are its quantity times the vehicles made.", *_FLOW),
    Rule("F5", "pieces", "Only variants that the version carries are bought for it.", *_FLOW),
    Rule("F7", "scale units", "Suppliers deliver nominated variants only, within their capacities.", *_FLOW),
    Rule("F9", "vehicles", "Sales are what arrives, and no more than possible sales.", *_FLOW),
    Rule("M1", "vehicles", "Sales and `short` reach the minimum of the offer.", *_FLOW),
    Rule("K1", "scale units", "Purchases and `unmet` reach the committed volume.", *_FLOW),
    Rule("T3", "units", "A quota regime is used up to its quota.", *_FLOW),
    Rule("regime", "units", "A flow uses a regime that the study's tariffs have for it.", *_FLOW),
    Rule("ban", "units", "Nothing flows where the duty is infinite.", *_FLOW),
    Rule("lane", "units", "Every flow between two places has a lane with a price.", *_FLOW),
    Rule("target", "target units", "Sales and `miss` reach every target in every period.", *_FLOW),
    Rule("transfer", "vehicles", "A plant with outside owners ships at transfer prices only.", *_FLOW),
    Rule(
        "S1",
        "share",
        "Volume and factor of `scale` are those of the purchases on the true curve.",
        1e-9,
        1e-8,
    ),
    Rule(
        "ledger",
        "currency",
        "Every amount of the ledger is the one that the flows and the study give.",
        *_MONEY,
    ),
    Rule("discount", "currency", "`money` is `undiscounted` times the period's discount.", 1e-3, 1e-9),
    Rule("scenario", "rows", "The ledger names one scenario of the study in every row, or none."),
    Rule("investment", "currency", "`investment` has the cash of everything that is paid off.", *_MONEY),
    Rule("objective", "currency", "The objective is the sum of the ledger that the flows give.", 1.0, 1e-6),
    Rule("bound", "currency", "The bound is not worse than the plan.", 1.0, 1e-6),
)
RULES: Mapping[str, Rule] = MappingProxyType({rule.name: rule for rule in _LIST})
"""Every rule by its name."""


def _empty() -> dict[str, Violation]:
    return {name: Violation(0.0, rule.unit, "", rule.absolute) for name, rule in RULES.items()}


@dataclass
class Book:
    """The worst violation of each rule so far: the largest against its tolerance."""

    worst: dict[str, Violation] = field(default_factory=_empty)

    def note(self, name: str, amount: float, where: Place, *, size: float = 0.0) -> None:
        """Enter one comparison: `amount` over what rule `name` allows, at a quantity of magnitude `size`."""
        if amount <= 0:
            return
        rule = RULES[name]
        amount = math.inf if math.isnan(amount) else amount
        spare = rule.relative * abs(size) if math.isfinite(size) else 0.0
        tolerance, worst = rule.absolute + spare, self.worst[name]
        if _weight(amount, tolerance) > _weight(worst.amount, worst.tolerance):
            self.worst[name] = Violation(amount, rule.unit, _said(where), tolerance)

    def differ(self, name: str, found: float, wanted: float, where: Place) -> None:
        """Enter the difference of two numbers that should be equal."""
        size = max(abs(found), abs(wanted))
        self.note(
            name,
            abs(found - wanted),
            lambda: f"{_said(where)}: {found:.9g} instead of {wanted:.9g}",
            size=size,
        )

    def same(self, name: str, found: set[tuple[str, ...]], wanted: set[tuple[str, ...]], table: str) -> None:
        """Enter the rows that a structure table has too many or too few."""
        surplus, lacking = sorted(found - wanted), sorted(wanted - found)
        if surplus:
            self.note(name, len(surplus), f"{table}: superfluous {', '.join(surplus[0])}")
        if lacking:
            self.note(name, len(surplus) + len(lacking), f"{table}: missing {', '.join(lacking[0])}")


def _said(where: Place) -> str:
    return where if isinstance(where, str) else where()


def _weight(amount: float, tolerance: float) -> float:
    """Return how often the tolerance is exceeded; without a tolerance the amount counts."""
    return amount / (tolerance or 1e-9)

"""How figures and names are written: money by its size, shares, names in place of identifiers."""

from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from lynchpin.plan.plan import Plan
from lynchpin.study.study import Study

MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
SIZES = ((1e9, "bn", 2), (1e6, "million", 1))
NAMED = {
    "partners": "partner",
    "brands": "brand",
    "programmes": "programme",
    "models": "model",
    "families": "family",
    "variants": "variant",
    "sites": "site",
    "markets": "market",
    "scenarios": "scenario",
}
LINE_WORDS = {
    "revenue": "Net price (revenue)",
    "selling": "Selling and warranty",
    "car_freight": "Car freight",
    "car_transit": "Capital in cars under way",
    "car_duty": "Duty on cars",
    "body": "Body and everything in no family",
    "conversion": "Conversion in the plant",
    "parts": "Parts at list prices",
    "parts_freight": "Parts freight",
    "parts_transit": "Capital in parts under way",
    "parts_duty": "Duty on parts",
    "scale": "Scale",
    "incentive": "Grants",
    "fixed": "Fixed cost of plants",
    "idle": "Idle slots",
    "opening": "Opening of sites",
    "plant_tooling": "Tooling of plants",
    "development": "Development of cars",
    "engineering": "Engineering of parts",
    "supplier_tooling": "Tools at suppliers",
    "platform": "Platforms",
    "short": "Missed minimum sales",
    "committed": "Contracted volume not taken",
    "target": "Missed targets",
    "transfer": "Transfer prices",
    "venture": "Share of outside owners",
}


def number(amount: float, digits: int = 0) -> str:
    """Return a number with thousands separators and a true minus sign; nothing is shown as minus zero."""
    text = f"{amount:,.{digits}f}"
    if not any(character in "123456789" for character in text):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def signed(amount: float, digits: int = 0) -> str:
    """Return a number with its sign, nothing for zero."""
    text = number(amount, digits)
    positive = not text.startswith(MINUS) and any(character in "123456789" for character in text)
    return f"+{text}" if positive else text


def money(amount: float, currency: str, *, sign: bool = False) -> str:
    """Return money by its size, such as `1.23 bn EUR`, `45.6 million EUR` or `1,234 EUR`."""
    write = signed if sign else number
    for size, word, digits in SIZES:
        if round(abs(amount) / size, digits) >= 1:
            return SPACE.join((write(amount / size, digits), word, currency))
    if abs(amount) >= 1e5:
        return SPACE.join((write(amount / 1e6, 2), "million", currency))
    return SPACE.join((write(amount), currency))


def share(amount: float, digits: int = 0) -> str:
    """Return a share as per cent."""
    return f"{number(100 * amount, digits)}{SPACE}%"


def label(text: str, width: int = 24) -> str:
    """Return a name for a figure, which reads a little HTML and formulas: escaped, in short lines."""
    lines = (escape(line).replace("$", "&#36;") for line in wrap(text, width, break_long_words=True))
    return "<br>".join(lines) or " "


def span(plan: Plan) -> str:
    """Return the horizon in words, such as `2026 to 2031`."""
    labels = plan.study.periods.labels
    return labels[0] if len(labels) == 1 else f"{labels[0]} to {labels[-1]}"


@dataclass(frozen=True)
class Names:
    """The names that a study gives to its identifiers; an identifier without one stands for itself."""

    by_table: dict[str, dict[str, str]] = field(repr=False)

    @classmethod
    def of(cls, plan: Plan) -> "Names":
        """Collect the names of a plan's study."""
        return cls.of_study(plan.study)

    @classmethod
    def of_study(cls, study: Study) -> "Names":
        """Collect the names of a study; a name that two rows share is told apart by the identifier."""
        found: dict[str, dict[str, str]] = {}
        for table, key in NAMED.items():
            rows = study.table(table).select(key, "name").iter_rows()
            named = {identifier: name or identifier for identifier, name in rows}
            counts: dict[str, int] = {}
            for name in named.values():
                counts[name] = counts.get(name, 0) + 1
            found[key] = {
                identifier: name if counts[name] == 1 else f"{name} ({identifier})"
                for identifier, name in named.items()
            }
        return cls(found)

    def __call__(self, kind: str, identifier: str | None) -> str:
        """Return the name of an identifier of a kind: partner, brand, model, site, market and so on."""
        if identifier is None:
            return ""
        return self.by_table.get(kind, {}).get(identifier, identifier)

    def place(self, identifier: str) -> str:
        """Return the name of a site or a market."""
        return self.by_table["site"].get(identifier) or self.by_table["market"].get(identifier, identifier)


def line_words(line: str) -> str:
    """Return a ledger line in words."""
    return LINE_WORDS.get(line, line)

"""Parts of several partners in one form: same families, attributes, units, words and currency."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from lynchpin.errors import OptionError
from lynchpin.study.finding import Finding

BASE: Mapping[str, type[pl.DataType]] = {
    "catalogue": pl.String,
    "part": pl.String,
    "name": pl.String,
    "family": pl.String,
    "owner": pl.String,
    "supplier": pl.String,
    "status": pl.String,
    "release": pl.String,
    "volume": pl.Float64,
    "price": pl.Float64,
    "engineering": pl.Float64,
    "file": pl.String,
    "row": pl.Int64,
}
"""Columns of parts and their types.

Volume is in pieces per year, price in the common currency, and engineering what it costs in a year to put a
part into use that is not developed yet; blank for the others.
"""
RESERVED = frozenset({*BASE, "index"})
"""Names that no attribute may have, for they are columns of all parts."""
SENSES = ("at_least", "at_most", "equal")
PRICED_IN = frozenset({"EUR", "USD", "GBP", "CHF"})
PART_NUMBER_COST = 1000.0


@dataclass(frozen=True)
class Attribute:
    """A measured property of a family, and how far two values may differ.

    kind       number or text
    sense      at_least: more is better; at_most: less is better; equal: it must agree
    tolerance  relative difference at which two numbers count as equal; None: the run's default
    reach      how much better a part may be that takes another's place; None: the run's default
    """

    family: str
    name: str
    unit: str
    kind: str
    sense: str
    tolerance: float | None = None
    reach: float | None = None


@dataclass(frozen=True, kw_only=True)
class DuplicateOptions:
    """How alike two parts must be, and what a part number costs.

    tolerance         relative difference within which two parts do the same job both ways
    reach             how much better, relative, a part may be that takes another's place one way
    rounding          relative difference that writing in another unit makes; equal numbers agree to this
    part_number_cost  per year and part number, in the prices' currency; None: 1,000 where the currency is
                      EUR, USD, GBP or CHF, and not valued in others
    """

    tolerance: float = 0.01
    reach: float = 0.10
    rounding: float = 0.0005
    part_number_cost: float | None = None

    def __post_init__(self) -> None:
        """Raise OptionError where a number is out of its range."""
        for name, high in (("tolerance", 0.5), ("reach", 10.0), ("rounding", 0.05)):
            value = getattr(self, name)
            if not 0 <= value <= high:
                raise OptionError(
                    f"must be between 0 and {high:g}", thing=name, value=value, cure="Write 0.01 for 1 %."
                )
        cost = self.part_number_cost
        if cost is not None and not 0 <= cost < float("inf"):
            raise OptionError(
                "must be at least 0", thing="part_number_cost", value=cost, cure="Write money per year."
            )

    def cost_in(self, currency: str) -> float | None:
        """Return the yearly cost of a part number in a currency; None where it is not known."""
        if self.part_number_cost is not None:
            return self.part_number_cost
        return PART_NUMBER_COST if currency in PRICED_IN else None

    def settle(self, attribute: Attribute) -> Attribute:
        """Return the attribute with its tolerance and reach, the run's where it has none of its own."""
        if attribute.kind == "text":
            return attribute
        usual = self.rounding if attribute.sense == "equal" else self.tolerance
        return replace(
            attribute,
            tolerance=usual if attribute.tolerance is None else attribute.tolerance,
            reach=self.reach if attribute.reach is None else attribute.reach,
        )


@dataclass(frozen=True)
class Parts:
    """Parts of all partners.

    frame       one row for each part, columns as in `BASE`; the row number is the part's index
    values      family to a frame with the column `index` and one column for each attribute of the family,
                null where a part does not give it
    attributes  attributes of every family, sorted
    currency    of the prices; empty where none is given
    findings    warnings about the parts
    """

    frame: pl.DataFrame
    values: Mapping[str, pl.DataFrame]
    attributes: tuple[Attribute, ...]
    currency: str
    findings: tuple[Finding, ...] = ()

    def of(self, family: str) -> tuple[Attribute, ...]:
        """Return the attributes of one family."""
        return tuple(attribute for attribute in self.attributes if attribute.family == family)

    def settled(self, options: DuplicateOptions) -> "Parts":
        """Return the parts with the tolerance and reach of every attribute filled in."""
        return replace(self, attributes=tuple(options.settle(attribute) for attribute in self.attributes))

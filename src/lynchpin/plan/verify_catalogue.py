"""A study's rows by key, what variants are, who can make them, and who owns and lies where.

fit  every requirement with an attribute is met: >=, <= or equal (numbers within 1e-9 relative)
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lynchpin.plan.verify_time import Calendar
from lynchpin.study.study import Study

Row = Mapping[str, Any]


class Catalogue:
    """The rows of a study by key, and what follows from them in every sharing scope."""

    def __init__(self, study: Study, *, sharing: str, as_is: bool) -> None:
        self.study = study
        self.settings = study.settings
        self.sharing = "alliance" if as_is else sharing
        self.as_is = as_is
        self.cost = study.settings.objective == "cost"
        self.calendar = Calendar(study.settings, self.rows("currencies"))
        self.periods = range(len(self.calendar))
        self.partners = sorted(row["partner"] for row in self.rows("partners"))
        self.brand_partner = {row["brand"]: row["partner"] for row in self.rows("brands")}
        self.programmes = self.by("programmes", "programme")
        self.models = self.by("models", "model")
        self.families = self.by("families", "family")
        self.variants = self.by("variants", "variant")
        self.platforms = self.by("platforms", "platform")
        self.sites = self.by("sites", "site")
        self.markets = self.by("markets", "market")
        self.targets = self.by("targets", "target")
        self.attributes = {(r["family"], r["attribute"]): r for r in self.rows("attributes")}
        self.offers = {(r["model"], r["market"]): r for r in self.rows("offers")}
        self.allocations = {(r["programme"], r["site"]): r for r in self.rows("allocations")}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a study table with defaults filled in."""
        return self.study.table(table).to_dicts()

    def by(self, table: str, key: str) -> dict[str, Row]:
        """Return the rows of a table by one identifier."""
        return {row[key]: row for row in self.rows(table)}

    # Specifications ----------------------------------------------------------------------------------------

    @cached_property
    def needs(self) -> dict[str, dict[str, list[Row]]]:
        """The requirement rows by version and family."""
        found: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for row in self.rows("requirements"):
            found[row["model"]][row["family"]].append(row)
        return found

    def quantity(self, model: str, family: str) -> float:
        """Return the pieces of a family in one vehicle."""
        given = [row["quantity"] for row in self.needs[model][family] if row["quantity"] is not None]
        return float(given[0]) if given else 1.0

    @cached_property
    def specifications(self) -> dict[str, dict[str, str]]:
        """The attribute values of every variant, as text."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for row in self.rows("specifications"):
            found[row["variant"]][row["attribute"]] = str(row["value"])
        return found

    def measure(self, variant: str, attribute: str | None) -> float:
        """Return how much of a capacity or scale attribute one piece is: 1 for pieces."""
        if attribute is None or attribute == "pieces":
            return 1.0
        value = self.specifications[variant].get(attribute)
        return float(value) if value is not None else 0.0

    def scale_measure(self, variant: str) -> float:
        """Return the scale units of one piece."""
        return self.measure(variant, self.families[self.variants[variant]["family"]]["scale_attribute"])

    def fits(self, variant: str, model: str) -> bool:
        """Tell whether a variant meets every requirement of a version on its family."""
        family = self.variants[variant]["family"]
        values = self.specifications[variant]
        for row in self.needs[model].get(family, []):
            attribute = row["attribute"]
            if attribute is None:
                continue
            if attribute not in values:
                return False
            if not meets(values[attribute], str(row["value"]), self.attributes[family, attribute]):
                return False
        return True

    # Who makes what ----------------------------------------------------------------------------------------

    @cached_property
    def own_nominations(self) -> dict[tuple[str, str], Row]:
        """Nomination rows of a variant, by variant and site."""
        return {(r["variant"], r["site"]): r for r in self.rows("nominations") if r["variant"] is not None}

    @cached_property
    def pool_nominations(self) -> dict[tuple[str, str], Row]:
        """Nomination rows of a family, by family and site."""
        return {(r["family"], r["site"]): r for r in self.rows("nominations") if r["family"] is not None}

    def nomination(self, variant: str, site: str) -> Row | None:
        """Return the row under which a site can make a variant: its own, else the family's, else none."""
        own = self.own_nominations.get((variant, site))
        return own or self.pool_nominations.get((self.variants[variant]["family"], site))

    def pooled(self, family: str, site: str) -> list[str]:
        """Return the variants that share the family's row at a site."""
        return [
            v
            for v, row in self.variants.items()
            if row["family"] == family and (v, site) not in self.own_nominations
        ]

    # Places and owners -------------------------------------------------------------------------------------

    @cached_property
    def _territories(self) -> list[dict[str, set[str]]]:
        found: list[dict[str, set[str]]] = [defaultdict(set) for _ in self.periods]
        for row in self.rows("territories"):
            for t in self.periods:
                if self.calendar.inside(row, t):
                    found[t][row["country"]].add(row["territory"])
        return found

    def territories(self, country: str, t: int) -> set[str]:
        """Return the territories that a country is a member of in period `t`."""
        return self._territories[t].get(country, set())

    def lies_in(self, country: str, place: str | None, t: int, *, everywhere: str = "any") -> bool:
        """Tell whether a country is `place`, lies in the territory `place`, or any place will do."""
        return place in (None, everywhere, country) or place in self.territories(country, t)

    @cached_property
    def owners(self) -> dict[str, tuple[dict[str, float], float]]:
        """The partners that pay for a site with their shares, and the share of outside owners."""
        ventures: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for row in self.rows("ventures"):
            ventures[row["operator"]][row["owner"]] += row["share"]
        return {
            site: self._owners_of(row, ventures.get(row["operator"], {})) for site, row in self.sites.items()
        }

    def _owners_of(self, site: Row, venture: Mapping[str, float]) -> tuple[dict[str, float], float]:
        operator = site["operator"]
        if operator in self.partners:
            return {operator: 1.0}, 0.0
        inside = {owner: share for owner, share in venture.items() if owner in self.partners and share > 0}
        total = sum(inside.values())
        if not total:
            return {partner: 1 / len(self.partners) for partner in self.partners}, 0.0
        outside = sum(venture.values()) - total if site["kind"] == "assembly" else 0.0
        return {owner: share / total for owner, share in inside.items()}, max(outside, 0.0)


def numbers(text: str | None) -> list[float]:
    """Return the numbers of a cell that separates them by semicolons."""
    return [float(part) for part in (text or "").split(";") if part.strip()]


def names(text: str | None) -> list[str]:
    """Return the names of a cell that separates them by semicolons."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def meets(value: str, need: str, attribute: Row) -> bool:
    """Tell whether a value stands to a need as the attribute's sense says."""
    if attribute["kind"] == "text":
        return value.strip() == need.strip()
    have, wanted = float(value), float(need)
    slack = 1e-9 * max(abs(have), abs(wanted))
    if attribute["sense"] == "at_least":
        return have >= wanted - slack
    if attribute["sense"] == "at_most":
        return have <= wanted + slack
    return abs(have - wanted) <= slack

"""What a study says, looked up row by row: who is on sale when, who fits whom, who can make what, who owns whom.

possible sales   B[m,n,t] = base_sales growth curve y inside the version's window, else 0
fit              every requirement with an attribute is met: >=, <= or equal (numbers within 1e-9 relative)
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from lynchpin.plan.verify_time import Calendar, begin_of, whole_years
from lynchpin.study.study import Study

Row = Mapping[str, Any]


class Facts:
    """The rows of a study by key, and what follows from them for one sharing scope."""

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

    # Identifiers -----------------------------------------------------------------------------------------

    def member(self, model: str) -> str:
        """Return the member of the sharing scope that version `model` belongs to."""
        brand = self.programmes[self.models[model]["programme"]]["brand"]
        return {
            "alliance": "alliance",
            "partner": self.brand_partner[brand],
            "brand": brand,
            "model": model,
        }[self.sharing]

    @cached_property
    def members(self) -> dict[str, str]:
        """The partner of every member of the sharing scope; of the alliance none, written as a blank."""
        if self.sharing == "alliance":
            return {"alliance": ""}
        return {self.member(model): self.partner(model) for model in self.models}

    def partner(self, model: str) -> str:
        """Return the partner whose brand sells version `model`."""
        return self.brand_partner[self.programmes[self.models[model]["programme"]]["brand"]]

    # Windows and sales -------------------------------------------------------------------------------------

    def status(self, model: str) -> str:
        """Return the status of a version; a blank one is its programme's."""
        row = self.models[model]
        return str(row["status"] or self.programmes[row["programme"]]["status"])

    def certain(self, model: str) -> bool:
        """Tell whether a version is launched in every plan."""
        programme = self.programmes[self.models[model]["programme"]]
        return self.status(model) != "candidate" and programme["status"] != "candidate"

    def launch(self, programme: str) -> float:
        """Return when a programme goes on sale, in years; minus infinity where it is blank."""
        label = self.programmes[programme]["launch"]
        return -math.inf if label is None else begin_of(label)

    def age(self, programme: str, t: int) -> float:
        """Return the years since launch, infinite where launch is blank."""
        return self.calendar.start[t] - self.launch(programme)

    def on_sale(self, programme: str, t: int) -> bool:
        """Tell whether period `t` lies in the programme's window."""
        life, age = self.programmes[programme]["life"], self.age(programme, t)
        if age < -1e-9:
            return False
        return life is None or math.isinf(age) or age < life - 1e-9

    @cached_property
    def successors(self) -> dict[str, list[str]]:
        """The versions that replace a version."""
        found: dict[str, list[str]] = defaultdict(list)
        for model, row in self.models.items():
            if row["replaces"] is not None:
                found[row["replaces"]].append(model)
        return found

    @cached_property
    def windows(self) -> dict[str, list[int]]:
        """The periods of every version that is in the plan: its window touches the horizon."""
        found: dict[str, list[int]] = {}
        for model, row in self.models.items():
            ends = [
                self.launch(self.models[m]["programme"])
                for m in self.successors.get(model, [])
                if self.certain(m)
            ]
            end = min(ends, default=math.inf)
            inside = [
                t
                for t in self.periods
                if self.on_sale(row["programme"], t) and self.calendar.start[t] < end - 1e-9
            ]
            if inside and not (self.as_is and not self.certain(model)):
                found[model] = inside
        return found

    @cached_property
    def versions(self) -> dict[str, list[str]]:
        """The versions in the plan by programme."""
        found: dict[str, list[str]] = defaultdict(list)
        for model in self.windows:
            found[self.models[model]["programme"]].append(model)
        return found

    @cached_property
    def possible(self) -> dict[tuple[str, str, int], float]:
        """Possible sales B by version, market and period; absent where they are 0."""
        found: dict[tuple[str, str, int], float] = {}
        for (model, market), row in self.offers.items():
            for t in self.windows.get(model, []):
                amount = row["base_sales"] * self._growth(model, market, t) * self._curve(model, t)
                if amount > 0:
                    found[model, market, t] = amount * self.calendar.years
        return found

    @cached_property
    def _sizes(self) -> dict[tuple[str, str, str], dict[float, float]]:
        found: dict[tuple[str, str, str], dict[float, float]] = defaultdict(dict)
        for row in self.rows("demand"):
            key = (row["market"], row["segment"], row["powertrain"])
            found[key][begin_of(row["period"])] = row["vehicles"]
        return found

    def _growth(self, model: str, market: str, t: int) -> float:
        row = self.models[model]
        for powertrain in (row["powertrain"], "any"):
            sizes = self._sizes.get((market, row["segment"], powertrain))
            if sizes:
                base, now = self.calendar.dated(sizes, 0), self.calendar.dated(sizes, t)
                return now / base if base and now else 0.0
        return 1.0

    def _curve(self, model: str, t: int) -> float:
        programme = self.models[model]["programme"]
        curve = numbers(self.programmes[programme]["life_curve"])
        if not curve:
            return 1.0
        age = self.age(programme, t)
        return curve[-1] if math.isinf(age) else curve[min(whole_years(age), len(curve) - 1)]

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
        """The partners that pay for a site with their shares, and the share of owners outside the alliance."""
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

    # What a plan's row may name ----------------------------------------------------------------------------

    def domains(self) -> dict[str, frozenset[str]]:
        """Return the identifiers that each column of a plan's table may hold."""
        quotas = {row["name"] for row in self.rows("tariffs") if row["quota"] is not None}
        named: dict[str, set[str]] = {
            "programme": set(self.programmes),
            "model": set(self.models),
            "family": set(self.families),
            "variant": set(self.variants),
            "platform": set(self.platforms),
            "site": set(self.sites),
            "supplier": set(self.sites),
            "market": set(self.markets),
            "partner": set(self.partners),
            "target": set(self.targets),
            "member": set(self.members),
            "period": set(self.calendar.index),
            "regime": {"general", *quotas},
            "line": set(LINES),
            "kind": set(INVESTMENTS),
        }
        return {column: frozenset(names) for column, names in named.items()}

    def allows(self, table: str, key: tuple[Any, ...]) -> bool:
        """Tell whether the study has the combination that a row of a plan's table names."""
        if table == "launch":
            return self.models[key[1]]["programme"] == key[0]
        if table == "use":
            return self.variants[key[2]]["family"] == key[1] and key[1] in self.needs[key[0]]
        if table == "nominate":
            return self.nomination(key[0], key[1]) is not None
        if table == "allocate":
            return (key[0], key[1]) in self.allocations
        return self._allows_flow(table, key)

    def _allows_flow(self, table: str, key: tuple[Any, ...]) -> bool:
        if table in ("make", "ship"):
            built = (self.models[key[0]]["programme"], key[1]) in self.allocations
            return built and (table == "make" or (key[0], key[2]) in self.offers)
        if table == "buy":
            carried = self.variants[key[1]]["family"] in self.needs[key[0]]
            built = (self.models[key[0]]["programme"], key[3]) in self.allocations
            return carried and built and self.nomination(key[1], key[2]) is not None
        if table in ("sell", "short"):
            return (key[0], key[1]) in self.offers
        if table == "unmet":
            site, variant, family = key[:3]
            if (variant is None) == (family is None):
                return False
            return (variant, site) in self.own_nominations or (family, site) in self.pool_nominations
        if table == "miss":
            dual = self.targets[key[0]]["kind"] == "dual_source"
            return (key[1] is not None) == dual and (key[2] is not None) == dual
        return True


LINES = (
    *("revenue", "selling", "car_freight", "car_transit", "car_duty", "body", "conversion"),
    *("parts", "parts_freight", "parts_transit", "parts_duty", "scale", "incentive"),
    *("fixed", "idle", "opening", "plant_tooling", "development", "engineering"),
    *("supplier_tooling", "platform", "short", "committed", "target", "transfer", "venture"),
)
"""The lines of the ledger."""
INVESTMENTS = ("development", "plant_tooling", "engineering", "supplier_tooling", "platform", "opening")
"""The lines that are annuities of an investment."""


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

"""Who belongs to which member of the sharing scope, who is on sale when, and how much could be sold.

possible sales   B[m,n,t] = base_sales growth curve y inside the version's window, else 0
"""

import math
from collections import defaultdict
from functools import cached_property

from lynchpin.plan.verify_catalogue import Catalogue, numbers
from lynchpin.plan.verify_time import begin_of, whole_years


class Facts(Catalogue):
    """What a study says and what follows for one sharing scope."""

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

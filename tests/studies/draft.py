"""What the parts of the generator share: sizes, coins, dice for each topic, and the rows so far."""

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]

FEATURES: dict[str, float] = {
    "half_years": 0.25,
    "cost_objective": 0.15,
    "discounting": 0.8,
    "currencies": 0.5,
    "brands": 0.4,
    "candidate_programmes": 0.7,
    "candidate_versions": 0.4,
    "replaces": 0.4,
    "windows": 0.5,
    "life_curve": 0.4,
    "demand_growth": 0.6,
    "platforms": 0.5,
    "price_paths": 0.5,
    "scale": 0.5,
    "kwh_volume": 0.3,
    "site_capacity_attribute": 0.3,
    "family_nominations": 0.4,
    "part_capacity": 0.5,
    "committed": 0.3,
    "quantity": 0.4,
    "plant_capacity": 0.7,
    "idle_cost": 0.5,
    "ramps": 0.3,
    "slots": 0.3,
    "candidate_sites": 0.4,
    "min_share": 0.5,
    "tariffs": 0.7,
    "part_tariffs": 0.5,
    "territories": 0.5,
    "addons": 0.5,
    "all_in": 0.3,
    "preferences": 0.4,
    "non_content": 0.3,
    "floors": 0.3,
    "specific": 0.3,
    "quotas": 0.4,
    "bans": 0.2,
    "fob": 0.4,
    "transfer_prices": 0.3,
    "venture": 0.3,
    "incentives": 0.4,
    "share_target": 0.3,
    "volume_target": 0.3,
    "co2_target": 0.3,
    "local_target": 0.3,
    "dual_source_target": 0.3,
    "scenario": 0.3,
    "money_abroad": 0.2,
    "committed_sites": 0.2,
    "drift": 0.0,
}

TRADE = (
    "part_tariffs",
    "addons",
    "all_in",
    "preferences",
    "non_content",
    "floors",
    "specific",
    "quotas",
    "bans",
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """Counts of things; the defaults leave a structure that can be enumerated."""

    partners: int = 2
    programmes: int = 3
    families: int = 2
    variants: int = 2
    plants: int = 2
    suppliers: int = 2
    markets: int = 2
    periods: int = 2


@dataclass
class Draft:
    """A study in the making: `tables` holds the rows, `has(feature)` the coins."""

    seed: int
    size: Size
    plain: bool
    forced: Mapping[str, bool]
    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def has(self, feature: str) -> bool:
        """Return whether a feature is on: as forced, else by its coin; trade features need tariffs."""
        if feature in self.forced:
            return self.forced[feature]
        if feature == "tariffs" and any(self.forced.get(name) for name in (*TRADE, "drift")):
            return True
        if feature in ("price_paths", "part_tariffs") and self.forced.get("drift"):
            return True
        if feature == "transfer_prices" and self.forced.get("venture"):
            return True
        if feature == "currencies" and (self.forced.get("money_abroad") or self.forced.get("drift")):
            return True
        if feature in TRADE and not self.has("tariffs"):
            return False
        return not self.plain and self.dice("coin", feature).random() < FEATURES[feature]

    def dice(self, *topic: object) -> random.Random:
        """Return dice of their own for a topic, so that one topic's throws never shift another's."""
        return random.Random("/".join(map(str, (self.seed, *topic))))

    def add(self, table: str, /, **row: Any) -> Row:
        """Add a row, leaving out blanks, and return it."""
        kept = {name.rstrip("_"): value for name, value in row.items() if value is not None}
        self.tables[table].append(kept)
        return kept

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table so far."""
        return self.tables[table]

    def period(self, index: int) -> str:
        """Return the label of a period by its index; negative ones lie before the horizon."""
        if self.has("half_years"):
            return f"{2026 + index // 2}-H{1 + index % 2}"
        return str(2026 + index)

    def moves(self, index: int) -> bool:
        """Say whether prices, rates and duties of a drifting study move at a period."""
        return self.dice("moves", index).random() < 0.4

    def settings(self) -> Row:
        """Return the settings of the study."""
        dice = self.dice("settings")
        return {
            "name": f"random-{self.seed}",
            "first_period": self.period(0),
            "periods": self.size.periods,
            "period": "half-year" if self.has("half_years") else "year",
            "currency": "EUR",
            "discount_rate": dice.choice([0.05, 0.08, 0.1]) if self.has("discounting") else 0.0,
            "objective": "cost" if self.has("cost_objective") else "contribution",
            "short_penalty": 60_000.0 if self.has("cost_objective") else 6_000.0,
        }

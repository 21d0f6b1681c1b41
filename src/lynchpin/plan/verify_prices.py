"""Money of one vehicle or one piece in one period, in the study's currency.

net price      price / (1 + vat) (1 - dealer_share)
list cost      (nomination's unit_cost, or own list cost times both cost factors) times the price path's index
own list cost  unit_cost, or the sum of cost_per_unit times value over the numeric attributes
transit        (freight + customs value) days / 365 r
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import log2

from lynchpin.plan.verify_catalogue import Row
from lynchpin.plan.verify_duty import Duties, Trade
from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_time import begin_of

Arrival = tuple[float, float, float | None]
"""Freight, capital in transit and duty of one unit; duty None in a regime that the flow cannot have."""


class Prices:
    """Prices and costs per unit by period."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.duties = Duties(facts)
        self._lanes = {(row["from"], row["to"], row["carries"]): row for row in facts.rows("lanes")}
        self._paths: dict[tuple[str, str, str], dict[float, float]] = defaultdict(dict)
        for row in facts.rows("price_paths"):
            place = (row["family"], row["country"], row["chemistry"])
            self._paths[place][begin_of(row["period"])] = row["index"]
        self._transfers: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in facts.rows("transfer_prices"):
            self._transfers[row["site"], row["model"]].append(row)

    # Cars --------------------------------------------------------------------------------------------------

    def net_price(self, model: str, market: str, t: int) -> float:
        """Return the net price of a version in a market; 0 where the offer has none."""
        offer, place = self._facts.offers[model, market], self._facts.markets[market]
        price = (offer["price"] or 0.0) * self._facts.calendar.rate(offer["currency"], t)
        return price / (1 + place["vat"]) * (1 - place["dealer_share"])

    def transfer(self, site: str, model: str, market: str, t: int) -> float | None:
        """Return the transfer price of the most exact territory of the market, or None."""
        country = self._facts.markets[market]["country"]
        found: list[tuple[int, str, float]] = []
        for row in self._transfers.get((site, model), []):
            place = row["territory"]
            if self._facts.lies_in(country, place, t):
                breadth = 0 if place == country else 2 if place == "any" else 1
                found.append((breadth, place, row["price"] * self._facts.calendar.rate(row["currency"], t)))
        return min(found)[2] if found else None

    def car_arrival(self, model: str, site: str, market: str, regime: str, t: int) -> Arrival | None:
        """Return freight, transit and duty of one car; None without a lane."""
        facts = self._facts
        lane = self._freight(site, market, "cars", facts.models[model]["volume_m3"], t)
        if lane is None:
            return None
        freight, days = lane
        value = self.transfer(site, model, market, t)
        if value is None:
            value = facts.offers[model, market]["customs_share"] * self.net_price(model, market, t)
        transit = (freight + value) * days / 365 * facts.calendar.interest
        place, row = facts.markets[market], facts.models[model]
        base = value + (freight if place["duty_basis"] == "cif" else 0.0)
        trade = Trade(site, row["programme"], row["hs"], place["country"], t)
        return freight, transit, self.duties.per_unit(trade, regime, base)

    # Parts -------------------------------------------------------------------------------------------------

    def own_cost(self, variant: str, t: int) -> float:
        """Return the variant's own list cost, without site and path, at the rates of period `t`."""
        facts = self._facts
        row = facts.variants[variant]
        if row["unit_cost"] is not None:
            return row["unit_cost"] * facts.calendar.rate(row["currency"], t)
        total = 0.0
        for attribute, value in facts.specifications[variant].items():
            priced = facts.attributes[row["family"], attribute]
            if priced["kind"] == "number":
                total += priced["cost_per_unit"] * float(value) * facts.calendar.rate(priced["currency"], t)
        return total

    def path(self, family: str, country: str, chemistry: str, t: int) -> float:
        """Return the price index: country beats chemistry beats any; 1 where the study has none."""
        for place in ((country, chemistry), (country, "any"), ("any", chemistry), ("any", "any")):
            values = self._paths.get((family, *place))
            index = self._facts.calendar.dated(values, t) if values else None
            if index is not None:
                return index
        return 1.0

    def list_cost(self, variant: str, site: str, t: int) -> float:
        """Return the list cost of one piece at a supplier site."""
        facts = self._facts
        row, nomination = facts.variants[variant], facts.nomination(variant, site)
        if nomination is None:
            return 0.0
        if nomination["unit_cost"] is not None:
            cost = nomination["unit_cost"] * facts.calendar.rate(nomination["currency"], t)
        else:
            cost = self.own_cost(variant, t) * nomination["cost_factor"] * facts.sites[site]["cost_factor"]
        chemistry = facts.specifications[variant].get("chemistry", "any")
        return cost * self.path(row["family"], facts.sites[site]["country"], chemistry, t)

    def part_arrival(self, variant: str, supplier: str, site: str, regime: str, t: int) -> Arrival | None:
        """Return freight, transit and duty of one piece; None without a lane."""
        facts = self._facts
        if supplier == site:
            return 0.0, 0.0, 0.0 if regime == "general" else None
        lane = self._freight(supplier, site, "parts", facts.variants[variant]["mass_kg"], t)
        if lane is None:
            return None
        freight, days = lane
        cost = self.list_cost(variant, supplier, t)
        transit = (freight + cost) * days / 365 * facts.calendar.interest
        place, family = facts.sites[site], facts.variants[variant]["family"]
        base = cost + (freight if place["duty_basis"] == "cif" else 0.0)
        trade = Trade(supplier, family, facts.families[family]["hs"], place["country"], t)
        return freight, transit, self.duties.per_unit(trade, regime, base)

    def _freight(
        self, start: str, end: str, carries: str, size: float | None, t: int
    ) -> tuple[float, float] | None:
        """Return freight of one unit and days of a lane; None where the study has no lane with a price."""
        lane = self._lanes.get((start, end, carries)) or self._lanes.get((start, end, "any"))
        if lane is None:
            return None
        rate = self._facts.calendar.rate(lane["currency"], t)
        if lane["cost_per_unit"] is not None:
            return lane["cost_per_unit"] * rate, lane["days"]
        price = lane["cost_per_m3" if carries == "cars" else "cost_per_kg"]
        if price == 0:
            return 0.0, lane["days"]
        if price is None or size is None:
            return None
        return price * size * rate, lane["days"]

    def incentive(
        self, grants: Sequence[Row], country: str, key: str, name: str, kwh: float, t: int
    ) -> float:
        """Return the grants on one unit made in a country: `key` is powertrain or family."""
        facts, total = self._facts, 0.0
        for row in grants:
            if row[key] != name or not facts.calendar.inside(row, t):
                continue
            if facts.lies_in(country, row["territory"], t):
                money = row["per_unit"] + (row["per_kwh"] * kwh if key == "family" else 0.0)
                total += money * facts.calendar.rate(row["currency"], t)
        return total


def curve_factor(volume: float, family: Mapping[str, float | None]) -> float:
    """Return the scale factor phi of a yearly volume: (min(max(V, Vmin), Vsat) / V0)^(-b) of statement S1."""
    rate, reference = family["scale_rate"] or 0.0, family["reference_volume"]
    if not rate or not reference:
        return 1.0
    least, most = family["minimum_volume"], family["saturation_volume"]
    least = reference / 10 if least is None else least
    most = reference * 10 if most is None else most
    return (min(max(volume, least), most) / reference) ** log2(1 - rate)

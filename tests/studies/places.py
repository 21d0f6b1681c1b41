"""Partners, brands, the venture, plants, supplier sites and markets."""

from tests.studies.draft import Draft

COUNTRIES = ("FR", "CN", "US", "DE", "MX", "GB")
POINTS = {
    "FR": (50.4, 3.1),
    "CN": (31.2, 121.5),
    "US": (33.7, -84.4),
    "DE": (53.5, 10.0),
    "MX": (20.5, -100.8),
    "GB": (54.9, -1.4),
}
CURRENCY = {"US": "USD", "CN": "CNY"}


def add_places(draft: Draft) -> None:
    """Add the tables partners, brands, ventures, currencies, sites and markets."""
    _add_partners(draft)
    _add_currencies(draft)
    for number in range(draft.size.plants):
        _add_plant(draft, number)
    for number in range(draft.size.suppliers):
        _add_supplier(draft, number)
    for number in range(draft.size.markets):
        _add_market(draft, number)


def currency_of(draft: Draft, country: str) -> str | None:
    """Return the currency of a country's money, blank where the study has no currencies."""
    return CURRENCY.get(country) if draft.has("currencies") else None


def _add_partners(draft: Draft) -> None:
    for number in range(draft.size.partners):
        partner = f"partner{number}"
        draft.add("partners", partner=partner, country=COUNTRIES[number % len(COUNTRIES)])
        draft.add("brands", brand=f"brand{number}", partner=partner)
    if draft.has("brands"):
        draft.add("brands", brand=f"brand{draft.size.partners}", partner="partner0")
    if draft.has("venture"):
        dice = draft.dice("venture")
        share = dice.choice([0.3, 0.5, 0.51])
        draft.add("ventures", operator="joint", owner="partner0", share=share)
        rest = 1 - share
        if draft.size.partners > 1 and dice.random() < 0.5:
            draft.add("ventures", operator="joint", owner="partner1", share=round(rest / 2, 6))
            rest = round(rest - round(rest / 2, 6), 6)
        draft.add("ventures", operator="joint", owner="outsider", share=round(rest, 6))


def _add_currencies(draft: Draft) -> None:
    if draft.has("currencies"):
        draft.add("currencies", currency="USD", rate=0.9)
        draft.add("currencies", currency="USD", from_=draft.period(1), rate=0.85)
        draft.add("currencies", currency="CNY", rate=0.13)
        for period in range(2, draft.size.periods if draft.has("drift") else 0):
            if not draft.moves(period):
                continue
            dice = draft.dice("rate", period)
            begins = draft.period(period)
            draft.add("currencies", currency="USD", from_=begins, rate=dice.choice([0.8, 0.9, 1.0]))
            draft.add("currencies", currency="CNY", from_=begins, rate=dice.choice([0.12, 0.14]))


def _add_plant(draft: Draft, number: int) -> None:
    dice = draft.dice("plant", number)
    country = COUNTRIES[number % len(COUNTRIES)]
    candidate = draft.has("candidate_sites") and number == draft.size.plants - 1 and number >= 1
    joint = draft.has("venture") and number == draft.size.plants - 1
    limited = draft.has("plant_capacity") or draft.has("idle_cost")
    lat, lon = POINTS[country]
    draft.add(
        "sites",
        site=f"plant{number}",
        kind="assembly",
        operator="joint" if joint else f"partner{number % draft.size.partners}",
        country=country,
        lat=lat,
        lon=lon,
        zone="continent" if draft.has("territories") and country in ("FR", "DE") else None,
        capacity=float(dice.randrange(12, 45) * 1000) if limited else None,
        fixed_cost=_local(draft, country, dice.choice([5.0, 12.0, 30.0])),
        idle_cost=_local(draft, country, float(dice.randrange(1, 9) * 100))
        if draft.has("idle_cost")
        else None,
        body_factor=dice.choice([1.0, 0.9, 1.1]),
        opening_cost=_local(draft, country, dice.choice([20.0, 60.0])) if candidate else None,
        life=dice.choice([10.0, 20.0]) if candidate else None,
        duty_basis="fob" if draft.has("fob") and dice.random() < 0.5 else None,
        status="candidate" if candidate else "current",
        currency=currency_of(draft, country),
    )


def _add_supplier(draft: Draft, number: int) -> None:
    dice = draft.dice("supplier", number)
    country = COUNTRIES[(number + 1) % len(COUNTRIES)]
    candidate = draft.has("candidate_sites") and number == draft.size.suppliers - 1 and number >= 1
    by_kwh = draft.has("site_capacity_attribute") and number == draft.size.suppliers - 1 and number >= 1
    capacity = by_kwh or (draft.has("part_capacity") and dice.random() < 0.5)
    committed = draft.has("committed_sites") and number == 0
    lat, lon = POINTS[country]
    draft.add(
        "sites",
        site=f"supplier{number}",
        kind="component",
        operator=dice.choice(["cellco", "partner0", "motorco"]),
        country=country,
        lat=lat + 1,
        lon=lon + 1,
        capacity=dice.randrange(30, 120) * (20_000.0 if by_kwh else 1_000.0) if capacity else None,
        capacity_attribute="kwh" if by_kwh else None,
        fixed_cost=_local(draft, country, dice.choice([0.0, 2.0])),
        cost_factor=dice.choice([1.0, 0.8, 1.15]),
        opening_cost=_local(draft, country, dice.choice([10.0, 30.0])) if candidate or committed else None,
        status="candidate" if candidate else "committed" if committed else "current",
        currency=currency_of(draft, country),
    )


def _add_market(draft: Draft, number: int) -> None:
    dice = draft.dice("market", number)
    country = ("FR", "US", "CN", "GB", "DE", "MX")[number % 6]
    lat, lon = POINTS[country]
    draft.add(
        "markets",
        market=f"market{number}",
        country=country,
        lat=lat - 1,
        lon=lon,
        vat=dice.choice([0.0, 0.2]),
        dealer_share=dice.choice([0.08, 0.1]),
        duty_basis="fob" if draft.has("fob") and dice.random() < 0.5 else None,
    )


def _local(draft: Draft, country: str, money: float) -> float:
    """Return money of the study's currency as a round figure of the country's."""
    rate = {"USD": 0.9, "CNY": 0.13}.get(currency_of(draft, country) or "", 1.0)
    return round(money / rate, 2)

"""Platforms, programmes, versions, demand, offers and where cars can be built."""

from tests.studies.draft import Draft, Row
from tests.studies.places import currency_of

POWERTRAINS = ("BEV", "BEV", "PHEV", "ICE")
HEADING = {"BEV": "8703.80", "PHEV": "8703.60", "ICE": "8703.22"}


def add_cars(draft: Draft) -> None:
    """Add the tables platforms, programmes, models, allocations, demand and offers."""
    for number in range(draft.size.partners if draft.has("platforms") else 0):
        dice = draft.dice("platform", number)
        draft.add(
            "platforms",
            platform=f"platform{number}",
            owner=f"partner{number}",
            development_cost=dice.choice([10.0, 40.0]),
            life=dice.choice([4.0, 8.0]),
            status=dice.choice(["current", "committed", "candidate"]),
        )
    for number in range(draft.size.programmes):
        _add_programme(draft, number)
    _add_demand(draft)


def _add_programme(draft: Draft, number: int) -> None:
    dice = draft.dice("programme", number)
    brands = draft.rows("brands")
    candidate = draft.has("candidate_programmes") and number == draft.size.programmes - 1
    status = "candidate" if candidate else ("current" if number < 2 else "committed")
    launch = _launch(draft, number, status)
    programme = draft.add(
        "programmes",
        programme=f"programme{number}",
        brand=brands[number % len(brands)]["brand"],
        launch=None if launch is None else draft.period(launch),
        life=dice.choice([1.0, 2.0, 5.0]) if draft.has("windows") and launch is not None else None,
        development_cost=dice.choice([0.0, 15.0, 60.0]),
        development_life=dice.choice([3.0, 7.0]),
        life_curve=dice.choice(["1;0.8", "0.6;1;0.9", "0.5"])
        if draft.has("life_curve") and launch is not None
        else None,
        status=status,
    )
    model = _add_model(draft, programme, number, "a", status=None, replaces=_replaced(draft, number))
    if draft.has("candidate_versions") and number == 0:
        _add_model(draft, programme, number, "b", status="candidate", replaces=None)
    _add_allocations(draft, programme)
    _add_offers(draft, model)


def _launch(draft: Draft, number: int, status: str) -> int | None:
    """Return the launch as the index of a period, None for a blank one."""
    dice = draft.dice("launch", number)
    if _replaced(draft, number):
        return draft.size.periods - 1
    if any(draft.has(feature) for feature in ("windows", "life_curve", "ramps")):
        return dice.choice([-2, -1, 0]) if status == "current" else dice.choice([0, draft.size.periods - 1])
    return None


def _replaced(draft: Draft, number: int) -> str | None:
    """Return the version that the last programme's version follows, where the study has successors."""
    last = draft.size.programmes - 1
    return "model0a" if draft.has("replaces") and number == last and last > 0 else None


def _add_model(
    draft: Draft, programme: Row, number: int, version: str, *, status: str | None, replaces: str | None
) -> Row:
    dice = draft.dice("model", number, version)
    powertrain = POWERTRAINS[draft.dice("powertrain", number).randrange(4)] if number else "BEV"
    platforms = draft.rows("platforms")
    model = draft.add(
        "models",
        model=f"model{number}{version}",
        programme=programme["programme"],
        segment=dice.choice(["small", "large"]),
        powertrain=powertrain,
        platform=dice.choice(platforms)["platform"] if platforms else None,
        hs=HEADING[powertrain],
        volume_m3=dice.choice([9.0, 10.0, 12.0]),
        mass_kg=dice.choice([1200.0, 1800.0]),
        co2_g_km={"BEV": 0.0, "PHEV": 40.0, "ICE": 120.0}[powertrain],
        body_cost=float(dice.randrange(50, 90) * 100),
        status=status,
        replaces=replaces,
    )
    if version != "a":
        _add_offers(draft, model)
    return model


def _add_allocations(draft: Draft, programme: Row) -> None:
    """Let a plant that stands build the programme, and others perhaps."""
    plants = [row for row in draft.rows("sites") if row["kind"] == "assembly"]
    standing = [row["site"] for row in plants if row["status"] == "current"]
    name = programme["programme"]
    home = standing[int(name.removeprefix("programme")) % len(standing)]
    for plant in plants:
        dice = draft.dice("allocation", name, plant["site"])
        if plant["site"] != home and dice.random() < 0.3:
            continue
        own = plant["site"] == home
        draft.add(
            "allocations",
            site=plant["site"],
            programme=name,
            tooling_cost=float(dice.randrange(2, 30)),
            life=dice.choice([3.0, 7.0]),
            unit_cost=float(dice.randrange(12, 25) * 100),
            slots=dice.choice([0.5, 1.0, 1.5]) if draft.has("slots") else None,
            ramp=dice.choice(["0.5", "0.3;0.8"]) if draft.has("ramps") and "launch" in programme else None,
            status=("committed" if programme["status"] == "candidate" else programme["status"])
            if own
            else "candidate",
        )


def _add_offers(draft: Draft, model: Row) -> None:
    for market in draft.rows("markets"):
        dice = draft.dice("offer", model["model"], market["market"])
        if market["market"] != "market0" and dice.random() < 0.2:
            continue
        currency = currency_of(draft, market["country"])
        rate = {"USD": 0.9, "CNY": 0.13}.get(currency or "", 1.0)
        least = dice.choice([0.5, 0.8, 1.0]) if draft.has("min_share") and dice.random() < 0.7 else None
        cheap = least is not None and not draft.has("cost_objective") and dice.random() < 0.5
        draft.add(
            "offers",
            model=model["model"],
            market=market["market"],
            price=round(dice.randrange(200, 420) * 100 / rate, 0),
            base_sales=float(dice.randrange(2, 16) * 1000),
            min_share=least,
            short_penalty=round(dice.choice([500.0, 4000.0]) / rate, 2) if cheap else None,
            selling_share=dice.choice([0.0, 0.05, 0.1]),
            customs_share=dice.choice([0.6, 0.8, 1.0]),
            currency=currency,
        )


def _add_demand(draft: Draft) -> None:
    """Add market sizes by segment, some by drive, in every period."""
    if not draft.has("demand_growth"):
        return
    for market in draft.rows("markets"):
        for segment in ("small", "large"):
            dice = draft.dice("demand", market["market"], segment)
            exact = dice.random() < 0.4
            for powertrain in (None, "BEV") if exact else (None,):
                size = dice.randrange(2, 9) * 100_000.0
                for index in range(draft.size.periods):
                    draft.add(
                        "demand",
                        market=market["market"],
                        segment=segment,
                        powertrain=powertrain,
                        period=draft.period(index),
                        vehicles=size,
                    )
                    size = round(size * dice.choice([0.8, 1.1, 1.3]))

"""Families, attributes, variants, needs, what cars carry today, price paths and who can make what."""

from tests.studies.draft import Draft, Row
from tests.studies.places import currency_of

FAMILIES = ("battery", "drive", "computer")
PIECE_COST = {"battery": 4000.0, "drive": 900.0, "computer": 500.0}
MASS = {"battery": 300.0, "drive": 80.0, "computer": 5.0}


def add_parts(draft: Draft) -> None:
    """Add the tables families to nominations."""
    for family in FAMILIES[: draft.size.families]:
        _add_family(draft, family)
        for number in range(draft.size.variants):
            _add_variant(draft, family, number)
        for model in draft.rows("models"):
            _add_need(draft, model, family)
        _add_price_paths(draft, family)
        _add_nominations(draft, family)


def _add_family(draft: Draft, family: str) -> None:
    dice = draft.dice("family", family)
    scaled = draft.has("scale") and (family == "battery" or dice.random() < 0.5)
    by_kwh = family == "battery" and (draft.has("kwh_volume") or dice.random() < 0.5)
    unit = 50.0 if by_kwh else 1.0
    reference = dice.randrange(10, 30) * 1000 * unit
    draft.add(
        "families",
        family=family,
        hs={"battery": "8507.60", "drive": "8501"}.get(family) if draft.has("part_tariffs") else None,
        scale_attribute="kwh" if by_kwh else None,
        scale_rate=dice.choice([0.05, 0.1, 0.15]) if scaled else None,
        reference_volume=reference if scaled else None,
        minimum_volume=reference / 4 if scaled and dice.random() < 0.5 else None,
        saturation_volume=reference * 2.5 if scaled and dice.random() < 0.5 else None,
    )
    if family == "battery":
        draft.add("attributes", family=family, attribute="kwh", sense="at_least", cost_per_unit=80.0)
        draft.add("attributes", family=family, attribute="chemistry", kind="text", sense="equal")
    else:
        draft.add("attributes", family=family, attribute="power", sense="at_least", cost_per_unit=8.0)
        draft.add("attributes", family=family, attribute="size", sense="at_most")


def _add_variant(draft: Draft, family: str, number: int) -> None:
    """Add a partner's own variant, or after one for each partner a candidate that satisfies more cars."""
    dice = draft.dice("variant", family, number)
    last = number == draft.size.variants - 1
    common = number > 0 and (number >= draft.size.partners or (last and dice.random() < 0.3))
    status = "candidate" if common else dice.choice(["current", "current", "committed"])
    strength = 4 if common else 1 + number % 3
    draft.add(
        "variants",
        variant=f"{family}{number}",
        family=family,
        owner=f"partner{number % draft.size.partners}",
        status=status,
        engineering_cost=dice.choice([4.0, 15.0]),
        life=dice.choice([4.0, 8.0]),
        unit_cost=round(PIECE_COST[family] * (0.7 + 0.15 * strength), 1) if dice.random() < 0.7 else None,
        mass_kg=MASS[family] + 20 * strength,
    )
    if family == "battery":
        draft.add(
            "specifications", variant=f"{family}{number}", attribute="kwh", value=str(30 + 10 * strength)
        )
        draft.add(
            "specifications",
            variant=f"{family}{number}",
            attribute="chemistry",
            value=_chemistry(draft, number),
        )
    else:
        draft.add(
            "specifications", variant=f"{family}{number}", attribute="power", value=str(60 + 30 * strength)
        )
        draft.add("specifications", variant=f"{family}{number}", attribute="size", value=str(10 - strength))


def _chemistry(draft: Draft, number: int) -> str:
    return "nmc" if number == 1 and draft.dice("chemistry").random() < 0.4 else "lfp"


def _own_variant(draft: Draft, model: Row, family: str) -> int:
    """Return the number of the variant that the needs are cut for: one that stands, of the partner if any."""
    brand_of = {row["programme"]: row["brand"] for row in draft.rows("programmes")}
    partner_of = {row["brand"]: row["partner"] for row in draft.rows("brands")}
    partner = partner_of[brand_of[model["programme"]]]
    variants = [row for row in draft.rows("variants") if row["family"] == family]
    ranked = sorted(
        variants, key=lambda row: (row["status"] == "candidate", row["owner"] != partner, row["variant"])
    )
    return int(ranked[0]["variant"].removeprefix(family))


def _add_need(draft: Draft, model: Row, family: str) -> None:
    """Add what a model needs of a family, such that its own variant fits."""
    dice = draft.dice("need", model["model"], family)
    if family == "battery" and model["powertrain"] == "ICE":
        return
    if family == "computer" and dice.random() < 0.3:
        return
    number = _own_variant(draft, model, family)
    given = {
        row["attribute"]: row["value"]
        for row in draft.rows("specifications")
        if row["variant"] == f"{family}{number}"
    }
    quantity = dice.choice([1.0, 2.0]) if draft.has("quantity") else None
    base: Row = {"model": model["model"], "family": family, "quantity": quantity}
    if family == "battery":
        draft.add("requirements", **base, attribute="kwh", value=str(int(given["kwh"]) - dice.choice([0, 5])))
        if dice.random() < 0.4:
            draft.add("requirements", **base, attribute="chemistry", value=given["chemistry"])
    elif dice.random() < 0.2:
        draft.add("requirements", **base)
    else:
        draft.add(
            "requirements", **base, attribute="power", value=str(int(given["power"]) - dice.choice([0, 10]))
        )
        if dice.random() < 0.3:
            draft.add("requirements", **base, attribute="size", value=given["size"])
    if _is_certain(draft, model):
        draft.add("uses", model=model["model"], variant=f"{family}{number}")


def _is_certain(draft: Draft, model: Row) -> bool:
    """Say whether the version will be launched whatever is decided; others carry nothing today."""
    status = {row["programme"]: row["status"] for row in draft.rows("programmes")}
    return model.get("status", status[model["programme"]]) != "candidate"


def _add_price_paths(draft: Draft, family: str) -> None:
    if not draft.has("price_paths"):
        return
    dice = draft.dice("path", family)
    kinds: list[tuple[str | None, str | None]] = [(None, None)]
    if dice.random() < 0.5:
        kinds.append(("CN", None))
    if family == "battery":
        kinds.append((None, "lfp"))
        if dice.random() < 0.4:
            kinds.append(("CN", "lfp"))
    for country, chemistry in kinds:
        index = 1.0
        for period in range(draft.size.periods):
            draft.add(
                "price_paths",
                family=family,
                country=country,
                chemistry=chemistry,
                period=draft.period(period),
                index=round(index, 4),
            )
            if not draft.has("drift"):
                index *= dice.choice([0.85, 0.95, 1.02])
            elif draft.moves(period + 1):
                index *= dice.choice([0.75, 0.9, 1.0, 1.15])


def _add_nominations(draft: Draft, family: str) -> None:
    """Let the first site that stands make every variant, others some or the family as a whole."""
    makers = [row for row in draft.rows("sites") if row["kind"] == "component"]
    sites = [row for row in makers if row.get("capacity_attribute") is None or family == "battery"]
    variants = [row for row in draft.rows("variants") if row["family"] == family]
    for number, site in enumerate(sites):
        dice = draft.dice("nomination", family, site["site"])
        pooled = draft.has("family_nominations") and dice.random() < 0.6
        if pooled:
            _add_nomination(draft, site, family, None)
        for variant in variants:
            apart = draft.dice("apart", family, site["site"], variant["variant"]).random() < 0.25
            if (not pooled and (number == 0 or dice.random() < 0.7)) or (pooled and apart):
                _add_nomination(draft, site, family, variant)


def _add_nomination(draft: Draft, site: Row, family: str, variant: Row | None) -> None:
    name = variant["variant"] if variant else family
    dice = draft.dice("nominate", site["site"], name)
    unit = 50.0 if _by_kwh(draft, family) else 1.0
    first = site["site"] == "supplier0" and (variant is None or variant["status"] != "candidate")
    currency = currency_of(draft, site["country"])
    rate = {"USD": 0.9, "CNY": 0.13}.get(currency or "", 1.0)
    money = dice.random() < 0.3 and variant is not None
    capacity = draft.has("part_capacity") and dice.random() < 0.6
    committed = draft.has("committed") and dice.random() < 0.6
    draft.add(
        "nominations",
        site=site["site"],
        variant=variant["variant"] if variant else None,
        family=None if variant else family,
        cost_factor=None if money else dice.choice([0.9, 1.0, 1.05]),
        unit_cost=round(PIECE_COST[family] * dice.choice([0.8, 0.95]) / rate, 1) if money else None,
        capacity=dice.randrange(8, 40) * 1000 * unit if capacity else None,
        tooling_cost=round(dice.choice([1.0, 3.0, 6.0]) / rate, 2),
        life=dice.choice([4.0, 6.0]),
        committed=dice.randrange(2, 8) * 1000 * unit if committed else None,
        take_or_pay=dice.choice([0.3, 0.6, 1.0]) if committed else None,
        status=dice.choice(["current", "committed"]) if first else "candidate",
        currency=currency,
    )


def _by_kwh(draft: Draft, family: str) -> bool:
    return any(
        row["family"] == family and row.get("scale_attribute") == "kwh" for row in draft.rows("families")
    )

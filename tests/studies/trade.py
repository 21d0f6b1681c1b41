"""Lanes, territories, duties of every kind, rules of origin and declared content."""

from tests.studies.draft import Draft

ADDON_MAKER = "partner1"


def add_trade(draft: Draft) -> None:
    """Add the tables lanes, territories, tariffs, agreements and origin."""
    _add_lanes(draft)
    if draft.has("territories"):
        draft.add("territories", territory="EU", country="FR")
        draft.add("territories", territory="EU", country="DE")
        draft.add("territories", territory="EU", country="GB", until=draft.period(0))
        draft.add("territories", territory="NAFTA", country="US", from_=draft.period(1))
        draft.add("territories", territory="NAFTA", country="MX")
    if draft.has("tariffs"):
        _add_general(draft)
        _add_addons(draft)
        _add_agreement(draft)
    if draft.has("drift"):
        _add_drift(draft)


def _add_lanes(draft: Draft) -> None:
    """Give every lane, priced by piece, by volume or mass, or for any goods."""
    sites = draft.rows("sites")
    plants = [row for row in sites if row["kind"] == "assembly"]
    for plant in plants:
        for market in draft.rows("markets"):
            dice = draft.dice("lane", plant["site"], market["market"])
            far = plant["country"] != market["country"]
            draft.add(
                "lanes",
                from_=plant["site"],
                to=market["market"],
                carries=dice.choice(["cars", None]),
                mode="sea" if far else "land",
                cost_per_m3=dice.choice([60.0, 90.0]) if far else 10.0,
                cost_per_unit=950.0 if far and dice.random() < 0.3 else None,
                days=dice.choice([20.0, 40.0]) if far else 1.0,
            )
        for supplier in sites:
            if supplier["kind"] != "component":
                continue
            dice = draft.dice("lane", supplier["site"], plant["site"])
            far = plant["country"] != supplier["country"]
            draft.add(
                "lanes",
                from_=supplier["site"],
                to=plant["site"],
                carries=dice.choice(["parts", None]),
                mode="sea" if far else "land",
                cost_per_kg=dice.choice([0.3, 0.6]) if far else 0.05,
                cost_per_unit=40.0 if far and dice.random() < 0.2 else None,
                days=dice.choice([25.0, 45.0]) if far else 1.0,
            )


def _importers(draft: Draft) -> list[str]:
    places = [*draft.rows("markets"), *draft.rows("sites")]
    return sorted({row["country"] for row in places})


def _add_general(draft: Draft) -> None:
    """Add the general duty of every importer, by heading, on cars and perhaps on parts."""
    for importer in _importers(draft):
        dice = draft.dice("mfn", importer)
        draft.add(
            "tariffs",
            importer=importer,
            exporter="*",
            hs="8703",
            kind="mfn",
            ad_valorem=dice.choice([0.025, 0.1, 0.2]),
            specific=dice.choice([50.0, 300.0]) if draft.has("specific") and dice.random() < 0.6 else None,
            floor=dice.choice([800.0, 2500.0]) if draft.has("floors") and dice.random() < 0.6 else None,
        )
        if dice.random() < 0.4:
            draft.add("tariffs", importer=importer, exporter="*", hs="870380", kind="mfn", ad_valorem=0.05)
        if draft.has("part_tariffs"):
            draft.add(
                "tariffs",
                importer=importer,
                exporter="*",
                hs="85",
                kind="mfn",
                ad_valorem=dice.choice([0.0, 0.03]),
            )
            draft.add(
                "tariffs",
                importer=importer,
                exporter="*",
                hs="8507.60",
                kind="mfn",
                ad_valorem=dice.choice([0.02, 0.08]),
            )


def _add_addons(draft: Draft) -> None:
    """Add duties on top by maker, rates that replace them, bans, and quotas."""
    europe = "EU" if draft.has("territories") else "FR"
    if draft.has("addons"):
        rows = [("*", 0.35), (ADDON_MAKER, 0.17), ("joint", 0.2)]
        for maker, rate in rows:
            draft.add(
                "tariffs",
                importer=europe,
                exporter="CN",
                hs="870380",
                maker=maker,
                kind="addon",
                name="countervailing",
                ad_valorem=rate,
                from_=draft.period(1) if maker == "*" else None,
            )
        draft.add(
            "tariffs", importer="US", exporter="CN", hs="*", kind="addon", name="section", ad_valorem=0.25
        )
        draft.add(
            "tariffs", importer="US", exporter="*", hs="8703", kind="addon", name="emergency", ad_valorem=0.1
        )
    if draft.has("all_in"):
        draft.add(
            "tariffs",
            importer="US",
            exporter="FR",
            hs="8703",
            kind="all_in",
            name="deal",
            ad_valorem=0.15,
            floor=2000.0 if draft.has("floors") else None,
            replaces="emergency" if draft.has("addons") else None,
        )
    if draft.has("bans"):
        draft.add(
            "tariffs",
            importer="US",
            exporter="CN",
            hs="8703",
            kind="addon",
            name="ban",
            ad_valorem=float("inf"),
            from_=draft.period(draft.size.periods - 1),
        )
    if draft.has("quotas"):
        dice = draft.dice("quota")
        draft.add(
            "tariffs",
            importer="FR",
            exporter="CN",
            hs="8703",
            kind="preference",
            name="quota-cars",
            ad_valorem=0.0,
            quota=float(dice.randrange(1, 6) * 1000),
        )
        draft.add(
            "tariffs",
            importer="US",
            exporter="*",
            hs="8703",
            kind="mfn",
            name="quota-general",
            ad_valorem=0.01,
            quota=float(dice.randrange(1, 4) * 1000),
            until=draft.period(0) if dice.random() < 0.3 else None,
        )
        if draft.has("part_tariffs"):
            draft.add(
                "tariffs",
                importer="FR",
                exporter="CN",
                hs="8507",
                kind="preference",
                name="quota-batteries",
                ad_valorem=0.0,
                quota=float(dice.randrange(2, 9) * 1000),
            )


def _add_agreement(draft: Draft) -> None:
    """Add rules of origin, the preference they open, declared content, and a duty on what is not content."""
    if not (draft.has("preferences") or draft.has("non_content")):
        return
    dice = draft.dice("agreement")
    rule = dice.choice(["rvc", "max_nom", "net_cost"])
    threshold = 0.45 if rule != "max_nom" else 0.55
    first = {"agreement": "pact", "members": "FR;CN;US;MX", "rule": rule, "threshold": threshold}
    draft.add("agreements", **first, until=draft.period(0))
    stricter = threshold + (0.1 if rule != "max_nom" else -0.1)
    draft.add("agreements", **(first | {"threshold": round(stricter, 6)}), from_=draft.period(1))
    if dice.random() < 0.5:
        draft.add("agreements", agreement="pact", members="FR;US", hs="870322", rule="none")
    for row in draft.rows("allocations"):
        own = draft.dice("origin", row["site"], row["programme"])
        if own.random() < 0.8:
            content = own.choice([0.3, 0.45, 0.5, 0.55, 0.7])
            draft.add(
                "origin", site=row["site"], programme=row["programme"], agreement="pact", content=content
            )
    if draft.has("part_tariffs"):
        draft.add("origin", site="supplier0", family="battery", agreement="pact", content=0.6)
    if draft.has("preferences"):
        for importer, exporter in (("FR", "US"), ("US", "FR"), ("FR", "CN")):
            draft.add(
                "tariffs",
                importer=importer,
                exporter=exporter,
                hs="87",
                kind="preference",
                name="pact",
                condition="pact",
                ad_valorem=dice.choice([0.0, 0.01]),
            )
        draft.add(
            "tariffs",
            importer="*",
            exporter="*",
            hs="8703",
            kind="preference",
            name="general",
            ad_valorem=0.09,
        )
        if draft.has("part_tariffs"):
            draft.add(
                "tariffs",
                importer="US",
                exporter="CN",
                hs="85",
                kind="preference",
                name="pact",
                condition="pact",
                ad_valorem=0.0,
            )
    if draft.has("non_content"):
        draft.add(
            "tariffs",
            importer="US",
            exporter="*",
            hs="8703",
            kind="addon",
            name="content",
            base="non_content",
            content_of="pact",
            ad_valorem=0.25,
        )


def _add_drift(draft: Draft) -> None:
    """Add a duty on parts that moves now and then, and now and then is a ban."""
    starts = [period for period in range(draft.size.periods) if period == 0 or draft.moves(period)]
    for importer in _importers(draft):
        for start, end in zip(starts, [*starts[1:], draft.size.periods], strict=True):
            dice = draft.dice("drift", importer, start)
            rate = dice.choice([0.0, 0.02, 0.1, 0.2])
            draft.add(
                "tariffs",
                importer=importer,
                exporter="CN" if dice.random() < 0.5 else "*",
                hs="85",
                kind="addon",
                name="drift",
                ad_valorem=float("inf") if dice.random() < 0.08 else rate,
                from_=draft.period(start),
                until=draft.period(end - 1),
            )

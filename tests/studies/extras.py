"""Transfer prices, incentives, targets of each kind, a scenario, and money in other currencies."""

from tests.studies.draft import Draft

MONEY_TABLES = (
    "platforms",
    "programmes",
    "models",
    "attributes",
    "variants",
    "allocations",
    "lanes",
    "tariffs",
    "transfer_prices",
    "incentives",
    "targets",
)


def add_extras(draft: Draft) -> None:
    """Add the tables transfer_prices, incentives, targets, scenarios and changes."""
    _add_transfer_prices(draft)
    _add_incentives(draft)
    _add_targets(draft)
    if draft.has("money_abroad") and draft.has("currencies"):
        _denominate(draft)
    if draft.has("scenario"):
        draft.add("scenarios", scenario="low", name="Demand falls and a duty rises")
        draft.add(
            "changes",
            scenario="low",
            order=1,
            table="offers",
            column="base_sales",
            operation="multiply",
            value="0.77",
        )
        if draft.has("tariffs"):
            draft.add(
                "changes",
                scenario="low",
                order=2,
                table="tariffs",
                where="kind=mfn;hs=8703",
                column="ad_valorem",
                operation="add",
                value="0.05",
            )


def _add_transfer_prices(draft: Draft) -> None:
    """Price every car between the venture's plant, or the last plant, and the selling companies."""
    if not (draft.has("transfer_prices") or draft.has("venture")):
        return
    plant = [row for row in draft.rows("sites") if row["kind"] == "assembly"][-1]["site"]
    programmes = {row["programme"] for row in draft.rows("allocations") if row["site"] == plant}
    for model in draft.rows("models"):
        if model["programme"] not in programmes:
            continue
        dice = draft.dice("transfer", model["model"])
        price = float(dice.randrange(120, 220) * 100)
        draft.add("transfer_prices", site=plant, model=model["model"], price=price)
        if dice.random() < 0.5:
            draft.add("transfer_prices", site=plant, model=model["model"], territory="US", price=price + 500)


def _add_incentives(draft: Draft) -> None:
    if not draft.has("incentives"):
        return
    draft.add(
        "incentives", name="cars", territory="FR", powertrain="BEV", per_unit=250.0, until=draft.period(0)
    )
    draft.add(
        "incentives",
        name="cells",
        territory=draft.dice("incentive").choice(["US", "CN"]),
        family="battery",
        per_unit=20.0,
        per_kwh=5.0,
        from_=draft.period(1),
    )


def _add_targets(draft: Draft) -> None:
    dice = draft.dice("targets")
    europe = "EU" if draft.has("territories") else "FR"
    if draft.has("share_target"):
        draft.add(
            "targets",
            target="electric",
            kind="share",
            partners=dice.choice([None, "partner0"]),
            powertrains="BEV",
            value=0.9,
            penalty=1500.0,
            from_=draft.period(1),
        )
    if draft.has("volume_target"):
        draft.add("targets", target="volume", kind="volume", brands="brand0", value=15_000.0, penalty=900.0)
    if draft.has("co2_target"):
        draft.add("targets", target="fleet", kind="co2", territory=europe, value=20.0, penalty=60.0)
    if draft.has("local_target"):
        draft.add(
            "targets",
            target="local",
            kind="local",
            territory=dice.choice([europe, "US"]),
            value=0.6,
            penalty=700.0,
        )
    if draft.has("dual_source_target"):
        draft.add(
            "targets", target="second-source", kind="dual_source", family="battery", value=0.7, penalty=80.0
        )


def _denominate(draft: Draft) -> None:
    """Give some rows of every table with money a currency; the dollar's rate is near one."""
    for table in MONEY_TABLES:
        for number, row in enumerate(draft.rows(table)):
            if "currency" not in row and draft.dice("money", table, number).random() < 0.4:
                row["currency"] = "USD"

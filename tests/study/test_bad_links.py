"""Tables that contradict each other: each contradiction is refused at its place, with its cure."""

from pathlib import Path

import pytest

from tests.study.bench import Bad, Bench


def assumed(bench: Bench, **cells: str) -> Bench:
    """Add an assumed source with these cells."""
    return bench.add("sources", source="guess", citation="Guess", quality="assumed", **cells)


def venture(bench: Bench, **shares: str) -> Bench:
    """Let the French plant be run by a venture with these owners' shares."""
    for owner, share in shares.items():
        bench.add("ventures", operator="joint", owner=owner, share=share)
    return bench.put("sites", 2, operator="joint")


def half_years(bench: Bench) -> Bench:
    """Make the study one of half-years, leaving its paths as they are."""
    return bench.setting('period = "half-year"')


def target(bench: Bench, **cells: str) -> Bench:
    """Add a target; the cells given win."""
    return bench.add("targets", **{"target": "aim", "kind": "volume", "value": "1", "penalty": "1"} | cells)


def tariff(bench: Bench, **cells: str) -> Bench:
    """Add a duty row of France on cars; the cells given win."""
    return bench.add("tariffs", **{"importer": "FR", "exporter": "*", "hs": "8703", "kind": "addon"} | cells)


def change(bench: Bench, **cells: str) -> Bench:
    """Add a scenario with one change; the cells given win."""
    bench.add("scenarios", scenario="other")
    row = {"scenario": "other", "order": "1", "table": "tariffs", "where": "importer=FR"}
    return bench.add("changes", **row | {"column": "ad_valorem", "operation": "set", "value": "0"} | cells)


def agreement(bench: Bench, **cells: str) -> Bench:
    """Add an agreement between France and Japan; the cells given win."""
    return bench.add("agreements", **{"agreement": "pact", "members": "FR;JP", "rule": "none"} | cells)


def origin(bench: Bench, **cells: str) -> Bench:
    """Declare content for the agreement; the cells say of what."""
    return agreement(bench).add("origin", **{"agreement": "pact", "content": "0.5"} | cells)


def grant(bench: Bench, **cells: str) -> Bench:
    """Add an incentive in France with these cells."""
    return bench.add("incentives", name="grant", territory="FR", **cells)


def transfer(bench: Bench, **cells: str) -> Bench:
    """Add a transfer price of the small car; the cells given win."""
    return bench.add("transfer_prices", **{"site": "plant_fr", "model": "city_ev", "price": "9000"} | cells)


# fmt: off
REFERENCES = [
    Bad(lambda b: b.put("brands", 2, partner="nord"), "brands.csv", 2, "partner", "Write one", near="north"),
    Bad(lambda b: b.put("models", 2, programme="cty"),
        "models.csv", 2, "programme", "Write one", near="city"),
    Bad(lambda b: b.put("models", 2, platform="Skate"),
        "models.csv", 2, "platform", "Write one", near="skate"),
    Bad(lambda b: b.put("variants", 2, family="batery"),
        "variants.csv", 2, "family", "families", near="battery"),
    Bad(lambda b: b.put("offers", 2, market="farnce"), "offers.csv", 2, "market", "markets", near="france"),
    Bad(lambda b: b.put("lanes", 2, to="frnce"), "lanes.csv", 2, "to", "sites or markets", near="france"),
    Bad(lambda b: b.put("lanes", 2, from_="france"), "lanes.csv", 2, "from", "sites"),
    Bad(lambda b: b.put("offers", 2, source="inventd"),
        "offers.csv", 2, "source", "sources", near="invented"),
    Bad(lambda b: b.put("offers", 2, currency="JPY"), "offers.csv", 2, "currency", "currencies"),
    Bad(lambda b: b.put("models", 2, replaces="cityev"),
        "models.csv", 2, "replaces", "models", near="city_ev"),
    Bad(lambda b: b.put("nominations", 2, variant="NA"), "nominations.csv", 2, "variant", "NA"),
    Bad(lambda b: tariff(b, name="x", condition="pact"), "tariffs.csv", 6, "condition", "agreements"),
    Bad(lambda b: (b.folder / "platforms.csv").unlink(), "models.csv", 2, "platform", "platforms"),
]
PEOPLE = [
    Bad(lambda b: assumed(b, low="0.8"), "sources.csv", 3, "high", "highest"),
    Bad(lambda b: assumed(b, high="1.2"), "sources.csv", 3, "low", "lowest"),
    Bad(lambda b: b.add("currencies", currency="EUR", rate="1"), "currencies.csv", 2, "currency", "Delete"),
    Bad(lambda b: b.add("currencies", currency="JPY", from_="2027", rate="1"),
        "currencies.csv", 2, "from", "blank"),
    Bad(lambda b: half_years(b.add("currencies", currency="JPY", rate="1").add(
        "currencies", currency="JPY", from_="2027", rate="1").add(
        "currencies", currency="JPY", from_="2027-H1", rate="2")),
        "currencies.csv", 4, "from", "Keep one"),
    Bad(lambda b: venture(b, north="0.5", state="0.4"), "ventures.csv", 2, "share", "missing owner"),
    Bad(lambda b: venture(b, state="1"), "sites.csv", 2, "operator", "partner"),
    Bad(lambda b: venture(b, north="0.5", state="0.5"), "allocations.csv", 2, "site", "transfer_prices"),
    Bad(lambda b: b.add("ventures", operator="north", owner="south", share="1"),
        "ventures.csv", 2, "operator", "name of its own"),
    Bad(lambda b: b.put("sites", 2, operator="nroth"), "sites.csv", 2, "operator", "ventures", near="north"),
    Bad(lambda b: b.put("sites", 2, operator=""), "sites.csv", 2, "operator", "partner"),
    Bad(lambda b: b.add("brands", brand="third", partner="north"),
        "brands.csv", 4, "brand", "Add one", "warning"),
    Bad(lambda b: b.put("brands", 2, source=""), "brands.csv", 0, "source", "sources", "warning"),
]
TIME = [
    Bad(lambda b: b.drop("demand", 3), "demand.csv", 2, "period", "Add a row"),
    Bad(lambda b: b.drop("price_paths", 2), "price_paths.csv", 2, "period", "Add a row"),
    Bad(lambda b: b.put("demand", 2, vehicles="0"), "demand.csv", 2, "vehicles", "size"),
    Bad(half_years, "demand.csv", 2, "period", "-H1"),
    Bad(lambda b: tariff(b, name="x", from_="2027", until="2026"), "tariffs.csv", 6, "until", "Swap"),
    Bad(lambda b: tariff(b, name="x", from_="2030"), "tariffs.csv", 6, "from", "year", "warning"),
    Bad(lambda b: tariff(b, name="x", from_="2026-H1"), "tariffs.csv", 6, "from", "half-year"),
    Bad(lambda b: b.put("programmes", 2, life="3"), "programmes.csv", 2, "life", "launch", "warning"),
    Bad(lambda b: b.put("programmes", 2, life_curve="1;1"), "programmes.csv", 2, "life_curve", "launch"),
]
PARTS = [
    Bad(lambda b: b.put("families", 2, reference_volume=""),
        "families.csv", 2, "reference_volume", "unit_cost"),
    Bad(lambda b: b.put("families", 2, reference_volume="0"),
        "families.csv", 2, "reference_volume", "unit_cost"),
    Bad(lambda b: b.put("families", 2, minimum_volume="20000"),
        "families.csv", 2, "minimum_volume", "smaller"),
    Bad(lambda b: b.put("families", 2, minimum_volume="0"), "families.csv", 2, "minimum_volume", "tenth"),
    Bad(lambda b: b.put("families", 2, saturation_volume="20"),
        "families.csv", 2, "saturation_volume", "larger"),
    Bad(lambda b: b.put("families", 2, scale_attribute="kw"), "families.csv", 2, "scale_attribute", "pieces"),
    Bad(lambda b: b.put("families", 3, scale_attribute="kw").drop("specifications", 5),
        "variants.csv", 5, "variant", "specifications"),
    Bad(lambda b: b.put("families", 2, scale_attribute="kwh").put("specifications", 2, value="0"),
        "specifications.csv", 2, "value", "in pieces"),
    Bad(lambda b: b.put("attributes", 2, kind="text"), "attributes.csv", 2, "sense", "equal"),
    Bad(lambda b: b.put("attributes", 2, kind="text", sense="equal", cost_per_unit="3"),
        "attributes.csv", 2, "cost_per_unit", "blank"),
    Bad(lambda b: b.put("requirements", 2, value=""), "requirements.csv", 2, "value", "need"),
    Bad(lambda b: b.put("requirements", 2, attribute=""), "requirements.csv", 2, "attribute", "value is of"),
    Bad(lambda b: b.put("requirements", 2, attribute="kwhh"),
        "requirements.csv", 2, "attribute", "Write one", near="kwh"),
    Bad(lambda b: b.put("requirements", 2, attribute="kw"), "requirements.csv", 2, "attribute", "attributes"),
    Bad(lambda b: b.put("requirements", 2, value="40 kWh"), "requirements.csv", 2, "value", "no unit"),
    Bad(lambda b: b.put("specifications", 2, value="NMC"), "specifications.csv", 2, "value", "digits"),
    Bad(lambda b: b.put("specifications", 2, attribute="kw"),
        "specifications.csv", 2, "attribute", "attributes"),
    Bad(lambda b: b.add("attributes", family="drive", attribute="v", sense="at_least").add(
        "requirements", model="van_ev", family="drive", attribute="v", value="1", quantity="3"),
        "requirements.csv", 8, "quantity", "same quantity"),
    Bad(lambda b: b.put("requirements", 2, value="60"),
        "requirements.csv", 2, "family", "variant that meets it"),
    Bad(lambda b: b.add("families", family="seat").add("requirements", model="van_ev", family="seat"),
        "requirements.csv", 8, "family", "variants"),
    Bad(lambda b: b.drop("nominations", 8), "requirements.csv", 5, "family", "nominations"),
    Bad(lambda b: b.drop("nominations", 2), "variants.csv", 2, "variant", "nominations", "warning"),
    Bad(lambda b: b.put("variants", 2, unit_cost=""),
        "variants.csv", 2, "unit_cost", "cost_per_unit", "warning"),
    Bad(lambda b: b.put("variants", 2, unit_cost="").put("attributes", 2, cost_per_unit="90").drop(
        "specifications", 2),
        "variants.csv", 2, "unit_cost", "specifications"),
    Bad(lambda b: b.put("requirements", 2, value="45"), "uses.csv", 2, "variant", "Correct"),
    Bad(lambda b: b.add("uses", model="city_ev", variant="south_50"), "uses.csv", 6, "variant", "Keep one"),
    Bad(lambda b: b.drop("requirements", 3), "uses.csv", 3, "variant", "requirements"),
    Bad(lambda b: b.drop("uses", 4), "requirements.csv", 4, "family", "uses", "warning"),
]
PLANTS = [
    Bad(lambda b: b.put("sites", 2, capacity="inf"), "sites.csv", 2, "idle_cost", "slots"),
    Bad(lambda b: b.put("sites", 2, lat=""), "sites.csv", 2, "lat", "both"),
    Bad(lambda b: b.put("markets", 3, lon=""), "markets.csv", 3, "lon", "both"),
    Bad(lambda b: b.put("allocations", 2, site="parts_fr"), "allocations.csv", 2, "site", "assembly"),
    Bad(lambda b: b.put("nominations", 2, family="battery"), "nominations.csv", 2, "variant", "blank"),
    Bad(lambda b: b.put("nominations", 2, variant=""), "nominations.csv", 2, "variant", "Write one"),
    Bad(lambda b: b.put("sites", 4, capacity="100", capacity_attribute="kwh"),
        "sites.csv", 4, "capacity_attribute", "pieces"),
    Bad(lambda b: b.drop("allocations", 5), "programmes.csv", 3, "programme", "allocations"),
    Bad(lambda b: b.drop("allocations", 3, 6), "programmes.csv", 4, "programme", "allocations", "warning"),
    Bad(lambda b: b.add("programmes", programme="bus", brand="nord", status="current"),
        "programmes.csv", 5, "programme", "models"),
    Bad(lambda b: b.put("models", 2, replaces="city_ev"), "models.csv", 2, "replaces", "older"),
    Bad(lambda b: b.put("models", 2, replaces="van_ev").put("models", 4, replaces="city_ev"),
        "models.csv", 4, "replaces", "blank"),
]
SALES = [
    Bad(lambda b: b.put("offers", 3, price=""), "offers.csv", 3, "price", "consumer price"),
    Bad(lambda b: b.put("offers", 3, price="").setting('objective = "cost"'),
        "offers.csv", 3, "price", "consumer price", "warning"),
    Bad(lambda b: b.replace("study.toml", "short_penalty = 1000", ""),
        "offers.csv", 2, "short_penalty", "settings"),
    Bad(lambda b: b.replace("study.toml", "short_penalty = 1000", "").setting('objective = "cost"'),
        "offers.csv", 3, "short_penalty", "settings"),
    Bad(lambda b: b.drop("offers", 4), "models.csv", 3, "model", "offers", "warning"),
    Bad(lambda b: b.put("models", 2, segment="tiny"), "offers.csv", 2, "market", "demand", "warning"),
    Bad(lambda b: transfer(b, territory="FR"), "transfer_prices.csv", 2, "territory", "any"),
    Bad(lambda b: transfer(b, territory="FRA"),
        "transfer_prices.csv", 2, "territory", "territories", near="FR"),
    Bad(lambda b: transfer(b, site="parts_fr"), "transfer_prices.csv", 2, "site", "assembly"),
    Bad(lambda b: b.drop("lanes", 2).put("sites", 2, lat="", lon=""), "sites.csv", 2, "lat", "lanes"),
    Bad(lambda b: b.drop("lanes", 2).put("markets", 2, lat="", lon=""), "markets.csv", 2, "lat", "lanes"),
    Bad(lambda b: b.put("models", 2, volume_m3=""), "models.csv", 2, "volume_m3", "shipping volume"),
    Bad(lambda b: b.put("variants", 2, mass_kg=""), "variants.csv", 2, "mass_kg", "mass of one piece"),
    Bad(lambda b: b.put("lanes", 2, cost_per_m3=""), "lanes.csv", 2, "cost_per_unit", "0 if it is free"),
    Bad(lambda b: b.put("lanes", 6, cost_per_kg="", cost_per_m3="1"),
        "lanes.csv", 6, "cost_per_unit", "cost_per_kg"),
    Bad(lambda b: b.put("lanes", 6, to="parts_fr"), "lanes.csv", 6, "to", "Delete"),
]
TRADE = [
    Bad(lambda b: b.drop("tariffs", 2), "offers.csv", 2, "market", "Add an mfn row with importer FR"),
    Bad(lambda b: b.drop("tariffs", 4), "nominations.csv", 6, "site", "importer FR"),
    Bad(lambda b: b.put("tariffs", 2, until="2026"), "offers.csv", 2, "market", "Add an mfn row"),
    Bad(lambda b: b.put("tariffs", 3, exporter="CN"), "offers.csv", 3, "market", "hs 870380"),
    Bad(lambda b: b.put("models", 2, hs=""), "models.csv", 2, "hs", "customs heading"),
    Bad(lambda b: tariff(b), "tariffs.csv", 6, "name", "Name the measure"),
    Bad(lambda b: tariff(b, kind="preference"), "tariffs.csv", 6, "name", "Name the measure"),
    Bad(lambda b: tariff(b, kind="mfn", quota="10"), "tariffs.csv", 6, "name", "quota"),
    Bad(lambda b: tariff(tariff(b, name="q", quota="10"), name="q", hs="870380", quota="20"),
        "tariffs.csv", 7, "name", "of its own"),
    Bad(lambda b: tariff(b, name="general", quota="10"), "tariffs.csv", 6, "name", "another name"),
    Bad(lambda b: tariff(b, name="x", base="non_content"), "tariffs.csv", 6, "content_of", "agreement"),
    Bad(lambda b: tariff(agreement(b), name="x", content_of="pact"),
        "tariffs.csv", 6, "content_of", "non_content"),
    Bad(lambda b: tariff(b, name="x", replaces="y"), "tariffs.csv", 6, "replaces", "all_in"),
    Bad(lambda b: tariff(tariff(b, name="cvd"), kind="all_in", replaces="cvdd"),
        "tariffs.csv", 7, "replaces", "addon", near="cvd"),
    Bad(lambda b: tariff(b, name="x", maker="sothu"),
        "tariffs.csv", 6, "maker", "operator", "warning", "south"),
    Bad(lambda b: tariff(b, kind="mfn", name="again"), "tariffs.csv", 6, "kind", "more exact"),
    Bad(lambda b: tariff(tariff(b, name="cvd", exporter="JP"), name="cvd", exporter="JP", from_="2027"),
        "tariffs.csv", 7, "kind", "more exact"),
    Bad(lambda b: tariff(b, name="x", importer="BR"), "tariffs.csv", 0, "importer", "countries", "warning"),
    Bad(lambda b: agreement(b, rule="rvc"), "agreements.csv", 2, "threshold", "0.55"),
    Bad(lambda b: agreement(agreement(b, hs="8703.80"), hs="870380", from_="2027"),
        "agreements.csv", 3, "from", "Let the earlier row end"),
    Bad(lambda b: agreement(b, members="BR;AR"), "agreements.csv", 2, "members", "codes", "warning"),
    Bad(lambda b: origin(b, site="plant_fr"), "origin.csv", 2, "programme", "Write one"),
    Bad(lambda b: origin(b, site="parts_fr", programme="city"), "origin.csv", 2, "site", "assembly"),
    Bad(lambda b: origin(b, site="plant_fr", programme="sedan"),
        "origin.csv", 2, "programme", "allocations", "warning"),
    Bad(lambda b: b.add("territories", territory="EU", country="DE").put("tariffs", 2, importer="EU").put(
        "tariffs", 4, importer="EU"),
        "sites.csv", 2, "country", "territories", "warning"),
]
AIMS = [
    Bad(lambda b: target(b, partners="north;suoth"), "targets.csv", 2, "partners", "partner", near="south"),
    Bad(lambda b: target(b, brands="nrd"), "targets.csv", 2, "brands", "brand", near="nord"),
    Bad(lambda b: target(b, powertrains="BEV;BEVS"), "targets.csv", 2, "powertrains", "drive", near="BEV"),
    Bad(lambda b: target(b, kind="share"), "targets.csv", 2, "powertrains", "BEV;PHEV"),
    Bad(lambda b: target(b, kind="share", powertrains="BEV", value="80"), "targets.csv", 2, "value", "0.8"),
    Bad(lambda b: target(b, kind="local", value="0.5"),
        "targets.csv", 2, "territory", "country or territory"),
    Bad(lambda b: target(b, kind="dual_source", value="0.5"), "targets.csv", 2, "family", "second supplier"),
    Bad(lambda b: target(b, family="drive"), "targets.csv", 2, "family", "blank"),
    Bad(lambda b: target(b, territory="XX"), "targets.csv", 2, "territory", "territories"),
    Bad(lambda b: target(b, partners="south", territory="FR", powertrains="PHEV"),
        "targets.csv", 2, "target", "scope"),
    Bad(lambda b: target(b.add("families", family="seat"), kind="dual_source", value="0.5", family="seat"),
        "targets.csv", 2, "family", "another family"),
    Bad(lambda b: grant(b, per_unit="1"), "incentives.csv", 2, "powertrain", "Write one"),
    Bad(lambda b: grant(b, powertrain="BEV", family="drive", per_unit="1"),
        "incentives.csv", 2, "powertrain", "blank"),
    Bad(lambda b: grant(b, powertrain="BEV", per_kwh="1"), "incentives.csv", 2, "per_kwh", "family"),
    Bad(lambda b: grant(b, family="drive", per_kwh="1"), "incentives.csv", 2, "per_kwh", "per_unit"),
    Bad(lambda b: grant(b, powertrain="PHEV", per_unit="1"),
        "incentives.csv", 2, "territory", "powertrain", "warning"),
    Bad(lambda b: b.add("incentives", name="grant", territory="any", powertrain="BEV", per_unit="1"),
        "incentives.csv", 2, "territory", "territories"),
    Bad(lambda b: grant(b, powertrain="BEV"), "incentives.csv", 2, "per_unit", "per_kwh", "warning"),
    Bad(lambda b: b.add("scenarios", scenario="idle"), "scenarios.csv", 2, "scenario", "changes", "warning"),
    Bad(lambda b: change(b, table="tarifs"), "changes.csv", 2, "table", "study", near="tariffs"),
    Bad(lambda b: change(b, table="changes"), "changes.csv", 2, "table", "study"),
    Bad(lambda b: change(b, where="importer=XX"), "changes.csv", 2, "where", "FR, JP"),
    Bad(lambda b: change(b, where="importer"), "changes.csv", 2, "where", "column=value"),
    Bad(lambda b: change(b, where="imprter=FR"), "changes.csv", 2, "where", "Write one", near="importer"),
    Bad(lambda b: change(b, where="ad_valorem=ten"), "changes.csv", 2, "where", "number"),
    Bad(lambda b: change(b, column="advalorem"), "changes.csv", 2, "column", "Write one", near="ad_valorem"),
    Bad(lambda b: change(b, column=""), "changes.csv", 2, "column", "Write one"),
    Bad(lambda b: change(b, value="ten"), "changes.csv", 2, "value", "digits"),
    Bad(lambda b: change(b, value="-1"), "changes.csv", 2, "value", "range"),
    Bad(lambda b: change(b, operation="multiply", value=""), "changes.csv", 2, "value", "number"),
    Bad(lambda b: change(b, operation="add", value="inf"), "changes.csv", 2, "value", "set with inf"),
    Bad(lambda b: change(b, operation="multiply", column="kind", value="2"),
        "changes.csv", 2, "column", "Use set"),
    Bad(lambda b: change(b, operation="multiply", column="quota", value="2"),
        "changes.csv", 2, "where", "Use set"),
    Bad(lambda b: change(b, operation="delete"), "changes.csv", 2, "column", "blank"),
    Bad(lambda b: change(b, operation="halve"), "changes.csv", 2, "operation", "one of"),
    Bad(lambda b: change(b, table="study", column="periods"), "changes.csv", 2, "where", "blank"),
    Bad(lambda b: change(b, table="study", where="", column="periodes"),
        "changes.csv", 2, "column", "Write one", near="periods"),
    Bad(lambda b: change(b, table="study", where="", column="currency", operation="add", value="1"),
        "changes.csv", 2, "column", "Use set"),
]
# fmt: on


@pytest.mark.parametrize("bad", REFERENCES + PEOPLE + TIME, ids=str)
def test_unknown_names_owners_and_gaps_are_refused(bad: Bad, tmp_path: Path) -> None:
    """A name that nothing has, owners that do not add up and gaps in time are named with their cure."""
    bad.holds(tmp_path)


@pytest.mark.parametrize("bad", PARTS + PLANTS, ids=str)
def test_parts_and_plants_that_contradict_are_refused(bad: Bad, tmp_path: Path) -> None:
    """Parts that do not fit and plants that cannot build are named with their cure."""
    bad.holds(tmp_path)


@pytest.mark.parametrize("bad", SALES + TRADE + AIMS, ids=str)
def test_sales_trade_and_aims_that_contradict_are_refused(bad: Bad, tmp_path: Path) -> None:
    """Offers, duties, targets and changes that cannot hold are named with their cure."""
    bad.holds(tmp_path)

"""Cells, headers and files that are not in order: each is refused at its place, with its cure."""

from pathlib import Path

import pytest

from tests.study.bench import Bad

BIG5 = "名稱".encode("big5")
# fmt: off
FILES = [
    Bad(lambda b: b.write("sites.csv", ""), "sites.csv", 0, "", "header"),
    Bad(lambda b: b.write("sites.csv", "\n\n"), "sites.csv", 0, "", "header"),
    Bad(lambda b: b.write("brands.csv", "\nbrand,partner\n"), "brands.csv", 1, "", "blank rows above"),
    Bad(lambda b: b.write("uses.csv", "model,variant\n").write("offers.csv", "model,market,base_sales\n"),
        "offers.csv", 0, "", "Add them", "warning"),
    Bad(lambda b: b.write("sites.csv", b"PK\x03\x04\x00\x00\xff"), "sites.csv", 0, "", "CSV UTF-8"),
    Bad(lambda b: b.write("brands.csv", "brand,partner\na,b\n".encode("utf-16")),
        "brands.csv", 0, "", "UTF-8"),
    Bad(lambda b: b.write("brands.csv", b"brand,partner\nnord,north\n" + BIG5), "brands.csv", 3, "", "UTF-8"),
    Bad(lambda b: b.write("brands.csv", 'brand,partner\n"nord,north\n'),
        "brands.csv", 2, "", "double quotes"),
    Bad(lambda b: b.write("brands.csv", 'brand,partner\n"nord"x,north\n'),
        "brands.csv", 2, "", "double quotes"),
    Bad(lambda b: b.replace("brands.csv", "sud,south,Sud", "sud,south,Sud,more"),
        "brands.csv", 3, "", "commas"),
    Bad(lambda b: b.replace("brands.csv", ",south,Sud,", ",south,"), "brands.csv", 3, "", "commas"),
    Bad(lambda b: b.write("site.csv", "site\n"), "site.csv", 0, "", "Rename", near="sites.csv"),
    Bad(lambda b: b.write("sites.xls", "x"), "sites.xls", 0, "", "move it", near="sites.csv"),
    Bad(lambda b: b.write("zzz.csv", "x"), "zzz.csv", 0, "", "dictionary"),
    Bad(lambda b: (b.folder / "sites.csv").unlink() or (b.folder / "sites.csv").symlink_to("/etc/hostname"),
        "sites.csv", 0, "", "Copy the file"),
    Bad(lambda b: (b.folder / "sites.csv").unlink() or (b.folder / "sites.csv").mkdir(),
        "sites.csv", 0, "", "Copy the file"),
    Bad(lambda b: b.write("study.toml", 'name = "tiny\n'), "study.toml", 1, "", "one setting in a line"),
    Bad(lambda b: b.write("study.toml", b"\xff\xfe\x00"), "study.toml", 0, "", "UTF-8"),
    Bad(lambda b: b.write("study.toml", ""), "study.toml", 0, "currency", "Currency of every money column"),
]
HEADERS = [
    Bad(lambda b: b.rename("sites", "capacity", "capasity"),
        "sites.csv", 1, "capasity", "Rename", near="capacity"),
    Bad(lambda b: b.rename("sites", "name", "qqq"), "sites.csv", 1, "qqq", "operator"),
    Bad(lambda b: b.rename("sites", "lon", "lat"), "sites.csv", 1, "lat", "Rename or delete one of columns"),
    Bad(lambda b: b.rename("sites", "name", ""), "sites.csv", 1, "", "column's name"),
    Bad(lambda b: b.without("sites", "country"), "sites.csv", 1, "country", "Add it"),
    Bad(lambda b: b.without("models", "powertrain"), "models.csv", 1, "powertrain", "Kind of drive"),
    Bad(lambda b: b.without("offers", "base_sales"), "offers.csv", 1, "base_sales", "Sales"),
    Bad(lambda b: b.rename("partners", "partner", "Partner"),
        "partners.csv", 1, "Partner", "Rename", near="partner"),
]
SETTINGS = [
    Bad(lambda b: b.setting('currencey = "EUR"'), "study.toml", 9, "currencey", "Rename", near="currency"),
    Bad(lambda b: b.setting("periods = 0"), "study.toml", 8, "periods", "range"),
    Bad(lambda b: b.setting("periods = 2.5"), "study.toml", 8, "periods", "without decimals"),
    Bad(lambda b: b.setting('periods = "two"'), "study.toml", 8, "periods", "digits"),
    Bad(lambda b: b.setting('period = "month"'), "study.toml", 9, "period", "one of these words"),
    Bad(lambda b: b.setting('period = "years"'), "study.toml", 9, "period", "one of these", near="year"),
    Bad(lambda b: b.setting('first_period = "26"'), "study.toml", 8, "first_period", "year"),
    Bad(lambda b: b.setting('first_period = "2026-H1"'), "study.toml", 8, "first_period", "half-year"),
    Bad(lambda b: b.setting("discount_rate = 7"), "study.toml", 8, "discount_rate", "0.19 for 19"),
    Bad(lambda b: b.setting('discount_rate = "7 %"'), "study.toml", 8, "discount_rate", "Write 0.07"),
    Bad(lambda b: b.setting('objective = "profit"'), "study.toml", 9, "objective", "one of these"),
    Bad(lambda b: b.setting('suez_closed = "maybe"'), "study.toml", 9, "suez_closed", "one of these"),
    Bad(lambda b: b.setting("detour_factor = inf"), "study.toml", 9, "detour_factor", "range"),
    Bad(lambda b: b.setting("detour_factor = nan"), "study.toml", 9, "detour_factor", "blank"),
    Bad(lambda b: b.setting("port_days = [1]"), "study.toml", 9, "port_days", "number or as text"),
    Bad(lambda b: b.setting('name = "my study"'), "study.toml", 8, "name", "_ or -"),
    Bad(lambda b: b.setting("sea_km_per_day = 0.7"), "study.toml", 9, "sea_km_per_day", "range"),
]
NUMBERS = [
    Bad(lambda b: b.put("sites", 2, capacity="many"), "sites.csv", 2, "capacity", "decimal point"),
    Bad(lambda b: b.put("sites", 2, capacity="NaN"), "sites.csv", 2, "capacity", "blank"),
    Bad(lambda b: b.put("sites", 2, capacity="n/a"), "sites.csv", 2, "capacity", "blank"),
    Bad(lambda b: b.put("sites", 2, capacity="-"), "sites.csv", 2, "capacity", "blank"),
    Bad(lambda b: b.put("sites", 2, capacity="unlimited"), "sites.csv", 2, "capacity", "inf"),
    Bad(lambda b: b.put("sites", 2, capacity="-inf"), "sites.csv", 2, "capacity", "range"),
    Bad(lambda b: b.put("sites", 2, capacity="-1"), "sites.csv", 2, "capacity", "range"),
    Bad(lambda b: b.put("sites", 2, capacity="12 kWh"), "sites.csv", 2, "capacity", "Write 12"),
    Bad(lambda b: b.put("sites", 2, capacity="12kWh"), "sites.csv", 2, "capacity", "Write 12"),
    Bad(lambda b: b.put("sites", 2, capacity="37 500"), "sites.csv", 2, "capacity", "37500"),
    Bad(lambda b: b.put("sites", 2, capacity="37,500"), "sites.csv", 2, "capacity", "37500"),
    Bad(lambda b: b.put("sites", 2, capacity="37'500"), "sites.csv", 2, "capacity", "37500"),
    Bad(lambda b: b.put("sites", 2, capacity="1,234,567.5"), "sites.csv", 2, "capacity", "1234567.5"),
    Bad(lambda b: b.put("sites", 2, capacity="1.234.567,50"), "sites.csv", 2, "capacity", "1234567.50"),
    Bad(lambda b: b.put("sites", 2, capacity="#REF!"), "sites.csv", 2, "capacity", "formula"),
    Bad(lambda b: b.put("sites", 2, body_factor="1,5"), "sites.csv", 2, "body_factor", "Write 1.5"),
    Bad(lambda b: b.put("sites", 2, lat="95"), "sites.csv", 2, "lat", "range (degrees)"),
    Bad(lambda b: b.put("sites", 2, lon="1812"), "sites.csv", 2, "lon", "range (degrees)"),
    Bad(lambda b: b.put("markets", 2, vat="20%"), "markets.csv", 2, "vat", "Write 0.2"),
    Bad(lambda b: b.put("markets", 2, vat="20"), "markets.csv", 2, "vat", "share of one"),
    Bad(lambda b: b.put("offers", 2, min_share="1.5"), "offers.csv", 2, "min_share", "share of one"),
    Bad(lambda b: b.put("offers", 3, price="inf"), "offers.csv", 3, "price", "range"),
    Bad(lambda b: b.put("offers", 3, price="EUR 22000"), "offers.csv", 3, "price", "Write 22000"),
    Bad(lambda b: b.put("offers", 3, price="22000 €"), "offers.csv", 3, "price", "Write 22000"),
    Bad(lambda b: b.put("offers", 4, base_sales=""), "offers.csv", 4, "base_sales", "Write it"),
    Bad(lambda b: b.put("sources", 2, low="1.2"), "sources.csv", 2, "low", "range"),
    Bad(lambda b: b.put("programmes", 4, life_curve="1;x"), "programmes.csv", 4, "life_curve", "digits"),
    Bad(lambda b: b.put("programmes", 4, life_curve="1;9"), "programmes.csv", 4, "life_curve", "range"),
    Bad(lambda b: b.put("programmes", 4, life_curve=";"), "programmes.csv", 4, "life_curve", "0.5;1;0.8"),
    Bad(lambda b: b.put("allocations", 3, ramp="0.5;1.2"), "allocations.csv", 3, "ramp", "range"),
    Bad(lambda b: b.put("allocations", 3, ramp="0,5"), "allocations.csv", 3, "ramp", "0.5"),
    Bad(lambda b: b.add("currencies", currency="JPY", rate="0"), "currencies.csv", 2, "rate", "range"),
    Bad(lambda b: b.add("currencies", currency="JPY", rate="inf"), "currencies.csv", 2, "rate", "range"),
    Bad(lambda b: b.put("price_paths", 2, index="0"), "price_paths.csv", 2, "index", "range"),
]
WORDS = [
    Bad(lambda b: b.put("partners", 2, partner="north motors"), "partners.csv", 2, "partner", "_ or -"),
    Bad(lambda b: b.put("partners", 2, partner="no/rth"), "partners.csv", 2, "partner", "_ or -"),
    Bad(lambda b: b.put("partners", 2, partner="n" * 65), "partners.csv", 2, "partner", "_ or -"),
    Bad(lambda b: b.put("partners", 2, partner=""), "partners.csv", 2, "partner", "Write it"),
    Bad(lambda b: b.put("brands", 2, partner="north "), "brands.csv", 2, "partner", "blanks"),
    Bad(lambda b: b.put("models", 2, segment=" small"), "models.csv", 2, "segment", "blanks"),
    Bad(lambda b: b.put("models", 2, name="a\x07b"), "models.csv", 2, "name", "again"),
    Bad(lambda b: b.put("models", 2, powertrain="bev"), "models.csv", 2, "powertrain", "one of", near="BEV"),
    Bad(lambda b: b.put("models", 2, powertrain="electric"), "models.csv", 2, "powertrain", "one of"),
    Bad(lambda b: b.put("models", 2, status="curent"), "models.csv", 2, "status", "blank", near="current"),
    Bad(lambda b: b.put("models", 2, hs="eight"), "models.csv", 2, "hs", "8703.80"),
    Bad(lambda b: b.put("models", 2, hs="*"), "models.csv", 2, "hs", "8703.80"),
    Bad(lambda b: b.put("models", 2, hs="8703.8"), "models.csv", 2, "hs", "as text", "warning"),
    Bad(lambda b: b.put("sites", 2, kind="plant"), "sites.csv", 2, "kind", "one of"),
    Bad(lambda b: b.put("sites", 2, duty_basis="CIF"), "sites.csv", 2, "duty_basis", "one of", near="cif"),
    Bad(lambda b: b.put("programmes", 4, launch="soon"), "programmes.csv", 4, "launch", "year"),
    Bad(lambda b: b.put("programmes", 4, launch="2026-07-01"), "programmes.csv", 4, "launch", "text"),
    Bad(lambda b: b.put("programmes", 4, launch="2026-H3"), "programmes.csv", 4, "launch", "-H1 or -H2"),
    Bad(lambda b: b.put("programmes", 4, launch="2026-H1"), "programmes.csv", 4, "launch", "half-year"),
    Bad(lambda b: b.put("attributes", 2, sense=">="), "attributes.csv", 2, "sense", "one of"),
    Bad(lambda b: b.add("partners", partner="north", source="invented"),
        "partners.csv", 4, "partner", "Delete one"),
    Bad(lambda b: b.add("uses", model="city_ev", variant="north_40"), "uses.csv", 6, "model", "Delete one"),
    Bad(lambda b: b.add("price_paths", family="drive", period="2026", index="1"),
        "price_paths.csv", 4, "family", "Delete one"),
    Bad(lambda b: b.put("lanes", 3, to="france"), "lanes.csv", 3, "from", "Delete one"),
    Bad(lambda b: b.add("tariffs", importer="FR", exporter="*", hs="87.03", kind="mfn"),
        "tariffs.csv", 6, "importer", "Delete one"),
]
ODD = [
    Bad(lambda b: b.put("models", 2, volume_m3="30"), "models.csv", 2, "volume_m3", "right", "warning"),
    Bad(lambda b: b.put("models", 2, mass_kg="300"), "models.csv", 2, "mass_kg", "right", "warning"),
    Bad(lambda b: b.put("variants", 2, mass_kg="4000"), "variants.csv", 2, "mass_kg", "unit: kg", "warning"),
    Bad(lambda b: b.put("variants", 2, engineering_cost="7200000"), "variants.csv", 2, "engineering_cost",
        "million", "warning"),
    Bad(lambda b: b.put("variants", 4, unit_cost="2"),
        "variants.csv", 4, "unit_cost", "per piece", "warning"),
    Bad(lambda b: b.put("sites", 2, lat="0", lon="0"), "sites.csv", 2, "lat", "blank", "warning"),
    Bad(lambda b: b.put("sites", 2, capacity="", idle_cost=""), "sites.csv", 2, "capacity", "inf", "warning"),
    Bad(lambda b: b.put("markets", 3, vat="0.9"), "markets.csv", 3, "vat", "right", "warning"),
]
# fmt: on


@pytest.mark.parametrize("bad", FILES + HEADERS + SETTINGS, ids=str)
def test_files_headers_and_settings_are_refused_at_their_place(bad: Bad, tmp_path: Path) -> None:
    """A file, header or setting that is not in order is named with its cure."""
    bad.holds(tmp_path)


@pytest.mark.parametrize("bad", NUMBERS + WORDS + ODD, ids=str)
def test_cells_are_refused_at_their_place(bad: Bad, tmp_path: Path) -> None:
    """A cell that is not in order is named with its row, column and cure."""
    bad.holds(tmp_path)

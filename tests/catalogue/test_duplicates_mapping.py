"""What columns mean: the proposal, what a user must confirm, every way in which a mapping can be wrong."""

from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin.catalogue.column_facts import split_header
from lynchpin.errors import CatalogueError

ALDER = """Part No,Description,Category,Energy (kWh),Weight kg,Cell chemistry,Annual volume,Unit price EUR
A1,Pack small,Battery pack,60,350.5,LFP,1000,4000
A2,Pack large,Battery pack,82,440.0,NMC,2000,5000
"""
BIRKE = """\
Sachnummer;Benennung;Warengruppe;Energieinhalt [Wh];Gewicht [kg];Zellchemie;Jahresbedarf;Preis [JPY]
B1;Batterie klein;Traktionsbatterie;60.000;350,5;Lithium-Eisenphosphat;1.500;700.000
B2;Batterie riesig;Traktionsbatterie;100.000;510,25;Lithium-Eisenphosphat;2.500;900.000
"""


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    """Return two small catalogues, one English and one German."""
    (tmp_path / "alder.csv").write_text(ALDER, encoding="utf-8")
    (tmp_path / "birke.csv").write_text(BIRKE, encoding="utf-8")
    return [tmp_path / "alder.csv", tmp_path / "birke.csv"]


def confirmed(places: list[Path]) -> pl.DataFrame:
    """Return the proposal with every row confirmed and the rate of the yen given."""
    mapping = lynchpin.propose_mapping(*places)
    rate = pl.when(pl.col("becomes") == "rate").then(pl.lit("0.006")).otherwise("word")
    return mapping.with_columns(rate.alias("word"), pl.lit("yes").alias("confirmed"))


def changed(mapping: pl.DataFrame, header: str, /, **cells: str | None) -> pl.DataFrame:
    """Return a mapping with other cells in the row of one column."""
    at = (pl.col("column") == header) & pl.col("word").is_null()
    return mapping.with_columns(
        pl.when(at).then(pl.lit(value, dtype=pl.String)).otherwise(name).alias(name)
        for name, value in cells.items()
    )


def message(places: list[Path], mapping: pl.DataFrame | Path) -> str:
    """Return what is said of a mapping that is not in order."""
    with pytest.raises(CatalogueError) as raised:
        lynchpin.duplicates(*places, mapping=mapping)
    return str(raised.value)


def test_columns_are_recognised_with_their_units_and_marks(places: list[Path]) -> None:
    """Names in two languages, units in headers and decimal marks in cells lead to one set of attributes."""
    rows = {
        (row["file"], row["column"]): row
        for row in lynchpin.propose_mapping(*places).iter_rows(named=True)
        if row["word"] is None and row["column"]
    }
    energy = rows["birke.csv", "Energieinhalt [Wh]"]
    assert (energy["becomes"], energy["unit"], energy["in_unit"]) == ("energy", "Wh", "kWh")
    assert energy["decimal"] == ","
    assert float(energy["confidence"]) == 0.8
    assert "do not tell the decimal mark" in energy["why"]
    assert rows["alder.csv", "Energy (kWh)"]["decimal"] == "."
    becomes = {column: row["becomes"] for (_, column), row in rows.items()}
    assert becomes["Sachnummer"] == becomes["Part No"] == "part"
    assert becomes["Jahresbedarf"] == becomes["Annual volume"] == "volume"
    assert becomes["Gewicht [kg]"] == becomes["Weight kg"] == "mass"


def test_words_in_cells_are_recognised(places: list[Path]) -> None:
    """Families and chemistries in two languages become one word each."""
    words = lynchpin.propose_mapping(*places).filter(
        pl.col("word").is_not_null() & pl.col("column").is_not_null()
    )
    becomes = dict(words.select("word", "becomes").iter_rows())
    assert becomes["Battery pack"] == becomes["Traktionsbatterie"] == "battery_pack"
    assert becomes["Lithium-Eisenphosphat"] == "LFP"


def test_parts_in_other_units_and_languages_are_one(places: list[Path]) -> None:
    """A1 and B1 are one part: 60 kWh and 60,000 Wh, 350.5 and 350,5 kg, LFP and Eisenphosphat."""
    found = lynchpin.duplicates(*places, mapping=confirmed(places))
    assert found.members.select("catalogue", "part").rows() == [("alder", "A1"), ("birke", "B1")]
    assert found.groups["kind"].to_list() == ["identical"]
    assert found.groups["saving_price"].to_list() == [pytest.approx(1500 * (700000 * 0.006 - 4000))]


def test_without_a_confirmed_mapping_nothing_is_compared(places: list[Path]) -> None:
    """No mapping, or one with a row that is not confirmed, is an error that names it."""
    with pytest.raises(CatalogueError, match="not confirmed"):
        lynchpin.duplicates(*places)
    mapping = changed(confirmed(places), "Weight kg", confirmed=None)
    text = message(places, mapping)
    assert "1 finding" in text
    assert "column 'Weight kg' of alder.csv, becoming 'mass', is not confirmed" in text
    found = lynchpin.duplicates(*places, mapping=mapping, accept_proposal=True)
    assert found.groups.height == 1


@pytest.mark.parametrize(
    ("column", "cells", "says"),
    [
        ("Energy (kWh)", {"unit": "kW"}, "kW (power) cannot become kWh (energy)"),
        ("Energy (kWh)", {"in_unit": "MJ"}, "energy has in_unit MJ in row"),
        ("Energy (kWh)", {"sense": "more"}, "one of at_least, at_most, equal"),
        ("Energy (kWh)", {"kind": "figure"}, "number or text"),
        ("Energy (kWh)", {"tolerance": "1 %"}, "share such as 0.01"),
        ("Energy (kWh)", {"tolerance": "nan"}, "share such as 0.01"),
        ("Energy (kWh)", {"reach": "-1"}, "share such as 0.01"),
        ("Energy (kWh)", {"decimal": ";"}, "decimal mark is . or ,"),
        ("Energy (kWh)", {"becomes": None}, "must say what"),
        (
            "Energy (kWh)",
            {"becomes": "mass", "in_unit": "kg", "sense": "at_most"},
            "kWh (energy) cannot become kg",
        ),
        ("Cell chemistry", {"sense": "at_least"}, "a text can only be equal"),
        ("Unit price EUR", {"unit": None}, "needs its currency"),
        ("Unit price EUR", {"unit": "USD"}, "rate of USD into EUR is not given"),
        ("Annual volume", {"unit": "kg"}, "pieces per year"),
        ("Weight kg", {"becomes": "price", "unit": "EUR", "in_unit": "EUR"}, "is said in row"),
        ("Weight kg", {"column": "Wait kg"}, "mapping names a column that the catalogue has not"),
        ("Weight kg", {"file": "elder.csv"}, "is none of the catalogues given"),
        ("Weight kg", {"becomes": "row"}, "name of a column of all parts"),
        ("Part No", {"becomes": "ignore"}, "no column becomes part"),
        ("Category", {"becomes": "ignore"}, "no column becomes family"),
    ],
)
def test_a_wrong_mapping_says_what_is_wrong(
    places: list[Path], column: str, cells: dict[str, str | None], says: str
) -> None:
    """Each slip of a hand is named with its row, its value and the cure."""
    assert says in message(places, changed(confirmed(places), column, **cells))


def test_a_rate_that_is_missing_or_no_number_is_named(places: list[Path]) -> None:
    """The proposal leaves the rate to the user, and says so until it is given."""
    mapping = lynchpin.propose_mapping(*places).with_columns(pl.lit("yes").alias("confirmed"))
    assert "Write into word what one JPY is worth in EUR" in message(places, mapping)
    wrong = mapping.with_columns(
        pl.when(pl.col("becomes") == "rate").then(pl.lit("-1")).otherwise("word").alias("word")
    )
    assert "a number above zero" in message(places, wrong)


def test_a_mapping_is_read_from_a_file_and_its_findings_name_cells(
    places: list[Path], tmp_path: Path
) -> None:
    """A CSV file gives the same as a table, and a finding names the cell in it."""
    good = tmp_path / "mapping.csv"
    confirmed(places).write_csv(good)
    assert lynchpin.duplicates(*places, mapping=good).groups.height == 1
    changed(confirmed(places), "Energy (kWh)", sense="more").write_csv(good)
    assert "mapping.csv row 5, column sense (J5)" in message(places, good)
    good.write_text("file,columns,becomes\n", encoding="utf-8")
    text = message(places, good)
    assert "needs the column column" in text
    assert "Did you mean 'column'?" in text


def test_unknown_columns_and_words_are_errors(places: list[Path]) -> None:
    """A column that the mapping does not have, and a family that it does not know, are named."""
    mapping = confirmed(places).filter(
        pl.col("column").ne_missing("Weight kg") & pl.col("word").ne_missing("Battery pack")
    )
    text = message(places, mapping)
    assert "alder.csv row 1, column Weight kg" in text
    assert "does not say which family this is, found 'Battery pack'" in text


def test_names_that_no_vocabulary_knows_are_matched_with_each_other(tmp_path: Path) -> None:
    """Two catalogues with the same unusual column agree on it; what one alone has is to be ignored."""
    (tmp_path / "a.csv").write_text("Part No,Ratio of gears,Zorb\n1,8.5,x\n2,9.5,y\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Part No,ratio-of gear\n1,8.5\n2,7.5\n", encoding="utf-8")
    rows = lynchpin.propose_mapping(tmp_path / "a.csv", tmp_path / "b.csv")
    becomes = dict(rows.filter(pl.col("column").is_not_null()).select("column", "becomes").iter_rows())
    assert becomes["Ratio of gears"] == becomes["ratio-of gear"] == "ratio_of_gears"
    assert becomes["Zorb"] == "ignore"


def test_a_unit_that_nobody_states_is_guessed_from_the_values_with_little_confidence(tmp_path: Path) -> None:
    """60,000 can be no kWh of a battery; numbers around 60 may be, and that is said to be a guess."""
    (tmp_path / "a.csv").write_text("Part No,Energy\n1,60\n2,70\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("Part No,Energy\n1,60000\n2,70000\n", encoding="utf-8")
    rows = lynchpin.propose_mapping(tmp_path / "a.csv", tmp_path / "b.csv").filter(
        pl.col("column") == "Energy"
    )
    assert rows["unit"].to_list() == ["kWh", "Wh"]
    assert all(confidence <= 0.5 for confidence in rows["confidence"].cast(pl.Float64))
    assert all("no unit is stated" in why for why in rows["why"])


def test_remarks_and_units_that_nobody_knows_are_not_taken_for_attributes(tmp_path: Path) -> None:
    """What every part has its own of is ignored; an unknown unit makes a proposal unsure."""
    rows = "".join(f"{i},remark {i},blue,{i}5\n" for i in range(9))
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"Part No,Remark,Colour,Torque [zorb]\n{rows}", encoding="utf-8")
    proposed = lynchpin.propose_mapping(tmp_path / "a.csv", tmp_path / "b.csv")
    row = {
        row["column"]: row for row in proposed.filter(pl.col("column").is_not_null()).iter_rows(named=True)
    }
    assert row["Remark"]["becomes"] == "ignore"
    assert row["Colour"]["becomes"] == "colour"
    assert (row["Torque [zorb]"]["becomes"], row["Torque [zorb]"]["confidence"]) == ("torque", "0.30")
    mapping = proposed.with_columns(pl.lit("yes").alias("confirmed"))
    said = message([tmp_path / "a.csv", tmp_path / "b.csv"], mapping)
    assert "zorb (a unit not known) cannot become Nm (torque)" in said


@pytest.mark.parametrize(
    ("header", "words", "unit"),
    [
        ("Leistung [kW]", "Leistung", "kW"),
        ("power_kw", "power", "kw"),
        ("Preis in EUR/1000 Stück", "Preis", "EUR/1000 Stück"),
        ("长度（毫米）", "长度", "毫米"),
        ("Part number", "Part number", ""),
        ("P/kW", "P", "kW"),
    ],
)
def test_headers_are_split_into_words_and_unit(header: str, words: str, unit: str) -> None:
    """A unit stands in brackets, behind `in`, a comma, a slash or a blank."""
    assert split_header(header) == (words, unit)


def test_a_column_of_numbers_that_holds_none_says_so(tmp_path: Path) -> None:
    """Its name tells a unit or a volume, its cells are words: it is left out, least sure, with why."""
    path = tmp_path / "alder.csv"
    cells = "".join(f"A{n},Inverter,about {n},{n} lots,drawing {n}\n" for n in range(20))
    path.write_text(f"Part No,Category,Peak power kW,Annual volume,Drawing\n{cells}", encoding="utf-8")
    rows = {row["column"]: row for row in lynchpin.propose_mapping(path).to_dicts() if row["column"]}
    for name, example in (("Peak power kW", "about 0"), ("Annual volume", "0 lots")):
        assert (rows[name]["becomes"], rows[name]["confidence"]) == ("ignore", "0.20")
        assert rows[name]["why"].endswith(f"few of its cells are numbers, such as {example!r}")
    assert rows["Drawing"]["why"] == "nearly every part has its own"


def test_unknown_names_are_recognised_by_units_and_words(tmp_path: Path) -> None:
    """Money, pieces a year, masses and chemistries are known under any name, with little confidence."""
    text = "Part No,Foo (€),Bar [pcs/year],Baz (lb),Qux\n1,10.5,100,7,LiFePO4\n2,11.5,100,8,NCM\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    rows = lynchpin.propose_mapping(tmp_path / "a.csv").filter(
        pl.col("column").is_not_null() & pl.col("word").is_null()
    )
    becomes = dict(rows.select("column", "becomes").iter_rows())
    assert becomes == {
        "Part No": "part",
        "Foo (€)": "price",
        "Bar [pcs/year]": "volume",
        "Baz (lb)": "mass",
        "Qux": "chemistry",
    }
    assert rows.filter(pl.col("becomes") != "part")["confidence"].cast(pl.Float64).max() <= 0.5

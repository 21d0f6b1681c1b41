"""Decisions: only what is confirmed is merged, and nothing that contradicts itself or the attributes."""

import csv
from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin.catalogue.duplicates_write import write_book
from lynchpin.errors import CatalogueError

ROWS = """Part No,Category,Peak power kW,Length mm,Annual volume,Unit price EUR
A1,Inverter,100,300,1000,50
A2,Inverter,100,300,2000,40
A3,Inverter,104,299,500,60
A4,Inverter,100.5,300,0,45
A5,Charger,11,200,10,5
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the written comparison of a catalogue in which A1, A2 and A4 are interchangeable, A3 better."""
    (tmp_path / "alder.csv").write_text(ROWS, encoding="utf-8")
    mapping = lynchpin.propose_mapping(tmp_path / "alder.csv").with_columns(pl.lit("yes").alias("confirmed"))
    found = lynchpin.duplicates(tmp_path / "alder.csv", mapping=mapping, part_number_cost=100)
    assert found.groups.select("kind", "instead_of").rows() == [("both ways", None), ("one way", "G0001")]
    return found.write(tmp_path / "found")


def decide(place: Path, **cells: str) -> None:
    """Write cells into the first group."""
    path = place / "groups.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[0] |= cells
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_nothing_is_merged_without_a_decision(place: Path) -> None:
    """A comparison as it was written, or with `no`, replaces nothing and leaves the catalogue as it is."""
    merged = lynchpin.apply_duplicates(place)
    assert merged.replacements.is_empty()
    assert merged.catalogue.height == 5
    assert merged.undecided == 2
    decide(place, decision="no")
    assert lynchpin.apply_duplicates(place).replacements.is_empty()


def test_a_better_part_may_take_the_place_of_a_whole_group_instead(place: Path) -> None:
    """A3 does all that A1, A2 and A4 do; both groups together would replace parts twice."""
    groups = pl.read_csv(place / "groups.csv", infer_schema=False)
    one_way = pl.when(pl.col("kind") == "one way").then(pl.lit("merge"))
    groups.with_columns(one_way.alias("decision")).write_csv(place / "groups.csv")
    merged = lynchpin.apply_duplicates(place)
    assert merged.replacements.select("part", "by_part").rows() == [("A1", "A3"), ("A2", "A3"), ("A4", "A3")]
    assert merged.replacements["saving_price"].to_list() == [-10000.0, -40000.0, 0.0]
    groups.with_columns(pl.lit("merge").alias("decision")).write_csv(place / "groups.csv")
    with pytest.raises(CatalogueError, match="alder A1 is replaced in group G0001 too"):
        lynchpin.apply_duplicates(place)


def test_a_confirmed_group_is_replaced_by_the_part_to_keep(place: Path) -> None:
    """A1 and A4 go, A2 has their volumes, and the saving is that of the group."""
    decide(place, decision="merge", remark="agreed in March")
    merged = lynchpin.apply_duplicates(place)
    rows = merged.replacements.select("part", "by_part", "saving_price", "saving", "remark").rows()
    assert rows == [
        ("A1", "A2", 1000 * 10.0, 1000 * 10.0 + 100, "agreed in March"),
        ("A4", "A2", 0.0, 100.0, "agreed in March"),
    ]
    kept = {row["part"]: row for row in merged.catalogue.iter_rows(named=True)}
    assert sorted(kept) == ["A2", "A3", "A5"]
    assert kept["A2"]["volume"] == 3000.0
    assert kept["A2"]["replaces"] == "alder A1; alder A4"
    assert kept["A3"]["volume"] == 500.0


def test_another_part_to_keep_is_valued_anew(place: Path) -> None:
    """With A1 to keep the price part of the saving turns round."""
    decide(place, decision="merge", keep_part="A1")
    merged = lynchpin.apply_duplicates(place)
    assert dict(merged.replacements.select("part", "saving_price").iter_rows()) == {"A2": -20000.0, "A4": 0.0}


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ({"decision": "merg"}, "a decision is merge or no, or blank, found 'merg'"),
        ({"decision": "merge", "keep_part": "A9"}, "the part to keep is none of group G0001, found 'A9'"),
        ({"decision": "merge", "keep_part": "A5"}, "the part to keep is none of group G0001"),
    ],
)
def test_a_decision_that_cannot_be_is_named(place: Path, cells: dict[str, str], says: str) -> None:
    """Other words, and parts that are no members, are findings with their row."""
    decide(place, **cells)
    with pytest.raises(CatalogueError, match=says):
        lynchpin.apply_duplicates(place)


def test_members_that_were_edited_are_judged_again(place: Path) -> None:
    """A member that someone wrote into a group is refused by its attributes."""
    decide(place, decision="merge")
    path = place / "members.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",A4,", ",A3,"), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"A2 with power 100\.0 cannot take the place of A3 with 104\.0"):
        lynchpin.apply_duplicates(place)


@pytest.mark.parametrize(
    ("table", "old", "new", "says"),
    [
        (
            "parts",
            ",2000.0,40.0,",
            ",many,40.0,",
            "parts.csv row 3, column volume .*must be a number, found 'many'",
        ),
        ("parts", ",2000.0,40.0,", ",2000.0,nan,", "column price .*must be a number, found 'nan'"),
        ("attributes", "at_least,0.01", "at_least,wide", "column tolerance .*must be a number, found 'wide'"),
        ("settings", "part_number_cost,100", "part_number_cost,much", "must be a number, found 'much"),
        ("groups", "keep_part", "kept_part", "column keep_part: is missing"),
    ],
)
def test_a_comparison_that_was_spoilt_is_not_carried_out(
    place: Path, table: str, old: str, new: str, says: str
) -> None:
    """Figures that are none, and columns that are gone, are named with their row."""
    decide(place, decision="merge")
    path = place / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=says):
        lynchpin.apply_duplicates(place)


def test_a_part_is_not_replaced_twice_or_by_one_that_goes(tmp_path: Path) -> None:
    """Two confirmed groups that contradict each other are both named."""
    rows = "Part No,Category,Peak power kW\nA1,Inverter,100\nA2,Inverter,100\nA3,Inverter,95\n"
    (tmp_path / "alder.csv").write_text(rows, encoding="utf-8")
    found = lynchpin.duplicates(tmp_path / "alder.csv", accept_proposal=True)
    assert found.groups.select("kind", "keep_part").rows() == [("identical", "A1"), ("one way", "A1")]
    frame = found.groups.with_columns(pl.lit("merge").alias("decision"))
    place = found.write(tmp_path / "found")
    frame.write_csv(place / "groups.csv")
    assert lynchpin.apply_duplicates(place).catalogue["part"].to_list() == ["A1"]
    frame.with_columns(
        pl.when(pl.col("kind") == "identical").then(pl.lit("A2")).otherwise("keep_part").alias("keep_part")
    ).write_csv(place / "groups.csv")
    with pytest.raises(CatalogueError, match="alder A1 is kept here and replaced in group G0001"):
        lynchpin.apply_duplicates(place)
    frame.with_columns(
        pl.when(pl.col("kind") == "one way").then(pl.lit("A3")).otherwise("keep_part").alias("keep_part")
    ).write_csv(place / "groups.csv")
    with pytest.raises(CatalogueError, match=r"A3 with power 95\.0 cannot take the place of A1 with 100\.0"):
        lynchpin.apply_duplicates(place)


def test_decisions_are_not_overwritten(place: Path) -> None:
    """Where a group is decided nothing is written over it; without decisions it may be."""
    (place.parent / "alder.csv").write_text(ROWS, encoding="utf-8")
    found = lynchpin.duplicates(place.parent / "alder.csv", accept_proposal=True)
    found.write(place)
    decide(place, decision="no")
    with pytest.raises(CatalogueError, match=r"holds 1 decision.*--apply"):
        found.write(place)
    (place.parent / "other").mkdir()
    (place.parent / "other" / "letter.txt").write_text("x", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"holds other things, found 'letter.txt'"):
        found.write(place.parent / "other")
    for name in ("parts.csv", "catalogue.csv"):  # the names of tables, but somebody else's
        (place.parent / name.partition(".")[0]).mkdir()
        (place.parent / name.partition(".")[0] / name).write_text(ROWS, encoding="utf-8")
        with pytest.raises(CatalogueError, match="holds other things"):
            found.write(place.parent / name.partition(".")[0])
    lynchpin.duplicates(place.parent / "alder.csv", accept_proposal=True).write(place.parent / "again.xlsx")
    found.write(place.parent / "again.xlsx")
    write_book({"Parts": pl.DataFrame({"Part No": ["A1"]})}, place.parent / "other.xlsx")
    with pytest.raises(CatalogueError, match="holds other things, found 'Parts'"):
        found.write(place.parent / "other.xlsx")
    with pytest.raises(CatalogueError, match=r"not written as \.json"):
        found.write(place.parent / "found.json")


def test_a_workbook_carries_decisions_as_a_folder_does(tmp_path: Path) -> None:
    """Every table is a sheet; a decision typed into it is carried out, and both outputs can be workbooks."""
    from openpyxl import load_workbook

    (tmp_path / "alder.csv").write_text(ROWS, encoding="utf-8")
    found = lynchpin.duplicates(tmp_path / "alder.csv", accept_proposal=True)
    path = found.write(tmp_path / "found.xlsx")
    book = load_workbook(path)
    assert book.sheetnames == list(found.tables)
    sheet = book["groups"]
    header = [cell.value for cell in sheet[1]]
    sheet.cell(row=2, column=header.index("decision") + 1, value="merge")
    book.save(path)
    merged = lynchpin.apply_duplicates(path)
    assert merged.replacements["part"].to_list() == ["A1", "A4"]
    written = merged.write(tmp_path / "merged.xlsx")
    assert load_workbook(written).sheetnames == ["replacements", "catalogue"]


def test_a_comparison_without_groups_leaves_the_catalogue(tmp_path: Path) -> None:
    """Two different parts stay two."""
    (tmp_path / "alder.csv").write_text("Part No,Category,Peak power kW\nA1,Inverter,1\nA2,Inverter,2\n")
    found = lynchpin.duplicates(tmp_path / "alder.csv", accept_proposal=True)
    for place in (found.write(tmp_path / "found"), found.write(tmp_path / "found.xlsx")):
        merged = lynchpin.apply_duplicates(place)
        assert merged.replacements.is_empty()
        assert merged.catalogue["part"].to_list() == ["A1", "A2"]


def test_what_is_no_comparison_is_refused(tmp_path: Path) -> None:
    """A folder without the tables is named with the one that is missing."""
    with pytest.raises(CatalogueError, match="has no table groups"):
        lynchpin.apply_duplicates(tmp_path)
    (tmp_path / "groups.csv").write_text("group,kind\nG1,x\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="has no table members"):
        lynchpin.apply_duplicates(tmp_path)

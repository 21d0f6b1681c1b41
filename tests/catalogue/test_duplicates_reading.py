"""Bad catalogues: every finding at once, with file, row, column, value and cure."""

import zipfile
from pathlib import Path

import polars as pl
import pytest
from openpyxl import Workbook

import lynchpin
from lynchpin.errors import CatalogueError, StudyError
from lynchpin.study import package

HEADER = "Part No,Category,Peak power kW,Annual volume,Unit price EUR"


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "alder.csv") -> Path:
    """Write a catalogue of these rows."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def mapping_of(path: Path) -> pl.DataFrame:
    """Return the confirmed proposal for a catalogue."""
    return lynchpin.propose_mapping(path).with_columns(pl.lit("yes").alias("confirmed"))


def findings(path: Path, mapping: pl.DataFrame) -> list[str]:
    """Return the findings on a catalogue, as lines."""
    with pytest.raises(CatalogueError) as raised:
        lynchpin.duplicates(path, mapping=mapping)
    assert all(line in str(raised.value) for line in map(str, raised.value.findings))
    return [str(finding) for finding in raised.value.findings]


@pytest.fixture
def good(tmp_path: Path) -> pl.DataFrame:
    """Return the mapping of a catalogue in order."""
    return mapping_of(write(tmp_path, "A1,Inverter,160,10,500", "A2,Inverter,161.5,10,500.5"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("A3,Inverter,strong,10,500", "row 4, column Peak power kW (C4): must be a number, found 'strong'"),
        ("A3,Inverter,NaN,10,500", "must be a number, found 'NaN'. Leave the cell blank"),
        ("A3,Inverter,inf,10,500", "must be a number, found 'inf'"),
        ("A3,Inverter,#N/A,10,500", "found '#N/A'"),
        ("A3,Inverter,1e99,10,500", "a number beyond 1e+15 cannot be meant"),
        ('A3,Inverter,"12,5",10,500', "the decimal mark of this column is '.', found '12,5'"),
        ("A3,Inverter,60 kWh,10,500", "is in kWh (energy), and the column is in kW (power), found '60 kWh'"),
        ("A3,Inverter,60 zorb,10,500", "'zorb' (a unit not known)"),
        ("A3,Inverter,160,-10,500", "a volume cannot be negative, found '-10'"),
        ("A3,Inverter,160,10,-1", "a price cannot be negative"),
        ("A3,Inverter,160,10,5 JPY", "'JPY' is no currency with a rate"),
        ("A1,Inverter,160,10,500", "the part number stands in row 2 already, found 'A1'"),
        (",Inverter,160,10,500", "a part needs its number"),
        ("A3,,160,10,500", "a part needs its family"),
        ("A3,Gizmo,160,10,500", "does not say which family this is, found 'Gizmo'"),
        ("A3,Inverter,160,10", "the header has 5 cells and so must every row"),
    ],
)
def test_a_bad_cell_is_named(tmp_path: Path, good: pl.DataFrame, row: str, says: str) -> None:
    """Text in numbers, other kinds of units, repeated and missing part numbers are told with their cure."""
    path = write(tmp_path, "A1,Inverter,160,10,500", "A2,Inverter,161.5,10,500.5", row)
    lines = findings(path, good)
    assert len(lines) == 1
    assert says in lines[0]
    assert "alder.csv" in lines[0]


def test_a_part_number_that_repeats_is_one_finding(tmp_path: Path, good: pl.DataFrame) -> None:
    """However often it stands there, the first repetition is named and the others are counted."""
    path = write(tmp_path, *["A1,Inverter,160,10,500"] * 1002, *["A2,Inverter,161.5,10,500"] * 2)
    lines = findings(path, good)
    assert [line.split(": ", 2)[2] for line in lines] == [
        "the part number stands in row 2 already, and 1,000 times more, found 'A1'. "
        "Delete one of the rows, or give the part its own number.",
        "the part number stands in row 1004 already, found 'A2'. "
        "Delete one of the rows, or give the part its own number.",
    ]


def test_cells_in_another_unit_than_their_column_are_told(tmp_path: Path, good: pl.DataFrame) -> None:
    """They are converted as they say; a header of kW over 160000 W may be meant, and may be a slip."""
    path = write(tmp_path, "A1,Inverter,160000 W,10,500", "A2,Inverter,160 kW,10,500", "A3,Inverter,9,1,5")
    found = lynchpin.duplicates(path, mapping=good)
    assert found.groups["kind"].to_list() == ["identical"]
    (told,) = [line for line in map(str, found.findings) if "another unit" in line]
    assert told.startswith("warning: alder.csv column Peak power kW")
    assert "1 cell is in another unit than kW, converted, found '160000 W'" in told


def test_all_findings_come_at_once(tmp_path: Path, good: pl.DataFrame) -> None:
    """Four rows with a slip each give four findings, in one message."""
    rows = ("A1,Inverter,a,10,500", "A2,Inverter,160,b,500", "A3,Inverter,160,10,c", "A3,Inverter,160,10,1")
    assert len(findings(write(tmp_path, *rows), good)) == 4


def test_many_findings_of_one_kind_are_counted(tmp_path: Path, good: pl.DataFrame) -> None:
    """A column of text gives two hundred findings and the number of the others."""
    rows = [f"A{number},Inverter,x{number},10,500" for number in range(1000)]
    lines = findings(write(tmp_path, *rows), good)
    assert len(lines) == 201
    assert "800 further rows" in lines[-1]


def test_units_in_cells_are_taken_and_missed(tmp_path: Path) -> None:
    """Where each cell has its unit they may differ; a cell without one is named."""
    path = write(
        tmp_path, "A1,Inverter,160 kW,10,5", "A2,Inverter,160000 W,10,6", header=HEADER.replace(" kW", "")
    )
    mapping = mapping_of(path)
    assert lynchpin.duplicates(path, mapping=mapping).groups["kind"].to_list() == ["identical"]
    write(tmp_path, "A1,Inverter,160 kW,10,5", "A2,Inverter,160,10,6", header=HEADER.replace(" kW", ""))
    assert "has no unit, and the mapping gives none" in findings(path, mapping)[0]


@pytest.mark.parametrize("cell", ["1,234.5", "1 234.5", "1234.5", "1'234.5", "1,234.5 kW", "1.2345 MW"])
def test_numbers_are_read_in_every_way_of_writing(tmp_path: Path, good: pl.DataFrame, cell: str) -> None:
    """Separators of thousands and units behind the number do not change it."""
    path = write(tmp_path, f'A1,Inverter,"{cell}",10,500', "A2,Inverter,1234.5,10,500")
    assert lynchpin.duplicates(path, mapping=good).parts["power"].to_list() == [1234.5, 1234.5]


def test_a_sheets_own_numbers_are_not_taken_for_thousands(tmp_path: Path) -> None:
    """With a comma as the mark, 1.234 in a workbook is refused: it may be the sheet's own number."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Part No", "Category", "Peak power kW"],
        ["A1", "Inverter", 1.234],
        ["A2", "Inverter", "1,5"],
    ):
        sheet.append(row)
    book.save(tmp_path / "alder.xlsx")
    mapping = mapping_of(tmp_path / "alder.xlsx")
    assert mapping.filter(pl.col("becomes") == "power")["decimal"].to_list() == [","]
    assert "may be a number of the sheet" in findings(tmp_path / "alder.xlsx", mapping)[0]


def test_two_columns_for_one_attribute_must_agree(tmp_path: Path) -> None:
    """What they say together is taken, a contradiction is an error."""
    header = "Part No,Category,Peak power kW,Rated power W"
    path = write(tmp_path, "A1,Inverter,160,160000", "A2,Inverter,,160000", header=header)
    mapping = mapping_of(path).with_columns(
        pl.when(pl.col("column") == "Rated power W")
        .then(pl.lit("power"))
        .otherwise("becomes")
        .alias("becomes"),
        pl.when(pl.col("column") == "Rated power W").then(pl.lit("kW")).otherwise("in_unit").alias("in_unit"),
        pl.when(pl.col("column") == "Rated power W")
        .then(pl.lit("at_least"))
        .otherwise("sense")
        .alias("sense"),
    )
    assert lynchpin.duplicates(path, mapping=mapping).parts["power"].to_list() == [160.0, 160.0]
    write(tmp_path, "A1,Inverter,160,150000", "A2,Inverter,,160000", header=header)
    assert "contradicts the other column that becomes power" in findings(path, mapping)[0]


def test_what_is_not_given_is_compared_with_nothing_and_said(tmp_path: Path, good: pl.DataFrame) -> None:
    """A part without its power is in no group, and a warning counts such parts."""
    path = write(tmp_path, "A1,Inverter,160,10,500", "A2,Inverter,,10,500", "A3,Inverter,160,10,500")
    found = lynchpin.duplicates(path, mapping=good)
    assert found.members["part"].to_list() == ["A1", "A3"]
    assert any("1 of 3 parts of the family inverter do not give power" in f.rule for f in found.findings)


def test_without_volume_and_price_a_merge_is_not_valued_and_that_is_said(tmp_path: Path) -> None:
    """Groups are found, their saving is blank, and two warnings tell why."""
    path = write(tmp_path, "A1,Inverter,160", "A2,Inverter,160", header="Part No,Category,Peak power kW")
    found = lynchpin.duplicates(path, mapping=mapping_of(path))
    assert found.groups["saving"].to_list() == [None]
    said = " ".join(finding.rule for finding in found.findings)
    assert "no volume, so merging them cannot be valued" in said
    assert "no price, so merging them cannot be valued" in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "a table needs a header"),
        (b"Part No,Category\n", "holds no parts"),
        (b"\xff\xfeP\0", "is UTF-16"),
        (b"Part\0", "holds binary data"),
        (b"Part No\nB\xe4r\n", "must be UTF-8 text"),
        (b'Part No,Category\n"A1,Inverter\n', "cannot be read as CSV"),
        (b"Part No,Part No\nA1,A2\n", "a column may stand only once"),
    ],
)
def test_files_that_are_no_catalogue_are_refused(tmp_path: Path, content: bytes, says: str) -> None:
    """Empty files, other encodings, binary data and broken quotes are named."""
    path = tmp_path / "alder.csv"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=says):
        lynchpin.duplicates(path, accept_proposal=True)


def test_places_that_are_no_catalogue_are_refused(tmp_path: Path) -> None:
    """A missing file, a picture and no file at all end in an error with a cure."""
    (tmp_path / "a.png").write_bytes(b"x")
    for place, says in ((tmp_path / "none.csv", "does not exist"), (tmp_path / "a.png", "is no catalogue")):
        with pytest.raises(CatalogueError, match=says):
            lynchpin.propose_mapping(place)
    with pytest.raises(CatalogueError, match="no catalogue is named"):
        lynchpin.duplicates()
    with pytest.raises(CatalogueError, match="compared by itself"):
        lynchpin.duplicates(lynchpin.examples.tiny(), tmp_path / "a.png")


def test_formulas_and_errors_in_a_workbook_are_refused(tmp_path: Path) -> None:
    """A cell with a formula may hold an old value, so it is named instead of read."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Part No", "Category", "Peak power kW"],
        ["A1", "Inverter", "=80*2"],
        ["A2", "Inverter", 160],
    ):
        sheet.append(row)
    book.save(tmp_path / "alder.xlsx")
    with pytest.raises(CatalogueError, match=r"alder.xlsx row 2 \(C2\): a cell must not hold a formula"):
        lynchpin.propose_mapping(tmp_path / "alder.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file that claims to unpack to a hundred times the limit is refused by its directory."""
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 3 * 2**20)
    with pytest.raises(CatalogueError, match="unpacks to 3 MiB"):
        lynchpin.propose_mapping(tmp_path / "bomb.xlsx")


def test_sheets_of_a_workbook_are_catalogues_of_their_own(tmp_path: Path) -> None:
    """Each sheet has its rows in the mapping; a part number may stand only once in the whole file."""
    book = Workbook()
    first = book.active
    assert first is not None
    first.title = "Inverters"
    second = book.create_sheet("Chargers")
    for sheet, number in ((first, "A1"), (second, "A1")):
        sheet.append(["Part No", "Power kW"])
        sheet.append([number, 11])
    book.save(tmp_path / "alder.xlsx")
    mapping = mapping_of(tmp_path / "alder.xlsx")
    family = mapping.filter((pl.col("becomes") == "family") & pl.col("column").is_null())
    assert dict(family.select("file", "word").iter_rows()) == {
        "alder.xlsx/Inverters": "inverter",
        "alder.xlsx/Chargers": "charger",
    }
    assert "stands in row 2 of alder.xlsx/Inverters already" in findings(tmp_path / "alder.xlsx", mapping)[0]


def test_a_study_with_findings_says_so_as_everywhere(tmp_path: Path) -> None:
    """A folder that is a study is read as one."""
    (tmp_path / "study.toml").write_text('name = "x"\n', encoding="utf-8")
    with pytest.raises(StudyError):
        lynchpin.duplicates(tmp_path)


@pytest.mark.slow
def test_a_million_rows_are_read_in_bounded_time(tmp_path: Path) -> None:
    """A million parts, one of them with text for a number, give one finding."""
    path = tmp_path / "alder.csv"
    lines = [f"A{number},Inverter,{100 + number % 5000},10,500" for number in range(1_000_000)]
    lines[777_777] = "A777777,Inverter,much,10,500"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    lines_found = findings(path, mapping_of(path))
    assert len(lines_found) == 1
    assert "row 777779, column Peak power kW" in lines_found[0]
    assert "found 'much'" in lines_found[0]

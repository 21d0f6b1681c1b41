"""Files that mean harm or are garbage end in an error of Lynchpin's own, never in a traceback."""

import contextlib
import io
import random
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.errors import InputError, LynchpinError, StudyError
from lynchpin.study import examples, folder, package
from lynchpin.study.check import check
from lynchpin.study.read import read_study
from lynchpin.study.words import nearest
from lynchpin.study.write import write_study
from tests.study.bench import Bench


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    """The message names study.toml and the command that makes one."""
    with pytest.raises(StudyError, match=r"holds no study.toml.*lynchpin new"):
        check(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("absent", None, "does not exist"),
        ("study.txt", b"x", "neither a folder nor a workbook"),
        ("study.xlsx", b"", "cannot be read as a workbook"),
        ("study.xlsx", b"PK\x03\x04garbage", "cannot be read as a workbook"),
        ("study.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "cannot be read as a workbook"),
    ],
)
def test_what_is_no_study_is_refused(tmp_path: Path, name: str, data: bytes | None, says: str) -> None:
    """A path that is no folder and no workbook says so."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(StudyError, match=says):
        check(tmp_path / name)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small file that claims to unpack to a hundred times the limit is refused by its directory."""
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 2**20)
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 3 * 2**20)
    with pytest.raises(StudyError, match="unpacks to 3 MiB"):
        check(tmp_path / "bomb.xlsx")


def test_a_workbook_that_lies_about_its_size_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part that claims to be small and is not stops the reading at the limit or at its false checksum."""
    monkeypatch.setattr(package, "LARGEST_UNPACKED", 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 3 * 2**20)
    data = buffer.getvalue().replace((3 * 2**20).to_bytes(4, "little"), (100).to_bytes(4, "little"))
    (tmp_path / "bomb.xlsx").write_bytes(data)
    with pytest.raises(StudyError, match=r"unpacks to|cannot be read"):
        check(tmp_path / "bomb.xlsx")


def test_a_workbook_that_holds_a_zip_of_repeats_is_not_opened(tmp_path: Path) -> None:
    """A file that unpacks to more than 250 times its size is refused, below the limit as well."""
    with zipfile.ZipFile(tmp_path / "bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"0" * 70 * 2**20)
    with pytest.raises(StudyError, match="unpacks to 70 MiB"):
        check(tmp_path / "bomb.xlsx")


def test_entities_of_a_workbook_are_not_expanded(tmp_path: Path) -> None:
    """A billion laughs in the workbook's list of sheets end in an error."""
    laughs = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 20}">' for i in range(9)
    )
    with zipfile.ZipFile(tmp_path / "laughs.xlsx", "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/workbook.xml", laughs + "]><l>&j;</l>")
    with pytest.raises(StudyError, match="cannot be read"):
        check(tmp_path / "laughs.xlsx")


def test_a_table_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    """A link that leads out of the study's folder is a finding, and its content is not shown."""
    (tmp_path / "secret.csv").write_text("brand,partner\nhidden,hidden\n", encoding="utf-8")
    (tmp_path / "s").mkdir()
    bench = Bench(tmp_path / "s")
    (bench.folder / "brands.csv").unlink()
    (bench.folder / "brands.csv").symlink_to(tmp_path / "secret.csv")
    findings = check(bench.folder)
    errors = [item for item in findings if item.level == "error" and item.file == "brands.csv"]
    assert [item.cure for item in errors] == ["Copy the file here."]
    assert not any("hidden" in str(item) for item in findings)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table above the limit is a finding."""
    monkeypatch.setattr(folder, "LARGEST_FILE", 100)
    findings = check(Bench(tmp_path).folder)
    assert any(item.file == "offers.csv" and "at most" in item.rule for item in findings)


def test_many_wrong_rows_are_counted_and_not_listed_all(tmp_path: Path) -> None:
    """Past two hundred rows the rest that break one rule are told as a number."""
    bench = Bench(tmp_path)
    rows = bench.table("demand")
    bench.save("demand", rows + [["france", f"s{i}", "any", "2026", "many", ""] for i in range(1000)])
    wrong = [item for item in check(tmp_path) if item.file == "demand.csv" and item.column == "vehicles"]
    assert len(wrong) == 201
    assert any("800 further rows" in item.rule for item in wrong)


def test_many_rows_of_the_wrong_length_are_counted(tmp_path: Path) -> None:
    """They too are listed up to two hundred."""
    bench = Bench(tmp_path)
    bench.write("brands.csv", "brand,partner\nnord,north\nsud,south\n" + "a\n" * 1000)
    ragged = [item for item in check(tmp_path) if item.file == "brands.csv" and not item.column]
    assert len(ragged) == 201
    assert any("800 further rows" in item.rule for item in ragged)


@pytest.mark.parametrize(
    "line", ["x = " + "[" * 100_000, "periods = " + "9" * 5000, "periods = 1e400", "[a]\nb = 1"]
)
def test_settings_that_would_break_a_reader_are_findings(tmp_path: Path, line: str) -> None:
    """Endless brackets, endless digits and nested tables end in findings."""
    bench = Bench(tmp_path)
    bench.replace("study.toml", "periods = 2", line)
    assert any(item.file == "study.toml" and item.level == "error" for item in check(tmp_path))


def test_a_header_without_end_is_refused(tmp_path: Path) -> None:
    """A table with a hundred thousand columns is not looked at further."""
    bench = Bench(tmp_path).write("brands.csv", ",".join(f"c{i}" for i in range(100_000)))
    assert any(
        item.file == "brands.csv" and "at most 1000 columns" in item.rule for item in check(bench.folder)
    )


def test_a_place_that_cannot_be_written_is_an_error_of_our_own(tmp_path: Path) -> None:
    """A file where a folder should be stands in the way."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("study", "study.xlsx"):
        with pytest.raises(StudyError, match="cannot be written"):
            write_study(examples.tiny(), tmp_path / "file" / name)


def test_the_nearest_of_many_names_is_found_at_once() -> None:
    """Among thousands only those that share letters are compared."""
    known = [f"variant_{index:05d}" for index in range(20_000)]
    assert nearest("varaint_00042", known) == "variant_00042"
    assert nearest("VARIANT_19999", known) == "variant_19999"
    assert nearest("xyz", known) == ""


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    """Blank lines and line breaks inside cells do not shift the row of a finding."""
    bench = (
        Bench(tmp_path)
        .replace("brands.csv", "Nord", '"Nord\r\nof the north"')
        .replace("brands.csv", "sud,south", "\n,,,\nsud,nobody")
    )
    findings = [item for item in check(bench.folder) if item.level == "error" and item.file == "brands.csv"]
    assert [(item.row, item.cell, item.value) for item in findings] == [(5, "B5", "nobody")]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_semicolons_and_tabs_are_read_where_the_header_leaves_no_doubt(
    tmp_path: Path, separator: str
) -> None:
    """A file of a spreadsheet in German is read, byte order mark and carriage returns included."""
    bench = Bench(tmp_path)
    rows = bench.table("sites")
    text = "\r\n".join(separator.join(row) for row in rows)
    bench.write("sites.csv", b"\xef\xbb\xbf" + text.encode())
    assert read_study(tmp_path).hashes() == examples.tiny().hashes()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_any_bytes_end_in_an_error_of_lynchpin(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """Flipped, cut and doubled bytes of a table, the settings or a workbook never end in a traceback."""
    dice = random.Random(seed)
    folder = tmp_path_factory.mktemp("garbage")
    bench = Bench(folder)
    target = dice.choice(sorted(folder.iterdir()))
    if dice.random() < 0.3:
        target = write_study(examples.tiny(), folder.parent / f"{folder.name}.xlsx")
    data = bytearray(target.read_bytes())
    for _ in range(dice.randint(1, 20) if data else 0):
        at = dice.randrange(len(data) + 1)
        data[at : at + dice.randint(0, 30)] = dice.randbytes(dice.randint(0, 8))
    target.write_bytes(data)
    with contextlib.suppress(LynchpinError):
        read_study(target if target.suffix == ".xlsx" else bench.folder)


def test_all_findings_come_at_once(tmp_path: Path) -> None:
    """Faults of shape, cell, reference and contradiction are listed together by one error."""
    bench = (
        Bench(tmp_path).put("sites", 2, capacity="many").put("brands", 2, partner="nord").drop("demand", 3)
    )
    bench.write("sits.csv", "site\n").setting("periods = 2")
    with pytest.raises(InputError) as raised:
        read_study(tmp_path)
    errors = [item for item in raised.value.findings if item.level == "error"]
    assert [(item.file, item.row) for item in errors] == [
        ("brands.csv", 2),
        ("demand.csv", 2),
        ("sites.csv", 2),
        ("sits.csv", 0),
    ]
    assert "sites.csv row 2, column capacity (H2)" in str(raised.value)

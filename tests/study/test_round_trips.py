"""A study that is written and read again is the same study, in either form."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lynchpin.errors import StudyError
from lynchpin.study import examples
from lynchpin.study.check import raw_of
from lynchpin.study.check_cells import check_cells
from lynchpin.study.read import read_study
from lynchpin.study.study import Settings, Study
from lynchpin.study.write import write_study

SLUGS = st.text("abzAZ019_.+-äßñ日本é", min_size=1, max_size=8) | st.sampled_from(
    ["NA", "null", "007", "1e5", "inf", "-", "true", "2026-01"]
)
LETTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"
) | st.sampled_from("\n\t,;\"'=")
TEXTS = (
    st.none()
    | st.sampled_from(["=1+1", "007", "NA", "#REF!", "_x0041_", "1,5", "a\nb", "@x", " padded "])
    | st.text(LETTERS, min_size=1, max_size=12).filter(str.strip)
)
NUMBERS = (
    st.none()
    | st.floats(min_value=0, allow_nan=False, allow_infinity=False)
    | st.just(float("inf"))
    | st.just(0.0)
)
ANY = st.floats(allow_nan=False, allow_infinity=False, min_value=-90, max_value=90) | st.none()


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """Draw a study whose cells are in order one by one, whatever they mean together."""
    partners = draw(st.lists(SLUGS, min_size=1, max_size=4, unique=True))
    sites = draw(st.lists(SLUGS, max_size=4, unique=True))
    number = len(sites)

    def column(cells: st.SearchStrategy[object]) -> list[object]:
        return draw(st.lists(cells, min_size=number, max_size=number))

    finite = draw(st.floats(min_value=0, max_value=0.5))
    chosen = Settings(
        name=draw(SLUGS),
        title=draw(TEXTS),
        first_period="2026",
        periods=2,
        currency="EUR",
        discount_rate=finite,
        suez_closed=draw(st.booleans()),
        short_penalty=draw(st.none() | st.floats(min_value=0, max_value=1e300)),
    )
    tables = {
        "partners": pl.DataFrame({"partner": partners, "name": [draw(TEXTS) for _ in partners]}),
        "sites": pl.DataFrame(
            {
                "site": pl.Series(sites, dtype=pl.String),
                "name": pl.Series(column(TEXTS), dtype=pl.String),
                "kind": pl.Series(["component"] * number, dtype=pl.String),
                "country": pl.Series(["FR"] * number, dtype=pl.String),
                "lat": pl.Series(column(ANY), dtype=pl.Float64),
                "lon": pl.Series(column(ANY), dtype=pl.Float64),
                "capacity": pl.Series(column(NUMBERS), dtype=pl.Float64),
                "fixed_cost": pl.Series(
                    column(NUMBERS.filter(lambda x: x != float("inf"))), dtype=pl.Float64
                ),
            }
        ),
    }
    if draw(st.booleans()):
        tables["brands"] = pl.DataFrame(schema={"brand": pl.String})
    return Study.of(chosen, tables)


def same(first: Study, second: Study) -> None:
    """Assert that two studies are the same in every cell, type and order."""
    assert first.settings == second.settings
    assert first.given == second.given
    for name, frame in first.tables.items():
        assert frame.equals(second.tables[name], null_equal=True), name
        assert frame.schema == second.tables[name].schema
    assert first.hashes() == second.hashes()


def reread(study: Study, path: Path) -> Study:
    """Write a study, and read its cells again without the checks between tables."""
    from lynchpin.study.check import settings_of
    from lynchpin.study.source import read_raw

    raw = read_raw(write_study(study, path))
    assert not raw.findings
    chosen = settings_of(check_cells(raw.settings)[0].frame)
    assert chosen is not None
    return Study.of(chosen, {name: check_cells(table)[0].frame for name, table in raw.tables.items()})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(study=studies(), form=st.sampled_from(["folder", "book.xlsx"]))
def test_any_study_comes_back_from_a_folder_and_from_a_workbook(study: Study, form: str) -> None:
    """Blank, zero, inf, NA, formulas as text, letters of any language and every digit come back."""
    with TemporaryDirectory() as folder:
        same(study, reread(study, Path(folder) / form))


@pytest.mark.parametrize("name", examples.names())
def test_an_example_goes_to_a_workbook_and_back(name: str, tmp_path: Path) -> None:
    """An example is the same after folder to workbook to folder, with the checks in between."""
    study = examples.load(name)
    book = read_study(write_study(study, tmp_path / "study.xlsx"))
    same(study, book)
    same(study, read_study(write_study(book, tmp_path / "folder")))


def test_a_study_in_memory_has_the_cells_of_its_folder(tmp_path: Path) -> None:
    """Checking a study in memory looks at the cells that its folder would hold."""
    study = examples.tiny()
    raw = raw_of(study)
    same(
        study,
        Study.of(study.settings, {name: check_cells(table)[0].frame for name, table in raw.tables.items()}),
    )


def test_a_written_folder_holds_only_what_is_given(tmp_path: Path) -> None:
    """Writing over a study removes the tables that it no longer has and keeps other files."""
    study = examples.tiny()
    write_study(study, tmp_path / "s")
    (tmp_path / "s" / "README.md").write_text("kept", encoding="utf-8")
    smaller = Study.of(study.settings, {"partners": study.tables["partners"]})
    write_study(smaller, tmp_path / "s")
    assert sorted(file.name for file in (tmp_path / "s").iterdir()) == [
        "README.md",
        "partners.csv",
        "study.toml",
    ]


def test_whole_numbers_of_a_spreadsheet_are_years_and_integers(tmp_path: Path) -> None:
    """A year that a spreadsheet holds as 2026.0 is the period 2026."""
    import openpyxl

    write_study(examples.tiny(), tmp_path / "s.xlsx")
    book = openpyxl.load_workbook(tmp_path / "s.xlsx")
    book["demand"]["D2"] = 2026.0
    book["study"]["B4"] = 2026
    book["programmes"]["D4"] = 2026
    book.save(tmp_path / "s.xlsx")
    same(examples.tiny(), read_study(tmp_path / "s.xlsx"))


@pytest.mark.parametrize("form", ["study", "study.xlsx"])
def test_only_given_settings_are_written(form: str, tmp_path: Path) -> None:
    """A setting left blank stays blank: written out, a default would look like a decision of the author."""
    source = tmp_path / "source"
    source.mkdir()
    text = 'name = "few"\nfirst_period = "2026"\nperiods = 2\ncurrency = "EUR"\nsuez_closed = false\n'
    (source / "study.toml").write_text(text, encoding="utf-8")
    chosen = reread(read_study(source), tmp_path / form).settings
    assert set(chosen.given) == {"name", "first_period", "periods", "currency", "suez_closed"}
    assert chosen.detour_factor == 1.3
    changed = read_study(source).with_settings(detour_factor=2.0, suez_closed=None)
    assert set(changed.settings.given) == {"name", "first_period", "periods", "currency", "detour_factor"}
    write_study(read_study(tmp_path / form), tmp_path / "again")
    assert (tmp_path / "again" / "study.toml").read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["study.xls", "study.ods", "study.CSV"])
def test_a_name_of_another_kind_of_file_is_refused(name: str, tmp_path: Path) -> None:
    """No folder is made under a name that looks like a file."""
    with pytest.raises(StudyError, match=r"\.xlsx"):
        write_study(examples.tiny(), tmp_path / name)
    assert not (tmp_path / name).exists()

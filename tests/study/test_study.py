"""The study in memory: its dictionary, settings, periods, defaults and hashes."""

import pickle

import polars as pl
import pytest

from lynchpin.errors import StudyError
from lynchpin.study import examples
from lynchpin.study.check import check
from lynchpin.study.dictionary import (
    FREE_TEXT,
    SETTINGS,
    UNLIMITED,
    dictionary,
    split_list,
    split_numbers,
    table_names,
)
from lynchpin.study.finding import cell_name
from lynchpin.study.periods import Periods
from lynchpin.study.study import Settings, Study


def test_every_line_of_the_dictionary_can_be_used() -> None:
    """Defaults are of their kind and range, references name tables, choices hold the default."""
    for table in dictionary().values():
        assert table.meaning
        for column in table.columns.values():
            assert column.meaning
            assert set(column.targets) <= set(table_names())
            fallback = column.fallback
            if isinstance(fallback, (int, float)):
                assert column.low is None or column.low <= fallback
                assert column.high is None or fallback <= column.high
            if column.choices and fallback is not None:
                assert fallback in column.choices


def test_lists_of_columns_name_columns_of_the_dictionary() -> None:
    """What is said to be unlimited or free text exists."""
    for table, column in UNLIMITED | FREE_TEXT:
        assert column in dictionary()[table].columns


def test_settings_are_the_dictionary() -> None:
    """Every setting of the dictionary is a field with the same default, in the same order."""
    columns = dictionary()[SETTINGS].columns
    assert list(Settings.model_fields) == list(columns)
    for name, field in Settings.model_fields.items():
        expected = columns[name].fallback
        assert field.is_required() == columns[name].required
        if not field.is_required():
            assert field.default == (
                {"yes": True, "no": False}[str(expected)] if columns[name].kind == "flag" else expected
            )


def test_yearly_periods_have_years_as_labels() -> None:
    """Positions count from the first period and go on outside the horizon."""
    periods = Periods("2026", 3)
    assert periods.labels == ("2026", "2027", "2028")
    assert periods.starts == (2026.0, 2027.0, 2028.0)
    assert [periods.index(label) for label in ("2024", "2026", "2030")] == [-2, 0, 4]
    assert periods.span("2027", None) == range(1, 3)
    assert periods.span(None, "2026") == range(1)
    assert len(periods.span("2030", None)) == 0
    assert len(periods.span(None, "2020")) == 0


def test_half_years_read_a_bare_year_by_its_side() -> None:
    """A bare year begins with its first half and ends with its last."""
    periods = Periods("2026-H2", 3, half_years=True)
    assert periods.labels == ("2026-H2", "2027-H1", "2027-H2")
    assert periods.starts == (2026.5, 2027.0, 2027.5)
    assert (periods.index("2027"), periods.index("2027", end=True)) == (1, 2)
    assert periods.span("2027", "2027") == range(1, 3)


def test_labels_of_the_wrong_kind_are_refused() -> None:
    """A half-year in a yearly study and a word are errors that say what to write."""
    for label in ("2026-H1", "soon", "26"):
        with pytest.raises(StudyError, match="Write 2026"):
            Periods("2026", 2).index(label)


def test_blanks_take_their_defaults_only_when_asked() -> None:
    """`tables` holds what was given, `table` what it counts as; `none` stays blank."""
    study = Study.of(
        Settings(name="s", first_period="2026", periods=1, currency="EUR"),
        {"sites": pl.DataFrame({"site": ["a", "b"], "capacity": [None, 0.0]})},
    )
    assert study.tables["sites"]["capacity"].to_list() == [None, 0.0]
    assert study.table("sites")["capacity"].to_list() == [float("inf"), 0.0]
    assert study.table("sites")["status"].to_list() == ["current", "current"]
    assert study.table("sites")["lat"].to_list() == [None, None]
    assert study.given == {"sites"}
    assert study.table("offers").is_empty()


def test_unknown_tables_columns_and_settings_are_refused_with_the_nearest() -> None:
    """A slip of the pen in code is named as in a file."""
    study = examples.tiny()
    with pytest.raises(StudyError, match="Did you mean 'sites'"):
        study.replace(site=pl.DataFrame())
    with pytest.raises(StudyError, match="Did you mean 'capacity'"):
        study.replace(sites=pl.DataFrame({"capasity": [1.0]}))
    with pytest.raises(StudyError, match="not of the type Float64"):
        study.replace(sites=pl.DataFrame({"capacity": ["many"]}))
    with pytest.raises(StudyError, match="setting currencey"):
        study.with_settings(currencey="EUR")


def test_a_hash_changes_with_its_table_only() -> None:
    """Each table and the settings have a hash of their own."""
    study = examples.tiny()
    changed = study.replace(brands=study.tables["brands"].with_columns(pl.lit("x").alias("name")))
    before, after = study.hashes(), changed.hashes()
    assert {name for name in before if before[name] != after[name]} == {"brands"}
    assert study.with_settings(periods=3).hashes()["study"] != before["study"]


def test_a_study_can_be_sent_to_another_process() -> None:
    """It survives pickling with every cell."""
    study = examples.tiny()
    assert pickle.loads(pickle.dumps(study)).hashes() == study.hashes()


def test_lists_in_cells_are_split_and_stripped() -> None:
    """Blanks around entries do not count, and a blank cell has none."""
    assert split_list(" EU; TR ;") == ("EU", "TR")
    assert split_list(None) == ()
    assert split_numbers("0.5; 1") == (0.5, 1.0)


def test_cells_are_named_as_in_a_spreadsheet() -> None:
    """Columns go on after Z with AA."""
    assert [cell_name(7, column) for column in (1, 26, 27, 702, 703)] == ["A7", "Z7", "AA7", "ZZ7", "AAA7"]


def test_blanks_around_an_identifier_are_one_finding() -> None:
    """What refers to the identifier is not a second mistake: the blanks alone are named, where they stand."""
    study = examples.tiny()
    sites = study.tables["sites"]
    slipped = sites.with_columns(
        site=pl.when(pl.col("site") == "plant_fr").then(pl.lit(" plant_fr ")).otherwise("site")
    )
    (finding,) = [item for item in check(study.replace(sites=slipped)) if item.level == "error"]
    assert (finding.file, finding.column, finding.value) == ("sites.csv", "site", " plant_fr ")
    assert "blanks" in finding.cure

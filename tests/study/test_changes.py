"""Scenarios: what set, multiply, add and delete do, and what they refuse."""

from pathlib import Path

import polars as pl
import pytest

from lynchpin.errors import InputError, StudyError
from lynchpin.study import examples
from lynchpin.study.changes import apply_scenario
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.write import write_study


def scenario(*rows: tuple[str, str | None, str | None, str, str | None]) -> Study:
    """Return `tiny` with one scenario of these changes: table, where, column, operation, value."""
    columns = ("table", "where", "column", "operation", "value")
    changes = pl.DataFrame(
        [
            {"scenario": "other", "order": order, **dict(zip(columns, row, strict=True))}
            for order, row in enumerate(rows)
        ],
        infer_schema_length=None,
    )
    return examples.tiny().replace(scenarios=pl.DataFrame({"scenario": ["other"]}), changes=changes)


def column(study: Study, table: str, name: str) -> list[object]:
    """Return a column as given."""
    return study.tables[table][name].to_list()


def test_set_writes_the_chosen_rows_only() -> None:
    """Rows that `where` does not choose keep their cells."""
    changed = apply_scenario(
        scenario(("tariffs", "importer=FR; hs=8703", "ad_valorem", "set", "0.25")), "other"
    )
    assert column(changed, "tariffs", "ad_valorem") == [0.25, 0.05, 0.05, 0.0]


def test_set_takes_inf_and_blank() -> None:
    """A duty may be set to a ban, and a cell to not given."""
    changed = apply_scenario(
        scenario(
            ("tariffs", "importer=JP", "ad_valorem", "set", "inf"), ("offers", None, "min_share", "set", None)
        ),
        "other",
    )
    assert column(changed, "tariffs", "ad_valorem") == [0.1, float("inf"), 0.05, float("inf")]
    assert column(changed, "offers", "min_share") == [None] * 4


def test_multiply_and_add_work_on_what_a_blank_stands_for() -> None:
    """A blank with a default counts as the default; a blank without stays blank."""
    changed = apply_scenario(
        scenario(
            ("families", "family=battery", "saturation_volume", "set", "50000"),
            ("families", None, "saturation_volume", "multiply", "2"),
            ("offers", None, "customs_share", "add", "0.25"),
            ("lanes", "carries=cars", "cost_per_unit", "set", "7"),
        ),
        "other",
    )
    assert column(changed, "families", "saturation_volume") == [100000.0, None]
    assert column(changed, "offers", "customs_share") == [0.75] * 4
    assert column(changed, "lanes", "cost_per_unit") == [7.0] * 4 + [None] * 4


def test_where_compares_with_defaults_and_beginnings() -> None:
    """`status=candidate` chooses blank cells that stand for it, and a trailing * any ending."""
    changed = apply_scenario(
        scenario(
            ("demand", "market=fr*; segment=s*", "vehicles", "multiply", "0.77"),
            ("sites", "duty_basis=cif; capacity=37500", "duty_basis", "set", "fob"),
        ),
        "other",
    )
    assert column(changed, "demand", "vehicles")[:3] == [400000 * 0.77, 625000 * 0.77, 80000.0]
    assert column(changed, "sites", "duty_basis") == ["fob", "cif", "cif", "cif"]


def test_delete_takes_the_rows_out() -> None:
    """Deleted rows are gone, the others keep their order."""
    changed = apply_scenario(scenario(("offers", "model=van_ev", None, "delete", None)), "other")
    assert column(changed, "offers", "model") == ["city_ev", "city_ev", "sedan_ev"]


def test_settings_change_by_table_study() -> None:
    """A setting is set, multiplied or added to, and set blank goes back to its default."""
    changed = apply_scenario(
        scenario(
            ("study", None, "discount_rate", "multiply", "0.5"),
            ("study", None, "port_days", "add", "2"),
            ("study", None, "suez_closed", "set", "yes"),
            ("study", None, "price_year", "set", None),
        ),
        "other",
    )
    settings = changed.settings
    assert (settings.discount_rate, settings.port_days, settings.suez_closed) == (0.125, 10.0, True)
    assert settings.price_year is None


def test_changes_are_made_in_their_order() -> None:
    """The second change works on what the first one left."""
    twice = scenario(
        ("offers", None, "base_sales", "set", "10"), ("offers", None, "base_sales", "multiply", "3")
    )
    assert column(apply_scenario(twice, "other"), "offers", "base_sales") == [30.0] * 4


def test_numbers_written_as_values_can_be_multiplied() -> None:
    """A need of a model is a number in a column of words."""
    changed = apply_scenario(
        scenario(("requirements", "model=city_ev; attribute=kw", "value", "multiply", "0.5")), "other"
    )
    assert column(changed, "requirements", "value") == ["40", "45", "50", "120", "50", "90"]


def test_a_changed_study_stands_by_itself(tmp_path: Path) -> None:
    """It has no scenario left, is written and read like any other, and the old one is as it was."""
    study = scenario(("offers", "model=van_ev", None, "delete", None))
    before = study.hashes()
    changed = apply_scenario(study, "other")
    assert not changed.given & {"scenarios", "changes"}
    assert read_study(write_study(changed, tmp_path / "s")).hashes() == changed.hashes()
    assert study.hashes() == before


def test_a_scenario_that_the_study_lacks_is_refused_with_the_nearest() -> None:
    """The message says which scenario may be meant."""
    study = scenario(("offers", None, "base_sales", "set", "10"))
    with pytest.raises(StudyError, match="Did you mean 'other'"):
        apply_scenario(study, "othr")
    with pytest.raises(StudyError, match="no such scenario"):
        apply_scenario(examples.tiny(), "other")


def test_a_change_that_matches_nothing_is_refused() -> None:
    """The finding names the row of changes and what the column holds."""
    with pytest.raises(InputError) as raised:
        apply_scenario(scenario(("offers", "model=bus", "base_sales", "set", "10")), "other")
    (finding,) = raised.value.findings
    assert (finding.row, finding.column, finding.value) == (2, "where", "model=bus")
    assert "city_ev" in finding.cure


def test_a_change_that_breaks_the_study_is_refused() -> None:
    """A reference that the change made wrong is found in the changed table."""
    with pytest.raises(InputError, match="must name a row of partners"):
        apply_scenario(scenario(("brands", "brand=nord", "partner", "set", "nobody")), "other")


def test_a_change_that_leaves_a_market_without_duty_is_refused() -> None:
    """The checks between tables hold for the changed study as well."""
    with pytest.raises(InputError, match="no mfn or all_in row"):
        apply_scenario(scenario(("tariffs", "importer=FR", None, "delete", None)), "other")

"""Plans on disk: what is written comes back, nothing else is ever overwritten, what is broken is named."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lynchpin.errors import PlanError
from lynchpin.plan import store
from lynchpin.plan.store import load_plan, save_plan
from tests.plans import tiny_plan


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return the folder of a stored plan."""
    return save_plan(tiny_plan(), tmp_path / "plan")


def test_a_plan_comes_back_as_it_was(place: Path) -> None:
    """Every table, the information, the study and the references survive the way to the disk and back."""
    plan, back = tiny_plan(), load_plan(place)
    assert back.info == plan.info
    assert back.study.hashes() == plan.study.hashes()
    assert sorted(back.references) == sorted(plan.references) == ["as-is", "partner"]
    for name, table in plan.tables.items():
        assert table.equals(back.tables[name]), name
    for name, reference in plan.references.items():
        assert back.references[name].info == reference.info


def test_writing_twice_replaces_the_plan_and_leaves_nothing_behind(place: Path) -> None:
    """A second write takes the place of the first, and no temporary folder stays beside it."""
    (place / "plan.json").write_text("{}")
    save_plan(tiny_plan(), place)
    assert load_plan(place).info == tiny_plan().info
    assert [path.name for path in place.parent.iterdir()] == ["plan"]


def test_a_plan_that_stands_among_other_files_is_not_replaced(place: Path) -> None:
    """What somebody else put beside plan.json is named and stays, for a plan is replaced as a whole."""
    (place / "note.txt").write_text("mine")
    with pytest.raises(PlanError, match=r"more than a plan.*note\.txt"):
        save_plan(tiny_plan(), place)
    assert (place / "note.txt").read_text() == "mine"
    assert load_plan(place).info == tiny_plan().info


def test_a_folder_that_is_no_plan_is_not_overwritten(tmp_path: Path) -> None:
    """A folder with other things in it is refused and stays as it is."""
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(PlanError, match="not a plan"):
        save_plan(tiny_plan(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_failed_write_keeps_the_old_plan(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new plan cannot be put in place, the old one is still there and no draft is left."""
    before = (place / "plan.json").read_text()

    def full(folder: Path) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(store, "flush_all", full)
    with pytest.raises(PlanError, match=f"{place}: .*nothing was changed: no space.*Free space"):
        save_plan(tiny_plan(), place)
    assert (place / "plan.json").read_text() == before
    assert [path.name for path in place.parent.iterdir()] == ["plan"]


def test_a_plan_of_another_study_is_no_reference(place: Path) -> None:
    """What sharing is worth is a difference of two plans of one study: another one's plan is refused."""
    other = tiny_plan().references["partner"]
    study = other.study.with_settings(title="Another")
    info = other.info.model_copy(update={"hashes": study.hashes()})
    shutil.rmtree(place / "references" / "partner")
    save_plan(replace(other, study=study, info=info), place / "references" / "partner")
    with pytest.raises(PlanError, match="references/partner: is a plan of another study"):
        load_plan(place)


@pytest.mark.parametrize("moment", [1, 2])
def test_ctrl_c_while_plans_change_places_keeps_the_old_one(
    place: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """Ctrl-C between the two renames leaves the plan that was there, and nothing beside it."""
    before = (place / "plan.json").read_text()
    rename, calls = Path.rename, iter(range(1, 9))

    def interrupted(path: Path, target: Path) -> Path:
        if next(calls) == moment:
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_plan(tiny_plan(), place)
    assert (place / "plan.json").read_text() == before
    assert [path.name for path in place.parent.iterdir()] == ["plan"]


def test_a_link_that_leads_out_of_the_plan_is_refused(place: Path, tmp_path: Path) -> None:
    """A table that is a link to a file elsewhere is not read."""
    outside = tmp_path / "outside.parquet"
    (place / "tables" / "ship.parquet").rename(outside)
    (place / "tables" / "ship.parquet").symlink_to(outside)
    with pytest.raises(PlanError, match=r"ship\.parquet: leads out of the plan's folder"):
        load_plan(place)


def test_everything_that_is_broken_is_named_at_once(place: Path) -> None:
    """A missing table, a broken one, one with other columns and an edited study are all in the message."""
    tables = place / "tables"
    (tables / "buy.parquet").unlink()
    (tables / "ship.parquet").write_bytes(b"PAR1 but not really")
    pl.DataFrame({"model": ["a"]}).write_parquet(tables / "sell.parquet")
    offers = place / "study" / "offers.csv"
    offers.write_text(offers.read_text().replace("30000", "30001").replace("25000", "25001"))
    with pytest.raises(PlanError) as caught:
        load_plan(place)
    message = str(caught.value)
    for part in (
        "buy.parquet: is missing",
        "ship.parquet: cannot be read",
        "sell.parquet: must have the columns",
    ):
        assert part in message


def test_an_edited_study_is_seen(place: Path) -> None:
    """A study that was changed after planning no longer belongs to its plan."""
    models = place / "study" / "models.csv"
    lines = models.read_text().splitlines()
    models.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    with pytest.raises(PlanError, match="study/models: was changed after planning"):
        load_plan(place)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format_version": 99}'])
def test_a_plan_file_that_is_not_one_is_refused(place: Path, text: str) -> None:
    """Broken or newer `plan.json` gives one message that names the file."""
    (place / "plan.json").write_text(text)
    with pytest.raises(PlanError, match=r"plan\.json"):
        load_plan(place)


def test_a_wrong_value_in_the_plan_file_is_named(place: Path) -> None:
    """A field of the wrong kind is named with its value."""
    content = json.loads((place / "plan.json").read_text())
    (place / "plan.json").write_text(json.dumps(content | {"status": "splendid"}))
    with pytest.raises(PlanError, match=r"status: .*splendid"):
        load_plan(place)


def test_a_reference_name_cannot_leave_the_folder() -> None:
    """A scenario whose name climbs out of the folder is refused before anything is written."""
    with pytest.raises(PlanError, match="what-if"):
        store._reference_path("what-if/../../etc")


def test_a_plan_that_is_cut_short_is_refused_in_lines(place: Path) -> None:
    """Each finding has a line of its own, and the cure follows the last."""
    for path in (place / "plan.json", place / "tables" / "ship.parquet"):
        path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(PlanError) as caught:
        load_plan(place)
    first, page, table = str(caught.value).splitlines()
    assert first == f"{place}: the stored plan is not in order:"
    assert page.startswith("  plan.json: is not readable as JSON")
    assert table.startswith("  tables/ship.parquet: cannot be read")
    assert table.endswith(". Plan again with `lynchpin plan STUDY -o PLAN`.")

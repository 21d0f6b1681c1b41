"""Small studies of the ladder carry their proven optimum, good for the tables that were solved."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import lynchpin
from lynchpin.api import write_example
from lynchpin.cli import app
from lynchpin.errors import OptionError, SolveError, StudyError
from lynchpin.plan.optimum import optimum_of
from lynchpin.study.read import read_study


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study of four versions with its optimum."""
    return write_example("ladder", tmp_path_factory.mktemp("ladder") / "four", size=4, seed=1)


def test_the_optimum_stands_beside_the_tables(folder: Path) -> None:
    """It is read back, is of this study, and the folder is still a study."""
    found = lynchpin.read_optimum(folder)
    assert found is not None
    assert found.hashes == read_study(folder).hashes()
    assert found.gap <= 1e-6
    assert found.method == "yearly"


def test_the_other_method_does_not_pass_the_optimum(folder: Path) -> None:
    """A plan by the aggregate method lies at or below the optimum, and its bound at or above it."""
    found = lynchpin.read_optimum(folder)
    plan = lynchpin.plan(folder, method="aggregate", gap=1e-4, threads=1, references=False)
    assert found is not None
    assert plan.info.bound is not None
    assert plan.info.objective <= found.objective + 1e-6 * abs(found.objective)
    assert plan.info.bound >= found.objective - 1e-6 * abs(found.objective)


def test_a_changed_study_is_not_measured_by_an_old_optimum(folder: Path, tmp_path: Path) -> None:
    """The message names the table that changed."""
    study = read_study(folder).with_settings(discount_rate=0.05)
    copy = lynchpin.write_study(study, tmp_path / "copy")
    (copy / "optimum.json").write_bytes((folder / "optimum.json").read_bytes())
    with pytest.raises(StudyError, match="another study: study changed"):
        lynchpin.read_optimum(copy)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"objective": "much"}'])
def test_a_spoilt_optimum_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    """The message names the file and the way out."""
    copy = lynchpin.write_study(read_study(folder), tmp_path / "copy")
    (copy / "optimum.json").write_text(text)
    with pytest.raises(StudyError, match=r"optimum\.json.*--optimum"):
        lynchpin.read_optimum(copy)


def test_a_study_without_one_has_none(tmp_path: Path) -> None:
    """An example that is copied, and a ladder study that is asked for without, have no optimum."""
    assert lynchpin.read_optimum(write_example("tiny", tmp_path / "tiny")) is None
    assert lynchpin.read_optimum(write_example("ladder", tmp_path / "bare", size=5, optimum=False)) is None
    assert lynchpin.read_optimum(write_example("ladder", tmp_path / "ten", size=10)) is None


def test_what_is_not_proven_is_no_optimum() -> None:
    """A plan stopped at a wider gap is refused."""
    plan = lynchpin.plan(lynchpin.examples.tiny(), gap=1e-6, threads=1, references=False)
    wide = plan.info.model_copy(update={"gap": 0.01})
    with pytest.raises(SolveError, match="not proven"):
        optimum_of(type(plan)(plan.study, plan.tables, wide, plan.references))


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("ladder", {"size": 16, "optimum": True}, "up to 15"),
        ("ladder", {"size": 2}, "4 to 200"),
        ("tiny", {"size": 15}, "size"),
        ("tiny", {"seed": 0}, "seed"),
        ("tiny", {"scale": True}, "scale"),
        ("alliance", {"optimum": True}, "optimum"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    tmp_path: Path, name: str, options: dict[str, Any], said: str
) -> None:
    """Nothing is written, and the message names the option."""
    with pytest.raises(OptionError, match=said):
        write_example(name, tmp_path / "none", **options)
    assert not (tmp_path / "none").exists()


def test_a_workbook_has_no_place_for_an_optimum(tmp_path: Path) -> None:
    """Asked for it, the command says so; not asked, it writes the workbook alone."""
    with pytest.raises(OptionError, match="Name a folder"):
        write_example("ladder", tmp_path / "book.xlsx", size=4, optimum=True)
    book = write_example("ladder", tmp_path / "book.xlsx", size=4)
    assert read_study(book).name == "ladder_4_0"


def test_the_command_writes_what_is_asked_for(tmp_path: Path) -> None:
    """`new --example ladder` takes size, seed and scale, and shows how the optimum is proven."""
    place = tmp_path / "four"
    asked = ["new", str(place), "--example", "ladder", "--size", "4", "--seed", "7", "--scale"]
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    study = read_study(place)
    assert study.hashes() == lynchpin.examples.ladder(4, seed=7, scale=True).hashes()
    assert json.loads((place / "optimum.json").read_text())["study"] == "ladder_4_7_scale"

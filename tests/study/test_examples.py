"""Shipped studies can be listed, loaded and copied; nothing is written over."""

from pathlib import Path

import pytest

from lynchpin.errors import OptionError, StudyError
from lynchpin.study import examples
from lynchpin.study.read import read_study


def test_every_example_loads_under_its_own_name() -> None:
    """An example's folder and its study have one name, and it reads without an error."""
    assert "tiny" in examples.names()
    for name in examples.names():
        assert examples.load(name).name == name


@pytest.mark.parametrize("place", ["mine", "deep/mine", "mine.xlsx"])
def test_a_copy_is_the_same_study(tmp_path: Path, place: str) -> None:
    """The copy, as a folder or a workbook, has the hashes of the example."""
    path = examples.new(tmp_path / place, "tiny")
    assert read_study(path).hashes() == examples.load("tiny").hashes()
    assert list(tmp_path.glob(".*")) == []


def test_a_copy_explains_itself(tmp_path: Path) -> None:
    """A folder comes with the example's README and nothing of the package's."""
    folder = examples.new(tmp_path / "mine", "tiny")
    assert (folder / "README.md").is_file()
    assert {file.suffix for file in folder.iterdir()} == {".md", ".toml", ".csv"}


@pytest.mark.parametrize("place", ["taken", "taken/file.xlsx"])
def test_nothing_is_written_over(tmp_path: Path, place: str) -> None:
    """A folder with something in it and an existing file are refused and left alone."""
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file.xlsx").write_text("mine")
    with pytest.raises(StudyError, match="already"):
        examples.new(tmp_path / place, "tiny")
    assert (tmp_path / "taken" / "file.xlsx").read_text() == "mine"
    assert [file.name for file in (tmp_path / "taken").iterdir()] == ["file.xlsx"]


def test_an_unknown_example_is_answered_with_the_nearest(tmp_path: Path) -> None:
    """The message names what was asked for and what there is."""
    with pytest.raises(OptionError, match=r"'tinny'.*Did you mean tiny\?"):
        examples.new(tmp_path / "mine", "tinny")
    assert not (tmp_path / "mine").exists()

"""The commands `design` and `commonality`: what they print and write, and what they refuse."""

import json
from pathlib import Path

import pytest

import lynchpin
from lynchpin.plan.store import save_plan
from tests.commands import Run
from tests.plans import tiny_plan


def test_a_design_is_printed_for_people_and_for_machines(study: Path, run: Run) -> None:
    """Both say the same; machines get every table."""
    code, out, _ = run("design", study, "--threads", 1)
    assert code == 0
    assert "battery: 1 specification in place of 2 today; 220.860 million EUR; +38.340 million EUR" in out
    assert "drive: 2 specifications in place of 2 today" in out
    code, out, _ = run("design", study, "--family", "battery", "--json", "--threads", 1)
    told = json.loads(out)["battery"]
    assert code == 0
    assert told["cost"] == pytest.approx(220.86e6)
    assert [row["specification"] for row in told["specifications"]] == ["common_50"]
    assert {"assignment", "fit", "frontier", "bound", "gap", "knee", "saving"} <= set(told)


def test_what_was_designed_is_written(study: Path, tmp_path: Path, run: Run) -> None:
    """The study and the page appear where they are asked for, and the study is in order."""
    wider, page = tmp_path / "wider", tmp_path / "design.html"
    code, _, err = run("design", study, "--write", wider, "--out", page, "--threads", 1)
    assert code == 0
    assert f"Wrote the study to {wider}." in err
    assert f"Wrote the figures to {page}." in err
    assert lynchpin.check(wider) == []
    assert "<!doctype html>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--at-most", 0), 2, "at_most: is out of range, found 0. Give a whole number from 1"),
        (
            ("--family", "batery"),
            2,
            "is no family that a model requires, found 'batery'. Did you mean 'battery'?",
        ),
        (("--engineering", -1), 2, "engineering: is out of range, found -1"),
        (("--time-limit", 0), 2, "time_limit: is out of range, found 0.0"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(
    study: Path, run: Run, options: tuple[object, ...], code: int, said: str
) -> None:
    """The message names option, value and cure."""
    found, _, err = run("design", study, *options)
    assert found == code
    assert said in err


def test_a_study_that_requires_nothing_is_told_so(study: Path, run: Run) -> None:
    """Silence would look like an answer."""
    requirements = study / "requirements.csv"
    requirements.write_text(requirements.read_text().splitlines()[0] + "\n")
    code, out, err = run("design", study)
    assert (code, out) == (1, "")
    assert "there is nothing to design, for no model requires a family. Write what models require" in err


def test_a_limit_that_serves_nobody_is_an_answer(study: Path, run: Run) -> None:
    """Without new ones two voltages need two drives: exit code 4, as for a plan that there is not."""
    attributes = study / "attributes.csv"
    attributes.write_text(
        attributes.read_text().replace("drive,kw,kW,number,at_least", "drive,kw,kW,number,equal")
    )
    code, _, err = run("design", study, "--family", "drive", "--at-most", 1, "--no-new")
    assert code == 4
    assert "no choice of so few specifications serves every model" in err


def test_commonality_of_a_study_and_of_a_plan(study: Path, tmp_path: Path, run: Run) -> None:
    """Tables by name, all of them for machines, and a plan's beside a study's."""
    code, out, _ = run("commonality", study)
    assert code == 0
    assert "indices" in out
    assert "part numbers, EUR a year" in out
    stored = save_plan(tiny_plan(), tmp_path / "stored")
    code, out, _ = run("commonality", stored, "--json", "--visible", "battery=0.5")
    told = json.loads(out)
    assert code == 0
    assert set(told) == {"indices", "part_numbers", "likeness", "pairs", "components", "currency"}
    assert told["indices"][0]["family"] == "all"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("parts",), "table: is no table of commonality, found 'parts'. Use indices"),
        (("--visible", "battery"), "--visible: is not of the form FAMILY=SHARE, found 'battery'"),
        (("--visible", "batery=0.5"), "visible: is no family that is carried, found 'batery'"),
        (("--visible", "battery=nan"), "visible, battery: is no share from 0 to 1, found nan"),
    ],
)
def test_words_that_cannot_be_meant_are_refused(
    study: Path, run: Run, words: tuple[str, ...], said: str
) -> None:
    """The message names what was found and what there is."""
    code, _, err = run("commonality", study, *words)
    assert code == 2
    assert said in err

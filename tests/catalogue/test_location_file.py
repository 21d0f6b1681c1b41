"""The command `locate`: a file is read, solved, proven, and its certificate checked."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lynchpin.catalogue.location_file import check_file, locate_file
from lynchpin.cli import app
from lynchpin.errors import LynchpinError

TEXT = "FILE: small\n3 4 0\n1 6 1 2 3 9\n2 5 3 2 1 4\n3 6 9 4 1 2\n"
PMED = "4 4 2\n1 2 3\n2 3 4\n3 4 5\n4 1 6\n"


def run(*arguments: object) -> tuple[int, str]:
    """Return exit code and standard output of `lynchpin locate`."""
    done = CliRunner().invoke(app, ["locate", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a small location file: facility 2 alone costs 5 + 3 + 2 + 1 + 4."""
    path = tmp_path / "small.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_file_is_solved_and_its_certificate_checked(file: Path) -> None:
    """The optimum is printed, and the certificate proves it or names the solver it rests on."""
    proof = file.with_suffix(".proof")
    code, text = run(file, "--certificate", proof)
    assert code == 0
    assert "small (simple): 3 facilities, 4 needs, 12 arcs" in text
    assert "optimal: value 15, bound 15" in text and "open (1): 2" in text
    code, text = run(file, "--check", proof)
    assert code == 0 and "The solution costs 15." in text


def test_the_result_as_data(file: Path) -> None:
    """Facilities count from 1, as in the file."""
    code, text = run(file, "--exactly", 2, "--json", "--quiet")
    found = json.loads(text)
    assert code == 0 and found["status"] == "optimal" and found["exactly"] == 2
    assert (found["open"], found["value"]) == ([1, 3], 6 + 6 + 1 + 2 + 1 + 2)
    assert found["served_by"] == [1, 1, 3, 3]


def test_medians_are_opened_exactly(tmp_path: Path) -> None:
    """A pmed file says how many; `--at-most` says otherwise."""
    path = tmp_path / "ring.txt"
    path.write_text(PMED, encoding="utf-8")
    assert locate_file(path).location.value == 3 + 4
    assert locate_file(path, at_most=4).location.value == 0


def test_a_problem_without_solution_is_no_success(tmp_path: Path) -> None:
    """Two parts of a graph cannot be served by one median."""
    path = tmp_path / "parts.txt"
    path.write_text("4 2 1\n1 2 3\n3 4 4\n", encoding="utf-8")
    code, text = run(path)
    assert code == 4 and "infeasible" in text


def test_a_certificate_that_claims_too_much_fails(file: Path, tmp_path: Path) -> None:
    """A certificate of another file is refused."""
    proof = tmp_path / "small.proof"
    locate_file(file, certificate=proof)
    assert check_file(file, proof).ok
    other = tmp_path / "other.txt"
    other.write_text(TEXT.replace("2 5 3", "2 4 3"), encoding="utf-8")
    with pytest.raises(LynchpinError, match="costs differ"):
        check_file(other, proof)


def test_a_certificate_needs_a_folder_before_the_run(file: Path) -> None:
    """A place that cannot be written to is refused before anything is solved."""
    with pytest.raises(LynchpinError, match="no folder"):
        locate_file(file, certificate=file.parent / "none" / "x")

"""What the tests of the commands share: commands run here, and an example to run them on."""

import sys
from pathlib import Path

import pytest

from lynchpin.cli import main
from tests.commands import Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command and returns its exit code, output and messages."""

    def command(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["lynchpin", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return int(ended.value.code or 0), said.out, said.err

    return command


@pytest.fixture
def study(tmp_path: Path, run: Run) -> Path:
    """Return the example `tiny` in a folder of its own."""
    code, _, _ = run("new", tmp_path / "tiny", "--example", "tiny")
    assert code == 0
    return tmp_path / "tiny"

"""The documentation has everything: tables, columns, commands, options, formulas; and its examples run."""

import csv
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docs.extensions.executed import run_page
from docs.extensions.reference import (
    TAG,
    commands,
    commands_page,
    dictionary_page,
    formulas_page,
    pages,
    split_docstring,
    write_pages,
)
from lynchpin.plan.plan import PlanInfo

ROOT = Path(__file__).parents[1]
COMMANDS = [name for name, _ in commands()]
README = ROOT / "README.md"
FENCE = re.MULTILINE | re.DOTALL
PROSE = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*/*.md"), ROOT / "try", ROOT / "test"])


def sections(page: str) -> dict[str, str]:
    """Return the text under each second-level heading of a page."""
    _, *parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_table_and_column_is_in_the_reference() -> None:
    """The dictionary's page has a section for each table and a row with unit and meaning for each column."""
    with (ROOT / "src/lynchpin/study/dictionary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    page = sections(dictionary_page())
    missing = [
        f"{row['table']}.{row['column']}"
        for row in rows
        if row["column"] and not re.search(rf"^\| `{row['column']}`", page[row["table"]], re.MULTILINE)
    ]
    assert missing == []
    assert set(page) == {row["table"] for row in rows}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_reference(name: str) -> None:
    """Each option that a command's own help names is in that command's section."""
    app = import_module("lynchpin.cli").app
    shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"})
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", shown.output)) - {"--help"}
    section = sections(commands_page())[name]
    assert shown.exit_code == 0
    assert {option for option in options if option not in section} == set()


def test_every_field_of_a_stored_plan_is_in_the_reference() -> None:
    """The page of the plan's folder has a row for each field of `plan.json`, and no other."""
    page = (ROOT / "docs/reference/plan-folder.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(PlanInfo.model_fields)


def test_every_formula_of_the_statement_is_in_the_code() -> None:
    """Each tag that the statement gives a formula is in the docstring of a block of the model."""
    statement = (ROOT / "docs/reference/statement.md").read_text(encoding="utf-8")
    tags = set(TAG.findall(statement))
    assert tags
    assert tags - set(TAG.findall(formulas_page())) == set()


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_the_prose_exists(path: Path) -> None:
    """A line of a block that starts with `lynchpin` names a command there is."""
    used = re.findall(r"^(?:\$ )?lynchpin ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(used) <= set(COMMANDS)


def test_the_tour_of_the_readme_works(tmp_path: Path) -> None:
    """The commands of the tour, and then its Python, run one after the other in an empty folder."""
    shell, code = re.findall(r"^```(?:python)?\n(.*?)^```$", README.read_text(encoding="utf-8"), FENCE)[1:3]
    lines = [line for line in shell.splitlines() if line.startswith("lynchpin ")]
    script = "set -e\n" + "\n".join(lines) + f"\npython - <<'END'\n{code}\nEND\n"
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "s", "p", "p2", "alone", "p.html", "p.xlsx", "duplicates",
    }  # fmt: skip


def test_pages_are_written_once(tmp_path: Path) -> None:
    """Every page is written, and not touched again while nothing has changed."""
    write_pages(tmp_path)
    before = {path.stem: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    write_pages(tmp_path)
    assert {path.stem: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert set(before) == set(pages())


def test_a_docstring_is_split_after_its_first_paragraph() -> None:
    """The first paragraph becomes one line; the rest keeps its lines."""
    assert split_docstring("One\nsentence.\n\n  a  b\n\nc") == ("One sentence.", "  a  b\n\nc")


PAGE = """---
executed: true
---
```console
$ echo one > a.txt
$ cat a.txt
{shown}
```
```pycon
>>> from pathlib import Path
>>> text = Path("a.txt").read_text()
```
```pycon
>>> len(text)
{length}
```
"""


def test_examples_that_print_what_they_show_pass() -> None:
    """Blocks run in order in one folder, with one set of names."""
    assert list(run_page(PAGE.format(shown="o...", length=4))) == []


def test_examples_that_print_something_else_are_reported() -> None:
    """A difference names its line, the example, what the page shows and what was printed."""
    console, python = run_page(PAGE.format(shown="two", length=5))
    assert (console.line, console.example, console.printed) == (6, "$ cat a.txt", "one\n")
    assert (python.line, python.example, python.printed) == (14, "len(text)\n", "4\n")


def test_an_example_that_fails_is_reported() -> None:
    """A command that exits with an error and Python that raises are differences."""
    page = "```console\n$ exit 3\n```\n```pycon\n>>> 1 / 0\n```\n"
    console, python = run_page(page)
    assert "exit 3" in console.printed
    assert "ZeroDivisionError" in python.printed

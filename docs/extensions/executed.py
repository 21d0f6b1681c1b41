"""Pages whose examples are run by the build: what a reader copies works, and prints what the page shows.

A page that starts with `executed: true` between two lines of `---` has its blocks run in order, in one
temporary folder. A block that begins "```console" holds commands after `$ `, one that begins "```pycon" holds
Python after `>>> `; each is followed by what it prints. As in `doctest`, `...` stands for anything and runs
of blanks are equal.
"""

import contextlib
import doctest
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FRONT = re.compile(r"\A---\n(?:.*\n)*?executed: true\n(?:.*\n)*?---\n")
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
TIME_LIMIT = 300


@dataclass(frozen=True)
class Difference:
    """An example that printed something else than its page shows."""

    line: int
    example: str
    expected: str
    printed: str

    def __str__(self) -> str:
        """Return both texts under the example."""
        return f"line {self.line}: {self.example}\nexpected:\n{self.expected}\nprinted:\n{self.printed}"


def setup(app: Sphinx) -> dict[str, bool]:
    """Have Sphinx run the examples of each page that it reads."""
    app.connect("source-read", check_source)
    return {"parallel_read_safe": True}


def check_source(app: Sphinx, docname: str, source: list[str]) -> None:
    """Warn of every difference on a page; the build turns warnings into errors."""
    if FRONT.match(source[0]):
        for difference in run_page(source[0]):
            logging.getLogger(__name__).warning("%s", difference, location=(docname, difference.line))


def run_page(text: str) -> Iterator[Difference]:
    """Run the blocks of a page in order in a temporary folder, and yield what differs."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 2
            if block[1] == "console":
                yield from _run_console(block[2], line)
            else:
                yield from _run_python(block[2], line, names)


def _run_console(block: str, line: int) -> Iterator[Difference]:
    """Run the commands of one block; what a command writes to its standard error is not shown on a page."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        done = subprocess.run(
            command,
            shell=True,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
            env={**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
        )
        printed = (
            done.stdout if done.returncode == 0 else f"{done.stdout}{done.stderr}exit {done.returncode}\n"
        )
        if not doctest.OutputChecker().check_output(expected, printed, FLAGS):
            yield Difference(line, f"$ {command}", expected, printed)
        line += part.count("\n")


def _run_python(block: str, line: int, names: dict[str, Any]) -> Iterator[Difference]:
    """Run the examples of one block with the names that earlier blocks left."""
    test = doctest.DocTestParser().get_doctest(block, names, "page", None, line - 1)
    found: list[Difference] = []

    class Runner(doctest.DocTestRunner):
        def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
            found.append(Difference(line + example.lineno, example.source, example.want, got))

        def report_unexpected_exception(self, out: Any, test: Any, example: Any, exc_info: Any) -> None:
            found.append(Difference(line + example.lineno, example.source, example.want, repr(exc_info[1])))

    Runner(verbose=False, optionflags=FLAGS).run(test, out=lambda text: None, clear_globs=False)
    names.update(test.globs)
    yield from found

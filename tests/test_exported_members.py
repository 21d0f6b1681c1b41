"""The public names of the package: sorted, found, declared to type checkers and documented."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import lynchpin
from docs.extensions.reference import python_page

FRONT = Path(lynchpin.__file__)


def declared() -> set[str]:
    """Return the names that the package's front imports, for type checkers or in earnest."""
    tree = ast.parse(FRONT.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("lynchpin")
        for alias in node.names
    }


def test_public_names_are_sorted() -> None:
    """`__all__` is in alphabetical order and has no name twice."""
    assert list(lynchpin.__all__) == sorted(set(lynchpin.__all__))


@pytest.mark.parametrize("name", lynchpin.__all__)
def test_a_public_name_is_found(name: str) -> None:
    """Every public name can be had from the package and has a docstring of its own."""
    assert getattr(lynchpin, name).__doc__


def test_type_checkers_see_the_public_names() -> None:
    """What is looked up late is declared as well, name for name."""
    assert declared() == set(lynchpin.__all__)


def test_every_public_name_is_in_the_reference() -> None:
    """The page of the Python reference has a heading for each public name."""
    page = python_page()
    assert [name for name in lynchpin.__all__ if f"\n## {name}\n" not in page] == []


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    """A misspelt name is an AttributeError that lists what there is."""
    with pytest.raises(AttributeError, match="LynchpinError"):
        _ = lynchpin.no_such_name


def test_importing_the_package_loads_no_library() -> None:
    """`import lynchpin` alone leaves the tables, the solver and the figures unloaded."""
    code = "import sys, lynchpin; print({'polars', 'linopy', 'plotly', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

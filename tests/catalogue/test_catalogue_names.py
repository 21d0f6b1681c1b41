"""What `lynchpin.catalogue` offers: found, documented, and loaded only when asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

import lynchpin.catalogue as catalogue

PAGE = Path("docs/reference/certificate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", catalogue.__all__)
def test_a_name_is_found_and_documented(name: str) -> None:
    """Every public name has a docstring and a place on the page of the location engine."""
    assert getattr(catalogue, name).__doc__
    assert f"`{name}`" in PAGE or f"`{name}(" in PAGE


def test_names_are_sorted_and_listed() -> None:
    """`__all__` is sorted, `dir` lists it, and an unknown name is refused with the known ones."""
    assert catalogue.__all__ == sorted(catalogue.__all__) == sorted(dir(catalogue))
    with pytest.raises(AttributeError, match="read_location"):
        _ = catalogue.no_such_name


def test_importing_the_part_loads_nothing() -> None:
    """The kernels are compiled or loaded only when something is located."""
    code = "import sys, lynchpin.catalogue; print({'numpy', 'numba', 'highspy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""Compiled loops work whatever becomes of the files in which their code is kept."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SOURCE = """
from lynchpin.catalogue.compiled import compiled

@compiled
def total(values):
    found = values[0]
    for n in range(1, values.size):
        found += values[n]
    return found
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """Return a file with one loop, in a folder of its own."""
    path = tmp_path / "some_loops.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def load(path: Path) -> ModuleType:
    """Return the module in a file, as a new process would see it."""
    specification = importlib.util.spec_from_file_location("some_loops", path)
    assert specification and specification.loader
    found = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(found)
    return found


def files(path: Path, ending: str) -> list[Path]:
    """Return the kept files beside a module."""
    return sorted((path.parent / "__pycache__").glob(f"*.{ending}"))


def test_code_is_kept_for_the_next_process(module: Path) -> None:
    """The second time, the code is read and not compiled."""
    assert load(module).total(np.arange(4.0)) == 6
    assert len(files(module, "nbc")) == 1
    again = load(module)
    assert again.total(np.arange(4.0)) == 6
    assert sum(again.total.stats.cache_hits.values()) == 1


def test_a_folder_that_vanishes_is_no_failure(module: Path) -> None:
    """Between the look for a loop and the first call of it, somebody empties the folder."""
    loops = load(module)
    shutil.rmtree(module.parent / "__pycache__", ignore_errors=True)
    module.unlink()
    assert loops.total(np.arange(4.0)) == 6


@pytest.mark.parametrize("damage", [b"", b"no code", bytes(range(256))])
def test_damaged_files_are_compiled_again(module: Path, damage: bytes) -> None:
    """A file that was cut off or written over is as if it were not there."""
    load(module).total(np.arange(4.0))
    for ending in ("nbc", "nbi"):
        files(module, ending)[0].write_bytes(damage)
        assert load(module).total(np.arange(4.0)) == 6


def test_code_for_other_types_is_not_used(module: Path) -> None:
    """Two processes gave their code the same name: whole numbers are not added by the code for fractions."""
    load(module).total(np.arange(4.0))
    load(module).total(np.arange(4))
    one, two = files(module, "nbc")
    kept = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(kept)
    assert load(module).total(np.arange(4) + 1) == 10
    assert load(module).total(np.arange(4.0) / 4) == 1.5


def test_a_loop_works_where_nothing_can_be_kept(module: Path) -> None:
    """Neither beside the source nor anywhere else is there a place for files."""
    text = "import numpy, some_loops; print(some_loops.total(numpy.arange(4.0)))"
    nowhere = {"NUMBA_CACHE_DIR": "/dev/null/none", "HOME": "/dev/null", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=module.parent, env=os.environ | nowhere,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "6.0"


def test_many_processes_compile_at_once(module: Path) -> None:
    """Each gets its sum, for either type, from an empty folder."""
    text = "import numpy, some_loops; print(some_loops.total(numpy.arange(4, dtype={!r})))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", text.format(kind)], cwd=module.parent, stdout=subprocess.PIPE, text=True
        )
        for kind in ("f8", "i8", "f4", "i4")
    ]
    assert [process.communicate()[0].strip() for process in running] == ["6.0", "6", "6.0", "6"]

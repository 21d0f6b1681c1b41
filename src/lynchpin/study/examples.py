"""Studies that are shipped with the package: list them, load one, or copy one to start from."""

import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from lynchpin.errors import OptionError, StudyError
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.words import nearest
from lynchpin.study.write import write_study


def names() -> tuple[str, ...]:
    """Return the names of the examples, sorted."""
    folders = (folder for folder in files("lynchpin").joinpath("examples").iterdir() if folder.is_dir())
    return tuple(sorted(folder.name for folder in folders if folder.joinpath("study.toml").is_file()))


def load(name: str) -> Study:
    """Return the example `name`; raises OptionError where there is none of that name."""
    _require(name)
    with as_file(files("lynchpin").joinpath("examples", name)) as folder:
        return read_study(folder)


def tiny() -> Study:
    """Return the example that can be checked by hand."""
    return load("tiny")


def alliance() -> Study:
    """Return the example of Renault, Nissan and Mitsubishi."""
    return load("alliance")


def new(place: str | Path, example: str = "alliance") -> Path:
    """Copy an example into a new folder or, where the name ends in `.xlsx`, a new workbook; returns the path.

    A folder gets the example's README too. Raises OptionError on an unknown example, and StudyError where
    something stands in the way: nothing is ever written over.
    """
    _require(example)
    target = Path(place)
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        kind = "file" if target.is_file() else "folder that is not empty"
        raise StudyError(f"is a {kind} already", thing=str(target), cure="Name a new folder or workbook.")
    if target.suffix.lower() == ".xlsx":
        return write_study(load(example), target)
    return _copy(example, target)


def _copy(example: str, target: Path) -> Path:
    """Copy an example's folder whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-"))
    try:
        with as_file(files("lynchpin").joinpath("examples", example)) as folder:
            for file in sorted(folder.iterdir()):
                if file.is_file():
                    shutil.copyfile(file, temporary / file.name)
        temporary.chmod(0o755)
        temporary.replace(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return target


def _require(name: str) -> None:
    if name not in names():
        near = nearest(name, names())
        hint = f"Did you mean {near}? " if near else ""
        raise OptionError(
            "there is no such example",
            thing="example",
            value=name,
            cure=f"{hint}There are {', '.join(names())}.",
        )

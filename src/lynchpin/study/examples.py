"""Studies to start from: shipped ones to list, load or copy, and the ladder, made in the size asked for."""

import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from lynchpin.errors import OptionError, StudyError
from lynchpin.study.ladder import ladder as made
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.words import nearest
from lynchpin.study.write import write_study

__all__ = ["alliance", "ladder", "load", "names", "new", "new_ladder", "tiny"]

LADDER = "ladder"
OPTIMUM_UP_TO = 15  # versions of a ladder study whose optimum can be proven in minutes
OPTIMUM_IN_SECONDS = 6  # versions up to which that takes seconds


def names() -> tuple[str, ...]:
    """Return the names of the shipped examples, sorted."""
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


def ladder(size: int = 30, *, seed: int = 0, scale: bool = False) -> Study:
    """Return a made study of `size` versions, complete with lanes: see the guide to studies of any size.

    size   versions, 4 to 200; 15, 30, 60 and 120 are the sizes that methods are measured on
    seed   0 or more; the same size, seed and scale give the same tables
    scale  whether list costs fall with the volume of a variant

    Raises OptionError for a size or seed out of range.
    """
    return made(size, seed=seed, scale=scale)


def new(place: str | Path, example: str = "alliance") -> Path:
    """Copy an example into a new folder or, where the name ends in `.xlsx`, a new workbook; returns the path.

    A folder gets the example's README too. Raises OptionError on an unknown example, and StudyError where
    something stands in the way: nothing is ever written over.
    """
    _require(example)
    target = _free(place)
    if target.suffix.lower() == ".xlsx":
        return write_study(load(example), target)
    return _copy(example, target)


def new_ladder(place: str | Path, size: int = 30, *, seed: int = 0, scale: bool = False) -> Path:
    """Write a study of the ladder into a new folder or, where the name ends in `.xlsx`, a new workbook.

    size, seed, scale  as for `ladder`

    Returns the path. Raises OptionError for a size or seed out of range, and StudyError where something
    stands in the way: nothing is ever written over.
    """
    target = _free(place)
    return write_study(ladder(size, seed=seed, scale=scale), target)


def _free(place: str | Path) -> Path:
    """Return a place where nothing stands yet; raises StudyError where something does."""
    target = Path(place)
    if target.is_file() or (target.is_dir() and any(target.iterdir())):
        kind = "file" if target.is_file() else "folder that is not empty"
        raise StudyError(f"is a {kind} already", thing=str(target), cure="Name a new folder or workbook.")
    return target


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
        if name == LADDER:
            raise OptionError(
                "is made and not shipped",
                thing="example",
                value=name,
                cure="Call lynchpin.examples.ladder(size, seed=0), or `lynchpin new DIR --example ladder`.",
            )
        known = sorted((*names(), LADDER))
        near = nearest(name, known)
        hint = f"Did you mean {near}? " if near else ""
        raise OptionError(
            "there is no such example",
            thing="example",
            value=name,
            cure=f"{hint}There are {', '.join(known)}.",
        )

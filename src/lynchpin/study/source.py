"""Where a study is read from: a folder or a workbook."""

from pathlib import Path

from lynchpin.errors import StudyError
from lynchpin.study.folder import read_folder
from lynchpin.study.raw import Raw
from lynchpin.study.workbook import read_workbook


def read_raw(path: Path) -> Raw:
    """Return the cells of a folder or workbook; raises StudyError where it is neither or unreadable."""
    try:
        return _read(path)
    except OSError as error:
        cure = "Ask for the right to read it, or name another study."
        raise StudyError(f"cannot be read: {error.strerror}", thing=str(path), cure=cure) from error


def _read(path: Path) -> Raw:
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        raise StudyError(
            "does not exist", thing=str(path), cure="Name a folder with study.toml or a workbook (.xlsx)."
        )
    if path.suffix.lower() != ".xlsx":
        raise StudyError(
            "is neither a folder nor a workbook (.xlsx)",
            thing=str(path),
            cure="Name the folder that holds study.toml, or save the workbook as .xlsx.",
        )
    return read_workbook(path)

"""Writing a study: a folder with `study.toml` and a CSV for each given table, or an Excel workbook."""

import os
import shutil
import tempfile
from pathlib import Path

from lynchpin.errors import StudyError
from lynchpin.study.canonical import settings_text, table_text
from lynchpin.study.dictionary import dictionary, table_names
from lynchpin.study.study import Study
from lynchpin.study.write_workbook import write_workbook

OTHER_FILES = frozenset({".xls", ".xlsm", ".xlsb", ".ods", ".csv", ".json", ".toml", ".zip", ".parquet"})


def write_study(study: Study, path: str | Path) -> Path:
    """Write a study as a workbook where the path ends in .xlsx, else as a folder; returns the path.

    A new folder appears whole or not at all. In the folder of an older study every file is replaced whole,
    tables that the study has not are removed and other files stay; raises StudyError where the folder holds
    no study.
    """
    target = Path(path)
    if target.suffix.lower() in OTHER_FILES and not target.is_dir():
        raise StudyError(
            f"a study is not written as {target.suffix}",
            thing=str(target),
            cure="Name a folder, or a workbook that ends in .xlsx.",
        )
    write = write_workbook if target.suffix.lower() == ".xlsx" else write_folder
    try:
        return write(study, target)
    except OSError as error:
        cure = "Name a place that can be written to."
        raise StudyError(f"cannot be written: {error.strerror}", thing=str(target), cure=cure) from error


def write_folder(study: Study, folder: Path) -> Path:
    """Write the folder form of a study; raises StudyError where the folder holds other things."""
    if folder.exists() and not folder.is_dir():
        raise StudyError("is a file", thing=str(folder), cure="Name a folder, or a workbook (.xlsx).")
    if not folder.exists() or not any(folder.iterdir()):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".", suffix=".part"))
        try:
            _files(study, temporary)
            temporary.chmod(0o755)
            temporary.replace(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
        return folder
    if not (folder / "study.toml").is_file():
        raise StudyError(
            "holds other things than a study", thing=f"folder {folder}", cure="Name a new folder."
        )
    _files(study, folder)
    return folder


def _files(study: Study, folder: Path) -> None:
    for name in table_names():
        file = folder / f"{name}.csv"
        if name in study.given:
            write_text(file, table_text(dictionary()[name], study.tables[name]))
        else:
            file.unlink(missing_ok=True)
    write_text(folder / "study.toml", settings_text(study.settings.given))


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise

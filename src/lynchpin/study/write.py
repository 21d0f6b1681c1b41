"""Writing a study as a folder: `study.toml` and a CSV for each given table, all or nothing."""

import os
import tempfile
from pathlib import Path

from lynchpin.errors import StudyError
from lynchpin.study.canonical import settings_text, table_text
from lynchpin.study.dictionary import dictionary, table_names
from lynchpin.study.study import Study


def write_study(study: Study, path: str | Path) -> Path:
    """Write a study into a new or empty folder, or over the study that stands there; returns the path."""
    target = Path(path)
    return write_folder(study, target)


def write_folder(study: Study, folder: Path) -> Path:
    """Write the folder form; raises StudyError where the folder holds anything but a study."""
    if folder.exists() and not folder.is_dir():
        raise StudyError("is a file", thing=str(folder), cure="Name a folder, or a workbook (.xlsx).")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / "study.toml").is_file():
        raise StudyError(
            "holds other things than a study", thing=f"folder {folder}", cure="Name a new folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name in table_names():
        file = folder / f"{name}.csv"
        if name in study.given:
            write_text(file, table_text(dictionary()[name], study.tables[name]))
        else:
            file.unlink(missing_ok=True)
    write_text(folder / "study.toml", settings_text(study.settings.model_dump()))
    return folder


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

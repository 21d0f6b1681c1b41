"""Writing that outlives the process, and a loss of power: files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path

PART = ".part"  # how the name of a file ends that is not whole yet


def flush_all(folder: Path) -> None:
    """Ask the disk to keep every file and folder under `folder`."""
    for path in [folder, *sorted(folder.rglob("*"))]:
        flush(path)


def flush(path: Path) -> None:
    """Ask the disk to keep a file, or which files a folder holds; Windows does not know the latter."""
    if path.is_dir() and os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, and stays after a loss of power."""
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", suffix=PART, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    flush(path.parent)

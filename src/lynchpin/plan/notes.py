"""What a search would not like to compute again, kept beside a plan for one that begins from it.

Nothing of this plan hangs on it. What of it may prove something for another one is the search's to decide.
Each array is kept by the places that are not nought.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lynchpin.model.vectors import Vector

NOTES = "notes.npz"
MOST = 50_000_000  # numbers in one array


def write_notes(notes: Mapping[str, Vector], folder: Path) -> None:
    """Write notes into a plan's folder, if there are any."""
    if notes:
        arrays: dict[str, Any] = {}
        for name, values in notes.items():
            at = np.flatnonzero(values)
            arrays |= {f"of {name}": np.array(len(values)), f"at {name}": at, f"is {name}": values[at]}
        np.savez(folder / NOTES, **arrays)


def read_notes(folder: Path) -> dict[str, Vector]:
    """Return the notes in a plan's folder; none where they are missing or cannot be read."""
    try:
        with np.load(folder / NOTES, allow_pickle=False) as stored:
            names = [key.removeprefix("of ") for key in stored if key.startswith("of ")]
            return {name: _whole(stored, name) for name in names}
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, BadZipFile):
        return {}


def _whole(stored: Any, name: str) -> Vector:
    """Return one array, with its noughts."""
    length = int(stored[f"of {name}"])
    if not 0 <= length <= MOST:
        raise ValueError(name)
    values = np.zeros(length)
    values[stored[f"at {name}"].astype(np.int64)] = stored[f"is {name}"].astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(name)
    return values

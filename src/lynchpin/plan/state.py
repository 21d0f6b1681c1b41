"""Where the search for one plan stands, as one file that is there whole or not at all.

The point is kept as it was verified, by the columns that are not nought: judged again it gives the same
plan to the last digit, without solving anything.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lynchpin.errors import PlanError
from lynchpin.model.vectors import Vector
from lynchpin.plan.disk import write_whole
from lynchpin.solve.structure import Values


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """Where the search for one plan stands.

    hashes             of the study as it is planned
    point              the best verified point, every variable of the yearly form, or None
    bound, bound_from  money that no plan beats, None while unknown, and how it is known
    spent              seconds of the search; `seconds` of the plan altogether, `phases` of its phases
    started            when the first run began, in UTC
    notes              what the method keeps, see `Standing`
    done               status and reason of a search that is over, else None
    """

    hashes: Mapping[str, str]
    point: Values | None
    bound: float | None
    bound_from: str
    spent: float
    seconds: float
    phases: Mapping[str, float]
    started: str
    notes: Mapping[str, Vector] = field(default_factory=dict[str, Vector])
    done: tuple[str, str] | None = None


_PLAIN = ("bound", "bound_from", "spent", "seconds", "started")


def write_state(state: State, path: Path) -> None:
    """Write a state to a file in one step."""
    info: dict[str, Any] = {name: getattr(state, name) for name in _PLAIN}
    info |= {"hashes": dict(state.hashes), "phases": dict(state.phases), "done": state.done}
    info["variables"] = None if state.point is None else {k: len(v) for k, v in state.point.items()}
    arrays: dict[str, Any] = {"info": np.frombuffer(json.dumps(info).encode(), dtype=np.uint8)}
    for name, values in (state.point or {}).items():
        at = np.flatnonzero(values)
        arrays[f"at {name}"], arrays[f"is {name}"] = at, values[at]
    arrays |= {f"note {name}": values for name, values in state.notes.items()}
    content = io.BytesIO()
    np.savez(content, **arrays)
    write_whole(path, content.getvalue())


def read_state(path: Path) -> State | None:
    """Return the state in a file, None where there is none; raises PlanError where it is damaged."""
    if not path.is_file():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            info: dict[str, Any] = json.loads(stored["info"].tobytes().decode())
            point = None if info["variables"] is None else _point(stored, info["variables"])
            notes = {key.removeprefix("note "): stored[key] for key in stored if key.startswith("note ")}
        done = None if info["done"] is None else (str(info["done"][0]), str(info["done"][1]))
        plain = {name: info[name] for name in _PLAIN}
        return State(
            hashes=info["hashes"], phases=info["phases"], point=point, notes=notes, done=done, **plain
        )
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, BadZipFile) as error:
        raise PlanError(
            f"the checkpoint is damaged ({error})",
            thing=str(path),
            cure="Remove this file: its plan is searched for again, the others are kept.",
        ) from error


def _point(stored: Any, lengths: Mapping[str, int]) -> dict[str, Vector]:
    """Return every variable of a stored point."""
    point: dict[str, Vector] = {}
    for name, length in lengths.items():
        values = np.zeros(length)
        values[stored[f"at {name}"]] = stored[f"is {name}"]
        point[name] = values
    return point

"""The folder of a checkpoint while it is made and while it goes: beside the plan's, as `.PLAN.checkpoint`.

A plan's folder holds a whole checkpoint or none: it is moved in and out in one step. What a process that is
killed leaves beside it is taken over or removed by the next one; a lock in it tells it from one at work.
"""

import contextlib
import shutil
from pathlib import Path

from lynchpin.errors import PlanError
from lynchpin.plan.disk import flush, flush_all
from lynchpin.plan.locks import LOCK, locked

CHECKPOINT = "checkpoint"


def draft_of(place: Path) -> Path:
    """Return where the checkpoint of a plan is made before it is moved into the plan's folder."""
    whole = place.absolute()
    return whole.parent / f".{whole.name}.{CHECKPOINT}"


def empty_draft(draft: Path) -> None:
    """Remove what a run left that was killed; the lock stays, for whoever calls this holds it."""
    for path in draft.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def move_in(draft: Path, place: Path) -> None:
    """Move a finished checkpoint into the folder of its plan, flushed to the disk."""
    flush_all(draft)
    place.mkdir(exist_ok=True)
    shutil.rmtree(place / CHECKPOINT, ignore_errors=True)  # one in which nothing is asked: it holds nothing
    draft.rename(place / CHECKPOINT)
    flush(place)


def remove_checkpoint(place: Path) -> None:
    """Take the checkpoint out of a plan's folder in one step, and remove it."""
    draft = draft_of(place)
    try:
        (place / CHECKPOINT).rename(draft)
    except OSError:  # somebody removed it, or another run begins
        draft = place / CHECKPOINT
    shutil.rmtree(draft, ignore_errors=True)


def remove_draft(place: Path) -> None:
    """Remove the checkpoint that a run left unfinished; one that a run is writing now stays."""
    draft = draft_of(place)
    with contextlib.suppress(PlanError, OSError):
        with locked(draft):
            empty_draft(draft)
        shutil.rmtree(draft)


def put_back(place: Path) -> None:
    """Put a plan's folder back that a process was about to replace when it was killed, or remove it after."""
    for kept in sorted(place.absolute().parent.glob(f".{place.absolute().name}.*.old/plan")):
        if not place.exists():
            kept.rename(place)
        shutil.rmtree(kept.parent, ignore_errors=True)

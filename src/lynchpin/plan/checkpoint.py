"""What a run leaves in its plan's folder while it goes on, so that another run can go on from there.

    PLAN/checkpoint/question.json   what is asked, with which options, of which study
    PLAN/checkpoint/study/          the study as it was given
    PLAN/checkpoint/start/          the plan to begin from, if there is one
    PLAN/checkpoint/NAME.state      where the search for the plan, or for one to compare with, stands
    PLAN/checkpoint/plans/NAME/     each plan to compare with that is finished

The folder is made beside the plan's, as `.PLAN.checkpoint`, and moved there in one step. Every file in it is
replaced in one step, at most every two seconds, by a thread that does nothing else: a process that is killed
at any moment loses what it was doing, and nothing that was written before.
"""

import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Generator
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self, cast
from urllib.parse import quote

from lynchpin.errors import LynchpinError, PlanError
from lynchpin.plan.disk import PART, write_whole
from lynchpin.plan.draft import (
    CHECKPOINT,
    draft_of,
    empty_draft,
    move_in,
    put_back,
    remove_checkpoint,
    remove_draft,
)
from lynchpin.plan.locks import locked
from lynchpin.plan.order import Order, Question
from lynchpin.plan.plan import Plan
from lynchpin.plan.state import State, read_state, write_state
from lynchpin.plan.store import (
    QUESTION,
    check_place,
    has_checkpoint,
    load_plan,
    put_plan,
    save_plan,
)
from lynchpin.solve.search_options import SearchOptions
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.write import write_study

EVERY = 2.0  # seconds between two writes
FORMAT_VERSION = 1


class Checkpoint:
    """The checkpoint of a run; a context manager that writes what is new and lets the folder go.

    Use `new` for a run that begins and `of` for one that goes on. Whoever is done calls `finish`.

    on_message  told once where the disk refuses a write; the run goes on without
    """

    def __init__(self, place: Path, on_message: Callable[[str], object]) -> None:
        self._place, self._folder, self._say = place, place / CHECKPOINT, on_message
        self._pending: dict[str, State] = {}
        self._wake, self._close, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._stack = contextlib.ExitStack()
        self._thread = threading.Thread(target=self._write_on, daemon=True)
        self._broken = False

    @classmethod
    def new(
        cls,
        place: Path,
        *,
        study: Study,
        order: Order,
        options: SearchOptions,
        on_message: Callable[[str], object],
    ) -> Self:
        """Return the checkpoint of a run that begins; raises PlanError where the place is taken."""
        put_back(place)
        check_place(place)
        made = cls(place, on_message)
        draft = draft_of(place)
        draft.mkdir(parents=True, exist_ok=True)
        with made._held(draft):
            try:
                empty_draft(draft)
                _write_question(draft, study, order, options)
                check_place(place)  # another run may have come first
                move_in(draft, place)
            finally:
                shutil.rmtree(draft, ignore_errors=True)  # where it was not moved
        return made

    @classmethod
    def of(
        cls, place: Path, *, on_message: Callable[[str], object], study: Study | None = None
    ) -> tuple[Self, Study, Order, SearchOptions]:
        """Return the checkpoint in a plan's folder, and the study, order and options that it is of.

        study  when given, it must be the same

        Raises PlanError where there is none, or it is damaged, in use, of another study or another version.
        """
        put_back(place)
        if not has_checkpoint(place):
            remove_draft(place)
            raise PlanError(
                "there is nothing to go on from: no run was cut off here",
                thing=str(place),
                cure="Begin one with `lynchpin plan STUDY -o PLAN`; `--start` begins from a finished plan.",
            )
        made = cls(place, on_message)
        with made._held(made._folder):
            for part in made._folder.glob(f".*{PART}"):
                part.unlink()
            content = _asked(made._folder / QUESTION)
            stored = _study(made._folder / "study", content["inputs"])
            if study is not None and study.hashes() != stored.hashes():
                names = sorted(n for n, h in study.hashes().items() if stored.hashes().get(n) != h)
                raise PlanError(
                    f"the run that was cut off is of another study: {', '.join(names)} differ",
                    thing=str(place),
                    cure="Go on without naming a study, or plan this one in another folder.",
                )
            start = made._folder / "start"
            before = load_plan(start) if start.is_dir() else None
            order, options = _ordered(content, made._folder / QUESTION)
        return made, stored, replace(order, start=before), options

    @contextlib.contextmanager
    def _held(self, folder: Path) -> Generator[None]:
        """Hold a folder for this run, wherever it is moved, and let it go where something goes wrong."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(locked(folder))
            yield
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._write_last()
        self._stack.close()

    def _write_last(self) -> None:
        """Write what is pending, and no more after that."""
        self._close.set()
        self._wake.set()
        self._thread.join()

    def put(self, name: str, state: State) -> None:
        """Keep where the search for a plan stands; written soon, by another thread."""
        with self._lock:
            self._pending[name] = state
        self._wake.set()

    def state(self, name: str) -> State | None:
        """Return where the search for a plan stood, None where it had not begun."""
        return read_state(self._file(name))

    def keep(self, name: str, plan: Plan) -> None:
        """Keep a finished plan to compare with."""
        with self._forgiven():
            save_plan(replace(plan, references={}), self._plan_folder(name))
            self._file(name).unlink(missing_ok=True)

    def plan(self, name: str) -> Plan | None:
        """Return a finished plan to compare with, None where there is none."""
        folder = self._plan_folder(name)
        return load_plan(folder) if folder.is_dir() else None

    def finish(self, plan: Plan) -> None:
        """Put the plan in the place of its checkpoint."""
        self._write_last()
        put_plan(plan, self._place)

    def drop(self) -> None:
        """Remove the checkpoint without a plan, and the folder if it held nothing else."""
        self._write_last()
        remove_checkpoint(self._place)
        with contextlib.suppress(OSError):
            self._place.rmdir()

    def _file(self, name: str) -> Path:
        return self._folder / f"{quote(name, safe='')}.state"

    def _plan_folder(self, name: str) -> Path:
        return self._folder / "plans" / quote(name, safe="")

    def _write_on(self) -> None:
        """Write what is pending, wait, and again until the end."""
        while True:
            self._wake.wait()
            self._wake.clear()
            closing = self._close.is_set()
            with self._lock:
                pending, self._pending = self._pending, {}
            for name, state in pending.items():
                with self._forgiven():
                    if self._folder.is_dir():
                        write_state(state, self._file(name))
            if closing:
                return
            self._close.wait(EVERY)

    @contextlib.contextmanager
    def _forgiven(self) -> Generator[None]:
        """Say once that the disk refuses, and go on."""
        try:
            yield
        except (OSError, PlanError) as error:
            if not self._broken and self._folder.is_dir():
                self._broken = True
                self._say(f"warning: this run cannot be resumed if it is cut off: {error}")


def _write_question(folder: Path, study: Study, order: Order, options: SearchOptions) -> None:
    """Write what is asked, and of which study."""
    write_study(study, folder / "study")
    if order.start is not None:
        save_plan(order.start, folder / "start")
    asked = {
        "format_version": FORMAT_VERSION,
        "lynchpin": version("lynchpin"),
        "question": asdict(order.question),
        "references": order.references,
        "what_if": order.what_if,
        "options": _stored(options),
        "inputs": study.hashes(),
    }
    write_whole(folder / QUESTION, json.dumps(asked, indent=2).encode())


def _stored(options: SearchOptions) -> dict[str, Any]:
    """Return the options that a file can hold."""
    plain = (bool, int, float, str, type(None))
    values = {one.name: getattr(options, one.name) for one in fields(options)}
    return {name: value for name, value in values.items() if isinstance(value, plain)}


def _asked(path: Path) -> dict[str, Any]:
    """Read what was asked; raises PlanError where it is damaged or of another version."""
    try:
        content = cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))
        found = (content["format_version"], content["lynchpin"])
        wanted = {"question": dict, "references": bool, "what_if": list, "options": dict, "inputs": dict}
        wrong = [name for name, kind in wanted.items() if not isinstance(content[name], kind)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, str(error)) from error
    if found != (FORMAT_VERSION, version("lynchpin")):
        raise PlanError(
            f"the run that was cut off is of Lynchpin {found[1]}, whose bounds this version cannot vouch for",
            thing=str(path.parent.parent),
            value=str(found[1]),
            cure="Resume it with that version, or remove its folder `checkpoint` and plan again.",
        )
    if wrong:
        raise _damaged(path, f"{wrong[0]} is of the wrong kind")
    return content


def _ordered(content: dict[str, Any], path: Path) -> tuple[Order, SearchOptions]:
    """Return what was asked and with which options; raises PlanError where these cannot be meant."""
    known = {one.name for one in fields(SearchOptions)}
    given = {name: value for name, value in content["options"].items() if name in known}
    try:
        order = Order(
            question=Question(**content["question"]),
            references=bool(content["references"]),
            what_if=tuple(content["what_if"]),
            start=None,
        )
        return order, SearchOptions(**given)
    except (LynchpinError, TypeError, ValueError) as error:
        raise _damaged(path, str(error).rstrip(".")) from error


def _study(folder: Path, inputs: dict[str, str]) -> Study:
    """Read the study of a checkpoint; raises PlanError where it is not the one that was given."""
    try:
        study = read_study(folder)
    except LynchpinError as error:
        raise _damaged(folder, error.problem) from error
    except OSError as error:
        raise _damaged(folder, str(error)) from error
    if study.hashes() != inputs:
        raise _damaged(folder, "it was changed")
    return study


def _damaged(path: Path, reason: str) -> PlanError:
    return PlanError(
        f"the checkpoint is damaged: {reason}",
        thing=str(path),
        cure="Remove the folder `checkpoint` and plan again.",
    )

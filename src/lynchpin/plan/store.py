"""Plans on disk: a folder with `plan.json`, the tables as Parquet, the study, and the plans to compare with.

    PLAN/plan.json  PLAN/tables/NAME.parquet  PLAN/study/...
    PLAN/references/partner/...  PLAN/references/as-is/...  PLAN/what-if/NAME/...
    PLAN/checkpoint/...  while a run goes on, or after one that was cut off, see `checkpoint`

Writing is atomic: everything goes to a temporary folder beside the place, is flushed to the disk, and is
renamed; a plan that was there is kept until then, and a folder that is no plan is never overwritten.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import polars as pl
from pydantic import ValidationError

from lynchpin.errors import LynchpinError, PlanError, StudyError
from lynchpin.plan.disk import flush_all
from lynchpin.plan.draft import CHECKPOINT, remove_checkpoint
from lynchpin.plan.notes import NOTES, read_notes, write_notes
from lynchpin.plan.plan import FORMAT_VERSION, Plan, PlanInfo
from lynchpin.plan.tables import COLUMNS, schema
from lynchpin.study.read import read_study
from lynchpin.study.write import write_study

_PLAIN_NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f]+")
_REFERENCE_NAMES = ("partner", "as-is")
_WHAT_IF = "what-if"
QUESTION = "question.json"
_ENTRIES = frozenset({"plan.json", "tables", "study", "references", _WHAT_IF, CHECKPOINT, NOTES})


def is_plan(path: Path) -> bool:
    """Tell whether a folder holds a plan."""
    return (path / "plan.json").is_file()


def has_checkpoint(path: Path) -> bool:
    """Tell whether a folder holds what a run that did not end has found."""
    return (path / CHECKPOINT / QUESTION).is_file()


def save_plan(plan: Plan, path: str | Path) -> Path:
    """Write a plan to the folder `path` in one step and return the folder.

    Raises PlanError where `path` is something else than a plan or an empty folder, or holds other files too,
    or where writing fails, as on a full disk.
    """
    place = Path(path).absolute()
    check_place(place)
    return put_plan(plan, place)


def put_plan(plan: Plan, place: Path) -> Path:
    """Write a plan to a place that was checked, in one step; a checkpoint in that place goes.

    Raises PlanError where writing fails.
    """
    place = place.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".draft", dir=place.parent))
    try:
        _write_into(plan, draft)
        draft.chmod(0o755)
        flush_all(draft)
        _put_in_place(draft, place)
    except (OSError, pl.exceptions.PolarsError, StudyError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or error
        raise PlanError(
            f"the plan cannot be written, and nothing was changed: {reason}",
            thing=str(place),
            cure="Free space there, or name another place.",
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return place


def check_place(place: Path) -> None:
    """Raise PlanError where a plan cannot be written to `place`, or would destroy what is not a plan."""
    if has_checkpoint(place):
        raise PlanError(
            "a run that did not end has left a checkpoint here, or is still at work",
            thing=str(place),
            cure=f"Go on with `lynchpin plan --resume {place}`, or remove its folder `{CHECKPOINT}`.",
        )
    if place.exists() and not is_plan(place) and not _is_free(place):
        raise PlanError(
            "the place is taken by something that is not a plan",
            thing=str(place),
            cure="Name a new folder, an empty one, or one that holds a plan to replace.",
        )
    inside = place.iterdir() if place.exists() else ()
    others = sorted(path.name for path in inside if path.name not in _ENTRIES)
    if others:
        raise PlanError(
            "the place holds more than a plan, which is replaced as a whole",
            thing=str(place),
            value=", ".join(others),
            cure="Move these out of the folder, or name a new one.",
        )
    above = next(folder for folder in place.absolute().parents if folder.exists())
    try:
        tempfile.TemporaryDirectory(prefix=f".{place.name}.", dir=above).cleanup()
    except OSError as error:
        raise PlanError(
            f"no plan can be written in {above}: {error.strerror}",
            thing=str(place),
            cure="Name a folder in a place that you may write to.",
        ) from error


def load_plan(path: str | Path) -> Plan:
    """Read a plan folder; raises PlanError with everything that is missing, broken or was edited."""
    place = Path(path)
    if has_checkpoint(place) and not is_plan(place):
        raise PlanError(
            "there is no plan yet, only the checkpoint of a run that did not end",
            thing=str(place),
            cure=f"`lynchpin plan --resume {place}` goes on from it.",
        )
    if not is_plan(place):
        raise PlanError(
            "there is no plan", thing=str(place), cure="Name a folder that `lynchpin plan` wrote."
        )
    findings = list(_escapes(place))
    if findings:
        raise _broken(place, findings)
    return _load_one(place)


def _write_into(plan: Plan, folder: Path) -> None:
    """Write a plan and its references into an existing folder."""
    text = json.dumps(plan.info.model_dump(mode="json"), indent=2, sort_keys=True, allow_nan=False)
    (folder / "plan.json").write_text(text + "\n", encoding="utf-8")
    (folder / "tables").mkdir()
    for name, table in plan.tables.items():
        table.write_parquet(folder / "tables" / f"{name}.parquet")
    write_study(plan.study, folder / "study")
    write_notes(plan.notes, folder)
    for name, reference in plan.references.items():
        subfolder = folder / _reference_path(name)
        subfolder.mkdir(parents=True)
        _write_into(reference, subfolder)


def _reference_path(name: str) -> Path:
    """Return where a reference lies inside the folder of its plan."""
    if name in _REFERENCE_NAMES:
        return Path("references") / name
    scenario = name.removeprefix(f"{_WHAT_IF}/")
    if scenario == name or not _PLAIN_NAME.fullmatch(scenario):
        raise PlanError(
            "a reference is `partner`, `as-is` or `what-if/NAME`, whose name can name a folder",
            thing="references",
            value=name,
            cure="Rename the scenario.",
        )
    return Path(_WHAT_IF) / scenario


def _is_free(place: Path) -> bool:
    """Tell whether a folder is empty, but for a checkpoint that nothing was asked of yet."""
    return place.is_dir() and all(path.name == CHECKPOINT for path in place.iterdir())


def _put_in_place(draft: Path, place: Path) -> None:
    """Rename the finished draft to its place and remove the plan, or the checkpoint, that was there."""
    if not place.exists():
        draft.rename(place)
        return
    if (place / CHECKPOINT).is_dir() and not is_plan(place):
        _put_inside(draft, place)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".old", dir=place.parent))
    kept = old / "plan"
    try:
        place.rename(kept)
        draft.rename(place)
    finally:  # whatever came between, Ctrl-C too: the plan that was there goes only once there is another
        if kept.exists() and not place.exists():
            kept.rename(place)
        shutil.rmtree(old, ignore_errors=True)


def _put_inside(draft: Path, place: Path) -> None:
    """Move the parts of the finished draft beside a checkpoint, what makes it a plan last; then that goes."""
    parts = sorted((path.name for path in draft.iterdir()), key="plan.json".__eq__)
    for name in parts:
        if (place / name).is_dir():  # of an earlier try that was cut off
            shutil.rmtree(place / name)
        (draft / name).rename(place / name)
    remove_checkpoint(place)


def _escapes(place: Path) -> Iterator[str]:
    """Name every file of a plan folder that is a link to somewhere outside it."""
    inside = place.resolve()
    for path in sorted(place.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            yield f"{path.relative_to(place)}: leads out of the plan's folder"


def _load_one(place: Path) -> Plan:
    """Read one plan folder and the references below it."""
    findings: list[str] = []
    info = _read_info(place, findings)
    tables = {name: _read_table(place / "tables" / f"{name}.parquet", findings) for name in COLUMNS}
    study = None
    try:
        study = read_study(place / "study")
    except (LynchpinError, OSError) as error:
        findings.append(f"study: {error}")
    if study is not None and info is not None:
        findings.extend(_edited(info.hashes, study.hashes()))
    if findings or info is None or study is None:
        raise _broken(place, findings)
    references = {name: _load_one(folder) for name, folder in _reference_folders(place)}
    others = [name for name in _REFERENCE_NAMES if name in references]
    strange = [name for name in others if references[name].info.hashes != info.hashes]
    if strange:
        raise _broken(place, [f"references/{name}: is a plan of another study" for name in strange])
    return Plan(study=study, tables=tables, info=info, references=references, notes=read_notes(place))


def _reference_folders(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and folder of every reference that exists."""
    for name in _REFERENCE_NAMES:
        if is_plan(place / "references" / name):
            yield name, place / "references" / name
    for folder in sorted((place / _WHAT_IF).glob("*")):
        if is_plan(folder):
            yield f"{_WHAT_IF}/{folder.name}", folder


def _read_info(place: Path, findings: list[str]) -> PlanInfo | None:
    """Read plan.json, or add what is wrong with it."""
    try:
        content: Any = json.loads((place / "plan.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        findings.append(f"plan.json: is not readable as JSON ({error})")
        return None
    version = cast(dict[str, Any], content).get("format_version") if isinstance(content, dict) else None
    if version != FORMAT_VERSION:
        findings.append(
            f"plan.json: format_version must be {FORMAT_VERSION}, found {version!r}; plan again, "
            "or read it with the version of Lynchpin that wrote it"
        )
        return None
    try:
        return PlanInfo.model_validate(content)
    except ValidationError as error:
        for item in error.errors():
            where = ".".join(str(part) for part in item["loc"])
            findings.append(f"plan.json: {where}: {item['msg'].lower()}, found {str(item['input'])[:80]!r}")
    return None


def _read_table(path: Path, findings: list[str]) -> pl.DataFrame:
    """Read one table, or add what is wrong with it and return an empty one."""
    wanted = schema(path.stem)
    if not path.is_file():
        findings.append(f"tables/{path.name}: is missing")
        return pl.DataFrame(schema=wanted)
    try:
        table = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        findings.append(f"tables/{path.name}: cannot be read ({str(error).splitlines()[0]})")
        return pl.DataFrame(schema=wanted)
    if dict(table.schema) != wanted:
        findings.append(
            f"tables/{path.name}: must have the columns {', '.join(wanted)}, found {table.schema}"
        )
        return pl.DataFrame(schema=wanted)
    return table


def _edited(stored: dict[str, str], actual: dict[str, str]) -> list[str]:
    """Name the tables of the study that are not those the plan was made from."""
    return [
        f"study/{name}: was changed after planning; plan again"
        for name in sorted(set(stored) | set(actual))
        if stored.get(name) != actual.get(name)
    ]


def _broken(place: Path, findings: list[str]) -> PlanError:
    """Return one error with all findings about a stored plan."""
    return PlanError(
        "the stored plan is not in order:\n" + "\n".join(f"  {finding}" for finding in findings),
        thing=str(place),
        cure="Plan again with `lynchpin plan STUDY -o PLAN`.",
    )

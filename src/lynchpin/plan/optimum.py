"""The known optimum of a small study, kept beside its tables in `optimum.json`.

A value counts as the optimum where the yearly form was solved whole to a gap of a millionth and the plan
was verified. The hashes of the study's tables go with it: a changed study is not measured by an old value.
"""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from lynchpin.errors import SolveError, StudyError
from lynchpin.plan.plan import Plan
from lynchpin.study.folder import OPTIMUM_FILE
from lynchpin.study.read import read_study
from lynchpin.study.write import write_text

PROVEN_GAP = 1e-6


class Optimum(BaseModel):
    """What a study's best plan is worth, and how that is known.

    objective, bound  money of the study's currency; gap is their relative distance
    method, sharing   how it was solved, and how far parts may be shared
    versions          of what solved it
    hashes            sha256 of the study's settings and tables
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    study: str
    objective: float
    bound: float
    gap: float
    method: str
    sharing: str
    versions: dict[str, str]
    hashes: dict[str, str]


def optimum_of(plan: Plan) -> Optimum:
    """Return what a plan proves to be the optimum; raises SolveError where it proves less."""
    info = plan.info
    if info.bound is None or info.gap is None or info.gap > PROVEN_GAP or not info.verified:
        raise SolveError(
            "the optimum is not proven",
            thing=info.study,
            value=info.gap,
            cure="The study stands without it; take a smaller size, or give the solver more time.",
        )
    return Optimum(
        study=info.study,
        objective=info.objective,
        bound=info.bound,
        gap=info.gap,
        method=info.method,
        sharing=info.sharing,
        versions=info.versions,
        hashes=info.inputs,
    )


def write_optimum(optimum: Optimum, folder: str | Path) -> Path:
    """Write an optimum beside the tables of its study; returns the file."""
    file = Path(folder) / OPTIMUM_FILE
    write_text(file, optimum.model_dump_json(indent=2) + "\n")
    return file


def read_optimum(folder: str | Path) -> Optimum | None:
    """Return the known optimum of the study in a folder, None where there is none.

    Raises StudyError where the file cannot be read, or where the study is no longer the one that was solved.
    """
    file = Path(folder) / OPTIMUM_FILE
    if not file.is_file():
        return None
    cure = "Delete it, or write the study again with `lynchpin new DIR --example ladder --optimum`."
    try:
        found = Optimum.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise StudyError(
            f"is no known optimum: {place} {first['msg']}", thing=str(file), cure=cure
        ) from error
    now = read_study(folder).hashes()
    changed = sorted(
        name for name in now.keys() | found.hashes.keys() if now.get(name) != found.hashes.get(name)
    )
    if changed:
        raise StudyError(
            f"is of another study: {', '.join(changed)} changed since", thing=str(file), cure=cure
        )
    return found

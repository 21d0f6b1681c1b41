"""Example studies, and studies of the ladder with their optimum."""

from pathlib import Path
from typing import Any

from lynchpin.api.planning import plan
from lynchpin.errors import OptionError
from lynchpin.plan.optimum import PROVEN_GAP, optimum_of, write_optimum
from lynchpin.study import examples


def write_example(
    name: str,
    place: str | Path,
    *,
    size: int | None = None,
    seed: int | None = None,
    scale: bool = False,
    optimum: bool | None = None,
    **watching: Any,
) -> Path:
    """Write an example study into a new folder or workbook; returns its path.

    name               a shipped example, or `ladder`
    size, seed, scale  of a study of the ladder, see `examples.ladder`; None: 30 and 0
    optimum            of the ladder: write the known optimum beside the tables of a folder, see
                       `read_optimum`; None: where that takes seconds, up to size 6
    watching           `on_progress` and `stop`, as for `plan`

    Raises OptionError where an option of the ladder is given for another example or the optimum of too
    large a study is asked for, and SolveError where the optimum was not proven; the study is written then.
    """
    ladder = {
        "size": size is not None,
        "seed": seed is not None,
        "scale": scale,
        "optimum": optimum is not None,
    }
    if name != examples.LADDER:
        for option in (option for option, given in ladder.items() if given):
            raise OptionError(
                "is of the ladder only",
                thing=option,
                value=name,
                cure="Ask for the example ladder, or leave it out.",
            )
        return examples.new(place, name)
    versions = 30 if size is None else size
    wanted = _optimum_wanted(optimum, versions, Path(place))
    target = examples.new_ladder(place, versions, seed=seed or 0, scale=scale)
    if wanted:
        proven = plan(
            target, method="yearly", gap=PROVEN_GAP, time_limit=1800.0, references=False, **watching
        )
        write_optimum(optimum_of(proven), target)
    return target


def _optimum_wanted(asked: bool | None, versions: int, place: Path) -> bool:
    """Return whether the optimum is to be solved; raises OptionError where it cannot be had."""
    folder = place.suffix.lower() != ".xlsx"
    if asked and versions > examples.OPTIMUM_UP_TO:
        raise OptionError(
            "is too large a study to prove the optimum of",
            thing="size",
            value=versions,
            cure=f"Take a size up to {examples.OPTIMUM_UP_TO}, or leave the optimum out.",
        )
    if asked and not folder:
        raise OptionError(
            "has no place for the optimum", thing="workbook", value=str(place), cure="Name a folder."
        )
    return folder and (versions <= examples.OPTIMUM_IN_SECONDS if asked is None else asked)

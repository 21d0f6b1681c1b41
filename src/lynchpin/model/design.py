"""Design common specifications: of a study, a family at a time, or of needs given as tables."""

from pathlib import Path
from typing import overload

from lynchpin.catalogue.design import Design, DesignOptions
from lynchpin.catalogue.design import design as design_family
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.model.designed import Designs
from lynchpin.model.designing import Designing, DesignRules, families_of
from lynchpin.study.given import in_order
from lynchpin.study.study import Study


@overload
def design(
    source: DesignTask,
    *,
    at_most: int | None = None,
    frontier: int = 12,
    time_limit: float = 60.0,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
) -> Design: ...


@overload
def design(
    source: Study | str | Path,
    *,
    family: str | None = None,
    at_most: int | None = None,
    new: bool = True,
    engineering: float | None = None,
    platform: bool = False,
    candidates: bool = True,
    frontier: int = 12,
    time_limit: float = 60.0,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
) -> Designs: ...


def design(
    source: Study | str | Path | DesignTask,
    *,
    family: str | None = None,
    at_most: int | None = None,
    new: bool = True,
    engineering: float | None = None,
    platform: bool = False,
    candidates: bool = True,
    frontier: int = 12,
    time_limit: float = 60.0,
    gap: float = 1e-6,
    threads: int = 2,
    seed: int = 0,
) -> Designs | Design:
    """Design the specifications that serve every model at least cost, and say what each further one saves.

    source       a study, the path of one, or a `DesignTask` made of tables
    family       of a study: only this family; None: every family that a model requires
    at_most      most specifications of a family; None: as many as pay
    new          of a study: whether specifications may be designed that no variant has
    engineering  of a study: millions for a new one; None: the median of its family
    platform     of a study: whether a specification stays on one platform
    candidates   of a study: whether candidate programmes and versions count
    frontier     most points of the curve of cost by number of specifications
    time_limit   seconds for each family
    gap          relative gap at which a cost counts as proved
    threads      of the engine
    seed         of everything random

    Returns the designs by family, or the design of the task. Raises InputError where a study's tables are
    not in order, StudyError where no model requires a family, OptionError for an option out of range,
    SolveError where a model cannot be served.
    """
    options = DesignOptions(
        at_most=at_most, frontier=frontier, time_limit=time_limit, gap=gap, threads=threads, seed=seed
    )
    if isinstance(source, DesignTask):
        return design_family(source, options)
    rules = DesignRules(new=new, engineering=engineering, platform=platform, candidates=candidates)
    study = in_order(source)
    maker = Designing(study, rules)
    found = {name: design_family(maker.task(name), options) for name in families_of(study, family)}
    return Designs(study, found, maker)

"""What Lynchpin offers to programs: read a study, check it, plan it, verify, compare and show the plan.

>>> import lynchpin
>>> plan = lynchpin.plan(lynchpin.examples.tiny(), references=False)
>>> plan.verified
True
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any, Literal

import linopy

from lynchpin.catalogue.commonality import Commonality
from lynchpin.catalogue.design import Design
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.duplicates import Duplicates
from lynchpin.catalogue.duplicates_apply import Merged, apply_duplicates
from lynchpin.catalogue.duplicates_run import duplicates, propose_mapping
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.errors import InputError, OptionError, PlanError
from lynchpin.model.build import build
from lynchpin.model.design import design
from lynchpin.model.designed import Designs
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan import common
from lynchpin.plan.case import Desk
from lynchpin.plan.compare import Comparison, compare
from lynchpin.plan.explain import explain_duty
from lynchpin.plan.optimum import PROVEN_GAP, Optimum, optimum_of, read_optimum, write_optimum
from lynchpin.plan.order import Order, Question
from lynchpin.plan.plan import Plan
from lynchpin.plan.planner import make
from lynchpin.plan.run import go_on, make_to
from lynchpin.plan.store import check_place, is_plan, load_plan, save_plan
from lynchpin.plan.verify import Verification
from lynchpin.plan.verify import verify as verify_tables
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.progress import OnPlanProgress, PlanProgress
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.remote import opened
from lynchpin.study import examples
from lynchpin.study.check import check
from lynchpin.study.finding import Finding
from lynchpin.study.freight import complete, missing
from lynchpin.study.read import read_study
from lynchpin.study.study import Study
from lynchpin.study.write import write_study

__all__ = [
    "Commonality",
    "Comparison",
    "Design",
    "DesignTask",
    "Designs",
    "Duplicates",
    "Finding",
    "Merged",
    "Optimum",
    "Plan",
    "PlanProgress",
    "Study",
    "VolumeDiscount",
    "apply_duplicates",
    "build_model",
    "check",
    "commonality",
    "compare",
    "convert",
    "design",
    "duplicates",
    "examples",
    "explain_duty",
    "freeze_freight",
    "load_plan",
    "plan",
    "plan_to",
    "propose_mapping",
    "read_optimum",
    "read_study",
    "resume",
    "save_plan",
    "verify",
    "write_study",
]

Listener = Callable[[str], object]


def _quiet(_: object) -> None:
    """Take news and leave it."""


def plan(
    study: Study | str | Path,
    *,
    method: str = "auto",
    sharing: str = "alliance",
    as_is: bool = False,
    scenario: str | None = None,
    what_if: str | tuple[str, ...] = (),
    time_limit: float | None = 300.0,
    gap: float = 0.005,
    threads: int = 2,
    seed: int = 0,
    references: bool = True,
    on_progress: OnPlanProgress = _quiet,
    on_message: Listener = _quiet,
    stop: StopSignal | None = None,
    model: linopy.Model | None = None,
    start: Plan | str | Path | None = None,
    executor: Executor | str | None = None,
    deterministic: bool = False,
) -> Plan:
    """Plan a study: return the best verified plan, what is proven about it, and plans to compare it with.

    study        a study, or the path of one
    method       aggregate: a relaxation decides structure and gives the bound, the yearly form values it;
                 split: the relaxation taken apart along families, in processes side by side;
                 yearly: the yearly form whole; auto: aggregate where the model is small, else split
    sharing      how far a part may be shared: alliance, partner, brand or model
    as_is        value today's structure
    scenario     name of a scenario to plan for
    what_if      names of scenarios to plan too, or one; they become references `what-if/NAME`
    time_limit   seconds for each plan that is made, None for no limit
    gap          proven relative gap at which to stop
    threads      of the solver; the split method runs as many processes
    seed         of everything random
    references   whether to plan each partner alone and today's structure too
    on_progress  told where the run stands; `print` will do
    on_message   told of warnings, as text
    stop         when set, the best verified plan so far is returned
    model        a model of `build_model` with rows of your own; it is solved whole
    start        a plan, or its folder, to begin from: of this study, or of one that was a little different
    executor     where the split method solves its tasks, instead of in processes of its own: any executor of
                 `concurrent.futures`, dask's too, or `dask:ADDRESS` of a dask scheduler
    deterministic  whether nothing but study, options and versions decides the plan: slower, and the same

    Raises InputError where the study's tables are not in order, OptionError for an option out of range,
    SolveError where no verified plan was found.
    """
    return _run(
        None,
        study,
        method=method,
        sharing=sharing,
        as_is=as_is,
        scenario=scenario,
        what_if=what_if,
        time_limit=time_limit,
        gap=gap,
        threads=threads,
        seed=seed,
        references=references,
        on_progress=on_progress,
        on_message=on_message,
        stop=stop,
        model=model,
        start=start,
        executor=executor,
        deterministic=deterministic,
    )


def _run(place: Path | None, study: Study | str | Path, **asked: Any) -> Plan:
    """Plan a study as `plan` was asked to, into a folder if there is one."""
    if place is not None:
        check_place(place)
    clock = Clock()
    with clock.phase("read"):
        ready = _in_order(study)
    named, start = asked["what_if"], asked["start"]
    order = Order(
        question=Question(**{name: asked[name] for name in ("sharing", "as_is", "scenario")}),
        references=asked["references"],
        what_if=(named,) if isinstance(named, str) else tuple(named),
        start=load_plan(start) if isinstance(start, str | Path) else start,
    )
    limits = {
        name: asked[name] for name in ("method", "time_limit", "gap", "threads", "seed", "deterministic")
    }
    with opened(asked["executor"]) as executor:
        desk = Desk(
            options=SearchOptions(**limits, executor=executor),
            clock=clock,
            **{name: asked[name] for name in ("on_progress", "on_message", "stop", "model")},
        )
        return make(ready, order, desk) if place is None else make_to(place, ready, order, desk)


def _in_order(study: Study | str | Path) -> Study:
    """Return the study if nothing in it is wrong; a study made in memory is checked as a folder is."""
    if not isinstance(study, Study):
        return read_study(study)
    findings = check(study)
    if any(finding.level == "error" for finding in findings):
        raise InputError(findings)
    return study


def plan_to(study: Study | str | Path, place: str | Path, **options: Any) -> Plan:
    """Plan a study and write the plan to the folder `place`; the options are those of `plan`.

    While it runs, the folder holds a checkpoint, from which `resume` goes on if the process is cut off.

    Raises PlanError, before any work, where `place` holds something that is not a plan, or a checkpoint.
    """
    bound = signature(plan).bind(study, **options)
    bound.apply_defaults()
    return _run(Path(place), **bound.arguments)


def resume(
    place: str | Path,
    *,
    study: Study | str | Path | None = None,
    time_limit: float | Literal["as before"] | None = "as before",
    gap: float | None = None,
    threads: int | None = None,
    on_progress: OnPlanProgress = _quiet,
    on_message: Listener = _quiet,
    stop: StopSignal | None = None,
    executor: Executor | str | None = None,
) -> Plan:
    """Go on with a run of `plan_to` that was cut off, and write its plan to the same folder.

    Best plan and bound are taken up where they were, plans to compare with that are finished are kept, and
    the seconds that were spent count. Everything that was asked is in the folder.

    place                    the folder that the run was to write
    study                    when given, it must be the one that was planned
    time_limit, gap, threads when given, otherwise than before; a time limit counts from the first start
    on_progress, on_message, stop, executor  as for `plan`

    Raises PlanError where there is nothing to go on from, or it is damaged, in use, of another study or of
    another version of Lynchpin; SolveError where no verified plan was found.
    """
    changes: dict[str, Any] = {} if time_limit == "as before" else {"time_limit": time_limit}
    changes |= {name: value for name, value in (("gap", gap), ("threads", threads)) if value is not None}
    with opened(executor) as found:
        desk = Desk(
            options=SearchOptions(executor=found), on_progress=on_progress, on_message=on_message, stop=stop
        )
        if found is not None:
            changes["executor"] = found
        return go_on(Path(place), desk, changes, study=None if study is None else _in_order(study))


def build_model(
    study: Study | str | Path, *, sharing: str = "alliance", as_is: bool = False, form: str = "yearly"
) -> linopy.Model:
    """Return the linopy model of a study, to which rows may be added before `plan(study, model=...)`.

    sharing, as_is  as for `plan`, and the same there
    form            yearly, the exact one to plan with, or aggregate, the relaxation that decides structure

    Its `parameters` hold the units: one unit of a flow is `flow` vehicles or pieces, one of the objective,
    which is minimised, `money` in the study's currency.
    """
    ready = _in_order(study)
    built = build(compile_study(complete(ready), sharing=sharing, as_is=as_is), form=form)
    built.linopy.parameters = built.linopy.parameters.assign(flow=built.flow, money=built.money)
    return built.linopy


def verify(plan: Plan | str | Path) -> Mapping[str, Verification]:
    """Recompute everything in a plan, and in each plan it is compared with, without the model.

    Returns name -> what was found; the plan itself is named `plan`.
    """
    stored = plan if isinstance(plan, Plan) else load_plan(plan)
    return {name: _verified(part) for name, part in {"plan": stored, **stored.references}.items()}


def _verified(plan: Plan) -> Verification:
    info = plan.info
    return verify_tables(
        plan.study,
        plan.tables,
        sharing=info.sharing,
        as_is=info.as_is,
        objective=info.objective,
        bound=info.bound,
        gap=info.gap,
        partners=info.partners,
    )


def commonality(
    source: Study | Plan | str | Path, *, visible: Mapping[str, float] | None = None
) -> Commonality:
    """Say how common parts are: indices, part numbers and their cost, what brands share.

    source   a study, as it is today; a plan; or the path of either
    visible  family -> how much a customer sees of it, 0 to 1; weighs how alike brands are, 1 where not named

    Raises InputError where a study's tables are not in order, StudyError where nothing is said to be carried.
    """
    if isinstance(source, str | Path) and is_plan(Path(source)):
        source = load_plan(source)
    if isinstance(source, Plan):
        return common.of_plan(source, visible=visible)
    return common.of_study(_in_order(source), visible=visible)


def write_designs_page(designs: Designs, path: str | Path) -> Path:
    """Write one self-contained page about what was designed; returns its path."""
    from lynchpin.report.design_page import write_designs_page as write

    return write(designs, path)


def convert(source: str | Path, output: str | Path) -> Path:
    """Write a study as a folder or a workbook, or a plan as a workbook; returns where it was written."""
    if not is_plan(Path(source)):
        return write_study(read_study(source), output)
    if Path(output).suffix.lower() != ".xlsx":
        raise PlanError(
            "a plan is converted to a workbook", thing=str(output), cure="Name a file that ends in .xlsx."
        )
    return write_workbook(load_plan(source), output)


def write_report(plan: Plan, path: str | Path) -> Path:
    """Write one self-contained page about a plan; returns its path."""
    from lynchpin.report.document import write_report as write

    return write(plan, path)


def write_workbook(plan: Plan, path: str | Path) -> Path:
    """Write a plan as a workbook with a profit-and-loss sheet in live formulas; returns its path."""
    from lynchpin.report.workbook import write_plan_workbook

    return write_plan_workbook(plan, path)


@dataclass(frozen=True)
class Figures:
    """The figures of a plan: the functions of `lynchpin.report.figures`, given the plan."""

    plan: Plan

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return the figure `name`; raises AttributeError with the names there are."""
        from lynchpin.report import figures

        if name not in figures.__all__:
            raise AttributeError(f"a plan has no figure {name!r}; it has {', '.join(figures.__all__)}")
        return partial(getattr(figures, name), self.plan)


def figures_of(plan: Plan) -> Figures:
    """Return a plan's figures by name."""
    return Figures(plan)


def freeze_freight(study: str | Path, output: str | Path) -> int:
    """Write a study with its missing lanes computed, and return how many there were."""
    given = read_study(study)
    count = len(missing(given))
    write_study(complete(given), output)
    return count


def write_template(path: str | Path) -> Path:
    """Write an empty workbook with every table, its columns and notes on them."""
    from lynchpin.study.write_workbook import write_template as write

    return write(path)


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

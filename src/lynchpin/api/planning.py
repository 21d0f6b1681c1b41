"""Plan a study: in memory, into a folder, and on from where a run was cut off."""

from collections.abc import Callable
from concurrent.futures import Executor
from inspect import signature
from pathlib import Path
from typing import Any, Literal

import linopy

from lynchpin.plan.case import Desk
from lynchpin.plan.order import Order, Question
from lynchpin.plan.plan import Plan
from lynchpin.plan.planner import make
from lynchpin.plan.run import go_on, make_to
from lynchpin.plan.store import check_place, load_plan
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import StopSignal
from lynchpin.solve.progress import OnPlanProgress
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.remote import opened
from lynchpin.study.given import in_order
from lynchpin.study.study import Study

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
        ready = in_order(study)
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
        return go_on(Path(place), desk, changes, study=None if study is None else in_order(study))

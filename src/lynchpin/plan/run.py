"""A run into a plan's folder: it leaves a checkpoint on its way, and another run can go on from that."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from lynchpin.errors import LynchpinError, OptionError, SolveError, StudyError
from lynchpin.plan.case import Desk
from lynchpin.plan.checkpoint import Checkpoint
from lynchpin.plan.order import Order
from lynchpin.plan.plan import Plan
from lynchpin.plan.planner import make
from lynchpin.plan.store import check_place, save_plan
from lynchpin.study.study import Study


def make_to(place: Path, study: Study, order: Order, desk: Desk) -> Plan:
    """Return the plan that is asked for, written to its folder, with a checkpoint there on the way.

    Rows of one's own are code, which no file holds: a run with them leaves no checkpoint.

    Raises as `make`, and PlanError where the place is taken or cannot be written.
    """
    check_place(place)
    if desk.model is not None:
        desk.on_message("This run cannot be resumed if it is cut off: rows of your own are not kept.")
        made = make(study, order, desk)
        save_plan(made, place)
        return made
    checkpoint = Checkpoint.new(
        place, study=study, order=order, options=desk.options, on_message=desk.on_message
    )
    return _made(checkpoint, study, order, desk, nothing=(SolveError, StudyError, OptionError))


def go_on(place: Path, desk: Desk, changes: dict[str, Any], *, study: Study | None = None) -> Plan:
    """Return the plan of a run that was cut off, made to its end and written to its folder.

    desk     whom to tell and when to stop; its options are not looked at
    changes  fields of `SearchOptions` to have otherwise

    Raises PlanError where there is nothing to go on from, and as `make`.
    """
    checkpoint, stored, order, options = Checkpoint.of(place, on_message=desk.on_message, study=study)
    asked = replace(options, **changes)
    return _made(checkpoint, stored, order, replace(desk, options=asked, same=asked == options))


def _made(
    checkpoint: Checkpoint,
    study: Study,
    order: Order,
    desk: Desk,
    *,
    nothing: tuple[type[LynchpinError], ...] = (SolveError,),
) -> Plan:
    """Make a plan with a checkpoint, which goes once there is a plan, or is known to be none.

    nothing  errors after which there is nothing to go on from
    """
    with checkpoint:
        try:
            made = make(study, order, replace(desk, checkpoint=checkpoint))
        except nothing:
            checkpoint.drop()
            raise
        checkpoint.finish(made)
    return made

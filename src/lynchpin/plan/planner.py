"""From a study to a verified plan, and the plans to compare it with.

    partner        every partner's best plan alone (sharing scope `partner`)
    as-is          today's structure
    what-if/NAME   the same question in another scenario

Savings are differences of two verified plans. What a partner does alone, or the alliance does today, the
alliance may do as well: the structure of each such plan is valued as a candidate of the main plan and
replaces it where it is better.
"""

from dataclasses import replace
from types import MappingProxyType

from lynchpin.errors import LynchpinError, SolveError
from lynchpin.plan.case import Case, Desk
from lynchpin.plan.order import Order, Question
from lynchpin.plan.plan import Plan
from lynchpin.study.changes import apply_scenario
from lynchpin.study.freight import complete
from lynchpin.study.study import Study

__all__ = ["Desk", "Order", "Question", "make"]


def make(study: Study, order: Order, desk: Desk) -> Plan:
    """Return the verified plan that is asked for, with its references.

    Raises SolveError where the main question has no verified plan, and OptionError or StudyError for a
    scenario that does not exist.
    """
    scenarios = {name: _prepared(study, name, desk) for name in (order.question.scenario, *order.what_if)}
    given, planned = study, scenarios[order.question.scenario]
    case = _solved(given, planned, order.question, desk, "plan", order.start)
    references: dict[str, Plan] = {}
    stopped = case.stopped
    questions = _reference_questions(order, planned, desk)
    if questions and desk.model is not None:
        desk.on_message("warning: the plans to compare with are made without the rows of your own.")
    for name, question in questions:
        begin = None if order.start is None else order.start.references.get(name)
        other = None if desk.checkpoint is None else desk.checkpoint.plan(name)
        if other is None and not stopped:
            other = _reference(given, scenarios[question.scenario], question, desk, name, begin)
        if other is not None:
            references[name] = other
            stopped = other.status == "interrupted"
            if name in ("partner", "as-is"):
                case.adopt(other.tables, desk.on_message, name)
                case.keep()
    return replace(case.plan(), references=MappingProxyType(references))


def _prepared(study: Study, scenario: str | None, desk: Desk) -> Study:
    """Return the study with a scenario applied and its missing lanes computed."""
    with desk.clock.phase("prepare"):
        return complete(study if scenario is None else apply_scenario(study, scenario))


def _solved(
    given: Study, study: Study, question: Question, desk: Desk, name: str, start: Plan | None
) -> Case:
    case = Case(given=given, study=study, question=question, desk=desk, name=name, start=start)
    case.solve()
    return case


def _reference_questions(order: Order, study: Study, desk: Desk) -> list[tuple[str, Question]]:
    """Return name and question of every plan to compare with."""
    question = order.question
    found: list[tuple[str, Question]] = []
    whole = question.sharing == "alliance" and not question.as_is
    if order.references and whole:
        found.append(("partner", replace(question, sharing="partner")))
        if study.table("uses").is_empty():
            desk.on_message("warning: no as-is plan to compare with: the table `uses` is empty.")
        else:
            found.append(("as-is", replace(question, as_is=True)))
    found.extend((f"what-if/{name}", replace(question, scenario=name)) for name in order.what_if)
    return found


def _reference(
    given: Study, study: Study, question: Question, desk: Desk, name: str, start: Plan | None
) -> Plan | None:
    """Return a plan to compare with, or None with a warning where there is none."""
    if desk.stopped:
        return None
    try:
        made = _solved(given, study, question, replace(desk, model=None), name, start).plan()
        if desk.checkpoint is not None and made.status != "interrupted":
            desk.checkpoint.keep(name, made)
        return made
    except LynchpinError as error:
        if desk.stopped and isinstance(error, SolveError):
            return None
        desk.on_message(f"warning: no plan {name} to compare with: {error}")
        return None

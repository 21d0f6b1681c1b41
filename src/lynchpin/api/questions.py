"""What is asked of a study or a plan without planning: its model, whether it holds, how common parts are."""

from collections.abc import Mapping
from pathlib import Path

import linopy

from lynchpin.catalogue.commonality import Commonality
from lynchpin.model.build import build
from lynchpin.model.instance import compile as compile_study
from lynchpin.plan import common
from lynchpin.plan.plan import Plan
from lynchpin.plan.store import is_plan, load_plan
from lynchpin.plan.verify import Verification
from lynchpin.plan.verify import verify as verify_tables
from lynchpin.study.freight import complete
from lynchpin.study.given import in_order
from lynchpin.study.study import Study


def build_model(
    study: Study | str | Path, *, sharing: str = "alliance", as_is: bool = False, form: str = "yearly"
) -> linopy.Model:
    """Return the linopy model of a study, to which rows may be added before `plan(study, model=...)`.

    sharing, as_is  as for `plan`, and the same there
    form            yearly, the exact one to plan with, or aggregate, the relaxation that decides structure

    Its `parameters` hold the units: one unit of a flow is `flow` vehicles or pieces, one of the objective,
    which is minimised, `money` in the study's currency.
    """
    ready = in_order(study)
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
    return common.of_study(in_order(source), visible=visible)

"""The figures of a plan as plotly figures, reachable as `plan.figures.flows()`.

Names come from tables that anyone may have written: they are escaped, and never read as a number or a
template.
"""

from typing import TYPE_CHECKING

from lynchpin.plan.plan import Plan
from lynchpin.report.flow_figures import flows_spec
from lynchpin.report.ladder_figures import plan_ladder_spec
from lynchpin.report.matrix_figures import plants_spec, sharing_spec
from lynchpin.report.money_figures import investment_spec, partners_spec, waterfall_spec
from lynchpin.report.style import Spec

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

__all__ = ["flows", "investment", "ladder", "partners", "plants", "sharing", "waterfall"]


def waterfall(plan: Plan, before: Plan | None = None) -> "Figure":
    """Return what leads from `before` to the plan; by default from each partner's best plan alone."""
    return _figure(waterfall_spec(plan, before), "What sharing is worth, and why")


def plants(plan: Plan) -> "Figure":
    """Return which plant builds which programme, and how full it is as planned and as it is today."""
    return _figure(plants_spec(plan), "Which plant builds what, and how full it is")


def sharing(plan: Plan) -> "Figure":
    """Return which version carries which variant, those that partners share marked."""
    return _figure(sharing_spec(plan), "Who shares what")


def ladder(plan: Plan) -> "Figure":
    """Return what each version needs of an attribute and what it is given."""
    return _figure(plan_ladder_spec(plan), "What is needed and what is given")


def flows(plan: Plan) -> "Figure":
    """Return a map of the cars and parts that are shipped, lines as wide as their volume."""
    return _figure(flows_spec(plan), "Where cars and parts go")


def investment(plan: Plan) -> "Figure":
    """Return the cash invested by partner and period."""
    return _figure(investment_spec(plan), "Investment")


def partners(plan: Plan) -> "Figure":
    """Return what each partner gains against its best plan alone, before any transfer."""
    return _figure(partners_spec(plan), "Gain of each partner before transfers")


def _figure(spec: Spec, title: str) -> "Figure":
    """Return a plotly figure with a title of its own."""
    from plotly.graph_objects import Figure

    figure = Figure(spec)
    height, top = spec["layout"]["height"], 48
    figure.update_layout(
        title={"text": title, "x": 0, "xref": "container", "pad": {"l": 8}}, height=height + top
    )
    figure.update_layout(margin={"t": spec["layout"]["margin"]["t"] + top})
    return figure

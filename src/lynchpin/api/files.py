"""What is written: pages, workbooks and figures, studies and plans in another form."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lynchpin.errors import PlanError
from lynchpin.model.designed import Designs
from lynchpin.plan.plan import Plan
from lynchpin.plan.store import is_plan, load_plan
from lynchpin.study.freight import complete, missing
from lynchpin.study.read import read_study
from lynchpin.study.write import write_study


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

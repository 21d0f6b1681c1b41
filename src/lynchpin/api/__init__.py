"""What Lynchpin offers to programs: read a study, check it, plan it, verify, compare and show the plan.

>>> import lynchpin
>>> plan = lynchpin.plan(lynchpin.examples.tiny(), references=False)
>>> plan.verified
True

Names that are imported `as` themselves are for the command line and for methods of `Plan`; the others are the
package's.
"""

from lynchpin.api.example import write_example as write_example
from lynchpin.api.files import convert, freeze_freight
from lynchpin.api.files import figures_of as figures_of
from lynchpin.api.files import write_designs_page as write_designs_page
from lynchpin.api.files import write_report as write_report
from lynchpin.api.files import write_template as write_template
from lynchpin.api.files import write_workbook as write_workbook
from lynchpin.api.planning import plan, plan_to, resume
from lynchpin.api.questions import build_model, commonality, verify
from lynchpin.catalogue.commonality import Commonality
from lynchpin.catalogue.design import Design
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.duplicates import Duplicates
from lynchpin.catalogue.duplicates_apply import Merged, apply_duplicates
from lynchpin.catalogue.duplicates_run import duplicates, propose_mapping
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.model.design import design
from lynchpin.model.designed import Designs
from lynchpin.plan.compare import Comparison, compare
from lynchpin.plan.explain import explain_duty
from lynchpin.plan.optimum import Optimum, read_optimum
from lynchpin.plan.plan import Plan
from lynchpin.plan.store import load_plan, save_plan
from lynchpin.solve.progress import PlanProgress
from lynchpin.study import examples
from lynchpin.study.check import check
from lynchpin.study.finding import Finding
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

"""Arguments and options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

StudyPlace = Annotated[Path, typer.Argument(metavar="STUDY", help="Folder or workbook (.xlsx) of a study.")]
PlanPlace = Annotated[Path, typer.Argument(metavar="PLAN", help="Folder of a plan.")]
Json = Annotated[bool, typer.Option("--json", help="Print machine-readable output.")]

"""What the command line prints: results on standard output, progress and messages on standard error."""

import errno
import json as json_format
import math
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self, cast

import polars as pl
from rich.console import Console
from rich.measure import Measurement
from rich.status import Status
from rich.table import Table
from rich.text import Text

from lynchpin.catalogue.commonality import Commonality
from lynchpin.catalogue.design import Design
from lynchpin.catalogue.watch import LocateProgress
from lynchpin.errors import LynchpinError, OptionError
from lynchpin.model.designed import Designs
from lynchpin.plan.compare import Comparison
from lynchpin.plan.plan import Plan, summary
from lynchpin.plan.verify import Verification
from lynchpin.report.bridge import Step
from lynchpin.solve.progress import PlanProgress
from lynchpin.study.finding import Finding
from lynchpin.study.money_words import money_words

MOST_ROWS = 200
WIDEST = 10_000  # letters in a line of a table
BAR = 24  # letters of the longest bar of a waterfall
MOST_TASKS = 8  # workers whose task is shown
LINE_EVERY = 2.0  # seconds between two progress lines where there is no terminal

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def say(message: str) -> None:
    """Write one message."""
    err.print(Text(message), soft_wrap=True)


def show_error(error: Exception) -> int:
    """Write what went wrong and return the exit code."""
    if isinstance(error, LynchpinError):
        err.print(Text.assemble(("error: ", "bold red"), str(error)), soft_wrap=True)
        return error.exit_code
    if isinstance(error, OSError):
        place = f"{_asked(error.filename)}: " if error.filename else ""
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        cure = (
            "Free space there, or name another place."
            if full
            else "Name a place that exists and that you may read and write."
        )
        err.print(
            Text.assemble(("error: ", "bold red"), f"{place}{error.strerror or error}. {cure}"),
            soft_wrap=True,
        )
        return 1
    err.print(
        Text.assemble(
            ("error: ", "bold red"),
            f"{type(error).__name__}: {error}\nThis is a fault of Lynchpin. `lynchpin --debug COMMAND ...` "
            "shows where it arose; please report it with the study.",
        ),
        soft_wrap=True,
    )
    return 1


def _asked(name: object) -> str:
    """Return the place that was asked for: of a temporary file, the folder that it stands in."""
    path = Path(str(name))
    return str(path.parent if path.suffix == ".part" else path)


def show_findings(findings: Sequence[Finding], *, json: bool) -> None:
    """Print findings, errors first, and how many there are."""
    if json:
        _print_json([finding.as_dict() for finding in findings])
        return
    for finding in findings:
        out.print(Text(str(finding), style="red" if finding.level == "error" else "yellow"), soft_wrap=True)
    errors = sum(finding.level == "error" for finding in findings)
    out.print(Text(f"{errors} errors, {len(findings) - errors} warnings"))


def show_summary(plan: Plan, *, json: bool) -> None:
    """Print the summary of a plan, or what its `plan.json` says."""
    if json:
        _print_json(plan.info.model_dump(mode="json"))
        return
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label, text in summary(plan):
        table.add_row(Text(label), Text(text))
    out.print(table)


def show_verification(parts: Mapping[str, Verification], *, rules: bool, json: bool) -> None:
    """Print a line for a plan and for each it is compared with, and broken rules, or all, below it."""
    if json:
        _print_json({name: _verification_data(part) for name, part in parts.items()})
        return
    for name, part in parts.items():
        broken = part.broken
        count = len(part.worst)
        kept = f"{count - len(broken)} of {count} rules kept, objective {part.objective:,.2f}"
        out.print(
            Text(
                f"{name}: {'verified' if part.ok else 'NOT in order'}, {kept}",
                style="green" if part.ok else "red",
            ),
            soft_wrap=True,
        )
        for rule, violation in sorted((part.worst if rules else broken).items()):
            amount = f"{violation.amount:.6g} {violation.unit}"
            out.print(Text(f"  {rule:<16} {amount:<28} {violation.where}"), soft_wrap=True)


def _verification_data(part: Verification) -> dict[str, Any]:
    worst = {
        rule: {"violation": violation.amount, "unit": violation.unit, "where": violation.where}
        for rule, violation in sorted(part.worst.items())
    }
    return {"ok": part.ok, "objective": part.objective, "worst": worst}


def show_words(words: str, data: Mapping[str, object], *, json: bool) -> None:
    """Print lines of text, or the same as data."""
    if json:
        _print_json(data)
    else:
        out.print(Text(words), soft_wrap=True)


def show_table(table: pl.DataFrame, *, json: bool) -> None:
    """Print a table: all rows as JSON, or the first 200 for people."""
    if json:
        _print_json(table.to_dicts())
        return
    shown = Table(box=None, padding=(0, 2, 0, 0))
    for column, kind in table.schema.items():
        shown.add_column(Text(column), justify="right" if kind.is_numeric() else "left", overflow="fold")
    for row in table.head(MOST_ROWS).iter_rows():
        shown.add_row(*(Text(_cell(value)) for value in row))
    _print_whole(shown)
    if table.height > MOST_ROWS:
        say(f"{table.height - MOST_ROWS} more rows: `--json` prints all of them.")


def _print_whole(table: Table) -> None:
    """Print a table as wide as it is: a figure folded into two lines reads as two figures."""
    wide = Console(file=out.file, width=WIDEST, highlight=False)
    wide.width = Measurement.get(wide, wide.options, table).maximum
    wide.print(table)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return (
        f"{value:,.6g}"
        if isinstance(value, float) and abs(value) < 1e4
        else f"{value:,.0f}"
        if isinstance(value, float)
        else str(value)
    )


def show_comparisons(found: Mapping[str, tuple[Comparison, Sequence[Step]]], *, json: bool) -> None:
    """Print what moved between the first plan and each other one: the waterfall, then what lies behind it."""
    if json:
        _print_json(
            {
                name: {"steps": {step.name: step.money for step in steps}, **comparison.as_dict()}
                for name, (comparison, steps) in found.items()
            }
        )
        return
    for name, (comparison, steps) in found.items():
        difference = money_words(comparison.difference, comparison.currency, sign=True)
        out.print(Text(f"{name} against the first: {difference}", style="bold"), soft_wrap=True)
        _print_steps(steps)
        for table in (comparison.waterfall, comparison.decisions, comparison.flows):
            if not table.is_empty():
                show_table(table, json=False)
                out.print()


def _print_steps(steps: Sequence[Step]) -> None:
    """Print a waterfall: a bar for each step that can be seen beside the largest."""
    largest = max((abs(step.money) for step in steps), default=0.0)
    for step in steps:
        if abs(step.money) > 0.0005 * largest:
            bar = "█" * max(1, round(BAR * abs(step.money) / largest))
            words = f"  {step.name:<32}{money_words(step.money, sign=True):>16}  "
            out.print(Text.assemble(words, (bar, "blue" if step.money > 0 else "red")), soft_wrap=True)
    out.print()


def show_designs(designs: Designs, *, json: bool) -> None:
    """Print what was designed, family by family."""
    if json:
        _print_json({family: _design_data(found) for family, found in designs.items()})
        return
    for family, found in designs.items():
        out.print(Text(f"{family}: {found.sentence}"), soft_wrap=True)
        show_table(found.specifications, json=False)
        out.print()
        show_table(found.frontier, json=False)
        out.print()


def show_commonality(found: Commonality, table: str | None, *, json: bool) -> None:
    """Print one table of commonality, or those that tell the most."""
    if table is not None and table not in found.tables:
        raise OptionError(
            "is no table of commonality", thing="table", value=table, cure=f"Use {', '.join(found.tables)}."
        )
    chosen = {name: shown for name, shown in found.tables.items() if table in (None, name)}
    if json:
        _print_json({name: shown.to_dicts() for name, shown in chosen.items()} | {"currency": found.currency})
        return
    for name, shown in chosen.items():
        if table is not None or name in ("indices", "part_numbers", "likeness"):
            money = f", {found.currency} a year" if name == "part_numbers" else ""
            out.print(Text(f"{name.replace('_', ' ')}{money}", style="bold"))
            show_table(shown, json=False)
            out.print()


def shares(words: Sequence[str]) -> dict[str, float]:
    """Return the shares that words such as `pack_case=0.5` name; raises OptionError for others."""
    found: dict[str, float] = {}
    for word in words:
        name, _, number = word.partition("=")
        try:
            found[name] = float(number)
        except ValueError as error:
            raise OptionError(
                "is not of the form FAMILY=SHARE", thing="--visible", value=word, cure="Write pack_case=0.5."
            ) from error
    return found


def _design_data(found: Design) -> dict[str, Any]:
    tables = ("specifications", "assignment", "fit", "frontier")
    numbers = (
        "currency",
        "cost",
        "bound",
        "gap",
        "today",
        "one_each",
        "saving",
        "knee",
        "covers",
        "cost_known",
    )
    return {name: getattr(found, name) for name in numbers} | {
        name: getattr(found, name).to_dicts() for name in tables
    }


def _print_json(content: object) -> None:
    out.file.write(json_format.dumps(_finite(content), indent=2, default=str, allow_nan=False) + "\n")


def _finite(content: Any) -> Any:
    """Return content with unlimited numbers as the text `inf`, as in tables: JSON has no word for them."""
    if isinstance(content, Mapping):
        return {key: _finite(value) for key, value in cast(Mapping[Any, Any], content).items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in cast(Sequence[Any], content)]
    return str(content) if isinstance(content, float) and not math.isfinite(content) else content


class Watch:
    """Follows a run: shows where it stands, and turns the first Ctrl-C into a request to stop.

    The second Ctrl-C ends the program at once.
    """

    def __init__(self, *, quiet: bool) -> None:
        self.stop = threading.Event()
        self._quiet = quiet
        self._status: Status | None = None
        self._last: tuple[float, str, str, float | None] = (0.0, "", "", None)
        self._before: Any = signal.SIG_DFL

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._interrupted)
        if err.is_terminal and not self._quiet:
            self._status = err.status("start")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)
        if self._status is not None:
            self._status.stop()

    def _interrupted(self, _signal: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            raise KeyboardInterrupt
        self.stop.set()
        say("Stopping; the best verified plan is kept. Ctrl-C again ends at once.")

    def message(self, text: str) -> None:
        """Write a message of the run, such as a warning."""
        say(text)

    def progress(self, progress: PlanProgress) -> None:
        """Show where the run stands: in place on a terminal, else a line now and then.

        In place, the first line has the plan with its best value, bound and gap, and what each worker does
        has a line of its own below it.
        """
        plan, _, doing = progress.phase.partition(": ")
        if self._status is None:
            self._show(str(progress), plan, progress.phase, progress.objective)
        elif not self._quiet:
            head = Text(str(replace(progress, phase=plan)), style="bold")
            tasks = [Text(f"\n          {task}", style="dim") for task in doing.split(", ")[:MOST_TASKS]]
            self._status.update(Text.assemble(head, *tasks))

    def locating(self, progress: LocateProgress) -> None:
        """Show where a location run stands, likewise."""
        parts = [f"{progress.seconds:6.1f} s  {progress.phase}"]
        if math.isfinite(progress.value):
            parts.append(f"best {progress.value:,.10g}")
        parts.append(f"bound {progress.bound:,.10g}")
        if math.isfinite(progress.value) and progress.value > 0:
            parts.append(f"gap {1 - progress.bound / progress.value:.4%}")
        self._show("  ".join(parts), progress.phase, progress.phase, progress.value)

    def _show(self, line: str, step: str, phase: str, objective: float | None) -> None:
        """Show a line in place on a terminal, else where the step or the objective is another.

        Phases may change many times a second: they have a line every two seconds at most.
        """
        if self._quiet:
            return
        if self._status is not None:
            self._status.update(Text(line))
            return
        now = time.monotonic()
        when, last_step, last_phase, last_objective = self._last
        waited = LINE_EVERY if phase != last_phase else 5 * LINE_EVERY
        if step != last_step or objective != last_objective or now - when >= waited:
            self._last = (now, step, phase, objective)
            say(line)

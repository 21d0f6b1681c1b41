"""Every error that Lynchpin raises on purpose, as one tree.

    LynchpinError
    ├── StudyError      the study as a whole cannot be read or written
    │   └── InputError  its tables have findings, all listed at once
    ├── CatalogueError  catalogues of parts, or what is said of their columns, are not in order
    ├── OptionError     an option of a function or command is out of range
    ├── ModelError      the mathematics cannot be stated or was changed in a way that cannot be planned
    ├── SolveError      the solver stopped without a plan
    └── PlanError       a stored plan cannot be read, or does not pass its verifier

A message has up to four parts: the thing it is about, the problem, the value that was found and the cure.
Each is an attribute, so that a page or a program can show them apart. The command line exits
with `exit_code`.
"""

from collections.abc import Sequence
from typing import ClassVar


class LynchpinError(Exception):
    """Any error of Lynchpin's own; catch it to catch them all.

    thing    the name of what is wrong: a file, a table, an option, a decision
    problem  what is wrong with it, as a clause without a full stop
    value    the value that was found, shown as it would be typed; left out when None
    cure     what to do about it, as a sentence
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, *, thing: str = "", value: object = None, cure: str = "") -> None:
        super().__init__(problem)
        self.thing = thing
        self.problem = problem
        self.value = value
        self.cure = cure

    def __str__(self) -> str:
        """Return the parts as one text, as in `thing: problem, found 'value'. Cure`."""
        thing = f"{self.thing}: " if self.thing else ""
        found = "" if self.value is None else f", found {self.value!r}"
        cure = f". {self.cure}" if self.cure else ""
        return f"{thing}{self.problem}{found}{cure}"


class StudyError(LynchpinError):
    """The study as a whole cannot be read or written.

    Cure: name a folder that holds `study.toml`, or a workbook (`.xlsx`) with a sheet `study`; `lynchpin new
    DIR` makes one to start from.
    """


class InputError(StudyError):
    """The tables of a study are not in order; `findings` has every finding, not only the first.

    Cure: each finding names its file or sheet, row, column and value, and says what to write instead;
    `lynchpin check STUDY` prints them all.

    findings  one object for each finding; its text is one line of the message
    """

    def __init__(self, findings: Sequence[object]) -> None:
        count = len(findings)
        super().__init__(
            f"{count} {'finding' if count == 1 else 'findings'} in the study's tables",
            cure="Correct the tables and run `lynchpin check` again.",
        )
        self.args = (findings,)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the number of findings, then one line for each, then the cure."""
        return "\n".join([f"{self.problem}:", *(f"  {finding}" for finding in self.findings), self.cure])


class CatalogueError(LynchpinError):
    """Catalogues of parts cannot be read or compared; `findings` has every finding, not only the first.

    Cure: each finding names its file, row, column and value, and says what to write instead.

    findings  one object for each finding; empty where the message says all
    """

    def __init__(
        self,
        problem: str,
        *,
        thing: str = "",
        value: object = None,
        cure: str = "",
        findings: Sequence[object] = (),
    ) -> None:
        super().__init__(problem, thing=thing, value=value, cure=cure)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the message, with a line for each finding before the cure."""
        if not self.findings:
            return super().__str__()
        return "\n".join([f"{self.problem}:", *(f"  {finding}" for finding in self.findings), self.cure])


class OptionError(LynchpinError, ValueError):
    """An option of a function or of a command is out of its range or contradicts another.

    Cure: the message names the option, the value and what is allowed; `lynchpin COMMAND --help` lists the
    options.
    """

    exit_code: ClassVar[int] = 2


class ModelError(LynchpinError):
    """The mathematical model cannot be stated from the study, or was changed beyond added rows.

    Cure: add constraints to a model only; for any other change plan with `method="yearly"`.
    """


class SolveError(LynchpinError):
    """The solver stopped without any verified plan.

    Cure: give it more time (`--time-limit`), ask for less (`--gap`), or read the status in the message: an
    infeasible study names the rule to relax.

    status  the solver's answer in Lynchpin's words, for example `infeasible`, `time_limit` or `failed`
    """

    exit_code: ClassVar[int] = 4

    def __init__(
        self, problem: str, *, status: str = "failed", thing: str = "", value: object = None, cure: str = ""
    ) -> None:
        super().__init__(problem, thing=thing, value=value, cure=cure)
        self.status = status


class PlanError(LynchpinError):
    """A stored plan cannot be read, is incomplete, or does not pass its verifier.

    Cure: name a folder that `lynchpin plan STUDY -o PLAN` wrote; plan again when its tables were edited or
    come from a newer version.
    """

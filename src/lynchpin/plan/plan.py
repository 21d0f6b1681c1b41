"""A plan: the study it is for, what it decides, what it is worth and how that is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict

from lynchpin.errors import PlanError
from lynchpin.model.vectors import Vector
from lynchpin.plan import tables as plan_tables
from lynchpin.study.money_words import money_words
from lynchpin.study.study import Study

FORMAT_VERSION = 1
Status = Literal["optimal", "feasible", "infeasible", "interrupted"]


class Worst(BaseModel):
    """The worst violation of one rule: how much, in which unit, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    violation: float
    unit: str
    where: str


class OwnRow(BaseModel):
    """What a plan says of one constraint that a user added.

    name     as the user named it
    labels   number of its rows by label: exact, lifted, only checked
    binding  number of its rows that the plan keeps with nothing to spare
    slack    least distance of a row from its limit, in the row's own units
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    labels: dict[str, int]
    binding: int
    slack: float

    @property
    def words(self) -> str:
        """Return labels and slack in words."""
        known = ", ".join(
            label if len(self.labels) == 1 else f"{count} {label}" for label, count in self.labels.items()
        )
        return f"{known}; {f'{self.binding} binding' if self.binding else f'slack {self.slack:.6g}'}"


class PlanInfo(BaseModel):
    """What `plan.json` says: how the plan was made, what it is worth and how that is known.

    hashes are of the study's tables as the plan keeps them (scenario applied, lanes frozen), inputs of the
    tables as they were given; partners is the ledger's total of each partner; own_rows are the constraints
    that a user added, with how each was taken and kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format_version: int = FORMAT_VERSION
    study: str
    hashes: dict[str, str]
    inputs: dict[str, str]
    method: str
    sharing: str
    as_is: bool
    scenario: str | None
    options: dict[str, Any]
    seed: int
    versions: dict[str, str]
    started: str
    seconds: float
    phases: dict[str, float]
    status: Status
    objective_kind: Literal["contribution", "cost"]
    sense: Literal["max", "min"]
    objective: float
    bound: float | None
    bound_from: str
    gap: float | None
    verified: bool
    worst: dict[str, Worst]
    partners: dict[str, float]
    own_rows: tuple[OwnRow, ...] = ()


@dataclass(frozen=True, repr=False)
class Plan:
    """A plan of a study; a folder on disk holds the same.

    study       the study as planned: its scenario applied, its missing lanes filled in
    tables      every table of the statement's list of plan tables, maybe empty
    info        what `plan.json` says
    references  other plans of the same study to compare with: `partner` (every partner alone), `as-is`,
                and `what-if/NAME` for each scenario that was planned too
    notes       arrays that help a search which begins from this plan; nothing else hangs on them
    """

    study: Study
    tables: Mapping[str, pl.DataFrame]
    info: PlanInfo
    references: Mapping[str, Self] = field(default_factory=lambda: MappingProxyType({}))
    notes: Mapping[str, Vector] = field(default_factory=dict[str, Vector], compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", plan_tables.complete(self.tables))
        object.__setattr__(self, "references", MappingProxyType(dict(sorted(self.references.items()))))

    def table(self, name: str) -> pl.DataFrame:
        """Return the plan's table `name`; raises PlanError with the names there are."""
        if name not in self.tables:
            raise PlanError(
                "a plan has no such table", thing="table", value=name, cure=f"Use {', '.join(self.tables)}."
            )
        return self.tables[name]

    @property
    def ledger(self) -> pl.DataFrame:
        """Money by line, partner, model, site, market and period; `money` adds up to the contribution."""
        return self.tables["ledger"]

    @property
    def objective(self) -> float:
        """Present value in the study's currency: contribution, or cost where that is the objective."""
        return self.info.objective

    @property
    def bound(self) -> float | None:
        """No plan is better than this; None where nothing is known."""
        return self.info.bound

    @property
    def gap(self) -> float | None:
        """Distance of the bound from the objective as a share of it; None where nothing is known."""
        return self.info.gap

    @property
    def status(self) -> Status:
        """Whether the plan is optimal within the gap, feasible, or kept from an interrupted run."""
        return self.info.status

    @property
    def verified(self) -> bool:
        """Whether the independent verifier found every rule kept and every figure right."""
        return self.info.verified

    def save(self, path: str | Path) -> Path:
        """Write the plan to a folder in one step; see `lynchpin.save_plan`."""
        return _front().save_plan(self, path)

    def report(self, path: str | Path) -> Path:
        """Write one self-contained page about the plan that opens offline; returns its path."""
        return _front().write_report(self, path)

    def to_excel(self, path: str | Path) -> Path:
        """Write the plan as a workbook with a profit-and-loss sheet in live formulas; returns its path."""
        return _front().write_workbook(self, path)

    def commonality(self, *, visible: Mapping[str, float] | None = None) -> Any:
        """Return how common the parts are that the plan's models carry; see `lynchpin.commonality`."""
        return _front().commonality(self, visible=visible)

    @property
    def figures(self) -> Any:
        """The plan's figures, each a function that returns a plotly figure: `plan.figures.flows()`."""
        return _front().figures_of(self)

    def __repr__(self) -> str:
        """Return a summary of a few lines."""
        return "\n".join(f"{label:<12} {text}" for label, text in summary(self))

    def _repr_html_(self) -> str:
        """Return the summary as a table for notebooks."""
        left = "style='text-align:left'"
        rows = "".join(
            f"<tr><th {left}>{escape(label)}</th><td {left}>{escape(text)}</td></tr>"
            for label, text in summary(self)
        )
        return f"<table>{rows}</table>"


def _front() -> Any:
    """Return what lies to the right and a user may call on a plan; opened late (docs/decisions/0003)."""
    return import_module("lynchpin.api")


def summary(plan: Plan) -> list[tuple[str, str]]:
    """Return label and text of each line of a plan's summary."""
    info, settings = plan.info, plan.study.settings
    scope = "as it is today" if info.as_is else f"sharing by {info.sharing}"
    scenario = f", scenario {info.scenario}" if info.scenario else ""
    lines = [
        ("plan", f"{info.study}, {scope}{scenario}, method {info.method}"),
        (info.objective_kind, money_words(info.objective, settings.currency)),
        ("bound", _bound_text(info, settings.currency)),
        ("status", f"{info.status}, {'verified' if info.verified else 'NOT verified'}"),
        ("decided", _decided_text(plan)),
    ]
    partners = [
        f"{partner} {money_words(money, settings.currency)}"
        for partner, money in sorted(info.partners.items())
    ]
    if partners:
        lines.append(("partners", ", ".join(partners)))
    lines += [("own row", f"{row.name}: {row.words}") for row in info.own_rows]
    for name, other in plan.references.items():
        sign = 1 if info.sense == "max" else -1
        better = money_words(sign * (info.objective - other.info.objective), settings.currency, sign=True)
        lines.append(("against", f"{name}: {better}"))
    return lines


def _bound_text(info: PlanInfo, currency: str) -> str:
    """Return the bound, the gap and how the bound is known."""
    if info.bound is None or info.gap is None:
        return "not known"
    return f"{money_words(info.bound, currency)}, gap {info.gap:.3%} ({info.bound_from})"


def _decided_text(plan: Plan) -> str:
    """Return how many versions, variants, nominations and allocations the plan has."""
    tables = plan.tables
    variants = tables["keep"]["variant"].n_unique()
    return (
        f"{tables['launch'].height} versions, {variants} variants, {tables['nominate'].height} nominations, "
        f"{tables['allocate'].height} allocations, {tables['open'].height} sites open"
    )

"""Where the making of a plan stands, in the plan's own sense: contribution rises, its bound falls."""

from dataclasses import dataclass
from typing import Protocol

from lynchpin.study.money_words import money_words


@dataclass(frozen=True, kw_only=True)
class PlanProgress:
    """News of a run; printing it gives one line.

    elapsed    seconds since the call
    phase      which plan is made and what is being done
    objective  of the best verified plan so far, in the study's currency; None while there is none
    bound      no plan is better; None while unknown
    gap        |bound − objective| / |objective|; None while either is unknown
    """

    elapsed: float
    phase: str
    objective: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """Distance of the bound from the objective as a share of the objective."""
        if self.objective is None or self.bound is None:
            return None
        return plan_gap(self.objective, self.bound)

    def __str__(self) -> str:
        """Return one line: seconds, phase, incumbent, bound and gap."""
        parts = [f"{self.elapsed:6.1f} s  {self.phase}"]
        if self.objective is not None:
            parts.append(f"best {money_words(self.objective)}")
        if self.bound is not None:
            parts.append(f"bound {money_words(self.bound)}")
        if self.gap is not None:
            parts.append(f"gap {self.gap:.2%}")
        return "  ".join(parts)


class OnPlanProgress(Protocol):
    """Anything that can be told how the making of a plan stands, such as `print`."""

    def __call__(self, progress: PlanProgress, /) -> object:
        """Take the news."""
        ...


def plan_gap(objective: float, bound: float) -> float:
    """Return |bound − objective| / max(|objective|, 1e-9), the gap of the statement."""
    return abs(bound - objective) / max(abs(objective), 1e-9)

"""The Lagrangian bound: multipliers for the needs, raised by a subgradient method, and what they fix.

With λ[i] as the price at which need i is served anywhere, the needs no longer tie the facilities together,
and each facility is worth ρ[j] by itself (`proof` has the formulas). The arcs of a need are sorted by cost,
so a pass stops at the first that is not cheaper than λ[i]: most are never touched. Steps are Polyak's
towards the best value known, along a direction that keeps a part of the last one; the factor shrinks when
the bound stalls.

Where the number of facilities is not limited, dual ascent comes first: the λ[i] are raised in turn from
cost to cost for as long as no ρ[j] falls below nought, so that L(λ) = Σ_i λ[i]; facilities with ρ[j] = 0 make
up a solution (Erlenkotter, "A dual-based procedure for uncapacitated facility location", Opns Res. 26 (1978)
992-1009). It takes a few passes over the arcs that are cheaper than λ, and where the relaxation is nearly
whole, little is left to do.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np

from lynchpin.catalogue import kernels, kernels_dual, kernels_swap
from lynchpin.catalogue.core import Core, Flags, Floats, Status

EFFORT, LEAST_EFFORT = 100, 10**9  # arcs passed in dual ascent for each arc there is, and at least
SMALLEST = 0.004  # step factor at which the ascent is over


@dataclass
class Ascent:
    """An ascent under way over one core.

    multipliers  (N) where the search stands
    best         (N) the best so far
    bound        their bound
    average      (F) how often each facility was chosen of late
    factor       what steps are multiplied by
    """

    core: Core
    multipliers: Floats
    best: Floats
    average: Floats
    bound: float = -kernels.FAR
    factor: float = 1.0
    stalled: float = 0.0

    def run(self, iterations: int, target: float, cutoff: float, patience: int = 20) -> float:
        """Go on for some iterations and return the best bound; FAR when the counts cannot be met."""
        state = np.array([self.factor, self.bound, self.stalled])
        kernels.ascend(
            *self.core.by_need,
            self.core.status,
            self.core.low,
            self.core.high,
            self.multipliers,
            self.best,
            self.average,
            np.zeros(4),
            state,
            iterations,
            target,
            cutoff,
            patience,
        )
        self.factor, self.bound, self.stalled = (float(number) for number in state)
        return self.bound

    @property
    def exhausted(self) -> bool:
        """Return whether the steps have become too small to go on."""
        return self.factor < SMALLEST

    def moved(self, core: Core, kept: Flags) -> "Ascent":
        """Return the ascent on a core from which facilities were taken.

        kept  (F) which of the facilities are left
        """
        last = core.pointer[1:] - 1
        cap = np.where(core.status[core.facility[last]] == 1, core.cost[last], np.inf)
        best = np.minimum(self.best, cap)
        bound = bound_at(core, best)[0]
        return Ascent(core, best.copy(), best, self.average[kept].copy(), bound, self.factor)


def begin(core: Core, is_open: Flags) -> Ascent:
    """Return an ascent that starts from a solution: between each need's nearest and second nearest."""
    nearest, second = (np.empty(core.needs, np.int64) for _ in range(2))
    kernels_swap.nearest(core.pointer, core.facility, is_open, nearest, second)
    end = core.pointer[1:]
    last = core.cost[end - 1]
    near = np.where(nearest < end, core.cost[np.minimum(nearest, core.size - 1)], last)
    far = np.where(second < end, core.cost[np.minimum(second, core.size - 1)], near)
    start = near + 0.3 * (far - near)
    return Ascent(core, start.copy(), start, np.full(core.facilities, 0.5))


def dual_ascent(core: Core) -> tuple[Ascent, Flags]:
    """Return an ascent that starts from dual ascent, and the facilities of the solution it points at.

    core  without a limit on the number of facilities
    """
    multipliers = core.cost[core.pointer[:-1]]
    slack = np.where(core.status == 1, 0.0, core.opening)
    arcs = core.pointer, core.facility, core.cost
    turns = np.argsort(np.diff(core.pointer), kind="stable")
    effort = max(LEAST_EFFORT, EFFORT * core.size)
    kernels_dual.climb(*arcs, slack, multipliers, core.pointer[:-1] + 1, turns, effort)
    is_open = core.status == 1
    order = np.argsort(multipliers, kind="stable")
    kernels_dual.point(*arcs, slack, multipliers, order, 1e-9 * core.opening, is_open)
    ascent = Ascent(core, multipliers.copy(), multipliers, is_open.astype(np.float64))
    ascent.bound = bound_at(core, multipliers)[0]
    return ascent, is_open


def bound_at(core: Core, multipliers: Floats) -> tuple[float, Floats, Flags, Floats]:
    """Return L(λ), ρ (F), which facilities are chosen (F), and the ends of the choice (`kernels.choose`)."""
    reduced, chosen, ends = np.empty(core.facilities), np.empty(core.facilities, np.bool_), np.zeros(4)
    total = cast("float", kernels.price(*core.by_need, multipliers, reduced))
    rest = cast("float", kernels.choose(reduced, core.status, core.low, core.high, chosen, ends))
    return (total + rest if rest < kernels.FAR else kernels.FAR), reduced, chosen, ends


def fixed(core: Core, multipliers: Floats, cutoff: float) -> tuple[float, Status, Floats]:
    """Return L(λ), the status of each facility (F) after what the same λ fixes, and ρ (F).

    cutoff  value that a better solution stays below
    """
    bound, reduced, chosen, ends = bound_at(core, multipliers)
    status = core.status.copy()
    if bound < cutoff:
        kernels.fix(reduced, status, chosen, ends, bound, cutoff)
    return bound, status, reduced

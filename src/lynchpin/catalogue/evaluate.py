"""An independent evaluator of certificates: value and bound, from the arcs and the multipliers alone.

It shares no code with the engine that made the certificate, only the arcs and the certificate's data, and
trusts nothing in it. For a node of the tree with multipliers λ, over the original arcs,

    ρ[j] = f[j] − Σ_i max(0, λ[i] − c[i, j])
    L    = Σ_i λ[i] + Σ_(j open) ρ[j] + least Σ ρ[j] over an allowed number of free j

is at most the value of every solution that keeps to what was fixed above the node. For its open set S,

    Σ_i min_(j in S) c[i, j]  >=  Σ_i (λ[i] − Σ_(j in S) max(0, λ[i] − c[i, j])),

and adding Σ_(j in S) f[j] gives Σ_i λ[i] + Σ_(j in S) ρ[j]. No sign or optimality of λ is assumed.

A facility that the certificate closes (opens) at a node is accepted where L with that facility open (closed)
instead, at the same λ and the same fixings above, reaches the value of the certificate's own solution;
else it is a finding and is not used. A facility left out as dominated is accepted where its partner opens as
cheaply, serves the same needs as cheaply, and was not left out before; with exactly p facilities, only
where in addition p others stay and the p-th cheapest of them opens as cheaply, so that a solution with
both can take another one instead. The least over the leaves of the largest bound on the way to each is the
bound, and never above the value.

Parts. Below a chain of nodes that opened O and left facilities free, need i costs at most o[i] = min_(j in O)
c[i, j]. Where every free facility and need with c[i, j] < o[i] lie in the same part, what is left to
decide falls apart: each part has a tree of its own with λ[i] cut down to o[i], judged against the part's own
solution, and the bound is Σ_(j in O) f[j] + Σ_(i in no part) o[i] + Σ bounds of the parts.

Sums. Each ρ is lowered by the largest error that its floating-point sum can have, (n + 2) 2⁻⁵² times the
sum of sizes; sums over needs and facilities are exact (`math.fsum`). The bound is therefore true as it
stands; values are compared to within 1e-9 of their size.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.evaluate_dominance import left_out
from lynchpin.catalogue.evaluate_tree import FREE, OPEN, Problem, Status, Target, Tree, slack
from lynchpin.catalogue.proof import Certificate, Part

Floats = npt.NDArray[np.float64]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]

MOST_FINDINGS = 20


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a certificate proves.

    value     cost of its solution, recomputed; infinite where it has none
    bound     no solution is cheaper: from the multipliers alone
    claimed   the bound that the certificate claims
    solver    on whose word the claim rests where `bound` does not reach it; else empty
    findings  what is wrong with the certificate, one sentence each
    """

    value: float
    bound: float
    claimed: float
    solver: str
    findings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong: what is claimed is proven, or is said to rest on a solver."""
        return not self.findings

    @property
    def optimal(self) -> bool:
        """Whether the multipliers alone prove that no solution is cheaper than this one."""
        return self.bound >= self.value - slack(self.value)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data; None where a number is infinite."""
        numbers = {"value": self.value, "bound": self.bound, "claimed": self.claimed}
        return {
            "ok": self.ok,
            "optimal": self.optimal,
            **{name: number if math.isfinite(number) else None for name, number in numbers.items()},
            "solver": self.solver,
            "findings": [*self.findings],
        }

    def __str__(self) -> str:
        """Return what is proven, by what, and what is wrong."""
        lines = [*self.findings]
        if math.isfinite(self.value):
            lines.append(f"The solution costs {self.value:,.10g}.")
        else:
            lines.append("The certificate has no solution.")
        least = f"no solution costs less than {self.bound:,.10g}"
        proven = least if math.isfinite(self.bound) else "there is no solution"
        lines.append(f"By the multipliers alone, {proven}.")
        if self.optimal and math.isfinite(self.value):
            lines.append("So it is optimal.")
        if self.solver:
            claim = (
                f"none costs less than {self.claimed:,.10g}"
                if math.isfinite(self.claimed)
                else "there is none"
            )
            lines.append(f"That {claim} rests on the word of {self.solver}.")
        return "\n".join(lines)


def evaluate(certificate: Certificate, arcs: Arcs) -> Evaluation:
    """Return what a certificate proves about arcs.

    Raises nothing for a wrong certificate: what is wrong with it is in the findings, and the bound holds all
    the same.
    """
    judge = _Judge(arcs, certificate)
    value = judge.value()
    bound = min(judge.bound(judge.target(value)), value)
    claimed = certificate.bound
    short = claimed > bound + slack(claimed)
    if short and not certificate.solver:
        judge.find(f"The bound {claimed:,.10g} is claimed, the multipliers prove {bound:,.10g}.")
    if claimed > value + slack(value):
        judge.find(f"The bound {claimed:,.10g} is above the value {value:,.10g}.")
    if certificate.proven > bound + slack(certificate.proven):
        judge.find(f"Said to be proven is {certificate.proven:,.10g}, proven is {bound:,.10g}.")
    return Evaluation(
        value=value,
        bound=bound,
        claimed=claimed,
        solver=certificate.solver if short else "",
        findings=judge.findings,
    )


class _Judge:
    """Holds one certificate against its arcs, and notes what is wrong with it."""

    def __init__(self, arcs: Arcs, certificate: Certificate) -> None:
        self.certificate = certificate
        needs = arcs.pointer.size - 1
        self.problem = Problem(
            opening=np.asarray(arcs.opening, np.float64),
            names=np.arange(arcs.opening.size, dtype=np.int32),
            need=np.repeat(np.arange(needs, dtype=np.int32), np.diff(arcs.pointer)),
            facility=np.asarray(arcs.facility, np.int32),
            cost=np.asarray(arcs.cost, np.float64),
            reserve=np.full(needs, math.inf),
            at_most=certificate.at_most,
            exactly=certificate.exactly,
        )
        self._found: list[str] = []

    @property
    def findings(self) -> tuple[str, ...]:
        """The first findings, and how many more there are."""
        more = len(self._found) - MOST_FINDINGS
        tail = (f"And {more} findings more.",) if more > 0 else ()
        return (*self._found[:MOST_FINDINGS], *tail)

    def find(self, sentence: str) -> None:
        """Note what is wrong."""
        self._found.append(sentence)

    def value(self) -> float:
        """Return the cost of the certificate's solution; infinite where it has none."""
        chosen, claimed = np.asarray(self.certificate.solution), self.certificate.value
        if chosen.size == 0 and self.problem.reserve.size:
            if math.isfinite(claimed):
                self.find("It claims a value and has no solution.")
            return math.inf
        most, exactly = self.certificate.at_most, self.certificate.exactly
        value = math.inf
        if ((chosen < 0) | (chosen >= self.problem.opening.size)).any() or np.unique(
            chosen
        ).size != chosen.size:
            self.find("The solution names a facility that there is not, or one twice.")
        elif (most is not None and chosen.size > most) or (exactly is not None and chosen.size != exactly):
            self.find(f"The solution opens {chosen.size} facilities, which is not allowed.")
        else:
            least = _served(self.problem, chosen)
            value = math.fsum([*self.problem.opening[chosen], *least])
        if not (value == claimed or abs(value - claimed) <= slack(value)):
            self.find(f"The solution is said to cost {claimed:,.10g}, it costs {value:,.10g}.")
        return value

    def target(self, value: float) -> Target:
        """Return what a better solution would have to beat, by a step where all costs are multiples."""
        step = self.certificate.step
        if step == 0 or not math.isfinite(value):
            return _target(value, 0.0)
        wrong = math.inf
        if math.isfinite(step) and step > 0:
            wrong = sum(
                count * float(np.abs(numbers - np.round(numbers / step) * step).max(initial=0.0))
                for count, numbers in (
                    (self.problem.reserve.size, self.problem.cost),
                    (self.problem.opening.size, self.problem.opening),
                )
            )
        if not wrong <= slack(value) < step / 4:
            self.find(f"Not all costs are multiples of {step:.10g}, or they are too large to tell.")
            step = 0.0
        return _target(value, step)

    def bound(self, target: Target) -> float:
        """Return the bound of the whole tree, or of the chain and the parts below it."""
        certificate, problem = self.certificate, self.problem
        status = left_out(problem, certificate.dominated, self.find)
        tree = Tree(certificate.nodes, problem, target, status, called="the problem", find=self.find)
        if not certificate.parts:
            return tree.bound()
        reached = tree.chain()
        if reached >= target.cutoff or certificate.at_most is not None or certificate.exactly is not None:
            return target.rounded(reached)
        return max(target.rounded(reached), self._parts(status, target))

    def _parts(self, status: Status, target: Target) -> float:
        """Return the bound of what the opened facilities cost and serve, and of each part beside them."""
        problem, parts = self.problem, self.certificate.parts
        opened = np.flatnonzero(status == OPEN)
        reserve = _served(problem, opened)
        matters = np.flatnonzero((status[problem.facility] == FREE) & (problem.cost < reserve[problem.need]))
        owner_need, owner_facility = self._owners(parts)
        apart = owner_need[problem.need[matters]] != owner_facility[problem.facility[matters]]
        if apart.any() or (owner_need[problem.need[matters]] < 0).any():
            self.find("The parts are not apart: an arc leads out of one.")
            return 0.0
        belongs = owner_need[problem.need[matters]]
        order = matters[np.argsort(belongs, kind="stable")]
        ends = np.concatenate([[0], np.cumsum(np.bincount(belongs, minlength=len(parts)))])
        bounds = [
            self._part(k, part, order[ends[k] : ends[k + 1]], reserve, target.step)
            for k, part in enumerate(parts)
        ]
        return math.fsum([*problem.opening[opened], *reserve[owner_need < 0], *bounds])

    def _owners(self, parts: tuple[Part, ...]) -> tuple[Ids, Ids]:
        """Return the part of each need and of each facility, -1 where it is in none."""
        owners = (
            np.full(self.problem.reserve.size, -1, np.int32),
            np.full(self.problem.opening.size, -1, np.int32),
        )
        for k, part in enumerate(parts):
            for owner, members, what in zip(
                owners, (part.needs, part.facilities), ("need", "facility"), strict=True
            ):
                inside = members[(members >= 0) & (members < owner.size)]
                if inside.size != members.size or (owner[inside] >= 0).any() or (np.diff(members) <= 0).any():
                    self.find(f"Part {k} has a {what} that is another part's, or that there is not.")
                owner[inside] = k
        return owners

    def _part(self, k: int, part: Part, arcs: Places, reserve: Floats, step: float) -> float:
        """Return the bound of a part, judged against its own solution."""
        whole = self.problem
        needs, facilities = np.unique(part.needs), np.unique(part.facilities)
        if needs.size != part.needs.size or facilities.size != part.facilities.size:
            return 0.0
        problem = Problem(
            opening=whole.opening[facilities],
            names=facilities,
            need=np.searchsorted(needs, whole.need[arcs]).astype(np.int32),
            facility=np.searchsorted(facilities, whole.facility[arcs]).astype(np.int32),
            cost=whole.cost[arcs],
            reserve=reserve[needs],
        )
        if not np.isin(part.open, facilities).all() or np.unique(part.open).size != part.open.size:
            self.find(f"Part {k} opens a facility that is not its own, or one twice.")
            return 0.0
        chosen = np.searchsorted(facilities, part.open)
        value = math.fsum([*problem.opening[chosen], *_served(problem, chosen)])
        status = np.zeros(facilities.size, np.int8)
        tree = Tree(part.nodes, problem, _target(value, step), status, called=f"part {k}", find=self.find)
        return min(tree.bound(), value)


def _served(problem: Problem, chosen: npt.NDArray[np.integer]) -> Floats:
    """Return what each need costs (N) at the cheapest of some facilities, or in reserve."""
    usable = np.zeros(problem.opening.size, bool)
    usable[chosen] = True
    arcs = np.flatnonzero(usable[problem.facility])
    least = problem.reserve.copy()
    np.minimum.at(least, problem.need[arcs], problem.cost[arcs])
    return least


def _target(value: float, step: float) -> Target:
    """Return what is better than a value: less by a step, with room for rounding on both sides."""
    near = slack(value)
    return Target(cutoff=value - step + 2 * near if step else value - near, step=step)

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

What is open counts. Let o[i] be the cost of need i at what is open by then. Some best solution serves i
over one arc at o[i] to an open facility, or over a cheaper one to a free facility; other arcs are left
out of ρ.

Groups. Needs that rank the same facilities in the same order are served best by the same one, whatever is
open: they count as one need with the sums of their costs.

Cycles. Let j(1)..j(K) be facilities, K odd and at least 3, neighbours different, and i(k) any needs. The
pairs k with j(k) or j(k + 1) open are at most min(K, 2 t) where t = Σ_k open[j(k)], and each counts at
most one service, so

    Σ_k (serve[i(k), j(k)] + serve[i(k), j(k + 1)]) − Σ_k open[j(k)]  <=  min(K, 2 t) − t  <=  (K − 1) / 2.

Adding μ >= 0 times the left side to the cost of a solution adds at most μ (K − 1) / 2: costs c + μ and
openings f − μ on the cycle give a bound that is too high by no more than that.

Parts. Below a chain of nodes that opened O, where every free facility and need with c[i, j] < o[i] lie in
the same part, what is left to decide falls apart once a limit on the number is let go, which can only lower
the least value. Each part has a tree of its own, with all of O as one facility that is open and serves i at
o[i], judged against the part's own solution, and the bound is Σ_(j in O) f[j] + Σ_(i in no part) o[i] + Σ
bounds of the parts. There may be no parts at all.

Sums. Each ρ is lowered by the largest error that its floating-point sum can have: sums are pairwise, so
40 × 2⁻⁵² times their size is more than enough, and what went into a cost before is added to it. Sums over
needs and facilities are exact (`math.fsum`). The bound is therefore true as it stands. Values are
compared to within 1e-9 of their size; where all costs are multiples of a step, a better value is lower by
a step.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.evaluate_dominance import left_out
from lynchpin.catalogue.evaluate_groups import alike, together
from lynchpin.catalogue.evaluate_problem import Floats, Ids, Places, Problem
from lynchpin.catalogue.evaluate_tree import CLOSED, FREE, OPEN, Status, Target, Tree, slack
from lynchpin.catalogue.proof import Certificate, Part

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
    bound = judge.bound(value)
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
        self.certificate, self.arcs = certificate, arcs
        self.opening: Floats = np.asarray(arcs.opening, np.float64)
        self.need = np.repeat(np.arange(arcs.pointer.size - 1, dtype=np.int32), np.diff(arcs.pointer))
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
        if chosen.size == 0 and self.need.size:
            if math.isfinite(claimed):
                self.find("It claims a value and has no solution.")
            return math.inf
        most, exactly = self.certificate.at_most, self.certificate.exactly
        value = math.inf
        if ((chosen < 0) | (chosen >= self.opening.size)).any() or np.unique(chosen).size != chosen.size:
            self.find("The solution names a facility that there is not, or one twice.")
        elif (most is not None and chosen.size > most) or (exactly is not None and chosen.size != exactly):
            self.find(f"The solution opens {chosen.size} facilities, which is not allowed.")
        else:
            value = math.fsum([*self.opening[chosen], *self._least(chosen)])
        if not (value == claimed or abs(value - claimed) <= slack(value)):
            self.find(f"The solution is said to cost {claimed:,.10g}, it costs {value:,.10g}.")
        return value

    def _least(self, chosen: npt.NDArray[np.integer]) -> Floats:
        """Return the cost of each need at the cheapest of some facilities."""
        is_open = np.zeros(self.opening.size, bool)
        is_open[chosen] = True
        arcs = np.flatnonzero(is_open[self.arcs.facility])
        least = np.full(self.arcs.pointer.size - 1, np.inf)
        np.minimum.at(least, self.need[arcs], self.arcs.cost[arcs])
        return least

    def problem(self, step: float) -> Problem:
        """Return the problem, with needs of one group as one need."""
        arcs, group = self.arcs, self.certificate.group
        needs = arcs.pointer.size - 1
        need, facility, cost = self.need, arcs.facility, arcs.cost
        rounding, groups = np.zeros(cost.size, np.int32), np.arange(needs, dtype=np.int32)
        if group is not None and alike(arcs, group, self.find):
            groups = np.arange(int(group.max()) + 1, dtype=np.int32)
            need, facility, cost, rounding = together(arcs, group)
            rounding = np.zeros_like(rounding) if step else rounding  # whole numbers add up exactly
        most, exactly = self.certificate.at_most, self.certificate.exactly
        if exactly is not None and exactly <= self.opening.size and not self.opening.any():
            most, exactly = exactly, None  # idle facilities fill up the number and cost nothing
        return Problem.of(
            need, facility, cost, rounding, opening=self.opening,
            names=np.arange(self.opening.size, dtype=np.int32), groups=groups, at_most=most, exactly=exactly,
        )  # fmt: skip

    def step(self) -> float:
        """Return the step that the certificate names where all costs are multiples of it, else 0."""
        step, numbers = self.certificate.step, (self.arcs.cost, self.opening)
        if step == 0:
            return 0.0
        exact = math.isfinite(step) and step > 0 and all((part % step == 0).all() for part in numbers)
        if not exact or float(sum(part.sum() for part in numbers)) >= 2**52 * step:
            self.find(f"Not all costs are multiples of {step:.10g}, or they are too large to tell.")
            return 0.0
        return step

    def bound(self, value: float) -> float:
        """Return the bound of the whole tree, or of the chain and the parts below it."""
        certificate, step = self.certificate, self.step()
        problem = self.problem(step)
        status = left_out(problem, certificate.dominated, self.find)
        target = _target(problem, value, step, status)
        tree = Tree(certificate.nodes, problem, target, status, called="the problem", find=self.find)
        if any(node.facility >= 0 for node in certificate.nodes):
            if certificate.parts:
                self.find("There are parts below a tree with branches.")
            return min(tree.bound(), value)
        reached = tree.chain()
        if reached >= target.cutoff:
            return value
        return min(value, max(target.rounded(reached), self._parts(problem, status, step)))

    def _parts(self, problem: Problem, status: Status, step: float) -> float:
        """Return the bound of what the opened facilities cost and serve, and of each part beside them."""
        parts = self.certificate.parts
        opened = np.flatnonzero(status == OPEN)
        reserve, _ = problem.served(opened)
        matters = np.flatnonzero((status[problem.facility] == FREE) & (problem.cost < reserve[problem.need]))
        members = [self._members(problem, k, part) for k, part in enumerate(parts)]
        owner_need = _owners(problem.needs, [needs for needs, _ in members])
        owner_facility = _owners(problem.opening.size, [facilities for _, facilities in members])
        belongs = owner_need[problem.need[matters]]
        usable = problem.need[status[problem.facility] != CLOSED]
        if (np.bincount(usable, minlength=problem.needs) == 0).any():
            return math.inf  # no better solution serves this need
        if matters.size and not parts:
            return 0.0
        if (belongs < 0).any() or (belongs != owner_facility[problem.facility[matters]]).any():
            self.find("The parts are not apart: an arc leads out of one, or a need is in two.")
            return 0.0
        order = matters[np.argsort(belongs, kind="stable")]
        ends = np.concatenate([[0], np.cumsum(np.bincount(belongs, minlength=len(parts)))])
        bounds = [
            self._part(k, part, _beside(problem, order[ends[k] : ends[k + 1]], *members[k], reserve), step)
            for k, part in enumerate(parts)
        ]
        return math.fsum([*problem.opening[opened], *reserve[owner_need < 0], *bounds])

    def _members(self, problem: Problem, k: int, part: Part) -> tuple[Ids, Ids]:
        """Return needs and facilities of a part, each once and sorted; find fault with others."""
        lists: list[Ids] = []
        for members, count in ((part.needs, problem.needs), (part.facilities, problem.opening.size)):
            known = np.unique(members[(members >= 0) & (members < count)]).astype(np.int32)
            if known.size != members.size or (known != members).any():
                self.find(f"Part {k} has a need or facility that there is not, or twice, or out of order.")
            lists.append(known)
        return lists[0], lists[1]

    def _part(self, k: int, part: Part, problem: Problem, step: float) -> float:
        """Return the bound of a part, judged against its own solution."""
        chosen = problem.local(part.open)
        if (chosen < 1).any() or np.unique(chosen).size != chosen.size:
            self.find(f"Part {k} opens a facility that is not its own, or one twice.")
            return 0.0
        chosen = np.append(0, chosen)
        value = math.fsum([*problem.opening[chosen], *problem.served(chosen)[0]])
        status = np.zeros(problem.opening.size, np.int8)
        status[0] = OPEN
        target = _target(problem, value, step, status)
        tree = Tree(part.nodes, problem, target, status, called=f"part {k}", find=self.find)
        return min(tree.bound(), value)


def _owners(size: int, lists: list[Ids]) -> Ids:
    """Return the list that each number is in: -1 for none, -2 for several."""
    owner = np.full(size, -1, np.int32)
    for k, members in enumerate(lists):
        owner[members] = np.where(owner[members] == -1, k, -2)
    return owner


def _beside(problem: Problem, arcs: Places, needs: Ids, facilities: Ids, reserve: Floats) -> Problem:
    """Return the problem of a part; its first facility, named -1, is open and stands for all that is open."""
    served = np.flatnonzero(np.isfinite(reserve[needs])).astype(np.int32)
    own_need = np.searchsorted(needs, problem.need[arcs]).astype(np.int32)
    own_facility = 1 + np.searchsorted(facilities, problem.facility[arcs]).astype(np.int32)
    return Problem.of(
        np.concatenate([served, own_need]),
        np.concatenate([np.zeros_like(served), own_facility]),
        np.concatenate([reserve[needs][served], problem.cost[arcs]]),
        np.concatenate([np.zeros_like(served), problem.rounding[arcs]]),
        opening=np.concatenate([[0.0], problem.opening[facilities]]),
        names=np.concatenate([[-1], facilities]).astype(np.int32),
        groups=needs,
    )


def _target(problem: Problem, value: float, step: float, status: Status) -> Target:
    """Return what a better solution would have to beat: the known one, or what no solution can cost."""
    if math.isinf(value):
        highest = np.zeros(problem.needs)
        usable = status[problem.facility] != CLOSED
        np.maximum.at(highest, problem.need[usable], problem.cost[usable])
        most = math.fsum([*problem.opening[status != CLOSED], *highest])
        return Target(value=value, cutoff=0.5 + 1.0001 * most, step=step)
    cutoff = value - slack(value)
    if step:  # no value lies between this one and the next that is less by a step
        cutoff = min(cutoff, float(np.nextafter(value - step, math.inf)))
    return Target(value=value, cutoff=cutoff, step=step)

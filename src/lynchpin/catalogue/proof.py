"""What a location engine hands over so that anybody can recompute its bound.

For multipliers λ[i], one for each need, and facilities that are free, open or closed,

    ρ[j] = f[j] + Σ_i min(0, c[i, j] − λ[i])                                       over the arcs of j
    L(λ) = Σ_i λ[i] + Σ_(j open) ρ[j] + min over the choices of free j of Σ ρ[j]

is at most the value of every solution that opens what is open and closes what is closed. Without a limit on
the number of facilities, the best choice takes every ρ[j] < 0; with `at_most` or `exactly` p it takes as
many of the smallest as are allowed. A facility may be closed (opened) where L(λ), computed with it opened
(closed) instead, leaves no room for a better solution: it reaches the value that is already known, to
within 1e-9 of it, or exceeds value − step where all costs are multiples of `step`. Both use the same λ.

**Arcs that count.** Arcs of need i that cost at least o[i], the cost at which the facilities that are open by
then serve it, may be left out of ρ, but for one arc to an open facility that costs o[i].

**Needs as one.** Needs in one group (`group`) can serve the same facilities, and rank them alike by cost,
so that some best solution serves them all from the same facility. They count as one need whose costs are
the sums of theirs: i, λ and all below are about groups where there are any.

**Cycles.** Odd cycles of facilities j(1)..j(K) with a need i(k) for each two neighbours, that both can serve:

    Σ_k (serve[i(k), j(k)] + serve[i(k), j(k+1)]) − Σ_k open[j(k)] <= (K − 1) / 2

holds for every solution: t open facilities of the cycle serve at most min(K, 2 t) of the pairs. With
weights μ >= 0, a node may use the bent costs c'[i, j] = c[i, j] + Σ μ · (how often i, j stands in the
cycle) and f'[j] = f[j] − Σ μ · (1 if j stands in it) in place of c and f, and its bound is L less Σ μ (K −
1) / 2. What o[i] and which arcs count is still judged by c.

A proof is a tree of nodes. Each takes over what its parent has fixed and, when it is a branch, one facility
more; its own λ gives a bound and fixes more facilities for the nodes below. Children are either one node
that goes on with other multipliers, or two that open and close the same facility. The bound of a leaf is
the largest bound on the way to it, and the least over all leaves is the bound of the problem.

**Parts.** Without a limit on the number, what is left once facilities are fixed may fall apart. The nodes
of the problem are then a chain, and below the last of them every part has a tree of its own over its needs
and facilities. No arc cheaper than o[i] leads from a need of a part to a free facility outside it; all that
is open by then stands for the part as one open facility that costs nothing to open and o[i] to serve need
i. With what is open at the end of the chain, the bound is

    Σ_(j open) f[j] + Σ_(i in no part) o[i] + Σ_parts bound of the part

and a part's fixings are judged against the part's own value, not against that of the whole problem.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Cycles:
    """Odd cycles with weights: cycle k has the steps start[k]:start[k + 1], at least three and an odd number.

    start     (C + 1) where each cycle begins
    need      need of each step
    facility  facility at which each step begins; it ends where the next begins, the last where the first does
    weight    (C) μ, at least 0
    """

    start: Places
    need: Ids
    facility: Ids
    weight: Floats

    @property
    def constant(self) -> float:
        """Σ μ (K − 1) / 2, by which a bound of the bent problem is too high."""
        return float((self.weight * (np.diff(self.start) // 2)).sum())


@dataclass(frozen=True, eq=False, kw_only=True)
class Node:
    """One bound of a proof.

    parent       place of the parent in the list of nodes; -1 for the root
    facility     the facility that this branch opens or closes; -1 where it only goes on from its parent
    opened       whether the branch opens that facility
    multipliers  (N) λ, in 32 or 64 bits; any real numbers give a true bound
    cycles       cycles whose bent costs the node uses; None for the costs as they are
    bound        L(λ) with all that the parents have fixed and the branch, less what the cycles take off
    closed       facilities that λ proves closed in every better solution, sorted
    opening      facilities that λ proves open in every better solution, sorted
    """

    parent: int = -1
    facility: int = -1
    opened: bool = False
    multipliers: Floats | Singles
    cycles: Cycles | None = None
    bound: float
    closed: Ids
    opening: Ids


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """A part of a problem that has nothing to do with the rest, and its proof.

    needs       needs of the part, sorted; the multipliers of its nodes belong to them in this order (those in
                cycles keep the numbers that they have in the problem)
    facilities  free facilities of the part, sorted
    open        those of them that its own best solution opens, sorted
    value       cost of that solution: their opening, and each need at the cheapest of them or at o[i]
    bound       no solution of the part is cheaper
    nodes       the proof tree of the part, parents before children
    """

    needs: Ids
    facilities: Ids
    open: Ids
    value: float
    bound: float
    nodes: tuple[Node, ...]


@dataclass(frozen=True, eq=False, kw_only=True)
class Certificate:
    """A solution, a bound and all that is needed to recompute both from the arcs.

    solution   open facilities, sorted; empty when there is no solution
    value      its cost, recomputable from the arcs; infinite when there is no solution
    bound      no solution is cheaper
    at_most    most facilities that may be open; None without limit
    exactly    number of facilities that must be open; None when any
    step       every solution's value is a multiple of it (all costs are), so that a bound above value − step
               proves the value; 0 when there is no such number
    dominated  (K, 2) facilities left out, each with one that opens as cheaply and serves at least the same
               needs, each as cheaply; in an order in which none is left out for one left out before it
    group      (needs) group of each need, 0..N-1; None when every need is by itself
    nodes      the proof tree, parents before children; a chain where there are parts
    parts      the parts below the last node; empty when the problem is not taken apart
    proven     the bound that follows from all this alone
    solver     who proved what lies between `proven` and `bound`: empty when nothing, else a name such as
               `HiGHS`
    """

    solution: Ids
    value: float
    bound: float
    at_most: int | None = None
    exactly: int | None = None
    step: float = 0.0
    dominated: Ids
    group: Ids | None = None
    nodes: tuple[Node, ...] = ()
    parts: tuple[Part, ...] = ()
    proven: float
    solver: str = ""


def no_ids() -> Ids:
    """Return an empty list of facilities."""
    return np.zeros(0, np.int32)

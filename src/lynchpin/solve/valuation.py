"""What a structure is worth: the yearly form with its choices fixed, scale on its true curve.

With choices fixed the yearly form is linear but for scale, whose saving D c0 S(V), S(V) = V (1 - phi(V)), is
convex in the volume. Its tangent at the volumes of the last solution is a lower bound that is exact there, so
solving with tangents and moving them never loses value (a minorise-maximise scheme):

    saving per piece at the margin = c0[v] pi[f,t] S'(V)
    S'(V) = 1 - (1 - b) phi(V) between Vmin and Vsat, else 1 - phi(V)

Nominations and allocations that the flows leave unused are dropped where something else remains.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lynchpin.model.instance import Instance, periods_of
from lynchpin.model.scale import curves
from lynchpin.model.vectors import Positions, Vector
from lynchpin.solve.contracts import Problem, Status
from lynchpin.solve.forms import Form
from lynchpin.solve.highs import solve_here
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.shrink import Shrunk, shrunk
from lynchpin.solve.structure import CHOICES, Values, derived
from lynchpin.solve.volumes import list_money, members_of, scale_of, volumes

ROUNDS = 6
ENOUGH = 1e-7  # relative gain below which the tangents are left where they are


class Valuation:
    """Values structures of one instance; `form` is its yearly form.

    asked  whether to stop; what was found until then counts
    """

    def __init__(self, instance: Instance, form: Form) -> None:
        self._instance, self._form = instance, form
        self.asked: Callable[[], bool] | None = None
        self._scaled = bool(curves(instance))

    def point(self, choices: Values, *, options: SolveOptions) -> Values | None:
        """Return the best flows found for a structure or its leaner version, None where it is not feasible.

        choices  the structure, each variable of `CHOICES`; with `buy`, the first tangents are at its volumes
        """
        best = self._valued(choices, choices.get("buy"), options)
        if best is None:
            return None
        leaner = lean(self._instance, best)
        other = None if leaner is None else self._valued(leaner, best["buy"], options)
        return other if other is not None and self.money(other) > self.money(best) else best

    def _valued(self, choices: Values, buy: Vector | None, options: SolveOptions) -> Values | None:
        """Return the best flows found for a structure by moving tangents."""
        fixed = self._fixed(choices)
        if fixed is None:
            return None
        best: Values | None = None
        at = None if buy is None else volumes(self._instance, buy)
        for _ in range(ROUNDS if self._scaled else 1):
            problem = self._with_tangents(fixed, at)
            if problem is None:
                return best
            found = solve_here(problem, options=options, asked=self.asked)
            if found.status is not Status.OPTIMAL or found.x is None:
                return best
            point = derived(self._instance, self._form.values(fixed.whole(found.x)))
            at = volumes(self._instance, point["buy"])
            gain = np.inf if best is None else self.money(point) - self.money(best)
            best = point if gain > 0 else best
            if gain <= ENOUGH * abs(self.money(point)):
                break
        return best

    def money(self, values: Values) -> float:
        """Return the present money of a point, scale on its true curve, in the study's currency."""
        return money_of(self._instance, values)

    def _fixed(self, choices: Values) -> Shrunk | None:
        """Return what choices leave of the yearly form, without modes; None where one is not allowed."""
        problem = self._form.problem
        lower, upper = problem.lower.copy(), problem.upper.copy()
        for name in CHOICES:
            place, chosen = self._form.place[name], np.round(choices[name])
            if (chosen < lower[place] - 0.5).any() or (chosen > upper[place] + 0.5).any():
                return None
            lower[place] = upper[place] = chosen
        for name in ("mode", "volume"):
            upper[self._form.place[name]] = 0.0
        return shrunk(replace(problem, integer=np.zeros_like(problem.integer)), lower, upper)

    def _with_tangents(self, left: Shrunk, volume: Vector | None) -> Problem | None:
        """Return what is left with the saving of one piece taken at the margin of the volumes."""
        if left.problem is None:
            return None
        cost = self._form.problem.cost.copy()
        money = self._instance.objective("buy") + marginal(self._instance, volume)
        cost[self._form.place["buy"]] = -money * self._form.built.flow / self._form.money
        return replace(left.problem, cost=cost[left.columns])


def money_of(instance: Instance, values: Values) -> float:
    """Return the present money of a point, scale on its true curve, in the study's currency."""
    total = sum(float(instance.objective(name) @ values[name]) for name in instance.money)
    saved = scale_of(instance, values["buy"]).saved * instance.discount[periods_of(instance.frames["buy"])]
    return total + float(saved @ values["buy"])


def marginal(instance: Instance, volume: Vector | None) -> Vector:
    """Return what one more piece of each row of `buy` saves at the volumes given, present money.

    volume  V (variants, members); None: at the reference volumes
    """
    known = curves(instance)
    slope = np.zeros((len(instance.names["variant"]), len(instance.names["member"])))
    for variant, family in instance.frames["use"].select("variant", "family").unique().iter_rows():
        if family in known:
            curve = known[family]
            at = [curve.reference] * slope.shape[1] if volume is None else volume[variant]
            slope[variant] = [curve.slope(float(one)) for one in at]
    frame = instance.frames["buy"]
    chosen = slope[frame["variant"].to_numpy(), members_of(instance)]
    return list_money(instance) * chosen * instance.discount[periods_of(frame)]


def lean(instance: Instance, point: Values) -> dict[str, Vector] | None:
    """Return the structure without nominations and allocations that no flow uses, None if it is the same."""
    frames = instance.frames
    buy, made = frames["buy"], frames["make"]
    bought = np.zeros(
        (len(instance.names["variant"]), len(instance.names["site"]), len(instance.names["member"]))
    )
    np.add.at(
        bought, (buy["variant"].to_numpy(), buy["supplier"].to_numpy(), members_of(instance)), point["buy"]
    )
    built = np.zeros(frames["allocate"].height)
    np.add.at(built, made["allocate"].to_numpy(), point["make"])
    rows = frames["nominate"]
    pieces = bought[rows["variant"].to_numpy(), rows["site"].to_numpy(), rows["member"].to_numpy()]
    pairs = (
        rows["variant"].to_numpy().astype(np.int64) * len(instance.names["member"])
        + rows["member"].to_numpy()
    )
    nominate = _leaner(point["nominate"], pieces, pairs)
    allocate = _leaner(point["allocate"], built, frames["allocate"]["programme"].to_numpy())
    site_used = np.zeros(len(instance.names["site"]), dtype=np.bool_)
    site_used[frames["allocate"]["site"].to_numpy()[allocate > 0.5]] = True
    site_used[rows["site"].to_numpy()[nominate > 0.5]] = True
    candidate = (frames["open"]["status"] == "candidate").to_numpy()
    opened = np.where(candidate & ~site_used[frames["open"]["site"].to_numpy()], 0.0, point["open"])
    same = all(np.array_equal(new, point[name]) for name, new in
               (("nominate", nominate), ("allocate", allocate), ("open", opened)))  # fmt: skip
    if same:
        return None
    chosen = {name: point[name] for name in CHOICES}
    return chosen | {"nominate": nominate, "allocate": allocate, "open": opened}


def _leaner(chosen: Vector, flow: Vector, group: Positions) -> Vector:
    """Return the choices without those of no flow, but one of each group that had any."""
    kept = np.where(flow > 0, chosen, 0.0)
    had = np.zeros(int(group.max(initial=-1)) + 1)
    np.maximum.at(had, group, chosen)
    has = np.zeros_like(had)
    np.maximum.at(has, group, kept)
    first = np.unique(np.where((chosen > 0.5) & (has[group] < 0.5), group, -1), return_index=True)
    for number, row in zip(*first, strict=True):
        if number >= 0:
            kept[row] = 1.0
    return kept

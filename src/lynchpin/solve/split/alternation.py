"""Volumes and sourcing by turns: the quickest way to a plan, whatever the size.

    volumes   plants and markets alone, with a price on the parts of a car instead of the families: its
              relaxation, then what that leaves undecided. First every car pays for the cheapest variant and a
              share of its engineering and tools, later for the deliveries that it has
    sourcing  every family at those volumes, see `sourcing`

Each turn is valued in the yearly form; the turns end when one does not improve the plan.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lynchpin.model.instance import Instance
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.contracts import Problem, Solution
from lynchpin.solve.shrink import shrunk
from lynchpin.solve.split.blocks import PLANTS
from lynchpin.solve.split.contracts import Stretch, Task
from lynchpin.solve.split.parts import Parts
from lynchpin.solve.split.sourcing import Sourcing, Volumes
from lynchpin.solve.structure import CHOICES, Values

TURNS = 6
KICKS = 300  # of each family's search
DECIDED = 0.1  # distance from a whole number at which the relaxation has decided
CLOSE = 5e-4  # distance from the best of what is left, as a share of the relaxation
SECONDS = 20.0  # for what is left
AGREED = 0.02  # share of the cars by which a plan and its volumes may differ
DEAR = 10.0  # what parts that nobody delivers cost, in the dearest that somebody does


class Alternation:
    """Makes plans of an instance, for the standing of a search; `parts` are of any aggregate form of it.

    agrees  whether the last plan makes as many cars as its volumes said: nothing that matters was overlooked
    """

    def __init__(self, instance: Instance, parts: Parts) -> None:
        self._instance, self._parts, self._standing = instance, parts, parts.standing
        form = parts.form
        allowed = {name: form.problem.upper[form.place[name]] > 0.5 for name in ("use", "nominate")}
        self._sourcing = Sourcing(instance, allowed, seed=parts.options.seed)
        self.agrees = False

    @property
    def near(self) -> Flags:
        """Return the uses that suit each car best at the last volumes (rows of `use`)."""
        return self._sourcing.near

    def run(self) -> Stretch[None]:
        """Take turns until the plan stays as it is; parts of a plan to begin from are chosen anew."""
        use, price = np.zeros(self._instance.frames["use"].height), self._sourcing.price()
        if self._standing.best is not None:
            chosen = self._source(self._standing.best, self._standing.best["use"])
            use, price = chosen["use"], self._sourcing.price(chosen)
        for _ in range(TURNS):
            before = self._standing.value
            point = yield from self._volumes(price)
            if point is None:
                return
            chosen = self._source(point, use)
            if before is not None and self._standing.value == before:
                return
            use, price = chosen["use"], self._sourcing.price(chosen)

    def follow(self, point: Values) -> None:
        """Choose parts anew at the volumes of a relaxation's point, whose other choices are rounded."""
        self._source(point, np.zeros(self._instance.frames["use"].height))

    def _source(self, point: Values, use: Vector) -> dict[str, Vector]:
        """Choose variants and suppliers at a point's volumes, have the plan valued, return the choice."""
        chosen = self._sourcing.choose(Volumes.of(self._instance, point), use, kicks=KICKS)
        choices = {name: np.round(point[name]) for name in CHOICES} | chosen
        choices["open"] = self._opened(choices)
        valued = self._standing.take(choices)
        cars = float(point["make"].sum())
        self.agrees = valued is not None and abs(float(valued["make"].sum()) - cars) <= AGREED * cars
        return chosen

    def _opened(self, choices: Mapping[str, Vector]) -> Vector:
        """Return which sites are open once everybody who is chosen delivers."""
        frames = self._instance.frames
        needed = np.zeros(len(self._instance.names["site"]), dtype=np.bool_)
        needed[frames["nominate"]["site"].to_numpy()[choices["nominate"] > 0.5]] = True
        return np.maximum(choices["open"], needed[frames["open"]["site"].to_numpy()])

    def _volumes(self, price: Vector) -> Stretch[Values | None]:
        """Return a point with the best plants and sales found at prices of parts, its parts at nought."""
        problem, columns = self._priced(price)
        relaxed = replace(problem, integer=np.zeros_like(problem.integer))
        options = self._parts.relaxation(len(columns))
        (root,) = yield [Task(name="volumes, relaxed", problem=relaxed, options=options)]
        if root.x is None:
            return None
        near = np.abs(root.x - np.round(root.x)) <= DECIDED
        held = np.clip(np.round(root.x), problem.lower, problem.upper)
        fixed = problem.integer & near
        x = yield from self._rest(
            problem, np.where(fixed, held, problem.lower), np.where(fixed, held, problem.upper), root
        )
        if x is None:  # what was decided apart does not go together
            x = yield from self._rest(problem, problem.lower, problem.upper, root)
        if x is None:
            return None
        whole = np.zeros(len(self._parts.problem.cost))
        whole[columns] = x
        return self._parts.form.values(whole)

    def _rest(self, problem: Problem, lower: Vector, upper: Vector, root: Solution) -> Stretch[Vector | None]:
        """Solve what is left between limits; None where nothing is found."""
        step = shrunk(problem, lower, upper)
        if step.problem is None:
            return None
        limits = self._parts.limits(CLOSE * abs(root.objective), SECONDS)
        (answer,) = yield [Task(name="volumes", problem=step.problem, options=limits)]
        return None if answer.x is None else step.whole(answer.x[: len(step.columns)])

    def _priced(self, price: Vector) -> tuple[Problem, Positions]:
        """Return the block of plants and markets with a price on the parts of each car, and its columns."""
        form, blocks = self._parts.form, self._parts.blocks
        columns = blocks.columns[PLANTS]
        known = np.isfinite(price)
        price = np.where(known, price, DEAR * float(price[known].max(initial=0.0)))
        parts = np.zeros(len(form.problem.cost))
        parts[form.place["make"]] = price * form.built.columns["make"].unit / form.money
        problem = blocks.priced(PLANTS, np.zeros(len(form.problem.row_lower)))
        return replace(problem, cost=problem.cost + parts[columns]), columns

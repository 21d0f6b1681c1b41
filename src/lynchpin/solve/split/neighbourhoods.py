"""Parts of a plan to think over again while the rest is held: large-neighbourhood search.

models  a few models that share plants or variants with one drawn at random: whether each is launched, where
        it is built, which variants it takes and who supplies them
family  one family of parts as a whole

Flows are free everywhere, so a neighbourhood is exact about what its choices do to the rest. How many models
are free grows while neighbourhoods are solved to the end within their time and shrinks where they are not.
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.solve.forms import Form
from lynchpin.solve.structure import CHOICES

FEWEST, FIRST = 3, 8  # models in a neighbourhood
GROW, SHRINK = 1.25, 0.8


@dataclass
class Neighbourhoods:
    """Draws neighbourhoods of plans of a form, in an order that the seed decides.

    whole  whether every model was free in the last one, so that nothing is left to think over
    """

    form: Form
    seed: int
    size: float = FIRST
    whole: bool = False

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)
        instance = self.form.built.instance
        self._names = instance.names
        self._models = instance.frames["models"].height
        self._programme = instance.frames["models"]["programme"].to_numpy().astype(np.int64)
        self._families = len(instance.names["family"])
        self._turn = 0

    def settle(self, *, solved: bool) -> None:
        """Take note of whether the last neighbourhood of models was solved to its end."""
        self.size = float(np.clip(self.size * (GROW if solved else SHRINK), FEWEST, self._models))

    def next(self, x: Vector) -> tuple[str, Flags]:
        """Return what to think over next at a point of the form, in words and as free columns (n)."""
        self._turn += 1
        self.whole = False
        every = self._families + 2
        if self._families and self._turn % every == 0:
            family = int(self._random.integers(self._families))
            return f"family {self.form.built.instance.names['family'][family]} again", self._free_family(
                family
            )
        seed = int(self._random.integers(self._models))
        models = self._related(seed, x)
        self.whole = len(models) == self._models
        return (
            f"{len(models)} models around {self.form.built.instance.names['model'][seed]}",
            self._free_models(models),
        )

    def _free(self) -> Flags:
        """Return the columns that are free in every neighbourhood: all but the choices."""
        free = np.ones(len(self.form.problem.cost), dtype=np.bool_)
        for name in CHOICES:
            free[self.form.place[name]] = False
        return free

    def _free_family(self, family: int) -> Flags:
        free = self._free()
        for name in ("use", "nominate"):
            free[self.form.place[name]] = self.form.built.columns[name].frame["family"].to_numpy() == family
        return free

    def _free_models(self, models: Positions) -> Flags:
        free, columns, place = self._free(), self.form.built.columns, self.form.place
        chosen = np.isin(np.arange(self._models), models)
        programmes = np.unique(self._programme[models])
        free[place["launched"]] = np.isin(columns["launched"].frame["model"].to_numpy(), models)
        for name in ("launched_programme", "allocate"):
            free[place[name]] = np.isin(columns[name].frame["programme"].to_numpy(), programmes)
        use = columns["use"].frame
        theirs = chosen[use["model"].to_numpy()]
        free[place["use"]] = theirs
        variants = np.unique(use["variant"].to_numpy()[theirs])
        free[place["nominate"]] = np.isin(columns["nominate"].frame["variant"].to_numpy(), variants)
        sites = np.unique(columns["allocate"].frame["site"].to_numpy()[free[place["allocate"]]])
        free[place["open"]] = np.isin(columns["open"].frame["site"].to_numpy(), sites)
        return free

    def _related(self, seed: int, x: Vector) -> Positions:
        """Return models that share most with one: plants that could build both, variants that both use."""
        columns, place = self.form.built.columns, self.form.place
        likeness = self._random.random(self._models) * 3.0
        allocate = columns["allocate"].frame
        sites = allocate["site"].to_numpy()[(allocate["programme"].to_numpy() == self._programme[seed])]
        shared = np.isin(allocate["site"].to_numpy(), sites)
        by_programme = np.bincount(
            allocate["programme"].to_numpy()[shared].astype(np.int64),
            minlength=int(self._programme.max()) + 1,
        )
        likeness += by_programme[self._programme]
        use = columns["use"].frame
        taken = x[place["use"]] > 0.5
        model, variant = use["model"].to_numpy()[taken], use["variant"].to_numpy()[taken]
        same = np.isin(variant, variant[model == seed])
        likeness += 2.0 * np.bincount(model[same].astype(np.int64), minlength=self._models)
        likeness[seed] = np.inf
        return np.sort(np.argsort(-likeness, kind="stable")[: max(round(self.size), 1)])


def choices_at(form: Form, values: dict[int, float]) -> Vector:
    """Return a point of the form with the choices given by column, nought elsewhere (n)."""
    x = np.zeros(len(form.problem.cost))
    x[list(values)] = list(values.values())
    return x

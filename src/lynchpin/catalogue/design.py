"""Design common specifications: which to have, who uses which, what it saves, what each further one costs.

    minimise  sum over used s of F[s] + sum over models m of c[s(m)] phi(V[s(m)]) W[m],  s(m) fits m

over existing variants and joins of needs, with at most p specifications. It is the optimal diversity
problem (O. Briant and D. Naddef, Operations Research 52 (2004), 515-526), a facility location problem on
the dominance graph of needs. The *frontier* is its least cost for p = 1, 2, ...; its knee is the p that
lies furthest below the line from the first to the last point, each axis counted from 0 to 1 (V. Satopää and
others, "Finding a 'kneedle' in a haystack", ICDCS Workshops 2011).
"""

import time
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from lynchpin.catalogue.design_pool import cost_of, factors, pieces_of
from lynchpin.catalogue.design_prices import cheapest
from lynchpin.catalogue.design_solve import Candidates, Choice, candidates, choose, distance
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.joins import least_asked
from lynchpin.catalogue.location import LocateOptions
from lynchpin.catalogue.needs import CLOSE, NONE, Codes, Needs, Parts, Vector, fit_matrix
from lynchpin.errors import OptionError, SolveError
from lynchpin.study.money_words import money_words

TOLD = 1e-9
ROUNDS = 20


@dataclass(frozen=True, kw_only=True)
class DesignOptions:
    """How a design is made.

    at_most     most specifications; None: as many as pay
    frontier    most points of the frontier; 0: none
    time_limit  seconds for everything
    gap         relative gap at which a point counts as proved
    threads     of the engine
    seed        of everything random
    """

    at_most: int | None = None
    frontier: int = 12
    time_limit: float = 60.0
    gap: float = 1e-6
    threads: int = 2
    seed: int = 0

    def __post_init__(self) -> None:
        if self.at_most is not None and not 1 <= self.at_most < 2**31:
            raise _out_of_range("at_most", self.at_most, "Give a whole number from 1, or leave it out.")
        if not 0 <= self.frontier < 2**31:
            raise _out_of_range("frontier", self.frontier, "Give a whole number from 0.")
        if not 0 < self.time_limit < float("inf"):
            raise _out_of_range("time_limit", self.time_limit, "Give seconds above 0.")

    def locate(self, seconds: float) -> LocateOptions:
        """Return the options of one run of the engine."""
        return LocateOptions(gap=self.gap, time_limit=max(0.1, seconds), threads=self.threads, seed=self.seed)


def _out_of_range(name: str, value: object, cure: str) -> OptionError:
    return OptionError("is out of range", thing=name, value=value, cure=cure)


@dataclass(frozen=True, eq=False, kw_only=True)
class Design:
    """The specifications of one family, and who uses which.

    family          name of the family
    currency        of all money, which is that of the task: present money for a study
    specifications  specification, origin (variant or new), its attributes, unit_cost, factor (of volume),
                    fixed, models, pieces
    assignment      model, specification, today, pieces, unit_cost, cheapest (unit cost of the cheapest
                    specification that fits), over_specification (money), and changes (whether it moves)
    fit             model, attribute, sense, need, given: as text where words are compared
    frontier        specifications (most that may be had), used, cost, bound, gap, knee
    cost, bound     of the design; no design of what `covers` says is cheaper than the bound
    today           cost of what is used today, None where nothing is known; a model that carries nothing yet
                    takes the variant that adds least
    without_today   models that carry nothing yet, or nothing that fits
    one_each        cost of a specification of its own for every different need, None where it is not known
    covers          what the bound covers
    cost_known      how the costs of new specifications are known; empty where there are none
    seconds         that everything took
    """

    family: str
    currency: str
    specifications: pl.DataFrame
    assignment: pl.DataFrame
    fit: pl.DataFrame
    frontier: pl.DataFrame
    cost: float
    bound: float
    today: float | None
    one_each: float | None
    covers: str
    without_today: tuple[str, ...] = ()
    cost_known: str = ""
    seconds: float = 0.0
    task: DesignTask = field(repr=False)

    @property
    def gap(self) -> float:
        """Return the distance of the bound from the cost as a share of the cost."""
        return distance(self.cost, self.bound)

    @property
    def saving(self) -> float | None:
        """Return what the design saves against today."""
        return None if self.today is None else self.today - self.cost

    @property
    def used_today(self) -> int:
        """Return how many variants are used today."""
        return self.assignment["today"].drop_nulls().n_unique()

    @property
    def sentence(self) -> str:
        """Return the design in a sentence."""
        counted = f"{self.specifications.height} specifications"
        if self.used_today:
            counted += f" in place of {self.used_today} today"
        new = int((self.specifications["origin"] == "new").sum())
        parts = [f"{counted}, {new} of them new" if new else counted, money_words(self.cost, self.currency)]
        if self.saving is not None:
            parts.append(f"{money_words(self.saving, self.currency, sign=True)} against today")
        parts.append(f"proved within {self.gap:.2%} over {self.covers}")
        if self.cost_known:
            parts.append(f"costs of new ones: {self.cost_known}")
        return "; ".join(parts)

    @property
    def knee(self) -> int | None:
        """Return the number of specifications at the frontier's knee."""
        found = self.frontier.filter(pl.col("knee"))
        return None if found.is_empty() else int(found["specifications"][0])


def design(task: DesignTask, options: DesignOptions | None = None) -> Design:
    """Return the cheapest specifications of a family, who uses which, and the frontier.

    Raises SolveError where a model cannot be served, or not by so few specifications.
    """
    asked = options or DesignOptions()
    ends = time.monotonic() + asked.time_limit
    began = time.monotonic()
    needs, which = task.needs.merged()
    given = candidates(task, needs)
    share = (0.5 if asked.frontier else 1.0) * max(0.0, ends - time.monotonic())
    today = _today(task)
    start = _today_choice(task, needs, which, today, asked.at_most)
    found, given = choose(task, given, at_most=asked.at_most, options=asked.locate(share), start=start)
    if found is None:
        raise _too_few(task, asked)
    points = _frontier(task, given, asked, found, ends)
    found = _best_known(found, points, asked.at_most)
    return _told(task, needs, which, found, points, time.monotonic() - began, given, today)


def _too_few(task: DesignTask, asked: DesignOptions) -> SolveError:
    return SolveError(
        "no choice of so few specifications serves every model",
        status="infeasible",
        thing=f"family {task.family}, at_most",
        value=asked.at_most,
        cure="Allow more specifications: needs that differ in an equal attribute cannot share one.",
    )


def _today_choice(
    task: DesignTask, needs: Needs, which: Codes, today: Codes | None, at_most: int | None
) -> Choice | None:
    """Return what is used today as a choice to start from, where it is one."""
    if today is None:
        return None
    carried = np.full(needs.size, -1, dtype=np.int64)
    carried[which] = today  # where equal needs carry different parts, one of them
    rows, assigned = np.unique(carried, return_inverse=True)
    if at_most is not None and rows.size > at_most:
        return None
    parts = task.parts.chosen(rows)
    cost = cost_of(task, parts, needs.volumes, assigned.reshape(-1))
    return Choice(parts=parts, assigned=assigned.reshape(-1), cost=cost, bound=0.0, covers="", seconds=0.0)


def _frontier(
    task: DesignTask, given: Candidates, asked: DesignOptions, best: Choice, ends: float
) -> list[tuple[int, Choice]]:
    """Return the best choice for each number of specifications, from the least that serves all."""
    points: list[tuple[int, Choice]] = []
    last: Choice | None = None
    for count in range(1, asked.frontier + 1):
        if asked.at_most is None and best.parts.size <= count:
            points.append((count, best))
            break
        left = (ends - time.monotonic()) / (asked.frontier + 1 - count)
        start = last if last is not None else best if best.parts.size <= count else None
        found, given = choose(task, given, at_most=count, options=asked.locate(left), start=start)
        if found is not None:
            if last is not None and found.cost > last.cost:
                found = replace(last, bound=min(found.bound, last.cost))
            free = found.parts.size < count  # more are of no use
            if last is None or not free or found.cost < last.cost:
                points.append((count, found))
            if free:
                break
            last = found
    return points


def _best_known(found: Choice, points: list[tuple[int, Choice]], at_most: int | None) -> Choice:
    """Return the cheapest choice seen that keeps the limit, with the bound of the one asked for."""
    allowed = [choice for count, choice in points if at_most is None or count <= at_most]
    best = min([found, *allowed], key=lambda choice: choice.cost)
    return replace(best, bound=min(found.bound, best.cost), covers=found.covers)


def _told(
    task: DesignTask,
    needs: Needs,
    which: Codes,
    found: Choice,
    points: list[tuple[int, Choice]],
    seconds: float,
    given: Candidates,
    today: Codes | None,
) -> Design:
    """Return a choice as tables."""
    order = _sorted(found.parts)
    place = np.argsort(order)
    parts, assigned = found.parts.chosen(order), place[found.assigned][which]
    names = _names(task, parts)
    return Design(
        family=task.family,
        currency=task.currency,
        specifications=_specifications(task, parts, names, assigned),
        assignment=_assignment(task, parts, names, assigned, given),
        fit=_fit(task, parts, assigned),
        frontier=_frontier_table(points),
        cost=found.cost,
        bound=found.bound,
        today=None if today is None else cost_of(task, task.parts, task.needs.volumes, today),
        without_today=tuple(sorted(np.array(task.needs.models)[task.today < 0].tolist())),
        one_each=_one_each(task, needs),
        covers=found.covers,
        cost_known="" if task.new is None else task.new.note,
        seconds=seconds,
        task=task,
    )


def _sorted(parts: Parts) -> Codes:
    """Return the order of parts: by kind, then by what they offer."""
    keys = [parts.offer[:, k] for k in reversed(range(parts.offer.shape[1]))]
    keys += [parts.kind[:, e] for e in reversed(range(parts.kind.shape[1]))]
    return np.lexsort([np.arange(parts.size), *keys])


def _names(task: DesignTask, parts: Parts) -> list[str]:
    """Return identifiers: variants keep theirs, new ones are numbered within the family.

    A variant that two platforms engineer is told apart by them: `variant@platform`.
    """
    taken, names, count = set(task.parts.names), list[str](), 0
    for row, (name, new) in enumerate(zip(parts.names, parts.new, strict=True)):
        if not new:
            names.append("@".join([name, *_apart(task, parts, row)]))
            continue
        count += 1
        while f"{task.family}_new_{count}" in taken:
            count += 1
        names.append(f"{task.family}_new_{count}")
    return names


def _apart(task: DesignTask, parts: Parts, row: int) -> list[str]:
    """Return the words that tell a part from others of its name; none where no other has it."""
    alike = np.array([name == parts.names[row] for name in parts.names])
    differ = np.flatnonzero((parts.kind[alike] != parts.kind[row]).any(axis=0))
    return [task.needs.space.words[int(at)][int(parts.kind[row, int(at)])] for at in differ]


def _specifications(task: DesignTask, parts: Parts, names: list[str], assigned: Codes) -> pl.DataFrame:
    pieces = pieces_of(parts, task.needs.volumes, assigned)
    values = [task.needs.space.values(parts.offer[row], parts.kind[row]) for row in range(parts.size)]
    attributes = [
        pl.Series(
            attribute.name,
            [row[attribute.name] for row in values],
            dtype=pl.Float64 if attribute.kind == "number" else pl.String,
        )
        for attribute in task.needs.space.attributes
    ]
    return pl.DataFrame(
        [
            pl.Series("specification", names, dtype=pl.String),
            pl.Series("origin", ["new" if new else "variant" for new in parts.new], dtype=pl.String),
            *attributes,
            pl.Series("unit_cost", parts.unit),
            pl.Series("factor", factors(task, parts, pieces)),
            pl.Series("fixed", parts.fixed),
            pl.Series("models", np.bincount(assigned, minlength=parts.size)),
            pl.Series("pieces", pieces),
        ]
    )


def _assignment(
    task: DesignTask, parts: Parts, names: list[str], assigned: Codes, given: Candidates
) -> pl.DataFrame:
    least = np.minimum(cheapest(task, task.needs, given), parts.unit[assigned])
    above = parts.unit[assigned] - least
    today = [task.parts.names[int(at)] if at >= 0 else None for at in task.today.tolist()]
    now = [names[int(at)] for at in assigned.tolist()]
    raw = [parts.names[int(at)] for at in assigned.tolist()]
    return pl.DataFrame(
        {
            "model": pl.Series(task.needs.models, dtype=pl.String),
            "specification": pl.Series(now, dtype=pl.String),
            "today": pl.Series(today, dtype=pl.String),
            "pieces": task.needs.volumes,
            "unit_cost": parts.unit[assigned],
            "cheapest": least,
            "over_specification": np.where(above > CLOSE * least, above, 0.0) * task.needs.volumes,
            "changes": [
                before is not None and before != after for before, after in zip(today, raw, strict=True)
            ],
        }
    ).sort("model")


def _fit(task: DesignTask, parts: Parts, assigned: Codes) -> pl.DataFrame:
    """Return need and given of every condition."""
    rows: list[tuple[str, str, str, str, str]] = []
    space = task.needs.space
    for position, model in enumerate(task.needs.models):
        asked = space.values(task.needs.demand[position], task.needs.kind[position])
        offered = space.values(parts.offer[assigned[position]], parts.kind[assigned[position]])
        for attribute in space.attributes:
            need, has = asked[attribute.name], offered[attribute.name]
            if need is not None:
                rows.append((model, attribute.name, attribute.sense, _word(need), _word(has)))
    columns = ("model", "attribute", "sense", "need", "given")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row").sort(
        "model", "attribute"
    )


def _word(value: float | str | None) -> str:
    return f"{value:.12g}" if isinstance(value, float) else str(value or "")


def _today(task: DesignTask) -> Codes | None:
    """Return what every model uses today (N), None where none is known or one has no variant that fits.

    A model that carries nothing yet takes the variant that adds least to the cost of all, the largest
    first, and again until nothing moves.
    """
    if (task.today < 0).all() or not task.parts.size:
        return None
    missing = np.flatnonzero(task.today < 0)
    missing = missing[np.argsort(-task.needs.volumes[missing], kind="stable")]
    fit = fit_matrix(task.needs.demand, task.needs.kind, task.parts.offer, task.parts.kind)
    if not fit[missing].any(axis=1).all():
        return None
    used = task.today.copy()
    for _ in range(ROUNDS):
        before = used.copy()
        for row in missing:
            used[row] = _cheapest_addition(task, used, int(row), np.flatnonzero(fit[row]))
        if (used == before).all():
            break
    return used


def _cheapest_addition(task: DesignTask, used: Codes, row: int, choices: Codes) -> int:
    """Return the variant that a model adds least cost with, given what the others use."""
    costs: list[float] = []
    for choice in choices:
        trial = used.copy()
        trial[row] = choice
        known = trial >= 0
        costs.append(cost_of(task, task.parts, task.needs.volumes[known], trial[known]))
    return int(choices[int(np.argmin(costs))])


def _one_each(task: DesignTask, needs: Needs) -> float | None:
    """Return the exact cost of a specification of its own for every different need."""
    if task.new is None:
        return None
    own = np.where(np.isfinite(needs.demand), needs.demand, least_asked(needs, task.parts)[None, :])
    kind = np.where(needs.kind == NONE, 0, needs.kind)
    parts = task.specification(own, kind)
    return cost_of(task, parts, needs.volumes, np.arange(needs.size))


def _frontier_table(points: list[tuple[int, Choice]]) -> pl.DataFrame:
    costs = np.array([choice.cost for _, choice in points])
    at = knee(costs)
    return pl.DataFrame(
        {
            "specifications": pl.Series([count for count, _ in points], dtype=pl.Int64),
            "used": pl.Series([choice.parts.size for _, choice in points], dtype=pl.Int64),
            "cost": costs,
            "bound": np.array([choice.bound for _, choice in points]),
            "gap": np.array([choice.gap for _, choice in points]),
            "knee": pl.Series([position == at for position in range(len(points))], dtype=pl.Boolean),
        }
    )


def knee(costs: Vector) -> int | None:
    """Return the position of the point furthest below the line from the first to the cheapest.

    Where costs fall by nothing, or in one step, it is the first of the cheapest; None without any point.
    """
    if not costs.size:
        return None
    last = int(np.flatnonzero(costs <= costs.min() * (1 + TOLD))[0])
    if last < 2:
        return last
    along = np.arange(last + 1) / last
    fallen = (costs[: last + 1] - costs[last]) / (costs[0] - costs[last])
    return int(np.argmax(1 - along - fallen))

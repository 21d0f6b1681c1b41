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

from lynchpin.catalogue.design_pool import cost_of
from lynchpin.catalogue.design_prices import Candidates
from lynchpin.catalogue.design_solve import Choice, candidates, choose, distance
from lynchpin.catalogue.design_tables import (
    assignment_table,
    fit_table,
    frontier_table,
    in_order,
    names_of,
    one_each,
    specifications_table,
)
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.design_today import today_choice, used_today
from lynchpin.catalogue.location import LocateOptions
from lynchpin.catalogue.needs import Codes, Needs
from lynchpin.errors import OptionError, SolveError
from lynchpin.study.money_words import money_words


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
        height = self.specifications.height
        counted = f"{height} specification{'s' if height != 1 else ''}"
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
    today = used_today(task)
    start = today_choice(task, needs, which, today, asked.at_most)
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
        found, given = _point(task, given, count, asked.locate(left), start)
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


def _point(
    task: DesignTask, given: Candidates, count: int, options: LocateOptions, start: Choice | None
) -> tuple[Choice | None, Candidates]:
    """Return one point of the frontier, None where there is none or none was found in time."""
    try:
        return choose(task, given, at_most=count, options=options, start=start)
    except SolveError:
        return None, given


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
    order = in_order(found.parts)
    place = np.argsort(order)
    parts, assigned = found.parts.chosen(order), place[found.assigned][which]
    names = names_of(task, parts)
    return Design(
        family=task.family,
        currency=task.currency,
        specifications=specifications_table(task, parts, names, assigned),
        assignment=assignment_table(task, parts, names, assigned, given),
        fit=fit_table(task, parts, assigned),
        frontier=frontier_table(points),
        cost=found.cost,
        bound=found.bound,
        today=None if today is None else cost_of(task, task.parts, task.needs.volumes, today),
        without_today=tuple(sorted(np.array(task.needs.models)[task.today < 0].tolist())),
        one_each=one_each(task, needs),
        covers=found.covers,
        cost_known="" if task.new is None else task.new.note,
        seconds=seconds,
        task=task,
    )

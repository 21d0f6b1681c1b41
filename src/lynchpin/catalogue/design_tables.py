"""A design as tables: specifications, who uses which, needs beside what is given, and the frontier."""

import numpy as np
import polars as pl

from lynchpin.catalogue.design_pool import cost_of, factors, pieces_of
from lynchpin.catalogue.design_prices import Candidates, cheapest
from lynchpin.catalogue.design_solve import Choice
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.joins import least_asked
from lynchpin.catalogue.needs import CLOSE, NONE, Codes, Needs, Parts, Vector

TOLD = 1e-9


def in_order(parts: Parts) -> Codes:
    """Return the order of parts: by kind, then by what they offer."""
    keys = [parts.offer[:, k] for k in reversed(range(parts.offer.shape[1]))]
    keys += [parts.kind[:, e] for e in reversed(range(parts.kind.shape[1]))]
    return np.lexsort([np.arange(parts.size), *keys])


def names_of(task: DesignTask, parts: Parts) -> list[str]:
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


def specifications_table(task: DesignTask, parts: Parts, names: list[str], assigned: Codes) -> pl.DataFrame:
    """Return what is in use, with its attributes, cost, models and pieces."""
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


def assignment_table(
    task: DesignTask, parts: Parts, names: list[str], assigned: Codes, given: Candidates
) -> pl.DataFrame:
    """Return who uses which, beside today and the cheapest that fits."""
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


def fit_table(task: DesignTask, parts: Parts, assigned: Codes) -> pl.DataFrame:
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


def one_each(task: DesignTask, needs: Needs) -> float | None:
    """Return the exact cost of a specification of its own for every different need."""
    if task.new is None:
        return None
    own = np.where(np.isfinite(needs.demand), needs.demand, least_asked(needs, task.parts)[None, :])
    kind = np.where(needs.kind == NONE, 0, needs.kind)
    parts = task.specification(own, kind)
    return cost_of(task, parts, needs.volumes, np.arange(needs.size))


def frontier_table(points: list[tuple[int, Choice]]) -> pl.DataFrame:
    """Return the points of the frontier, the knee marked."""
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

"""What is used today, as a choice to compare with and to start from."""

import numpy as np

from lynchpin.catalogue.design_pool import cost_of
from lynchpin.catalogue.design_solve import Choice
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.needs import Codes, Needs, fit_matrix

ROUNDS = 20


def today_choice(
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


def used_today(task: DesignTask) -> Codes | None:
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

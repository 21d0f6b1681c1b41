"""The candidates of a design as facilities, and what a choice of them costs exactly.

A part with a volume discount stands once for each line of its cost (see `volume_cost`); any need that it fits
is an arc. Costs of arcs are those of all pieces of the need, costs of facilities those of having the part.
"""

from dataclasses import dataclass

import numpy as np

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.needs import Codes, Flags, Needs, Parts, Vector, fits
from lynchpin.errors import SolveError


@dataclass(frozen=True, eq=False, kw_only=True)
class Pool:
    """Parts to choose from, L lines each, and their arcs to N different needs.

    parts   (C) the parts
    needs   (N) different needs
    slope   (L) factor of each line on the unit cost
    charge  (L) yearly volume at the unit cost that each line costs once
    arcs    facility C l + c is part c at line l
    """

    parts: Parts
    needs: Needs
    slope: Vector
    charge: Vector
    arcs: Arcs

    def part_of(self, facility: Codes) -> Codes:
        """Return the part behind each facility."""
        return facility % self.parts.size


def pool(task: DesignTask, needs: Needs, parts: Parts, points: Vector) -> Pool:
    """Return the candidates for needs that differ; raises SolveError where a need has none.

    points  yearly volumes at which the lines are to be exact
    """
    need, part = fits(needs, parts.offer, parts.kind)
    if np.unique(need).size < needs.size:
        lacking = sorted(set(range(needs.size)) - set(need.tolist()))
        raise SolveError(
            f"no specification serves it ({len(lacking)} such)",
            status="infeasible",
            thing=f"family {task.family}, model {needs.models[lacking[0]]}",
            cure="Add a variant that fits, or let new specifications be designed.",
        )
    slope, charge = lines(task, needs, parts, points)
    opening = [parts.fixed + height * charge_unit(task, parts) for height in charge]
    cost = parts.unit[part] * needs.volumes[need]
    count = slope.size
    arcs = Arcs.of(
        np.tile(need, count),
        np.concatenate([part + line * parts.size for line in range(count)]),
        np.concatenate([cost * factor for factor in slope]),
        np.concatenate(opening),
    )
    return Pool(parts=parts, needs=needs, slope=slope, charge=charge, arcs=arcs)


def lines(task: DesignTask, needs: Needs, parts: Parts, points: Vector) -> tuple[Vector, Vector]:
    """Return slope and charge of the lines that stand for the volume discount; one of slope 1 without."""
    if task.discount is None:
        return np.ones(1), np.zeros(1)
    most = needs.volumes.sum() * parts.measure.max(initial=0.0) / task.discount.years
    return task.discount.lines(float(most), points)


def charge_unit(task: DesignTask, parts: Parts) -> Vector:
    """Return what a charge of one yearly unit costs of each part."""
    years = 1.0 if task.discount is None else task.discount.years
    return parts.unit * years / parts.measure


def factors(task: DesignTask, parts: Parts, pieces: Vector) -> Vector:
    """Return what volume makes of the unit cost of each part (C), given its pieces."""
    if task.discount is None:
        return np.ones(parts.size)
    return task.discount.factor(task.discount.yearly(pieces, parts.measure))


def pieces_of(parts: Parts, volumes: Vector, assigned: Codes) -> Vector:
    """Return the pieces of each part (C)."""
    return np.bincount(assigned, weights=volumes, minlength=parts.size).astype(np.float64)


def cost_of(task: DesignTask, parts: Parts, volumes: Vector, assigned: Codes) -> float:
    """Return the exact cost of an assignment: what is used is paid once, pieces at their volume's cost."""
    pieces = pieces_of(parts, volumes, assigned)
    used: Flags = np.bincount(assigned, minlength=parts.size) > 0
    running = parts.unit * factors(task, parts, pieces) * pieces
    return float(parts.fixed[used].sum() + running.sum())

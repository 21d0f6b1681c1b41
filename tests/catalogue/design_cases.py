"""Small random design tasks as plain tables, and their best cost by trying everything."""

from dataclasses import dataclass
from itertools import combinations, product
from math import inf, log2

import numpy as np
import polars as pl

from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.volume_cost import VolumeDiscount

BASE = 400.0
Row = dict[str, float | str | None]


@dataclass(frozen=True)
class Case:
    """Tables of one task; kw is at least, mm at most, v equal."""

    needs: list[Row]
    variants: list[Row]
    engineering: float
    discount: VolumeDiscount | None

    def task(self) -> DesignTask:
        """Return the task of the tables."""
        schema = {"kw": pl.Float64, "mm": pl.Float64, "v": pl.String}
        return DesignTask.of(
            pl.DataFrame(self.needs, schema={"model": pl.String, "volume": pl.Float64, **schema}),
            ATTRIBUTES,
            variants=pl.DataFrame(
                self.variants,
                schema={
                    "variant": pl.String,
                    "unit_cost": pl.Float64,
                    "engineering_cost": pl.Float64,
                    **schema,
                },
            ),
            engineering_cost=self.engineering,
            base_cost=BASE,
            discount=self.discount,
        )


ATTRIBUTES = pl.DataFrame(
    {
        "attribute": ["kw", "mm", "v"],
        "sense": ["at_least", "at_most", "equal"],
        "kind": ["number", "number", "text"],
        "cost_per_unit": [10.0, -0.2, 0.0],
    }
)


def random_case(seed: int, *, models: int = 5, discount: bool = False) -> Case:
    """Return a case with ties, blanks, free variants and needs that are alike."""
    rng = np.random.default_rng(seed)

    def blank(value: float | str, share: float) -> float | str | None:
        return None if rng.random() < share else value

    needs: list[Row] = [
        {
            "model": f"m{row}",
            "volume": float(rng.integers(0, 6) * 100),
            "kw": blank(float(rng.integers(1, 5) * 20), 0.15),
            "mm": blank(float(rng.integers(1, 4) * 300), 0.3),
            "v": blank(str(rng.choice(["400", "800"])), 0.1),
        }
        for row in range(models)
    ]
    variants: list[Row] = [
        {
            "variant": f"p{row}",
            "unit_cost": blank(float(rng.integers(300, 1200)), 0.2),
            "engineering_cost": float(rng.choice([0.0, 0.0, 20_000.0])),
            "kw": float(rng.integers(2, 5) * 20),
            "mm": blank(float(rng.integers(1, 4) * 300), 0.2),
            "v": str(rng.choice(["400", "800"])),
        }
        for row in range(int(rng.integers(0, 4)))
    ]
    rate = VolumeDiscount(rate=0.1, reference=500.0, minimum=100.0, saturation=5000.0) if discount else None
    return Case(needs, variants, float(rng.choice([0.0, 15_000.0, 60_000.0])), rate)


def fits(need: Row, part: Row) -> bool:
    """Whether a part meets every condition of a need."""
    return (
        (need["kw"] is None or (part["kw"] is not None and part["kw"] >= need["kw"]))
        and (need["mm"] is None or (part["mm"] is not None and part["mm"] <= need["mm"]))
        and (need["v"] is None or part["v"] == need["v"])
    )


def every_part(case: Case) -> list[tuple[Row, float, float]]:
    """Return each variant and the join of every set of needs, with unit cost and fixed cost."""
    found = [(part, _unit(part), float(part["engineering_cost"] or 0.0)) for part in case.variants]
    words = {row["v"] for row in [*case.needs, *case.variants] if row["v"] is not None} or {None}
    least_kw = _least(case, "kw", min)
    most_mm = _least(case, "mm", max)
    for size in range(1, len(case.needs) + 1):
        for chosen in combinations(case.needs, size):
            asked = {row["v"] for row in chosen if row["v"] is not None}
            for word in asked or words:
                if len(asked) > 1:
                    continue
                part: Row = {
                    "kw": max([row["kw"] for row in chosen if row["kw"] is not None], default=least_kw),
                    "mm": min([row["mm"] for row in chosen if row["mm"] is not None], default=most_mm),
                    "v": word,
                    "unit_cost": None,
                }
                if part not in [known for known, _, _ in found]:
                    found.append((part, _unit(part), case.engineering))
    return found


def _least(case: Case, name: str, pick) -> float | None:
    """Return the least that anybody asks, or else offers."""
    for rows in (case.needs, case.variants):
        known = [row[name] for row in rows if row[name] is not None]
        if known:
            return pick(known)
    return 0.0


def _unit(part: Row) -> float:
    """Return the unit cost: the variant's own, or that of the attributes."""
    if part["unit_cost"] is not None:
        return float(part["unit_cost"])
    return BASE + 10.0 * (part["kw"] or 0.0) - 0.2 * (part["mm"] or 0.0)


def factor(case: Case, pieces: float) -> float:
    """Return what volume makes of a unit cost, in the words of the statement."""
    rule = case.discount
    if rule is None:
        return 1.0
    low, high = rule.minimum, rule.saturation
    return (min(max(pieces, low), high) / rule.reference) ** log2(1 - rule.rate)


def cost(case: Case, parts: list[tuple[Row, float, float]], users: dict[int, float]) -> float:
    """Return what parts with so many pieces cost."""
    return sum(
        parts[part][2] + parts[part][1] * factor(case, pieces) * pieces for part, pieces in users.items()
    )


def best(case: Case, *, at_most: int | None = None) -> float:
    """Return the least cost over every way to give each need a part that fits."""
    parts = every_part(case)
    merged: dict[tuple[object, ...], float] = {}
    for need in case.needs:
        key = (need["kw"], need["mm"], need["v"])
        merged[key] = merged.get(key, 0.0) + float(need["volume"] or 0.0)
    rows = [({"kw": kw, "mm": mm, "v": v}, volume) for (kw, mm, v), volume in merged.items()]
    choices = [[at for at, (part, _, _) in enumerate(parts) if fits(row, part)] for row, _ in rows]
    least = inf
    for pick in product(*choices):
        if at_most is not None and len(set(pick)) > at_most:
            continue
        users: dict[int, float] = {}
        for (_, volume), part in zip(rows, pick, strict=True):
            users[part] = users.get(part, 0.0) + volume
        least = min(least, cost(case, parts, users))
    return least

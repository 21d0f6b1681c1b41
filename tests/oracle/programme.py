"""A mixed-integer programme in a dictionary; a unit of a variable makes entries in the ledger."""

from collections import defaultdict
from math import inf
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

Name = tuple[Any, ...]
MONEY = 1e-6


class Programme:
    """Variables by name, rows as sums of variables, and money per unit of each variable."""

    def __init__(self) -> None:
        self.place: dict[Name, int] = {}
        self.low: list[float] = []
        self.high: list[float] = []
        self.whole: list[bool] = []
        self.worth: list[float] = []
        self.entries: dict[Name, dict[Name, float]] = defaultdict(lambda: defaultdict(float))
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def __contains__(self, name: Name) -> bool:
        return name in self.place

    def add(
        self, *name: Any, low: float = 0.0, high: float = inf, whole: bool = False, worth: float = 0.0
    ) -> Name:
        """Add a variable."""
        assert name not in self.place, name
        self.place[name] = len(self.place)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        self.worth.append(worth)
        return name

    def earn(self, name: Name, key: Name, undiscounted: float, discount: float) -> None:
        """Say that one unit of a variable enters this much in the ledger."""
        if undiscounted:
            self.entries[name][key] += undiscounted
            self.worth[self.place[name]] += undiscounted * discount

    def row(self, terms: list[tuple[float, Name]], low: float = -inf, high: float = inf) -> None:
        """Demand low <= sum of factor times variable <= high."""
        sums: dict[int, float] = defaultdict(float)
        for factor, name in terms:
            sums[self.place[name]] += factor
        if sums:
            self.rows.append((dict(sums), low, high))
        else:
            assert low <= 0 <= high, (low, high)

    def solve(
        self, fixed: dict[Name, float] | None = None, gap: float = 1e-9
    ) -> tuple[dict[Name, float], float]:
        """Return values of the variables and the bound on the most money; fixed ones keep their values."""
        low, high = np.array(self.low), np.array(self.high)
        for name, value in (fixed or {}).items():
            low[self.place[name]] = high[self.place[name]] = value
        data = [(value, i, j) for i, (terms, _, _) in enumerate(self.rows) for j, value in terms.items()]
        values, rows, columns = (np.array(part) for part in zip(*data, strict=True))
        matrix = csr_array(
            (values, (rows.astype(int), columns.astype(int))), shape=(len(self.rows), len(low))
        )
        bounds = LinearConstraint(matrix, [row[1] for row in self.rows], [row[2] for row in self.rows])
        found = milp(
            -np.array(self.worth) * MONEY,
            integrality=np.array(self.whole, dtype=int),
            bounds=Bounds(low, high),
            constraints=bounds,
            options={"mip_rel_gap": gap, "time_limit": 60},
        )
        assert found.x is not None, found.message
        bound = found.mip_dual_bound if any(self.whole) else found.fun
        return dict(zip(self.place, found.x.tolist(), strict=True)), -float(bound) / MONEY

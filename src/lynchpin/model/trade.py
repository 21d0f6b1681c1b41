"""Trade: quotas.

Duties are money of `ship` and `buy` (see `duty`): every regime open to a flow is a column of its own.

Sets        r quota rows, t periods
Data        quota[r] vehicles or pieces a period

    (T3) sum of ship and buy in regime r in t <= quota[r]

A quota whose heading covers cars and parts counts both. Rows with parts, of several families, are lifted
with d.
"""

import numpy as np

from lynchpin.model.lifting import Lift
from lynchpin.model.rows import Statement, positions

KEY = ["regime", "period"]


def decisions(statement: Statement) -> None:
    """Add nothing: regimes are part of the flows."""


def rows(statement: Statement) -> None:
    """Add T3 for cars, and where parts take a part of a quota for both together."""
    _within(statement, "T3", ("ship",))
    _within(statement, "T3_parts", ("buy", "ship"))


def _within(statement: Statement, tag: str, variables: tuple[str, ...]) -> None:
    """Add a row for each quota and period in which the first of the variables has a flow."""
    quotas = statement.frames["quotas"]
    flows = statement.frames[variables[0]].select(KEY).unique()
    keys = flows.join(quotas, on="regime").sort(KEY)
    within = statement.rows(
        tag, keys.select(KEY), "<=", keys["quota"].to_numpy() / statement.flow,
        lift=Lift(("regime",)),
    )  # fmt: skip
    for variable in variables:
        row = positions(statement.frames[variable], keys, KEY)
        known = np.flatnonzero(row >= 0)
        within.add(variable, 1.0, column=known, row=row[known])
    within.done()

"""Trade: quotas.

Duties are money of `ship` and `buy` (see `duty`): every regime open to a flow is a column of its own.

Sets        r quota rows, t periods
Data        quota[r] vehicles or pieces a period

    (T3) sum of ship and buy in regime r in t <= quota[r]

Rows of parts of several families are lifted with d.
"""

from lynchpin.model.lifting import Lift
from lynchpin.model.rows import Statement, positions


def decisions(statement: Statement) -> None:
    """Add nothing: regimes are part of the flows."""


def rows(statement: Statement) -> None:
    """Add T3, apart for cars and for parts, which share no quota row."""
    quotas = statement.frames["quotas"]
    for tag, variable in (("T3", "ship"), ("T3_parts", "buy")):
        flows = (
            statement.frames[variable]
            .with_row_index("column")
            .join(quotas, on="regime", how="semi", maintain_order="left")
        )
        keys = flows.select("regime", "period").unique().join(quotas, on="regime").sort("regime", "period")
        within = statement.rows(
            tag, keys.select("regime", "period"), "<=", keys["quota"].to_numpy() / statement.flow,
            lift=Lift(("regime",), weight="discount"),
        )  # fmt: skip
        within.add(
            variable, 1.0, column=flows["column"].to_numpy(), row=positions(flows, keys, ["regime", "period"])
        )
        within.done()

"""Sharing: the variants that versions carry, and what a member of the scope pays once for them.

Sets        m versions, f families, v variants that fit, c members, p platforms,
            ph phases (periods in which the same versions are on sale)
Decisions   `use`[m,v] in {0,1}; `used`[v,c,ph], `developed`[p,c,ph] in [0,1], whole by themselves

    (U1) sum over v in f of use[m,v] = launched[m]        for each family that m requires
    (U2) used[v,c,ph] >= use[m,v]                         m of c on sale in ph
    (U5) developed[p,c,ph] >= launched[m]                 m of c on p, on sale in ph
"""

import polars as pl

from lynchpin.model.rows import Statement, every, positions
from lynchpin.model.vectors import Positions


def decisions(statement: Statement) -> None:
    """Add use, and what it makes necessary."""
    frames = statement.frames
    statement.binary("use", frames["use"])
    statement.share("used", frames["used"])
    statement.share("developed", frames["developed"])


def rows(statement: Statement) -> None:
    """Add U1, U2 and U5."""
    frames = statement.frames
    needs, use = frames["needs"], frames["use"]
    one = statement.rows("U1", needs, "=")
    one.add("use", 1.0, column=every(use), row=positions(use, needs, ["model", "family"]))
    one.add("launched", -1.0, column=needs["model"].to_numpy(), row=every(needs))
    one.done()
    users = frames["used_by"].join(frames["used"].with_row_index("row"), on="row")
    _implied(statement, "U2", "used", users, "use", positions(users, use, ["model", "variant"]))
    users = frames["developed_by"].join(frames["developed"].with_row_index("row"), on="row")
    _implied(statement, "U5", "developed", users, "launched", users["model"].to_numpy())


def _implied(
    statement: Statement, tag: str, paid: str, users: pl.DataFrame, cause: str, column: Positions
) -> None:
    """Add rows paid >= cause, one for each row of `users`, whose `row` is the column of `paid`."""
    keys = users.drop("row")
    implied = statement.rows(tag, keys, ">=")
    implied.add(paid, 1.0, column=users["row"].cast(pl.Int64).to_numpy(), row=every(users))
    implied.add(cause, -1.0, column=column, row=every(users))
    implied.done()

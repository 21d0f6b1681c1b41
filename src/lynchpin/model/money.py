"""Money: the objective, present cost in units of the model, to be minimised.

    minimise  - sum over flows of d[t] x unit money - sum over structure, t of d[t] x money[t]
              - savings of scale (see `scale`)

Unit money is the sum of the ledger's lines (see `instance.money`); in a study whose objective is cost,
revenue and selling are not among them. In the aggregate form a slot flow costs the least of d c / w over its
periods.
"""

import numpy as np

from lynchpin.model.instance import periods_of
from lynchpin.model.lifting import slot_costs
from lynchpin.model.rows import Statement
from lynchpin.model.scale import ScaleOptions, piece_money, tangent_constant


def objective(statement: Statement, options: ScaleOptions) -> None:
    """Set the cost of every column and the constant."""
    instance = statement.instance
    for name, columns in statement.columns.items():
        if name in instance.money and name != "buy":
            statement.cost[name] = -instance.objective(name) * columns.unit / statement.money
    buy = instance.frames["buy"]
    pieces = instance.objective("buy") + piece_money(instance, options) * instance.discount[periods_of(buy)]
    form = statement.aggregate
    cost = -pieces * statement.flow / statement.money
    statement.cost["buy"] = cost if form is None else slot_costs(form.blocks, cost)
    mode, volume = statement.columns["mode"].frame, statement.columns["volume"].frame
    statement.cost["mode"] = (mode["worth"] * mode["charge"]).to_numpy() / statement.money
    statement.cost["volume"] = (
        -(volume["worth"] * volume["slope"]).to_numpy() * statement.flow / statement.money
    )
    statement.offset = -tangent_constant(instance, options) / statement.money
    assert all(np.isfinite(cost).all() for cost in statement.cost.values())

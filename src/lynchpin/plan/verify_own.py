"""Rows of one's own against the tables of a plan: read from linopy and added up anew.

    left = sum of coefficient x value / unit    value: of the plan's row with the column's identifiers, or 0

A structural column is 1 where the plan has its row. What is derived by phase (`used`, `tooled`, `developed`)
is in no table of a plan and is given. A row is broken beyond 1e-6 of its largest amount, and 1e-6 at least.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import linopy
import numpy as np
import polars as pl

TOLERANCE = 1e-6
BINDING = 1e-6  # relative slack up to which a row counts as binding
LIMITS = "limits of "
NO_ROWS = pl.DataFrame(
    schema={
        "name": pl.String,
        "row": pl.Int64,
        "left": pl.Float64,
        "sense": pl.String,
        "limit": pl.Float64,
        "size": pl.Float64,
    }
)
QUANTITIES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "launched_programme": ("launch", ("programme",), None),
    "launched": ("launch", ("model",), None),
    "use": ("use", ("model", "variant"), None),
    "nominate": ("nominate", ("variant", "site", "member"), None),
    "allocate": ("allocate", ("programme", "site"), None),
    "open": ("open", ("site",), None),
    "make": ("make", ("model", "site", "period"), "vehicles"),
    "ship": ("ship", ("model", "site", "market", "regime", "period"), "vehicles"),
    "sell": ("sell", ("model", "market", "period"), "vehicles"),
    "buy": ("buy", ("model", "variant", "supplier", "site", "regime", "period"), "pieces"),
    "idle": ("idle", ("site", "period"), "slots"),
    "short": ("short", ("model", "market", "period"), "vehicles"),
    "miss": ("miss", ("target", "variant", "site", "period"), "amount"),
    "unmet": ("unmet", ("pool", "period"), "units"),
}
"""Variable -> plan table, the columns that name its rows, the column of amounts (None: 1 if it is there)."""


def own_row_amounts(
    model: linopy.Model,
    names: Iterable[str],
    tables: Mapping[str, pl.DataFrame],
    *,
    flow: float,
    derived: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]],
) -> pl.DataFrame:
    """Return name, row, left, sense, limit, slack (negative: broken), size and broken of each row.

    names    constraints that the user added; `limits of X` stands for the limits of the variable X
    tables   of the plan
    flow     vehicles or pieces in one unit of the model
    derived  values of the variables that no table of a plan has
    """
    values = _Values(model, tables, flow, derived)
    found = [
        _limits(model, name, values) if name not in model.constraints else _constraint(model, name, values)
        for name in dict.fromkeys(names)
    ]
    rows = pl.concat([NO_ROWS, *found])
    slack = pl.when(pl.col("sense") == "<=").then(pl.col("limit") - pl.col("left"))
    slack = slack.when(pl.col("sense") == ">=").then(pl.col("left") - pl.col("limit"))
    rows = rows.with_columns(slack=slack.otherwise(-(pl.col("left") - pl.col("limit")).abs()))
    room = TOLERANCE * pl.max_horizontal(pl.col("size"), 1.0)
    kept = pl.col("slack").is_finite() & (pl.col("slack") >= -room)
    return rows.with_columns(
        broken=~kept, binding=pl.col("slack") <= BINDING * pl.max_horizontal("size", 1.0)
    )


def _constraint(model: linopy.Model, name: str, values: "_Values") -> pl.DataFrame:
    """Return the rows of one constraint."""
    constraint: Any = model.constraints[name]
    terms: pl.DataFrame = constraint.to_polars().rename({"labels": "label", "vars": "column"})
    amount = terms["coeffs"].to_numpy() * values.at(terms["column"].to_numpy())
    return (
        terms.with_columns(amount=pl.Series(amount), sense=pl.col("sign").cast(pl.String))
        .group_by("label")
        .agg(
            pl.col("amount").sum().alias("left"),
            pl.first("sense").replace("=", "==").replace("==", "="),
            pl.first("rhs").alias("limit"),
            pl.max_horizontal(pl.col("amount").abs().max(), pl.first("rhs").abs()).alias("size"),
        )
        .sort("label")
        .select(
            pl.lit(name).alias("name"),
            pl.int_range(pl.len()).alias("row"),
            pl.col("left", "sense", "limit", "size"),
        )
    )


def _limits(model: linopy.Model, name: str, values: "_Values") -> pl.DataFrame:
    """Return the limits of a variable as rows, two a column."""
    variable: Any = model.variables[name.removeprefix(LIMITS)]
    left = values.at(variable.labels.to_numpy())
    found = [
        pl.DataFrame({"left": left, "limit": np.broadcast_to(limit.to_numpy(), left.shape).astype(float)})
        .with_columns(sense=pl.lit(sense))
        for sense, limit in (("<=", variable.upper), (">=", variable.lower))
    ]  # fmt: skip
    return pl.concat(found).select(
        pl.lit(name).alias("name"),
        pl.int_range(pl.len()).alias("row"),
        pl.col("left", "sense", "limit"),
        pl.max_horizontal(pl.col("left").abs(), pl.col("limit").abs()).alias("size"),
    )


class _Values:
    """The value of every column of a linopy model by its label, from a plan's tables."""

    def __init__(
        self,
        model: linopy.Model,
        tables: Mapping[str, pl.DataFrame],
        flow: float,
        derived: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]],
    ) -> None:
        self._model, self._flow, self._derived = model, flow, derived
        self._tables = dict(tables) | {"unmet": _with_pools(tables["unmet"])}
        size = 1 + max(int(model.variables[name].labels.max()) for name in _filled(model))
        self._known = np.full(size, np.nan)
        for name in _filled(model):
            self._known[model.variables[name].labels.to_numpy()] = self._of(name)

    def at(self, labels: np.ndarray[Any, np.dtype[np.int64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the values of columns; nan where a column is no quantity of a plan."""
        return self._known[labels]

    def _of(self, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return the values of a variable in units of the model."""
        variable: Any = self._model.variables[name]
        if name not in QUANTITIES:
            given = self._derived.get(name)
            return np.full(variable.labels.shape, np.nan) if given is None else given
        table, keys, amount = QUANTITIES[name]
        rows = self._tables[table]
        values = pl.lit(1.0) if amount is None else pl.col(amount) / self._flow
        known = rows.select(*(pl.col(key).fill_null("") for key in keys), values.alias("_value")).unique()
        # A variable whose only coordinate is its own name has that as its identifiers.
        words = {key: _words(variable, key) for key in keys}
        found = pl.DataFrame(words).join(known, on=list(keys), how="left", maintain_order="left")
        return found["_value"].fill_null(0.0).to_numpy()


def _filled(model: linopy.Model) -> list[str]:
    """Return the variables that have columns."""
    return [str(name) for name in model.variables if model.variables[str(name)].labels.size]


def _words(variable: Any, key: str) -> list[str]:
    return [str(word) for word in variable.coords[key].to_numpy().tolist()]


def _with_pools(unmet: pl.DataFrame) -> pl.DataFrame:
    """Return contracted volume that is not taken with the name of its nomination row."""
    own = pl.format("{}/{}", "site", "variant")
    return unmet.with_columns(
        pool=pl.when(pl.col("variant").is_not_null())
        .then(own)
        .otherwise(pl.format("{}/{}/*", "site", "family"))
    )

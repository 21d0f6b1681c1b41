"""The tables of a plan: their columns, kinds and order, as the statement lists them."""

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from lynchpin.errors import PlanError

NUMBERS = frozenset(
    {"vehicles", "pieces", "slots", "units", "amount", "volume", "factor", "money", "undiscounted"}
)
SMALLEST = 1e-6
"""A flow smaller than this is left out of a plan."""

COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "launch": ("programme", "model", "period"),
        "use": ("model", "family", "variant"),
        "keep": ("variant", "member"),
        "nominate": ("variant", "site", "member"),
        "allocate": ("programme", "site"),
        "develop": ("platform", "member"),
        "open": ("site",),
        "make": ("model", "site", "period", "vehicles"),
        "ship": ("model", "site", "market", "regime", "period", "vehicles"),
        "buy": ("model", "variant", "supplier", "site", "regime", "period", "pieces"),
        "sell": ("model", "market", "period", "vehicles"),
        "idle": ("site", "period", "slots"),
        "short": ("model", "market", "period", "vehicles"),
        "unmet": ("site", "variant", "family", "period", "units"),
        "miss": ("target", "variant", "site", "period", "amount"),
        "scale": ("variant", "member", "volume", "factor"),
        "fit": ("model", "family", "variant", "attribute", "sense", "need", "given"),
        "investment": ("partner", "kind", "item", "site", "member", "period", "money"),
        "ledger": (
            "line",
            "partner",
            "model",
            "programme",
            "variant",
            "platform",
            "site",
            "market",
            "target",
            "period",
            "scenario",
            "undiscounted",
            "money",
        ),
    }
)

REVENUE_LINES = ("revenue", "selling")
LINES = (
    *REVENUE_LINES,
    "car_freight",
    "car_transit",
    "car_duty",
    "body",
    "conversion",
    "parts",
    "parts_freight",
    "parts_transit",
    "parts_duty",
    "scale",
    "incentive",
    "fixed",
    "idle",
    "opening",
    "plant_tooling",
    "development",
    "engineering",
    "supplier_tooling",
    "platform",
    "short",
    "committed",
    "target",
    "transfer",
    "venture",
)
"""The lines of the ledger in the order in which people read them."""


def schema(name: str) -> dict[str, pl.DataType]:
    """Return the columns of plan table `name` with their polars types: text, or a number."""
    return {column: pl.Float64() if column in NUMBERS else pl.String() for column in COLUMNS[name]}


def complete(tables: Mapping[str, pl.DataFrame]) -> Mapping[str, pl.DataFrame]:
    """Return every plan table once, typed and sorted, with an empty one for each that is missing.

    Raises PlanError for a table or a column that no plan has.
    """
    unknown = sorted(set(tables) - set(COLUMNS))
    if unknown:
        raise PlanError(
            "no plan has such a table", thing="tables", value=unknown[0], cure=f"Use {', '.join(COLUMNS)}."
        )
    return MappingProxyType({name: _typed(name, tables.get(name)) for name in COLUMNS})


def _typed(name: str, table: pl.DataFrame | None) -> pl.DataFrame:
    """Return one table with exactly its columns, types and order of rows."""
    wanted = schema(name)
    if table is None:
        return pl.DataFrame(schema=wanted)
    if set(table.columns) != set(wanted):
        raise PlanError(
            f"a plan's table {name} has the columns {', '.join(wanted)}",
            thing=name,
            value=", ".join(table.columns),
            cure="Leave the tables of a plan as they were written, or plan again.",
        )
    keys = [column for column in wanted if column not in NUMBERS]
    return table.select(pl.col(column).cast(kind) for column, kind in wanted.items()).sort(
        keys, nulls_last=False, maintain_order=True
    )

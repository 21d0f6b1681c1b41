"""What moved between two plans: money by line and partner, decisions, flows.

Money is what the second plan has more, present value: a positive change is a gain. The changes of the
waterfall add up to the difference of the two objectives (of opposite sign where the study minimises cost).
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.plan.tables import LINES
from lynchpin.study.money_words import money_words

_DECISIONS = ("launch", "use", "keep", "nominate", "allocate", "develop", "open")
_FLOWS = {
    "ship": (["model", "site", "market"], "vehicles"),
    "buy": (["variant", "supplier", "site"], "pieces"),
}
_SMALLEST = {"vehicles": 0.5, "pieces": 0.5, "money": 0.005}


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """How a plan differs from another one.

    difference  present money that the second plan has more than the first
    currency    of all money
    waterfall   line, partner, before, after, change: money, in the order of the ledger's lines
    decisions   decision, item, change (new or gone), sorted
    flows       flow (ship or buy), from, to, item, before, after, change: vehicles or pieces over the
                horizon, the
                largest change first
    """

    difference: float
    currency: str
    waterfall: pl.DataFrame
    decisions: pl.DataFrame
    flows: pl.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name, for machines."""
        tables = {"waterfall": self.waterfall, "decisions": self.decisions, "flows": self.flows}
        return {
            "difference": self.difference,
            "currency": self.currency,
            **{name: table.to_dicts() for name, table in tables.items()},
        }

    def __repr__(self) -> str:
        """Return the difference and the size of each table."""
        difference = money_words(self.difference, self.currency, sign=True)
        return (
            f"difference {difference}; {self.waterfall.height} ledger lines, "
            f"{self.decisions.height} decisions and {self.flows.height} flows changed"
        )


def compare(before: Plan, after: Plan) -> Comparison:
    """Return what moved from one plan to another.

    Raises PlanError where the plans are in different currencies.
    """
    currencies = [plan.study.settings.currency for plan in (before, after)]
    if currencies[0] != currencies[1]:
        raise PlanError(
            "plans in different currencies cannot be compared",
            thing="currency",
            value=" and ".join(currencies),
            cure="Plan both studies in one currency.",
        )
    waterfall = _waterfall(before, after)
    return Comparison(
        difference=float(waterfall["change"].sum()),
        currency=currencies[0],
        waterfall=waterfall.filter(pl.col("change").abs() >= _SMALLEST["money"]),
        decisions=pl.concat([_switched(name, before, after) for name in _DECISIONS]),
        flows=pl.concat([_moved(name, before, after) for name in _FLOWS]),
    )


def _waterfall(before: Plan, after: Plan) -> pl.DataFrame:
    """Return money by line and partner before, after and its change, in the order of the lines."""
    order = pl.DataFrame({"line": LINES, "order": range(len(LINES))})
    return (
        _change(before.ledger, after.ledger, ["line", "partner"], "money")
        .join(order, on="line", how="left")
        .sort("order", "partner", nulls_last=True)
        .drop("order")
    )


def _change(before: pl.DataFrame, after: pl.DataFrame, keys: list[str], amount: str) -> pl.DataFrame:
    """Return the sums of `amount` by `keys` in both frames and their difference."""
    sums = [
        frame.group_by(keys).agg(pl.col(amount).sum().alias(name))
        for frame, name in ((before, "before"), (after, "after"))
    ]
    both = sums[0].join(sums[1], on=keys, how="full", coalesce=True, nulls_equal=True)
    filled = both.with_columns(pl.col("before", "after").fill_null(0.0))
    return filled.with_columns(change=pl.col("after") - pl.col("before")).sort(keys, nulls_last=True)


def _switched(name: str, before: Plan, after: Plan) -> pl.DataFrame:
    """Return the rows of a decision table that are in one plan only; members count within one scope."""
    same_scope = before.info.sharing == after.info.sharing
    left_out = {"period"} if same_scope else {"period", "member"}
    keys = [column for column in before.tables[name].columns if column not in left_out]
    parts: list[pl.DataFrame] = []
    for change, inside, outside in (("new", after, before), ("gone", before, after)):
        rows = inside.tables[name].join(outside.tables[name], on=keys, how="anti", nulls_equal=True)
        parts.append(
            rows.select(keys)
            .unique()
            .sort(keys)
            .select(decision=pl.lit(name), item=pl.concat_str(keys, separator=", "), change=pl.lit(change))
        )
    return pl.concat(parts)


def _moved(name: str, before: Plan, after: Plan) -> pl.DataFrame:
    """Return the flows of one table whose sum over the horizon changed, the largest change first."""
    keys, amount = _FLOWS[name]
    item, source, target = keys
    changed = _change(before.tables[name], after.tables[name], keys, amount)
    return (
        changed.filter(pl.col("change").abs() >= _SMALLEST[amount])
        .sort(pl.col("change").abs(), *keys, descending=[True, False, False, False])
        .select(
            pl.lit(name).alias("flow"),
            pl.col(item).alias("item"),
            pl.col(source).alias("from"),
            pl.col(target).alias("to"),
            "before",
            "after",
            "change",
        )
    )

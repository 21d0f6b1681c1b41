"""Duty on flows: goods become one row for each regime that is open to them, banned ones left out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.duty import DutyBook, Goods, Recipe
from lynchpin.model.vectors import Positions, Vector


@dataclass(frozen=True, eq=False)
class Levied:
    """Flows with their duty: positions of the rows of goods, names of the regimes, duty of one unit."""

    row: Positions
    regime: pl.Series
    duty: Vector


def levied(book: DutyBook, goods: list[Goods], which: Positions, base: Vector, period: Positions) -> Levied:
    """Return the duty of each row of goods in each regime.

    goods   distinct kinds of goods
    which   kind of each row (rows)
    base    customs value of one unit for duty (rows)
    period  position of the period (rows)
    """
    epoch = np.array(book.epoch)[period]
    table, recipes = _table(book, goods, which, period, epoch)
    rows = pl.DataFrame({"kind": which, "epoch": epoch}).with_row_index("row")
    open_to = rows.join(table, on=["kind", "epoch"], maintain_order="left")
    row, recipe = open_to["row"].cast(pl.Int64).to_numpy(), open_to["recipe"].to_numpy()
    duty = np.zeros(len(row))
    order = np.argsort(recipe, kind="stable")
    bounds = np.searchsorted(recipe[order], np.arange(len(recipes) + 1))
    for number in range(len(recipes)):
        chosen = order[bounds[number] : bounds[number + 1]]
        at = row[chosen]
        duty[chosen] = book.amount(recipes[number], base[at], _content(book, goods, which[at]), period[at])
    allowed = np.isfinite(duty)
    return Levied(row[allowed], open_to["regime"].filter(pl.Series(allowed)), duty[allowed])


def _content(book: DutyBook, goods: list[Goods], which: Positions) -> Callable[[str], Vector]:
    """Return a function that gives the declared content of each row for an agreement."""

    def content(agreement: str) -> Vector:
        values = np.array([book.content.get(kind.origin, {}).get(agreement, 0.0) for kind in goods])
        return values[which]

    return content


def _table(
    book: DutyBook, goods: list[Goods], which: Positions, period: Positions, epoch: Positions
) -> tuple[pl.DataFrame, list[Recipe]]:
    """Return kind, epoch, regime and number of the recipe, and the recipes."""
    cases = pl.DataFrame({"kind": which, "epoch": epoch, "period": period}).unique(["kind", "epoch"])
    numbers: dict[Recipe, int] = {}
    rows: list[tuple[int, int, str, int]] = []
    for kind, era, when in cases.sort("kind", "epoch").iter_rows():
        for regime, recipe in book.regimes(goods[int(kind)], int(when)):
            rows.append((kind, era, regime, numbers.setdefault(recipe, len(numbers))))
    kinds = {"kind": pl.Int64, "epoch": pl.Int64, "regime": pl.String, "recipe": pl.Int64}
    return pl.DataFrame(rows, schema=kinds, orient="row"), list(numbers)

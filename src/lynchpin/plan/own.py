"""Rows of one's own in a plan: no candidate counts that breaks one, and the plan says how each was kept."""

from collections import Counter
from collections.abc import Mapping

import linopy
import polars as pl

from lynchpin.errors import SolveError
from lynchpin.plan.plan import OwnRow
from lynchpin.plan.verify_own import own_row_amounts
from lynchpin.solve.search import Search
from lynchpin.solve.structure import Values, derived

DERIVED = ("used", "tooled", "developed")


class OwnCheck:
    """Judges the candidates of a search by the rows that a user added.

    refused  the row that the last refused candidate broke, in words
    """

    def __init__(self, model: linopy.Model, search: Search) -> None:
        self._model, self._search = model, search
        self.refused: str | None = None

    def keeps(self, tables: Mapping[str, pl.DataFrame], point: Values) -> bool:
        """Return whether a candidate keeps every row, its tables read anew."""
        broken = self._rows(tables, point).filter("broken").sort("slack")
        if broken.is_empty():
            return True
        worst = broken.row(0, named=True)
        self.refused = (
            f"row {worst['row']} of {worst['name']} is {worst['left']:.6g} where it must be {worst['sense']} "
            f"{worst['limit']:.6g}"
        )
        return False

    def said(self, tables: Mapping[str, pl.DataFrame], point: Values) -> tuple[OwnRow, ...]:
        """Return what the plan says of each constraint, in the user's order."""
        labels: dict[str, Counter[str]] = {}
        for name, label in self._search.own_labels:
            labels.setdefault(name, Counter())[label] += 1
        rows = self._rows(tables, point)
        found: list[OwnRow] = []
        for name, counts in labels.items():
            own = rows.filter(pl.col("name") == name)
            slack = own["slack"].min()
            found.append(
                OwnRow(
                    name=name,
                    labels=dict(counts),
                    binding=int(own["binding"].sum()),
                    slack=max(float(slack), 0.0) if isinstance(slack, float) else 0.0,
                )
            )
        return tuple(found)

    def without_plan(self, thing: str) -> SolveError:
        """Return the error of a search that ended without a plan: which rows are to blame."""
        broken = self._search.own_blame()
        if not broken and self.refused is None:
            return SolveError(
                "no structure satisfies the rules of the study, with or without the rows of your own",
                thing=thing,
                status="infeasible",
                cure="Check the study.",
            )
        named = ", ".join(f"{name} (off by {amount:.6g} at least)" for name, amount in broken.items())
        return SolveError(
            f"no plan keeps the rows of your own: {named or self.refused}",
            thing=thing,
            status="infeasible",
            cure="Loosen or leave out one of them; flows are in units of model.parameters['flow'].",
        )

    def _rows(self, tables: Mapping[str, pl.DataFrame], point: Values) -> pl.DataFrame:
        known = derived(self._search.instance, point)
        return own_row_amounts(
            self._model,
            self._search.own_names,
            tables,
            flow=self._search.flow,
            derived={name: known[name] for name in DERIVED},
        )

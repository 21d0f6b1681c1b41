"""The arrays that peers are given, and what the structures are worth that they end with."""

from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve.forms import Form
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.valuation import Valuation, money_of
from lynchpin.study.study import Study


@dataclass(frozen=True)
class Forms:
    """A study as arrays, in both forms.

    facts  columns, rows, entries, whole columns and seconds to build, by form
    """

    instance: Instance
    yearly: Form
    aggregate: Form
    facts: dict[str, dict[str, float]]

    @classmethod
    def of(cls, study: Study) -> "Forms":
        """Return the forms of a study."""
        instance = compile_study(study)
        began = perf_counter()
        yearly = Form.of(build(instance, form="yearly"), "yearly")
        between = perf_counter()
        aggregate = Form.aggregate(instance)
        seconds = {"yearly": between - began, "aggregate": perf_counter() - between}
        facts = {form.name: _facts(form, seconds[form.name]) for form in (yearly, aggregate)}
        return cls(instance, yearly, aggregate, facts)

    def form(self, name: str) -> Form:
        """Return a form by its name."""
        return {"yearly": self.yearly, "aggregate": self.aggregate}[name]

    def write(self, name: str, path: Path) -> None:
        """Write the arrays of a form to a file."""
        problem = self.form(name).problem
        matrix = csr_array(problem.matrix)
        np.savez(
            path,
            **{part: getattr(problem, part) for part in ("cost", "lower", "upper", "integer", "offset")},
            row_lower=problem.row_lower,
            row_upper=problem.row_upper,
            data=matrix.data,
            indices=matrix.indices,
            indptr=matrix.indptr,
            shape=np.array(matrix.shape),
        )

    def contribution(self, name: str, objective: float) -> float:
        """Return the contribution that an objective of a form's arrays stands for."""
        return -objective * self.form(name).money

    def worth(self, name: str, x: Any) -> float | None:
        """Return what the structure of a form's solution earns in the yearly form, scale on its true curve.

        None where the structure has no flows there.
        """
        values = self.form(name).values(x)
        point = Valuation(self.instance, self.yearly).point(values, options=SolveOptions())
        return None if point is None else money_of(self.instance, point)


def _facts(form: Form, seconds: float) -> dict[str, float]:
    rows, columns = form.problem.matrix.shape
    return {
        "columns": columns,
        "rows": rows,
        "entries": int(form.problem.matrix.indptr[-1]),
        "whole": int(form.problem.integer.sum()),
        "seconds": round(seconds, 3),
    }

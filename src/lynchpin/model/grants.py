"""Grants per vehicle or part made in a territory."""

import numpy as np
import polars as pl

from lynchpin.model.calendar import floats
from lynchpin.model.duty import DutyBook
from lynchpin.model.vectors import Vector


def grants(book: DutyBook, sites: pl.DataFrame, kind: str, name: str) -> tuple[Vector, Vector]:
    """Return what is granted per unit and per kWh, by site and period in study currency (sites, T).

    kind, name  `powertrain` and a drive, or `family` and a family
    """
    calendar = book.calendar
    table = calendar.study.table("incentives").filter(pl.col(kind) == name)
    active = calendar.active(table)
    totals = [np.zeros((sites.height, calendar.n)), np.zeros((sites.height, calendar.n))]
    for total, column in zip(totals, ("per_unit", "per_kwh"), strict=True):
        values = floats(table, column)[:, None] * calendar.rates(table["currency"].to_list())
        for row, territory in enumerate(table["territory"]):
            inside = np.array([book.ranks(territory, country) < 2 for country in sites["country"]]).reshape(
                -1, calendar.n
            )
            total += np.where(inside, (values * active)[row], 0.0)
    return totals[0], totals[1]

"""List costs of parts and the paths they move on.

    list[v,s,t] = unit cost of the nomination, else
                  (unit_cost of v, else sum of cost_per_unit x value) x cost_factor of nomination and site;
                  times the price path of (family, country of s, chemistry of v)
    c0[v]       = v's own list cost (no site, no path) at the first period's rate

Country beats chemistry beats any; without a row of the family the path is 1.
"""

import numpy as np
import polars as pl

from lynchpin.model.calendar import Calendar, floats, rows_of, series_over_periods
from lynchpin.model.fitting import attribute_values
from lynchpin.model.vectors import Vector

ANY = "any"


def own_costs(calendar: Calendar, variants: tuple[str, ...]) -> Vector:
    """Return the list cost of a piece without site and path, in the study's currency (variants, T)."""
    table = rows_of(calendar.study, "variants", variants)
    priced = calendar.money(table, "unit_cost")
    values = attribute_values(calendar.study).join(table.select("variant"), on="variant", how="semi")
    money = calendar.money(values, "cost_per_unit") * floats(values, "value")[:, None]
    position = {name: row for row, name in enumerate(variants)}
    built = np.zeros_like(priced)
    np.add.at(built, [position[name] for name in values["variant"]], money)
    return np.where(table["unit_cost"].is_null().to_numpy()[:, None], built, priced)


def list_costs(calendar: Calendar, pairs: pl.DataFrame, variants: tuple[str, ...]) -> Vector:
    """Return the list cost of a piece (pairs, T).

    pairs  identifiers: variant, supplier, family, country, with the nomination's unit_cost, currency,
           cost_factor and the site's site_factor
    """
    position = {name: row for row, name in enumerate(variants)}
    rows = [position[name] for name in pairs["variant"]]
    factor = (floats(pairs, "cost_factor", 1.0) * floats(pairs, "site_factor", 1.0))[:, None]
    built = own_costs(calendar, variants)[rows] * factor if rows else np.zeros((0, calendar.n))
    given = calendar.money(pairs, "unit_cost")
    base = np.where(pairs["unit_cost"].is_null().to_numpy()[:, None], built, given)
    return base * _paths(calendar, pairs)


def family_paths(calendar: Calendar, families: tuple[str, ...]) -> Vector:
    """Return pi, the path of a family for any country and any chemistry, 1 without one (families, T)."""
    known = _known_paths(calendar)
    ones = np.ones(calendar.n)
    return np.array([known.get((family, ANY, ANY), ones) for family in families]).reshape(-1, calendar.n)


def _known_paths(calendar: Calendar) -> dict[tuple[str, ...], Vector]:
    table = calendar.study.table("price_paths")
    return series_over_periods(calendar.study, table, ("family", "country", "chemistry"), "index")


def _paths(calendar: Calendar, pairs: pl.DataFrame) -> Vector:
    """Return the path of each pair: country beats chemistry beats any; 1 without a row (pairs, T)."""
    known = _known_paths(calendar)
    study = calendar.study
    chemistry = dict(
        study.table("specifications")
        .filter(pl.col("attribute") == "chemistry")
        .select("variant", "value")
        .iter_rows()
    )
    paths = np.ones((pairs.height, calendar.n))
    for row, (family, country, variant) in enumerate(
        pairs.select("family", "country", "variant").iter_rows()
    ):
        for place in (country, ANY):
            path = known.get((family, place, chemistry.get(variant, ANY)), known.get((family, place, ANY)))
            if path is not None:
                paths[row] = path
                break
    return paths

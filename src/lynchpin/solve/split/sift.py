"""Which candidate variants of each need are worth a place in the first root.

A need (model, family) has a dozen candidate variants or more, and an optimal root uses about three. With the
few that look cheapest the root is a third in size and comes four times sooner; what it finds is a start for
plans and no bound. A candidate looks as cheap as

    most[m] x mean over plants of the least unit cost + fixed cost of the variant / SHARERS

with everything taken from the arrays of the aggregate form.
"""

import numpy as np
import polars as pl

from lynchpin.model.vectors import Flags, Vector
from lynchpin.solve.forms import Form

SHARERS = 4.0  # models that share a variant, for a first guess
OF_USE = ("buy", "buy_peak")  # columns that exist for one use of a variant by a model


def likely(form: Form, count: int) -> Flags:
    """Return the columns of a root with the `count` cheapest candidates of each need (n)."""
    use = form.built.columns["use"].frame
    score = _volume_cost(form, use.height) + _fixed_cost(form)[use["variant"].to_numpy()] / SHARERS
    rank = (
        use.select("model", "family")
        .with_columns(score=pl.Series(score))
        .select(pl.col("score").rank("ordinal").over("model", "family"))
    )
    return with_uses(form, rank["score"].to_numpy() <= count)


def with_uses(form: Form, uses: Flags) -> Flags:
    """Return the columns without those that only other uses need (n).

    uses  which rows of the frame of `use` stay
    """
    kept = np.ones(len(form.problem.cost), dtype=np.bool_)
    kept[form.place["use"]] = uses
    for name in OF_USE:
        if name not in form.place:
            continue  # a form without peaks
        kept[form.place[name]] = uses[form.built.columns[name].frame["use"].to_numpy()]
    return kept


def _volume_cost(form: Form, uses: int) -> Vector:
    """Return what a use of each variant costs by volume (uses); `inf` where nobody can deliver."""
    frame = form.built.columns["buy"].frame.select("use", "slot", "site", "most")
    rows = frame.with_columns(cost=pl.Series(form.problem.cost[form.place["buy"]]))
    least = rows.group_by("use", "slot", "site").agg(pl.col("cost").min(), pl.col("most").max())
    whole = (
        least.group_by("use", "site")
        .agg(pl.col("cost").mean(), pl.col("most").sum())
        .group_by("use")
        .agg(pl.col("cost").mean(), pl.col("most").max())
    )
    found = np.full(uses, np.inf)
    found[whole["use"].to_numpy()] = whole["cost"].to_numpy() * whole["most"].to_numpy() / form.built.flow
    return found


def _fixed_cost(form: Form) -> Vector:
    """Return engineering and the cheapest tools of each variant, over all phases (variants)."""
    found = np.zeros(len(form.built.instance.names["variant"]))
    for name, keys in (("used", ("variant", "member")), ("tooled", ("variant", "member", "site"))):
        frame = form.built.columns[name].frame.select(keys)
        cost = frame.with_columns(cost=pl.Series(form.problem.cost[form.place[name]]))
        least = cost.group_by(keys).agg(pl.col("cost").sum()).group_by("variant").agg(pl.col("cost").min())
        found[least["variant"].to_numpy()] += least["cost"].to_numpy()
    return found

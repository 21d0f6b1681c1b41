"""From a point of the yearly form to the tables of a plan.

A point holds the value of every variable, one number a row of the instance's frame of that name; its
structure is 0 or 1. What follows from structure and flows is derived here: who keeps a variant, which member
develops a platform, scale volumes (S1), what fits, and the cash of each investment.

    volume[v,c] = sum_t d[t] pi[f,t] vol[v,c,t] / (sum_t d[t] pi[f,t] y)          vol in scale attribute units
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance, Vector
from lynchpin.plan.investment import investment
from lynchpin.plan.ledger import ledger
from lynchpin.plan.payers import Payers
from lynchpin.plan.tables import COLUMNS, SMALLEST, complete
from lynchpin.solve.structure import derived
from lynchpin.solve.volumes import Scale, Values, scale_of

_CHOSEN = ("use", "nominate", "allocate", "open")
_FLOWS = {
    "make": "vehicles",
    "ship": "vehicles",
    "buy": "pieces",
    "sell": "vehicles",
    "idle": "slots",
    "short": "vehicles",
    "miss": "amount",
}


def extract(instance: Instance, values: Values, *, scenario: str | None) -> Mapping[str, pl.DataFrame]:
    """Return every table of the plan that a point stands for.

    values  value of each column of each variable, in the order of the instance's frames
    """
    flows = {
        name: _without_dust(numbers) if name in _FLOWS or name == "unmet" else numbers
        for name, numbers in values.items()
    }
    flows = derived(instance, flows)
    scale, payers = scale_of(instance, flows["buy"]), Payers(instance)
    tables = {name: _chosen(instance, name, flows[name]) for name in _CHOSEN}
    tables |= {name: _flow(instance, name, flows[name]) for name in _FLOWS}
    tables["unmet"] = _unmet(instance, flows["unmet"])
    tables["launch"] = _launch(instance, flows["launched"])
    tables["keep"] = _keep(instance, flows["use"])
    tables["develop"] = _develop(instance, flows["launched"])
    tables["scale"] = _scale(instance, scale, tables["keep"])
    tables["fit"] = _fit(instance, tables["use"])
    tables["investment"] = investment(instance, flows, payers)
    tables["ledger"] = ledger(instance, flows, scale.saved, payers, scenario=scenario)
    return complete(tables)


def _scale(instance: Instance, scale: Scale, keep: pl.DataFrame) -> pl.DataFrame:
    """Return volume and cost factor of every kept variant whose family has a scale rate."""
    rates = instance.study.table("families").select("family", "scale_rate")
    variants = instance.study.table("variants").select("variant", "family").join(rates, on="family")
    scaled = keep.join(variants.filter(pl.col("scale_rate") > 0), on="variant", how="semi")
    return scaled.join(scale.table(instance), on=["variant", "member"], how="left").select(COLUMNS["scale"])


def _without_dust(numbers: Vector) -> Vector:
    """Return the flows of at least 1e-6, the others as nought."""
    return np.where(numbers >= SMALLEST, numbers, 0.0)


def _chosen(instance: Instance, name: str, values: Vector) -> pl.DataFrame:
    """Return the rows of a structural variable that are one, in the plan's columns."""
    return instance.in_words(instance.frames[name].filter(pl.Series(values > 0.5))).select(COLUMNS[name])


def _flow(instance: Instance, name: str, values: Vector) -> pl.DataFrame:
    """Return the rows of a flow that are not nought."""
    frame = instance.frames[name].with_columns(pl.Series(_FLOWS[name], values))
    return instance.in_words(frame.filter(pl.col(_FLOWS[name]) > 0)).select(COLUMNS[name])


def _unmet(instance: Instance, values: Vector) -> pl.DataFrame:
    """Return committed volume that is not taken, by the nomination row that asks for it."""
    pools = instance.labelled("pools").select("pool", "site", "variant", "family")
    rows = instance.frames["unmet"].with_columns(units=pl.Series(values)).filter(pl.col("units") > 0)
    return instance.in_words(rows).join(pools, on="pool", how="left").select(COLUMNS["unmet"])


def _launch(instance: Instance, launched: Vector) -> pl.DataFrame:
    """Return the launched versions with the first period of their window inside the horizon."""
    positions: list[int] = instance.on_sale.argmax(axis=1).tolist()
    first = [instance.periods[position] for position in positions]
    models = instance.labelled("models").with_columns(period=pl.Series(first, dtype=pl.String))
    return models.filter(pl.Series(launched > 0.5)).select(COLUMNS["launch"])


def _keep(instance: Instance, use: Vector) -> pl.DataFrame:
    """Return each variant with the members that use it."""
    members = instance.labelled("models").select("model", "member")
    return _chosen(instance, "use", use).join(members, on="model").select("variant", "member").unique()


def _develop(instance: Instance, launched: Vector) -> pl.DataFrame:
    """Return each platform with the members whose launched versions stand on it."""
    models = instance.labelled("models").filter(pl.Series(launched > 0.5) & pl.col("platform").is_not_null())
    return models.select("platform", "member").unique()


def _fit(instance: Instance, use: pl.DataFrame) -> pl.DataFrame:
    """Return need and offer for every requirement of the carried variants."""
    study = instance.study
    needs = study.table("requirements").filter(pl.col("attribute").is_not_null())
    senses = study.table("attributes").select("family", "attribute", "sense")
    given = study.table("specifications").select("variant", "attribute", given="value")
    rows = use.join(needs.select("model", "family", "attribute", need="value"), on=["model", "family"])
    return (
        rows.join(senses, on=["family", "attribute"], how="left")
        .join(given, on=["variant", "attribute"], how="left")
        .select(COLUMNS["fit"])
    )

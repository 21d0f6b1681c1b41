"""Checks of money and owners: currencies, ventures, operators of plants, and sources."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.dictionary import dictionary
from lynchpin.study.finding import Finding

SHARE_TOLERANCE = 1e-6


def check_people(checked: Checked) -> list[Finding]:
    """Return what currencies, ventures, operators and sources break."""
    return [
        *_currencies(checked),
        *_ventures(checked),
        *_operators(checked),
        *_brands(checked),
        *_sources(checked),
    ]


def _currencies(checked: Checked) -> list[Finding]:
    study = checked.study
    rows = checked.rows("currencies").filter(pl.col("currency").is_not_null())
    own = rows.filter(pl.col("currency") == study.settings.currency)
    rule, cure = "is the study's own currency, whose rate is 1", "Delete the row."
    findings = checked.report("error", "currencies", "currency", own, rule, cure)
    index = {label: study.periods.index(label) for label in rows["from"].drop_nulls().unique().to_list()}
    start = pl.col("from").replace_strict(index, default=None, return_dtype=pl.Int64).fill_null(-1)
    rows = rows.with_columns(start.alias("start"))
    group = ("currency", "start")
    again = rows.filter(pl.col("from") != pl.col("from").first().over(group))
    rule, cure = "begins in the same period as another rate of {currency}", "Keep one of the two rows."
    findings += checked.report("error", "currencies", "from", again, rule, cure)
    first = rows.sort("start").group_by("currency").first()
    late = first.filter(pl.col("start") > 0)
    rule = f"has no rate for {study.periods.labels[0]}, the first period of the horizon"
    cure = "Leave from blank in its first row, or add an earlier row."
    return findings + checked.report("error", "currencies", "from", late, rule, cure)


def _ventures(checked: Checked) -> list[Finding]:
    rows = checked.rows("ventures").filter(pl.col("operator").is_not_null())
    sums = rows.group_by("operator").agg(
        pl.col("row").first(), pl.col("share").sum().round(9), pl.col("share").null_count().alias("wrong")
    )
    off = sums.filter(((pl.col("share") - 1).abs() > SHARE_TOLERANCE) & (pl.col("wrong") == 0))
    rule = "the owners' shares of {operator} must add to 1, and add to {share}"
    findings = checked.report(
        "error", "ventures", "share", off, rule, "Add the missing owner or correct the shares."
    )
    partners = rows.filter(pl.col("operator").is_in(sorted(checked.known("partners", "partner"))))
    rule, cure = (
        "is a partner, which owns itself",
        "Give the venture a name of its own, and name it in sites.",
    )
    return findings + checked.report("error", "ventures", "operator", partners, rule, cure)


def _operators(checked: Checked) -> list[Finding]:
    partners = checked.known("partners", "partner")
    ventures = checked.study.tables["ventures"]
    held = ventures.filter(pl.col("owner").is_in(sorted(partners)) & (pl.col("share") > 0))
    allowed = partners | frozenset(held["operator"].drop_nulls().to_list())
    rows = checked.rows("sites").filter((pl.col("kind") == "assembly") & pl.col("operator").is_not_null())
    wrong = rows.filter(~pl.col("operator").is_in(sorted(allowed)))
    rule = "an assembly site's operator must be a partner, or a venture that a partner owns part of"
    cure = "Write a partner, or add the venture's owners to ventures."
    return checked.report("error", "sites", "operator", wrong, rule, cure, near=sorted(allowed))


def _brands(checked: Checked) -> list[Finding]:
    if not checked.study.tables["brands"].height:
        return []
    selling = checked.study.tables["programmes"]["brand"].drop_nulls().unique().to_list()
    idle = checked.rows("brands").filter(~pl.col("brand").is_in(selling) & pl.col("brand").is_not_null())
    return checked.report(
        "warning", "brands", "brand", idle, "has no programme", "Add one, or delete the brand."
    )


def _sources(checked: Checked) -> list[Finding]:
    """Return one finding on the rows that say nothing about where their figures are from."""
    counts = {
        name: (frame["source"].null_count(), frame.height)
        for name, frame in checked.study.tables.items()
        if "source" in dictionary()[name].columns and frame.height
    }
    missing = sum(blank for blank, _ in counts.values())
    if not missing:
        return []
    rows = sum(height for _, height in counts.values())
    worst = sorted((name for name in counts if counts[name][0]), key=lambda name: (-counts[name][0], name))[
        :5
    ]
    named = ", ".join(f"{name} {counts[name][0]} of {counts[name][1]}" for name in worst)
    rule = f"{missing} of {rows} rows ({missing / rows:.0%}) name no source: {named}"
    cure = "Write a row into sources and its key into column source."
    return checked.whole("warning", worst[0], "source", rule, cure)

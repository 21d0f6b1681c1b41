"""Checks of periods: labels that the study can hold, from before until, and paths that cover the horizon."""

from dataclasses import replace

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.dictionary import Column, dictionary
from lynchpin.study.finding import Finding
from lynchpin.study.study import Study

POINTS = frozenset({("demand", "period"), ("price_paths", "period")})


def check_labels(checked: Checked) -> tuple[Checked, list[Finding]]:
    """Return the findings on labels that this kind of study cannot hold, and the study with them blank."""
    findings: list[Finding] = []
    changed: dict[str, pl.DataFrame] = {}
    study = checked.study
    for name in sorted(study.given):
        for column in dictionary()[name].columns.values():
            if column.kind == "period":
                frame = changed.get(name, study.tables[name])
                wrong = _wrong(study, column, frame)
                if wrong.any():
                    findings += _label_findings(checked, column, frame.with_row_index("row").filter(wrong))
                    blank = frame[column.name].set(wrong, None)
                    changed[name] = frame.with_columns(blank)
    return replace(checked, study=study.replace(**changed)) if changed else checked, findings


def _wrong(study: Study, column: Column, frame: pl.DataFrame) -> pl.Series:
    halves = frame[column.name].str.contains("-H")
    if not study.periods.half_years:
        return halves.fill_null(value=False)
    point = (column.table, column.name) in POINTS
    return (~halves).fill_null(value=False) if point else pl.repeat(False, frame.height, eager=True)


def _label_findings(checked: Checked, column: Column, rows: pl.DataFrame) -> list[Finding]:
    if checked.study.periods.half_years:
        rule, cure = (
            "must name one half of a year in a half-year study",
            "Write a row for -H1 and one for -H2.",
        )
    else:
        rule, cure = (
            "the study has yearly periods",
            'Write the year, or period = "half-year" into the settings.',
        )
    return checked.report("error", column.table, column.name, rows, rule, cure)


def check_windows(checked: Checked) -> list[Finding]:
    """Return the rows that end before they begin, and those that lie outside the horizon."""
    findings: list[Finding] = []
    periods = checked.study.periods
    for name in sorted(checked.study.given):
        columns = dictionary()[name].columns
        if "from" in columns and "until" in columns and checked.study.tables[name].height:
            rows = checked.rows(name)
            first = pl.col("from").replace_strict(_positions(checked, rows["from"], end=False), default=None)
            last = pl.col("until").replace_strict(_positions(checked, rows["until"], end=True), default=None)
            rows = rows.with_columns(first.cast(pl.Int64).alias("first"), last.cast(pl.Int64).alias("last"))
            backward = rows.filter(pl.col("last") < pl.col("first"))
            rule, cure = (
                "ends before it begins: from is {from}",
                "Swap from and until, or correct one of them.",
            )
            findings += checked.report("error", name, "until", backward, rule, cure)
            never = rows.filter(pl.col("first") >= periods.n)
            rule, cure = (
                f"begins after the horizon, whose last period is {periods.labels[-1]}",
                "Check the year.",
            )
            findings += checked.report("warning", name, "from", never, rule, cure)
    return findings


def _positions(checked: Checked, labels: pl.Series, *, end: bool) -> dict[str, int]:
    periods = checked.study.periods
    return {label: periods.index(label, end=end) for label in labels.drop_nulls().unique().to_list()}


def check_paths(checked: Checked) -> list[Finding]:
    """Return demand and price paths that leave out a period of the horizon."""
    demand = _gaps(checked, "demand", ["market", "segment", "powertrain"])
    prices = _gaps(checked, "price_paths", ["family", "country", "chemistry"])
    labels = checked.study.periods.labels
    empty = checked.rows("demand").filter((pl.col("period") == labels[0]) & (pl.col("vehicles") == 0))
    rule = "must be above zero in the first period, which growth is measured against"
    return (
        demand
        + prices
        + checked.report("error", "demand", "vehicles", empty, rule, "Write the market's size.")
    )


def _gaps(checked: Checked, table: str, keys: list[str]) -> list[Finding]:
    labels = pl.DataFrame({"period": checked.study.periods.labels})
    rows = checked.rows(table).filter(pl.col("period").is_not_null())
    paths = rows.group_by(keys).agg(pl.col("row").min())
    missing = paths.join(labels, how="cross").join(rows, on=[*keys, "period"], how="anti", nulls_equal=True)
    paths = (
        missing.sort("period").group_by("row", *keys).agg(pl.col("period").str.join(", ").alias("missing"))
    )
    of = ", ".join(f"{{{key}}}" for key in keys)
    rule = f"the path of {of} must cover the horizon, and has no row for {{missing}}"
    return checked.report("error", table, "period", paths, rule, "Add a row for each of these periods.")

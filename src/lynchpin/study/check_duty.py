"""Checks that every flow over a border has a duty, that no two rows tie for it, and that rows are of use."""

import polars as pl

from lynchpin.study.check_freight import parts_ways
from lynchpin.study.check_sales import offered_from
from lynchpin.study.checked import Checked
from lynchpin.study.duty_cover import FLOW, Cover, cover
from lynchpin.study.finding import Finding


def check_duty(checked: Checked) -> list[Finding]:
    """Return flows without a duty row, rows that tie, and one count of rows that match no flow."""
    if not checked.study.tables["tariffs"].height:
        return []
    flows = pl.concat([_cars(checked), _parts(checked)])
    if flows.is_empty():
        return []
    different = flows.unique(FLOW, keep="first", maintain_order=True).with_row_index("flow")
    found = cover(checked.study, different.select("flow", *FLOW))
    return [
        *_uncovered(checked, found, different),
        *_ties(checked, found, different),
        *_idle(checked, found),
    ]


def _flow(checked: Checked, rows: pl.DataFrame) -> pl.DataFrame:
    """Return flows of the rows; site and subject are kept only where content is declared for the site."""
    sites = checked.study.tables["sites"].select(
        "site", pl.col("country").alias("i"), pl.col("operator").alias("o")
    )
    declared = checked.known("origin", "site")
    kept = pl.col("site").is_in(sorted(declared))
    rows = rows.join(sites, on="site").filter(pl.col("i").is_not_null() & pl.col("j").is_not_null())
    rows = rows.filter(pl.col("h").is_not_null()).with_columns(
        pl.col("h").str.replace_all(".", "", literal=True),
        pl.col("o").fill_null(""),
        pl.when(kept).then("site").fill_null("").alias("site"),
        pl.when(kept).then("subject").fill_null("").alias("subject"),
    )
    return rows.sort("row", *FLOW).select(*FLOW, "table", "row", "what")


def _cars(checked: Checked) -> pl.DataFrame:
    headings = checked.study.tables["models"].select("model", pl.col("hs").alias("h"))
    rows = checked.rows("offers").select("row", "model", "market")
    rows = rows.join(offered_from(checked).rename({"country": "j"}), on=["model", "market"])
    rows = rows.join(headings, on="model").with_columns(
        pl.lit("offers").alias("table"), pl.col("model").alias("what"), pl.col("programme").alias("subject")
    )
    return _flow(checked, rows)


def _parts(checked: Checked) -> pl.DataFrame:
    headings = checked.study.tables["families"].select("family", pl.col("hs").alias("h"))
    countries = checked.study.tables["sites"].select(pl.col("site").alias("to"), pl.col("country").alias("j"))
    families = checked.study.tables["variants"].select("variant", pl.col("family").alias("of"))
    rows = checked.rows("nominations").join(families, on="variant", how="left")
    rows = rows.select("row", pl.col("site").alias("from"), pl.coalesce("family", "of").alias("family"))
    rows = rows.unique(["from", "family"], keep="first", maintain_order=True)
    rows = (
        rows.join(parts_ways(checked), on=["from", "family"])
        .join(countries, on="to")
        .join(headings, on="family")
    )
    rows = rows.with_columns(
        pl.lit("nominations").alias("table"),
        pl.col("family").alias("what"),
        pl.col("family").alias("subject"),
        pl.col("from").alias("site"),
    )
    return _flow(checked, rows)


def _uncovered(checked: Checked, found: Cover, flows: pl.DataFrame) -> list[Finding]:
    first = found.uncovered.sort("period", "flow").unique(["h", "i", "j"], keep="first", maintain_order=True)
    rows = first.select("flow", "period").join(flows, on="flow")
    labels = dict(enumerate(checked.study.periods.labels))
    rows = rows.with_columns(pl.col("period").replace_strict(labels, return_dtype=pl.String).alias("when"))
    findings: list[Finding] = []
    for table, column, goods in (("offers", "market", "cars"), ("nominations", "site", "parts")):
        rule = (
            f"no mfn or all_in row of tariffs covers {goods} of heading {{h}} ({{what}}) from {{i}} to {{j}}"
        )
        rule += " in {when}"
        cure = (
            "Add an mfn row with importer {j} (or a territory of it) and exporter *, hs {h} or its beginning."
        )
        findings += checked.report("error", table, column, rows.filter(pl.col("table") == table), rule, cure)
    return findings


def _ties(checked: Checked, found: Cover, flows: pl.DataFrame) -> list[Finding]:
    if found.ties.is_empty():
        return []
    place = checked.places["tariffs"]
    tied = found.ties.group_by("flow", "group", "period").agg(pl.col("tariff").sort())
    tied = tied.with_columns(
        pl.col("tariff").list.get(0).alias("first"), pl.col("tariff").list.get(1).alias("row")
    ).sort("period", "flow")
    tied = tied.unique(["first", "row"], keep="first", maintain_order=True).join(flows.drop("row"), on="flow")
    numbers = [place.row(int(index)) for index in tied["first"].to_list()]
    tied = tied.with_columns(pl.Series("other", numbers, dtype=pl.Int64))
    rule = (
        "applies as much as row {other} to {what} from {i} to {j} (group {group}), and only one row can hold"
    )
    cure = "Delete one, or make one more exact: a longer hs, a country, a maker or other dates."
    return checked.report("error", "tariffs", "kind", tied, rule, cure)


def _idle(checked: Checked, found: Cover) -> list[Finding]:
    rows = checked.rows("tariffs")
    idle = rows.filter(~pl.col("row").is_in(sorted(found.matching)))
    if idle.is_empty():
        return []
    place = checked.places["tariffs"]
    numbers = ", ".join(str(place.row(int(index))) for index in idle["row"].head(12).to_list())
    more = " and others" if idle.height > 12 else ""
    rule = f"{idle.height} of {rows.height} rows match no flow of the study: rows {numbers}{more}"
    cure = "Check countries, headings and dates; nothing else is needed if they are meant for later."
    return checked.whole("warning", "tariffs", "importer", rule, cure)

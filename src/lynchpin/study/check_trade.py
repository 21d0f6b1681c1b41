"""Checks of duties, agreements, declared content and territories, without computing any duty."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding

GENERAL = "general"
"""Name of the regime of duty in which no quota row counts."""


def check_trade(checked: Checked) -> list[Finding]:
    """Return what tariffs, agreements, origin and territories break between them."""
    return [
        *_quota_names(checked),
        *_replaces(checked),
        *_makers(checked),
        *_headings(checked),
        *_territories(checked),
        *_origin(checked),
        *_agreements(checked),
    ]


def _quota_names(checked: Checked) -> list[Finding]:
    rows = checked.rows("tariffs").filter(pl.col("quota").is_not_null() & pl.col("name").is_not_null())
    again = rows.filter(pl.col("row") != pl.col("row").first().over("name"))
    rule, cure = "quota {name} stands in another row already", "Give each quota row a name of its own."
    findings = checked.report("error", "tariffs", "name", again, rule, cure)
    general = rows.filter(pl.col("name") == GENERAL)
    rule = f"{GENERAL} is the name of trade outside all quotas"
    return findings + checked.report(
        "error", "tariffs", "name", general, rule, "Give the quota another name."
    )


def _replaces(checked: Checked) -> list[Finding]:
    """Return rows whose `replaces` names an add-on that no row has."""
    rows = checked.rows("tariffs").filter(pl.col("replaces").is_not_null() & (pl.col("kind") == "all_in"))
    addons = (
        checked.study.tables["tariffs"]
        .filter(pl.col("kind") == "addon")["name"]
        .drop_nulls()
        .unique()
        .to_list()
    )
    named = rows.with_columns(pl.col("replaces").str.split(";")).explode("replaces")
    named = named.with_columns(pl.col("replaces").str.strip_chars())
    wrong = named.filter(~pl.col("replaces").is_in([*addons, "*"]))
    rule = "must name add-ons of the table, or *"
    cure = "Write names of rows of kind addon, separated by ;"
    return checked.report("error", "tariffs", "replaces", wrong, rule, cure, near=sorted(addons))


def _makers(checked: Checked) -> list[Finding]:
    operators = sorted(checked.known("sites", "operator"))
    rows = checked.rows("tariffs").filter((pl.col("maker") != "*") & ~pl.col("maker").is_in(operators))
    rule = "is the operator of no site, so that the row applies to nothing"
    cure = "Write an operator as in sites; nothing else is needed if the maker is meant to be absent."
    return checked.report("warning", "tariffs", "maker", rows, rule, cure, near=operators)


def _headings(checked: Checked) -> list[Finding]:
    """Return models without a customs heading where the study has tariffs."""
    if not checked.study.tables["tariffs"].height:
        return []
    offered = checked.study.tables["offers"]["model"].drop_nulls().unique().to_list()
    rows = checked.rows("models").filter(pl.col("hs").is_null() & pl.col("model").is_in(offered))
    rule = "is needed where the study has tariffs"
    return checked.report("error", "models", "hs", rows, rule, "Write the customs heading, such as 8703.80.")


def _territories(checked: Checked) -> list[Finding]:
    """Return countries that are in no territory, where tariffs name territories."""
    blocs = checked.known("territories", "territory")
    tariffs = checked.study.tables["tariffs"]
    if not blocs or not blocs & {*tariffs["importer"].to_list(), *tariffs["exporter"].to_list()}:
        return []
    members = checked.known("territories", "country")
    named = {*tariffs["importer"].to_list(), *tariffs["exporter"].to_list()}
    findings: list[Finding] = []
    for table in ("sites", "markets"):
        rows = checked.rows(table).filter(
            pl.col("country").is_not_null() & ~pl.col("country").is_in(sorted(members))
        )
        rows = rows.filter(~pl.col("country").is_in(sorted(name for name in named if name)))
        rows = rows.group_by("country").agg(pl.col("row").min())
        rule = "{country} is in no territory, and no duty row names it"
        cure = "Add it to territories, or check that the code is the one that territories use."
        findings += checked.report("warning", table, "country", rows, rule, cure, near=sorted(members))
    return findings


def _origin(checked: Checked) -> list[Finding]:
    """Return content declared for a programme that the site cannot build."""
    built = checked.study.tables["allocations"].select("site", "programme").drop_nulls()
    assembly = (
        checked.study.tables["sites"].filter(pl.col("kind") == "assembly")["site"].drop_nulls().to_list()
    )
    rows = checked.rows("origin").filter(pl.col("programme").is_not_null() & pl.col("site").is_in(assembly))
    idle = rows.join(built, on=["site", "programme"], how="anti")
    rule = "{site} cannot build {programme}, so that the declared content counts for nothing"
    cure = "Correct the site or the programme, or add the row to allocations."
    return checked.report("warning", "origin", "programme", idle, rule, cure)


def _agreements(checked: Checked) -> list[Finding]:
    """Return rows of one agreement and heading that hold in one period, of which only one could count."""
    study = checked.study
    heading = pl.col("hs").str.replace_all(".", "", literal=True)
    rows = checked.rows("agreements").filter(pl.col("agreement").is_not_null()).with_columns(heading=heading)
    spans = [
        list(study.periods.span(first, last)) for first, last in rows.select("from", "until").iter_rows()
    ]
    held = rows.with_columns(pl.Series("period", spans, dtype=pl.List(pl.Int64))).explode("period")
    held = held.drop_nulls("period").with_columns(
        pl.col("row").min().over("agreement", "heading", "period").alias("first")
    )
    twice = held.filter(pl.col("row") != pl.col("first")).sort("row", "period")
    twice = twice.unique("row", keep="first", maintain_order=True)
    place, labels = checked.places["agreements"], study.periods.labels
    twice = twice.with_columns(
        pl.Series("other", [place.row(int(row)) for row in twice["first"]], dtype=pl.Int64),
        pl.Series("when", [labels[period] for period in twice["period"]], dtype=pl.String),
    )
    rule = "holds for {agreement} and heading {hs} in {when}, and so does row {other}"
    cure = "Let the earlier row end (until) before the later one begins (from)."
    return checked.report("error", "agreements", "from", twice, rule, cure)

"""Checks of targets, incentives and scenarios: each must name what exists and touch something."""

import polars as pl

from lynchpin.study.change_rows import changed_study
from lynchpin.study.check_sales import places
from lynchpin.study.checked import Checked
from lynchpin.study.dictionary import dictionary
from lynchpin.study.finding import Finding


def check_aims(checked: Checked) -> list[Finding]:
    """Return what targets, incentives and scenarios break."""
    return [*_lists(checked), *_targets(checked), *_incentives(checked), *_scenarios(checked)]


def _lists(checked: Checked) -> list[Finding]:
    """Return entries of lists that name no partner, brand or drive, and members that name no place."""
    drives = dictionary()["models"].columns["powertrain"].choices
    known_places = places(checked)["name"].to_list()
    findings: list[Finding] = []
    for table, column, words, what in (
        ("targets", "partners", sorted(checked.known("partners", "partner")), "a partner"),
        ("targets", "brands", sorted(checked.known("brands", "brand")), "a brand"),
        ("targets", "powertrains", sorted(drives), "a drive"),
    ):
        rows = _entries(checked, table, column).filter(~pl.col(column).is_in(words))
        rule = f"every entry must be {what}, and {{{column}}} is none"
        findings += checked.report(
            "error", table, column, rows, rule, f"Write {what}, separated by ;", near=words
        )
    entries = _entries(checked, "agreements", "members")
    useless = entries.with_columns(pl.col("members").is_in(known_places).any().over("row").alias("some"))
    rows = useless.filter(~pl.col("some")).unique("row", keep="first", maintain_order=True)
    rule = "no member is a country of a site or market or a territory of the study"
    cure = "Write the codes that sites, markets and territories use."
    near = sorted(known_places)
    return findings + checked.report("warning", "agreements", "members", rows, rule, cure, near=near)


def _entries(checked: Checked, table: str, column: str) -> pl.DataFrame:
    rows = checked.rows(table).filter(pl.col(column).is_not_null())
    rows = rows.with_columns(pl.col(column).str.split(";")).explode(column)
    return rows.with_columns(pl.col(column).str.strip_chars()).filter(pl.col(column) != "")


def _split(column: str) -> pl.Expr:
    return pl.col(column).str.split(";").list.eval(pl.element().str.strip_chars())


def _targets(checked: Checked) -> list[Finding]:
    """Return targets whose scope has no offer, or whose family has no variant."""
    study = checked.study
    rows = checked.rows("targets").filter(pl.col("kind").is_not_null())
    if rows.is_empty():
        return []
    brands = study.tables["brands"].select("brand", "partner")
    programmes = study.tables["programmes"].select("programme", "brand").join(brands, on="brand")
    models = (
        study.tables["models"].select("model", "programme", "powertrain").join(programmes, on="programme")
    )
    markets = study.tables["markets"].select("market", "country")
    sold = (
        study.tables["offers"].select("model", "market").join(models, on="model").join(markets, on="market")
    )
    sold = sold.select("partner", "brand", "powertrain", "country").drop_nulls().unique()
    every = sold.select("country").unique().with_columns(pl.lit("any").alias("name"))
    names = pl.concat([places(checked).select("name", "country"), every.select("name", "country")])
    scope = rows.join(names, left_on="territory", right_on="name").join(sold, on="country")
    scope = scope.filter(
        _inside("partners", "partner") & _inside("brands", "brand") & _inside("powertrains", "powertrain")
    )
    empty = rows.filter(pl.col("kind") != "dual_source").join(scope, on="row", how="anti")
    rule = "no offer is in the scope of {target}: its partners, brands, territory and drives"
    findings = checked.report(
        "error", "targets", "target", empty, rule, "Correct the scope, or delete the target."
    )
    families = study.tables["variants"]["family"].drop_nulls().unique().to_list()
    bare = rows.filter((pl.col("kind") == "dual_source") & ~pl.col("family").is_in(families))
    rule = "family {family} has no variant, so that {target} binds nothing"
    return findings + checked.report("error", "targets", "family", bare, rule, "Name another family.")


def _inside(entries: str, column: str) -> pl.Expr:
    return pl.col(entries).is_null() | _split(entries).list.contains(pl.col(column))


def _incentives(checked: Checked) -> list[Finding]:
    """Return grants that no site can earn."""
    study = checked.study
    rows = checked.rows("incentives").filter(pl.col("territory").is_not_null())
    names = places(checked).select(pl.col("name").alias("territory"), "country")
    sites = study.tables["sites"].select("site", "country").drop_nulls()
    local = rows.join(names, on="territory").join(sites, on="country")
    models = study.tables["models"].select("programme", "powertrain").drop_nulls().unique()
    built = study.tables["allocations"].select("site", "programme").join(models, on="programme")
    cars = local.join(built, on=["site", "powertrain"], how="semi")
    variants = study.tables["variants"].select("variant", pl.col("family").alias("of"))
    made = (
        study.tables["nominations"]
        .select("site", "variant", "family")
        .join(variants, on="variant", how="left")
    )
    made = made.select("site", pl.coalesce("family", "of").alias("family"))
    parts = local.join(made, on=["site", "family"], how="semi")
    idle = rows.join(pl.concat([cars, parts]), on="row", how="anti")
    rule = "no site in {territory} can make what {name} is granted for"
    cure = "Check territory, powertrain and family; nothing else is needed if a site is to come."
    findings = checked.report("warning", "incentives", "territory", idle, rule, cure)
    kwh = study.tables["attributes"].filter(pl.col("attribute") == "kwh")["family"].to_list()
    wrong = rows.filter(
        (pl.col("per_kwh") > 0) & pl.col("family").is_not_null() & ~pl.col("family").is_in(kwh)
    )
    rule = "family {family} has no attribute kwh"
    return findings + checked.report(
        "error", "incentives", "per_kwh", wrong, rule, "Use per_unit, or add kwh."
    )


def _scenarios(checked: Checked) -> list[Finding]:
    study = checked.study
    changes = study.tables["changes"]
    rows = checked.rows("scenarios").filter(pl.col("scenario").is_not_null())
    changing = changes["scenario"].drop_nulls().unique().to_list()
    rule, cure = (
        "{scenario} changes nothing",
        "Add its rows to changes; nothing else is needed for a base case.",
    )
    idle = rows.filter(~pl.col("scenario").is_in(changing))
    findings = checked.report("warning", "scenarios", "scenario", idle, rule, cure)
    for scenario in sorted(checked.known("scenarios", "scenario")):
        findings += changed_study(study, scenario, checked.places["changes"])[1]
    return findings

"""Checks of sites, programmes, allocations and nominations against each other."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding


def check_plants(checked: Checked) -> list[Finding]:
    """Return what sites, programmes, allocations and nominations break between them."""
    return [
        *_empty(checked),
        *_sites(checked),
        *_capacity_measure(checked),
        *_programmes(checked),
        *_replaced(checked),
    ]


def _empty(checked: Checked) -> list[Finding]:
    """Return one finding where the study lacks what any plan needs."""
    needed = ("partners", "brands", "programmes", "models", "sites", "allocations", "markets", "offers")
    empty = [table for table in needed if checked.study.tables[table].is_empty()]
    if not empty:
        return []
    rule = f"without rows in {', '.join(empty)} there is nothing to plan"
    return checked.whole(
        "warning", empty[0], "", rule, "Add them; `lynchpin new DIR` makes a study to start from."
    )


def _sites(checked: Checked) -> list[Finding]:
    study = checked.study
    given = study.tables["sites"]["capacity"]
    rows = checked.rows("sites").filter((pl.col("kind") == "assembly") & given.is_null())
    rows = rows.with_columns(pl.lit(None).alias("capacity"))
    rule, cure = "is blank: an unlimited plant is assumed", "Write its car slots per year, or inf to say so."
    findings = checked.report("warning", "sites", "capacity", rows, rule, cure)
    component = study.tables["sites"].filter(pl.col("kind") == "component")["site"].drop_nulls().to_list()
    cure = "Name a site of kind assembly, or correct the kind in sites."
    for table, rule in (
        ("allocations", "{site} is a site of kind component, which builds no cars"),
        ("transfer_prices", "{site} is a site of kind component, which sells no cars"),
    ):
        wrong = checked.rows(table).filter(pl.col("site").is_in(component))
        findings += checked.report("error", table, "site", wrong, rule, cure)
    wrong = checked.rows("origin").filter(pl.col("site").is_in(component) & pl.col("programme").is_not_null())
    rule = "{site} is a site of kind component, which builds no programme"
    return findings + checked.report("error", "origin", "site", wrong, rule, cure)


def _capacity_measure(checked: Checked) -> list[Finding]:
    """Return component sites whose capacity is counted in what a family made there lacks."""
    study = checked.study
    sites = checked.rows("sites").filter(
        (pl.col("kind") == "component")
        & pl.col("capacity").is_finite()
        & (pl.col("capacity_attribute") != "pieces")
    )
    families = study.tables["variants"].select("variant", pl.col("family").alias("of"))
    makes = (
        study.tables["nominations"]
        .select("site", "variant", "family")
        .join(families, on="variant", how="left")
    )
    makes = makes.select("site", pl.coalesce("family", "of").alias("family")).drop_nulls().unique()
    numeric = (
        study.table("attributes")
        .filter(pl.col("kind") == "number")
        .select("family", pl.col("attribute").alias("capacity_attribute"))
    )
    pairs = sites.join(makes, on="site")
    wrong = pairs.join(numeric, on=["family", "capacity_attribute"], how="anti").unique(["row", "family"])
    rule = "family {family}, which {site} makes, has no attribute {capacity_attribute} that is a number"
    cure = "Count the capacity in pieces, or add the attribute to the family."
    near = sorted({"pieces", *checked.known("attributes", "attribute")})
    findings = checked.report("error", "sites", "capacity_attribute", wrong, rule, cure, near=near)
    good = pairs.join(numeric, on=["family", "capacity_attribute"])
    variants = good.join(study.tables["variants"].select("variant", "family").drop_nulls(), on="family")
    known = study.tables["specifications"].select("variant", pl.col("attribute").alias("capacity_attribute"))
    lacking = variants.join(known, on=["variant", "capacity_attribute"], how="anti").unique(
        ["row", "variant"]
    )
    rule = "capacity of {site} is counted in {capacity_attribute}, which {variant} has no value of"
    cure = "Add {capacity_attribute} of {variant} to specifications."
    return findings + checked.report("error", "sites", "capacity_attribute", lacking, rule, cure)


def _programmes(checked: Checked) -> list[Finding]:
    study = checked.study
    rows = checked.rows("programmes").filter(pl.col("programme").is_not_null())
    built = study.tables["allocations"]["programme"].drop_nulls().unique().to_list()
    versions = study.tables["models"]["programme"].drop_nulls().unique().to_list()
    unbuilt = rows.filter(~pl.col("programme").is_in(built))
    certain = pl.col("status") != "candidate"
    rule, cure = "no plant can build {programme}", "Add a row for it to allocations."
    findings = checked.report("error", "programmes", "programme", unbuilt.filter(certain), rule, cure)
    findings += checked.report("warning", "programmes", "programme", unbuilt.filter(~certain), rule, cure)
    empty = rows.filter(~pl.col("programme").is_in(versions))
    rule, cure = "{programme} has no version", "Add its versions to models."
    findings += checked.report("error", "programmes", "programme", empty.filter(certain), rule, cure)
    return findings + checked.report("warning", "programmes", "programme", empty.filter(~certain), rule, cure)


def _replaced(checked: Checked) -> list[Finding]:
    """Return versions that replace each other in a circle."""
    older = {
        model: replaced
        for model, replaced in checked.study.tables["models"]
        .select("model", "replaces")
        .drop_nulls()
        .iter_rows()
        if model != replaced
    }
    circle = sorted(model for model in older if _returns(model, older))
    rows = checked.rows("models").filter(pl.col("model").is_in(circle))
    rule = "{model} replaces {replaces}, which in the end replaces {model}"
    return checked.report("error", "models", "replaces", rows, rule, "Make one of these cells blank.")


def _returns(model: str, older: dict[str, str]) -> bool:
    seen: set[str] = set()
    step = older.get(model)
    while step is not None and step not in seen:
        if step == model:
            return True
        seen.add(step)
        step = older.get(step)
    return False

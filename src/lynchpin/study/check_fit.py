"""Checks that every need can be met, bought somewhere, and that what is used today meets it."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding
from lynchpin.study.fit import Fit, fit


def check_fit(checked: Checked) -> list[Finding]:
    """Return needs that no variant meets or no site makes, and uses that contradict the requirements."""
    if not checked.study.tables["requirements"].height:
        return []
    found = fit(checked.study)
    return [
        *_unmet(checked, found),
        *_unmade(checked, found),
        *_uses(checked, found),
        *_today(checked, found),
    ]


def _unmet(checked: Checked, found: Fit) -> list[Finding]:
    without = found.needs.join(found.fitting, on=["family", "need"], how="anti")
    nearest = found.misses.sort("number", "variant").group_by("family", "need", maintain_order=True).first()
    rows = without.join(nearest, on=["family", "need"], how="left")
    rule = "no variant of family {family} fits model {model}; the nearest, {variant}, has {attribute} {given}"
    rule += " and {sense} {wanted} is needed"
    cure = "Add a variant that meets it, or change the requirement of {model}."
    some, none = rows.filter(pl.col("variant").is_not_null()), rows.filter(pl.col("variant").is_null())
    findings = checked.report("error", "requirements", "family", some, rule, cure)
    rule = "model {model} needs family {family}, which has no variant"
    return findings + checked.report("error", "requirements", "family", none, rule, "Add one to variants.")


def _made(checked: Checked) -> pl.Expr:
    nominations = checked.study.tables["nominations"]
    families = nominations["family"].drop_nulls().unique().to_list()
    variants = nominations["variant"].drop_nulls().unique().to_list()
    return pl.col("variant").is_in(variants) | pl.col("family").is_in(families)


def _unmade(checked: Checked, found: Fit) -> list[Finding]:
    """Return needs whose fitting variants no site may make, and single variants that none may."""
    made = found.fitting.filter(_made(checked)).select("family", "need").unique()
    some = found.fitting.select("family", "need").unique().join(made, on=["family", "need"], how="anti")
    rows = found.needs.join(some, on=["family", "need"])
    rule = "no site may make any variant of family {family} that fits model {model}"
    cure = "Add a row for one of them, or for family {family}, to nominations."
    findings = checked.report("error", "requirements", "family", rows, rule, cure)
    lost = checked.rows("variants").filter(~_made(checked) & pl.col("variant").is_not_null())
    rule = "no site may make {variant}, so that no plan can use it"
    return findings + checked.report(
        "warning", "variants", "variant", lost, rule, "Add a row for it to nominations, or delete it."
    )


def _uses(checked: Checked, found: Fit) -> list[Finding]:
    families = checked.study.tables["variants"].select("variant", "family").drop_nulls().unique("variant")
    rows = checked.rows("uses").join(families, on="variant").filter(pl.col("model").is_not_null())
    again = rows.filter(pl.col("row") != pl.col("row").min().over("model", "family"))
    rule = "model {model} already uses a variant of family {family}"
    findings = checked.report("error", "uses", "variant", again, rule, "Keep one of the two rows.")
    foreign = rows.join(found.needs, on=["model", "family"], how="anti")
    rule = "model {model} needs nothing of family {family}"
    cure = "Add the family to requirements of {model}, or delete the row."
    findings += checked.report("error", "uses", "variant", foreign, rule, cure)
    needs = found.needs.drop("row")
    wrong = rows.join(needs, on=["model", "family"]).join(found.misses, on=["family", "need", "variant"])
    wrong = wrong.filter(pl.col("number") > 0)
    rule = "{variant} does not fit model {model}: {attribute} is {given}, and {sense} {wanted} is needed"
    cure = "Correct the requirement, the specification or the use."
    return findings + checked.report("error", "uses", "variant", wrong, rule, cure)


def _today(checked: Checked, found: Fit) -> list[Finding]:
    """Return needs of launched versions without a row of `uses`, their own or that of the replaced one."""
    study = checked.study
    if not study.tables["uses"].height:
        return []
    certain = study.table("programmes").filter(pl.col("status") != "candidate").select("programme")
    models = study.table("models").filter(pl.col("status").fill_null("") != "candidate")
    models = models.join(certain, on="programme").select("model", "replaces")
    families = study.tables["variants"].select("variant", "family")
    used = study.tables["uses"].join(families, on="variant").select("model", "family").drop_nulls().unique()
    rows = found.needs.join(models, on="model").join(used, on=["model", "family"], how="anti")
    rows = rows.join(used, left_on=["replaces", "family"], right_on=["model", "family"], how="anti")
    rule = (
        "uses has no variant of family {family} for model {model}, so that today's structure cannot be valued"
    )
    return checked.report("warning", "requirements", "family", rows, rule, "Add a row for it to uses.")

"""Checks of families, attributes, requirements, variants and uses against each other."""

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding

_FINITE = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"


def check_parts(checked: Checked) -> list[Finding]:
    """Return what families, requirements, specifications and uses break between them."""
    return [
        *_measures(checked),
        *_attributes_of(checked, "requirements", checked.rows("requirements")),
        *_attributes_of(checked, "specifications", _specifications(checked)),
        *_values(checked, "requirements", checked.rows("requirements")),
        *_values(checked, "specifications", _specifications(checked)),
        *_quantities(checked),
        *_costs(checked),
        *_scaled_variants(checked),
    ]


def _specifications(checked: Checked) -> pl.DataFrame:
    family = checked.study.tables["variants"].select("variant", "family").drop_nulls().unique("variant")
    return checked.rows("specifications").join(family, on="variant")


def _numeric_attributes(checked: Checked) -> pl.DataFrame:
    return checked.study.table("attributes").filter(pl.col("kind") == "number").select("family", "attribute")


def _measures(checked: Checked) -> list[Finding]:
    """Return families whose scale_attribute is none of their attributes."""
    rows = checked.rows("families").filter(pl.col("scale_attribute") != "pieces")
    numeric = _numeric_attributes(checked).rename({"attribute": "scale_attribute"})
    wrong = rows.join(numeric, on=["family", "scale_attribute"], how="anti")
    known = sorted({"pieces", *numeric["scale_attribute"].drop_nulls().to_list()})
    rule = "must be pieces or an attribute of the family that is a number"
    cure = "Write pieces, or add the attribute to attributes."
    return checked.report("error", "families", "scale_attribute", wrong, rule, cure, near=known)


def _attributes_of(checked: Checked, table: str, rows: pl.DataFrame) -> list[Finding]:
    rows = rows.filter(pl.col("attribute").is_not_null() & pl.col("family").is_not_null())
    known = checked.study.tables["attributes"].select("family", "attribute")
    wrong = rows.join(known, on=["family", "attribute"], how="anti")
    rule = "is no attribute of family {family}"
    cure = "Write one of its attributes, or add it to attributes."
    near = sorted(checked.known("attributes", "attribute"))
    return checked.report("error", table, "attribute", wrong, rule, cure, near=near)


def _values(checked: Checked, table: str, rows: pl.DataFrame) -> list[Finding]:
    """Return values that are no number where the attribute is one."""
    rows = rows.join(_numeric_attributes(checked), on=["family", "attribute"])
    wrong = rows.filter(~pl.col("value").str.contains(_FINITE))
    rule = "attribute {attribute} of {family} is a number"
    return checked.report(
        "error", table, "value", wrong, rule, "Write digits with a decimal point and no unit."
    )


def _quantities(checked: Checked) -> list[Finding]:
    rows = checked.rows("requirements").filter(pl.col("quantity").is_not_null())
    rows = rows.with_columns(pl.col("quantity").first().over("model", "family").alias("first"))
    wrong = rows.filter(pl.col("quantity") != pl.col("first"))
    rule = "model {model} has two quantities of family {family}: {first} and {quantity}"
    return checked.report(
        "error", "requirements", "quantity", wrong, rule, "Write the same quantity, or only one."
    )


def _costs(checked: Checked) -> list[Finding]:
    """Return variants without a cost of their own whose specification cannot give it."""
    rows = checked.rows("variants").filter(pl.col("unit_cost").is_null() & pl.col("family").is_not_null())
    priced = checked.study.table("attributes").filter(
        (pl.col("cost_per_unit") > 0) & (pl.col("kind") == "number")
    )
    needed = rows.join(priced.select("family", "attribute"), on="family")
    given = checked.study.tables["specifications"].select("variant", "attribute")
    lacking = needed.join(given, on=["variant", "attribute"], how="anti")
    rule = "is blank, and the specification has no {attribute} to compute it from"
    cure = "Write unit_cost, or add {attribute} of {variant} to specifications."
    findings = checked.report("error", "variants", "unit_cost", lacking, rule, cure)
    costed = checked.study.tables["nominations"].filter(pl.col("unit_cost").is_not_null())
    free = rows.join(priced.select("family"), on="family", how="anti").filter(
        ~pl.col("variant").is_in(costed["variant"].drop_nulls().to_list())
    )
    rule = "no cost is given, so that {variant} costs nothing"
    cure = "Write unit_cost here or in nominations, or cost_per_unit into attributes."
    return findings + checked.report("warning", "variants", "unit_cost", free, rule, cure)


def _scaled_variants(checked: Checked) -> list[Finding]:
    """Return variants whose specification has no measure of their family's volume, or none above zero."""
    measured = checked.study.table("families").filter(pl.col("scale_attribute") != "pieces")
    measured = measured.select("family", pl.col("scale_attribute").alias("attribute"))
    needed = checked.rows("variants").join(measured, on="family")
    given = checked.study.tables["specifications"].select("variant", "attribute")
    wrong = needed.join(given, on=["variant", "attribute"], how="anti")
    rule = "volume of family {family} is counted in {attribute}, which {variant} has no value of"
    cure = "Add {attribute} of {variant} to specifications."
    findings = checked.report("error", "variants", "variant", wrong, rule, cure)
    counted = _specifications(checked).join(measured, on=["family", "attribute"])
    nothing = counted.filter(pl.col("value").cast(pl.Float64, strict=False) <= 0)
    rule = "must be above zero: volume of family {family} is counted in {attribute}"
    cure = "Write what one piece of {variant} has of it, or count the family in pieces."
    return findings + checked.report("error", "specifications", "value", nothing, rule, cure)

"""Rules that one row of a table must keep by itself, beyond its single cells, as a list of conditions.

The condition of a rule is true where a row breaks it; a blank makes it neither, so that a missing cell is
reported once, where it is required.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding, Level


@dataclass(frozen=True)
class RowRule:
    """A row breaks the rule where `when` is true; the texts may name its columns in braces."""

    table: str
    column: str
    when: pl.Expr
    rule: str
    cure: str
    level: Level = "error"


def _given(name: str) -> pl.Expr:
    return pl.col(name).is_not_null()


def _blank(name: str) -> pl.Expr:
    return pl.col(name).is_null()


def _word(name: str, *words: str) -> pl.Expr:
    return pl.col(name).is_in(words)


def _exactly_one(table: str, first: str, second: str) -> list[RowRule]:
    rule = f"exactly one of {first} and {second} must be given"
    both = RowRule(
        table, first, _given(first) & _given(second), rule + ", and both are", "Make one of them blank."
    )
    none = RowRule(table, first, _blank(first) & _blank(second), rule + ", and none is", "Write one of them.")
    return [both, none]


_COLUMN = pl.col
_SCALED = _COLUMN("scale_rate") > 0

RULES: tuple[RowRule, ...] = (
    RowRule(
        "sources",
        "low",
        _word("quality", "assumed") & _blank("low"),
        "is required where quality is assumed",
        "Write the factor of the lowest likely value, such as 0.8.",
    ),
    RowRule(
        "sources",
        "high",
        _word("quality", "assumed") & _blank("high"),
        "is required where quality is assumed",
        "Write the factor of the highest likely value, such as 1.3.",
    ),
    RowRule(
        "programmes",
        "life_curve",
        _given("life_curve") & _blank("launch"),
        "needs launch, which is blank",
        "Write the first period on sale into launch; it may lie before the horizon.",
    ),
    RowRule(
        "programmes",
        "life",
        _given("life") & _blank("launch"),
        "counts from launch, which is blank, and is passed over",
        "Write the first period on sale into launch; it may lie before the horizon.",
        "warning",
    ),
    RowRule(
        "models",
        "replaces",
        _COLUMN("replaces") == _COLUMN("model"),
        "a version cannot replace itself",
        "Name the older version, or leave the cell blank.",
    ),
    RowRule(
        "families",
        "reference_volume",
        _SCALED & _blank("reference_volume"),
        "is needed where scale_rate is above zero",
        "Write the yearly volume at which unit_cost holds.",
    ),
    RowRule(
        "families",
        "reference_volume",
        _SCALED & (_COLUMN("reference_volume") == 0),
        "must be above zero where scale_rate is",
        "Write the yearly volume at which unit_cost holds.",
    ),
    RowRule(
        "families",
        "minimum_volume",
        _SCALED & (_COLUMN("minimum_volume") == 0),
        "must be above zero where scale_rate is",
        "Leave it blank for a tenth of reference_volume.",
    ),
    RowRule(
        "families",
        "minimum_volume",
        _COLUMN("minimum_volume") > _COLUMN("reference_volume"),
        "must not be above reference_volume, which is {reference_volume}",
        "Write a smaller number.",
    ),
    RowRule(
        "families",
        "saturation_volume",
        _COLUMN("saturation_volume") < _COLUMN("reference_volume"),
        "must not be below reference_volume, which is {reference_volume}",
        "Write a larger number.",
    ),
    RowRule(
        "families",
        "saturation_volume",
        _COLUMN("saturation_volume") < _COLUMN("minimum_volume"),
        "must not be below minimum_volume, which is {minimum_volume}",
        "Write a larger number.",
    ),
    RowRule(
        "attributes",
        "sense",
        _word("kind", "text") & (_COLUMN("sense") != "equal"),
        "must be equal where kind is text",
        "Write equal, or make the attribute a number.",
    ),
    RowRule(
        "attributes",
        "cost_per_unit",
        _word("kind", "text") & (_COLUMN("cost_per_unit") > 0),
        "has no meaning for an attribute of kind text",
        "Make it blank.",
    ),
    RowRule(
        "requirements",
        "value",
        _given("attribute") & _blank("value"),
        "is required where attribute is given ({attribute})",
        "Write the need, or leave attribute blank.",
    ),
    RowRule(
        "requirements",
        "attribute",
        _blank("attribute") & _given("value"),
        "is blank, and value is given",
        "Write the attribute that the value is of.",
    ),
    RowRule(
        "sites",
        "idle_cost",
        _word("kind", "assembly") & (_COLUMN("idle_cost") > 0) & _COLUMN("capacity").is_infinite(),
        "needs a finite capacity",
        "Write the plant's slots into capacity.",
    ),
    RowRule(
        "sites",
        "operator",
        _word("kind", "assembly") & _blank("operator"),
        "an assembly site needs an operator",
        "Write a partner, or a venture that a partner owns part of.",
    ),
    RowRule(
        "sites", "lat", _blank("lat") & _given("lon"), "is blank, and lon is given", "Write both or none."
    ),
    RowRule(
        "sites", "lon", _given("lat") & _blank("lon"), "is blank, and lat is given", "Write both or none."
    ),
    RowRule(
        "markets", "lat", _blank("lat") & _given("lon"), "is blank, and lon is given", "Write both or none."
    ),
    RowRule(
        "markets", "lon", _given("lat") & _blank("lon"), "is blank, and lat is given", "Write both or none."
    ),
    *(
        RowRule(
            table,
            "lat",
            (_COLUMN("lat") == 0) & (_COLUMN("lon") == 0),
            "latitude and longitude are both zero, a point in the Atlantic",
            "Leave both blank if unknown.",
            "warning",
        )
        for table in ("sites", "markets")
    ),
    *_exactly_one("nominations", "variant", "family"),
    *_exactly_one("origin", "programme", "family"),
    *_exactly_one("incentives", "powertrain", "family"),
    RowRule(
        "tariffs",
        "name",
        _word("kind", "addon", "preference") & _blank("name"),
        "is required where kind is {kind}",
        "Name the measure; rows of one name compete.",
    ),
    RowRule(
        "tariffs",
        "name",
        _given("quota") & _blank("name"),
        "is required where quota is given",
        "Give the quota a name of its own.",
    ),
    RowRule(
        "tariffs",
        "content_of",
        _word("base", "non_content") & _blank("content_of"),
        "is required where base is non_content",
        "Name the agreement whose declared content is taken off.",
    ),
    RowRule(
        "tariffs",
        "content_of",
        _word("base", "value") & _given("content_of"),
        "has no meaning where base is value",
        "Write non_content into base, or make content_of blank.",
    ),
    RowRule(
        "tariffs",
        "replaces",
        _given("replaces") & (_COLUMN("kind") != "all_in"),
        "has a meaning only where kind is all_in",
        "Make it blank, or write all_in into kind.",
    ),
    RowRule(
        "agreements",
        "threshold",
        (_COLUMN("rule") != "none") & _blank("threshold"),
        "is required unless rule is none",
        "Write it as a share, such as 0.55.",
    ),
    RowRule(
        "incentives",
        "per_kwh",
        _given("powertrain") & (_COLUMN("per_kwh") > 0),
        "is granted for parts, and the row names a powertrain",
        "Name the family instead, or use per_unit.",
    ),
    RowRule(
        "incentives",
        "per_unit",
        (_COLUMN("per_unit") == 0) & (_COLUMN("per_kwh") == 0),
        "the grant is zero",
        "Write per_unit or per_kwh.",
        "warning",
    ),
    RowRule(
        "targets",
        "powertrains",
        _word("kind", "share") & _blank("powertrains"),
        "is needed where kind is share",
        "Write the drives that count, such as BEV;PHEV.",
    ),
    RowRule(
        "targets",
        "territory",
        _word("kind", "local") & (_COLUMN("territory") == "any"),
        "is needed where kind is local",
        "Write the country or territory.",
    ),
    RowRule(
        "targets",
        "family",
        _word("kind", "dual_source") & _blank("family"),
        "is needed where kind is dual_source",
        "Write the family whose parts need a second supplier.",
    ),
    RowRule(
        "targets",
        "family",
        (_COLUMN("kind") != "dual_source") & _given("family"),
        "has a meaning only where kind is dual_source",
        "Make it blank.",
    ),
    RowRule(
        "targets",
        "value",
        _word("kind", "share", "local", "dual_source") & (_COLUMN("value") > 1),
        "must be a share of one where kind is {kind}",
        "Write 0.8 for 80 per cent.",
    ),
)


def check_rows(checked: Checked) -> list[Finding]:
    """Return the rows that break a rule of their own."""
    findings: list[Finding] = []
    for rule in RULES:
        if checked.study.tables[rule.table].height:
            broken = checked.rows(rule.table).filter(rule.when)
            if broken.height:
                broken = checked.unspoilt(rule.table, rule.when.meta.root_names(), broken)
                findings += checked.report(rule.level, rule.table, rule.column, broken, rule.rule, rule.cure)
    return findings

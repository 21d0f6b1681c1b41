"""Which duty rows apply to which flow of goods, for the checks: coverage and ties, no amounts.

A flow is goods of heading h, made in country i by operator o, that arrive in country j. A row applies in
period t if importer is j, a territory of j in t or `*`, exporter likewise for i, its heading begins h or is
`*`, its maker is o or `*`, t lies in from..until, and its condition, if any, is met. Rows of one group (all
mfn rows; all all_in rows; add-ons or preferences of one name) are ranked: with a condition before without;
a named maker before `*`; the longer heading; exporter country before territory before `*`; importer
likewise.
"""

from dataclasses import dataclass

import polars as pl

from lynchpin.study.study import Study

TOLERANCE = 1e-9
FLOW = ("i", "o", "h", "j", "site", "subject")


@dataclass(frozen=True)
class Cover:
    """What the duty rows do for the flows.

    uncovered  flow and period (position) where a border is crossed, and no mfn and no all_in row applies
    ties       flow, period, group and the rows of `tariffs` that stand equally first in it
    matching   rows of `tariffs` that match some flow in some period, whatever their condition
    """

    uncovered: pl.DataFrame
    ties: pl.DataFrame
    matching: frozenset[int]


def cover(study: Study, flows: pl.DataFrame) -> Cover:
    """Return what applies to the flows.

    flows  columns i, o, h, j (text, h without dots), site and subject (programme or family; null where no
           content is declared for the site) and `flow`, a number of its own
    """
    uncovered: list[pl.DataFrame] = []
    ties: list[pl.DataFrame] = []
    matching: set[int] = set()
    tariffs = _tariffs(study)
    for period in _turning_points(study):
        names = _names(study, period)
        crossing = flows.join(_free(study, period), on=["i", "j"], how="anti").filter(
            pl.col("i") != pl.col("j")
        )
        rows = _matching(_valid(study, tariffs, period), names, flows)
        matching |= set(rows["tariff"].to_list())
        rows = rows.filter(pl.col("quota").is_null()).join(crossing.select("flow"), on="flow", how="semi")
        rows = _met(study, rows, period, names)
        base = rows.filter(pl.col("kind").is_in(["mfn", "all_in"])).select("flow").unique()
        uncovered.append(
            crossing.join(base, on="flow", how="anti").with_columns(pl.lit(period).alias("period"))
        )
        ties.append(_ties(rows).with_columns(pl.lit(period).alias("period")))
    return Cover(pl.concat(uncovered), pl.concat(ties), frozenset(matching))


def _tariffs(study: Study) -> pl.DataFrame:
    columns = ("importer", "exporter", "hs", "maker", "kind", "name", "condition", "quota", "from", "until")
    rows = study.table("tariffs").select(columns).with_row_index("tariff")
    rows = rows.filter(
        pl.all_horizontal(pl.col(name).is_not_null() for name in ("importer", "exporter", "hs", "kind"))
    )
    heading = pl.col("hs").str.replace_all(".", "", literal=True).replace({"*": ""})
    return rows.with_columns(heading.alias("hs"), pl.col("tariff").cast(pl.Int64))


def _turning_points(study: Study) -> list[int]:
    """Return the first period and every period in which some dated row begins or has just ended."""
    periods, points = study.periods, {0}
    for table in ("tariffs", "territories", "agreements"):
        frame = study.tables[table]
        points |= {periods.index(label) for label in frame["from"].drop_nulls().unique().to_list()}
        points |= {
            periods.index(label, end=True) + 1 for label in frame["until"].drop_nulls().unique().to_list()
        }
    return sorted(point for point in points if 0 <= point < periods.n)


def _valid(study: Study, rows: pl.DataFrame, period: int) -> pl.DataFrame:
    """Return the rows whose from..until holds the period."""
    periods = study.periods
    first = {label: periods.index(label) for label in rows["from"].drop_nulls().unique().to_list()}
    last = {label: periods.index(label, end=True) for label in rows["until"].drop_nulls().unique().to_list()}
    begun = (
        pl.col("from").replace_strict(first, default=None, return_dtype=pl.Int64).fill_null(period) <= period
    )
    lasting = (
        pl.col("until").replace_strict(last, default=None, return_dtype=pl.Int64).fill_null(period) >= period
    )
    return rows.filter(begun & lasting)


def _members(study: Study, period: int) -> pl.DataFrame:
    rows = _valid(study, study.tables["territories"], period)
    return rows.select(pl.col("territory").alias("name"), "country").drop_nulls().unique()


def _names(study: Study, period: int) -> pl.DataFrame:
    """Return every name of each country in a period: itself (level 0), its territories (1) and `*` (2)."""
    countries = pl.concat([study.tables[table].select("country") for table in ("sites", "markets")])
    countries = countries.drop_nulls().unique()
    own = countries.select(pl.col("country").alias("name"), "country", pl.lit(0).alias("level"))
    every = countries.select(pl.lit("*").alias("name"), "country", pl.lit(2).alias("level"))
    members = (
        _members(study, period).join(countries, on="country").filter(pl.col("name") != pl.col("country"))
    )
    return pl.concat([own, members.with_columns(pl.lit(1).alias("level")), every])


def _free(study: Study, period: int) -> pl.DataFrame:
    members = _members(study, period)
    pairs = members.join(members, on="name", suffix="_to")
    return pairs.select(pl.col("country").alias("i"), pl.col("country_to").alias("j")).unique()


def _matching(rows: pl.DataFrame, names: pl.DataFrame, flows: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of a flow and a duty row that fit by country, heading and maker."""
    lanes = flows.select("i", "j").unique()
    exporters = names.rename({"name": "exporter", "country": "i", "level": "exporter_level"})
    importers = names.rename({"name": "importer", "country": "j", "level": "importer_level"})
    rows = (
        rows.join(importers, on="importer")
        .join(exporters, on="exporter")
        .join(lanes, on=["i", "j"], how="semi")
    )
    pairs = rows.join(flows, on=["i", "j"])
    heading = pl.col("h").str.starts_with(pl.col("hs"))
    return pairs.filter(heading & ((pl.col("maker") == "*") | (pl.col("maker") == pl.col("o"))))


def _met(study: Study, rows: pl.DataFrame, period: int, names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs whose condition is met or that have none."""
    bound = rows.filter(pl.col("condition").is_not_null())
    if bound.is_empty():
        return rows
    origin = study.tables["origin"].select(
        "site",
        pl.coalesce("programme", "family").alias("subject"),
        pl.col("agreement").alias("condition"),
        "content",
    )
    found = _governed(study, bound, period, names)
    found = found.join(origin, on=["site", "subject", "condition"], how="left")
    content, threshold = pl.col("content"), pl.col("threshold")
    enough = pl.when(pl.col("rule") == "max_nom").then(1 - content <= threshold + TOLERANCE)
    enough = enough.otherwise(content >= threshold - TOLERANCE)
    found = found.filter((pl.col("rule") == "none") | enough.fill_null(value=False))
    free = rows.filter(pl.col("condition").is_null())
    return pl.concat([free, bound.join(found, on=["flow", "tariff"], how="semi")])


def _governed(study: Study, bound: pl.DataFrame, period: int, names: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs between members of their agreement, with the rule of its longest heading."""
    agreements = _valid(study, study.table("agreements").with_row_index("agreement_row"), period)
    heading = pl.col("hs").str.replace_all(".", "", literal=True).replace({"*": ""})
    rules = agreements.select(
        pl.col("agreement").alias("condition"), "agreement_row", heading.alias("prefix"), "rule", "threshold"
    )
    members = agreements.select("agreement_row", pl.col("members").str.split(";")).explode("members")
    members = members.with_columns(pl.col("members").str.strip_chars())
    inside = members.join(names.filter(pl.col("level") < 2), left_on="members", right_on="name")
    found = bound.select("flow", "tariff", "i", "j", "h", "site", "subject", "condition")
    found = found.join(rules, on="condition").filter(pl.col("h").str.starts_with(pl.col("prefix")))
    found = found.sort(pl.col("prefix").str.len_chars(), descending=True)
    found = found.unique(["flow", "tariff"], keep="first", maintain_order=True)
    for end in ("i", "j"):
        ends = inside.select("agreement_row", pl.col("country").alias(end)).unique()
        found = found.join(ends, on=["agreement_row", end], how="semi")
    return found


def _ties(rows: pl.DataFrame) -> pl.DataFrame:
    """Return for each flow and group the rows that stand equally first, where they are more than one."""
    named = pl.col("kind").is_in(["addon", "preference"])
    group = (
        pl.when(named).then(pl.concat_str("kind", pl.lit(" "), "name", ignore_nulls=True)).otherwise("kind")
    )
    rank = (
        pl.col("condition").is_null().cast(pl.Int64) * 100_000
        + (pl.col("maker") == "*").cast(pl.Int64) * 50_000
        + (99 - pl.col("hs").str.len_chars().cast(pl.Int64)) * 10
        + pl.col("exporter_level").cast(pl.Int64) * 3
        + pl.col("importer_level").cast(pl.Int64)
    )
    ranked = rows.with_columns(group.alias("group"), rank.alias("rank"))
    first = ranked.filter(pl.col("rank") == pl.col("rank").min().over("flow", "group"))
    equal = first.filter(pl.col("tariff").n_unique().over("flow", "group") > 1)
    return equal.select("flow", "group", "tariff").unique().sort("flow", "group", "tariff")

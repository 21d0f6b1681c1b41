"""What a user has confirmed in `groups` is carried out: a list of replacements and the merged catalogue.

Only groups whose decision is `merge` count. Every replacement is judged again from the written values, so
that another part to keep, or an edited row, is merged only where it is interchangeable; nothing is replaced
twice, or by a part that is replaced itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from lynchpin.catalogue.duplicates_find import ONE_WAY
from lynchpin.catalogue.duplicates_reread import Cells, comparison_tables, figure, rows_of_table
from lynchpin.catalogue.duplicates_value import SAVINGS
from lynchpin.catalogue.duplicates_write import DECISIONS, write_tables
from lynchpin.errors import CatalogueError
from lynchpin.study.finding import Finding
from lynchpin.study.raw import Place, RawTable
from lynchpin.study.words import nearest

SLACK = 1e-6
Key = tuple[str, str]


@dataclass(frozen=True)
class Merged:
    """What is left when confirmed groups are merged.

    replacements  one row for each part that is replaced: by which part, and what that saves in a year
    catalogue     the parts that stay, with the volumes of those that they replace
    undecided     number of groups without a decision
    """

    replacements: pl.DataFrame
    catalogue: pl.DataFrame
    undecided: int

    def write(self, place: str | Path) -> Path:
        """Write both tables as a folder of CSV files, or as a workbook where the place ends in .xlsx."""
        return write_tables({"replacements": self.replacements, "catalogue": self.catalogue}, Path(place))


@dataclass(frozen=True)
class _Confirmed:
    """One group that the user merges: its row in `groups`, the part to keep, those that go."""

    index: int
    group: Cells
    keep: Key
    gone: tuple[Key, ...]


def apply_duplicates(place: str | Path) -> Merged:
    """Return what the groups that are confirmed in a written comparison merge into.

    place  folder or workbook that `duplicates` wrote, with `merge` or `no` in the column decision of groups

    Raises CatalogueError with all findings: an unknown decision, a part to keep that is not in its group or
    cannot take the others' place, a part that is replaced twice or that replaces and is replaced.
    """
    tables = comparison_tables(Path(place))
    parts = {_key(row): row for row in rows_of_table(tables["parts"])}
    confirmed, findings = _confirmed(tables)
    attributes: dict[str | None, list[Cells]] = {}
    for row in rows_of_table(tables["attributes"]):
        attributes.setdefault(row["family"], []).append(row)
    for one in confirmed:
        family = attributes.get(one.group["family"], [])
        findings += _judged_again(one, tables["groups"].place, family, parts)
    findings += _conflicts(confirmed, tables)
    if findings:
        count = f"{len(findings)} {'finding' if len(findings) == 1 else 'findings'} in the decisions"
        raise CatalogueError(count, cure="Correct the decisions and run again.", findings=findings)
    replacements = _replacements(confirmed, parts, tables)
    undecided = tables["groups"].cells["decision"].null_count()
    return Merged(replacements, _catalogue(tables["parts"], replacements), undecided)


def _key(row: Mapping[str, Any], catalogue: str = "catalogue", part: str = "part") -> Key:
    return str(row[catalogue] or ""), str(row[part] or "")


def _confirmed(tables: Mapping[str, RawTable]) -> tuple[list[_Confirmed], list[Finding]]:
    """Return the groups to merge, and findings on decisions and on parts to keep."""
    groups = tables["groups"]
    members: dict[str, list[Key]] = {}
    for row in rows_of_table(tables["members"]):
        members.setdefault(str(row["group"]), []).append(_key(row))
    confirmed: list[_Confirmed] = []
    findings: list[Finding] = []
    for index, row in enumerate(rows_of_table(groups)):
        decision = (row["decision"] or "").strip().lower()
        if decision and decision not in DECISIONS:
            rule, cure = "a decision is merge or no, or blank", "Write one of them."
            near = nearest(decision, DECISIONS)
            findings.append(groups.place.finding("error", index, "decision", decision, rule, cure, near))
        if decision != "merge":
            continue
        keep, inside = _key(row, "keep_catalogue", "keep_part"), members.get(str(row["group"]), [])
        if keep not in inside:
            rule = f"the part to keep is none of group {row['group']}"
            cure = "Write catalogue and part of one of its members."
            findings.append(groups.place.finding("error", index, "keep_part", keep[1], rule, cure))
        else:
            gone = tuple(key for key in inside if key != keep)
            confirmed.append(_Confirmed(index, row, keep, gone))
    return confirmed, findings


def _judged_again(
    one: _Confirmed, place: Place, attributes: Sequence[Cells], parts: Mapping[Key, Cells]
) -> list[Finding]:
    """Return a finding for each attribute by which the kept part cannot take another's place."""
    findings: list[Finding] = []
    for key in (key for key in (one.keep, *one.gone) if key not in parts):
        rule, cure = f"{key[0]} {key[1]} is not in the table parts", "Put its row back."
        findings.append(place.finding("error", one.index, "group", str(one.group["group"]), rule, cure))
    if findings:
        return findings
    keep = parts[one.keep]
    for row in attributes:
        for key in one.gone:
            if not _takes_place(keep, parts[key], row, one_way=one.group["kind"] == ONE_WAY):
                name = str(row["attribute"])
                theirs = f"{key[1]} with {parts[key].get(name)}"
                rule = f"{one.keep[1]} with {name} {keep.get(name)} cannot take the place of {theirs}"
                cure = "Keep another part of the group, or decide no."
                findings.append(place.finding("error", one.index, "keep_part", one.keep[1], rule, cure))
    return findings


def _takes_place(keep: Cells, gone: Cells, attribute: Cells, *, one_way: bool) -> bool:
    """Return whether one attribute of the kept part allows it to take the place of another part."""
    name = str(attribute["attribute"])
    mine, theirs = keep.get(name), gone.get(name)
    if mine is None or theirs is None:
        return False
    if attribute["kind"] == "text":
        return mine == theirs
    high, low = figure(mine), figure(theirs)
    if high is None or low is None:
        return mine == theirs
    ahead, larger = high - low, max(abs(high), abs(low))
    tolerance, reach = float(attribute["tolerance"] or 0), float(attribute["reach"] or 0)
    near = abs(ahead) <= (tolerance + SLACK) * larger
    if not one_way or attribute["sense"] == "equal":
        return near
    better = ahead if attribute["sense"] == "at_least" else -ahead
    return near or 0 <= better <= reach / (1 + reach) * larger * (1 + SLACK)


def _conflicts(confirmed: list[_Confirmed], tables: Mapping[str, RawTable]) -> Iterator[Finding]:
    """Yield a finding where a part is replaced twice, or replaces others and is replaced itself."""
    place = tables["groups"].place
    replaced: dict[Key, _Confirmed] = {}
    for one in confirmed:
        for key in one.gone:
            other = replaced.setdefault(key, one)
            if other is not one:
                rule = f"{key[0]} {key[1]} is replaced in group {other.group['group']} too"
                yield _conflict(place, one, rule)
    for one in confirmed:
        other = replaced.get(one.keep)
        if other is not None:
            rule = f"{one.keep[0]} {one.keep[1]} is kept here and replaced in group {other.group['group']}"
            yield _conflict(place, one, rule)


def _conflict(place: Place, one: _Confirmed, rule: str) -> Finding:
    cure = "Decide no in one of the two groups."
    return place.finding("error", one.index, "decision", str(one.group["group"]), rule, cure)


def _replacements(
    confirmed: list[_Confirmed], parts: Mapping[Key, Cells], tables: Mapping[str, RawTable]
) -> pl.DataFrame:
    settings = {str(row["setting"]): row["value"] for row in rows_of_table(tables["settings"])}
    cost = figure(settings.get("part_number_cost"))
    texts = ("catalogue", "part", "name", "family", "by_catalogue", "by_part", "by_name", "group", "kind")
    figures = ("volume", "price", "new_price", *SAVINGS, "saving")
    schema = dict.fromkeys(texts, pl.String) | dict.fromkeys(figures, pl.Float64)
    schema |= {"currency": pl.String, "remark": pl.String}
    rows = [
        _replacement(one, key, parts, cost)
        | {"currency": settings.get("currency"), "remark": one.group.get("remark")}
        for one in confirmed
        for key in one.gone
    ]
    return _with_engineering(pl.DataFrame(rows, schema=schema).sort("catalogue", "part"), parts)


def _with_engineering(rows: pl.DataFrame, parts: Mapping[Key, Cells]) -> pl.DataFrame:
    """Return the replacements with what each kept part costs to develop, in the first row that keeps it."""
    keepers = rows.select("by_catalogue", "by_part").rows()
    cost = [figure(parts[str(catalogue), str(part)].get("engineering")) for catalogue, part in keepers]
    first = pl.struct("by_catalogue", "by_part").is_first_distinct() & (pl.col("cost") > 0)
    charged = pl.when(first).then(-pl.col("cost")).otherwise(0.0).alias("saving_engineering")
    rows = rows.with_columns(pl.Series("cost", cost, dtype=pl.Float64)).with_columns(charged).drop("cost")
    return rows.with_columns(pl.sum_horizontal(SAVINGS, ignore_nulls=False).alias("saving"))


def _replacement(one: _Confirmed, key: Key, parts: Mapping[Key, Cells], cost: float | None) -> dict[str, Any]:
    gone, keep = parts[key], parts[one.keep]
    volume, price, new_price = (figure(cell) for cell in (gone["volume"], gone["price"], keep["price"]))
    saving = None if volume is None or price is None or new_price is None else volume * (price - new_price)
    if volume == 0:
        saving = 0.0
    return {
        "catalogue": key[0],
        "part": key[1],
        "name": gone.get("name"),
        "family": gone["family"],
        "by_catalogue": one.keep[0],
        "by_part": one.keep[1],
        "by_name": keep.get("name"),
        "group": one.group["group"],
        "kind": one.group["kind"],
        "volume": volume,
        "price": price,
        "new_price": new_price,
        "saving_price": saving,
        "saving_part_numbers": cost,
    }


def _catalogue(parts: RawTable, replacements: pl.DataFrame) -> pl.DataFrame:
    """Return the parts that stay: the volume of a part grows by those of the parts that it replaces."""
    frame = parts.cells.with_columns(pl.col("volume", "price").cast(pl.Float64))
    taken = replacements.group_by(
        pl.col("by_catalogue").alias("catalogue"), pl.col("by_part").alias("part")
    ).agg(
        pl.format("{} {}", "catalogue", "part").sort().str.join("; ").alias("replaces"),
        pl.when(pl.col("volume").null_count() == 0).then(pl.col("volume").sum()).alias("added"),
    )
    stay = frame.join(replacements, on=["catalogue", "part"], how="anti", maintain_order="left")
    stay = stay.join(taken, on=["catalogue", "part"], how="left", maintain_order="left")
    grown = (
        pl.when(pl.col("replaces").is_null())
        .then(pl.col("volume"))
        .otherwise(pl.col("volume") + pl.col("added"))
    )
    return stay.with_columns(grown.alias("volume")).drop("added")

"""Parts with the same name that are different parts: a warning, for names mislead whoever merges by them.

Names are compared as sets of words without accents, punctuation and upper case, letters and digits apart, so
that `Inverter 400V SiC` and `SIC inverter, 400 V` are one name. Names with the same digits whose other words
are alike to at least `ALIKE` of 100 (rapidfuzz, normalised edit distance) and that stand near each other in
order are one name too, which forgives slips of the hand. The judgement stays with the attributes.
"""

import re
import unicodedata
from collections.abc import Mapping

import polars as pl
from rapidfuzz import fuzz

from lynchpin.catalogue.parts import Parts

ALIKE = 92.0
NEAR = 4
NAMES = {
    "name_group": pl.String,
    "catalogue": pl.String,
    "part": pl.String,
    "name": pl.String,
    "family": pl.String,
    "group": pl.String,
    "values": pl.String,
    "differs_in": pl.String,
    "file": pl.String,
    "row": pl.Int64,
}
_WORDS = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")


def plain_name(name: str) -> str:
    """Return a name as sorted words without accents, punctuation and upper case."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(sorted(word.replace(",", ".") for word in _WORDS.findall(bare)))


def likeness(name: str, other: str) -> float:
    """Return how alike two names are, from 0 to 100."""
    return fuzz.ratio(plain_name(name), plain_name(other))


def names_table(rows: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Return the parts whose name other parts bear that are in no group with them, name by name.

    rows  members of all groups, with `index` and `group`
    """
    frame = parts.frame.with_row_index("index").cast({"index": pl.Int64}).filter(pl.col("name").is_not_null())
    spelt = {name: plain_name(name) for name in frame["name"].unique().sort().to_list()}
    merged = _merged(sorted(set(spelt.values()) - {""}))
    key = {name: merged[plain] for name, plain in spelt.items() if plain}
    frame = frame.with_columns(
        pl.col("name").replace_strict(key, default=None, return_dtype=pl.String).alias("key")
    )
    frame = frame.filter(pl.col("key").is_not_null() & (pl.len().over("key") > 1))
    groups = rows.group_by("index").agg(pl.col("group").sort())
    frame = frame.join(groups, on="index", how="left", maintain_order="left")
    return _described(frame.join(_together(frame), on="key", how="anti", maintain_order="left"), parts)


def _merged(plain: list[str]) -> Mapping[str, str]:
    """Return for each plain name the first one that is alike and has the same digits."""
    by_digits: dict[str, list[tuple[str, str]]] = {}
    for name in plain:
        words = name.split()
        digits = " ".join(word for word in words if word[0].isdigit())
        letters = " ".join(word for word in words if not word[0].isdigit())
        by_digits.setdefault(digits, []).append((letters, name))
    first: dict[str, str] = {}
    for names in by_digits.values():
        names.sort()
        for position, (letters, name) in enumerate(names):
            before = names[max(0, position - NEAR) : position]
            near = (other for other in before if fuzz.ratio(letters, other[0], score_cutoff=ALIKE) > 0)
            found = next(near, None)
            first[name] = first[found[1]] if found else name
    return first


def _together(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the names all of whose parts are in one group."""
    sizes = frame.group_by("key").agg(pl.len().alias("parts"))
    inside = frame.select("key", "group").explode("group").drop_nulls().group_by("key", "group").len()
    return inside.join(sizes, on="key").filter(pl.col("len") == pl.col("parts")).select("key").unique()


def _described(frame: pl.DataFrame, parts: Parts) -> pl.DataFrame:
    """Return the rows with their values as text and the attributes in which a name's parts differ."""
    if frame.is_empty():
        return pl.DataFrame(schema=NAMES)
    texts = [
        _texts(parts, family).filter(pl.col("index").is_in(frame["index"].implode()))
        for family in parts.values
    ]
    long = pl.concat(texts).join(frame.select("index", "key"), on="index")
    differing = (
        long.group_by("key", "attribute")
        .agg(pl.col("text").n_unique().alias("kinds"))
        .filter(pl.col("kinds") > 1)
        .group_by("key")
        .agg(pl.col("attribute").sort().str.join(", ").alias("differs_in"))
    )
    values = (
        long.sort("index", "attribute")
        .group_by("index")
        .agg(pl.format("{} {}", "attribute", "text").str.join("; ").alias("values"))
    )
    names = frame.select("key").unique().sort("key").with_row_index("number", offset=1)
    names = names.select(
        "key", pl.format("N{}", pl.col("number").cast(pl.String).str.zfill(4)).alias("name_group")
    )
    joined = (
        frame.join(values, on="index", how="left").join(differing, on="key", how="left").join(names, on="key")
    )
    return joined.with_columns(pl.col("group").list.join(", ")).sort("name_group", "index").select(*NAMES)


def _texts(parts: Parts, family: str) -> pl.DataFrame:
    """Return index, attribute and value with its unit of every part of a family."""
    columns = [
        parts.values[family].select(
            "index",
            pl.lit(attribute.name).alias("attribute"),
            _shown(attribute.name, attribute.kind, attribute.unit),
        )
        for attribute in parts.of(family)
    ]
    schema = {"index": pl.Int64, "attribute": pl.String, "text": pl.String}
    return pl.concat([pl.DataFrame(schema=schema), *columns]).drop_nulls()


def _shown(name: str, kind: str, unit: str) -> pl.Expr:
    column = pl.col(name)
    if kind == "number":
        return pl.format("{} {}", number_words(column), pl.lit(unit)).str.strip_chars().alias("text")
    return column.alias("text")


def number_words(column: pl.Expr) -> pl.Expr:
    """Return numbers as text with seven digits at most, whole ones without a decimal point."""
    return column.round_sig_figs(7).cast(pl.String).str.strip_suffix(".0")

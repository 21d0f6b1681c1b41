"""How common parts are: indices, part numbers, and what brands share.

Of two brands the *overlap* in a family is the volume that they have in common, sum over parts of the lesser
of their two shares (0 .. 1), and their *likeness* the mean overlap of the families that both carry,
weighted by visibility.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from lynchpin.catalogue.commonality_indices import Counts, Vector, ci, dci, pci, tcci
from lynchpin.errors import OptionError

ALL = "all"
USES = {
    "model": pl.String,
    "brand": pl.String,
    "partner": pl.String,
    "family": pl.String,
    "variant": pl.String,
    "specification": pl.String,
    "pieces": pl.Float64,
}
"""Columns of a table of uses."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Commonality:
    """How common the parts of a study or of a plan are.

    indices       family (`all` for everything), models, parts, uses, dci, tcci, ci, pci
    components    variant, family, models, brands, partners, pieces (a year), share (of the family's pieces)
    pairs         brand, other, family, shared (parts that both carry), parts (that either carries), overlap
    likeness      brand, other, likeness: overlap weighted by visibility
    part_numbers  family, parts, yearly_cost (engineering and tools as if all were new), still_paid (not sunk)
    currency      of the cost of part numbers
    uses          model, brand, partner, family, variant, specification, pieces: what all is computed from
    """

    indices: pl.DataFrame
    components: pl.DataFrame
    pairs: pl.DataFrame
    likeness: pl.DataFrame
    part_numbers: pl.DataFrame
    currency: str
    uses: pl.DataFrame

    @property
    def tables(self) -> dict[str, pl.DataFrame]:
        """Return every table by name."""
        names = ("indices", "part_numbers", "likeness", "pairs", "components")
        return {name: getattr(self, name) for name in names}


def commonality(
    uses: pl.DataFrame, costs: pl.DataFrame, *, currency: str, visible: Mapping[str, float] | None = None
) -> Commonality:
    """Return how common the parts are that products use.

    uses      model, brand, partner, family, variant, specification (one text for all alike), pieces a year
    costs     variant, yearly_cost, still_paid
    currency  of the costs
    visible   family -> how much a customer sees of it, 0 to 1; 1 for families that are not named

    Raises OptionError where a column is missing, a model carries two parts of a family, or a weight is no
    share.
    """
    table = _checked(uses)
    weights = _weights(table, visible or {})
    pairs = overlaps(table)
    return Commonality(
        indices=indices(table),
        components=components(table),
        pairs=pairs,
        likeness=likeness(pairs, weights),
        part_numbers=part_numbers(table, costs),
        currency=currency,
        uses=table,
    )


def _checked(uses: pl.DataFrame) -> pl.DataFrame:
    for column in USES:
        if column not in uses.columns:
            raise OptionError(
                f"has no column {column!r}", thing="table uses", value=uses.columns, cure="Give the column."
            )
    table = uses.select(pl.col(name).cast(kind) for name, kind in USES.items())
    table = table.sort("model", "family", "variant")
    twice = table.filter(pl.struct("model", "family").is_duplicated())
    if twice.height:
        model, family = twice.row(0, named=True)["model"], twice.row(0, named=True)["family"]
        raise OptionError(
            f"carries two parts of family {family}", thing=f"model {model}", cure="Keep one row of the two."
        )
    fine = (pl.col("pieces") >= 0) & pl.col("pieces").is_finite()
    wrong = table.filter(~fine.fill_null(value=False))
    if wrong.height:
        row = wrong.row(0, named=True)
        raise OptionError(
            "is no number of at least 0",
            thing=f"model {row['model']}, family {row['family']}, pieces",
            value=row["pieces"],
            cure="Give pieces a year, 0 where there are none.",
        )
    return table


def _weights(table: pl.DataFrame, visible: Mapping[str, float]) -> dict[str, float]:
    known = sorted(set(table["family"]))
    for family, weight in visible.items():
        if family not in known:
            raise OptionError(
                "is no family that is carried",
                thing="visible",
                value=family,
                cure=f"There are {', '.join(known)}.",
            )
        if not 0 <= weight <= 1:
            raise OptionError(
                "is no share from 0 to 1", thing=f"visible, {family}", value=weight, cure="Give a share."
            )
    return {family: float(visible.get(family, 1.0)) for family in known}


def indices(uses: pl.DataFrame) -> pl.DataFrame:
    """Return the indices of everything, and of each family."""
    scopes = [(ALL, uses)] + [(str(key[0]), rows) for key, rows in sorted(uses.group_by("family"))]
    models = uses["model"].n_unique()
    rows: list[dict[str, object]] = []
    for name, part in scopes:
        users = _counts(part, "variant")
        carriers, alike, same = _shares(part)
        rows.append(
            {
                "family": name,
                "models": part["model"].n_unique(),
                "parts": users.size,
                "uses": part.height,
                "dci": dci(users),
                "tcci": tcci(users),
                "ci": ci(users, _counts(part, "model")),
                "pci": pci(models if name == ALL else part["model"].n_unique(), carriers, alike, same),
            }
        )
    whole = dict.fromkeys(("models", "parts", "uses"), pl.Int64)
    numbers = dict.fromkeys(("dci", "tcci", "ci", "pci"), pl.Float64)
    return pl.DataFrame(rows, schema={"family": pl.String, **whole, **numbers})


def _counts(uses: pl.DataFrame, column: str) -> Counts:
    return uses.group_by(column).len().sort(column)["len"].to_numpy().astype(np.int64)


def _shares(uses: pl.DataFrame) -> tuple[Counts, Vector, Vector]:
    """Return users of each family, and the largest shares of one specification and of one part."""
    carriers: list[int] = []
    found: dict[str, list[float]] = {"specification": [], "variant": []}
    for _, rows in sorted(uses.group_by("family")):
        carriers.append(rows.height)
        for column, shares in found.items():
            shares.append(float(_counts(rows, column).max()) / rows.height)
    alike, same = (np.array(shares, dtype=np.float64) for shares in found.values())
    return np.array(carriers, dtype=np.int64), alike, same


def components(uses: pl.DataFrame) -> pl.DataFrame:
    """Return who uses each part, the most shared first."""
    found = uses.group_by("variant", "family").agg(
        models=pl.col("model").n_unique().cast(pl.Int64),
        brands=pl.col("brand").n_unique().cast(pl.Int64),
        partners=pl.col("partner").n_unique().cast(pl.Int64),
        pieces=pl.col("pieces").sum(),
    )
    whole = pl.col("pieces").sum().over("family")
    share = pl.when(whole > 0).then(pl.col("pieces") / whole).otherwise(0.0)
    keys = ["family", "partners", "models", "variant"]
    return found.with_columns(share=share).sort(keys, descending=[False, True, True, False])


def overlaps(uses: pl.DataFrame) -> pl.DataFrame:
    """Return the overlap of every pair of brands in every family that both carry."""
    volumes: dict[tuple[str, str], dict[str, float]] = {}
    for family, brand, variant, pieces in (
        uses.group_by("family", "brand", "variant").agg(pl.sum("pieces")).sort("family", "brand", "variant")
    ).iter_rows():
        volumes.setdefault((family, brand), {})[variant] = pieces
    rows: list[tuple[str, str, str, int, int, float]] = []
    brands = sorted(set(uses["brand"]))
    for family in sorted(set(uses["family"])):
        for one, two in combinations([brand for brand in brands if (family, brand) in volumes], 2):
            first, second = volumes[family, one], volumes[family, two]
            both = set(first) & set(second)
            rows.append((one, two, family, len(both), len(set(first) | set(second)), _overlap(first, second)))
    kinds = dict.fromkeys(("brand", "other", "family"), pl.String)
    schema = kinds | {"shared": pl.Int64, "parts": pl.Int64, "overlap": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("brand", "other", "family")


def _overlap(one: Mapping[str, float], two: Mapping[str, float]) -> float:
    """Return the common volume of two brands; without any volume every part counts alike."""
    return sum(min(_share(one, part), _share(two, part)) for part in sorted(set(one) & set(two)))


def _share(volumes: Mapping[str, float], part: str) -> float:
    total = sum(volumes.values())
    return volumes[part] / total if total > 0 else 1 / len(volumes)


def likeness(pairs: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """Return how alike each pair of brands is, the most alike first, as far as a family is visible."""
    weighed = pairs.with_columns(
        weight=pl.col("family").replace_strict(dict(weights), default=1.0, return_dtype=pl.Float64)
    )
    found = weighed.group_by("brand", "other").agg(
        likeness=(pl.col("overlap") * pl.col("weight")).sum() / pl.col("weight").sum(),
        families=pl.len().cast(pl.Int64),
    )
    keys = ["likeness", "brand", "other"]
    return found.filter(pl.col("likeness").is_finite()).sort(keys, descending=[True, False, False])


def part_numbers(uses: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """Return how many parts each family has and what they cost a year, then the sum."""
    parts = uses.select("family", "variant").unique().join(costs, on="variant", how="left")
    money = [pl.col(name).fill_null(0.0).sum() for name in ("yearly_cost", "still_paid")]
    each = parts.group_by("family").agg(pl.len().cast(pl.Int64).alias("parts"), *money).sort("family")
    total = parts.select(pl.lit(ALL).alias("family"), pl.len().cast(pl.Int64).alias("parts"), *money)
    return pl.concat([each, total])

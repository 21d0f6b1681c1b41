"""What can be decided once, and when engineering, tools and platforms are paid for it.

A nomination row of a variant wins over its family's row at the same site; each row that is left is a *pool*:
one capacity and one commitment for the variants it covers. A *member* of the sharing scope is the alliance, a
partner, a brand or a model; engineering, tools and platforms are paid once per member.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar, codes
from lynchpin.model.fitting import carried, fitting, measured, needs
from lynchpin.model.vectors import Flags
from lynchpin.model.windows import CERTAIN, SHORT, Windows

SCOPES = ("alliance", "partner", "brand", "model")


@dataclass(frozen=True, eq=False)
class Structure:
    """Axes and frames of everything decided once, positions in place of identifiers.

    covered  variant, site, pool (identifiers) of every variant that a usable nomination row takes in
    """

    sharing: str
    names: dict[str, tuple[str, ...]]
    frames: dict[str, pl.DataFrame]
    phases: dict[str, Flags]
    covered: pl.DataFrame


def structure(calendar: Calendar, found: Windows, *, sharing: str, as_is: bool) -> Structure:
    """Return the structural candidates of a study in a scope of sharing."""
    study, models = calendar.study, found.models
    fits = fitting(study, models["model"].to_list())
    fits = carried(study, models, fits) if as_is else fits
    sites = _sites(calendar, as_is=as_is)
    pools = _pools(calendar, sites, as_is=as_is)
    covered = _covered(calendar, pools)
    fits = fits.join(covered.select("variant").unique(), on="variant", how="semi")
    names = _names(calendar, found, fits, sites, pools, sharing)
    frames = {"models": _models(found, names, sharing)}
    frames["programmes"] = _coded(found.programmes.select("programme", "brand", "partner", "status"), names)
    frames["launched_programme"] = frames["programmes"].select("programme")
    frames["launched"] = frames["models"].select("model")
    frames["successors"] = _successors(found, names)
    frames["needs"] = _coded(needs(study, list(names["model"])), names)
    frames["use"] = _use(calendar, fits, names)
    frames["nominate"] = _nominate(calendar, covered, frames, names)
    frames["allocate"] = _allocate(calendar, names, as_is=as_is)
    frames["open"] = _coded(sites.select("site", "kind", "status"), names)
    frames["pools"] = _coded(pools, names).sort("pool")
    phases = _phased(found, frames)
    _refuse_gaps(found, frames, names)
    return Structure(sharing, names, frames, phases, covered)


def _member(sharing: str) -> pl.Expr:
    """Return the member of the scope that a version belongs to."""
    return pl.lit("alliance") if sharing == "alliance" else pl.col(sharing)


def _coded(frame: pl.DataFrame, names: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Return a frame with positions in place of identifiers (columns that are axes), sorted by them."""
    axes = [column for column in frame.columns if column in names]
    coded = frame.with_columns(
        pl.Series(axis, codes(frame, axis, names[axis]), dtype=pl.Int32) for axis in axes
    )
    return coded.sort(axes)


def _sites(calendar: Calendar, *, as_is: bool) -> pl.DataFrame:
    sites = calendar.study.table("sites").sort("site")
    return sites.filter(pl.col("status").is_in(CERTAIN)) if as_is else sites


def _pools(calendar: Calendar, sites: pl.DataFrame, *, as_is: bool) -> pl.DataFrame:
    """Return the nomination rows at sites that exist, named `site/variant` or `site/family/*`."""
    rows = calendar.study.table("nominations").join(sites.select("site"), on="site", how="semi")
    own = pl.col("variant").is_not_null()
    name = (
        pl.when(own)
        .then(pl.format("{}/{}", "site", "variant"))
        .otherwise(pl.format("{}/{}/*", "site", "family"))
    )
    rows = rows.with_columns(pool=name, own=own)
    rows = rows.with_columns(usable=pl.col("status").is_in(CERTAIN) if as_is else pl.lit(value=True))
    return rows.sort("pool")


def _covered(calendar: Calendar, pools: pl.DataFrame) -> pl.DataFrame:
    """Return variant, site, pool: a variant's own row wins over its family's, usable or not."""
    variants = calendar.study.table("variants").select("variant", "family")
    own = pools.filter("own").select("variant", "site", "pool", "usable")
    family = (
        pools.filter(~pl.col("own")).select("family", "site", "pool", "usable")
        .join(variants, on="family")
        .join(own, on=["variant", "site"], how="anti")
    )  # fmt: skip
    return pl.concat([own, family.select(own.columns)]).filter("usable").drop("usable")


def _names(
    calendar: Calendar,
    found: Windows,
    fits: pl.DataFrame,
    sites: pl.DataFrame,
    pools: pl.DataFrame,
    sharing: str,
) -> dict[str, tuple[str, ...]]:
    study = calendar.study
    members = found.models.select(member=_member(sharing))["member"]
    platforms = found.models["platform"].drop_nulls()

    def words(values: pl.Series) -> tuple[str, ...]:
        return tuple(sorted(set(values.to_list())))

    return {
        "partner": words(study.table("partners")["partner"]),
        "brand": words(study.table("brands")["brand"]),
        "programme": tuple(found.programmes["programme"]),
        "model": tuple(found.models["model"]),
        "platform": words(platforms),
        "family": words(study.table("families")["family"]),
        "variant": words(fits["variant"]),
        "site": tuple(sites["site"]),
        "market": words(study.table("markets")["market"]),
        "member": words(members),
        "pool": tuple(pools["pool"]),
        "target": words(study.table("targets")["target"]),
    }


def _models(found: Windows, names: dict[str, tuple[str, ...]], sharing: str) -> pl.DataFrame:
    """Return the versions with what they belong to and whether they may be left out."""
    models = found.models.select(
        "model", "programme", "brand", "partner", "platform", "powertrain", "segment", "co2_g_km",
        member=_member(sharing), candidate=~pl.col("status").is_in(CERTAIN),
    )  # fmt: skip
    return _coded(models, names).sort("model")


def _successors(found: Windows, names: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Return model, successor and first period of sale cut, for successors whose launch is not certain."""
    position = {name: index for index, name in enumerate(names["model"])}
    rows: list[tuple[int, int, int]] = []
    for index, old in enumerate(found.models["replaces"]):
        if old in position and not found.certain[index]:
            age = found.age[found.programme[index]]
            begun = np.isnan(age) | (age > -SHORT)
            if begun.any():
                rows.append((position[old], index, int(np.argmax(begun))))
    return pl.DataFrame(
        rows, schema=dict.fromkeys(("model", "successor", "first"), pl.Int32), orient="row"
    ).sort("model", "successor")


def _use(calendar: Calendar, fits: pl.DataFrame, names: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    """Return model, family, variant with quantity and the scale measure of one piece."""
    study = calendar.study
    rows = (
        fits.join(needs(study, list(names["model"])), on=["model", "family"])
        .join(study.table("families").select("family", "scale_attribute"), on="family")
        .sort("model", "family", "variant")
    )
    rows = rows.with_columns(measured(study, rows, pl.col("scale_attribute")).alias("measure"))
    return _coded(rows.select("model", "family", "variant", "quantity", "measure"), names)


def _nominate(
    calendar: Calendar,
    covered: pl.DataFrame,
    frames: dict[str, pl.DataFrame],
    names: dict[str, tuple[str, ...]],
) -> pl.DataFrame:
    """Return variant, site, member with the pool, and the measures of one piece for pool and site."""
    study = calendar.study
    counted = pl.when(pl.col("capacity").is_finite()).then("capacity_attribute").otherwise(pl.lit("pieces"))
    sites = study.table("sites").select("site", counted.alias("capacity_attribute"))
    rows = covered.filter(pl.col("variant").is_in(names["variant"])).join(sites, on="site")
    rows = rows.with_columns(measured(study, rows, pl.col("capacity_attribute")).alias("site_measure"))
    coded = _coded(rows.drop("capacity_attribute"), names)
    used = frames["use"].join(frames["models"].select("model", "member"), on="model")
    members = used.group_by("variant", "member").agg(pl.first("family"), pl.first("measure"))
    return coded.join(members, on="variant").select(
        "variant", "site", "member", "family", "pool", "measure", "site_measure"
    ).sort("variant", "site", "member")  # fmt: skip


def _allocate(calendar: Calendar, names: dict[str, tuple[str, ...]], *, as_is: bool) -> pl.DataFrame:
    rows = calendar.study.table("allocations").filter(
        pl.col("programme").is_in(names["programme"]) & pl.col("site").is_in(names["site"])
    )
    rows = rows.filter(pl.col("status").is_in(CERTAIN)) if as_is else rows
    return _coded(rows.select("programme", "site", "slots"), names)


def _phased(found: Windows, frames: dict[str, pl.DataFrame]) -> dict[str, Flags]:
    """Add the frames `used`, `tooled`, `developed`; return whether a period belongs to a row's phase."""
    models = frames["models"].select("model", "member", "platform")
    model, period = np.nonzero(found.on_sale)
    on_sale = pl.DataFrame({"model": model.astype(np.int32), "period": period.astype(np.int32)})
    phases: dict[str, Flags] = {}
    users = {
        "used": frames["use"].select("model", "variant").join(models, on="model").drop("platform"),
        "developed": models.filter(pl.col("platform") >= 0),
    }
    for name, pairs in users.items():
        key = "variant" if name == "used" else "platform"
        frames[name], frames[f"{name}_by"], phases[name] = _phase(pairs, on_sale, key, found.on_sale.shape[1])
    frames["tooled"] = (
        frames["nominate"].with_row_index("nominate")
        .join(frames["used"].with_row_index("used"), on=["variant", "member"])
        .select("variant", "site", "member", "phase", "family", "nominate", "used")
        .sort("variant", "site", "member", "phase")
    )  # fmt: skip
    phases["tooled"] = phases["used"][frames["tooled"]["used"].to_numpy()]
    return phases


def _phase(
    pairs: pl.DataFrame, on_sale: pl.DataFrame, key: str, periods: int
) -> tuple[pl.DataFrame, pl.DataFrame, Flags]:
    """Group the periods of each (key, member) by the models on sale.

    Returns the frame (key, member, phase), the models of its rows (`row`, `model`), the periods (rows, T).
    """
    rows = (
        pairs.join(on_sale, on="model").sort(key, "member", "period", "model")
        .group_by(key, "member", "period", maintain_order=True).agg("model")
        .with_columns(signature=pl.col("model").cast(pl.List(pl.String)).list.join("-"))
    )  # fmt: skip
    grouped = (
        rows.group_by(key, "member", "signature", maintain_order=True)
        .agg(pl.first("model"), pl.col("period"), first=pl.col("period").min())
        .sort(key, "member", "first")
        .with_columns(phase=pl.int_range(pl.len(), dtype=pl.Int32).over(key, "member"))
        .with_row_index("row")
    )
    flags = np.zeros((grouped.height, periods), dtype=np.bool_)
    long = grouped.select("row", "period").explode("period")
    flags[long["row"].to_numpy(), long["period"].to_numpy()] = True
    users = grouped.select("row", "model").explode("model")
    return grouped.select(key, "member", "phase"), users, flags


def _refuse_gaps(found: Windows, frames: dict[str, pl.DataFrame], names: dict[str, tuple[str, ...]]) -> None:
    """Raise where a launch is certain but something it needs has no candidate."""
    certain = frames["models"].filter(pl.Series(found.certain)).select("model")
    lacking = frames["needs"].join(certain, on="model", how="semi")
    lacking = lacking.join(frames["use"], on=["model", "family"], how="anti")
    if lacking.height:
        model, family = lacking.select("model", "family").row(0)
        raise ModelError(
            f"no nominated variant of family {names['family'][family]} fits it",
            thing=f"model {names['model'][model]}",
            cure="Add a variant that meets its requirements, or a nomination that covers one.",
        )
    fixed = found.programmes.filter(pl.col("status").is_in(CERTAIN))["programme"].to_list()
    allocated: set[str] = {names["programme"][code] for code in frames["allocate"]["programme"]}
    for programme in fixed:
        if programme not in allocated:
            raise ModelError(
                "is certain but no plant can build it",
                thing=f"programme {programme}",
                cure="Add a row to `allocations`; as-is plans take current and committed rows only.",
            )

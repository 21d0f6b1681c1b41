"""Scale: what volume saves on the list cost of a variant.

Sets        m versions, v variants of families with a scale rate, c members, g chords of the saving curve
Data        w[f,t] = d pi; D = sum over t of w y; measure of a piece; c0[v]; Vmax[m,v] the most weighted
            volume; chord g saves slope[g] V - charge[g]; slope[0], of the beginning, is money of `buy`
Decisions   `mode`[v,c,g] in {0,1}: the chord that holds; `volume`[m,v,g] >= 0: weighted volume that earns it

    (S1) V[v,c] = sum over m in c of X[m,v] / D,   X[m,v] = sum over s, k, r, t of w measure buy
    (S2) volume[m,v,g] <= Vmax[m,v] mode[v,c,g]
         sum over g of volume[m,v,g] <= X[m,v]
         sum over g of mode[v,c,g] <= sum over ph of used[v,c,ph]
         sum over m, g of (slope[g] - slope[0]) volume - sum over g of (charge[g] D) mode
              <= (1 - phi(Vsat) - slope[0]) sum over m in c of X[m,v]            where V may pass Vsat
    money       c0/measure x ((slope[g] - slope[0]) volume - charge[g] D mode)

Chords are a bound on the saving, exact at their ends. With `tangents` (variant, member, volume) there are no
modes: the saving is the tangent at that volume, slope V' and a constant; as the curve is convex, that never
says too much. Lifted without weights: X is a sum over the horizon.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.calendar import floats
from lynchpin.model.curves import Curve
from lynchpin.model.instance import Instance
from lynchpin.model.lifting import Lift
from lynchpin.model.rows import Statement, every, positions
from lynchpin.model.vectors import Vector

PAIR = ["variant", "member"]
Volumes = Mapping[tuple[str, str], float]


@dataclass(frozen=True, kw_only=True)
class ScaleOptions:
    """How the saving curve is stated.

    error     relative error of the cost that a chord may have
    breaks    (variant, member) -> volumes a year at which chords are to be exact as well
    tangents  (variant, member) -> volume a year; None: chords. Pairs that are not named take the tangent at 0
    """

    error: float = 1e-3
    breaks: Mapping[tuple[str, str], tuple[float, ...]] | None = None
    tangents: Volumes | None = None


def curves(instance: Instance) -> dict[int, Curve]:
    """Return the curve of every family whose scale rate is above nought, by its position."""
    table = instance.frames["families"]
    reference = floats(table, "reference_volume", np.nan)
    minimum, saturation = floats(table, "minimum_volume", np.nan), floats(table, "saturation_volume", np.nan)
    low = np.where(np.isnan(minimum), reference / 10, minimum)
    high = np.where(np.isnan(saturation), reference * 10, saturation)
    return {
        family: Curve(rate, float(reference[family]), float(low[family]), float(high[family]))
        for family, rate in enumerate(floats(table, "scale_rate"))
        if rate > 0
    }


def volumes(instance: Instance) -> pl.DataFrame:
    """Return model, variant, member, family with Vmax, the most weighted volume, for families that scale."""
    use = instance.frames["use"].join(
        instance.frames["models"].select("model", "member"), on="model", maintain_order="left"
    )
    weights = instance.weights[use["family"].to_numpy()]
    demand = instance.possible.sum(axis=1)[use["model"].to_numpy()]
    most = (weights * demand).sum(axis=1) * (use["quantity"] * use["measure"]).to_numpy()
    scaled = pl.col("family").is_in(list(curves(instance)))
    return (
        use.with_columns(most=pl.Series(most))
        .filter(scaled)
        .select("model", "variant", "member", "family", "measure", "most")
    )


def years_weighed(instance: Instance) -> Vector:
    """Return D of each family: the weights of all periods, in years (F)."""
    return instance.weights.sum(axis=1) * instance.years


def piece_money(instance: Instance, options: ScaleOptions) -> Vector:
    """Return the undiscounted saving of one piece of each column of `buy` that holds whatever the volume.

    That is c0 pi times the slope of the straight beginning, or with tangents the slope of the pair's tangent.
    """
    buy = instance.frames["buy"]
    rate = np.zeros((len(instance.names["variant"]), len(instance.names["member"])))
    known = curves(instance)
    pairs = instance.frames["nominate"].select(*PAIR, "family").unique()
    for variant, member, family in pairs.iter_rows():
        if family in known:
            rate[variant, member] = known[family].slope(_tangent_at(instance, options, variant, member))
    member = instance.frames["models"]["member"].to_numpy()[buy["model"].to_numpy()]
    variant, family, period = (buy[name].to_numpy() for name in ("variant", "family", "period"))
    own = instance.frames["variants"]["own_cost"].to_numpy()
    return rate[variant, member] * own[variant] * instance.paths[family, period]


def tangent_constant(instance: Instance, options: ScaleOptions) -> float:
    """Return the constant part of the savings of all tangents, present money; nought for chords."""
    if options.tangents is None:
        return 0.0
    known, total, weighed = curves(instance), 0.0, years_weighed(instance)
    pairs = instance.frames["nominate"].select(*PAIR, "family", "measure").unique().sort(PAIR)
    own = instance.frames["variants"]["own_cost"].to_numpy()
    for variant, member, family, measure in pairs.iter_rows():
        if family in known:
            at = _tangent_at(instance, options, variant, member)
            constant = known[family].saving(at) - known[family].slope(at) * at
            total += constant * own[variant] / measure * weighed[family]
    return total


def _tangent_at(instance: Instance, options: ScaleOptions, variant: int, member: int) -> float:
    if options.tangents is None:
        return 0.0
    return options.tangents.get((instance.names["variant"][variant], instance.names["member"][member]), 0.0)


def _breaks(instance: Instance, options: ScaleOptions, variant: int, member: int) -> tuple[float, ...]:
    name = (instance.names["variant"][variant], instance.names["member"][member])
    return () if options.breaks is None else tuple(options.breaks.get(name, ()))


def modes(instance: Instance, options: ScaleOptions) -> pl.DataFrame:
    """Return variant, member, chord with slope (beyond slope[0]), charge, worth and cap.

    charge  in weighted volume, charge[g] D          worth  money of a unit, c0/measure
    cap     1 - phi(Vsat) - slope[0]; blank where volume cannot pass Vsat
    """
    rows: list[tuple[int, int, int, int, float, float, float, float | None]] = []
    weighed, known = years_weighed(instance), curves(instance)
    own = instance.frames["variants"]["own_cost"].to_numpy()
    pairs = volumes(instance).group_by(*PAIR, "family", "measure").agg(pl.sum("most")).sort(PAIR)
    for variant, member, family, measure, most in pairs.iter_rows():
        curve, highest = known[family], most / weighed[family]
        points = curve.points(highest, error=options.error, extra=_breaks(instance, options, variant, member))
        if len(points):
            first = curve.slope(0.0)
            slopes, charges = curve.chords(points)
            cap = (
                1 - curve.factor(curve.saturation) - first
                if highest > curve.saturation * (1 + 1e-9)
                else None
            )
            rows += [
                (
                    variant,
                    member,
                    chord,
                    family,
                    slope - first,
                    charge * weighed[family],
                    own[variant] / measure,
                    cap,
                )
                for chord, (slope, charge) in enumerate(zip(slopes, charges, strict=True))
            ]
    kinds: dict[str, type[pl.DataType]] = dict.fromkeys(("variant", "member", "chord", "family"), pl.Int32)
    kinds.update(dict.fromkeys(("slope", "charge", "worth", "cap"), pl.Float64))
    return pl.DataFrame(rows, schema=kinds, orient="row")


def decisions(statement: Statement, options: ScaleOptions) -> None:
    """Add modes and the volume that earns them; nothing with tangents."""
    found = (
        modes(statement.instance, options)
        if options.tangents is None
        else modes(statement.instance, options).clear()
    )
    earned = found.join(volumes(statement.instance).select("model", *PAIR, "most"), on=PAIR).sort(
        "model", "variant", "chord"
    )
    statement.binary("mode", found)
    statement.flows("volume", earned, earned["most"].to_numpy())


def rows(statement: Statement) -> None:
    """Add S2."""
    mode, volume = statement.columns["mode"].frame, statement.columns["volume"].frame
    if mode.height == 0:
        return
    _earned(statement, mode, volume)
    _bought(statement, volume)
    _saturated(statement, mode, volume)


def _earned(statement: Statement, mode: pl.DataFrame, volume: pl.DataFrame) -> None:
    within = statement.rows("S2", volume.select("model", "variant", "chord"), "<=")
    within.add("volume", 1.0, column=every(volume), row=every(volume))
    most = -volume["most"].to_numpy() / statement.flow
    within.add("mode", most, column=positions(volume, mode, [*PAIR, "chord"]), row=every(volume))
    within.done()
    used = statement.frames["used"]
    keys = mode.select(PAIR).unique().sort(PAIR)
    one = statement.rows("S2_one", keys, "<=")
    one.add("mode", 1.0, column=every(mode), row=positions(mode, keys, PAIR))
    row = positions(used, keys, PAIR)
    known = np.flatnonzero(row >= 0)
    one.add("used", -1.0, column=known, row=row[known])
    one.done()


def _weighted(statement: Statement) -> Vector:
    """Return w x measure of one piece of each yearly flow of parts."""
    instance, buy = statement.instance, statement.frames["buy"]
    return instance.weights[buy["family"].to_numpy(), buy["period"].to_numpy()] * buy["measure"].to_numpy()


def _bought(statement: Statement, volume: pl.DataFrame) -> None:
    buy = statement.frames["buy"]
    keys = volume.select("model", "variant").unique().sort("model", "variant")
    row = positions(buy, keys, ["model", "variant"])
    known = np.flatnonzero(row >= 0)
    limit = statement.rows("S1", keys, "<=", lift=Lift(("model", "variant"), yearly=False))
    limit.add("volume", 1.0, column=every(volume), row=positions(volume, keys, ["model", "variant"]))
    limit.add("buy", -_weighted(statement)[known], column=known, row=row[known])
    limit.done()


def _saturated(statement: Statement, mode: pl.DataFrame, volume: pl.DataFrame) -> None:
    keys = mode.filter(pl.col("cap").is_not_null()).select(*PAIR, "cap").unique().sort(PAIR)
    buy = statement.frames["buy"].join(
        statement.frames["models"].select("model", "member"), on="model", maintain_order="left"
    )
    limit = statement.rows("S2_saturated", keys.select(PAIR), "<=", lift=Lift(tuple(PAIR), yearly=False))
    for variable, frame, value in (
        ("volume", volume, volume["slope"].to_numpy()),
        ("mode", mode, -mode["charge"].to_numpy() / statement.flow),
        ("buy", buy, -_weighted(statement)),
    ):
        row = positions(frame, keys, PAIR)
        known = np.flatnonzero(row >= 0)
        cap = keys["cap"].to_numpy()[row[known]] if variable == "buy" else 1.0
        limit.add(variable, value[known] * cap, column=known, row=row[known])
    limit.done()

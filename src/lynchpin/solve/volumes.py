"""Scale on its true curve: volumes, cost factors and what scale saves.

(S1) V[v,c] = sum_t d[t] pi[f,t] vol[v,c,t] / (sum_t d[t] pi[f,t] y)
phi(V)      = (min(max(V, Vmin), Vsat) / V0)^(-b),   b = -log2(1 - scale_rate),   1 where scale_rate is nought
saved       = c0[v] pi[f,t] (1 - phi(V[v,c]))  per piece
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.model.scale import curves
from lynchpin.model.vectors import Positions, Vector

Values = Mapping[str, Vector]


@dataclass(frozen=True, eq=False, kw_only=True)
class Scale:
    """Where scale stands at a point.

    volume, factor  V in scale attribute units a year, and phi (variants, members)
    saved           what scale saves on one piece of each row of `buy`, undiscounted
    """

    volume: Vector
    factor: Vector
    saved: Vector

    def table(self, instance: Instance) -> pl.DataFrame:
        """Return variant, member, volume and factor of every pair."""
        variants, members = instance.names["variant"], instance.names["member"]
        return pl.DataFrame(
            {
                "variant": np.repeat(np.array(variants, dtype=object), len(members)).tolist(),
                "member": list(members) * len(variants),
                "volume": self.volume.ravel(),
                "factor": self.factor.ravel(),
            },
            schema={"variant": pl.String, "member": pl.String, "volume": pl.Float64, "factor": pl.Float64},
        )


def scale_of(instance: Instance, buy: Vector) -> Scale:
    """Return volumes, factors and savings of pieces bought (rows of `buy`)."""
    volume = volumes(instance, buy)
    factor = factors(instance, volume)
    frame = instance.frames["buy"]
    variant, member = frame["variant"].to_numpy(), members_of(instance)
    return Scale(volume=volume, factor=factor, saved=list_money(instance) * (1.0 - factor[variant, member]))


def volumes(instance: Instance, buy: Vector) -> Vector:
    """Return V of every variant and member (variants, members)."""
    frame = instance.frames["buy"]
    family, period = frame["family"].to_numpy(), frame["period"].to_numpy()
    weight = instance.weights
    total = weight.sum(axis=1) * instance.years
    share = weight[family, period] / total[family] if len(family) else np.zeros(0)
    volume = np.zeros((len(instance.names["variant"]), len(instance.names["member"])))
    np.add.at(
        volume, (frame["variant"].to_numpy(), members_of(instance)), share * frame["measure"].to_numpy() * buy
    )
    return volume


def factors(instance: Instance, volume: Vector) -> Vector:
    """Return phi at each volume (variants, members)."""
    known = curves(instance)
    found = np.ones_like(volume)
    for variant, family in instance.frames["use"].select("variant", "family").unique().iter_rows():
        if family in known:
            found[variant] = [known[family].factor(at) for at in volume[variant]]
    return found


def list_money(instance: Instance) -> Vector:
    """Return c0[v] pi[f,t] of each row of `buy`, what scale takes its share of."""
    frame = instance.frames["buy"]
    own = instance.frames["variants"]["own_cost"].to_numpy()
    return (
        own[frame["variant"].to_numpy()]
        * instance.paths[frame["family"].to_numpy(), frame["period"].to_numpy()]
    )


def measures(instance: Instance) -> Vector:
    """Return the scale attribute units of one piece of each variant."""
    found = np.ones(len(instance.names["variant"]))
    found[instance.frames["use"]["variant"].to_numpy()] = instance.frames["use"]["measure"].to_numpy()
    return found


def members_of(instance: Instance) -> Positions:
    """Return the position of the member that buys, for each row of `buy`."""
    return instance.frames["models"]["member"].to_numpy()[instance.frames["buy"]["model"].to_numpy()]

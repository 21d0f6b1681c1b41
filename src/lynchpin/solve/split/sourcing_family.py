"""A family of parts as a location problem: variants are facilities, cars needs, suppliers sources."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.model.rows import positions
from lynchpin.model.scale import curves, years_weighed
from lynchpin.model.vectors import Flags, Positions, Vector

NO_CURVE = (0.0, 1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, eq=False, kw_only=True)
class Family:
    """One family without volumes: uses U, facilities J (variant and member), at most S sources, P phases.

    position       of the family
    uses, sources  rows of the frames `use` and `nominate`
    need, facility, pieces, measure   of each use: model, facility, pieces a car, scale measure of a piece (U)
    at, place      facility of each source, and its number there         count   sources of a facility (J)
    phase          whether a use is on sale in a phase of its facility (U, P)
    engineering    (J, P), tooling (J, S, P): present money
    curve          of what scale saves: worth of a unit, exponent, reference, minimum, saturation (J, 5)
    lane, make, quantity, money   of each flow, cheapest regime alone: use x S + place, row of `make`,
                   pieces a car, present money a piece
    """

    position: int
    uses: Positions
    sources: Positions
    need: Positions
    facility: Positions
    pieces: Vector
    measure: Vector
    at: Positions
    place: Positions
    count: Positions
    phase: Flags
    engineering: Vector
    tooling: Vector
    curve: Vector
    lane: Positions
    make: Positions
    quantity: Vector
    money: Vector

    @property
    def width(self) -> int:
        """Return S."""
        return self.tooling.shape[1]


def families(instance: Instance, allowed: Mapping[str, Flags]) -> list[Family]:
    """Return every family of an instance, with the rows of `use` and `nominate` that are allowed."""
    members = len(instance.names["member"])
    frames = instance.frames
    member = frames["models"]["member"].to_numpy()
    use, nominate = frames["use"], frames["nominate"]
    of_use = use["variant"].to_numpy().astype(np.int64) * members + member[use["model"].to_numpy()]
    of_source = nominate["variant"].to_numpy().astype(np.int64) * members + nominate["member"].to_numpy()
    buy = _flows(instance)
    return [
        _family(instance, family, allowed, of_use, of_source, buy.filter(pl.col("family") == family))
        for family in range(len(instance.names["family"]))
    ]


def _flows(instance: Instance) -> pl.DataFrame:
    """Return use, source, make, family, quantity and least money of a piece over the regimes."""
    frames = instance.frames
    rows = frames["buy"].select("use", "model", "variant", "supplier", "make", "family", "quantity")
    rows = rows.join(frames["models"].select("model", "member"), on="model", maintain_order="left")
    sources = frames["nominate"].rename({"site": "supplier"})
    source = positions(rows, sources, ["variant", "supplier", "member"])
    priced = rows.select("use", "make", "family", "quantity").with_columns(
        source=pl.Series(source), money=pl.Series(-instance.objective("buy"))
    )
    return priced.group_by("family", "use", "source", "make", maintain_order=True).agg(
        pl.first("quantity"), pl.col("money").min()
    )


def _family(
    instance: Instance,
    family: int,
    allowed: Mapping[str, Flags],
    of_use: Positions,
    of_source: Positions,
    flows: pl.DataFrame,
) -> Family:
    frames = instance.frames
    mine = frames["nominate"]["family"].to_numpy() == family
    sources = np.flatnonzero(mine & allowed["nominate"])
    keys, at = np.unique(of_source[sources], return_inverse=True)
    some = np.isin(of_use, keys) & (frames["use"]["family"].to_numpy() == family)
    uses = np.flatnonzero(some & allowed["use"])
    facility = np.searchsorted(keys, of_use[uses])
    count = np.bincount(at, minlength=len(keys))
    order = np.argsort(at, kind="stable")
    place = np.empty(len(sources), dtype=np.int64)
    place[order] = np.arange(len(sources)) - np.repeat(np.cumsum(count) - count, count)
    width = max(int(count.max(initial=1)), 1)
    phase, engineering, tooling = _phased(instance, uses, facility, sources, at, place, (len(keys), width))
    row, known = _rows(len(of_use), uses), _rows(len(of_source), sources)
    use, source = row[flows["use"].to_numpy()], known[flows["source"].to_numpy()]
    kept = np.flatnonzero((use >= 0) & (source >= 0))
    table = frames["use"]
    measure = table["measure"].to_numpy()[uses]
    return Family(
        position=family,
        uses=uses,
        sources=sources,
        need=table["model"].to_numpy().astype(np.int64)[uses],
        facility=facility,
        pieces=table["quantity"].to_numpy()[uses],
        measure=measure,
        at=at,
        place=place,
        count=count.astype(np.int64),
        phase=phase,
        engineering=engineering,
        tooling=tooling,
        curve=_curves(instance, family, keys // len(instance.names["member"]), facility, measure),
        lane=use[kept] * width + place[source[kept]],
        make=flows["make"].to_numpy()[kept],
        quantity=flows["quantity"].to_numpy()[kept],
        money=flows["money"].to_numpy()[kept],
    )


def _rows(count: int, rows: Positions) -> Positions:
    """Return the number of each row among some rows, -1 where it is not one of them."""
    found = np.full(count, -1, dtype=np.int64)
    found[rows] = np.arange(len(rows))
    return found


def _phased(
    instance: Instance,
    uses: Positions,
    facility: Positions,
    sources: Positions,
    at: Positions,
    place: Positions,
    shape: tuple[int, int],
) -> tuple[Flags, Vector, Vector]:
    """Return when each use is on sale, and engineering and tools, by phase of its facility."""
    frames = instance.frames
    used, tooled = frames["used"], frames["tooled"]
    phases = int(used["phase"].to_numpy().max(initial=0)) + 1
    phase = np.zeros((len(uses), phases), dtype=np.bool_)
    engineering, tooling = np.zeros((shape[0], phases)), np.zeros((*shape, phases))
    by = frames["used_by"].join(used.with_row_index("row"), on="row")
    pairs = (
        frames["use"].select("model", "variant")[uses].with_columns(
            number=pl.int_range(pl.len()), facility=pl.Series(facility)
        )
        .join(by, on=["model", "variant"])
        .join(frames["models"].select("model", "member"), on=["model", "member"], how="semi")
    )  # fmt: skip
    phase[pairs["number"].to_numpy(), pairs["phase"].to_numpy()] = True
    money = -instance.objective("used")
    engineering[pairs["facility"].to_numpy(), pairs["phase"].to_numpy()] = money[pairs["row"].to_numpy()]
    source = _rows(frames["nominate"].height, sources)[tooled["nominate"].to_numpy()]
    row = np.flatnonzero(source >= 0)
    source = source[row]
    tooling[at[source], place[source], tooled["phase"].to_numpy()[row]] = -instance.objective("tooled")[row]
    return phase, engineering, tooling


def _curves(
    instance: Instance, family: int, variant: Positions, facility: Positions, measure: Vector
) -> Vector:
    """Return the curve of each facility, one that saves nothing where the family has no scale."""
    found = np.tile(np.array(NO_CURVE), (len(variant), 1))
    curve = curves(instance).get(family)
    if curve is None:
        return found
    of_piece = np.ones(len(variant))
    of_piece[facility] = measure
    own = instance.frames["variants"]["own_cost"].to_numpy()[variant]
    found[:, 0] = own / of_piece * years_weighed(instance)[family]
    found[:, 1:] = (curve.exponent, curve.reference, curve.minimum, curve.saturation)
    return found

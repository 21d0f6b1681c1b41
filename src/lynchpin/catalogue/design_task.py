"""What a design is asked: needs, parts that exist, what a new specification costs, what is used today."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from lynchpin.catalogue.design_reading import amount, attributes_of, copied, rows_of
from lynchpin.catalogue.joins import classes
from lynchpin.catalogue.needs import (
    Attribute,
    Codes,
    Needs,
    Parts,
    Space,
    Value,
    Vector,
    encode,
    fit_matrix,
    space_of,
)
from lynchpin.catalogue.new_cost import NewCost, estimated, from_attributes
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.errors import OptionError

Row = Mapping[str, Value]


@dataclass(frozen=True, eq=False, kw_only=True)
class DesignTask:
    """The needs of one family of parts and what may serve them; make one with `DesignTask.of`.

    family    name of the family
    needs     what N models ask
    parts     C variants that exist or are proposed
    new       what a new specification costs; None: only variants may be chosen
    measure   attribute by which volume counts, pieces where it is None
    discount  how volume lowers the unit cost; None: not at all
    today     (N) position of the variant that each model carries, -1 where it carries none
    currency  of all money
    """

    family: str
    needs: Needs
    parts: Parts
    new: NewCost | None
    measure: str | None = None
    discount: VolumeDiscount | None = None
    today: Codes
    currency: str

    @classmethod
    def of(
        cls,
        needs: pl.DataFrame,
        attributes: pl.DataFrame,
        *,
        variants: pl.DataFrame | None = None,
        engineering_cost: float | None = None,
        base_cost: float = 0.0,
        discount: VolumeDiscount | None = None,
        measure: str | None = None,
        same: str | None = None,
        family: str = "parts",
        currency: str = "EUR",
    ) -> Self:
        """Return the task that tables describe.

        needs             model, volume (pieces over the horizon) and a column for each attribute, blank where
                          the model does not mind; `today`, the variant it carries, where there is one
        attributes        attribute, sense (at_least, at_most, equal); kind (number or text) and cost_per_unit
                          where given
        variants          variant, unit_cost (blank: from the attributes), engineering_cost over the horizon
                          (blank: 0), engineering_again (blank: the same) and a column for each attribute
        engineering_cost  of a new specification over the horizon; None: only variants may be chosen
        base_cost         what a piece costs besides its attributes
        discount          how the unit cost falls with volume
        measure           attribute by which volume counts; None: pieces
        same              column of `needs` in which all that share a specification must agree, such as a
                          platform

        Raises OptionError naming table, row, column and value for anything that is not in order.
        """
        asked = attributes_of(attributes)
        if same is not None:
            asked = (*asked, Attribute(same, "equal", "text"))
        needed = rows_of("needs", needs, asked, ("model", "volume"))
        if not needed:
            raise OptionError(
                "nothing is needed",
                thing=f"family {family}",
                cure="Give at least one model with a requirement of the family.",
            )
        known = [] if variants is None else rows_of("variants", variants, asked, ("variant",), free={same})
        if same is not None:
            known = copied(known, needed, same)
        base_cost = amount("base_cost", base_cost, low=-np.inf)
        space = space_of(asked, [*needed, *known])
        wanted = _needs(space, needed)
        parts = _parts(space, known, base_cost, measure)
        new = None
        if engineering_cost is not None:
            fixed = amount("engineering_cost", engineering_cost)
            new = _new_cost(space, wanted, parts, base=base_cost, fixed=fixed)
        return cls(
            family=family,
            needs=wanted,
            parts=parts,
            new=new,
            measure=measure,
            discount=discount,
            today=_today(needed, wanted, parts),
            currency=currency,
        )

    def __post_init__(self) -> None:
        names = {attribute.name: attribute for attribute in self.needs.space.attributes}
        if self.measure is not None and (self.measure not in names or names[self.measure].kind != "number"):
            raise OptionError(
                "is no attribute that is a number",
                thing=f"family {self.family}, measure",
                value=self.measure,
                cure="Name one of the attributes, or None for pieces.",
            )

    def specification(self, offer: Vector, kind: Codes, name: str = "") -> Parts:
        """Return new specifications with these values (rows, K) and kinds (rows, E), priced."""
        if self.new is None:
            raise OptionError(
                "costs of new specifications are not known",
                thing=f"family {self.family}",
                cure="Give cost_per_unit in attributes, or an engineering cost.",
            )
        count = len(offer)
        return Parts(
            tuple(f"{name}{row + 1}" for row in range(count)),
            offer,
            kind,
            self.new.of(offer, kind),
            np.full(count, self.new.fixed, dtype=np.float64),
            measures(self.needs.space, self.measure, offer, kind),
            np.ones(count, dtype=np.bool_),
        )


def measures(space: Space, measure: str | None, offer: Vector, kind: Codes) -> Vector:
    """Return the volume that one piece of each specification counts for (rows)."""
    if measure is None:
        return np.ones(len(offer))
    for k, attribute in enumerate(space.ordered):
        if attribute.name == measure:
            sizes: Vector = np.maximum(1e-9, attribute.sign * offer[:, k])
            return sizes
    place = next(e for e, attribute in enumerate(space.equal) if attribute.name == measure)
    values = np.array([float(word) for word in space.words[place]])
    worded: Vector = np.maximum(1e-9, values[kind[:, place]])
    return worded


def _new_cost(space: Space, needs: Needs, parts: Parts, *, base: float, fixed: float) -> NewCost | None:
    if base or any(attribute.cost for attribute in space.attributes):
        kinds = np.stack([group.kind for group in classes(needs, parts)])
        return from_attributes(space, kinds, base=base, fixed=fixed)
    return estimated(parts, fixed=fixed)


def _needs(space: Space, rows: list[dict[str, Value]]) -> Needs:
    demand, kind = encode(space, rows)
    volumes = np.array([amount(f"model {row['model']}, volume", row["volume"]) for row in rows])
    return Needs(space, tuple(str(row["model"]) for row in rows), volumes, demand, kind)


def _parts(space: Space, rows: list[dict[str, Value]], base: float, measure: str | None) -> Parts:
    offer, kind = encode(space, rows)
    weight = np.array([attribute.sign * attribute.cost for attribute in space.ordered])
    built = base + np.where(np.isfinite(offer), offer, 0.0) @ weight
    unit: list[float] = []
    fixed: list[float] = []
    for position, row in enumerate(rows):
        cost, engineering = row.get("unit_cost"), row.get("engineering_cost")
        thing = f"variant {row['variant']}"
        unit.append(float(built[position]) if cost is None else amount(f"{thing}, unit_cost", cost))
        paid = 0.0 if engineering is None else amount(f"{thing}, engineering_cost", engineering)
        fixed.append(paid)
    return Parts(
        tuple(str(row["variant"]) for row in rows),
        offer,
        kind,
        np.array(unit, dtype=np.float64),
        np.array(fixed, dtype=np.float64),
        measures(space, measure, offer, kind) if rows else np.zeros(0),
        np.zeros(len(rows), dtype=np.bool_),
    )


def _today(rows: list[dict[str, Value]], needs: Needs, parts: Parts) -> Codes:
    """Return the position of the variant that each model carries; it must be known and fit."""
    places: dict[str, list[int]] = {}
    for position, name in enumerate(parts.names):
        places.setdefault(name, []).append(position)
    found = np.full(needs.size, -1, dtype=np.int64)
    for position, row in enumerate(rows):
        carried = row.get("today")
        if carried is None:
            continue
        choices = places.get(str(carried), [])
        fitting = [
            choice
            for choice in choices
            if fit_matrix(
                needs.demand[[position]], needs.kind[[position]], parts.offer[[choice]], parts.kind[[choice]]
            )[0, 0]
        ]
        if not fitting:
            problem = "does not fit it" if choices else "is not among the variants"
            raise OptionError(
                f"its part of today {problem}",
                thing=f"model {row['model']}",
                value=carried,
                cure="Correct the need or the variant, or leave `today` blank.",
            )
        found[position] = fitting[0]
    return found

"""What a design is asked: needs, parts that exist, what a new specification costs, what is used today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self, cast

import numpy as np
import polars as pl

from lynchpin.catalogue.joins import classes
from lynchpin.catalogue.needs import (
    Attribute,
    Codes,
    Needs,
    Parts,
    Sense,
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
        asked = _attributes(attributes)
        if same is not None:
            asked = (*asked, Attribute(same, "equal", "text"))
        needed = _rows("needs", needs, asked, ("model", "volume"))
        if not needed:
            raise OptionError(
                "nothing is needed",
                thing=f"family {family}",
                cure="Give at least one model with a requirement of the family.",
            )
        known = [] if variants is None else _rows("variants", variants, asked, ("variant",), free={same})
        if same is not None:
            known = _copied(known, needed, same)
        space = space_of(asked, [*needed, *known])
        wanted = _needs(space, needed)
        parts = _parts(space, known, base_cost, measure)
        new = None
        if engineering_cost is not None:
            fixed = _amount("engineering_cost", engineering_cost)
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


def _attributes(table: pl.DataFrame) -> tuple[Attribute, ...]:
    _columns("attributes", table, ("attribute", "sense"))
    found: list[Attribute] = []
    for row in table.iter_rows(named=True):
        cost = row.get("cost_per_unit")
        found.append(
            Attribute(
                str(row["attribute"]),
                cast(Sense, row["sense"]),
                row.get("kind") or "number",
                0.0
                if cost is None
                else _amount(f"attribute {row['attribute']}, cost_per_unit", cost, low=-np.inf),
            )
        )
    return tuple(found)


def _columns(name: str, table: pl.DataFrame, needed: Sequence[str]) -> None:
    for column in needed:
        if column not in table.columns:
            raise OptionError(
                f"has no column {column!r}",
                thing=f"table {name}",
                value=table.columns,
                cure=f"Give the columns {', '.join(needed)}.",
            )
        if table[column].null_count():
            row = int(table[column].is_null().arg_true()[0]) + 1
            raise OptionError(
                f"row {row} has no {column}", thing=f"table {name}", cure="Fill the cell, or delete the row."
            )
    key = needed[0]
    twice = table[key].is_duplicated()
    if twice.any():
        row = int(twice.arg_true()[-1])
        raise OptionError(
            f"row {row + 1} names a {key} that stands there already",
            thing=f"table {name}",
            value=table[key][row],
            cure="Keep one row for it.",
        )


def _rows(
    name: str,
    table: pl.DataFrame,
    attributes: Sequence[Attribute],
    needed: Sequence[str],
    free: set[str | None] | None = None,
) -> list[dict[str, Value]]:
    """Return the rows of a table with every attribute checked; blank cells are None."""
    columns = [attribute.name for attribute in attributes if attribute.name not in (free or set())]
    _columns(name, table, needed)
    for column in columns:
        if column not in table.columns:
            raise OptionError(
                f"has no column {column!r}", thing=f"table {name}", value=table.columns,
                cure="Give a column for each attribute; leave cells blank where there is no value.",
            )  # fmt: skip
    found: list[dict[str, Value]] = []
    numbers = {attribute.name for attribute in attributes if attribute.kind == "number"}
    for position, row in enumerate(table.iter_rows(named=True)):
        clean: dict[str, Value] = dict(row)
        for column in columns:
            value = row[column]
            place = f"table {name}, row {position + 1}, column {column}"
            if value is not None and column in numbers:
                clean[column] = _amount(place, value, low=-np.inf)
            elif value is not None and not isinstance(value, str):
                clean[column] = str(value)
        found.append(clean)
    return found


def _amount(place: str, value: object, low: float = 0.0) -> float:
    """Return a finite number of at least `low`, or say what else was found."""
    try:
        number = float(cast(float, value))
    except (TypeError, ValueError):
        number = np.nan
    if isinstance(value, bool) or not np.isfinite(number) or number < low:
        rule = "a finite number" if low == -np.inf else f"a finite number of at least {low:g}"
        raise OptionError(f"is not {rule}", thing=place, value=value, cure="Write digits and no unit.")
    return number


def _copied(
    variants: list[dict[str, Value]], needs: list[dict[str, Value]], same: str
) -> list[dict[str, Value]]:
    """Return each variant once for each word of `same`, as each of them has to engineer it.

    A copy for a word that does not carry it today costs `engineering_again`, where that is given.
    """
    words = sorted({str(row[same]) for row in needs if row.get(same) is not None})
    used = {(row.get("today"), row.get(same)) for row in needs}
    found: list[dict[str, Value]] = []
    for row in variants:
        at_home = [word for word in words if (row["variant"], word) in used]
        for word in words:
            copy = dict(row)
            copy[same] = word
            again = row.get("engineering_again")
            if at_home and word not in at_home and again is not None:
                copy["engineering_cost"] = again
            found.append(copy)
    return found


def _needs(space: Space, rows: list[dict[str, Value]]) -> Needs:
    demand, kind = encode(space, rows)
    volumes = np.array([_amount(f"model {row['model']}, volume", row["volume"]) for row in rows])
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
        unit.append(float(built[position]) if cost is None else _amount(f"{thing}, unit_cost", cost))
        paid = 0.0 if engineering is None else _amount(f"{thing}, engineering_cost", engineering)
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

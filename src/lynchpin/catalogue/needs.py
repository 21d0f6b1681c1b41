"""What models ask of one family of parts, what parts offer, and who fits whom, as arrays.

An attribute is *ordered* (at_least, at_most) or *equal*. Ordered values are turned so that more asks more: of
at_most attributes they are negated. A need without a condition holds minus infinity, or -1 where words are
compared; so does a part without the attribute, which then fits only needs that do not ask for it.

    part j fits need i  <=>  offer[j, k] >= demand[i, k], kind[i, e] in {-1, kind[j, e]}    for all k, e

Numbers are compared within 1e-9 of the larger one; equal numbers are compared by their first 12 digits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from lynchpin.errors import OptionError

Vector = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Sense = Literal["at_least", "at_most", "equal"]
Value = float | str | None

CLOSE = 1e-9
NONE = -1
BLOCK = 20_000_000  # comparisons made at once


@dataclass(frozen=True)
class Attribute:
    """A property of a family.

    name   of the attribute
    sense  how a part must stand to a need: at_least, at_most or equal
    kind   number, or text, which only goes with equal
    cost   what one unit of it costs in one part; 0 for text
    """

    name: str
    sense: Sense
    kind: Literal["number", "text"] = "number"
    cost: float = 0.0

    def __post_init__(self) -> None:
        if self.sense not in get_args(Sense):
            raise OptionError(
                "has no such sense",
                thing=f"attribute {self.name}",
                value=self.sense,
                cure=f"Use {', '.join(get_args(Sense))}.",
            )
        if self.kind not in ("number", "text") or (self.kind == "text" and self.sense != "equal"):
            raise OptionError(
                f"cannot be {self.sense} and of kind {self.kind}",
                thing=f"attribute {self.name}",
                value=self.kind,
                cure="Use kind number, or text with sense equal.",
            )
        if not np.isfinite(self.cost):
            raise OptionError(
                "has a cost that is no finite number",
                thing=f"attribute {self.name}",
                value=self.cost,
                cure="Give currency per unit of the attribute, or 0.",
            )

    @property
    def ordered(self) -> bool:
        """Whether more of it, or less, serves as well."""
        return self.sense != "equal"

    @property
    def sign(self) -> float:
        """Return -1 where less asks more, else 1."""
        return -1.0 if self.sense == "at_most" else 1.0


@dataclass(frozen=True, eq=False)
class Space:
    """The attributes of a family, and the words that its equal attributes take.

    attributes  every attribute
    words       of each equal attribute, sorted; a kind is a position in them
    """

    attributes: tuple[Attribute, ...]
    words: tuple[tuple[str, ...], ...]

    @cached_property
    def ordered(self) -> tuple[Attribute, ...]:
        """Return the K ordered attributes."""
        return tuple(attribute for attribute in self.attributes if attribute.ordered)

    @cached_property
    def equal(self) -> tuple[Attribute, ...]:
        """Return the E equal attributes."""
        return tuple(attribute for attribute in self.attributes if not attribute.ordered)

    def values(self, offer: Vector, kind: Codes) -> dict[str, Value]:
        """Return value by attribute of one row; None where there is none."""
        found: dict[str, Value] = {}
        for attribute, number in zip(self.ordered, offer, strict=True):
            found[attribute.name] = attribute.sign * float(number) if np.isfinite(number) else None
        for attribute, words, code in zip(self.equal, self.words, kind, strict=True):
            word = None if code == NONE else words[int(code)]
            found[attribute.name] = float(word) if word is not None and attribute.kind == "number" else word
        return {attribute.name: found[attribute.name] for attribute in self.attributes}


@dataclass(frozen=True, eq=False)
class Needs:
    """What N models ask of a family.

    space    the attributes
    models   (N) identifiers
    volumes  (N) pieces over the horizon, at least 0
    demand   (N, K) ordered values, more asks more, minus infinity without a condition
    kind     (N, E) kinds asked for, -1 without a condition
    """

    space: Space
    models: tuple[str, ...]
    volumes: Vector
    demand: Vector
    kind: Codes

    @property
    def size(self) -> int:
        """Number of needs, N."""
        return len(self.models)

    def merged(self) -> tuple["Needs", Codes]:
        """Return the different needs with their volumes added up, and which of them each need became (N)."""
        table = np.column_stack([self.demand, self.kind.astype(np.float64)])
        _, first, which = np.unique(table, axis=0, return_index=True, return_inverse=True)
        which = which.reshape(-1)
        volumes = np.bincount(which, weights=self.volumes, minlength=first.size).astype(np.float64)
        models = tuple(self.models[int(row)] for row in first.tolist())
        return Needs(self.space, models, volumes, self.demand[first], self.kind[first]), which


@dataclass(frozen=True, eq=False)
class Parts:
    """What C parts offer and cost: variants that exist, or specifications that could.

    names    (C) identifiers
    offer    (C, K) ordered values, more serves more, minus infinity where a part has none
    kind     (C, E) kinds, -1 where a part has none
    unit     (C) cost of a piece at reference volume
    fixed    (C) cost of having it at all, over the horizon
    measure  (C) volume that one piece counts for
    new      (C) whether it does not exist yet
    """

    names: tuple[str, ...]
    offer: Vector
    kind: Codes
    unit: Vector
    fixed: Vector
    measure: Vector
    new: Flags

    @property
    def size(self) -> int:
        """Number of parts, C."""
        return len(self.names)

    def chosen(self, rows: Codes) -> "Parts":
        """Return some of the parts."""
        names = tuple(self.names[int(row)] for row in rows)
        return Parts(
            names,
            self.offer[rows],
            self.kind[rows],
            self.unit[rows],
            self.fixed[rows],
            self.measure[rows],
            self.new[rows],
        )

    def with_more(self, other: "Parts") -> "Parts":
        """Return these parts and then the others."""
        return Parts(
            self.names + other.names,
            np.concatenate([self.offer, other.offer]),
            np.concatenate([self.kind, other.kind]),
            np.concatenate([self.unit, other.unit]),
            np.concatenate([self.fixed, other.fixed]),
            np.concatenate([self.measure, other.measure]),
            np.concatenate([self.new, other.new]),
        )


def fits(needs: Needs, offer: Vector, kind: Codes) -> tuple[Codes, Codes]:
    """Return positions of need and part of every pair that fits, by need and then by part.

    offer, kind  (C, K) and (C, E) of the parts
    """
    rows: list[Codes] = []
    columns: list[Codes] = []
    width = max(1, len(needs.space.attributes))
    step = max(1, BLOCK // max(1, offer.shape[0] * width))
    for start in range(0, needs.size, step):
        part = slice(start, start + step)
        found = fit_matrix(needs.demand[part], needs.kind[part], offer, kind)
        row, column = np.nonzero(found)
        rows.append(row + start)
        columns.append(column)
    if not rows:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(rows), np.concatenate(columns)


def fit_matrix(demand: Vector, kind: Codes, offer: Vector, offered: Codes) -> Flags:
    """Return whether each part (columns) fits each need (rows)."""
    found = np.ones((demand.shape[0], offer.shape[0]), dtype=np.bool_)
    for k in range(demand.shape[1]):
        need, have = demand[:, k][:, None], offer[:, k][None, :]
        largest = np.maximum(np.abs(np.nan_to_num(need, neginf=0.0)), np.abs(np.nan_to_num(have, neginf=0.0)))
        found &= have >= need - CLOSE * largest
    for e in range(kind.shape[1]):
        asked = kind[:, e][:, None]
        found &= (asked == NONE) | (asked == offered[:, e][None, :])
    return found


def space_of(attributes: Sequence[Attribute], rows: Iterable[Mapping[str, Value]]) -> Space:
    """Return the space of attributes with every word that these rows use."""
    names = [attribute.name for attribute in attributes]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise OptionError("stands twice", thing="attribute", value=twice, cure="Keep one row for it.")
    equal = [attribute for attribute in attributes if not attribute.ordered]
    seen: list[set[str]] = [set() for _ in equal]
    for row in rows:
        for attribute, words in zip(equal, seen, strict=True):
            value = row.get(attribute.name)
            if value is not None:
                words.add(word_of(attribute, value))
    order = [
        sorted(
            words, key=lambda word, number=attribute.kind == "number": (float(word) if number else 0.0, word)
        )
        for attribute, words in zip(equal, seen, strict=True)
    ]
    return Space(tuple(attributes), tuple(tuple(words) for words in order))


def word_of(attribute: Attribute, value: Value) -> str:
    """Return the word that stands for a value of an equal attribute."""
    return f"{float(cast(float, value)):.12g}" if attribute.kind == "number" else str(value)


def encode(space: Space, rows: Sequence[Mapping[str, Value]]) -> tuple[Vector, Codes]:
    """Return ordered values (rows, K) and kinds (rows, E) of rows of value by attribute."""
    offer = np.full((len(rows), len(space.ordered)), -np.inf)
    kind = np.full((len(rows), len(space.equal)), NONE, dtype=np.int64)
    places = [{word: code for code, word in enumerate(words)} for words in space.words]
    for position, row in enumerate(rows):
        for k, attribute in enumerate(space.ordered):
            value = row.get(attribute.name)
            if value is not None:
                offer[position, k] = attribute.sign * float(value)
        for e, attribute in enumerate(space.equal):
            value = row.get(attribute.name)
            if value is not None:
                kind[position, e] = places[e][word_of(attribute, value)]
    return offer, kind

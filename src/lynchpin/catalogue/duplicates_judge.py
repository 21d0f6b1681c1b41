"""Coordinates in which parts of one family are compared, so that every judgement is a box.

For numbers x, x' of the same sign with tolerance r:

    |x - x'| <= r max(|x|, |x'|)   <=>   |ln|x| - ln|x'|| <= -ln(1 - r) =: w                     (1)

so y = ln|x| / w puts two values within tolerance exactly where |y - y'| <= 1, and parts of one block (same
text, same signs) are interchangeable both ways where the largest difference over attributes is at most 1. One
way, a part takes another's place where, for s = +1 (at_least) or -1 (at_most) and the other's value x,

    -ln(1/(1 - e)) <= s (ln|x_keep| - ln|x|) <= ln(1 + reach)                                     (2)

with e the smaller of rounding and tolerance, while attributes that must agree satisfy (1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lynchpin.catalogue.parts import Attribute, DuplicateOptions, Parts

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
EXACT = 1e-9


@dataclass(frozen=True)
class Judged:
    """The parts of one family that give every attribute of it.

    family  name of the family
    index   part index of each point, ascending
    block   number of the block of each point: same text, same signs
    logs    ln|x| of each point (rows) and each numeric attribute (columns); 0 for x = 0
    width   w of (1) for each numeric attribute
    sense   +1 at_least, -1 at_most, 0 equal, for each numeric attribute
    slack   ln(1/(1 - e)) of (2) for each numeric attribute
    reach   ln(1 + reach) for each numeric attribute
    """

    family: str
    index: Integers
    block: Integers
    logs: Floats
    width: Floats
    sense: Integers
    slack: Floats
    reach: Floats

    @property
    def scaled(self) -> Floats:
        """Return the points with every tolerance scaled to 1, and blocks 3 apart in the first column."""
        return np.column_stack([3.0 * self.block, self.logs / self.width]).astype(np.float64)


def judged(parts: Parts, family: str, options: DuplicateOptions) -> Judged:
    """Return the comparable parts of one family; those that miss an attribute are left out."""
    attributes = parts.of(family)
    values = parts.values[family].drop_nulls().sort("index")
    numbers = [attribute for attribute in attributes if attribute.kind == "number"]
    texts = [attribute.name for attribute in attributes if attribute.kind == "text"]
    given = (
        np.column_stack([values[attribute.name].to_numpy() for attribute in numbers])
        if numbers
        else np.zeros((values.height, 0))
    )
    size = np.abs(given)
    tolerance = _array(numbers, "tolerance")
    return Judged(
        family=family,
        index=values["index"].to_numpy().astype(np.int64),
        block=_blocks(values, texts, np.sign(given).astype(np.int64)),
        logs=np.log(np.where(size > 0, size, 1.0)),
        width=_width(tolerance),
        sense=np.array(
            [{"at_least": 1, "at_most": -1, "equal": 0}[attribute.sense] for attribute in numbers], np.int64
        ),
        slack=_width(np.minimum(tolerance, options.rounding)),
        reach=np.log1p(_array(numbers, "reach")) + EXACT,
    )


def along(points: Floats, column: int) -> Floats:
    """Return one column of points."""
    return points[:, column]


def _array(attributes: Sequence[Attribute], name: str) -> Floats:
    return np.array([getattr(attribute, name) for attribute in attributes], dtype=np.float64)


def _width(tolerance: Floats) -> Floats:
    return -np.log1p(-np.maximum(tolerance, EXACT)) * (1 + EXACT)


def _blocks(values: pl.DataFrame, texts: Sequence[str], signs: Integers) -> Integers:
    """Return a number for each different combination of texts and signs, sorted by them."""
    columns = [pl.Series(f"sign {column}", signs[:, column]) for column in range(signs.shape[1])]
    frame = pl.DataFrame([*(values[name] for name in texts), *columns])
    if not frame.width:
        return np.zeros(values.height, np.int64)
    keys = frame.unique().sort(frame.columns).with_row_index("block")
    numbered = frame.join(keys, on=frame.columns, how="left", maintain_order="left")
    return numbered["block"].to_numpy().astype(np.int64)

"""What the parts of the generator share: counts, dice for each topic, and the rows so far."""

import zlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from lynchpin.study.ladder.sizes import Dimensions

Row = dict[str, Any]
Thing = TypeVar("Thing")
FIRST_YEAR = 2027
SOURCE = "ladder"


@dataclass(frozen=True)
class Draft:
    """A study in the making; rows are dictionaries by table."""

    dimensions: Dimensions
    seed: int
    scale: bool
    rows: defaultdict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def dice(self, *topic: object) -> np.random.Generator:
        """Return the dice of a topic: what one topic tosses does not depend on another."""
        return np.random.default_rng([self.seed, self.dimensions.versions, zlib.crc32(repr(topic).encode())])

    def add(self, table: str, **cells: Any) -> Row:
        """Add a row to a table."""
        row = cells if table in ("sources", "uses") else {**cells, "source": SOURCE}
        self.rows[table].append(row)
        return row

    @property
    def years(self) -> list[int]:
        """Return the years of the horizon."""
        return [FIRST_YEAR + index for index in range(self.dimensions.years)]


def rounded(value: float, step: float) -> float:
    """Return the multiple of a step that is nearest to a value, without the dust of binary fractions."""
    return float(round(round(value / step) * step, 9))


def drawn(
    dice: np.random.Generator,
    things: Sequence[Thing],
    count: int,
    weights: npt.NDArray[np.float64] | None = None,
) -> list[Thing]:
    """Return `count` different things in the order drawn, by weight where weights are given."""
    chances = None if weights is None else weights / weights.sum()
    # numpy's type of `tolist` is unknown
    picked: list[int] = dice.choice(len(things), count, replace=False, p=chances).tolist()  # pyright: ignore[reportUnknownVariableType]
    return [things[index] for index in picked]

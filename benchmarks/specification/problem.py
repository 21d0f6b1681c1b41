"""A location problem as plain arrays, as every solver of the benchmark gets it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Open facilities and serve every client from one of them at least cost.

    client, facility, cost  one entry for each arc (A); costs are whole numbers
    opening                 cost of each facility (F), whole numbers
    at_most, exactly        number of facilities, or None
    """

    client: Ints
    facility: Ints
    cost: Floats
    opening: Floats
    at_most: int | None = None
    exactly: int | None = None

    @property
    def clients(self) -> int:
        """Number of clients."""
        return int(self.client.max()) + 1

    @property
    def facilities(self) -> int:
        """Number of facilities."""
        return self.opening.size

    @property
    def arcs(self) -> int:
        """Number of arcs."""
        return self.cost.size

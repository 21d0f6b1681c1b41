"""How large a study of the ladder is: counts of everything, from the number of versions.

The four rungs 15, 30, 60 and 120 are measured ones; sizes between and beyond them are interpolated.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lynchpin.errors import OptionError

SMALLEST, LARGEST = 4, 200
RUNGS = (15, 30, 60, 120)
VARIANTS_A_NEED = 14  # variants that fit a need, about
SUPPLIERS_A_VARIANT = 3
PLANTS_A_PROGRAMME = 6

#        size: plants, markets, years, families, suppliers, partners
ANCHORS = {
    4: (3, 4, 4, 2, 6, 2),
    15: (8, 8, 6, 2, 8, 3),
    30: (12, 12, 8, 3, 12, 3),
    60: (25, 25, 12, 6, 30, 4),
    120: (40, 40, 12, 6, 45, 5),
    200: (48, 48, 12, 6, 56, 6),
}


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """Counts of a study: versions, programmes, plants, markets, years, families, supplier sites, partners."""

    versions: int
    programmes: int
    plants: int
    markets: int
    years: int
    families: int
    suppliers: int
    partners: int


def dimensions(size: Any) -> Dimensions:
    """Return the counts of a study of `size` versions; raises OptionError outside 4 to 200."""
    if isinstance(size, bool) or not isinstance(size, int) or not SMALLEST <= size <= LARGEST:
        raise OptionError(
            "is no size of the ladder",
            thing="size",
            value=size,
            cure=f"Give a whole number of versions from {SMALLEST} to {LARGEST}; "
            f"the measured sizes are {', '.join(map(str, RUNGS))}.",
        )
    at = list(ANCHORS)
    counts = [round(float(np.interp(size, at, column))) for column in zip(*ANCHORS.values(), strict=True)]
    plants, markets, years, families, suppliers, partners = counts
    return Dimensions(
        versions=size,
        programmes=max(3, round(0.85 * size)),
        plants=plants,
        markets=markets,
        years=years,
        families=families,
        suppliers=suppliers,
        partners=partners,
    )

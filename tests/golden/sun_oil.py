"""SunOil: five regions, plants of two sizes, least cost 23,751.

Chopra and Meindl, "Supply Chain Management: Strategy, Planning, and Operation", chapter on network design,
SunOil example (figures 5-3 to 5-7 of the 5th edition). Cost of production and transport in thousand dollars
per million units, fixed cost in thousand dollars, capacity and demand in million units; here one vehicle
stands for a million units. The published optimum opens the high plants of South America, Asia and Africa.
"""

from lynchpin.study.study import Study
from tests.golden.network import Network, PlantSize, study_of

OPTIMUM = 23_751.0
OPEN = ("south-america-high", "asia-high", "africa-high")

NETWORK = Network(
    name="sun-oil",
    currency="kUSD",
    regions={"north-america": "US", "south-america": "BR", "europe": "DE", "asia": "JP", "africa": "ZA"},
    demand=(12, 8, 14, 16, 7),
    sizes={
        "low": PlantSize(fixed=(6_000, 4_500, 6_500, 4_100, 4_000), capacity=(10,) * 5),
        "high": PlantSize(fixed=(9_000, 6_750, 9_750, 6_150, 6_000), capacity=(20,) * 5),
    },
    production=(0,) * 5,
    freight=(
        (81, 92, 101, 130, 115),
        (117, 77, 108, 98, 100),
        (102, 105, 95, 119, 111),
        (115, 125, 90, 59, 74),
        (142, 100, 103, 105, 71),
    ),
)


def study() -> Study:
    """Return the case as a study whose least cost is OPTIMUM."""
    return study_of(NETWORK)

"""Five regions, plants of two sizes: 92,981,000 a month.

Samir Saci, "Supply Chain Optimization with Python", samirsaci.com, in the variant with dear freight. Units:
fixed cost in thousand dollars a month, capacity in thousand units a month, production in dollars per unit,
freight in dollars per container of 1,000 units, demand in units a month; here a month stands as the study's
one year.

The published optimum opens the high plants of USA, Japan and India and the low one of Brazil. Allowing both
sizes in one region, as the publication and the study do, or one at most gives the same answer.
"""

from lynchpin.study.study import Study
from tests.golden.network import Network, PlantSize, study_of

OPTIMUM = 92_981_000.0
OPEN = ("usa-high", "japan-high", "brazil-low", "india-high")

NETWORK = Network(
    name="five-regions",
    currency="USD",
    regions={"usa": "US", "germany": "DE", "japan": "JP", "brazil": "BR", "india": "IN"},
    demand=(2_800_000, 90_000, 1_700_000, 145_000, 160_000),
    sizes={
        "low": PlantSize(fixed=(6_500e3, 4_980e3, 6_230e3, 3_230e3, 2_110e3), capacity=(500e3,) * 5),
        "high": PlantSize(
            fixed=(9_500e3, 7_270e3, 9_100e3, 4_730e3, 6_160e3),
            capacity=(1_500e3, 1_500e3, 1_500e3, 1_500e3, 3_000e3),
        ),
    },
    production=(12, 13, 10, 8, 5),
    freight=tuple(
        tuple(container / 1000 for container in row)
        for row in (
            (0, 12_250, 1_100, 16_100, 8_778),
            (13_335, 0, 8_617, 20_244, 10_073),
            (15_400, 22_750, 0, 43_610, 14_350),
            (16_450, 22_050, 28_000, 0, 29_750),
            (13_650, 15_400, 24_500, 29_400, 0),
        )
    ),
)


def study() -> Study:
    """Return the case as a study whose least cost is OPTIMUM."""
    return study_of(NETWORK)

"""Small random studies for tests: valid by construction, every block of the statement tossed or named.

    random_study(7)                                      whatever seed 7 tosses
    random_study(7, quotas=True, venture=False)          forced on, forced off
    random_study(7, size=Size(programmes=2, markets=3))  other sizes
    random_study(7, plain=True)                          every feature off but those named

Studies are complete with lanes, pass `check` without errors and are feasible, because minimums are elastic.
With the default size the structure can be enumerated. `drift` is never tossed: with it the prices of parts,
rates of exchange and duties on parts move at some periods, and a duty may end a flow for a while.
"""

import polars as pl

from lynchpin.study.study import Settings, Study
from tests.studies.cars import add_cars
from tests.studies.draft import FEATURES, Draft, Size
from tests.studies.extras import add_extras
from tests.studies.parts import add_parts
from tests.studies.places import add_places
from tests.studies.trade import add_trade

__all__ = ["FEATURES", "Size", "random_study"]


def random_study(seed: int, *, size: Size | None = None, plain: bool = False, **features: bool) -> Study:
    """Return a random study.

    seed      the same seed, size and features give the same study; switching a feature off removes its rows
              and leaves the others as they are, as far as they do not hang together
    size      counts of things
    plain     True: features that are not named are off instead of tossed
    features  FEATURES by name, True to force one on, False to force it off
    """
    unknown = sorted(set(features) - set(FEATURES))
    if unknown:
        raise ValueError(f"no feature {unknown[0]!r}; there are {', '.join(FEATURES)}")
    draft = Draft(seed, size or Size(), plain=plain, forced=features)
    add_places(draft)
    add_cars(draft)
    add_parts(draft)
    add_trade(draft)
    add_extras(draft)
    settings = Settings.model_validate(draft.settings())
    frames = {
        name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in draft.tables.items() if rows
    }
    return Study.of(settings, frames)

"""Plans of the example `tiny` that several tests look at; each is made once."""

from functools import cache

import lynchpin
from lynchpin.plan.plan import Plan


@cache
def tiny_plan() -> Plan:
    """Return the plan of `tiny` with its references."""
    return lynchpin.plan(lynchpin.examples.tiny(), gap=1e-6, threads=1)

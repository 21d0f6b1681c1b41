"""The inner loop of the search for joins, compiled: a box is shrunk to the joins in it and bounded.

demand (n, K) what needs ask, volumes and prices (n), weight (K) of one unit of each attribute; `first` and
`last` are the ends of the box (K). See `design_search` for the formulas.
"""
# numba ships no types, so what it compiles is described by the wrappers that call it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np

from lynchpin.catalogue.compiled import compiled


@compiled
def shrink(demand, first, last, top):
    """Fill `top` with the highest join between `first` and `last`; return whether there is one."""
    needs, width = demand.shape
    for k in range(width):
        top[k] = -np.inf
    for i in range(needs):
        inside = True
        for k in range(width):
            if demand[i, k] > last[k]:
                inside = False
                break
        if inside:
            for k in range(width):
                top[k] = max(top[k], demand[i, k])
    above = True
    for k in range(width):
        above &= top[k] >= first[k]
    return above


@compiled
def gain(demand, volumes, prices, weight, base, first, last):
    """Return the sum over needs within `last` of min(0, W c - u), c the least cost above need and `first`."""
    needs, width = demand.shape
    total = 0.0
    for i in range(needs):
        unit = base
        inside = True
        for k in range(width):
            if demand[i, k] > last[k]:
                inside = False
                break
            value = last[k] if weight[k] < 0 else max(first[k], demand[i, k])
            unit += weight[k] * value
        if inside:
            total += min(0.0, volumes[i] * max(0.0, unit) - prices[i])
    return total

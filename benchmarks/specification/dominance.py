"""Who is at least as high in each attribute: the arcs of a dominance graph, in blocks of needs.

Heights become ranks in whole numbers, equal heights equal ranks, and candidates are put in order of the first
attribute, so that a need looks only at those from its own height on. Each block of them is compared attribute
by attribute without a branch, which a processor does for many candidates at once.
"""
# numba ships no types, so what it compiles is described by the wrapper that calls it
# pyright: basic, reportUntypedFunctionDecorator=false, reportMissingParameterType=false

import numpy as np
from numba import njit, prange

from benchmarks.specification.problem import Floats, Ints

BLOCK = 4096  # candidates compared at once: their flags stay in the processor's cache


def dominators(height: Floats) -> tuple[Ints, Ints]:
    """Return need and candidate of each arc, sorted, where the candidate is nowhere lower than the need.

    height  (N, K) of each need in each attribute; candidates are the needs themselves
    """
    rank = np.stack([np.unique(column, return_inverse=True)[1] for column in height.T]).astype(np.uint32)
    order = np.argsort(rank[0], kind="stable")
    ranked = np.ascontiguousarray(rank[:, order])
    begin = np.searchsorted(ranked[0], ranked[0]).astype(np.int64)  # the first that is as high
    count = np.zeros(len(height), np.int64)
    _count(ranked, begin, count)
    pointer = np.zeros(len(height) + 1, np.int64)
    pointer[1:][order] = count
    np.cumsum(pointer, out=pointer)
    client = np.repeat(np.arange(len(height)), np.diff(pointer))
    facility = np.empty(client.size, np.int64)
    _fill(ranked, begin, order, pointer, facility)
    return client, facility


@njit(nogil=True, inline="always")
def _compare(ranked, need, start, end, flags):
    """Set which candidates from start to end are nowhere lower than a need."""
    for k in range(end - start):
        flags[k] = 1
    for attribute in range(1, ranked.shape[0]):
        level = ranked[attribute, need]
        row = ranked[attribute, start:end]
        for k in range(end - start):
            flags[k] &= np.uint32(row[k] >= level)


@njit(cache=True, nogil=True, parallel=True)
def _count(ranked, begin, count):
    """Fill the number of candidates of each need, in order of the first attribute."""
    needs = ranked.shape[1]
    for need in prange(needs):
        flags = np.empty(BLOCK, np.uint32)
        total = 0
        for start in range(begin[need], needs, BLOCK):
            end = min(start + BLOCK, needs)
            _compare(ranked, need, start, end, flags)
            for k in range(end - start):
                total += flags[k]
        count[need] = total


@njit(cache=True, nogil=True, parallel=True)
def _fill(ranked, begin, order, pointer, facility):
    """Fill the candidates of each need, sorted by their numbers."""
    needs = ranked.shape[1]
    for need in prange(needs):
        flags = np.empty(BLOCK, np.uint32)
        at = pointer[order[need]]
        for start in range(begin[need], needs, BLOCK):
            end = min(start + BLOCK, needs)
            _compare(ranked, need, start, end, flags)
            for k in range(end - start):
                if flags[k]:
                    facility[at] = order[start + k]
                    at += 1
        facility[pointer[order[need]] : at].sort()

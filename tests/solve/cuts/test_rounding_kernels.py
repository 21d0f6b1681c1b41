"""The compiled search finds the same rows as whole arrays do, ties included, on knapsacks of all sorts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.model.vectors import Flags, Vector
from lynchpin.solve.cuts.rounding import FULL, NEAR, nearly_full, rounded

PARTLY = 1e-6
FINER: Vector = np.array([0.5, 0.25, 0.125])
TURNS = 12
LEAST = 1e-4
EQUAL = 1e-9
# Two turns that are as good but for the order in which products are taken.
TIED = [-0.9166907749223281, 0, 0, 1468, 8.976869053503012, -10, 3.000000001, 3.5, 2035, 7.819339667899605]
TIED += [1e-6, 0, 0, 1.000000001]
TIED_AT = [2 / 3, -1e-7, -1e-7, -1e-7, -1e-7, 2 / 3, -1e-7, 2 / 3, 1e-7, 1, 2 / 3, -1e-7, -1e-7, 1e-7]
TERM = (
    st.integers(-40, 40).map(lambda number: number / 4)
    | st.sampled_from([1468.0, -1468.0, 2035.0, 791.23354851])
    | st.floats(-10, 10, allow_subnormal=False)
    | st.tuples(st.integers(-5, 5), st.sampled_from([-1e-9, 1e-9, 1e-6])).map(sum)
)
SHARE = st.sampled_from([-1e-7, 0.0, 1e-7, 0.25, 0.5, 2 / 3, 1.0, 1 + 1e-7]) | st.floats(0.001, 0.999)


def expected(terms: Vector, z: Vector, slack: float) -> tuple[Vector, float] | None:
    """Return what `rounded` does, all scales at once and all turns at once."""
    z = np.clip(z, 0.0, 1.0)
    scales: Vector = np.unique(np.abs(terms[(z > PARTLY) & (z < 1 - PARTLY)]).round(9))
    scales = scales[scales > 1e-9]
    if not len(scales):
        return None
    turned = z > 0.5
    worth = _worth(terms, z, turned, scales)
    scale, best = float(scales[worth.argmax()]), float(worth.max())
    finer = scale * FINER
    worth = _worth(terms, z, turned, finer)
    if worth.max() > best:
        scale, best = float(finer[worth.argmax()]), float(worth.max())
    near = np.argsort(np.abs(z - 0.5), kind="stable")[:TURNS]
    while len(near):
        others = np.repeat(turned[None, :], len(near), axis=0)
        others[np.arange(len(near)), near] ^= True
        worth = _worth(terms, z, others, np.full(len(near), scale))
        pick = int(worth.argmax())
        if worth[pick] <= best + 1e-12:
            break
        turned, best = others[pick], float(worth[pick])
        near = np.delete(near, pick)
    if best - slack <= LEAST * float(np.abs(terms).sum()):
        return None
    each, right = _stepped(terms, turned, np.array([scale]))
    stepped: Vector = each[0]
    return np.where(turned, -stepped, stepped), float(right[0]) - float(stepped[turned].sum())


def _worth(terms: Vector, z: Vector, turned: Flags, scales: Vector) -> Vector:
    """Return Σ h z − u of the rows of some cases, -inf where rounding does nothing (cases)."""
    stepped, right = _stepped(terms, turned, scales)
    return _total(stepped * np.where(turned, 1 - z, z)) - right


def _stepped(terms: Vector, turned: Flags, scales: Vector) -> tuple[Vector, Vector]:
    """Return d (1 − f) F(c/d) of each term as it is turned, and of floor(b/d) (cases, n; cases)."""
    right = -_total(np.where(turned, terms, 0.0)) / scales
    rest = right - np.floor(right)
    idle = (rest < 1e-3) | (rest > 0.999)
    rest = np.where(idle, 0.5, rest)
    ratio = np.where(turned, -terms, terms) / scales[:, None]
    floor = np.floor(ratio)
    weight = scales * (1 - rest)
    stepped = weight[:, None] * (floor + np.maximum(0.0, ratio - floor - rest[:, None]) / (1 - rest[:, None]))
    return stepped, np.where(idle, np.inf, np.floor(right) * weight)


def _total(values: Vector) -> Vector:
    """Return sums from the first term to the last, as the loops add up, so that equal cases are equal."""
    return np.cumsum(values, axis=-1)[..., -1]


def agree(terms: Vector, z: Vector, slack: float) -> bool:
    """Check that both find the same row, or none; return whether there is one."""
    found, right = rounded(terms, z, slack), expected(terms, z, slack)
    assert (found is None) == (right is None), (terms, z, slack)
    if found is None or right is None:
        return False
    size = float(np.abs(terms).sum())
    assert found[0] == pytest.approx(right[0], abs=EQUAL * size, rel=0), (terms, z, slack)
    assert found[1] == pytest.approx(right[1], abs=EQUAL * size, rel=0), (terms, z, slack)
    return True


@settings(max_examples=600, deadline=None)
@given(st.data(), st.integers(0, 20), st.sampled_from([0.0, 0.0, 0.1, 1.0]))
def test_any_knapsack(data: st.DataObject, count: int, slack: float) -> None:
    """Terms that are equal, whole, nought or nearly so, at points within and a little beyond their limits."""
    terms = np.array(data.draw(st.lists(TERM, min_size=count, max_size=count)), dtype=np.float64)
    z = np.array(data.draw(st.lists(SHARE, min_size=count, max_size=count)), dtype=np.float64)
    agree(terms, z, slack)


def test_knapsacks_of_cars_and_tools() -> None:
    """Cars against tools of like capacities, where a row is found in most cases, and many terms to turn."""
    random, found = np.random.default_rng(0), 0
    for _ in range(600):
        cars, tools = int(random.integers(1, 30)), int(random.integers(1, 30))
        terms = np.append(random.uniform(100, 2000, cars), -random.choice([1468.0, 2035.0, 3000.5], tools))
        z = np.clip(random.uniform(-0.5, 1.5, cars + tools), 0.0, 1.0)
        found += agree(terms, z, float(random.choice([0.0, 10.0])))
    assert 100 < found < 600


@pytest.mark.parametrize(
    ("terms", "z"),
    [
        ([], []),
        ([3.0], [0.0]),
        ([3.0], [0.4]),
        ([-3.0], [0.6]),
        ([0.0], [0.5]),
        ([1e-10, -1e-10], [0.5, 0.5]),
        ([4.0, -6.0, -6.0], [1.0, 1.0, 0.0]),
        ([4.0] * 30, [0.5] * 30),
        ([4.0, 4.0, -6.0, -6.0], [1.0, 1.0, 2 / 3, 2 / 3]),
        (TIED, TIED_AT),
    ],
)
def test_cases_at_the_edge(terms: list[float], z: list[float]) -> None:
    """No term, one term, terms of nothing, whole points, terms that are all alike."""
    agree(np.array(terms), np.array(z), 0.0)


def test_what_is_nearly_full_are_the_different_sets_of_each_share() -> None:
    """Each set is the one of some share, and each of those is there once, without the empty one."""
    random = np.random.default_rng(1)
    for _ in range(200):
        limit = random.choice([0.0, 1.0, 20.0], 6)
        slack = limit * random.choice([0.0, 0.01, 0.2, 0.2, 1.0], 6)
        counts = random.random(6) < 0.8
        tried = [counts & (slack < share * limit + FULL) for share in NEAR.tolist()]
        found = nearly_full(counts, limit, slack)
        assert sorted(one.tobytes() for one in found) == sorted({one.tobytes() for one in tried if one.any()})

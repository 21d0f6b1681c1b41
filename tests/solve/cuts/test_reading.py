"""Rows of a form read all at once say the same as one after the other."""

import pickle
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest

from lynchpin.model.vectors import Positions
from lynchpin.solve.cuts.cutter import FormCutter
from lynchpin.solve.cuts.grouping import Table, bounds, numbered, spread
from lynchpin.solve.cuts.reading import Rows, columns_of
from lynchpin.solve.forms import Form
from tests.solve.cuts.cases import form_of

FORMS = [(1, "yearly"), (8, "few peaks"), (6, "all peaks")]
Line = tuple[Positions, list[float], Positions, list[float]]


def lines(form: Form, own: Any, *tags: str) -> dict[int, Line]:
    """Return the columns and coefficients of rows, one's own and others, one row after the other."""
    matrix: Any = form.problem.matrix
    found: dict[int, Line] = {}
    for row, tag in enumerate(form.tags.tolist()):
        if tag in tags:
            entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
            index, value = matrix.indices[entries], matrix.data[entries]
            mine = own[index]
            found[row] = index[mine], value[mine].tolist(), index[~mine], value[~mine].tolist()
    return found


@pytest.mark.parametrize("seed", range(5))
def test_numbers_count_groups_as_they_appear(seed: int) -> None:
    """Equal keys have one number, and a new key the next one; so it is without any keys at all."""
    random = np.random.default_rng(seed)
    keys = [random.integers(-2, 3, size=40 * min(seed, 1)) for _ in range(3)]
    known: dict[tuple[int, ...], int] = {}
    expected = [
        known.setdefault(key, len(known)) for key in zip(*(some.tolist() for some in keys), strict=True)
    ]
    assert numbered(*keys).tolist() == expected


@pytest.mark.parametrize("seed", range(5))
def test_ranges_are_spread_and_bounded(seed: int) -> None:
    """Ranges come one after the other, empty ones too, and groups that do not occur are empty."""
    random = np.random.default_rng(seed)
    start, size = random.integers(0, 9, size=3 * seed), random.integers(0, 4, size=3 * seed)
    pairs = zip(start.tolist(), size.tolist(), strict=True)
    assert spread(start, size).tolist() == [
        one for first, many in pairs for one in range(first, first + many)
    ]
    group = np.sort(random.integers(0, 6, size=2 * seed))
    expected = [(group == one).sum() for one in range(7)]
    assert np.diff(bounds(group, 7)).tolist() == expected


@pytest.mark.parametrize("count", [0, 1, 30])
def test_tables_know_what_stands_under_keys(count: int) -> None:
    """The last value counts, all are listed in their order, and keys beyond all others have none."""
    random = np.random.default_rng(count)
    keys = [random.integers(0, 4, size=count) for _ in range(2)]
    values = random.normal(size=count)
    under: dict[tuple[int, int], list[float]] = {}
    for one, other, value in zip(*(key.tolist() for key in keys), values.tolist(), strict=True):
        under.setdefault((one, other), []).append(value)
    asked = [key.ravel() for key in np.mgrid[-1:6, -1:6]]
    pairs = list(zip(*(key.tolist() for key in asked), strict=True))
    table = Table(keys, values, missing=np.inf)
    assert table.at(*asked).tolist() == [under.get(pair, [np.inf])[-1] for pair in pairs]
    left, size = table.ranges(*asked)
    ranges = zip(left.tolist(), size.tolist(), strict=True)
    assert [table.values[one : one + many].tolist() for one, many in ranges] == [
        under.get(pair, []) for pair in pairs
    ]


@pytest.mark.parametrize(("seed", "kind"), FORMS)
def test_rows_apart_are_the_rows_of_the_matrix(seed: int, kind: str) -> None:
    """Each row of a formula is read once, in order, apart by whose its columns are."""
    form = form_of(seed, kind)
    own = columns_of(form, "buy", "buy_peak")
    tags = ("F5", "F7_capacity", "F7_capacity_peak", "unknown")
    expected, found = lines(form, own, *tags), Rows(form).apart(own, *tags)
    assert found.rows.tolist() == list(expected)
    for place, some in enumerate((found.own, found.others)):
        assert some.sizes.tolist() == [len(line[2 * place]) for line in expected.values()]
        for (start, end), line in zip(pairwise(some.start.tolist()), expected.values(), strict=True):
            assert np.array_equal(some.column[start:end], line[2 * place])
            assert some.value[start:end].tolist() == line[2 * place + 1]
    turned = found.of(np.arange(len(found.rows))[::-1])
    assert turned.rows.tolist() == list(expected)[::-1]
    assert (
        turned.own.column.tolist()
        == np.concatenate([line[0] for line in list(expected.values())[::-1]]).tolist()
    )
    large = found.own.value > np.median(found.own.value)
    assert found.own.all(large).tolist() == [
        min(line[1], default=np.inf) > np.median(found.own.value) for line in expected.values()
    ]


@pytest.mark.parametrize(("seed", "kind"), FORMS)
def test_each_capacity_is_known_once(seed: int, kind: str) -> None:
    """What suppliers and cars are known by is each row of capacity, with all its entries, once."""
    form = form_of(seed, kind)
    expected = set[tuple[object, ...]]()
    capacities = lines(form, columns_of(form, "buy", "buy_peak"), "F7_capacity", "F7_capacity_peak")
    for column, piece, tool, most in capacities.values():
        expected.add((frozenset(zip(column.tolist(), piece, strict=True)), *tool.tolist(), *most))
    found = list[tuple[object, ...]]()
    for some in FormCutter.of(form).supplies:
        for supply in some.suppliers:
            pairs = zip(supply.parts, some.piece.tolist(), strict=True)
            entries = frozenset((column, piece) for parts, piece in pairs for column in parts.tolist())
            found.append((entries, *supply.tool.tolist(), *(-supply.most).tolist()))
    assert len(found) == len(set(found))
    assert set(found) == expected
    assert found


@pytest.mark.parametrize(("seed", "kind"), FORMS)
def test_suppliers_travel_unchanged(seed: int, kind: str) -> None:
    """What arrives in another process is what was sent, and finds the same rows."""
    cutter = FormCutter.of(form_of(seed, kind))
    arrived: FormCutter = pickle.loads(pickle.dumps(cutter, protocol=5))
    x = np.random.default_rng(seed).random(cutter.columns)
    for sent, some in zip(cutter.supplies, arrived.supplies, strict=True):
        assert [need is None for need in sent.needs] == [need is None for need in some.needs]
        for one, other in zip(sent.suppliers, some.suppliers, strict=True):
            assert np.array_equal(one.tool, other.tool)
            assert np.array_equal(one.most, other.most)
            assert [parts.tolist() for parts in one.parts] == [parts.tolist() for parts in other.parts]
    ways = cutter.cuts(x), arrived.cuts(x)
    before, after = (cast(Any, cuts.matrix) for cuts in ways)
    assert before.nnz
    assert (before != after).nnz == 0
    assert np.array_equal(ways[0].upper, ways[1].upper)

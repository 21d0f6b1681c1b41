"""Groups both ways and pairs one way: what they guarantee, against checks that look at every pair."""

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lynchpin.catalogue import duplicates_groups
from lynchpin.catalogue.duplicates import compare_parts
from lynchpin.catalogue.duplicates_groups import complete_groups
from lynchpin.catalogue.parts import BASE, Attribute, DuplicateOptions, Parts

points = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=30)


def parts_of(
    values: dict[str, list[float | str | None]],
    senses: dict[str, str],
    *,
    prices: list[float | None] | None = None,
    volumes: list[float | None] | None = None,
    statuses: list[str] | None = None,
    names: list[str] | None = None,
) -> Parts:
    """Return parts of one family `f` of the catalogue `a`, numbered p0, p1 and so on."""
    count = len(next(iter(values.values())))
    columns: dict[str, list[object]] = {name: [None] * count for name in BASE}
    columns |= {"catalogue": ["a"] * count, "part": [f"p{i}" for i in range(count)], "family": ["f"] * count}
    columns |= {"price": list(prices or [1.0] * count), "volume": list(volumes or [1.0] * count)}
    columns |= {"status": list(statuses or [None] * count), "name": list(names or [None] * count)}
    frame = pl.DataFrame(columns, schema=BASE)
    kinds = {name: "text" if isinstance(cells[0], str) else "number" for name, cells in values.items()}
    attributes = tuple(Attribute("f", name, "", kinds[name], senses[name]) for name in sorted(values))
    types = {name: pl.String if kind == "text" else pl.Float64 for name, kind in kinds.items()}
    table = pl.DataFrame(values, schema=types).with_row_index("index").cast({"index": pl.Int64})
    return Parts(frame, {"f": table}, attributes, "EUR")


def groups_of(parts: Parts, **options: float) -> list[tuple[str, tuple[str, ...], str]]:
    """Return kind, members and part to keep of every group."""
    found = compare_parts(parts, DuplicateOptions(**options))
    members = found.members.group_by("group").agg(pl.col("part").sort())
    rows = found.groups.join(members, on="group").sort("group")
    return [(row["kind"], tuple(row["part"]), row["keep_part"]) for row in rows.iter_rows(named=True)]


@given(points)
@settings(max_examples=200, deadline=None)
def test_no_two_members_of_a_group_differ_by_more_than_the_tolerance(cells: list[tuple[int, int]]) -> None:
    """Every pair inside every group is within 1 in every column, whatever hangs together in chains."""
    given_points = np.array(cells, dtype=float) / 10
    label = complete_groups(given_points)
    for group in np.unique(label):
        assert np.all(np.ptp(given_points[label == group], axis=0) <= 1.0 + 1e-9)


@given(points)
@settings(max_examples=100, deadline=None)
def test_two_groups_could_not_be_one(cells: list[tuple[int, int]]) -> None:
    """Groups are as large as they can be: no two of them together are within the tolerance."""
    given_points = np.array(cells, dtype=float) / 10
    label = complete_groups(given_points)
    for a, b in itertools.combinations(np.unique(label), 2):
        both = given_points[(label == a) | (label == b)]
        assert np.any(np.ptp(both, axis=0) > 1.0)


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=60, unique=True), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_the_boxes_of_a_crowd_are_groups_too(cells: list[int], seed: int) -> None:
    """Where too many points hang together they are cut into boxes, which keep the tolerance as well."""
    given_points = np.array(cells, dtype=float)[:, None] / 10**5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(duplicates_groups, "MOST_LINKED", 2)
        patch.setattr(duplicates_groups, "MOST_PAIRS", 1)
        label = complete_groups(given_points)
    for group in np.unique(label):
        assert np.ptp(given_points[label == group]) <= 1.0 + 1e-9


def test_a_chain_is_not_one_group() -> None:
    """With 1 % allowed, 100, 100.8 and 101.6 make a group of two and one part left."""
    found = groups_of(parts_of({"kw": [100.0, 100.8, 101.6]}, {"kw": "at_least"}), reach=0)
    assert [kind for kind, _, _ in found] == ["both ways"]
    assert len(found[0][1]) == 2


def test_the_tolerance_is_relative_to_the_larger_value() -> None:
    """99 and 100 differ by exactly 1 %, 98.99 and 100 by more."""
    assert groups_of(parts_of({"kw": [100.0, 99.0]}, {"kw": "at_least"}), reach=0)
    assert not groups_of(parts_of({"kw": [100.0, 98.99]}, {"kw": "at_least"}), reach=0)


def test_identical_parts_differ_by_rounding_at_most() -> None:
    """What 9.84 inches and 250 mm make of one length is identical, 0.4 % is not."""
    same = parts_of({"mm": [250.0, 9.84 * 25.4]}, {"mm": "at_most"})
    near = parts_of({"mm": [250.0, 251.0]}, {"mm": "at_most"})
    assert groups_of(same)[0][0] == "identical"
    assert groups_of(near)[0][0] == "both ways"


@pytest.mark.parametrize(
    ("values", "senses"),
    [
        ({"kw": [100.0, 100.0], "v": [400.0, 410.0]}, {"kw": "at_least", "v": "equal"}),
        ({"kw": [100.0, 100.0], "type": ["LFP", "NMC"]}, {"kw": "at_least", "type": "equal"}),
        ({"kw": [100.0, 100.0], "t": [40.0, -40.0]}, {"kw": "at_least", "t": "at_least"}),
        ({"kw": [100.0, 100.0], "t": [0.0, 0.001]}, {"kw": "at_least", "t": "at_least"}),
        ({"kw": [100.0, None]}, {"kw": "at_least"}),
        ({"kw": [None, None]}, {"kw": "at_least"}),
    ],
)
def test_parts_that_differ_in_what_must_agree_are_apart(
    values: dict[str, list[float | str | None]], senses: dict[str, str]
) -> None:
    """Another voltage, word or sign keeps parts apart, and what is not given is equal to nothing."""
    assert groups_of(parts_of(values, senses)) == []


def test_a_better_part_takes_a_lesser_ones_place_one_way() -> None:
    """More power in less length does all that the other does; the pair is kept from the better one."""
    parts = parts_of({"kw": [105.0, 100.0], "mm": [300.0, 310.0]}, {"kw": "at_least", "mm": "at_most"})
    assert groups_of(parts) == [("one way", ("p0", "p1"), "p0")]


@pytest.mark.parametrize("values", [([105.0, 100.0], [320.0, 310.0]), ([112.0, 100.0], [300.0, 310.0])])
def test_a_part_that_is_worse_in_something_or_far_better_takes_no_place(
    values: tuple[list[float], list[float]],
) -> None:
    """More power in more length is another part, and 12 % more is beyond the reach of 10 %."""
    parts = parts_of({"kw": list(values[0]), "mm": list(values[1])}, {"kw": "at_least", "mm": "at_most"})
    assert groups_of(parts) == []


@given(st.lists(st.tuples(st.integers(80, 130), st.integers(80, 130)), min_size=2, max_size=25, unique=True))
@settings(max_examples=100, deadline=None)
def test_one_way_pairs_hold_and_none_is_missed(cells: list[tuple[int, int]]) -> None:
    """Who is replaced is dominated within reach by one that stays; who stays by none that stays."""
    values = {"kw": [float(a) for a, _ in cells], "mm": [float(b) for _, b in cells]}
    parts = parts_of(values, {"kw": "at_least", "mm": "at_most"})
    found = groups_of(parts, tolerance=0, rounding=0, reach=0.1)
    gone = {next(m for m in members if m != keep): keep for kind, members, keep in found}

    def dominates(a: int, b: int) -> bool:
        (kw, mm), (kw_b, mm_b) = cells[a], cells[b]
        return kw_b <= kw <= kw_b * 1.1 + 1e-9 and mm <= mm_b <= mm * 1.1 + 1e-9

    stay = [i for i in range(len(cells)) if f"p{i}" not in gone]
    for name, keep in gone.items():
        assert dominates(int(keep[1:]), int(name[1:]))
        assert keep not in gone
    for i in stay:
        assert not any(dominates(j, i) for j in stay if j != i)


@given(st.lists(st.sampled_from([100.0, 100.5, 101.2, 104.0, 108.0, 120.0]), min_size=2, max_size=12))
@settings(max_examples=50, deadline=None)
def test_groups_do_not_depend_on_the_unit_or_on_the_order(cells: list[float]) -> None:
    """The same parts in another unit, or backwards, are in groups of the same values."""

    def values(numbers: list[float]) -> list[tuple[str, tuple[float, ...]]]:
        found = compare_parts(parts_of({"x": list(numbers)}, {"x": "at_least"}), DuplicateOptions())
        index = {f"p{i}": number for i, number in enumerate(numbers)}
        members = found.members.group_by("group").agg(pl.col("part"))
        kinds = dict(found.groups.select("group", "kind").iter_rows())
        return sorted(
            (kinds[g], tuple(sorted(round(index[p], 6) for p in ps))) for g, ps in members.iter_rows()
        )

    plain = values(cells)
    assert values(cells[::-1]) == plain
    assert [(k, tuple(v / 1000 for v in vs)) for k, vs in values([c * 1000 for c in cells])] == plain


def test_what_is_kept_and_what_it_saves_is_computed_by_hand() -> None:
    """Of three equal parts the cheapest in use stays: 500 x 2 + 1000 x 1 by price and two part numbers."""
    parts = parts_of(
        {"kw": [100.0, 100.0, 100.0, 100.0]},
        {"kw": "equal"},
        prices=[12.0, 10.0, 11.0, 9.0],
        volumes=[500.0, 100.0, 1000.0, 0.0],
        statuses=["current", "current", "current", "ending"],
    )
    found = compare_parts(parts, DuplicateOptions(part_number_cost=100.0))
    row = found.groups.row(0, named=True)
    assert row["keep_part"] == "p1"
    assert row["saving_price"] == pytest.approx(500 * 2 + 1000 * 1 + 0)
    assert row["saving_part_numbers"] == 300.0
    assert row["saving"] == pytest.approx(2300.0)


def test_a_missing_price_leaves_the_saving_blank_and_says_so() -> None:
    """Blank is not zero: without a price there is no saving, and a warning tells."""
    parts = parts_of({"kw": [100.0, 100.0]}, {"kw": "equal"}, prices=[12.0, None])
    found = compare_parts(parts, DuplicateOptions())
    assert found.groups["saving"].to_list() == [None]
    assert found.groups["saving_part_numbers"].to_list() == [1000.0]
    assert any("1 of 2 parts have no price" in finding.rule for finding in found.findings)


def test_reasons_tell_values_difference_and_verdict() -> None:
    """Each attribute of each replaced part has both values, the difference and a verdict."""
    parts = parts_of(
        {"kw": [100.0, 100.5], "mm": [300.0, 300.0], "type": ["LFP", "LFP"]},
        {"kw": "at_least", "mm": "at_most", "type": "equal"},
    )
    reasons = compare_parts(parts, DuplicateOptions()).reasons
    assert reasons.select("attribute", "value", "keep_value", "verdict").rows() == [
        ("kw", "100.5", "100", "within tolerance"),
        ("mm", "300", "300", "equal"),
        ("type", "LFP", "LFP", "equal"),
    ]
    assert reasons["difference"][0] == pytest.approx(-0.5 / 100.5)


def test_same_names_of_different_parts_are_told() -> None:
    """Names are compared without case, order and slips; parts of one group are not reported."""
    parts = parts_of(
        {"kw": [100.0, 200.0, 100.0, 300.0, 400.0]},
        {"kw": "at_least"},
        names=[
            "Inverter 400V SiC",
            "SIC inverter, 400 V",
            "inverter 400 v sic",
            "Inverter 800V SiC",
            "other",
        ],
    )
    names = compare_parts(parts, DuplicateOptions()).same_names
    assert names["part"].to_list() == ["p0", "p1", "p2"]
    assert set(names["differs_in"]) == {"kw"}
    twins = parts_of({"kw": [100.0, 100.0]}, {"kw": "at_least"}, names=["pump", "pump"])
    assert compare_parts(twins, DuplicateOptions()).same_names.is_empty()

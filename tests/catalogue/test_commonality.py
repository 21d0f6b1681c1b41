"""Indices by hand and at their ends, overlaps of brands, part numbers, and what a study and a plan say."""

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

import lynchpin
from lynchpin.catalogue.commonality import Commonality, commonality
from lynchpin.catalogue.commonality_indices import ci, dci, pci, tcci
from lynchpin.catalogue.seriation import seriated
from lynchpin.errors import OptionError, StudyError
from lynchpin.study import examples

COSTS = pl.DataFrame(
    {"variant": ["x", "y", "z"], "yearly_cost": [5.0, 7.0, 11.0], "still_paid": [0.0, 7.0, 11.0]}
)
HAND = [
    ("a", "one", "north", "pack", "x", "10", 30.0),
    ("b", "one", "north", "pack", "x", "10", 10.0),
    ("c", "two", "south", "pack", "x", "10", 20.0),
    ("a", "one", "north", "drive", "y", "s", 30.0),
    ("b", "one", "north", "drive", "z", "t", 10.0),
    ("c", "two", "south", "drive", "y", "s", 20.0),
]
"""Three cars share the pack; two share a drive."""


def table(rows: list[tuple[str, str, str, str, str, str, float]]) -> pl.DataFrame:
    """Return rows as a table of uses."""
    columns = ("model", "brand", "partner", "family", "variant", "specification", "pieces")
    return pl.DataFrame(rows, schema=list(columns), orient="row")


def of(rows: list[tuple[str, str, str, str, str, str, float]], **options: object) -> Commonality:
    """Return the commonality of rows."""
    return commonality(table(rows), COSTS, currency="EUR", **options)


def row(found: pl.DataFrame, **keys: str) -> dict[str, float]:
    """Return the one row of a table with these keys."""
    part = found.filter(*(pl.col(name) == value for name, value in keys.items()))
    assert part.height == 1
    return part.row(0, named=True)


def test_indices_by_hand() -> None:
    """Three parts of 3, 2 and 1 users: six uses, two parts a car; two of three cars agree in the drive."""
    whole = row(of(HAND).indices, family="all")
    assert (whole["parts"], whole["uses"], whole["models"]) == (3, 6, 3)
    assert whole["dci"] == 2.0
    assert whole["tcci"] == pytest.approx(1 - 2 / 5)
    assert whole["ci"] == pytest.approx(1 - (3 - 2) / (6 - 2))
    assert whole["pci"] == pytest.approx(100 * (3 + 3 * (2 / 3) ** 2 - 2 / 9) / (2 * 3 - 2 / 9))  # 71.15
    drive = row(of(HAND).indices, family="drive")
    assert drive["dci"] == 1.5
    assert drive["tcci"] == 0.5
    assert drive["pci"] == pytest.approx(100 * (4 / 3 - 1 / 9) / (3 - 1 / 9))


@pytest.mark.parametrize("cars", [2, 3, 7])
def test_indices_at_their_ends(cars: int) -> None:
    """Nothing shared and everything shared are the ends of each scale that its author gives."""
    none, full = np.ones(2 * cars, np.int64), np.full(2, cars)
    parts = np.full(cars, 2)
    assert dci(none) == 1.0
    assert dci(full) == cars
    assert tcci(none) == 0.0
    assert tcci(full) == pytest.approx(1 - 1 / (2 * cars - 1))  # one part number left of two would be 1
    assert tcci(np.array([cars])) == 1.0
    assert ci(none, parts) == 0.0
    assert ci(full, parts) == 1.0
    carriers = np.full(2, cars)
    assert pci(cars, carriers, np.ones(2), np.ones(2), np.ones(2)) == pytest.approx(100.0)
    assert pci(
        cars, carriers, np.full(2, 1 / cars), np.full(2, 1 / cars), np.full(2, 1 / cars)
    ) == pytest.approx(0.0)


def test_indices_of_nothing_to_share_are_left_blank() -> None:
    """One product, or no part at all, has no index that would mean something."""
    assert dci(np.zeros(0, np.int64)) is None
    assert tcci(np.ones(1, np.int64)) is None
    assert ci(np.ones(3, np.int64), np.array([3])) is None
    assert pci(1, np.ones(1, np.int64), np.ones(1)) is None


def test_overlap_is_the_volume_that_brands_have_in_common() -> None:
    """Of drives brand one has 3/4 y and 1/4 z, brand two only y: they have 3/4 in common."""
    found = of(HAND)
    assert row(found.pairs, family="drive")["overlap"] == pytest.approx(0.75)
    assert row(found.pairs, family="drive")["shared"] == 1
    assert row(found.pairs, family="drive")["parts"] == 2
    assert row(found.pairs, family="pack")["overlap"] == 1.0
    assert found.likeness["likeness"].to_list() == [pytest.approx(0.875)]


def test_likeness_counts_what_customers_see() -> None:
    """A family that nobody sees does not make brands alike; if none is seen, nothing is said."""
    assert of(HAND, visible={"pack": 0.0}).likeness["likeness"].to_list() == [pytest.approx(0.75)]
    assert of(HAND, visible={"pack": 0.5}).likeness["likeness"].to_list() == [
        pytest.approx((0.5 + 0.75) / 1.5)
    ]
    assert of(HAND, visible={"pack": 0.0, "drive": 0.0}).likeness.is_empty()


def test_part_numbers_and_their_cost_add_up() -> None:
    """Each part counts once, whoever uses it."""
    found = of(HAND).part_numbers
    assert row(found, family="all") == {"family": "all", "parts": 3, "yearly_cost": 23.0, "still_paid": 18.0}
    assert row(found, family="drive")["yearly_cost"] == 18.0


def test_components_say_who_uses_them() -> None:
    """The pack is used by three cars of two partners and is all of its family."""
    first = row(of(HAND).components, variant="x")
    assert (first["models"], first["brands"], first["partners"], first["share"]) == (3, 2, 2, 1.0)
    assert row(of(HAND).components, variant="z")["share"] == pytest.approx(1 / 6)


def test_sharing_more_never_lowers_an_index() -> None:
    """Let car b take the drive of the others: every index of everything rises or stays."""
    merged = [*HAND[:4], ("b", "one", "north", "drive", "y", "s", 10.0), HAND[5]]
    before, after = (row(of(rows).indices, family="all") for rows in (HAND, merged))
    assert all(after[name] >= before[name] for name in ("dci", "tcci", "ci", "pci"))


def test_uses_that_are_not_in_order_are_refused() -> None:
    """Missing columns, two parts of a family in one car, pieces that are no number, weights out of range."""
    with pytest.raises(OptionError, match="table uses: has no column 'brand'"):
        commonality(table(HAND).drop("brand"), COSTS, currency="EUR")
    with pytest.raises(OptionError, match="model a: carries two parts of family pack"):
        of([*HAND, ("a", "one", "north", "pack", "z", "10", 1.0)])
    with pytest.raises(
        OptionError, match="model c, family drive, pieces: is no number of at least 0, found nan"
    ):
        of([*HAND[:5], (*HAND[5][:6], float("nan"))])
    with pytest.raises(OptionError, match="visible: is no family that is carried, found 'pax'"):
        of(HAND, visible={"pax": 1.0})
    with pytest.raises(OptionError, match=r"visible, pack: is no share from 0 to 1, found 2\.0"):
        of(HAND, visible={"pack": 2.0})


def test_a_study_as_it_is_and_a_plan_of_it() -> None:
    """Today every car of tiny has parts of its own; the plan shares the battery and one drive."""
    study = examples.tiny()
    today = lynchpin.commonality(study)
    assert row(today.indices, family="all")["tcci"] == 0.0
    assert row(today.part_numbers, family="all")["parts"] == 4
    assert row(today.part_numbers, family="all")["still_paid"] == 0.0
    plan = lynchpin.plan(study, references=False)
    planned = plan.commonality()
    assert row(planned.indices, family="all")["pci"] == pytest.approx(71.1538, abs=1e-4)
    paid = plan.ledger.filter(pl.col("line").is_in(["engineering", "supplier_tooling"]))["undiscounted"].sum()
    assert row(planned.part_numbers, family="all")["still_paid"] == pytest.approx(-paid / 2)
    assert planned.components["pieces"].sum() == pytest.approx(plan.tables["buy"]["pieces"].sum() / 2)


def test_a_study_that_does_not_say_what_is_carried_is_refused() -> None:
    """Without `uses` there is no today."""
    study = examples.tiny()
    with pytest.raises(StudyError, match=r"table uses: has no row for a launched model\. Say there which"):
        lynchpin.commonality(study.replace(uses=study.tables["uses"].clear()))


def test_seriation_shows_blocks() -> None:
    """Sets of two blocks, shuffled, come out block by block."""
    held = [frozenset(word) for word in ("ab", "xy", "abc", "xyz", "b", "y")]
    order = seriated(held)
    assert sorted(order) == list(range(6))
    blocks = ["ab" if held[at] & set("abc") else "xy" for at in order]
    assert sum(one != two for one, two in pairwise(blocks)) == 1
    assert seriated([]) == []
    assert seriated([frozenset(), frozenset()]) == [0, 1]
    assert sorted(seriated([frozenset()] * 5)) == list(range(5))


def test_each_member_of_a_scope_pays_for_its_own_part_numbers() -> None:
    """Where nothing is shared beyond a model, a variant that two models carry is engineered twice."""
    plan = lynchpin.plan(examples.tiny(), sharing="model", references=False)
    twice = plan.tables["keep"].group_by("variant").len().filter(pl.col("len") > 1)
    yearly = row(plan.commonality().part_numbers, family="all")["yearly_cost"]
    each = 7.5e6  # 7.2 of engineering and 3.6 of tools over two years at 25 %
    assert yearly == pytest.approx(each * plan.tables["keep"].height)
    assert twice.height > 0

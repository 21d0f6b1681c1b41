"""The aggregate form is a relaxation on studies whose prices, rates and duties drift; and how tight it is."""

import numpy as np
import pytest

from lynchpin.model.build import arrays, build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.model.slots import Slots, first, refine
from tests.model.operator import Operator
from tests.model.solving import solved
from tests.studies import Size, random_study

SCOPES = ("alliance", "partner", "brand", "model")
SMALL = Size(programmes=2, periods=3)
KINDS = ("first slots", "all periods critical")


def drifting(seed: int, size: Size) -> Instance:
    """Return a drifting study's instance; the scope goes round with the seed."""
    return compile_study(random_study(seed, size=size, drift=True), sharing=SCOPES[seed % 4])


def slots_of(instance: Instance, kind: str, *, tolerance: float = 1e-6) -> Slots:
    """Return the first slots, or those with every period critical."""
    slots = first(instance, tolerance=tolerance)
    if kind == KINDS[0]:
        return slots
    return refine(instance, slots, critical=np.ndindex(*slots.peak.shape))


def slacks(seeds: range, size: Size, kinds: tuple[str, ...] = KINDS) -> dict[str, list[float]]:
    """Return by how much the best of the aggregate form is above the best of the yearly one, relatively."""
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    for seed in seeds:
        instance = drifting(seed, size)
        yearly = solved(build(instance)).contribution
        for kind, values in found.items():
            coarse = kind not in KINDS
            slots = slots_of(instance, KINDS[0] if coarse else kind, tolerance=10.0 if coarse else 1e-6)
            best = solved(build(instance, form="aggregate", slots=slots)).contribution
            values.append((best - yearly) / max(abs(yearly), 1.0))
    return found


def said(found: dict[str, list[float]]) -> str:
    """Return how tight the forms are, a line each."""
    return "\n".join(
        f"{kind}: aggregate over yearly on {len(values)} studies: mean {np.mean(values):.3%}, "
        + ", ".join(f"{share:.0%} {np.quantile(values, share):.3%}" for share in (0.5, 0.9, 0.99))
        + f", most {max(values):.3%}"
        for kind, values in found.items()
    )


def test_the_aggregate_form_is_never_worth_less(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever drifts, the best of the aggregate form is at least the best of the yearly form."""
    found = slacks(range(25), SMALL)
    with capsys.disabled():
        print(f"\n{said(found)}")  # noqa: T201 - asked for: how tight
    assert all(min(values) > -1e-6 for values in found.values())
    assert np.mean(found[KINDS[1]]) <= np.mean(found[KINDS[0]]) + 1e-9
    assert np.median(found[KINDS[1]]) < 1e-6


@pytest.mark.slow
def test_the_aggregate_form_is_never_worth_less_on_many_studies(capsys: pytest.CaptureFixture[str]) -> None:
    """As above, on 300 larger studies."""
    found = slacks(range(300), Size(periods=4), (*KINDS, "coarse blocks"))
    with capsys.disabled():
        print(f"\n{said(found)}")  # noqa: T201 - asked for: how tight
    assert all(min(values) > -1e-6 for values in found.values())
    assert np.quantile(found[KINDS[1]], 0.9) < 1e-3


def assert_same(seed: int, size: Size, kind: str, *, whole: bool) -> Operator:
    """Assert that the model states the aggregate form that its own yearly arrays imply."""
    instance = drifting(seed, size)
    slots = slots_of(instance, kind)
    yearly, aggregate = build(instance, strong=True), build(instance, form="aggregate", slots=slots)
    operator = Operator(yearly, slots, instance.discount)
    implied = operator.aggregate()
    stated = arrays(aggregate)
    assert len(stated.cost) == len(implied.cost)
    assert np.sum(stated.upper) == pytest.approx(np.sum(implied.upper), rel=1e-9)
    ours = solved(aggregate, whole=whole).contribution
    theirs = solved(aggregate, implied, whole=whole).contribution
    assert ours == pytest.approx(theirs, rel=1e-7, abs=1.0)
    return operator


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(8))
def test_the_form_is_what_the_rule_makes_of_the_yearly_arrays(seed: int, kind: str) -> None:
    """Columns, bounds and the value of the linear relaxation are those of the array operator."""
    assert_same(seed, Size(periods=4), kind, whole=False)


@pytest.mark.parametrize("seed", range(40, 43))
def test_the_best_is_what_the_rule_makes_of_the_yearly_arrays(seed: int) -> None:
    """The optimum in whole numbers is that of the array operator."""
    assert_same(seed, SMALL, KINDS[0], whole=True)


@pytest.mark.slow
def test_the_form_is_what_the_rule_makes_of_many_yearly_arrays(capsys: pytest.CaptureFixture[str]) -> None:
    """As above on 100 studies of more things, and no row of the statement is ever left out."""
    larger = Size(programmes=4, families=3, variants=3, plants=3, suppliers=3, markets=3, periods=5)
    left: dict[str, int] = {}
    for seed in range(100):
        for kind in KINDS:
            operator = assert_same(seed, larger, kind, whole=False)
            for tag, counts in operator.left.items():
                missing = counts["left out of blocks"] + counts["left out of peaks"]
                left[tag] = left.get(tag, 0) + missing
    with capsys.disabled():
        print(f"\nsums of rows left out, by tag: {left}")  # noqa: T201 - asked for: what is left out
    assert set(left.values()) == {0}

"""The split method as it goes where forms are large: steps on both forms, plans that follow them."""

from collections.abc import Callable
from functools import cache

import pytest

import lynchpin
from lynchpin.solve.split import cutting, plans, proof
from tests.studies import random_study

GAP = 2e-3
STUDIES: dict[str, Callable[[], lynchpin.Study]] = {
    "ladder": lambda: lynchpin.examples.ladder(4),
    "scale": lambda: lynchpin.examples.ladder(4, scale=True),
    "targets and contracts": lambda: random_study(3, part_capacity=True, candidate_programmes=True),
}


@pytest.fixture(autouse=True)
def _small_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have small studies go the way of large ones."""
    monkeypatch.setattr(proof, "SLOW", 0)


def planned(study: lynchpin.Study, method: str, **options: object) -> lynchpin.Plan:
    """Return a plan of a study, alone."""
    return lynchpin.plan(study, method=method, gap=GAP, references=False, time_limit=60, **options)  # type: ignore[arg-type]  # options of plan


@cache
def yearly(name: str) -> lynchpin.Plan:
    """Return the plan of a study that the yearly form gives."""
    return planned(STUDIES[name](), "yearly")


def overlap(one: lynchpin.Plan, other: lynchpin.Plan) -> bool:
    """Return whether the intervals of value and bound of two plans of one study have something in common."""
    low, high = zip(*(sorted((plan.objective, plan.info.bound)) for plan in (one, other)), strict=True)
    room = 1e-6 * abs(one.objective)
    return max(low) <= min(high) + room


@pytest.mark.parametrize("name", STUDIES)
@pytest.mark.parametrize("options", [{"threads": 2}, {"threads": 1}, {"threads": 2, "deterministic": True}])
def test_the_way_of_large_studies_ends_where_others_do(name: str, options: dict[str, object]) -> None:
    """Value and bound of the split method and of the yearly form overlap, whoever works and however."""
    study = STUDIES[name]()
    plan = planned(study, "split", **options)
    assert all(part.ok for part in lynchpin.verify(plan).values())
    assert plan.gap <= GAP
    assert overlap(plan, yearly(name))


def test_a_form_without_a_tree_is_proven_by_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no form may have a tree, what is proven comes from duals, and no plan beats it."""
    monkeypatch.setattr(proof, "MANY", 0)
    assert overlap(planned(STUDIES["ladder"](), "split", threads=2), yearly("ladder"))


def test_a_what_if_begins_with_duals_and_cuts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The steps of a study with other prices begin where those of the plan before ended."""
    begun = list[bool]()
    before = cutting.trail_of

    def told(*arguments: object) -> object:
        found = before(*arguments)  # type: ignore[arg-type]  # passed on
        begun.append(found is not None and found.steps is not None)
        return found

    monkeypatch.setattr(cutting, "trail_of", told)
    study = STUDIES["ladder"]()
    plan = planned(study, "split", threads=2)
    assert not any(begun)
    begun.clear()
    offers = study.table("offers")
    dearer = study.replace(offers=offers.with_columns(price=offers["price"] * 1.01))
    again = planned(dearer, "split", threads=2, start=plan)
    assert any(begun)
    assert overlap(again, planned(dearer, "yearly"))


def test_following_makes_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sourcing at the volumes of the relaxation is asked for, and what comes is verified like any other."""
    followed = list[int]()
    before = plans.Alternation.follow

    def counted(turns: plans.Alternation, point: object) -> None:
        followed.append(1)
        before(turns, point)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(plans.Alternation, "follow", counted)
    # So small a gap, and so much left to a tree, that nothing proves it before there is something to follow.
    study, close = lynchpin.examples.ladder(6), 1e-7
    plan = lynchpin.plan(study, method="split", gap=close, time_limit=30, threads=2, references=False)
    assert followed
    assert all(part.ok for part in lynchpin.verify(plan).values())

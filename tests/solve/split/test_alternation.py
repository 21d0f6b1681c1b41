"""Volumes and sourcing by turns: a good plan comes first, and a plan to begin from is not made worse."""

import pytest

import lynchpin
from lynchpin import PlanProgress


@pytest.mark.parametrize(("seed", "scale"), [(0, False), (1, False), (1, True)])
def test_the_first_plan_of_a_rung_is_near_the_best(seed: int, scale: bool) -> None:
    """What is worth something first is within a tenth of what the search ends with."""
    news: list[PlanProgress] = []
    study = lynchpin.examples.ladder(8, seed=seed, scale=scale)
    plan = lynchpin.plan(study, method="split", references=False, gap=0.05, on_progress=news.append)
    first = next(item.objective for item in news if item.objective is not None)
    assert first >= 0.9 * plan.objective


def test_a_plan_to_begin_from_is_kept_or_beaten() -> None:
    """Begun from a plan, the same study ends with one that is worth no less."""
    study = lynchpin.examples.ladder(8, seed=1)
    plan = lynchpin.plan(study, method="split", references=False, gap=0.05)
    again = lynchpin.plan(study, method="split", references=False, gap=0.05, start=plan)
    assert again.objective >= plan.objective * (1 - 1e-9)

"""The split method against the others and the oracle: values, bounds, and how both move."""

from typing import Any

import pytest

import lynchpin
from lynchpin.plan.plan import Plan
from lynchpin.solve.progress import PlanProgress
from lynchpin.study.study import Study
from tests.oracle.whole import answer
from tests.studies import random_study

METHODS = ("yearly", "aggregate", "split")
SCOPES: tuple[dict[str, Any], ...] = ({"sharing": "alliance"}, {"sharing": "partner"}, {"as_is": True})
QUICK, ALL = range(4), range(4, 44)
ROUNDING = 1e-5  # relative; solvers keep rows to a millionth of their own units


def planned(study: Study, method: str = "split", **options: Any) -> Plan:
    """Return the plan of a study alone, proven to a thousandth where the method can."""
    chosen = {"gap": 1e-3, "threads": 2, "references": False, "time_limit": 30.0} | options
    plan = lynchpin.plan(study, method=method, **chosen)
    assert plan.verified
    assert plan.bound is not None
    return plan


def interval(plan: Plan) -> tuple[float, float]:
    """Return value and bound of a plan as contributions."""
    sign = 1.0 if plan.info.sense == "max" else -1.0
    assert plan.bound is not None
    return sign * plan.objective, sign * plan.bound


def assert_agree(study: Study, **options: Any) -> dict[str, tuple[float, float]]:
    """Assert that no method's plan beats any method's bound; return the intervals."""
    found = {method: interval(planned(study, method, **options)) for method in METHODS}
    for method, (value, _) in found.items():
        for other, (_, bound) in found.items():
            assert value <= bound + ROUNDING * abs(bound) + 1.0, (method, other, found)
    return found


def assert_agree_with_the_oracle(seed: int) -> None:
    """Assert that the methods agree on a random study, and that the oracle's best is in every interval."""
    study, scope = random_study(seed), SCOPES[seed % 3]
    known = answer(study, **scope)
    slack = ROUNDING * abs(known.high) + 5.0
    for method, (value, bound) in assert_agree(study, **scope).items():
        assert value <= known.high + slack, f"the plan of {method} is worth more than any plan can be"
        assert bound >= known.low - slack, f"the bound of {method} is beaten by the oracle's plan"


@pytest.mark.parametrize("seed", QUICK)
def test_the_methods_agree_with_each_other_and_the_oracle(seed: int) -> None:
    """Yearly, aggregate and split end with intervals that overlap around the oracle's best."""
    assert_agree_with_the_oracle(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ALL)
def test_the_methods_agree_with_each_other_and_the_oracle_on_many_studies(seed: int) -> None:
    """The same on forty more studies."""
    assert_agree_with_the_oracle(seed)


@pytest.mark.slow
@pytest.mark.parametrize("size", [4, 6, 8])
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("scale", [False, True])
def test_the_methods_agree_on_small_rungs_of_the_ladder(size: int, seed: int, scale: bool) -> None:
    """On made studies of four to eight versions the intervals overlap; split closes them or comes near."""
    study = lynchpin.examples.ladder(size, seed=seed, scale=scale)
    found = assert_agree(study, gap=5e-3, sharing=("alliance", "partner")[seed])
    value, bound = found["split"]
    assert bound - value <= (0.1 if scale else 6e-3) * abs(value)


def test_a_split_run_only_gets_better() -> None:
    """What is reported on the way has no bound that rises and no best value that falls."""
    news: list[PlanProgress] = []
    plan = planned(lynchpin.examples.ladder(8, seed=1), on_progress=news.append)
    bounds = [item.bound for item in news if item.bound is not None]
    values = [item.objective for item in news if item.objective is not None]
    assert len(set(bounds) | set(values)) > 2, "one bound and one value alone say nothing of their order"
    assert bounds == sorted(bounds, reverse=True)
    assert values == sorted(values)
    assert values[-1] == pytest.approx(plan.objective)
    assert plan.bound == pytest.approx(bounds[-1])
    assert plan.info.bound_from != "nothing is proven"


def test_what_a_bound_is_known_from_is_said() -> None:
    """A run that stops at the first proof says duals, blocks or branch and cut, whichever proved it."""
    plan = planned(lynchpin.examples.tiny(), gap=0.5)
    assert any(word in plan.info.bound_from for word in ("duals", "blocks at prices", "branch and cut"))


def test_a_what_if_begins_from_an_earlier_plan() -> None:
    """A study with other prices, planned from the old plan, ends where it ends without, to the gap asked."""
    study = lynchpin.examples.ladder(4)
    before = planned(study)
    offers = study.tables["offers"]
    dearer = study.replace(offers=offers.with_columns(price=offers["price"] * 1.02))
    anew, again = planned(dearer), planned(dearer, start=before)
    (value, bound), (other, another) = interval(anew), interval(again)
    assert other <= bound + ROUNDING * abs(bound)
    assert value <= another + ROUNDING * abs(another)
    assert another - other <= 1.1e-3 * abs(other)
    assert again.objective > before.objective


def test_a_start_that_is_the_best_already_is_kept() -> None:
    """From its own plan, a study's plan is never worse than that plan."""
    study = lynchpin.examples.tiny()
    before = planned(study, gap=1e-6)
    again = planned(study, start=before, gap=1e-6)
    assert again.objective >= before.objective * (1 - 1e-9)

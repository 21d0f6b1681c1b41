"""Plans and their bounds hold against the oracle, which shares nothing with the model, on random studies."""

from functools import cache
from typing import Any

import pytest

import lynchpin
from lynchpin.plan.plan import Plan
from lynchpin.study.study import Study
from tests.oracle.whole import Answer, answer
from tests.studies import random_study

SCOPES: tuple[dict[str, Any], ...] = (
    {"sharing": "alliance"},
    {"sharing": "partner"},
    {"sharing": "brand"},
    {"sharing": "model"},
    {"as_is": True},
)
METHODS = ("yearly", "aggregate")
QUICK, ALL = range(10), range(10, 60)
LOOSE = 1e-6


@cache
def asked(seed: int) -> tuple[Study, dict[str, Any], Answer]:
    """Return a random study, its scope and the oracle's answer; each scope has its turn."""
    study, options = random_study(seed), SCOPES[seed % 5]
    return study, options, answer(study, **options)


def planned(seed: int, method: str) -> tuple[Plan, float, float, Answer]:
    """Return a plan, its value and bound as contributions, and the oracle's answer."""
    study, options, best = asked(seed)
    plan = lynchpin.plan(study, method=method, references=False, gap=1e-6, threads=1, **options)
    sign = -1.0 if study.settings.objective == "cost" else 1.0
    assert plan.bound is not None
    return plan, sign * plan.objective, sign * plan.bound, best


def compare(seed: int, method: str) -> None:
    """Assert that value and bound of a plan enclose the oracle's best, whose own interval is proven."""
    plan, value, bound, best = planned(seed, method)
    slack = LOOSE * abs(best.high) + 5
    assert plan.verified
    assert value <= best.high + slack, "the plan is worth more than any plan can be"
    assert bound >= best.low - slack, "the bound is beaten by the oracle's plan"
    if method == "yearly" and plan.status == "optimal":
        assert value >= best.low - 1e-4 * abs(best.low) - 5, "the plan is not the best"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", QUICK)
def test_value_and_bound_enclose_the_oracles_best(seed: int, method: str) -> None:
    """Neither method promises too little or too much on a random study of some scope."""
    compare(seed, method)


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", ALL)
def test_value_and_bound_enclose_the_oracles_best_on_many_studies(seed: int, method: str) -> None:
    """The same on fifty more studies."""
    compare(seed, method)

"""The oracle knows worked answers, agrees with enumeration, and its plans pass the verifier."""

from itertools import pairwise

import pytest

from lynchpin.plan.verify import verify
from lynchpin.study.examples import load
from lynchpin.study.study import Study
from tests.oracle.enumeration import enumerated
from tests.oracle.whole import answer
from tests.oracle.writing import plan_tables
from tests.studies import Size, random_study

SCOPES = ("alliance", "partner", "brand", "model")
BY_HAND = {"alliance": 314.21e6, "partner": 245.809e6, "model": 209.809e6}
SMALL = Size(programmes=2, families=1, variants=2, plants=2, suppliers=2, markets=2, periods=2)
OFF = {"scale": False, "candidate_versions": False, "replaces": False, "cost_objective": False}


@pytest.mark.parametrize("scope", sorted(BY_HAND))
def test_the_oracle_finds_the_answer_worked_by_hand(scope: str) -> None:
    """The example `tiny` is worth what its README works out."""
    found = answer(load("tiny"), sharing=scope)
    assert found.low == pytest.approx(BY_HAND[scope], abs=1)
    assert found.high >= found.low - 1


@pytest.mark.parametrize("seed", range(6))
def test_the_oracle_is_as_good_as_trying_every_structure(seed: int) -> None:
    """No structure of a very small study is better than the oracle's, and one is as good."""
    study, scope = random_study(seed, size=SMALL, **OFF), SCOPES[seed % 2]
    best, count = enumerated(study, sharing=scope)
    found = answer(study, sharing=scope)
    assert count > 3
    assert found.low == pytest.approx(best, rel=1e-7, abs=1)
    assert best <= found.high + 1e-6 * abs(found.high) + 1


@pytest.mark.parametrize("seed", range(100, 120))
def test_a_plan_of_the_oracle_passes_the_verifier(seed: int) -> None:
    """Flows, ledger, investments and objective of the oracle are the verifier's, written apart from it."""
    study = random_study(seed)
    as_is, scope = seed % 5 == 4, SCOPES[seed % 4]
    found = answer(study, sharing=scope, as_is=as_is)
    bound = -found.high if study.settings.objective == "cost" else found.high
    result = verify(
        study, plan_tables(found), sharing=scope, as_is=as_is, objective=found.objective, bound=bound
    )
    assert result.broken == {}


@pytest.mark.parametrize("seed", range(4))
def test_wider_sharing_is_never_worse(seed: int) -> None:
    """Alliance >= partner >= brand >= model, and alliance >= as it is."""
    study: Study = random_study(seed, brands=True)
    best = {scope: answer(study, sharing=scope) for scope in SCOPES}
    for wide, narrow in pairwise(SCOPES):
        assert best[wide].high >= best[narrow].low - 1
    assert best["alliance"].high >= answer(study, as_is=True).low - 1

"""Published plant-location cases keep their optimum when they are re-solved and when they are planned."""

import pytest

import lynchpin
from lynchpin.study.check import check
from tests.golden import five_regions, sun_oil
from tests.golden.network import Network, least_cost, study_of
from tests.oracle.whole import answer

CASES = [
    pytest.param(module.NETWORK, module.OPTIMUM, module.OPEN, id=module.NETWORK.name)
    for module in (five_regions, sun_oil)
]


@pytest.mark.parametrize(("network", "optimum", "opened"), CASES)
def test_trying_every_set_of_plants_gives_the_published_optimum(
    network: Network, optimum: float, opened: tuple[str, ...]
) -> None:
    """The published figure re-computes, whether one size or both may stand in a region."""
    for one_size in (False, True):
        cost, plants = least_cost(network, one_size=one_size)
        assert cost == pytest.approx(optimum, rel=1e-9)
        assert sorted(plants) == sorted(opened)


@pytest.mark.parametrize(("network", "optimum", "opened"), CASES)
def test_planning_the_case_gives_the_published_optimum(
    network: Network, optimum: float, opened: tuple[str, ...]
) -> None:
    """The study of the case is in order, and its plan costs what was published and opens the same plants."""
    study = study_of(network)
    assert [str(finding) for finding in check(study) if finding.level == "error"] == []
    assert answer(study).objective == pytest.approx(optimum, rel=1e-9)
    plan = lynchpin.plan(study, gap=1e-6, threads=1, references=False)
    assert plan.objective == pytest.approx(optimum, rel=1e-6)
    assert plan.verified
    assert sorted(plan.tables["open"]["site"]) == sorted(opened)

"""The generator of random studies makes valid ones, the same ones again, and covers every feature."""

import pytest

from lynchpin.study.check import check
from tests.studies import FEATURES, Size, random_study


@pytest.mark.parametrize("seed", range(20))
def test_a_random_study_is_in_order(seed: int) -> None:
    """Checking finds no error in it."""
    assert [str(finding) for finding in check(random_study(seed)) if finding.level == "error"] == []


@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_each_feature_can_stand_alone_and_makes_a_difference(feature: str) -> None:
    """A study with one feature is in order and is not the plain study, for one of a few seeds."""
    seeds = range(3)
    studies = {seed: random_study(seed, plain=True, **{feature: True}) for seed in seeds}
    for study in studies.values():
        assert [str(finding) for finding in check(study) if finding.level == "error"] == []
    assert any(studies[seed].hashes() != random_study(seed, plain=True).hashes() for seed in seeds)


def test_all_features_go_together() -> None:
    """Everything at once is in order, at the default size and at a larger one."""
    larger = Size(
        partners=3, programmes=5, families=3, variants=4, plants=4, suppliers=3, markets=4, periods=4
    )
    for size in (Size(), larger):
        study = random_study(1, size=size, **dict.fromkeys(FEATURES, True))
        assert [str(finding) for finding in check(study) if finding.level == "error"] == []


def test_a_seed_names_one_study() -> None:
    """Two calls agree; two seeds differ; an unknown feature is refused."""
    assert random_study(3).hashes() == random_study(3).hashes()
    assert random_study(3).hashes() != random_study(4).hashes()
    with pytest.raises(ValueError, match="quotas"):
        random_study(3, quota=True)

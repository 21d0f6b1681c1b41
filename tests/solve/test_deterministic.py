"""With `deterministic` no clock decides: however fast the processes are, the plan is the same."""

import random
import time
from collections.abc import Iterator

import pytest

import lynchpin
from lynchpin.errors import OptionError
from lynchpin.plan.plan import Plan
from lynchpin.solve.split import hands
from lynchpin.study.study import Study
from tests.studies import Size, random_study

LARGER = Size(partners=3, programmes=6, families=3, variants=4, plants=4, suppliers=3, markets=3, periods=4)


def planned(study: Study, method: str, **options: object) -> Plan:
    """Return a plan in which no clock decides."""
    asked = {"gap": 1e-3, "references": False, "deterministic": True, "time_limit": 120.0} | options
    return lynchpin.plan(study, method=method, **asked)


@pytest.fixture
def uneven(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have answers arrive late by times that nobody knows."""
    look, late = hands._Local.look, random.Random()

    def slow(self: hands._Local) -> object:
        found = look(self)
        if found is not None:
            time.sleep(late.random() / 5)
        return found

    monkeypatch.setattr(hands._Local, "look", slow)
    yield


@pytest.mark.parametrize("method", ["split", "aggregate"])
@pytest.mark.parametrize("seed", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_the_same_plan_comes_every_time(uneven: None, method: str, seed: int) -> None:
    """Every table of the plan, its value, its bound and how that is known are the same in every run."""
    study = random_study(seed, size=LARGER)
    first, *others = (planned(study, method, threads=threads) for threads in (2, 2, 3))
    assert first.info.options["ended_by_clock"] is False
    for other in others:
        assert (other.objective, other.bound) == (first.objective, first.bound)
        assert other.info.bound_from == first.info.bound_from
        for name, table in first.tables.items():
            assert table.equals(other.tables[name]), name


@pytest.mark.slow
def test_an_end_by_the_clock_is_told() -> None:
    """Where the time limit ends the search, the plan and a message say that the clock decided."""
    said: list[str] = []
    study = lynchpin.examples.alliance()
    try:
        plan = planned(study, "aggregate", gap=0.0, time_limit=8.0, on_message=said.append)
    except lynchpin.SolveError as error:  # on a slow machine
        assert "time limit" in str(error)
        return
    assert plan.info.options["ended_by_clock"] is True
    assert any("the clock decided" in line for line in said)


def test_nodes_are_counted_from_one() -> None:
    """A limit of no nodes is refused."""
    with pytest.raises(OptionError, match="nodes"):
        lynchpin.solve.SolveOptions(nodes=0)

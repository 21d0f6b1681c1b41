"""A dask cluster solves the tasks; its workers may die, which changes nothing but time."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest

import lynchpin
from lynchpin.errors import OptionError
from lynchpin.solve import Solution, Status
from lynchpin.solve.options import SolveOptions
from lynchpin.solve.split.contracts import Task
from lynchpin.solve.split.crew import Crew
from lynchpin.solve.split.remote import opened, width
from tests.plans import tiny_plan
from tests.solve.problems import cover, knapsack
from tests.solve.test_crew import asking, finish, until

# What distributed leaves open when it closes is its own affair.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Return a cluster of two processes on this machine."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    ) as made:
        yield made


def place(cluster: Any) -> str:
    """Return what a user writes to name the cluster."""
    return "dask:" + cluster.scheduler_address.removeprefix("tcp://")


def test_a_plan_made_on_a_cluster_is_the_same(cluster: Any) -> None:
    """The split method reaches the same optimum through the cluster as whole and here."""
    study = lynchpin.examples.tiny()
    plan = lynchpin.plan(study, method="split", executor=place(cluster), gap=1e-6, references=False)
    assert (plan.status, plan.verified) == ("optimal", True)
    assert plan.objective == pytest.approx(tiny_plan().objective, rel=2e-6)


def test_a_worker_that_is_killed_midway_changes_nothing_but_time(cluster: Any) -> None:
    """The task of the dead worker is done again, with the same solution."""
    task = Task(name="c", problem=cover(size=100), options=SolveOptions(nodes=200, time_limit=60.0))
    told: list[Solution] = []
    with opened(place(cluster)) as executor:
        assert executor is not None
        assert width(executor, 1) == 2
        with Crew(1, executor=executor) as crew:
            crew.add(asking([[task]], told))
            finish(crew)
            crew.add(asking([[task, task]], told))
            client = executor._client
            busy: dict[str, tuple[str, ...]] = {}

            def working() -> bool:
                busy.update(client.processing())
                return any(busy.values())

            until(crew, working)
            victim = next(name for name, keys in busy.items() if keys)
            os.kill(client.run(os.getpid, workers=[victim])[victim], signal.SIGKILL)
            finish(crew, 120.0)
            assert crew._processes._all == []
    assert [answer.objective for answer in told] == [told[0].objective] * 3
    assert told[0].status is Status.FEASIBLE


def test_a_cluster_that_goes_away_is_done_without() -> None:
    """When the scheduler is closed in the middle, the tasks are done here."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `cluster`")
    told: list[Solution] = []
    made = distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
    )
    with opened(place(made)) as executor, Crew(1, executor=executor) as crew:
        small = Task(name="k", problem=knapsack())
        crew.add(asking([[small]], told))
        finish(crew)
        made.close()
        crew.add(asking([[small]], told))
        finish(crew, 120.0)
    assert [answer.objective for answer in told] == [-90, -90]


@pytest.mark.parametrize("name", ["dask", "dask:", "ray:there", "dask:127.0.0.1:1"])
def test_what_is_no_cluster_is_refused(name: str) -> None:
    """A name of something else, or of nobody who answers, gives one message with the cure."""
    with pytest.raises(OptionError, match="executor"), opened(name):
        pass

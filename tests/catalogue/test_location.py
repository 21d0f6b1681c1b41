"""The location engine finds what enumeration finds, proves it, and stops when asked."""

import itertools
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from benchmarks.specification.generate import koerkel_ghosh, specifications
from lynchpin.catalogue import branch, lagrangian
from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.core import core_of
from lynchpin.catalogue.evaluate import evaluate
from lynchpin.catalogue.lagrangian import dual_ascent
from lynchpin.catalogue.location import LocateOptions, LocateProgress, Location, locate
from lynchpin.errors import OptionError


def random_arcs(random: np.random.Generator) -> Arcs:
    """Return a small problem: whole or broken costs, ties, zero costs, sparse arcs, needs that are alike."""
    needs, facilities = (int(n) for n in random.integers(1, 9, 2))
    there = random.random((needs, facilities)) < random.choice([0.3, 0.6, 1.0])
    there[np.arange(needs), random.integers(0, facilities, needs)] = True
    kind = random.integers(4)
    if kind == 0:
        cost, opening = random.integers(0, 5, there.shape), random.integers(0, 6, facilities)
    elif kind == 1:
        cost, opening = random.random(there.shape) * 10, random.random(facilities) * 10
    elif kind == 2:
        cost = random.integers(0, 2, there.shape) * 1000
        opening = random.choice([0, 0, 700], facilities)
    else:
        cost = random.integers(0, 3, needs)[:, None] * random.integers(0, 4, facilities)[None, :]
        opening = random.integers(0, 8, facilities)
    need, facility = np.nonzero(there)
    return Arcs.of(need, facility, cost[need, facility], opening)


def least(arcs: Arcs, at_most: int | None = None, exactly: int | None = None) -> float:
    """Return the least cost of all sets of facilities of an allowed size, by trying each."""
    sizes = range(1, arcs.facilities + 1) if at_most is None else range(1, at_most + 1)
    best = np.inf
    for size in [exactly] if exactly is not None else sizes:
        for chosen in itertools.combinations(range(arcs.facilities), size):
            is_open = np.isin(np.arange(arcs.facilities), chosen)
            best = min(best, arcs.value(is_open))
    return best


@pytest.mark.parametrize("seed", range(240))
def test_the_optimum_is_that_of_enumeration_and_its_certificate_proves_it(seed: int) -> None:
    """Value, bound and certificate agree with trying every set of facilities, with and without a number."""
    random = np.random.default_rng(seed)
    arcs = random_arcs(random)
    count = int(random.integers(1, arcs.facilities + 1))
    limit: dict[str, int] = [{}, {"at_most": count}, {"exactly": count}][seed % 3]
    found, best = locate(arcs, **limit), least(arcs, **limit)
    if np.isinf(best):
        assert (found.status, found.bound) == ("infeasible", np.inf)
    else:
        assert found.status == "optimal"
        assert found.value == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert arcs.cost[arcs.cheapest(np.isin(np.arange(arcs.facilities), found.open))].sum() + arcs.opening[
            found.open
        ].sum() == pytest.approx(best)
        if "exactly" in limit:
            assert found.open.size == count
    judged = evaluate(found.certificate, arcs)
    assert judged.findings == ()
    assert np.isinf(best) or judged.bound >= best - 1e-8 * (1 + best)


def options_problem(needs: int, options: int, opening: float, seed: int) -> Arcs:
    """Return distinct sets of binary options; a larger set serves a smaller one at the price of the rest."""
    random = np.random.default_rng(seed)
    codes = random.choice(2**options, needs, replace=False)
    has = (codes[:, None] >> np.arange(options)) & 1
    price = has @ random.uniform(5, 50, options)
    volume = random.lognormal(0, 1.2, needs) * 1000
    need, facility = np.nonzero((has[None, :, :] >= has[:, None, :]).all(2))
    cost = np.round((price[facility] - price[need]) * volume[need])
    return Arcs.of(need, facility, cost, np.round(opening * random.uniform(0.9, 1.1, needs)))


def dense_problem(size: int, opening: int, seed: int) -> Arcs:
    """Return a problem by the recipe of Koerkel and Ghosh: whole costs from 1000 to 2000, all to all."""
    random = np.random.default_rng(seed)
    need, facility = np.divmod(np.arange(size * size), size)
    return Arcs.of(
        need,
        facility,
        random.integers(1000, 2001, size * size),
        random.integers(opening, 2 * opening + 1, size),
    )


@pytest.mark.parametrize(
    ("arcs", "limit"),
    [
        (options_problem(200, 9, 150_000, 1), {}),
        (options_problem(120, 8, 300_000, 2), {"at_most": 6}),
        (dense_problem(60, 1000, 3), {}),
        (dense_problem(50, 10_000, 4), {}),
        (dense_problem(50, 100, 5), {"exactly": 8}),
    ],
)
def test_problems_with_a_gap_are_proven_by_multipliers_alone(arcs: Arcs, limit: dict[str, int]) -> None:
    """Cycles, branch and cut and branch and bound leave a proof that stands without the engine."""
    found = locate(arcs, options=LocateOptions(time_limit=60), **limit)
    assert found.status == "optimal"
    assert found.certificate.solver == ""
    judged = evaluate(found.certificate, arcs)
    assert judged.findings == ()
    assert judged.bound == pytest.approx(found.value, rel=1e-9)


def test_threads_change_nothing_but_time() -> None:
    """One thread and two give the same solution and the same proof."""
    arcs = options_problem(160, 8, 200_000, 7)
    one, two = (locate(arcs, options=LocateOptions(threads=n)) for n in (1, 2))
    assert one.open.tolist() == two.open.tolist()
    assert one.value == two.value
    assert [node.bound for part in one.certificate.parts for node in part.nodes] == [
        node.bound for part in two.certificate.parts for node in part.nodes
    ]


def test_a_known_solution_is_never_lost() -> None:
    """What comes in as a start is worth at least as much at the end, even without time to search."""
    arcs = dense_problem(80, 1000, 1)
    best = locate(arcs, options=LocateOptions(time_limit=20, gap=0.01))
    again = locate(arcs, start=best.open, options=LocateOptions(time_limit=0.01))
    assert again.value <= best.value


def test_progress_has_a_falling_value_and_a_rising_bound() -> None:
    """News come in order of time; the value never rises, the bound never falls and never passes the value."""
    news: list[LocateProgress] = []
    locate(options_problem(200, 9, 150_000, 3), on_progress=news.append)
    assert {"reduce", "start", "bound", "end"} <= {one.phase for one in news}
    for before, after in itertools.pairwise(news):
        assert before.seconds <= after.seconds
        assert after.value <= before.value
        assert before.bound <= after.bound <= after.value


def test_the_time_limit_holds() -> None:
    """A run that cannot end within its limit ends a second after it at the latest, with a true bound."""
    arcs = dense_problem(250, 1000, 1)
    began = time.monotonic()
    found = locate(arcs, options=LocateOptions(time_limit=1.5))
    assert time.monotonic() - began < 3.5  # a second for compiled code to load
    assert found.status == "feasible"
    judged = evaluate(found.certificate, arcs)
    assert judged.findings == ()
    assert judged.bound <= found.value


def test_a_stop_is_heard_within_a_second() -> None:
    """Setting the stop ends the search with the best solution so far."""
    arcs, stop = dense_problem(250, 1000, 2), threading.Event()
    stopped: list[float] = []

    def ring() -> None:
        stop.set()
        stopped.append(time.monotonic())

    timer = threading.Timer(1.5, ring)
    timer.start()
    found = locate(arcs, stop=stop)
    assert time.monotonic() - stopped[0] < 1.5
    assert found.status == "feasible"


def test_a_gap_ends_the_run_early() -> None:
    """A run that may end at one per cent ends there, and says so."""
    found = locate(dense_problem(250, 100, 2), options=LocateOptions(gap=0.01))
    assert found.status == "optimal"
    assert 0.0 < found.gap <= 0.01


def test_needs_that_rank_alike_count_as_one() -> None:
    """Volumes of one specification, bought twice, are one need in the proof."""
    arcs = Arcs.of([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [1, 4, 2, 8, 5, 0], [3, 3])
    found = locate(arcs)
    assert found.value == least(arcs)
    assert found.certificate.group is not None
    assert len(set(found.certificate.group.tolist())) == 2
    assert found.assigned.tolist() == [0, 0, 1] or found.value == 11


def test_a_facility_that_another_replaces_is_left_out() -> None:
    """A dearer facility with fewer needs is never opened, and the certificate names what replaces it."""
    arcs = Arcs.of([0, 0, 1], [0, 1, 1], [5, 5, 3], [4, 4])
    found = locate(arcs)
    assert found.certificate.dominated.tolist() == [[0, 1]]
    assert found.open.tolist() == [1]


def test_separate_problems_are_proven_as_parts() -> None:
    """Two problems side by side cost the sum of both, each with a proof of its own."""
    one, two = options_problem(60, 7, 90_000, 1), options_problem(60, 7, 90_000, 2)
    both = Arcs.of(
        np.concatenate([one.need, two.need + one.needs]),
        np.concatenate([one.facility, two.facility + one.facilities]),
        np.concatenate([one.cost, two.cost]),
        np.concatenate([one.opening, two.opening]),
    )
    found = locate(both)
    assert found.value == locate(one).value + locate(two).value
    assert len(found.certificate.parts) != 1
    assert evaluate(found.certificate, both).findings == ()


def test_nothing_to_serve_costs_nothing() -> None:
    """Without needs nothing is opened, unless a number of facilities must be: the cheapest."""
    arcs = Arcs.of([], [], [], [5.0, 2.0])
    assert (locate(arcs).value, locate(arcs).open.size) == (0.0, 0)
    forced = locate(arcs, exactly=1)
    assert (forced.value, forced.open.tolist()) == (2.0, [1])


@pytest.mark.parametrize(
    ("limit", "problem"),
    [
        ({"at_most": 2, "exactly": 2}, "at_most and exactly are both given"),
        ({"at_most": 0}, "at_most"),
        ({"exactly": 3}, "exactly"),
        ({"start": [2]}, "start"),
    ],
)
def test_contradictions_are_refused(limit: dict[str, object], problem: str) -> None:
    """An option that does not fit is named with what is allowed."""
    with pytest.raises(OptionError, match=problem):
        locate(Arcs.of([0, 0], [0, 1], [1, 2], [1, 1]), **limit)  # type: ignore[arg-type]  # options by name


@pytest.mark.parametrize(
    "option", [{"gap": 1.0}, {"gap": -0.1}, {"time_limit": 0}, {"threads": 0}, {"seed": -1}]
)
def test_options_out_of_range_are_refused(option: dict[str, float]) -> None:
    """Options are checked when they are made."""
    with pytest.raises(OptionError, match=next(iter(option))):
        LocateOptions(**option)  # type: ignore[arg-type]  # options by name


def test_numba_is_not_loaded_before_it_is_needed() -> None:
    """Importing the engine's door leaves the compiler alone, so that commands start fast."""
    code = "import sys, lynchpin.catalogue.location; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_answer_names_its_phases() -> None:
    """The seconds of the phases add up to those of the run."""
    found: Location = locate(options_problem(60, 7, 90_000, 1))
    assert sum(found.phases.values()) <= found.seconds
    assert "bound" in found.phases


def test_of_a_search_too_large_to_keep_the_certificate_has_what_it_proved_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The certificate proves more than the root, less than the search, and says on whose word the rest is."""
    problem = koerkel_ghosh(size=70, price="b", symmetric=False, seed=3)
    arcs = Arcs.of(problem.client, problem.facility, problem.cost, problem.opening)
    proven: list[float] = []
    for most in (0.0, 20_000.0):
        monkeypatch.setattr(branch, "MEMORY", most)
        found = locate(arcs, options=LocateOptions(time_limit=60))
        judged = evaluate(found.certificate, arcs)
        assert found.status == "optimal" and judged.ok and judged.solver
        proven.append(judged.bound)
    assert proven[0] < proven[1] < found.value
    monkeypatch.setattr(branch, "MEMORY", 1e9)
    assert evaluate(locate(arcs).certificate, arcs).optimal


def test_a_dual_ascent_that_is_cut_off_is_one_to_go_on_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a single turn of each need the multipliers give a bound, and the optimum is the same."""
    problem = specifications(needs=120, attributes=3, seed=4)
    arcs = Arcs.of(problem.client, problem.facility, problem.cost, problem.opening)
    core = core_of(arcs, 0, arcs.facilities)
    best, whole = locate(arcs), dual_ascent(core)[0].bound
    monkeypatch.setattr(lagrangian, "EFFORT", 0)
    monkeypatch.setattr(lagrangian, "LEAST_EFFORT", 0)
    assert 0 < dual_ascent(core)[0].bound < whole <= best.value
    again = locate(arcs)
    assert again.value == best.value and again.status == "optimal"

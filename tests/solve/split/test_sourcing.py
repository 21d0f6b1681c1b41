"""Sourcing: its costs are those of the yearly form, and its search finds the best of small families."""

from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import Instance
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve import SolveOptions, solve_here
from lynchpin.solve.forms import Form
from lynchpin.solve.split import sourcing_kernels as kernels
from lynchpin.solve.split import sourcing_search
from lynchpin.solve.split.sourcing import Sourcing, Volumes
from lynchpin.solve.structure import CHOICES, derived
from lynchpin.solve.valuation import Valuation, money_of
from lynchpin.solve.volumes import scale_of

Point = dict[str, Any]


@cache
def rung(size: int, seed: int, scale: bool = False) -> tuple[Instance, Valuation, Point]:
    """Return a rung of the ladder, what values its structures, and a point with everything launched."""
    instance = compile_study(lynchpin.examples.ladder(size, seed=seed, scale=scale))
    valuation = Valuation(instance, Form.of(build(instance, form="yearly"), "yearly"))
    everything = {name: np.ones(instance.frames[name].height) for name in CHOICES}
    use = instance.frames["use"]
    need = list(use.select("model", "family").iter_rows())
    everything["use"] = np.array([float(need.index(key) == row) for row, key in enumerate(need)])
    used = set(use.filter(everything["use"] > 0.5)["variant"])
    everything["nominate"] = np.array([float(one in used) for one in instance.frames["nominate"]["variant"]])
    point = valuation.point(everything, options=SolveOptions())
    assert point is not None
    return instance, valuation, dict(point)


def sourcing(instance: Instance) -> Sourcing:
    """Return the sourcing of an instance with everything allowed."""
    allowed = {name: np.ones(instance.frames[name].height, dtype=np.bool_) for name in ("use", "nominate")}
    return Sourcing(instance, allowed, seed=0)


def spent(instance: Instance, point: Point) -> float:
    """Return what the families of a point cost: engineering, tools, and parts on the true curve of scale."""
    total = -sum(float(instance.objective(name) @ point[name]) for name in ("used", "tooled", "buy"))
    discount = instance.discount[instance.frames["buy"]["period"].to_numpy()]
    return total - float((scale_of(instance, point["buy"]).saved * discount) @ point["buy"])


def traced(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return a list that takes every family that is searched: (family, data, assigned, sourced)."""
    seen: list[tuple[Any, ...]] = []
    search = sourcing_search.searched

    def noted(family: Any, data: Any, assigned: Any, wanted: Any, *, seed: int, kicks: int) -> Any:
        sourced = search(family, data, assigned, wanted, seed=seed, kicks=kicks)
        seen.append((family, data, assigned, sourced))
        return sourced

    monkeypatch.setattr("lynchpin.solve.split.sourcing.searched", noted)
    return seen


def cost_of(family: Any, data: tuple[Any, ...], assigned: Any) -> float:
    """Return the cost of an assignment, facility by facility."""
    total = 0.0
    width, most = family.width, len(family.uses)
    for j in range(len(family.count)):
        mine = [u for u in range(most) if family.facility[u] == j and assigned[family.need[u]] == u]
        room = (
            np.zeros((width, data[1].shape[1])), np.zeros(most, dtype=np.int64), np.zeros(most),
            np.zeros(width + 1, dtype=np.int64), np.zeros(width), np.zeros(width, dtype=np.bool_),
            np.array([*mine, *[0] * (most - len(mine))], dtype=np.int64), np.zeros(data[1].shape[1]),
        )  # fmt: skip
        total += kernels.facility_cost(j, len(mine), data, room)
    return total


@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("seed", [0, 2])
def test_what_it_counts_is_what_the_yearly_form_counts(
    seed: int, scale: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the same volumes the yearly form, which shares capacity out best, spends no more or a bit less."""
    instance, _, point = rung(6, seed, scale)
    seen = traced(monkeypatch)
    chosen = sourcing(instance).choose(Volumes.of(instance, point), point["use"], kicks=20)
    counted = sum(cost_of(family, data, assigned) for family, data, assigned, _ in seen)
    form = Form.of(build(instance, form="yearly"), "yearly")
    problem = form.problem
    lower, upper = problem.lower.copy(), problem.upper.copy()
    for name, values in ({name: point[name] for name in CHOICES} | chosen | {"make": point["make"]}).items():
        place = form.place[name]
        lower[place] = upper[place] = values / form.built.columns[name].unit
    for name in ("mode", "volume"):
        upper[form.place[name]] = 0.0
    relaxed = np.zeros_like(problem.integer)
    found = solve_here(replace(problem, lower=lower, upper=upper, integer=relaxed), options=SolveOptions())
    assert found.x is not None
    parts = spent(instance, derived(instance, form.values(found.x)))
    assert 0.99 * counted <= parts <= counted * (1 + 1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_plan_is_worth_no_less_than_before(seed: int) -> None:
    """Parts chosen anew at the volumes of a plan do not make it worse, and make a bad one better."""
    instance, valuation, point = rung(8, seed)
    chosen = sourcing(instance).choose(Volumes.of(instance, point), point["use"], kicks=50)
    valued = valuation.point({name: point[name] for name in CHOICES} | chosen, options=SolveOptions())
    assert valued is not None
    assert money_of(instance, valued) > money_of(instance, point)


def test_every_launched_car_has_one_variant_of_each_family() -> None:
    """A choice from nothing serves each need of each launched car once, and each variant has a supplier."""
    instance, _, point = rung(8, 0)
    launched = np.arange(len(instance.names["model"])) % 3 > 0
    point = point | {"launched": launched.astype(np.float64)}
    nothing = np.zeros(instance.frames["use"].height)
    chosen = sourcing(instance).choose(Volumes.of(instance, point), nothing, kicks=5)
    use = instance.frames["use"].filter(chosen["use"] > 0.5)
    needs = [pair for pair in instance.frames["needs"].select("model", "family").rows() if launched[pair[0]]]
    assert sorted(use.select("model", "family").rows()) == sorted(needs)
    suppliers = instance.frames["nominate"].filter(chosen["nominate"] > 0.5)
    assert set(use["variant"]) == set(suppliers["variant"])


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_search_finds_the_best_of_all_assignments(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small family nothing costs less than what the search ends with, of all that could be assigned."""
    instance, _, point = rung(4, seed)
    seen = traced(monkeypatch)
    sourcing(instance).choose(Volumes.of(instance, point), point["use"], kicks=100)
    for family, data, assigned, _ in seen:
        choices = [np.flatnonzero(family.need == model) for model in range(len(assigned))]
        assert np.prod([len(one) for one in choices]) < 20_000
        least = min(cost_of(family, data, np.array(one)) for one in product(*choices))
        assert cost_of(family, data, assigned) == pytest.approx(least, rel=1e-9)


def test_the_same_seed_chooses_the_same() -> None:
    """Two searches that begin alike end alike."""
    instance, _, point = rung(8, 1)
    first, again = (
        sourcing(instance).choose(Volumes.of(instance, point), point["use"], kicks=50) for _ in range(2)
    )
    assert all(np.array_equal(first[name], again[name]) for name in first)

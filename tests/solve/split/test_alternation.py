"""Volumes and sourcing by turns: a good plan comes first, and a plan to begin from is not made worse."""

import pytest

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve import solve_here
from lynchpin.solve.clock import Clock
from lynchpin.solve.forms import Form
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.alternation import Alternation
from lynchpin.solve.split.parts import Parts
from lynchpin.solve.standing import Standing
from lynchpin.solve.valuation import Valuation, money_of


def alternated(size: int, seed: int) -> tuple[Standing, Alternation]:
    """Return where a rung of the ladder stands, and its alternation."""
    instance = compile_study(lynchpin.examples.ladder(size, seed=seed))
    options = SearchOptions()
    standing = Standing(
        Valuation(instance, Form.of(build(instance, form="yearly"), "yearly")),
        options=options,
        judge=lambda values: money_of(instance, values),
        clock=Clock(),
        on_progress=lambda _: None,
    )
    parts = Parts.of(Form.aggregate(instance, peaks=False), options=options, standing=standing)
    return standing, Alternation(instance, parts)


def run(alternation: Alternation) -> None:
    """Take its turns, every task solved here."""
    line = alternation.run()
    tasks = next(line)
    while True:
        try:
            tasks = line.send([solve_here(task.problem, options=task.options) for task in tasks])
        except StopIteration:
            return


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_its_plan_is_near_the_best(seed: int) -> None:
    """Alone, it comes within a tenth of the best plan of a rung, makes what it promised, and stops there."""
    standing, alternation = alternated(8, seed)
    run(alternation)
    best = lynchpin.plan(lynchpin.examples.ladder(8, seed=seed), method="aggregate", references=False)
    assert standing.value is not None
    assert 0.9 * best.objective <= standing.value <= best.bound * (1 + 1e-9)
    assert alternation.agrees
    assert 0 < alternation.near.sum() < len(alternation.near)


def test_a_plan_to_begin_from_is_kept_or_beaten() -> None:
    """Run again from its own plan, it ends with one that is worth no less."""
    standing, alternation = alternated(8, 1)
    run(alternation)
    before = standing.value
    run(alternation)
    assert before is not None
    assert standing.value is not None
    assert standing.value >= before

"""The line of plans: what a running step finds counts at once, and what it ends with is not worse."""

import lynchpin
from lynchpin.model.build import build
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve import solve_here
from lynchpin.solve.clock import Clock
from lynchpin.solve.contracts import Progress
from lynchpin.solve.forms import Form
from lynchpin.solve.search_options import SearchOptions
from lynchpin.solve.split.plans import Plans
from lynchpin.solve.split.stage import Stage
from lynchpin.solve.standing import Standing
from lynchpin.solve.valuation import Valuation, money_of


def staged(size: int, seed: int) -> tuple[Standing, Plans]:
    """Return where a rung of the ladder stands, with nothing left to prove, and its line of plans."""
    instance, clock, options = (
        compile_study(lynchpin.examples.ladder(size, seed=seed)),
        Clock(),
        SearchOptions(),
    )
    standing = Standing(
        Valuation(instance, Form.of(build(instance, form="yearly"), "yearly")),
        options=options,
        judge=lambda values: money_of(instance, values),
        clock=clock,
        on_progress=lambda _: None,
    )
    form = Form.aggregate(instance, peaks=False)
    stage = Stage(instance, form, options=options, clock=clock, standing=standing)
    stage.proven = True
    return standing, Plans(stage)


def test_what_a_running_step_finds_counts_at_once() -> None:
    """Told of the point that a step ends with while it runs, there is the better plan before it ends."""
    standing, plans = staged(8, 1)
    line, early = plans.line(), 0
    tasks = next(line)
    while True:
        answers = [solve_here(task.problem, options=task.options) for task in tasks]
        before = standing.value
        for task, answer in zip(tasks, answers, strict=True):
            plans.news(task, Progress(elapsed=0.0, phase="search"), None)
            plans.news(task, Progress(elapsed=0.0, phase="search"), answer.x)
        early += standing.value != before
        now = standing.value
        try:
            tasks = line.send(answers)
        except StopIteration:
            break
        assert now is None or (standing.value is not None and standing.value >= now)
    assert early

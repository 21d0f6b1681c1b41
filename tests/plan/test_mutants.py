"""The verifier catches broken plans: at least 99 of 100 mutants, and every survivor has a written reason."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lynchpin
from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.plan.verify import verify
from lynchpin.study.examples import load
from lynchpin.study.study import Study
from tests.oracle.whole import answer
from tests.oracle.writing import plan_tables
from tests.plan.mutants import WAYS, Mutant, Tables, mutants
from tests.studies import random_study

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "mutants.md"
SCOPES: tuple[dict[str, Any], ...] = (
    {"sharing": "alliance"},
    {"sharing": "partner"},
    {"sharing": "brand"},
    {"sharing": "model"},
    {"as_is": True},
)
PLANNED = [("tiny", 0), ("tiny", 1), ("tiny", 4), *((f"random {seed}", seed % 5) for seed in range(5))]
ORACLE = [(f"oracle {seed}", seed % 5) for seed in range(200, 204)]
CASES = [*PLANNED, *ORACLE]
EACH = 50


def good(name: str, options: dict[str, Any]) -> tuple[Study, Tables, float]:
    """Return study, tables and objective of a good plan: of the planner, or of the oracle."""
    kind, _, number = name.partition(" ")
    if kind == "oracle":
        study = random_study(int(number))
        best = answer(study, **options)
        return study, plan_tables(best), best.objective
    study = random_study(int(number)) if kind == "random" else load(kind)
    limit = 60.0 if kind == "alliance" else None
    plan: Plan = lynchpin.plan(study, references=False, threads=2, time_limit=limit, **options)
    return plan.study, plan.tables, plan.objective


@cache
def outcome(name: str, scope: int, count: int = EACH) -> tuple[tuple[Mutant, ...], tuple[Mutant, ...]]:
    """Return all mutants of a good plan and those that the verifier lets pass."""
    options = SCOPES[scope]
    study, tables, objective = good(name, options)
    assert verify(study, tables, objective=objective, **options).broken == {}
    made = tuple(mutants(tables, seed=scope, count=count))
    return made, tuple(mutant for mutant in made if passes(study, mutant, objective, options))


def passes(study: Study, mutant: Mutant, objective: float, options: dict[str, Any]) -> bool:
    """Tell whether the verifier finds nothing wrong with a mutant; it must not stumble over it."""
    try:
        return verify(study, mutant.tables, objective=objective, **options).ok
    except PlanError:
        return False


def reasons() -> set[str]:
    """Return the kinds of survivors that the page gives a reason for: table and way."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`") for row in rows if row[1].strip()}


def unexplained(survivors: tuple[Mutant, ...]) -> dict[str, str]:
    """Return the survivors of a kind that the page does not list."""
    kinds = {f"{mutant.table} {mutant.way}": mutant.text for mutant in survivors}
    return {kind: text for kind, text in kinds.items() if kind not in reasons()}


def test_at_least_99_of_100_mutants_are_caught() -> None:
    """Of more than 500 mutants of good plans at most one in a hundred passes."""
    made = sum(len(outcome(*case)[0]) for case in CASES)
    survived = sum(len(outcome(*case)[1]) for case in CASES)
    assert made >= 500
    assert survived <= made / 100


@pytest.mark.parametrize(("name", "scope"), CASES)
def test_every_survivor_has_a_reason(name: str, scope: int) -> None:
    """The page lists the kind of every mutant that passes, with the reason why it may."""
    assert unexplained(outcome(name, scope)[1]) == {}


def test_every_way_of_breaking_is_tried() -> None:
    """Each way occurs, and so does each table that plans have rows in."""
    made = [mutant for case in CASES for mutant in outcome(*case)[0]]
    assert {mutant.way for mutant in made} == set(WAYS)
    assert len({mutant.table for mutant in made}) >= 15


@pytest.mark.slow
def test_mutants_of_the_alliance_are_caught() -> None:
    """Of 140 mutants of a plan of the large example at most one passes, with a reason."""
    made, survived = outcome("alliance", 0, count=140)
    assert len(survived) <= len(made) / 100
    assert unexplained(survived) == {}

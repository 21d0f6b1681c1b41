"""The verifier catches broken plans: at least 99 of 100 mutants, and every survivor has a written reason."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from lynchpin.errors import PlanError
from lynchpin.plan.verify import verify
from lynchpin.study.examples import load
from lynchpin.study.study import Study
from tests.oracle.whole import Answer, answer
from tests.oracle.writing import plan_tables
from tests.plan.mutants import WAYS, Mutant, mutants
from tests.studies import random_study

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "mutants.md"
SCOPES: tuple[dict[str, Any], ...] = (
    {"sharing": "alliance"},
    {"sharing": "partner"},
    {"sharing": "brand"},
    {"sharing": "model"},
    {"as_is": True},
)
CASES = [("tiny", 0), ("tiny", 1), *((f"random {seed}", seed % 5) for seed in range(12))]
EACH = 60


def study_of(name: str) -> Study:
    """Return the example, or the random study of that number."""
    return load("tiny") if name == "tiny" else random_study(int(name.split()[1]))


@cache
def outcome(name: str, scope: int) -> tuple[tuple[Mutant, ...], tuple[Mutant, ...]]:
    """Return all mutants of a good plan and those that the verifier lets pass."""
    study, options = study_of(name), SCOPES[scope]
    best: Answer = answer(study, **options)
    tables = plan_tables(best)
    assert verify(study, tables, objective=best.objective, **options).broken == {}
    made = tuple(mutants(tables, seed=scope, count=EACH))
    return made, tuple(mutant for mutant in made if passes(study, mutant, best.objective, options))


def passes(study: Study, mutant: Mutant, objective: float, options: dict[str, Any]) -> bool:
    """Tell whether the verifier finds nothing wrong with a mutant; it must not stumble over it."""
    try:
        return verify(study, mutant.tables, objective=objective, **options).ok
    except PlanError:
        return False


def reasons() -> dict[str, str]:
    """Return the reason of each kind of survivor from the page: table and way, and why it is harmless."""
    rows = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): row[1].strip() for row in rows}


def test_at_least_99_of_100_mutants_are_caught() -> None:
    """Of more than 500 mutants of good plans at most one in a hundred passes."""
    made = sum(len(outcome(*case)[0]) for case in CASES)
    survived = sum(len(outcome(*case)[1]) for case in CASES)
    assert made >= 500
    assert survived <= made / 100


@pytest.mark.parametrize(("name", "scope"), CASES)
def test_every_survivor_has_a_reason(name: str, scope: int) -> None:
    """The page lists the kind of every mutant that passes, with the reason why it may."""
    kinds = {f"{mutant.table} {mutant.way}": mutant.text for mutant in outcome(name, scope)[1]}
    assert {kind: text for kind, text in kinds.items() if kind not in reasons()} == {}


def test_every_way_of_breaking_is_tried() -> None:
    """Each way occurs, and so does each table that plans have rows in."""
    made = [mutant for case in CASES for mutant in outcome(*case)[0]]
    assert {mutant.way for mutant in made} == set(WAYS)
    assert len({mutant.table for mutant in made}) >= 15

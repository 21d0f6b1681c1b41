"""Beginning from another plan: it is the first candidate, its gaps are completed, what is gone is told."""

from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin.plan.plan import Plan
from lynchpin.plan.store import save_plan
from lynchpin.solve.progress import PlanProgress
from lynchpin.study.study import Study
from tests.plans import tiny_plan
from tests.studies import random_study


def planned(study: Study, **options: object) -> Plan:
    """Return the plan of a study alone, proven to a millionth."""
    return lynchpin.plan(study, **{"gap": 1e-6, "threads": 1, "references": False} | options)


def without(study: Study, column: str, word: str) -> Study:
    """Return a study without every row that names a word in a column, lanes from or to it included."""
    columns = [column, "from", "to"] if column == "site" else [column]
    tables = {}
    for name, table in study.tables.items():
        for one in columns:
            if one in table.columns:
                table = table.filter(pl.col(one).is_null() | (pl.col(one) != word))
        tables[name] = table
    return study.replace(**tables)


def test_the_plan_itself_is_the_first_candidate(tmp_path: Path) -> None:
    """A plan that its own study begins from, out of its folder, is the first value that progress shows."""
    news: list[PlanProgress] = []
    place = save_plan(tiny_plan(), tmp_path / "plan")
    plan = planned(lynchpin.examples.tiny(), start=place, on_progress=news.append)
    first = next(item.objective for item in news if item.objective is not None)
    assert first == pytest.approx(tiny_plan().objective, rel=1e-9)
    assert plan.objective == pytest.approx(tiny_plan().objective, rel=2e-6)


def test_a_start_decides_nothing_but_where_the_search_begins() -> None:
    """From the plan of another scope, the worst there is, the same optimum is reached."""
    study = lynchpin.examples.tiny()
    start = planned(study, sharing="model")
    assert planned(study, start=start).objective == pytest.approx(planned(study).objective, rel=2e-6)


@pytest.mark.parametrize("column", ["variant", "site", "model"])
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))])
def test_a_plan_begins_a_study_that_lost_something(seed: int, column: str) -> None:
    """Without the most used variant, site or version the rest is completed, told, and the optimum reached."""
    study = random_study(seed)
    start = planned(study)
    table = {"variant": "use", "site": "nominate", "model": "launch"}[column]
    words = start.table(table)[column]
    if words.is_empty():
        pytest.skip("this plan has none")
    changed = without(study, column, words.mode().sort()[0])
    if any(finding.level == "error" for finding in lynchpin.check(changed)):
        pytest.skip("nothing else could do its work")
    said: list[str] = []
    try:
        expected = planned(changed).objective
    except lynchpin.SolveError:
        pytest.skip("nothing else could do its work")
    plan = planned(changed, start=start, on_message=said.append)
    assert plan.objective == pytest.approx(expected, rel=5e-6, abs=1e-3)
    assert any("have no place in this study and were left out" in line for line in said)


def test_a_plan_begins_a_study_that_grew() -> None:
    """From the plan of a study without one variant, the study with it reaches its optimum."""
    study = random_study(1)
    whole = planned(study)
    variant = whole.table("use")["variant"].mode().sort()[0]
    start = planned(without(study, "variant", variant))
    assert planned(study, start=start).objective == pytest.approx(whole.objective, rel=5e-6)


def test_references_begin_from_those_of_the_start() -> None:
    """The plans to compare with are made as without a start, and reach the same values."""
    plan = lynchpin.plan(lynchpin.examples.tiny(), gap=1e-6, threads=1, start=tiny_plan())
    assert sorted(plan.references) == ["as-is", "partner"]
    for name, other in plan.references.items():
        assert other.objective == pytest.approx(tiny_plan().references[name].objective, rel=2e-6)

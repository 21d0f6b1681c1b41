"""Duties and learning worked by hand come out of a plan."""

import math

import polars as pl
import pytest

import lynchpin
from lynchpin.study.check import check
from tests.golden import duties


@pytest.mark.parametrize("case", duties.cases(), ids=lambda case: case.name)
def test_a_plan_pays_the_duty_worked_by_hand(case: duties.Case) -> None:
    """The ledger's duty and what is left of the revenue are the figures of the hand."""
    assert [str(finding) for finding in check(case.study) if finding.level == "error"] == []
    plan = lynchpin.plan(case.study, gap=1e-6, threads=1, references=False)
    lines = dict(plan.tables["ledger"].group_by("line").agg(pl.col("money").sum()).iter_rows())
    assert -lines.get("car_duty", 0.0) == pytest.approx(case.duty, rel=1e-9, abs=1e-3)
    assert plan.objective == pytest.approx(lines["revenue"] - case.duty, rel=1e-9)


@pytest.mark.parametrize(("doublings", "factor"), [(0, 1.0), (1, 0.8), (3, 0.512)])
def test_three_doublings_at_a_fifth_cost_half(doublings: int, factor: float) -> None:
    """Each doubling takes a fifth off; the factor is also V ** -0.3219."""
    plan = lynchpin.plan(duties.learning(doublings), gap=1e-6, threads=1, references=False)
    assert factor == pytest.approx((2**doublings) ** -0.3219, rel=1e-4)
    assert -math.log2(0.8) == pytest.approx(0.3219, abs=5e-5)
    assert plan.tables["scale"]["factor"].to_list() == pytest.approx([factor])
    sales = 1_000.0 * 2**doublings
    assert plan.objective == pytest.approx(sales * (20_000 - 5_000 * factor), rel=1e-9)

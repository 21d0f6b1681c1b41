"""The report of random studies: ventures, quotas, targets, half-years, currencies, cost."""

from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin.report.bridge import bridge
from lynchpin.report.document import page
from lynchpin.report.measures import gains, value, worth
from lynchpin.report.profit import profit
from lynchpin.report.workbook import write_plan_workbook
from tests.studies import random_study


@pytest.mark.parametrize("seed", [0, 4, pytest.param(7, marks=pytest.mark.slow)])
def test_everything_is_written_and_adds_up(seed: int, tmp_path: Path) -> None:
    """Page and workbook are written, each ledger line is spread whole, waterfalls end where they should."""
    plan = lynchpin.plan(random_study(seed), threads=1)
    assert "Lynchpin" in page(plan)
    assert write_plan_workbook(plan, tmp_path / "plan.xlsx").is_file()
    ledger = dict(plan.ledger.group_by("line").agg(pl.col("money").sum()).iter_rows())
    spread = dict(profit(plan).group_by("line").agg(pl.col("money").sum()).iter_rows())
    size = plan.ledger["money"].abs().sum()
    assert spread == {line: pytest.approx(money, abs=1e-9 * size) for line, money in ledger.items()}
    for other in plan.references.values():
        difference = value(plan) - value(other)
        assert sum(step.money for step in bridge(other, plan)) == pytest.approx(difference, abs=1e-9 * size)
    found = worth(plan)
    assert found is not None
    assert gains(plan)["gain"].sum() == pytest.approx(found.money, abs=1e-9 * size)

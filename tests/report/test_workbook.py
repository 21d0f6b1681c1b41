"""The workbook: formulas are computed here by a small evaluator and compared with the ledger."""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import fastexcel
import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from lynchpin.errors import PlanError
from lynchpin.plan.plan import Plan
from lynchpin.report.measures import value
from lynchpin.report.profit_sheet import SHEET
from lynchpin.report.workbook import write_plan_workbook
from tests.report.conftest import HOSTILE

CONDITION = re.compile(r"^IF\(([^,]+)>0,([^,]+),([^,]+)\)$")
RANGE, CELL = re.compile(r"SUM\((\w+):(\w+)\)"), re.compile(r"\b[A-Z]+[1-9]\d*\b")


def computed(sheet: Any) -> Callable[[str], float]:
    """Return a function from a cell's name to its value, computed from the given cells alone."""

    @cache
    def cell(name: str) -> float:
        content = sheet[name].value
        if not isinstance(content, str) or not content.startswith("="):
            return float(content or 0.0)
        return evaluate(content[1:])

    def evaluate(formula: str) -> float:
        condition = CONDITION.match(formula)
        if condition:
            test, then, otherwise = condition.groups()
            return evaluate(then) if evaluate(test) > 0 else evaluate(otherwise)
        plain = RANGE.sub(lambda found: repr(total(*found.groups())), formula)
        assert re.fullmatch(r"[A-Z0-9.()+*/e-]+", plain), formula
        numbers = CELL.sub(lambda found: f"({cell(found.group())!r})", plain)
        return float(eval(numbers))  # numbers and arithmetic only

    def total(first: str, last: str) -> float:
        left, top, right, bottom = range_boundaries(f"{first}:{last}")
        rows = sheet.iter_rows(min_row=top, max_row=bottom, min_col=left, max_col=right)
        return sum(cell(one.coordinate) for row in rows for one in row)

    return cell


def rows_of(sheet: Any) -> dict[str, int]:
    """Return the row of each line by its words."""
    return {str(cell.value): cell.row for cell in sheet["A"] if cell.value is not None}


@pytest.fixture
def book(any_plan: Plan, tmp_path: Path) -> Path:
    """Write each plan as a workbook."""
    return write_plan_workbook(any_plan, tmp_path / "plan.xlsx")


def test_formulas_add_up_to_the_objective(any_plan: Plan, book: Path) -> None:
    """The sum of all columns, computed from the given cells, is the objective; nothing is left over."""
    sheet = load_workbook(book)[SHEET]
    cell, rows = computed(sheet), rows_of(sheet)
    assert cell(f"B{rows['Contribution']}") == pytest.approx(value(any_plan), rel=1e-9)
    assert cell(f"B{rows['All columns less the objective']}") == pytest.approx(0.0, abs=1e-3)


def test_computed_values_are_stored_beside_the_formulas(book: Path) -> None:
    """A program that does not compute shows the values that one which does would show."""
    formulas, stored = load_workbook(book)[SHEET], load_workbook(book, data_only=True)[SHEET]
    cell = computed(formulas)
    names = [c.coordinate for row in formulas.iter_rows() for c in row if c.data_type == "f"]
    assert len(names) > 20
    for name in names:
        assert stored[name].value == pytest.approx(cell(name), rel=1e-9, abs=1e-3), name


def test_net_price_follows_the_consumer_price(tiny: Plan, tmp_path: Path) -> None:
    """Raise the price of one car by 1,200 with 20 % tax and a dealer's tenth: 900 × 18,000 more."""
    sheet = load_workbook(write_plan_workbook(tiny, tmp_path / "plan.xlsx"))[SHEET]
    rows = rows_of(sheet)
    assert (sheet["C2"].value, sheet["C3"].value) == ("Nord City electric", "France")
    assert computed(sheet)(f"C{rows['Net price, EUR a car']}") == pytest.approx(18_000)
    before = computed(sheet)(f"B{rows['Contribution']}")
    sheet[f"C{rows['Consumer price, EUR a car']}"].value += 1_200
    assert computed(sheet)(f"B{rows['Contribution']}") - before == pytest.approx(900 * 18_000)


def test_a_study_of_cost_has_no_rows_of_price(cost: Plan, tmp_path: Path) -> None:
    """Where no price is part of the study, none is shown as nought."""
    sheet = load_workbook(write_plan_workbook(cost, tmp_path / "plan.xlsx"))[SHEET]
    assert not [name for name in rows_of(sheet) if "price" in name.lower() and "list" not in name]
    assert "Minus the least cost" in rows_of(sheet)


def test_a_full_disk_is_named_with_the_cure(
    tiny: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write that fails names the workbook, and nothing is left behind."""

    def full(book: Workbook) -> None:
        raise FileCreateError("No space left on device")

    monkeypatch.setattr(Workbook, "_store_workbook", full)
    with pytest.raises(PlanError, match=r"plan\.xlsx: cannot be written: No space.*Free space"):
        write_plan_workbook(tiny, tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_every_table_has_a_sheet(any_plan: Plan, book: Path) -> None:
    """Sheets are the summary, the profit and loss, and each table of the plan with all its rows."""
    assert load_workbook(book, read_only=True).sheetnames == ["summary", SHEET, *any_plan.tables]
    reader = fastexcel.read_excel(book)
    for name, table in any_plan.tables.items():
        sheet = reader.load_sheet(name, dtypes="string").to_polars()
        assert sheet.columns == table.columns
        assert sheet.height == table.height


def test_money_survives(tiny: Plan, tmp_path: Path) -> None:
    """The ledger's money reads back to the last digit."""
    book = load_workbook(write_plan_workbook(tiny, tmp_path / "plan.xlsx"), read_only=True)
    money = [row[-1] for row in book["ledger"].iter_rows(min_row=2, values_only=True)]
    assert money == pytest.approx(tiny.ledger["money"].to_list(), rel=1e-14)


def test_text_never_becomes_a_formula(hostile: Plan, tmp_path: Path) -> None:
    """Names that begin with = are text in every sheet."""
    book = load_workbook(write_plan_workbook(hostile, tmp_path / "plan.xlsx"))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or "taken" not in str(cell.value)
    assert sum(HOSTILE in str(cell.value) for cell in book[SHEET][2]) == 4
    assert str(book[SHEET]["C2"].value).startswith("=1+1")


@pytest.mark.parametrize("name", ["plan.csv", "plan", "folder.xlsx"])
def test_another_kind_of_file_is_refused(tiny: Plan, tmp_path: Path, name: str) -> None:
    """A workbook's name ends in .xlsx, and nothing is left behind where it does not."""
    (tmp_path / "folder.xlsx").mkdir()
    with pytest.raises(PlanError, match=r"Let the name end in \.xlsx"):
        write_plan_workbook(tiny, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.xlsx"]


def test_writing_over_a_workbook_leaves_nothing_beside_it(tiny: Plan, tmp_path: Path) -> None:
    """The second workbook replaces the first one in one step."""
    for _ in range(2):
        write_plan_workbook(tiny, tmp_path / "plan.xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.xlsx"]

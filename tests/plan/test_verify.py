"""Every rule of the verifier is broken by exactly what was changed, and hostile tables are named."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lynchpin.errors import PlanError
from lynchpin.plan.tables import COLUMNS, LINES, NUMBERS
from lynchpin.plan.verify import RULES, verify
from lynchpin.plan.verify_known import LINES as KNOWN_LINES
from lynchpin.plan.verify_tables import SHAPES
from tests.plan.workshop import (
    ROWS,
    Tables,
    add,
    checked,
    extend,
    good_answer,
    good_tables,
    without,
    workshop,
)

Edit = Callable[[Tables], Tables]

TABLE_CASES: dict[str, tuple[str, float, Edit]] = {
    "one more version launched than the programme": ("L1", 1, lambda t: without(t, "launch", model="car_a")),
    "launched in another period": (
        "L1",
        1,
        lambda t: extend(without(t, "launch", model="car_a"), "launch", "car", "car_a", "2027"),
    ),
    "sold beside its successor": ("L4", 200, lambda t: extend(t, "launch", "next", "next_a", "2027")),
    "no variant carried": ("U1", 1, lambda t: without(t, "use", model="car_a")),
    "a variant that is too small": (
        "U1",
        1,
        lambda t: extend(without(t, "use", model="van_a"), "use", "van_a", "battery", "small"),
    ),
    "a variant kept that nobody uses": ("U2", 1, lambda t: extend(t, "keep", "giant", "alliance")),
    "a used variant not kept": ("U2", 1, lambda t: without(t, "keep", variant="small")),
    "a used variant nominated nowhere": ("U3", 1, lambda t: without(t, "nominate", variant="small")),
    "a nomination that nobody uses": ("U3", 1, lambda t: extend(t, "nominate", "giant", "works", "alliance")),
    "a platform not developed": ("U5", 1, lambda t: without(t, "develop", platform="base")),
    "a programme without a plant": ("A1", 1, lambda t: without(t, "allocate", programme="car")),
    "a plant that is not open": ("A1", 1, lambda t: extend(t, "allocate", "van", "hall")),
    "a current site closed": ("O1", 1, lambda t: without(t, "open", site="works")),
    "a fit not shown": ("fit", 1, lambda t: without(t, "fit", model="van_a")),
    "made and not shipped": ("F1", 20, lambda t: add(t, "make", 20, model="car_a", period="2026")),
    "made where it is not allocated": (
        "F2",
        400,
        lambda t: without(t, "allocate", programme="car"),
    ),
    "idle slots": ("F3", 20, lambda t: add(t, "idle", 20, period="2027")),
    "parts too few": ("F4", 20, lambda t: add(t, "buy", -20, model="car_a", period="2026")),
    "parts that it does not carry": (
        "F5",
        20,
        lambda t: extend(t, "buy", "car_a", "large", "works", "plant", "general", "2026", 20.0),
    ),
    "parts without a nomination": (
        "F7",
        400,
        lambda t: without(t, "nominate", variant="large"),
    ),
    "sold and not arrived": (
        "F9",
        20,
        lambda t: add(t, "sell", -20, model="van_a", market="home", period="2026"),
    ),
    "more than possible sales": (
        "F9",
        20,
        lambda t: add(t, "sell", 20, model="van_a", market="away", period="2026"),
    ),
    "less than the minimum": (
        "M1",
        20,
        lambda t: add(t, "sell", -120, model="van_a", market="away", period="2026"),
    ),
    "a quota overdrawn": (
        "T3",
        20,
        lambda t: add(t, "ship", 20, model="car_a", market="away", regime="quota", period="2026"),
    ),
    "a regime that is not for it": (
        "regime",
        20,
        lambda t: extend(t, "ship", "car_a", "plant", "home", "quota", "2026", 20.0),
    ),
    "a target missed by more": ("target", 20, lambda t: add(t, "miss", -20, target="many", period="2026")),
    "another scale volume": ("S1", 20 / 400, lambda t: add(t, "scale", 20, variant="small")),
    "money on a line": (
        "ledger",
        20,
        lambda t: add(t, "ledger", 20, line="parts", model="car_a", period="2026"),
    ),
    "money not discounted": (
        "discount",
        20 / 1.05,
        lambda t: add(t, "ledger", 20, line="parts", model="car_a", period="2027"),
    ),
    "an investment": ("investment", 20, lambda t: add(t, "investment", 20, kind="platform")),
    "a vehicle less than none": (
        "numbers",
        1,
        lambda t: add(t, "make", -420, model="car_a", period="2026"),
    ),
    "an unknown identifier": ("identifiers", 1, lambda t: extend(t, "open", "moon")),
    "an identifier left out": ("identifiers", 1, lambda t: extend(t, "allocate", "car", None)),
    "a combination that the study does not have": (
        "identifiers",
        1,
        lambda t: extend(t, "allocate", "car", "hall"),
    ),
    "a row twice": ("duplicates", 1, lambda t: extend(t, "open", "works")),
    "two scenarios": (
        "scenario",
        1,
        lambda t: extend(t, "ledger", "parts", "north", *[None] * 7, "2026", "storm", 0.0, 0.0),
    ),
}

STUDY_CASES: dict[str, tuple[str, float, str, dict[str, str], dict[str, Any]]] = {
    "a smaller plant": ("F2", 20, "sites", {"site": "plant"}, {"capacity": 380.0}),
    "a smaller works": ("F7", 20, "sites", {"site": "works"}, {"capacity": 780.0}),
    "a smaller pool of the family's row": ("F7", 20, "nominations", {"site": "works"}, {"capacity": 780.0}),
    "a larger commitment": ("K1", 20, "nominations", {"site": "works"}, {"committed": 820.0}),
    "a smaller quota": ("T3", 20, "tariffs", {"name": "quota"}, {"quota": 30.0}),
    "a ban": ("ban", 200, "tariffs", {"importer": "SE", "kind": "mfn"}, {"ad_valorem": math.inf}),
    "no lane price": ("lane", 200, "lanes", {"to": "home"}, {"cost_per_unit": None}),
    "larger demands on a part": ("U1", 1, "requirements", {"model": "car_a"}, {"value": "41"}),
    "an outside owner without transfer prices": (
        "transfer",
        200,
        "sites",
        {"site": "plant"},
        {"operator": "club"},
    ),
}


def changed(table: str, where: dict[str, str], cells: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the workshop's rows of a table with other cells where a row matches."""
    rows = [dict(row) for row in ROWS[table]]
    hit = [row for row in rows if all(row.get(name) == value for name, value in where.items())]
    assert hit
    for row in hit:
        row.update(cells)
    return rows


@pytest.mark.parametrize("sharing", ["alliance", "partner", "brand", "model"])
def test_a_good_plan_breaks_nothing(sharing: str) -> None:
    """The oracle's plan passes in every scope and is worth what the oracle says."""
    found, best = checked(good_tables(sharing), sharing=sharing), good_answer(sharing)
    assert found.broken == {}
    assert found.ok
    assert found.objective == pytest.approx(best.objective, rel=1e-12)


@pytest.mark.parametrize("case", TABLE_CASES)
def test_a_changed_plan_breaks_the_rule_by_what_was_changed(case: str) -> None:
    """Given the good plan with one change, the rule is broken by exactly that much."""
    rule, amount, edit = TABLE_CASES[case]
    found = checked(edit(good_tables()))
    assert not found.ok
    assert found.broken[rule].amount == pytest.approx(amount, rel=1e-9)
    assert found.broken[rule].unit == RULES[rule].unit
    assert found.broken[rule].where


@pytest.mark.parametrize("case", STUDY_CASES)
def test_a_changed_study_breaks_the_rule_by_what_was_changed(case: str) -> None:
    """Given the good plan of another study, the rule is broken by exactly the difference."""
    rule, amount, table, where, cells = STUDY_CASES[case]
    ventures = [
        {"operator": "club", "owner": "north", "share": 0.5},
        {"operator": "club", "owner": "bank", "share": 0.5},
    ]
    study = workshop(**{table: changed(table, where, cells)}, ventures=ventures)
    found = verify(study, good_tables(), sharing="alliance")
    assert found.broken[rule].amount == pytest.approx(amount, rel=1e-9)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("launch", ("next", "next_a", "2027")),
        ("open", ("hall",)),
        ("allocate", ("next", "plant")),
        ("nominate", ("small", "shed", "alliance")),
    ],
)
def test_todays_structure_takes_no_candidate(table: str, row: tuple[str, ...]) -> None:
    """A candidate version, site, allocation or nomination breaks the rule of today's structure."""
    found = verify(workshop(), extend(good_tables(), table, *row), as_is=True)
    assert "as_is" in found.broken


def test_today_a_version_carries_what_uses_says() -> None:
    """The best plan's battery of the car is today's; another one is not."""
    study = workshop(
        uses=[{"model": "car_a", "variant": "large"}, {"model": "van_a", "variant": "large"}],
        nominations=changed("nominations", {"site": "works"}, {"status": "committed"}),
    )
    found = verify(study, good_tables(), as_is=True)
    assert "car_a carries small" in found.broken["as_is"].where


def test_claims_are_held_against_the_recomputed_objective() -> None:
    """An objective that is 20,000 too high and a bound 20,000 under the plan are broken by that much."""
    value = good_answer().objective
    found = checked(good_tables(), objective=value + 20_000, bound=value - 20_000)
    assert found.broken["objective"].amount == pytest.approx(20_000)
    assert found.broken["bound"].amount == pytest.approx(20_000)
    assert checked(good_tables(), objective=value, bound=value + 20_000).ok


def test_every_rule_has_a_case() -> None:
    """No rule of the closed list goes without a test that breaks it."""
    broken = {case[0] for case in (*TABLE_CASES.values(), *STUDY_CASES.values())}
    assert broken | {"as_is", "objective", "bound"} == set(RULES)


def test_the_verifier_and_the_plan_agree_on_tables_and_lines() -> None:
    """Both name the same tables, columns and ledger lines, each in its own file."""
    assert {name: set(keys + numbers) for name, (keys, numbers) in SHAPES.items()} == {
        name: set(columns) for name, columns in COLUMNS.items()
    }
    assert set(KNOWN_LINES) == set(LINES)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_table_is_named(name: str) -> None:
    """A plan without one of its tables is refused with the table's name."""
    tables = {other: table for other, table in good_tables().items() if other != name}
    with pytest.raises(PlanError, match=name):
        checked(tables)


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_a_missing_or_strange_column_is_named(name: str) -> None:
    """A table with a column too few or too many is refused with the table's name."""
    tables = good_tables()
    for table in (tables[name].drop(COLUMNS[name][-1]), tables[name].with_columns(extra=pl.lit(1))):
        with pytest.raises(PlanError, match=f"table {name}"):
            checked({**tables, name: table})


@pytest.mark.parametrize("name", sorted(name for name in COLUMNS if good_tables()[name].height))
def test_a_column_of_another_type_is_named(name: str) -> None:
    """Text for numbers, or numbers for text, is refused with table and column."""
    tables, column = good_tables(), COLUMNS[name][-1]
    wrong = pl.lit("many") if column in NUMBERS else pl.lit(7)
    with pytest.raises(PlanError, match=f"table {name}, column {column}"):
        checked({**tables, name: tables[name].with_columns(wrong.alias(column))})


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, None])
@pytest.mark.parametrize(
    "name", ["make", "ship", "buy", "sell", "idle", "miss", "scale", "investment", "ledger"]
)
def test_a_number_that_is_none_is_noted(name: str, value: float | None) -> None:
    """NaN, infinity and blanks break the rule of numbers, with the table and the row."""
    tables = good_tables()
    column = next(column for column in COLUMNS[name] if column in NUMBERS)
    first = pl.int_range(pl.len()) == 0
    table = tables[name].with_columns(
        pl.when(first).then(value).otherwise(pl.col(column)).cast(pl.Float64).alias(column)
    )
    found = checked({**tables, name: table}).broken["numbers"]
    assert f"table {name}, row 1" in found.where


def test_an_unknown_scope_is_refused() -> None:
    """A scope that the statement does not have is an error, not a guess."""
    with pytest.raises(PlanError, match="family"):
        checked(good_tables(), sharing="family")


def test_an_empty_plan_is_no_plan() -> None:
    """A plan without rows breaks the rules that certain things must be there."""
    empty = {name: table.clear() for name, table in good_tables().items()}
    assert {"L1", "O1"} <= set(checked(empty).broken)


def test_every_rule_is_on_its_page() -> None:
    """The page of the verifier has a row for each rule with unit, meaning and tolerances, and no other."""
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "verifier.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == [
        f"| {rule.name} | {rule.unit} | {rule.meaning} | {rule.absolute:g} | {rule.relative:g} |"
        for rule in RULES.values()
    ]


def test_a_ledger_may_name_the_scenario_that_the_study_has_become() -> None:
    """A study with a scenario applied lists none any more; its ledger names it in every row."""
    tables = good_tables()
    named = {**tables, "ledger": tables["ledger"].with_columns(scenario=pl.lit("storm"))}
    assert verify(workshop(scenarios=[]), named, sharing="alliance").ok
    assert "scenario" in checked(named).broken

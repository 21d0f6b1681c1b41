"""The example `tiny` is worth what its README works out by hand."""

import re
from functools import cache

import polars as pl
import pytest

import lynchpin
from tests.golden.tiny_enumeration import FOLDER, Structure, Tiny
from tests.oracle.whole import answer
from tests.plans import tiny_plan

BEST = {"alliance": 314.21, "partner": 245.809, "model": 209.809}
BATTERY = ("city_ev", "sedan_ev", "van_ev")


@cache
def best(scope: str) -> tuple[float, Structure]:
    """Return the best structure that makes every possible sale."""
    return Tiny(scope).best(every_market=True)


def ledger_of_readme() -> dict[str, float]:
    """Return the hand-worked ledger, in millions, as the README shows it."""
    text = (FOLDER / "README.md").read_text()
    found = re.findall(r"^\| \*{0,2}(\w+)\*{0,2} \|[^|]*\| \*{0,2}(-?[\d.]+)\*{0,2} \|$", text, re.MULTILINE)
    return {line: float(amount) for line, amount in found}


@pytest.mark.parametrize("scope", sorted(BEST))
def test_enumeration_finds_the_value_in_the_readme(scope: str) -> None:
    """Trying every structure gives the value that the README states, for each scope."""
    assert best(scope)[0] == pytest.approx(BEST[scope] * 1e6, abs=1)
    assert f"{BEST[scope]}" in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("scope", [*sorted(BEST), "brand"])
def test_the_restated_statement_finds_it_too(scope: str) -> None:
    """The statement, written once more as a slow programme, gives the same value from the same tables."""
    expected = BEST["partner" if scope == "brand" else scope] * 1e6
    assert answer(lynchpin.examples.tiny(), sharing=scope).objective == pytest.approx(expected, abs=1)


def test_the_common_battery_is_shared_by_all_three_cars_only_in_the_alliance() -> None:
    """The structure is the README's: the common battery from Japan, the van in France."""
    plan = best("alliance")[1]
    assert {plan.uses[m, "battery"] for m in BATTERY} == {"common_50"}
    assert plan.suppliers["common_50", "alliance"] == ("parts_jp",)
    assert plan.plants == {"city_ev": ("plant_fr",), "sedan_ev": ("plant_jp",), "van_ev": ("plant_fr",)}
    alone = best("partner")[1]
    assert {alone.uses[m, "battery"] for m in BATTERY} == {"north_40", "south_50"}


def test_the_lines_of_the_readme_add_up() -> None:
    """The ledger worked by hand adds up to the best value."""
    lines = ledger_of_readme()
    total = lines.pop("sum")
    assert len(lines) == 18
    assert sum(lines.values()) == pytest.approx(total, abs=1e-9)
    assert total == BEST["alliance"]


def test_the_plan_pays_every_line_of_the_readme() -> None:
    """The planner's ledger is the hand-worked one, line by line, and its objective their sum."""
    lines = ledger_of_readme()
    assert tiny_plan().objective == pytest.approx(lines.pop("sum") * 1e6)
    money = tiny_plan().tables["ledger"].group_by("line").agg(pl.col("money").sum() / 1e6)
    planned = {line: amount for line, amount in money.iter_rows() if abs(amount) > 1e-9}
    assert planned == pytest.approx(lines)


def test_the_partners_get_what_the_readme_says() -> None:
    """Before any transfer North gets 21.40 and South 292.81 million."""
    money = tiny_plan().tables["ledger"].group_by("partner").agg(pl.col("money").sum() / 1e6)
    assert dict(money.iter_rows()) == pytest.approx({"north": 21.40, "south": 292.81})
    assert "North gets 21.40 of it and South 292.81" in (FOLDER / "README.md").read_text()


def test_the_plan_decides_what_the_readme_says() -> None:
    """One battery for three cars, made in Japan; the van is built in North's plant, which it fills."""
    tables = tiny_plan().tables
    batteries = tables["use"].filter(pl.col("family") == "battery")
    assert set(batteries["variant"]) == {"common_50"}
    assert set(tables["nominate"].filter(pl.col("variant") == "common_50")["site"]) == {"parts_jp"}
    built = {("plant_fr", "city"), ("plant_fr", "van"), ("plant_jp", "sedan")}
    assert set(tables["allocate"].select("site", "programme").iter_rows()) == built
    idle = dict(tables["idle"].filter(pl.col("site") == "plant_fr").select("period", "slots").iter_rows())
    assert idle == pytest.approx({"2026": 13_500.0})


def test_the_references_are_worth_what_the_readme_says() -> None:
    """Each partner's best plan alone, one model alone and today's structure."""
    references = tiny_plan().references
    assert references["partner"].objective == pytest.approx(245.809e6)
    assert references["as-is"].objective == pytest.approx(139.18e6)
    for scope, value in (("brand", 245.809e6), ("model", 209.809e6)):
        plan = lynchpin.plan(lynchpin.examples.tiny(), sharing=scope, gap=1e-6, threads=1, references=False)
        assert plan.objective == pytest.approx(value)


@pytest.mark.slow
@pytest.mark.parametrize("scope", sorted(BEST))
def test_no_plan_that_leaves_a_market_out_is_better(scope: str) -> None:
    """Serving fewer markets, whatever the structure, is never worth more."""
    assert Tiny(scope).best()[0] == pytest.approx(best(scope)[0])

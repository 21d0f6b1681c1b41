"""Studies as small as a first try, and what is at their edges."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import lynchpin
from lynchpin.model.instance import compile as compile_study
from lynchpin.solve.forms import Form
from lynchpin.solve.split.neighbourhoods import Neighbourhoods
from lynchpin.study.freight import complete
from lynchpin.study.study import Settings

TABLES: dict[str, dict[str, list[Any]]] = {
    "partners": {"partner": ["maker"]},
    "brands": {"brand": ["badge"], "partner": ["maker"]},
    "programmes": {"programme": ["line"], "brand": ["badge"], "status": ["current"]},
    "models": {"model": ["car"], "programme": ["line"], "powertrain": ["BEV"]},
    "sites": {
        "site": ["plant"], "kind": ["assembly"], "operator": ["maker"], "country": ["SE"],
        "lat": [57.7], "lon": [11.9], "capacity": [1000.0],
    },
    "allocations": {"site": ["plant"], "programme": ["line"], "unit_cost": [5000.0], "status": ["current"]},
    "markets": {"market": ["land"], "country": ["SE"], "lat": [59.3], "lon": [18.1]},
    "offers": {"model": ["car"], "market": ["land"], "price": [20000.0], "base_sales": [800.0]},
}  # fmt: skip
PARTS: dict[str, dict[str, list[Any]]] = {
    "sites": {
        "site": ["plant", "works"], "kind": ["assembly", "component"], "operator": ["maker", "other"],
        "country": ["SE", "SE"], "lat": [57.7, 58.0], "lon": [11.9, 12.5], "capacity": [1000.0, None],
    },
    "families": {"family": ["battery"]},
    "attributes": {"family": ["battery"], "attribute": ["kwh"], "sense": ["at_least"]},
    "requirements": {"model": ["car"], "family": ["battery"], "attribute": ["kwh"], "value": ["50"]},
    "variants": {"variant": ["pack"], "family": ["battery"], "owner": ["maker"], "unit_cost": [4000.0]},
    "specifications": {"variant": ["pack"], "attribute": ["kwh"], "value": ["60"]},
    "nominations": {"site": ["works"], "variant": ["pack"]},
}  # fmt: skip


def small(**changed: dict[str, list[Any]]) -> lynchpin.Study:
    """Return the study of one car with these tables in place of its own or besides them."""
    settings = Settings(name="small", first_period="2026", periods=1, currency="SEK")
    frames = {name: pl.DataFrame(columns) for name, columns in (TABLES | changed).items()}
    return lynchpin.Study.of(settings, frames)


def test_one_car_is_worth_price_less_conversion() -> None:
    """800 cars at 20000 less 5000 are 12 million, in every method, with no part to split along."""
    for method in ("aggregate", "split", "yearly"):
        plan = lynchpin.plan(small(), method=method, references=False)
        assert plan.objective == pytest.approx(12e6)


def test_without_families_every_neighbourhood_is_one_of_cars() -> None:
    """A study whose cars have no parts to share is searched by its cars, as long as one likes."""
    form = Form.aggregate(compile_study(complete(small())))
    around = Neighbourhoods(form, 1)
    names = [around.next(np.zeros(len(form.problem.cost)))[0] for _ in range(6)]
    assert names == ["1 models around car"] * 6


def test_parts_that_travel_free_need_no_mass() -> None:
    """Where no rate of freight is given a part without a mass is carried for nothing, and verified so."""
    plan = lynchpin.plan(small(**PARTS), references=False)
    assert plan.verified
    assert plan.objective == pytest.approx(800 * (20000 - 5000 - 4000))


@pytest.mark.parametrize(("launch", "life"), [("2020", 3.0), ("2030", 3.0)])
def test_a_study_with_nothing_on_sale_says_so(launch: str, life: float) -> None:
    """A horizon without any version is answered with what to look at."""
    programmes = TABLES["programmes"] | {"launch": [launch], "life": [life]}
    with pytest.raises(lynchpin.ModelError, match="no version is on sale in the horizon"):
        lynchpin.plan(small(programmes=programmes), references=False)


def test_a_what_if_may_have_a_name_in_any_script(tmp_path: Path) -> None:
    """Scenarios are identifiers, in any script; a plan with one as what-if is stored and read again."""
    name = "भारत_戦争"
    study = small(
        scenarios={"scenario": [name]},
        changes={
            "scenario": [name], "order": [1], "table": ["offers"], "column": ["base_sales"],
            "operation": ["multiply"], "value": ["0.5"],
        },
    )  # fmt: skip
    plan = lynchpin.plan(study, references=False, what_if=name)
    lynchpin.save_plan(plan, tmp_path / "plan")
    back = lynchpin.load_plan(tmp_path / "plan")
    assert back.references[f"what-if/{name}"].objective == pytest.approx(6e6)


def test_an_unknown_table_is_named() -> None:
    """Asking a study for a table that no study has gives the nearest one."""
    with pytest.raises(lynchpin.StudyError, match=r"offres.*Did you mean 'offers'"):
        small().table("offres")


def test_a_page_about_little_money_is_not_all_zero(tmp_path: Path) -> None:
    """Money by line is in single units where nothing in the table reaches a million."""
    cheap = small(
        offers=TABLES["offers"] | {"price": [20.0]}, allocations=TABLES["allocations"] | {"unit_cost": [5.0]}
    )
    text = lynchpin.plan(cheap, references=False).report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Million SEK" not in text
    assert re.search(r"<tfoot><tr><td>Sum</td><td class=\"number\">12,000</td>", text)


def test_contracted_volume_is_priced_by_the_cheapest_part_of_the_row_even_if_no_car_can_carry_it() -> None:
    """A row of the family contracts 2000 packs, 800 are used: 1200 are owed at the price of the weak pack."""
    parts = PARTS | {
        "variants": {
            "variant": ["pack", "weak"], "family": ["battery", "battery"], "owner": ["maker", "maker"],
            "unit_cost": [4000.0, 1000.0],
        },
        "specifications": {
            "variant": ["pack", "weak"], "attribute": ["kwh", "kwh"], "value": ["60", "40"],
        },
        "nominations": {
            "site": ["works"], "family": ["battery"], "committed": [2000.0], "status": ["current"],
        },
        "uses": {"model": ["car"], "variant": ["pack"]},
    }  # fmt: skip
    for as_is in (False, True):
        plan = lynchpin.plan(small(**parts), as_is=as_is, references=False)
        assert plan.objective == pytest.approx(800 * (20000 - 5000 - 4000) - 1200 * 1000)

"""Tasks that are not in order are refused with table, row, column, value and cure; odd ones are solved."""

import numpy as np
import polars as pl
import pytest

from lynchpin.catalogue.design import DesignOptions, design
from lynchpin.catalogue.design_task import DesignTask
from lynchpin.catalogue.needs import Attribute
from lynchpin.catalogue.volume_cost import VolumeDiscount
from lynchpin.errors import OptionError, SolveError

KW = pl.DataFrame({"attribute": ["kw"], "sense": ["at_least"], "cost_per_unit": [1.0]})
QUICK = DesignOptions(frontier=0, threads=1)


def needs(**columns: object) -> pl.DataFrame:
    """Return two needs, with other columns in place of their own."""
    return pl.DataFrame({"model": ["a", "b"], "volume": [10.0, 20.0], "kw": [1.0, 2.0]} | columns)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (
            needs(volume=[1.0, float("nan")]),
            r"model b, volume: is not a finite number of at least 0, found nan",
        ),
        (needs(volume=[1.0, -3.0]), r"model b, volume: is not a finite number of at least 0, found -3.0"),
        (needs(kw=[1.0, float("inf")]), r"table needs, row 2, column kw: is not a finite number, found inf"),
        (needs(kw=["1", "much"]), r"table needs, row 2, column kw: is not a finite number, found 'much'"),
        (needs(kw=[True, False]), r"table needs, row 1, column kw: is not a finite number, found True"),
        (needs(model=["a", "a"]), r"table needs: row 2 names a model that stands there already, found 'a'"),
        (needs(model=["a", None]), r"table needs: row 2 has no model. Fill the cell"),
        (needs().drop("kw"), r"table needs: has no column 'kw'.* Give a column for each attribute"),
        (needs().drop("volume"), r"table needs: has no column 'volume'"),
        (needs().clear(), r"nothing is needed. Give at least one model"),
        (needs(today=["x", "y"]), r"model a: its part of today is not among the variants, found 'x'"),
    ],
)
def test_needs_that_are_not_in_order_are_refused(table: pl.DataFrame, said: str) -> None:
    """The message names where it is, what was found and what to do."""
    with pytest.raises(OptionError, match=said):
        DesignTask.of(table, KW, engineering_cost=1.0)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"unit_cost": -1.0}, "variant v, unit_cost: is not a finite number of at least 0, found -1.0"),
        ({"engineering_cost": float("nan")}, "variant v, engineering_cost: is not a finite number"),
        ({"kw": float("nan")}, "table variants, row 1, column kw: is not a finite number"),
    ],
)
def test_variants_that_are_not_in_order_are_refused(row: dict[str, object], said: str) -> None:
    """Costs and values of a variant are checked as those of needs are."""
    table = pl.DataFrame([{"variant": "v", "unit_cost": 5.0, "engineering_cost": 0.0, "kw": 3.0} | row])
    with pytest.raises(OptionError, match=said):
        DesignTask.of(needs(), KW, variants=table)


def test_attributes_that_are_not_in_order_are_refused() -> None:
    """Unknown senses, ordered text, attributes that stand twice and costs that are no number."""
    for table, said in (
        (KW.with_columns(sense=pl.lit("more")), "attribute kw: has no such sense, found 'more'"),
        (KW.with_columns(kind=pl.lit("text")), "cannot be at_least and of kind text"),
        (pl.concat([KW, KW]), "names a attribute that stands there already"),
        (KW.with_columns(cost_per_unit=pl.lit(float("inf"))), "attribute kw, cost_per_unit: is not a finite"),
    ):
        with pytest.raises(OptionError, match=said):
            DesignTask.of(needs(), table, engineering_cost=1.0)
    with pytest.raises(OptionError, match="has a cost that is no finite number"):
        Attribute("kw", "at_least", cost=float("nan"))


def test_options_out_of_range_are_refused() -> None:
    """Numbers that cannot be meant raise before any work."""
    for wrong in ({"at_most": 0}, {"frontier": -1}, {"time_limit": 0.0}, {"time_limit": float("inf")}):
        with pytest.raises(OptionError, match=f"{next(iter(wrong))}: is out of range"):
            DesignOptions(**wrong)
    for wrong in ({"rate": 1.0}, {"reference": 0.0}, {"minimum": -1.0}, {"saturation": 1.0, "minimum": 2.0}):
        with pytest.raises(OptionError, match="volume discount"):
            VolumeDiscount(**({"rate": 0.1, "reference": 100.0} | wrong))
    with pytest.raises(OptionError, match="measure: is no attribute that is a number, found 'kwh'"):
        DesignTask.of(needs(), KW, engineering_cost=1.0, measure="kwh")
    with pytest.raises(OptionError, match="base_cost: is not a finite number, found nan"):
        DesignTask.of(needs(), KW, engineering_cost=1.0, base_cost=float("nan"))
    with pytest.raises(OptionError, match="engineering_cost: is not a finite number of at least 0, found -1"):
        DesignTask.of(needs(), KW, engineering_cost=-1.0)


def test_needs_that_nothing_serves_are_named() -> None:
    """Without new specifications a need above every variant is an answer, not a guess."""
    weak = pl.DataFrame({"variant": ["v"], "unit_cost": [1.0], "kw": [1.0]})
    with pytest.raises(SolveError, match=r"family parts, model b: no specification serves it \(1 such\)"):
        design(DesignTask.of(needs(), KW, variants=weak), QUICK)


def test_too_few_specifications_are_an_answer() -> None:
    """Needs of two voltages cannot share one specification."""
    table = needs(v=["400", "800"])
    attributes = pl.concat(
        [KW, pl.DataFrame({"attribute": ["v"], "sense": ["equal"], "cost_per_unit": [0.0]})]
    ).with_columns(kind=pl.Series(["number", "text"]))
    task = DesignTask.of(table, attributes, engineering_cost=1.0)
    with pytest.raises(SolveError, match=r"at_most: no choice of so few specifications .* Allow more"):
        design(task, DesignOptions(at_most=1, frontier=0))
    assert design(task, DesignOptions(at_most=2, frontier=3)).frontier["specifications"].to_list() == [2]


def test_names_that_nobody_would_choose_are_kept_as_they_are() -> None:
    """Blanks, markup, formulas and words that polars reads otherwise are identifiers like others."""
    odd = ["=1+1", "</script>", "NA", "  two  words ", "ü\N{ZERO WIDTH SPACE}", "null", "inf", "0"]
    table = pl.DataFrame({"model": odd, "volume": np.ones(8), "kw": np.arange(8.0)})
    found = design(DesignTask.of(table, KW, engineering_cost=2.0), QUICK)
    assert sorted(found.assignment["model"]) == sorted(odd)


def test_needs_without_volume_or_condition_are_served() -> None:
    """A model that is never built, and one that asks nothing, still get a part."""
    found = design(DesignTask.of(needs(volume=[0.0, 0.0], kw=[None, 5.0]), KW, engineering_cost=3.0), QUICK)
    assert found.cost == 3.0
    assert found.assignment["specification"].n_unique() == 1
    only = design(
        DesignTask.of(needs(kw=[None, None]).cast({"kw": pl.Float64}), KW, engineering_cost=3.0), QUICK
    )
    assert only.cost == 3.0


def test_a_family_without_attributes_needs_one_part() -> None:
    """Nothing is asked but the part itself; it costs its base."""
    table = pl.DataFrame({"model": ["a", "b"], "volume": [1.0, 2.0]})
    none = KW.clear()
    found = design(DesignTask.of(table, none, engineering_cost=5.0, base_cost=10.0), QUICK)
    assert found.cost == 35.0


def test_large_and_small_numbers_keep_their_digits() -> None:
    """Volumes of a thousand million beside one piece, values a million times apart."""
    table = pl.DataFrame({"model": ["a", "b"], "volume": [1e9, 1.0], "kw": [1e-3, 1e3]})
    found = design(DesignTask.of(table, KW, engineering_cost=1e4), QUICK)
    assert found.cost == pytest.approx(2e4 + 1e6 + 1e3, rel=1e-12)
    assert found.specifications.height == 2


def test_equal_numbers_are_the_same_whatever_their_last_digit() -> None:
    """A voltage computed as 0.1 + 0.2 is the one written as 0.3."""
    attributes = pl.DataFrame({"attribute": ["v"], "sense": ["equal"], "cost_per_unit": [1.0]})
    table = pl.DataFrame({"model": ["a", "b"], "volume": [1.0, 1.0], "v": [0.1 + 0.2, 0.3]})
    assert design(DesignTask.of(table, attributes, engineering_cost=1.0), QUICK).specifications.height == 1

"""Relations between plans of related studies, which hold whatever the right answer is.

The best value of a study (contribution, or minus the cost) lies between what its plan is worth and the plan's
bound. Two studies that must be worth the same have intervals that meet; a study that must not be worth less
has a bound that is not below the other's plan. The intervals are required to be narrow, or nothing would be
said.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import polars as pl
import pytest

import lynchpin
from lynchpin.study.study import Study
from tests.metamorphic import changes
from tests.metamorphic.exporters import countervailing, exporters
from tests.studies import random_study

NARROW = 0.01
SEEDS = (8, 10, 20)


@dataclass(frozen=True)
class Worth:
    """The best value lies between what was found and what was proven."""

    found: float
    proven: float

    @property
    def slack(self) -> float:
        """Rounding of the solver, relative to the size of the value."""
        return 1e-6 * max(1.0, abs(self.found), abs(self.proven))

    def is_no_less_than(self, other: "Worth") -> bool:
        """Whether the true values may be in this order."""
        return self.proven >= other.found - self.slack - other.slack

    def may_be(self, other: "Worth") -> bool:
        """Whether the true values may be equal."""
        return self.is_no_less_than(other) and other.is_no_less_than(self)

    def __mul__(self, factor: float) -> "Worth":
        return Worth(self.found * factor, self.proven * factor)


def worth(study: Study, *, sharing: str = "alliance", as_is: bool = False) -> Worth:
    """Return the interval of the best value, from a verified plan with a narrow gap."""
    plan = lynchpin.plan(study, sharing=sharing, as_is=as_is, gap=1e-5, threads=1, references=False)
    assert plan.verified
    sign = -1.0 if study.settings.objective == "cost" else 1.0
    found = Worth(sign * plan.objective, sign * plan.bound)
    assert found.is_no_less_than(found)
    assert abs(found.proven - found.found) <= NARROW * max(abs(found.found), 1e6), "too wide to say anything"
    return found


@cache
def study(name: str | int) -> Study:
    """Return the example `tiny` or the random study of a seed; idle cost would punish spare capacity."""
    return lynchpin.examples.tiny() if name == "tiny" else random_study(int(name), idle_cost=False)


@cache
def base(name: str | int) -> Worth:
    """Return the worth of a study as it is."""
    return worth(study(name))


ALL = pytest.mark.parametrize("name", ["tiny", *SEEDS])


@ALL
def test_names_do_not_matter(name: str | int) -> None:
    """Other identifiers in another order leave the value."""
    assert worth(changes.rename(study(name))).may_be(base(name))


@ALL
def test_the_order_of_rows_does_not_matter(name: str | int) -> None:
    """Rows in reverse leave the value."""
    assert worth(changes.reorder(study(name))).may_be(base(name))


@ALL
def test_money_in_thousandths_is_a_thousand_times_as_much(name: str | int) -> None:
    """All money times 1,000 makes the value 1,000 times as large."""
    assert worth(changes.rescale(study(name), 1000.0)).may_be(base(name) * 1000.0)


def test_an_option_is_never_a_loss() -> None:
    """Without a candidate variant, plant or supplier the value is not higher; some are worth something."""
    tiny, best = study("tiny"), base("tiny")
    options = {
        "common battery": changes.drop(tiny, "nominations", pl.col("variant") == "common_50"),
        "van in France": changes.drop(
            tiny, "allocations", (pl.col("site") == "plant_fr") & (pl.col("programme") == "van")
        ),
        "south's battery in France": changes.drop(
            tiny, "nominations", (pl.col("site") == "parts_fr") & (pl.col("variant") == "south_50")
        ),
    }
    less = {option: worth(without) for option, without in options.items()}
    assert all(best.is_no_less_than(other) for other in less.values())
    assert less["common battery"].proven < best.found - 1e6
    assert less["van in France"].proven < best.found - 1e6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_options_of_a_random_study_are_worth_something(seed: int) -> None:
    """Without its candidate allocations a study is worth less: these are studies that use one."""
    fewer = changes.drop(study(seed), "allocations", pl.col("status") == "candidate")
    assert worth(fewer).proven < base(seed).found - 1e6


def test_more_capacity_is_never_a_loss() -> None:
    """Capacity that binds is worth something when it grows, in plants and at suppliers."""
    tight = random_study(3, plain=True, plant_capacity=True, part_capacity=True)
    cut = changes.edit(tight, "sites", pl.col("kind") == "assembly", "capacity", lambda slots: slots * 0.3)
    less, more = worth(cut), worth(tight)
    assert more.is_no_less_than(less)
    assert less.proven < more.found
    everywhere = tight.tables["nominations"]["capacity"].is_not_null().any()
    assert everywhere
    parts = changes.edit(tight, "nominations", pl.lit(value=True), "capacity", lambda pieces: pieces * 0.2)
    assert more.is_no_less_than(worth(parts))


def test_a_duty_is_never_a_gain() -> None:
    """General duties up by ten points, and add-ons by as much, lower the value where they are paid."""
    taxed = random_study(14, idle_cost=False)
    best = worth(taxed)
    for kind in ("mfn", "addon"):
        dearer = changes.edit(taxed, "tariffs", pl.col("kind") == kind, "ad_valorem", lambda rate: rate + 0.1)
        assert worth(dearer).proven < best.found - 1e6
    dearer = changes.edit(
        study("tiny"), "tariffs", pl.col("hs") == "8507", "ad_valorem", lambda rate: rate + 0.1
    )
    assert worth(dearer).proven < base("tiny").found - 1e6


@ALL
def test_wider_sharing_is_never_a_loss(name: str | int) -> None:
    """Alliance, partner, brand, model: each is worth at least the next, and the alliance at least today."""
    given = study(name)
    chain = [base(name), *(worth(given, sharing=scope) for scope in ("partner", "brand", "model"))]
    for wider, narrower in pairwise(chain):
        assert wider.is_no_less_than(narrower)
    assert chain[0].is_no_less_than(worth(given, as_is=True))


def test_a_countervailing_duty_strikes_electric_cars_from_china_only() -> None:
    """Exports of electric cars fall; hybrids and combustion pay and ship as before."""
    before = lynchpin.plan(exporters(), gap=1e-6, threads=1, references=False)
    after = lynchpin.plan(countervailing(), gap=1e-6, threads=1, references=False)
    shipped = [_by_model(plan.tables["ship"], "vehicles") for plan in (before, after)]
    duty = [
        _by_model(plan.tables["ledger"].filter(pl.col("line") == "car_duty"), "undiscounted")
        for plan in (before, after)
    ]
    assert shipped[0]["electric"] == pytest.approx(20_000)
    assert shipped[1].get("electric", 0.0) == pytest.approx(0.0)
    assert duty[1].get("electric", 0.0) == pytest.approx(0.0)
    for model in ("hybrid", "combustion"):
        assert shipped[1][model] == pytest.approx(shipped[0][model])
        assert duty[1][model] == pytest.approx(duty[0][model])
        assert duty[0][model] < 0


def _by_model(rows: pl.DataFrame, column: str) -> dict[str, float]:
    """Return the sum of a column by model, of cars from the plant in China."""
    from_china = rows.filter(pl.col("site") == "china")
    return dict(from_china.group_by("model").agg(pl.col(column).sum()).iter_rows())

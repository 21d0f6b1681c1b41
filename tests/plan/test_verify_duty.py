"""The verifier's duties of single crossings, each worked by hand from the statement's five rules."""

import math
from typing import Any

import polars as pl
import pytest

from lynchpin.plan.verify_duty import Duties, Trade
from lynchpin.plan.verify_facts import Facts
from lynchpin.study.study import Settings, Study

SETTINGS = Settings(name="border", first_period="2026", periods=3, currency="EUR")
CAR = "8703.80"


def mfn(rate: float = 0.1, **cells: Any) -> dict[str, Any]:
    """Return a general duty of everyone on cars to EU."""
    return {"importer": "EU", "exporter": "*", "hs": "8703", "kind": "mfn", "ad_valorem": rate} | cells


def row(kind: str, name: str | None = None, rate: float = 0.0, **cells: Any) -> dict[str, Any]:
    """Return a row of another kind."""
    return mfn(rate, kind=kind, name=name) | cells


RULE = {"agreement": "pact", "members": "EU;CN", "rule": "rvc", "threshold": 0.4}
CONTENT = {"site": "plant", "programme": "car", "agreement": "pact", "content": 0.5}

CASES: dict[str, tuple[list[dict[str, Any]], float]] = {
    "the general duty": ([mfn()], 2000),
    "none without a row for the importer": ([mfn(importer="US")], math.inf),
    "a heading that is no beginning": ([mfn(hs="8704")], math.inf),
    "dots do not matter": ([mfn(hs="87.0380")], 2000),
    "every heading": ([mfn(hs="*")], 2000),
    "the longer heading first": ([mfn(), mfn(0.2, hs="8703.80")], 4000),
    "the maker before the longer heading": ([mfn(0.2, hs="8703.80"), mfn(0.3, maker="maker")], 6000),
    "another maker does not count": ([mfn(), mfn(0.3, maker="other")], 2000),
    "the exporter country before the anywhere": ([mfn(), mfn(0.15, exporter="CN")], 3000),
    "a territory of the exporter before anywhere": ([mfn(), mfn(0.15, exporter="RCEP")], 3000),
    "the country before its territory": ([mfn(0.2, exporter="RCEP"), mfn(0.15, exporter="CN")], 3000),
    "the importer country before its territory": ([mfn(), mfn(0.25, importer="FR")], 5000),
    "the exporter before the importer": ([mfn(0.2, exporter="CN"), mfn(0.25, importer="FR")], 4000),
    "a condition before none": ([mfn(maker="maker"), mfn(0.05, condition="pact")], 1000),
    "not yet in force": ([mfn(), mfn(0.3, hs="8703.80", **{"from": "2027"})], 2000),
    "no more in force": ([mfn(), mfn(0.3, hs="8703.80", until="2025")], 2000),
    "the last period counts": ([mfn(), mfn(0.3, hs="8703.80", until="2026")], 6000),
    "the lowest of preferences": ([mfn(), row("preference", "a", 0.07), row("preference", "b", 0.03)], 600),
    "a preference above the general duty": ([mfn(), row("preference", "a", 0.3)], 2000),
    "a preference without a general duty": ([row("preference", "a", 0.3)], math.inf),
    "add-ons of two names add up": ([mfn(), row("addon", "cvd", 0.2), row("addon", "road", 0.01)], 6200),
    "add-ons of one name: the maker's holds": (
        [mfn(), row("addon", "cvd", 0.35), row("addon", "cvd", 0.2, maker="maker")],
        6000,
    ),
    "add-ons on top of a preference": ([mfn(), row("preference", "a"), row("addon", "cvd", 0.2)], 4000),
    "all in": ([mfn(), row("all_in", "whole", 0.15), row("addon", "cvd", 0.2)], 7000),
    "all in, at least the general duty": ([mfn(), row("all_in", "whole", 0.05)], 2000),
    "all in without a general duty": ([row("all_in", "whole", 0.05)], 1000),
    "all in replaces what it names": (
        [
            mfn(),
            row("all_in", "whole", 0.15, replaces="cvd"),
            row("addon", "cvd", 0.2),
            row("addon", "x", 0.01),
        ],
        3200,
    ),
    "all in replaces everything": (
        [mfn(), row("all_in", "whole", 0.15, replaces="*"), row("addon", "cvd", 0.2)],
        3000,
    ),
    "all in leaves preferences aside": ([mfn(), row("all_in", "whole", 0.15), row("preference", "a")], 3000),
    "a floor": ([mfn(), row("addon", "floor", 0.01, floor=700.0)], 2700),
    "an amount per car": ([mfn(0.1, specific=50.0)], 2050),
    "a floor in other money": ([mfn(), row("addon", "floor", 0.0, floor=1000.0, currency="USD")], 2900),
    "what is not content": ([mfn(), row("all_in", "w", 0.3, base="non_content", content_of="pact")], 3000),
    "content that nobody declared is none": (
        [mfn(), row("all_in", "w", 0.3, base="non_content", content_of="other")],
        6000,
    ),
    "banned": ([mfn(), row("addon", "ban", math.inf)], math.inf),
    "a quota is not the general regime": ([mfn(), row("preference", "tq", 0.0, quota=50.0)], 2000),
}
CONDITIONS: dict[str, tuple[dict[str, Any], float | None, bool]] = {
    "enough content": ({}, 0.4, True),
    "too little content": ({}, 0.39, False),
    "nothing declared": ({}, None, False),
    "a rule that is always met": ({"rule": "none", "threshold": None}, None, True),
    "not too much from elsewhere": ({"rule": "max_nom", "threshold": 0.5}, 0.5, True),
    "too much from elsewhere": ({"rule": "max_nom", "threshold": 0.5}, 0.49, False),
    "net cost": ({"rule": "net_cost"}, 0.4, True),
    "the exporter is no member": ({"members": "EU;US"}, 0.9, False),
    "the importer is no member": ({"members": "CN;US"}, 0.9, False),
    "another heading": ({"hs": "8507"}, 0.9, False),
    "its heading": ({"hs": "87.03"}, 0.9, True),
    "not yet": ({"from": "2027"}, 0.9, False),
}


def border(
    tariffs: list[dict[str, Any]], agreements: list[dict[str, Any]], content: list[dict[str, Any]]
) -> Duties:
    """Return the duties of a study of one plant in CN whose cars go to FR, a member of EU."""
    tables = {
        "partners": [{"partner": "north"}],
        "sites": [{"site": "plant", "kind": "assembly", "operator": "maker", "country": "CN"}],
        "territories": [
            {"territory": "EU", "country": "FR"},
            {"territory": "EU", "country": "DE"},
            {"territory": "RCEP", "country": "CN"},
        ],
        "currencies": [{"currency": "USD", "rate": 0.9}],
        "tariffs": tariffs,
        "agreements": agreements,
        "origin": content,
    }
    frames = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in tables.items() if rows}
    return Duties(Facts(Study.of(SETTINGS, frames), sharing="alliance", as_is=False))


@pytest.mark.parametrize("case", CASES)
def test_the_duty_on_a_car_of_20000(case: str) -> None:
    """A car worth 20,000 pays what the rows say, in the regime `general`."""
    tariffs, duty = CASES[case]
    duties = border(tariffs, [RULE], [CONTENT])
    assert duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "general", 20_000) == pytest.approx(duty)


@pytest.mark.parametrize("case", CONDITIONS)
def test_a_condition_is_met_or_not(case: str) -> None:
    """A preference of the agreement holds exactly where its rule of origin is met."""
    change, content, met = CONDITIONS[case]
    declared = [] if content is None else [CONTENT | {"content": content}]
    duties = border([mfn(), row("preference", "pact", 0.0, condition="pact")], [RULE | change], declared)
    duty = duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "general", 20_000)
    assert duty == pytest.approx(0 if met else 2000)


def test_the_longest_heading_of_an_agreement_holds() -> None:
    """A stricter rule on electric cars wins over the rule on all goods."""
    strict = RULE | {"hs": "8703.80", "threshold": 0.6}
    duties = border([mfn(), row("preference", "pact", condition="pact")], [RULE, strict], [CONTENT])
    assert duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "general", 20_000) == pytest.approx(2000)
    assert duties.per_unit(Trade("plant", "car", "8703.22", "FR", 0), "general", 20_000) == pytest.approx(0)


def test_a_quota_row_is_first_in_its_own_regime() -> None:
    """In its regime the quota rate holds, over a row that names the maker; others have no such regime."""
    rows = [mfn(), row("preference", "tq", 0.01, quota=50.0), row("preference", "tq", 0.02, maker="maker")]
    duties = border(rows, [RULE], [CONTENT])
    assert duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "tq", 20_000) == pytest.approx(200)
    assert duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "general", 20_000) == pytest.approx(400)
    assert duties.per_unit(Trade("plant", "car", CAR, "CN", 0), "tq", 20_000) is None
    assert duties.per_unit(Trade("plant", "car", CAR, "FR", 0), "other", 20_000) is None


def test_nothing_is_due_inside_a_country_or_a_territory_or_without_heading() -> None:
    """Free: within CN, within RCEP, parts of a family without a heading, and a study without tariffs."""
    duties = border([mfn(), mfn(importer="*")], [RULE], [CONTENT])
    assert duties.per_unit(Trade("plant", "car", CAR, "CN", 0), "general", 20_000) == 0
    assert duties.per_unit(Trade("plant", "car", None, "FR", 0), "general", 20_000) == 0
    assert border([], [], []).per_unit(Trade("plant", "car", CAR, "FR", 0), "general", 20_000) == 0

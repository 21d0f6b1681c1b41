"""Duties worked by hand: which rows hold, and what they amount to."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar
from lynchpin.model.duty import GENERAL, DutyBook, Goods
from lynchpin.study.study import Settings, Study

CAR = Goods("CN", "FR", "8703.80", "maker", ("plant", "car"))
ORIGIN = {"site": "plant", "programme": "car", "agreement": "pact"}
Row = dict[str, Any]


def book(*tariffs: Row, content: float | None = None, **tables: list[Row]) -> DutyBook:
    """Return the duty book of a study of two years from 2026."""
    rows = {"tariffs": [{"importer": "FR", "exporter": "*", "hs": "8703"} | row for row in tariffs], **tables}
    if content is not None:
        rows["origin"] = [ORIGIN | {"content": content}]
    settings = Settings(name="duty", first_period="2026", periods=2, currency="EUR")
    return DutyBook(Calendar(Study.of(settings, {name: pl.DataFrame(found) for name, found in rows.items()})))


def duties(book: DutyBook, base: float = 20_000.0, goods: Goods = CAR, period: int = 0) -> dict[str, float]:
    """Return the duty of one unit in each regime."""
    declared = book.content.get(goods.origin, {})

    def content(agreement: str) -> np.ndarray:
        return np.array([declared.get(agreement, 0.0)])

    return {
        regime: float(book.amount(recipe, np.array([base]), content, np.array([period]))[0])
        for regime, recipe in book.regimes(goods, period)
    }


MFN = {"kind": "mfn", "ad_valorem": 0.1}
PACT = {"agreement": "pact", "members": "CN;FR", "rule": "max_nom", "threshold": 0.6}


def test_only_the_part_that_is_not_content_pays() -> None:
    """45 % content and 25 % on the rest make 13.75 %."""
    row = {"kind": "mfn", "ad_valorem": 0.25, "base": "non_content", "content_of": "pact"}
    found = duties(book(row, content=0.45, agreements=[PACT]))
    assert found[GENERAL] == pytest.approx(0.1375 * 20_000)


@pytest.mark.parametrize(("content", "duty"), [(0.39, 2_000.0), (0.40, 0.0)])
def test_a_preference_needs_its_rule_of_origin(content: float, duty: float) -> None:
    """With at most 60 % of foreign parts a car with 61 % pays 10 %, one with 60 % nothing."""
    preference = {"kind": "preference", "name": "pact", "condition": "pact", "ad_valorem": 0.0}
    assert duties(book(MFN, preference, content=content, agreements=[PACT]))[GENERAL] == duty


@pytest.mark.parametrize(("base", "duty"), [(10_000.0, 7_000.0), (17_500.0, 7_000.0), (20_000.0, 8_000.0)])
def test_a_floor_is_the_least_duty(base: float, duty: float) -> None:
    """Max(40 %, 7,000 a car)."""
    assert duties(book({"kind": "mfn", "ad_valorem": 0.4, "floor": 7_000.0}), base)[GENERAL] == duty


def test_a_quota_row_holds_in_its_own_regime_only() -> None:
    """10 % within a quota of 100,000 and 35 % above it."""
    quota = {"kind": "mfn", "name": "in_quota", "ad_valorem": 0.1, "quota": 100_000.0}
    found = duties(book({"kind": "mfn", "ad_valorem": 0.35}, quota))
    assert found == {GENERAL: pytest.approx(7_000.0), "in_quota": pytest.approx(2_000.0)}


RANKS = [
    ({"maker": "maker", "ad_valorem": 0.2}, {"hs": "870380", "ad_valorem": 0.3}, 0.2, "maker before heading"),
    (
        {"hs": "870380", "ad_valorem": 0.2},
        {"exporter": "CN", "ad_valorem": 0.3},
        0.2,
        "heading before exporter",
    ),
    (
        {"exporter": "CN", "ad_valorem": 0.2},
        {"exporter": "ASIA", "ad_valorem": 0.3},
        0.2,
        "country before bloc",
    ),
    ({"exporter": "ASIA", "ad_valorem": 0.2}, {"ad_valorem": 0.3}, 0.2, "bloc before all"),
    ({"ad_valorem": 0.2}, {"importer": "EU", "ad_valorem": 0.3}, 0.2, "importing country before its bloc"),
    (
        {"condition": "open", "ad_valorem": 0.2},
        {"maker": "maker", "ad_valorem": 0.3},
        0.2,
        "condition before all",
    ),
]


@pytest.mark.parametrize(("first", "second", "rate", "rule"), RANKS, ids=[row[3] for row in RANKS])
@pytest.mark.parametrize("turned", [False, True])
def test_the_more_specific_row_holds(first: Row, second: Row, rate: float, rule: str, turned: bool) -> None:
    """Within a group the order of the table does not matter, only the rank."""
    blocs = [{"territory": "EU", "country": "FR"}, {"territory": "ASIA", "country": "CN"}]
    free = {"agreement": "open", "members": "CN;FR", "rule": "none"}
    rows = [{"kind": "mfn"} | first, {"kind": "mfn"} | second]
    found = duties(book(*(reversed(rows) if turned else rows), territories=blocs, agreements=[free]))
    assert found[GENERAL] == pytest.approx(rate * 20_000), rule


def test_addons_of_different_names_add_up_and_all_in_replaces_those_it_names() -> None:
    """All-in is at least the general duty and takes the place of what it names."""
    addons = [
        {"kind": "addon", "name": name, "ad_valorem": rate} for name, rate in (("a", 0.05), ("b", 0.07))
    ]
    assert duties(book(MFN, *addons))[GENERAL] == pytest.approx(0.22 * 20_000)
    assert duties(book(MFN, *addons, {"kind": "all_in", "ad_valorem": 0.15, "replaces": "a"}))[
        GENERAL
    ] == pytest.approx(0.22 * 20_000)
    assert duties(book(MFN, *addons, {"kind": "all_in", "ad_valorem": 0.05, "replaces": "*"}))[
        GENERAL
    ] == pytest.approx(0.10 * 20_000)


def test_preferences_compete_and_the_general_duty_is_the_most() -> None:
    """The lowest of the general duty and the preferences of different names holds."""
    rows = [
        {"kind": "preference", "name": name, "ad_valorem": rate} for name, rate in (("a", 0.04), ("b", 0.12))
    ]
    assert duties(book(MFN, *rows))[GENERAL] == pytest.approx(0.04 * 20_000)


def test_money_of_a_row_is_in_its_currency() -> None:
    """A specific duty of 1,000 dollars at 0.9 is 900 euros, on top of 10 %."""
    row = {"kind": "mfn", "ad_valorem": 0.1, "specific": 1_000.0, "currency": "USD"}
    found = duties(book(row, currencies=[{"currency": "USD", "rate": 0.9}]))
    assert found[GENERAL] == pytest.approx(2_900.0)


def test_rows_hold_in_their_years_and_members_of_a_bloc_trade_free() -> None:
    """A row until 2026 is gone in 2027; a bloc that both join in 2027 frees the goods."""
    dated = book(MFN, {"kind": "addon", "name": "a", "ad_valorem": 0.3, "until": "2026"})
    assert [duties(dated, period=t)[GENERAL] for t in (0, 1)] == pytest.approx([8_000.0, 2_000.0])
    joint = [{"territory": "U", "country": country, "from": "2027"} for country in ("FR", "CN")]
    assert [duties(book(MFN, territories=joint), period=t)[GENERAL] for t in (0, 1)] == [2_000.0, 0.0]


def test_inf_bans() -> None:
    """An infinite rate is infinite whatever the base."""
    assert (
        duties(book(MFN, {"kind": "addon", "name": "ban", "ad_valorem": float("inf")}), 0.0)[GENERAL]
        == np.inf
    )


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([MFN, MFN | {"name": "again", "ad_valorem": 0.2}], "rows 2 and 3 fit equally well"),
        ([MFN | {"importer": "US"}], "no mfn and no all_in row fits"),
    ],
)
def test_what_is_not_clear_is_refused(rows: list[Row], words: str) -> None:
    """Two equally first rows, and no general duty at all, are errors that name goods and period."""
    with pytest.raises(ModelError, match=words) as raised:
        duties(book(*rows))
    assert "8703.80" in str(raised.value)
    assert "2026" in str(raised.value)

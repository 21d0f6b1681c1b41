"""Figures and names are written so that people read them at once and nothing else reads them at all."""

from dataclasses import replace

import polars as pl
import pytest

from lynchpin.plan.plan import Plan
from lynchpin.report.words import Names, label, money, number, share, signed

S, M = "\N{NO-BREAK SPACE}", "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0 EUR"),
        (-0.2, "0 EUR"),
        (1_234.4, "1,234 EUR"),
        (-99_999, f"{M}99,999 EUR"),
        (450_000, "0.45 million EUR"),
        (999_960, "1.0 million EUR"),
        (45_550_000, "45.5 million EUR"),
        (-61.2e6, f"{M}61.2 million EUR"),
        (999.96e6, "1.00 bn EUR"),
        (1_234_000_000, "1.23 bn EUR"),
        (2.5e11, "250.00 bn EUR"),
    ],
)
def test_money_is_written_by_its_size(amount: float, text: str) -> None:
    """Thousands have separators, millions one decimal, thousands of millions two, losses a minus sign."""
    assert money(amount, "EUR").replace(S, " ") == text


def test_a_sign_is_written_where_asked_for() -> None:
    """Gains carry a plus, losses a minus, nothing neither."""
    assert [signed(1.26, 1), signed(-1.26, 1), signed(0.04, 1), signed(-0.04, 1)] == [
        "+1.3",
        f"{M}1.3",
        "0.0",
        "0.0",
    ]
    assert money(2e9, "EUR", sign=True).replace(S, " ") == "+2.00 bn EUR"
    assert number(-1234.5, 1) == f"{M}1,234.5"
    assert share(0.0757, 1) == f"7.6{S}%"


def test_labels_are_escaped_and_broken_into_lines() -> None:
    """What looks like HTML stays text, long names break, an empty name is still a label."""
    assert label("<b>&", 24) == "&lt;b&gt;&amp;"
    assert label("$x$") == "&#36;x&#36;"
    assert label("one two three", 7) == "one two<br>three"
    assert label("x" * 30, 10) == "<br>".join(["x" * 10] * 3)
    assert label("") == " "


def test_names_replace_identifiers(tiny: Plan) -> None:
    """Sites and partners go by their names, what has none by its identifier."""
    names = Names.of(tiny)
    assert names("partner", "north") == "North Motors"
    assert names.place("plant_fr") == "Plant in France"
    assert names.place("japan") == "Japan"
    assert names("platform", "skate") == "skate"
    assert names("market", None) == ""


def test_a_name_that_two_rows_share_is_told_apart(tiny: Plan) -> None:
    """Two partners of one name show their identifiers too."""
    study = tiny.study
    partners = study.tables["partners"].with_columns(name=pl.lit("Motors"))
    names = Names.of(replace(tiny, study=study.replace(partners=partners)))
    assert names("partner", "north") == "Motors (north)"
    assert names("partner", "south") == "Motors (south)"

"""Units of measure: spellings in several languages, kinds that never mix, exact factors."""

import pytest

from lynchpin.catalogue.units import kinds_of, known_unit, linear, price_of, unit_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("kWh", "kWh"),
        ("kW·h", "kWh"),
        ("kW.h", "kWh"),
        ("KWH", "kWh"),
        ("千瓦时", "kWh"),
        ("Wh", "Wh"),
        ("mm", "mm"),
        ("MM", "mm"),
        ("Zoll", "in"),
        ("inch", "in"),
        ("pouce", "in"),
        ("吋", "in"),
        ('"', "in"),
        ("PS", "PS"),
        ("ch", "PS"),
        ("Nm", "Nm"),
        ("N·m", "Nm"),
        ("N m", "Nm"),
        ("牛·米", "Nm"),
        ("Stück/Jahr", "pieces/year"),
        ("件/年", "pieces/year"),
        ("万件", "ten thousand pieces"),
        ("Tsd. Stück/Jahr", "thousand pieces/year"),
        ("元", "CNY"),
        ("€", "EUR"),
        ("U/min", "1/min"),
        ("℃", "°C"),
    ],
)
def test_a_unit_is_known_in_every_spelling(text: str, name: str) -> None:
    """Languages, dots and cases lead to one standard name."""
    assert unit_of(text).name == name
    assert known_unit(text) is not None


@pytest.mark.parametrize(("text", "factor"), [("MW", 1e6), ("mW", 1e-3), ("MΩ", 1e6), ("mΩ", 1e-3)])
def test_milli_is_never_taken_for_mega(text: str, factor: float) -> None:
    """Only case tells milli from mega, so it is not forgiven there."""
    assert unit_of(text).factor == factor
    assert known_unit("MAH") is None


@pytest.mark.parametrize(
    ("value", "unit", "into", "result"),
    [
        (60000, "Wh", "kWh", 60),
        (10, "Zoll", "mm", 254),
        (100, "PS", "kW", 73.549875),
        (212, "°F", "°C", 100),
        (300, "K", "°C", 26.85),
        (12, "1000 Stück", "pieces", 12000),
        (216, "MJ", "kWh", 60),
    ],
)
def test_values_are_converted_by_the_standard_factors(
    value: float, unit: str, into: str, result: float
) -> None:
    """Each conversion agrees with the published factor."""
    scale, shift = linear(unit_of(unit), unit_of(into))
    assert value * scale + shift == pytest.approx(result, rel=1e-12)


@pytest.mark.parametrize(("unit", "into"), [("kW", "kWh"), ("Ah", "A"), ("EUR", "JPY"), ("level", "modules")])
def test_kinds_are_not_mixed(unit: str, into: str) -> None:
    """Power is no energy, currencies need a rate, and unknown words agree with themselves only."""
    with pytest.raises(ValueError, match="not converted"):
        linear(unit_of(unit), unit_of(into))
    assert linear(unit_of("level"), unit_of("level")) == (1.0, 0.0)


def test_a_price_names_its_currency_and_its_pieces() -> None:
    """A price may be for a piece, or for a number of pieces; a sign of two currencies is none."""
    assert price_of("EUR") == (unit_of("EUR"), 1.0)
    assert price_of("EUR/Stück") == (unit_of("EUR"), 1.0)
    assert price_of("USD/1000 pcs") == (unit_of("USD"), 1000.0)
    assert price_of("EUR/100") == (unit_of("EUR"), 100.0)
    assert price_of("¥") is None
    assert price_of("kWh") is None


def test_every_word_means_one_unit() -> None:
    """No kind of the table has two units of the same size and name."""
    for kind in ("energy", "power", "length", "mass", "count", "count by year"):
        units = kinds_of(kind)
        assert len({unit.name for unit in units}) == len(units)

"""The families of the ladder: two properties each, what designs of them cost, and how costs move.

Figures are round and of the order of public ones of 2025, no quotations: about 90 euros a kWh of battery
pack, 10 euros a kW of drive; 80 to 200 million to engineer a pack, half of that for a drive.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Property:
    """A property of a family: range of needs, how much it follows size, cost, room, and step of designs."""

    name: str
    unit: str
    low: float
    span: float
    size: float
    cost: float
    litres: float
    step: float


@dataclass(frozen=True, kw_only=True)
class Family:
    """A family: its two properties and what a design costs. engineering and tooling in millions of euros."""

    name: str
    title: str
    hs: str
    properties: tuple[Property, Property]
    base_litres: float
    kg_per_litre: float
    engineering: tuple[float, float]
    tooling: tuple[float, float]
    scale_rate: float
    falls: float  # a year


def _property(
    name: str, unit: str, low: float, span: float, size: float, cost: float, litres: float, step: float
) -> Property:
    return Property(name=name, unit=unit, low=low, span=span, size=size, cost=cost, litres=litres, step=step)


FAMILIES = (
    Family(
        name="battery_pack",
        title="Battery pack",
        hs="8507.60",
        properties=(
            _property("kwh", "kWh", 36, 64, 0.8, 88, 3.4, 0.5),
            _property("charge_kw", "kW", 70, 190, 0.3, 4.5, 0.25, 5),
        ),
        base_litres=20,
        kg_per_litre=1.5,
        engineering=(80, 200),
        tooling=(20, 60),
        scale_rate=0.03,
        falls=0.055,
    ),
    Family(
        name="e_drive",
        title="Electric drive: motor, inverter, gear",
        hs="8501.53",
        properties=(
            _property("kw", "kW", 75, 205, 0.35, 9.5, 0.25, 5),
            _property("nm", "Nm", 160, 300, 0.6, 2.2, 0.08, 5),
        ),
        base_litres=12,
        kg_per_litre=1.2,
        engineering=(50, 120),
        tooling=(15, 45),
        scale_rate=0.055,
        falls=0.0,
    ),
    Family(
        name="electronics",
        title="Electronic architecture: computers, harness, base software",
        hs="8537.10",
        properties=(
            _property("tops", "TOPS", 20, 480, 0.3, 1.4, 0.02, 10),
            _property("channels", "channels", 120, 240, 0.7, 4.5, 0.06, 5),
        ),
        base_litres=8,
        kg_per_litre=1.1,
        engineering=(50, 120),
        tooling=(10, 30),
        scale_rate=0.06,
        falls=0.0,
    ),
    Family(
        name="charger",
        title="On-board charger and converter",
        hs="8504.40",
        properties=(
            _property("ac_kw", "kW", 7, 15, 0.3, 24, 0.8, 1),
            _property("dc_kw", "kW", 1.8, 3.2, 0.6, 70, 1.0, 0.1),
        ),
        base_litres=3,
        kg_per_litre=1.4,
        engineering=(15, 40),
        tooling=(5, 15),
        scale_rate=0.06,
        falls=0.0,
    ),
    Family(
        name="thermal",
        title="Thermal management and heat pump",
        hs="8418.69",
        properties=(
            _property("cooling_kw", "kW", 4, 9, 0.5, 55, 2.0, 0.2),
            _property("heating_kw", "kW", 4, 6, 0.9, 50, 1.5, 0.2),
        ),
        base_litres=6,
        kg_per_litre=0.9,
        engineering=(15, 40),
        tooling=(5, 15),
        scale_rate=0.05,
        falls=0.0,
    ),
    Family(
        name="cockpit",
        title="Cockpit displays and cameras",
        hs="8528.59",
        properties=(
            _property("inches", "inch", 9, 28, 0.5, 22, 0.25, 0.5),
            _property("megapixels", "MP", 4, 56, 0.3, 5.5, 0.05, 1),
        ),
        base_litres=4,
        kg_per_litre=0.8,
        engineering=(20, 50),
        tooling=(5, 15),
        scale_rate=0.05,
        falls=0.0,
    ),
)

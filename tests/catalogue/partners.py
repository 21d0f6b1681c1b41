"""Catalogues of three partners with planted duplicates: other names, units, languages and decimal marks.

Designs stand on a grid whose steps are 8 %, so that two designs differ by 7 % or more in some attribute, in
their voltage or in a word. A copy differs from its design by at most 0.3 % in each attribute, a decoy by 1.4
to 3 % in one of them (or in its voltage, or in a word), and some parts bear the name of a different part.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from lynchpin.catalogue.duplicates_write import write_book

Part = tuple[str, str]
STEP, JITTER, NOISE = 1.08, 0.004, 0.003
FAMILIES = {
    "battery_pack": (("energy", 20.0, 26), ("length", 800.0, 16), ("mass", 150.0, 18)),
    "e_drive": (("power", 40.0, 26), ("torque", 100.0, 20), ("mass", 35.0, 14)),
    "inverter": (("power", 40.0, 26), ("current", 100.0, 24), ("mass", 5.0, 16)),
    "charger": (("power", 3.3, 24), ("length", 200.0, 14), ("mass", 3.0, 16)),
}
WORDS = {
    "battery_pack": ("chemistry", ("LFP", "NMC", "Na-ion")),
    "e_drive": ("cooling", ("liquid", "air")),
    "inverter": ("semiconductor", ("SiC", "IGBT", "GaN")),
    "charger": ("connector", ("CCS2", "CCS1", "CHAdeMO")),
}
VOLTAGES = (350.0, 400.0, 800.0)
NUMBERS = ("energy", "power", "voltage", "length", "mass", "torque", "current")
TEXTS = ("chemistry", "cooling", "semiconductor", "connector")


@dataclass(frozen=True)
class Partner:
    """How one partner writes: its file, headers, factors from standard units, and words."""

    file: str
    headers: dict[str, str]
    factors: dict[str, float]
    digits: dict[str, int]
    words: dict[str, str]
    comma: bool = False

    @property
    def label(self) -> str:
        """Return the name of its catalogue."""
        return self.file.rpartition(".")[0]


ENGLISH = Partner(
    "alder.csv",
    {
        "part": "Part No",
        "name": "Description",
        "family": "Category",
        "energy": "Energy (kWh)",
        "power": "Peak power kW",
        "voltage": "Nominal voltage [V]",
        "length": "Length mm",
        "mass": "Weight kg",
        "torque": "Torque (N·m)",
        "current": "Rated current A",
        "chemistry": "Cell chemistry",
        "cooling": "Cooling",
        "semiconductor": "Semiconductor",
        "connector": "Plug type",
        "volume": "Annual volume",
        "price": "Unit price EUR",
        "supplier": "Supplier",
        "status": "Status",
        "release": "Release date",
    },
    {},
    {"length": 1, "mass": 2, "energy": 3, "power": 3, "torque": 2, "current": 2},
    {
        "battery_pack": "Battery pack",
        "e_drive": "Drive unit",
        "inverter": "Inverter",
        "charger": "On-board charger",
        "liquid": "water cooled",
        "air": "air cooled",
        "current": "in series",
        "ending": "phase-out",
    },
)
GERMAN = Partner(
    "birke.csv",
    {
        "part": "Sachnummer",
        "name": "Benennung",
        "family": "Warengruppe",
        "energy": "Energieinhalt [Wh]",
        "power": "Leistung [PS]",
        "voltage": "Nennspannung [V]",
        "length": "Baulänge [Zoll]",
        "mass": "Gewicht [kg]",
        "torque": "Drehmoment [Nm]",
        "current": "Nennstrom [A]",
        "chemistry": "Zellchemie",
        "cooling": "Kühlart",
        "semiconductor": "Halbleiter",
        "connector": "Stecker",
        "volume": "Jahresbedarf [Tsd. Stück/Jahr]",
        "price": "Stückpreis [EUR]",
        "supplier": "Lieferant",
        "status": "Lebenszyklus",
        "release": "Freigabedatum",
    },
    {"energy": 1000.0, "power": 1 / 0.73549875, "length": 1 / 25.4, "volume": 0.001},
    {"energy": 0, "power": 2, "length": 2, "mass": 2, "torque": 1, "current": 1, "volume": 3},
    {
        "battery_pack": "Traktionsbatterie",
        "e_drive": "Antriebseinheit",
        "inverter": "Wechselrichter",
        "charger": "Bordladegerät",
        "LFP": "Lithium-Eisenphosphat",
        "NMC": "NCM",
        "Na-ion": "Natrium-Ionen",
        "liquid": "Wasserkühlung",
        "air": "Luftkühlung",
        "SiC": "Siliziumkarbid",
        "GaN": "Galliumnitrid",
        "CCS2": "CCS Combo 2",
        "CCS1": "CCS Combo 1",
        "current": "Serie",
        "ending": "Auslauf",
    },
    comma=True,
)
CHINESE = Partner(
    "cedar.xlsx",
    {
        "part": "零件号",
        "name": "名称",
        "family": "类别",
        "energy": "电池容量(千瓦时)",
        "power": "峰值功率(千瓦)",
        "voltage": "额定电压(伏)",
        "length": "长度(厘米)",
        "mass": "重量(千克)",
        "torque": "扭矩(牛·米)",
        "current": "额定电流(安)",
        "chemistry": "化学体系",
        "cooling": "冷却方式",
        "semiconductor": "功率器件",
        "connector": "接口",
        "volume": "年用量(件/年)",
        "price": "单价(元)",
        "supplier": "供应商",
        "status": "状态",
        "release": "发布日期",
    },
    {"length": 0.1, "price": 1 / 0.125},
    {"energy": 3, "power": 3, "length": 2, "mass": 2, "torque": 1, "current": 1},
    {
        "battery_pack": "动力电池",
        "e_drive": "驱动电机",
        "inverter": "逆变器",
        "charger": "车载充电机",
        "LFP": "磷酸铁锂",
        "NMC": "三元锂",
        "Na-ion": "钠离子",
        "liquid": "液冷",
        "air": "风冷",
        "SiC": "碳化硅",
        "current": "量产",
        "ending": "停产",
    },
)
PARTNERS = (ENGLISH, GERMAN, CHINESE)


@dataclass(frozen=True)
class Catalogues:
    """Files of three partners and what was planted in them.

    groups   parts that are interchangeable both ways, two or more each
    decoys   pairs that are nearly but not within tolerance
    same_names  pairs that share a name and nothing else
    """

    places: list[Path]
    groups: list[frozenset[Part]]
    decoys: list[tuple[Part, Part]]
    same_names: list[tuple[Part, Part]]
    count: int


@dataclass
class _Draft:
    """Parts in the making: one list for each column, the design of each part, and what was planted."""

    rows: list[dict[str, object]]
    design: list[int]
    decoys: list[tuple[int, int]]


def make(folder: Path, count: int, seed: int = 0) -> Catalogues:
    """Write catalogues of about `count` parts together and return what was planted."""
    random = np.random.default_rng(seed)
    draft = _draft(random, count)
    owner = random.integers(0, len(PARTNERS), len(draft.rows))
    identity: list[Part] = []
    for index, row in enumerate(draft.rows):
        partner = PARTNERS[owner[index]]
        row["part"] = f"{partner.label[0].upper()}{100000 + index}"
        identity.append((partner.label, str(row["part"])))
    pairs = _same_names(random, draft)
    members: dict[int, set[Part]] = {}
    for index, design in enumerate(draft.design):
        members.setdefault(design, set()).add(identity[index])
    places = [
        _write(partner, folder, [row for row, who in zip(draft.rows, owner, strict=True) if who == number])
        for number, partner in enumerate(PARTNERS)
    ]
    return Catalogues(
        places,
        [frozenset(parts) for design, parts in sorted(members.items()) if design >= 0 and len(parts) > 1],
        [(identity[a], identity[b]) for a, b in draft.decoys],
        [(identity[a], identity[b]) for a, b in pairs],
        len(identity),
    )


def _draft(random: np.random.Generator, count: int) -> _Draft:
    draft = _Draft([], [], [])
    cells: set[tuple[object, ...]] = set()
    families = sorted(FAMILIES)
    while len(draft.rows) < count:
        family = families[random.integers(len(families))]
        attribute, words = WORDS[family]
        steps = tuple(int(random.integers(size)) for _, _, size in FAMILIES[family])
        voltage, word = VOLTAGES[random.integers(3)], words[random.integers(len(words))]
        if (family, steps, voltage, word) in cells:
            continue
        cells.add((family, steps, voltage, word))
        base: dict[str, object] = {"family": family, "voltage": voltage, attribute: word}
        for (name, low, _), step in zip(FAMILIES[family], steps, strict=True):
            base[name] = low * STEP**step * (1 + random.uniform(-JITTER, JITTER))
        _add(random, draft, base, family, copies=int(random.choice([1, 2, 3, 4], p=[0.6, 0.25, 0.1, 0.05])))
        if random.random() < 0.08:
            _add_decoy(random, draft, base, family)
    return draft


def _add(
    random: np.random.Generator, draft: _Draft, base: dict[str, object], family: str, copies: int
) -> None:
    design = len(draft.design)
    price = 200 * float(random.uniform(0.5, 8))
    for _ in range(copies):
        row = dict(base)
        for name, _, _ in FAMILIES[family]:
            row[name] = float(base[name]) * (1 + random.uniform(-NOISE, NOISE))
        draft.rows.append(_figures(random, row, price))
        draft.design.append(design)


def _add_decoy(random: np.random.Generator, draft: _Draft, base: dict[str, object], family: str) -> None:
    """Add a part that differs from the design just added by too much in one attribute."""
    row = dict(base)
    kind = random.integers(4)
    names = [name for name, _, _ in FAMILIES[family]]
    if kind < 2:
        name = names[random.integers(len(names))]
        row[name] = float(base[name]) * (1 + random.choice([-1, 1]) * random.uniform(0.014, 0.03))
    elif kind == 2:
        row["voltage"] = float(base["voltage"]) + 10.0
    else:
        row[WORDS[family][0]] = "other"
    draft.decoys.append((len(draft.rows) - 1, len(draft.rows)))
    draft.rows.append(_figures(random, row, 200 * float(random.uniform(0.5, 8))))
    draft.design.append(-len(draft.rows))


def _figures(random: np.random.Generator, row: dict[str, object], price: float) -> dict[str, object]:
    row["volume"] = int(random.integers(100, 60000))
    row["price"] = round(price * random.uniform(0.85, 1.15), 2)
    row["supplier"] = f"Supplier {random.integers(1, 200)}"
    row["status"] = "ending" if random.random() < 0.1 else "current"
    row["release"] = f"20{random.integers(10, 26)}-{random.integers(1, 13):02}"
    row["serial"] = int(random.integers(0, 10**9))
    return row


def _same_names(random: np.random.Generator, draft: _Draft) -> list[tuple[int, int]]:
    """Give some parts the name of a different part of their family; returns the pairs."""
    by_family: dict[str, list[int]] = {}
    for index, row in enumerate(draft.rows):
        by_family.setdefault(str(row["family"]), []).append(index)
    pairs: list[tuple[int, int]] = []
    for members in by_family.values():
        order = random.permutation(members)
        for a, b in order[: len(order) // 50 * 2].reshape(-1, 2).tolist():
            if draft.design[a] != draft.design[b]:
                draft.rows[a]["serial"] = draft.rows[b]["serial"]
                pairs.append((a, b))
    return pairs


def _name(partner: Partner, row: dict[str, object]) -> str:
    """Return a name in the partner's language that says little about the part."""
    words = partner.words[str(row["family"])]
    return f"{words} {row['serial']}"


def _write(partner: Partner, folder: Path, rows: list[dict[str, object]]) -> Path:
    columns: dict[str, list[object]] = {}
    for name, header in partner.headers.items():
        columns[header] = [_cell(partner, name, row) for row in rows]
    frame = pl.DataFrame(columns, strict=False)
    path = folder / partner.file
    if path.suffix == ".xlsx":
        return write_book({"零件": frame}, path)
    frame.write_csv(path, separator=";" if partner.comma else ",")
    return path


def _cell(partner: Partner, name: str, row: dict[str, object]) -> object:
    if name == "name":
        return _name(partner, row)
    value = row.get(name)
    if value is None or isinstance(value, str):
        return None if value is None else partner.words.get(value, value)
    number = round(float(value) * partner.factors.get(name, 1.0), partner.digits.get(name, 2))
    return f"{number:.10g}".replace(".", ",") if partner.comma else number


def scores(groups: pl.DataFrame, members: pl.DataFrame, truth: Catalogues) -> dict[str, float]:
    """Return precision and recall of pairs and of whole groups among those interchangeable both ways."""
    both = groups.filter(pl.col("kind") != "one way")["group"].to_list()
    rows = members.filter(pl.col("group").is_in(both)).select("group", "catalogue", "part")
    found = {
        frozenset(
            (catalogue, part) for catalogue, part in zip(frame["catalogue"], frame["part"], strict=True)
        )
        for _, frame in rows.group_by("group")
    }
    planted = set(truth.groups)
    found_pairs, planted_pairs = _pairs(found), _pairs(planted)
    return {
        "pair_precision": len(found_pairs & planted_pairs) / max(len(found_pairs), 1),
        "pair_recall": len(found_pairs & planted_pairs) / max(len(planted_pairs), 1),
        "group_precision": len(found & planted) / max(len(found), 1),
        "group_recall": len(found & planted) / max(len(planted), 1),
    }


def _pairs(groups: set[frozenset[Part]]) -> set[tuple[Part, Part]]:
    return {(a, b) for group in groups for a in group for b in group if a < b}

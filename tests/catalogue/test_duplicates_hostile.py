"""Catalogues and mappings of garbage end in a comparison or in an error of Lynchpin's own."""

import csv
import random
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lynchpin
from lynchpin.errors import LynchpinError

HEADERS = [
    "Part No",
    "Category",
    "Peak power kW",
    "Länge [Zoll]",
    "Chemie",
    "Annual volume",
    "Preis (€)",
    "Status",
    "名称",
]
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "A1",
            "Inverter",
            "LFP",
            "160",
            "-1",
            "0",
            "1e308",
            "nan",
            "inf",
            "12,5",
            "1.234",
            "60 kWh",
            "5 mW",
        ]
    ),
    st.text(max_size=6),
)
TABLES = st.lists(st.lists(CELLS, min_size=9, max_size=9), min_size=0, max_size=12)
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def written(folder: Path, rows: list[list[str]]) -> Path:
    """Write a catalogue of these cells."""
    path = folder / "alder.csv"
    with path.open("w", encoding="utf-8", errors="surrogatepass", newline="") as stream:
        csv.writer(stream).writerows([HEADERS, *rows])
    return path


@given(rows=TABLES)
@SETTINGS
def test_garbage_in_cells_is_compared_or_refused(tmp_path: Path, rows: list[list[str]]) -> None:
    """Whatever stands in the cells, the outcome is tables or an error that names something."""
    path = written(tmp_path, rows)
    try:
        found = lynchpin.duplicates(path, accept_proposal=True)
    except LynchpinError as error:
        assert str(error)
        return
    assert found.parts.height <= len(rows)
    assert set(found.members["group"]) == set(found.groups["group"])


@given(seed=st.integers(0, 10**6))
@SETTINGS
def test_a_mapping_with_cells_exchanged_is_used_or_refused(tmp_path: Path, seed: int) -> None:
    """Cells of a good mapping put in wrong places end in a comparison or in findings."""
    rows = [[f"A{i}", "Inverter", str(100 + i), "10,5", "LFP", "10", "5", "current", "x"] for i in range(6)]
    path = written(tmp_path, rows)
    shuffler = random.Random(seed)
    mapping = lynchpin.propose_mapping(path).with_columns(pl.lit("yes").alias("confirmed"))
    cells = [list(row) for row in mapping.iter_rows()]
    for _ in range(shuffler.randint(1, 6)):
        a, b = (shuffler.randrange(len(cells)) for _ in range(2))
        c, d = (shuffler.randrange(mapping.width) for _ in range(2))
        cells[a][c], cells[b][d] = cells[b][d], cells[a][c]
    changed = pl.DataFrame(cells, schema=mapping.schema, orient="row")
    try:
        assert lynchpin.duplicates(path, mapping=changed).parts.height == 6
    except LynchpinError as error:
        assert str(error)

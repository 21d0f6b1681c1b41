"""The command `duplicates`: a proposal first, then the comparison, then the decisions; and a study."""

from pathlib import Path

import polars as pl
import pytest

import lynchpin
from tests.commands import Run

ALDER = """Part No,Category,Peak power kW,Annual volume,Unit price EUR
A1,Inverter,160,10,500
A2,Inverter,170,10,500
"""
BIRKE = (
    "Sachnummer;Warengruppe;Leistung [W];Jahresbedarf;Stückpreis [EUR]\nB1;Wechselrichter;160500;20;450,5\n"
)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands run in a folder of their own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Return two catalogues in the folder in which commands run."""
    (tmp_path / "alder.csv").write_text(ALDER, encoding="utf-8")
    (tmp_path / "birke.csv").write_text(BIRKE, encoding="utf-8")
    return "alder.csv", "birke.csv"


def test_from_the_proposal_to_the_merged_catalogue(run: Run, files: tuple[str, str], tmp_path: Path) -> None:
    """The first run proposes and stops, the second compares, the third carries out what was decided."""
    code, _, err = run("duplicates", *files)
    assert code == 1
    assert "Wrote a proposal to mapping.csv" in err
    assert "lynchpin duplicates alder.csv birke.csv --mapping mapping.csv" in err
    code, _, err = run("duplicates", *files, "--mapping", "mapping.csv")
    assert code == 1
    assert "is not confirmed" in err
    mapping = pl.read_csv(tmp_path / "mapping.csv", infer_schema=False)
    mapping.with_columns(pl.lit("yes").alias("confirmed")).write_csv(tmp_path / "mapping.csv")
    code, out, err = run("duplicates", *files, "--mapping", "mapping.csv", "--out", "found")
    assert code == 0
    assert "inverter  both ways" in out
    assert "Wrote to found. Groups found: 2." in err
    groups = pl.read_csv(tmp_path / "found" / "groups.csv", infer_schema=False)
    decided = pl.when(pl.col("kind") == "both ways").then(pl.lit("merge"))
    groups.with_columns(decided.alias("decision")).write_csv(tmp_path / "found" / "groups.csv")
    code, out, err = run("duplicates", "--apply", "found")
    assert code == 0
    assert "Parts replaced: 1. Groups undecided: 1." in err
    merged = pl.read_csv(tmp_path / "found-merged" / "catalogue.csv")
    assert merged["part"].to_list() == ["A2", "B1"]
    assert merged["volume"].to_list() == [10.0, 30.0]


def test_a_proposal_is_not_written_over_a_mapping(run: Run, files: tuple[str, str]) -> None:
    """A second first run says how to go on instead."""
    assert run("duplicates", *files)[0] == 1
    code, _, err = run("duplicates", *files)
    assert code == 1
    assert "mapping.csv: exists already. Give it with --mapping mapping.csv" in err
    assert "none.csv: does not exist" in run("duplicates", "none.csv")[2]


def test_a_proposal_can_be_a_workbook_and_can_be_taken_as_it_is(run: Run, files: tuple[str, str]) -> None:
    """--mapping names where the proposal goes; --accept-proposal skips the confirmation on request."""
    assert run("duplicates", *files, "--mapping", "m.xlsx")[0] == 1
    assert "is not confirmed" in run("duplicates", *files, "--mapping", "m.xlsx")[2]
    code, out, _ = run("duplicates", *files, "--mapping", "m.xlsx", "--accept-proposal", "--json")
    assert code == 0
    assert '"kind": "both ways"' in out
    assert run("duplicates", *files, "--accept-proposal", "--out", "again.xlsx")[0] == 0


def test_options_out_of_range_are_wrong_usage(run: Run, files: tuple[str, str]) -> None:
    """A tolerance of 100 % and a negative cost end with exit code 2 and the cure."""
    code, _, err = run("duplicates", *files, "--accept-proposal", "--tolerance", 1)
    assert (code, "tolerance: must be between 0 and 0.5" in err) == (2, True)
    assert run("duplicates", *files, "--accept-proposal", "--part-number-cost", -1)[0] == 2
    assert run("duplicates")[0] == 1


def test_the_alliance_merges_parts_of_each_family(run: Run) -> None:
    """On the example every family has parts that merge, and what it saves adds up to the groups."""
    place = lynchpin.examples.path("alliance") if hasattr(lynchpin.examples, "path") else "alliance"
    if place == "alliance":
        assert run("new", "alliance")[0] == 0
    assert run("duplicates", place, "--out", "found")[0] == 0
    found = lynchpin.duplicates(lynchpin.examples.alliance())
    merged = {tuple(sorted(parts)) for parts in found.members.group_by("group").agg("part")["part"]}
    assert ("mod_n_lfp122", "mod_r_lfp122") in merged
    assert ("drive_n_160", "drive_r_160") in merged
    assert ("ea_m_g1", "ea_n_g1", "ea_r_g1") in merged
    assert ("case_c_long7", "case_r_medium7") in merged
    assert set(found.groups["family"]) == {
        "battery_module",
        "e_drive",
        "electronic_architecture",
        "pack_case",
    }
    assert found.members["saving"].sum() == pytest.approx(found.groups["saving"].sum())


def test_volumes_and_prices_of_a_study_are_computed_by_hand() -> None:
    """The Spring module: pieces of the cars that carry it, and its price in euros; a drive by the kW."""
    study = lynchpin.examples.alliance()
    parts = lynchpin.duplicates(study).parts.filter(pl.col("part") == "mod_r_lfp122").row(0, named=True)
    uses = study.tables["uses"].filter(pl.col("variant") == "mod_r_lfp122")["model"].to_list()
    offers, needs = study.tables["offers"], study.tables["requirements"]
    pieces = 0.0
    for model in uses:
        sales = offers.filter(pl.col("model") == model)["base_sales"].sum()
        rows = needs.filter((pl.col("model") == model) & (pl.col("family") == "battery_module"))
        pieces += sales * (rows["quantity"].drop_nulls().to_list() or [1.0])[0]
    assert parts["volume"] == pytest.approx(pieces)
    assert parts["price"] == pytest.approx(5942 * 0.1232)
    drive = lynchpin.duplicates(study).parts.filter(pl.col("part") == "drive_n_160").row(0, named=True)
    assert drive["price"] == pytest.approx(160 * 13.5)


def test_a_candidate_that_is_kept_pays_its_engineering() -> None:
    """The common 170 kW drive costs 200 million to develop: an annuity over 8 years at 8 %, whole."""
    groups = lynchpin.duplicates(lynchpin.examples.alliance()).groups
    row = groups.filter(pl.col("keep_part") == "drive_c_170").row(0, named=True)
    assert row["saving_engineering"] == pytest.approx(-200e6 * 0.08 / (1 - 1.08**-8))
    assert row["saving"] == pytest.approx(
        row["saving_price"] + row["saving_part_numbers"] + row["saving_engineering"]
    )
    used = groups.filter(pl.col("keep_part") == "ea_r_g1").row(0, named=True)
    assert used["saving_engineering"] == 0.0


def test_an_attribute_of_a_study_may_be_called_like_a_column() -> None:
    """A family with an attribute `volume` is compared by it, and its pieces stay apart from it."""
    study = lynchpin.examples.alliance()
    named = [
        study.tables[name].with_columns(pl.col("attribute").replace({"length_mm": "volume"}))
        for name in ("attributes", "specifications", "requirements")
    ]
    changed = study.replace(attributes=named[0], specifications=named[1], requirements=named[2])
    plain, renamed = lynchpin.duplicates(study), lynchpin.duplicates(changed)
    assert renamed.groups.equals(plain.groups)
    assert renamed.parts["volume_"].to_list() == plain.parts["length_mm"].to_list()


def test_merging_charges_the_engineering_of_a_kept_part_once(tmp_path: Path) -> None:
    """Two cases give way to one that is not developed yet: its annuity stands in one of their rows."""
    found = lynchpin.duplicates(lynchpin.examples.alliance(), reach=0.25)
    place = found.write(tmp_path / "found")
    case = pl.when(pl.col("keep_part") == "case_c_long7").then(pl.lit("merge"))
    found.groups.with_columns(case.alias("decision")).write_csv(place / "groups.csv")
    rows = lynchpin.apply_duplicates(place).replacements
    assert rows["part"].to_list() == ["case_n_medium6", "case_r_medium7"]
    assert rows["saving_engineering"].to_list() == [pytest.approx(-50e6 * 0.08 / (1 - 1.08**-8)), 0.0]
    assert rows["saving"].sum() == pytest.approx(
        rows["saving_price"].sum() + 2000 + rows["saving_engineering"].sum()
    )

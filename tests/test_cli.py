"""The command line: exit codes, where output goes, and that no traceback ever reaches a user."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import lynchpin
from lynchpin import terminal
from lynchpin.cli import main
from lynchpin.plan.store import load_plan, save_plan
from lynchpin.study.money_words import money_words
from tests.commands import Run
from tests.plans import tiny_plan


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """Return a stored plan of `tiny`."""
    return save_plan(tiny_plan(), tmp_path / "stored")


def test_the_way_from_an_example_to_a_verified_plan(study: Path, tmp_path: Path, run: Run) -> None:
    """New, check, plan and verify end with 0, and the plan on disk is verified with a closed gap."""
    place = tmp_path / "plan"
    assert run("check", study)[0] == 0
    code, out, err = run("plan", study, "-o", place, "--threads", 1, "--gap", 1e-6)
    assert code == 0
    assert "verified" in out
    assert "s  alliance" in err
    info = json.loads((place / "plan.json").read_text())
    assert info["verified"] is True
    assert info["gap"] <= 1e-6
    assert run("verify", place)[0] == 0


def test_help_names_every_command_and_starts_fast() -> None:
    """The help is there without the tables, the solver and the figures being loaded."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "lynchpin", "--help"], capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - began
    for command in (
        "new",
        "check",
        "plan",
        "verify",
        "show",
        "report",
        "compare",
        "convert",
        "template",
        "freight",
    ):
        assert command in done.stdout
    assert seconds < 2.0  # a slow machine; benchmarks measure the 0.3 s
    code = "import sys, lynchpin.cli; print({'polars', 'linopy', 'plotly', 'numpy'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "set()"


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan", "no-such-study"],
        ["check", "no-such-study"],
        ["verify", "no-such-plan"],
        ["show", "no-such-plan"],
        ["report", "no-such-plan"],
        ["compare", "no-such-plan", "neither"],
        ["convert", "no-such-study", "out.xlsx"],
        ["freight", "no-such-study"],
    ],
)
def test_a_missing_input_is_exit_one_with_its_name(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """What is not there is named in one message."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)
    assert code == 1
    assert arguments[1] in err
    assert out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["plan"],
        ["plan", "tiny", "--gap", "-1"],
        ["plan", "tiny", "--time-limit", "0"],
        ["plan", "tiny", "--method", "magic"],
        ["plan", "tiny", "--sharing", "everything"],
        ["plan", "tiny", "--threads", "none"],
        ["new", "somewhere", "--example", "nothing"],
        ["compare", "tiny"],
    ],
)
def test_wrong_usage_is_exit_two(
    run: Run, study: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """Unknown commands, missing arguments and options out of range are wrong usage."""
    monkeypatch.chdir(study.parent)
    code, out, err = run(*arguments)
    assert code == 2
    assert err
    assert out == ""


def test_an_unknown_scenario_is_named(study: Path, run: Run) -> None:
    """A scenario that the study does not have is refused by name."""
    place = study.parent / "p"
    code, _, err = run("plan", study, "-o", place, "--scenario", "nowhere")
    assert code == 1
    assert "nowhere" in err
    assert not place.exists()


def test_findings_are_exit_one_and_machine_readable(study: Path, run: Run) -> None:
    """A study that is not in order is refused by check and by plan, every finding with its place."""
    offers = study / "offers.csv"
    offers.write_text(offers.read_text() + "ghost,nowhere,1,1,,,,,,\n")
    code, out, _ = run("check", study, "--json")
    assert code == 1
    findings = json.loads(out)
    assert {"ghost", "nowhere"} <= {finding["value"] for finding in findings}
    assert {finding["file"] for finding in findings if finding["value"] == "ghost"} == {"offers.csv"}
    code, _, err = run("plan", study, "-o", study.parent / "p")
    assert code == 1
    assert "ghost" in err
    assert not (study.parent / "p").exists()


def test_a_taken_place_is_refused_before_any_work(study: Path, run: Run) -> None:
    """A folder that is no plan is not overwritten, and the refusal comes at once."""
    code, _, err = run("plan", study, "-o", study)
    assert code == 1
    assert "not a plan" in err
    assert (study / "study.toml").is_file()


def test_show_prints_summary_tables_and_duty(stored: Path, run: Run) -> None:
    """Show gives the summary, any table as JSON, and the rows behind a duty."""
    code, out, _ = run("show", stored)
    assert code == 0
    assert "contribution" in out
    code, out, _ = run("show", stored, "ship", "--json")
    assert code == 0
    assert json.loads(out) == tiny_plan().tables["ship"].to_dicts()
    model, market = tiny_plan().tables["ship"].row(0)[0], tiny_plan().tables["ship"].row(0)[2]
    code, out, _ = run("show", stored, "duty", model, market, "--json")
    assert code == 0
    assert {row["kind"] for row in json.loads(out)} <= {"free", "mfn", "preference", "addon", "all_in"}


def test_unlimited_numbers_are_text_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has no word for infinity: readers of it get `inf` and `nan` as text and never fail."""
    found = pl.DataFrame({"duty": [float("inf"), 0.1, float("nan")]})
    terminal.show_table(found, json=True)
    read = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert read == [{"duty": "inf"}, {"duty": 0.1}, {"duty": "nan"}]


def test_places_are_named_after_folders_seen_from_inside(
    stored: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside its folder a plan is `.`; the report stands beside the folder under the folder's whole name."""
    place = stored.rename(stored.with_name("plan.v2"))
    monkeypatch.chdir(place)
    code, _, err = run("report", ".")
    assert code == 0, err
    assert (place.parent / "plan.v2.html").is_file()
    assert load_plan(place).verified


def test_show_names_the_tables_there_are(stored: Path, run: Run) -> None:
    """An unknown table is answered with the names of all tables."""
    code, _, err = run("show", stored, "shippings")
    assert code == 1
    assert "ship, buy" in err.replace("\n", " ")


def test_verify_finds_a_changed_number(stored: Path, run: Run) -> None:
    """A plan whose table was edited does not pass, and the broken rule is named."""
    path = stored / "tables" / "ship.parquet"
    plan = load_plan(stored)
    ship = plan.tables["ship"]
    ship.with_columns(vehicles=ship["vehicles"] * 1.01).write_parquet(path)
    code, out, _ = run("verify", stored, "--json")
    assert code == 1
    found = json.loads(out)["plan"]
    assert found["ok"] is False
    assert found["worst"]["F1"]["violation"] > 1.0


def test_compare_shows_what_moved(stored: Path, run: Run) -> None:
    """The plan against its as-is reference: the changes of the waterfall add up to the difference."""
    code, out, _ = run("compare", stored / "references" / "as-is", stored, "--json")
    assert code == 0
    (comparison,) = json.loads(out).values()
    plan = tiny_plan()
    wanted = plan.objective - plan.references["as-is"].objective
    assert comparison["difference"] == pytest.approx(wanted)
    assert sum(comparison["steps"].values()) == pytest.approx(wanted, abs=1.0)
    assert sum(row["change"] for row in comparison["waterfall"]) == pytest.approx(wanted, abs=1.0)


def test_a_study_goes_to_a_workbook_and_back(study: Path, run: Run) -> None:
    """Convert keeps every table, and the way back gives the same study."""
    book, back = study.parent / "tiny.xlsx", study.parent / "back"
    assert run("convert", study, book)[0] == 0
    assert run("convert", book, back)[0] == 0
    for file in sorted(study.glob("*.csv")):
        assert (back / file.name).read_text() == file.read_text(), file.name


def test_freight_freezes_lanes_once(study: Path, run: Run) -> None:
    """The first run writes what is missing, the second has nothing to add."""
    assert run("freight", study)[0] == 0
    code, _, err = run("freight", study)
    assert code == 0
    assert "Wrote 0 computed lanes" in err


def test_a_template_is_written(tmp_path: Path, run: Run) -> None:
    """The template is a workbook."""
    assert run("template", tmp_path / "template.xlsx")[0] == 0
    assert (tmp_path / "template.xlsx").read_bytes()[:2] == b"PK"


def test_a_fault_gives_a_short_message_and_debug_the_place(
    stored: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that nobody foresaw is one message; with --debug it is raised."""

    def broken(path: Path) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr("lynchpin.api.load_plan", broken)
    code, _, err = run("show", stored)
    assert code == 1
    assert "ZeroDivisionError: by accident" in err
    monkeypatch.setattr(sys, "argv", ["lynchpin", "--debug", "show", str(stored)])
    with pytest.raises(ZeroDivisionError):
        main()


def test_verify_is_a_line_a_plan_and_lists_rules_on_request(stored: Path, run: Run) -> None:
    """A plan in order is one line; every rule of it can be seen."""
    plans = 1 + len(tiny_plan().references)
    code, out, _ = run("verify", stored)
    assert code == 0
    assert len(out.splitlines()) == plans
    code, out, _ = run("verify", stored, "--rules")
    assert code == 0
    assert len(out.splitlines()) > 30 * plans
    assert "vehicles" in out


def test_figures_are_not_folded(stored: Path, run: Run) -> None:
    """Where the output is narrow a table is still a line a row: half a figure is a wrong figure."""
    code, out, _ = run("show", stored, "ledger")
    assert code == 0
    assert len(out.splitlines()) == 1 + tiny_plan().ledger.height


def test_money_is_written_by_its_size(stored: Path, run: Run) -> None:
    """Large money is in millions, and a few hundred are written in full."""
    code, out, _ = run("show", stored)
    assert code == 0
    assert "314.210 million EUR" in out
    assert money_words(123_456_789.0, "EUR", sign=True) == "+123.457 million EUR"
    assert money_words(314.2, "EUR") == "314.20 EUR"
    assert money_words(-314.2) == "-314.20"


def test_a_place_that_cannot_be_written_is_named(stored: Path, run: Run) -> None:
    """A report for a folder that is a file is refused with the place and a cure."""
    (stored.parent / "file").write_text("kept", encoding="utf-8")
    code, _, err = run("report", stored, "-o", stored.parent / "file" / "page.html")
    assert code == 1
    assert str(stored.parent / "file") in err
    assert "fault of Lynchpin" not in err


def test_a_plan_in_place_of_a_study_is_told_where_its_study_is(stored: Path, run: Run) -> None:
    """Who names a plan where a study is asked for hears where the plan keeps its study."""
    code, _, err = run("check", stored)
    assert code == 1
    assert str(stored / "study") in err


def test_a_place_for_a_plan_that_cannot_be_written_is_refused_before_any_work(study: Path, run: Run) -> None:
    """Nobody waits for a plan that then finds no place."""
    (study.parent / "file").write_text("kept", encoding="utf-8")
    code, _, err = run("plan", study, "-o", study.parent / "file" / "plan")
    assert code == 1
    assert "no plan can be written" in err
    assert "alliance" not in err


def test_a_time_limit_without_a_plan_is_exit_four(study: Path, run: Run) -> None:
    """Stopped before anything was found, the command says so and writes nothing."""
    code, out, err = run("plan", study, "-o", study.parent / "p", "--time-limit", 0.0001)
    assert code == 4
    assert "time" in err
    assert out == ""
    assert not (study.parent / "p").exists()


def started(place: Path, *options: str) -> subprocess.Popen[str]:
    """Return a running plan of `alliance` that has its first verified plan and far to go."""
    lynchpin.examples.new(place / "study", "alliance")
    command = [
        sys.executable,
        "-m",
        "lynchpin",
        "plan",
        str(place / "study"),
        "-o",
        str(place / "plan"),
        *options,
    ]
    process = subprocess.Popen(
        [*command, "--gap", "0", "--no-references"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    assert any("best" in line for line in process.stderr)
    return process


@pytest.mark.slow
def test_ctrl_c_keeps_the_best_verified_plan(tmp_path: Path) -> None:
    """An interrupted run ends with 130 and leaves the best verified plan behind."""
    with started(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode == 130
    plan = load_plan(tmp_path / "plan")
    assert (plan.status, plan.verified) == ("interrupted", True)
    assert plan.bound is not None
    assert plan.bound > plan.objective


@pytest.mark.slow
def test_a_time_limit_with_a_plan_is_exit_three(tmp_path: Path) -> None:
    """A run that reaches its limit ends with 3 and leaves the best verified plan behind."""
    with started(tmp_path, "--time-limit", "45") as process:
        process.communicate(timeout=120)
        assert process.returncode == 3
    plan = load_plan(tmp_path / "plan")
    assert (plan.status, plan.verified) == ("feasible", True)


@pytest.mark.parametrize(
    ("claim", "rule"), [({"gap": 0.2}, "bound"), ({"partners": {"north": 1.0}}, "objective")]
)
def test_verify_believes_no_claim_of_the_plan(
    claim: dict[str, object], rule: str, stored: Path, run: Run
) -> None:
    """The gap and the partners' worth in plan.json must follow from the tables."""
    page = stored / "plan.json"
    page.write_text(json.dumps(json.loads(page.read_text(encoding="utf-8")) | claim), encoding="utf-8")
    code, out, _ = run("verify", stored)
    assert code == 1
    assert rule in out

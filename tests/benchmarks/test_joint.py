"""The joint benchmark: what it writes, and how it reads curves into times and ratios."""

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.joint.__main__ import main
from benchmarks.joint.cells import METHODS, crossings, told
from benchmarks.joint.child import CPSAT, listen
from benchmarks.joint.curve import GAPS, Curve
from benchmarks.joint.engine import changed
from benchmarks.joint.forms import Forms
from benchmarks.joint.peers import read
from benchmarks.joint.summary import growth, known, ratios, what_if_ratios
from lynchpin.study.check import check
from lynchpin.study.ladder import ladder


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what the smallest rung gives with two methods, read from the file."""
    path = tmp_path_factory.mktemp("joint") / "results.json"
    main(
        [
            "--sizes",
            "4",
            "--methods",
            "split,highs-yearly",
            "--limit",
            "60",
            "--no-what-if",
            "--out",
            str(path),
        ]
    )
    return json.loads(path.read_text(encoding="utf-8"))


def test_results_say_what_was_run_with_what(results: dict[str, Any]) -> None:
    """The file names versions, machine, options, sizes of the forms and every cell."""
    about = results["about"]
    assert results["version"] == 1
    assert {"python", "lynchpin", "highspy", "pyscipopt", "ortools"} <= set(about["versions"])
    assert about["machine"]["cpus"] >= 1
    assert about["options"]["methods"] == ["split", "highs-yearly"]
    (study,) = results["studies"]
    assert study["forms"]["yearly"]["columns"] > 0 and study["forms"]["aggregate"]["rows"] > 0
    assert [cell["method"] for cell in study["cells"]] == ["split", "highs-yearly"]


def test_both_methods_prove_the_same_plan_and_no_bound_is_crossed(results: dict[str, Any]) -> None:
    """Both reach the gap, agree within it, and the incumbent is worth what it says."""
    (study,) = results["studies"]
    split, highs = study["cells"]
    assert study["crossings"] == []
    for cell in (split, highs):
        assert cell["failed"] is None
        assert cell["gap"] <= 0.002
        assert cell["seconds"] > 0 and cell["wall_seconds"] > cell["seconds"]
    assert split["verified"] is True
    assert highs["valued"] == pytest.approx(highs["primal"], rel=1e-6)
    assert split["valued"] == pytest.approx(highs["valued"], rel=0.002)
    assert {found["kind"] for found in study["ratios"]} == {"="}


def test_curves_never_get_worse_and_times_to_gaps_come_from_them(results: dict[str, Any]) -> None:
    """Primal rises, dual falls, and times to gaps are times of the curve."""
    for cell in results["studies"][0]["cells"]:
        times = [point[0] for point in cell["curve"]]
        primals = [point[1] for point in cell["curve"] if point[1] is not None]
        duals = [point[2] for point in cell["curve"] if point[2] is not None]
        assert times == sorted(times)
        assert primals == sorted(primals)
        assert duals == sorted(duals, reverse=True)
        reached = list(cell["reached"].values())
        assert reached == sorted(reached)
        assert set(reached) <= set(times)


def test_a_curve_keeps_the_best_and_leaves_out_what_is_not_finite() -> None:
    """News that is worse, infinite or of a solver's infinity changes nothing."""
    curve = Curve()
    for news in ((1.0, -math.inf, 120.0), (2.0, 90.0, 1e30), (3.0, 80.0, 110.0), (4.0, 100.0, 102.0)):
        curve.add(*news)
    assert curve.points == [(1.0, None, 120.0), (2.0, 90.0, 120.0), (3.0, 90.0, 110.0), (4.0, 100.0, 102.0)]
    assert curve.reached(0.25) == 3.0
    assert curve.reached(0.02) == 4.0
    assert curve.reached(0.01) is None


def cell(method: str, seconds: float | None, peak: int = 1) -> dict[str, Any]:
    """Return a cell that took the same time to every gap."""
    form = method.partition("-")[2] or "both"
    return {"method": method, "form": form, "reached": dict.fromkeys(map("{:g}".format, GAPS), seconds),
            "peak_mb": peak}  # fmt: skip


@pytest.mark.parametrize(
    ("mine", "theirs", "kind", "ratio"),
    [(2.0, 10.0, "=", 5.0), (2.0, None, ">=", 30.0), (None, 6.0, "<=", 0.1), (None, None, None, None)],
)
def test_a_ratio_says_on_which_side_it_may_be_off(
    mine: float | None, theirs: float | None, kind: str | None, ratio: float | None
) -> None:
    """Who did not get there counts with the limit, and the ratio says so."""
    peers = [cell("highs-yearly", theirs), cell("scip-yearly", None if theirs is None else theirs + 1)]
    found = ratios([cell("split", mine), *peers], 60.0)
    assert [one["kind"] for one in found] == [kind] * len(GAPS)
    assert found[0]["ratio"] == (None if ratio is None else pytest.approx(ratio))


def test_a_what_if_is_compared_with_the_same_from_scratch() -> None:
    """Five times faster at every gap; nothing to compare where a run is missing."""
    runs = {"scratch": cell("split", 10.0), "start": cell("split", 2.0)}
    assert [one["ratio"] for one in what_if_ratios(runs, 60.0)] == [5.0] * len(GAPS)
    assert what_if_ratios({"scratch": runs["scratch"]}, 60.0) == []


def test_growth_is_the_power_of_size() -> None:
    """Eight times the seconds at twice the size is the third power."""
    studies = [{"size": 10, "cells": [cell("split", 1.0)]}, {"size": 20, "cells": [cell("split", 8.0)]}]
    assert [line["power"] for line in growth(studies)] == [None, pytest.approx(3.0)]


def test_a_bound_below_a_plan_is_told() -> None:
    """A bound that a plan beats is named, with both methods."""
    good = {"method": "split", "valued": 100.0, "dual": 101.0}
    bad = {"method": "cpsat-yearly", "valued": None, "dual": 99.0}
    (line,) = crossings([good, bad])
    assert "cpsat-yearly" in line and "split" in line


def test_the_best_plan_and_bound_may_be_of_different_methods() -> None:
    """Whoever found them; a bound for rounded plans only is none."""
    found = known(
        [
            {"method": "split", "valued": 100.0, "dual": 104.0},
            {"method": "highs-yearly", "valued": 90.0, "dual": 102.0},
            {"method": "cpsat-yearly", "valued": None, "dual": 99.0},
        ]
    )
    assert (found["plan_of"], found["bound_of"]) == ("split", "highs-yearly")
    assert found["gap"] == pytest.approx(0.02)


def test_the_log_of_cp_sat_is_read() -> None:
    """Incumbents and bounds are read from its log, and nothing else."""
    lines = (
        "#Bound   2.71s best:inf   next:[-744.139239,160.858154] default_lp",
        "#12      8.28s best:-34.7 next:[-237.9,-34.7] rnd_cst_lns",
    )
    found = [match.groups() for match in map(CPSAT.match, lines) if match]
    assert found == [("inf", "-744.139239"), ("-34.7", "-237.9")]
    assert CPSAT.match("#Variables: 6'865 (#bools: 35)") is None


def test_a_child_that_breaks_down_or_takes_too_much_is_told() -> None:
    """A cell that fails says why and leaves no time behind."""
    broken = listen(["benchmarks.joint.peers", "highs", "nowhere.npz", "x.npy", "1", "0.1", "1"], limit=1.0)
    assert "nowhere.npz" in broken.failed
    assert told(broken, float)["reached"] == dict.fromkeys(map("{:g}".format, GAPS))
    if sys.platform == "linux":
        command = ["benchmarks.joint.engine", "plan", "8", "0", "0", "60", "0.002", "1"]
        greedy = listen(command, limit=60.0, memory=0.02)
        assert "memory" in greedy.failed


def test_a_what_if_changes_one_duty_and_one_price() -> None:
    """The changed study is in order and differs in two cells."""
    before = ladder(4)
    after = changed(before)
    assert not [finding for finding in check(after) if finding.level == "error"]
    for table, column in (("tariffs", "ad_valorem"), ("offers", "price")):
        old, new = before.tables[table], after.tables[table]
        assert (old[column] != new[column]).sum() == 1
        assert old.drop(column).equals(new.drop(column))
    assert all(
        before.tables[name].equals(after.tables[name])
        for name in before.tables.keys() - {"tariffs", "offers"}
    )


def test_arrays_come_back_as_they_were_and_a_structure_has_its_worth(tmp_path: Path) -> None:
    """A peer solves the arrays of the form; its plan earns no more than the form says."""
    forms = Forms.of(ladder(4))
    forms.write("aggregate", tmp_path / "aggregate.npz")
    arrays = read(tmp_path / "aggregate.npz")
    problem = forms.aggregate.problem
    assert (arrays["cost"] == problem.cost).all() and arrays["matrix"].shape == problem.matrix.shape
    files = [str(tmp_path / name) for name in ("aggregate.npz", "solution.npy")]
    heard = listen(["benchmarks.joint.peers", "highs", *files, "60", "1e-6", "1"], limit=60.0)
    assert heard.failed == ""
    x = np.load(files[1])
    worth = forms.worth("aggregate", x)
    assert worth is not None
    assert worth <= forms.contribution("aggregate", float(problem.cost @ x)) * (1 + 1e-6)
    assert set(METHODS) == {"split"} | {
        f"{solver}-{form}" for solver in ("highs", "scip", "cpsat") for form in ("yearly", "aggregate")
    }

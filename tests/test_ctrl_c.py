"""Ctrl-C at the worst moments: the best verified plan, or word that there is none, within five seconds."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from lynchpin.plan.store import has_checkpoint, load_plan

RUN = """
import os, signal, sys, threading, time
import lynchpin
from lynchpin import cli, terminal
from lynchpin.solve.valuation import Valuation

moment, study, place = sys.argv[1:4]

def stop(after):
    time.sleep(after)
    print("now", time.time(), flush=True)
    os.kill(os.getpid(), signal.SIGINT)

progress = terminal.Watch.progress
stopping = []

def watched(self, news):
    progress(self, news)
    doing = news.phase.split(": ")[1]
    if moment in doing and not stopping:
        stopping.append(threading.Thread(target=stop, args=(0.3,)))
        stopping[0].start()

terminal.Watch.progress = watched
if moment == "valuation":
    point, known = Valuation.point, []
    def slow(self, choices, **more):
        known.append(1)
        if len(known) == 2:
            stopping.append(threading.Thread(target=stop, args=(0.05,)))
            stopping[0].start()
            for _ in range(1000):
                found = point(self, choices, **more)
                if self.asked():
                    return found
        return point(self, choices, **more)
    Valuation.point = slow
sys.argv = ["lynchpin", "plan", study, "-o", place, "--method", "split", "--gap", "0", "--time-limit", "120"]
cli.main()
"""


@pytest.fixture(scope="module")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the example `alliance` in a folder."""
    place = tmp_path_factory.mktemp("study") / "alliance"
    subprocess.run([sys.executable, "-m", "lynchpin", "new", str(place), "--example", "alliance"], check=True)
    return place


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["root", "block", "family", "valuation", "branch and cut"])
def test_ctrl_c_ends_a_run_within_five_seconds(alliance: Path, tmp_path: Path, moment: str) -> None:
    """During the root, blocks, steps, a valuation in the main process, and branch and cut."""
    place = tmp_path / "plan"
    done = subprocess.run(
        [sys.executable, "-c", RUN, moment, str(alliance), str(place)], capture_output=True, text=True
    )
    ended = time.time()
    stopped = float(next(line for line in done.stdout.splitlines() if line.startswith("now")).split()[1])
    assert ended - stopped < 5.0, f"{ended - stopped:.2f} s"
    assert done.returncode in (4, 130), done.stderr
    if done.returncode == 130:
        plan = load_plan(place)
        assert (plan.status, plan.verified) == ("interrupted", True)
    assert not has_checkpoint(place)


@pytest.mark.slow
def test_a_time_limit_is_kept_within_five_seconds(alliance: Path, tmp_path: Path) -> None:
    """Whatever is at work when the time is up is ended, and the plan is there."""
    place = tmp_path / "plan"
    command = [sys.executable, "-m", "lynchpin", "plan", str(alliance), "-o", str(place), "--method", "split"]
    done = subprocess.run(
        [*command, "--gap", "0", "--time-limit", "45", "--no-references"], capture_output=True, text=True
    )
    assert done.returncode == 3, done.stderr
    plan = load_plan(place)
    assert (plan.status, plan.verified) == ("feasible", True)
    assert plan.info.seconds < 45.0 + plan.info.phases["build"] + plan.info.phases["compile"] + 5.0

"""Killed at any moment, a run goes on where it was: nothing found is lost, nothing wrong is taken."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lynchpin
from lynchpin.errors import PlanError
from lynchpin.plan.checkpoint import Checkpoint
from lynchpin.plan.state import State, read_state, write_state
from lynchpin.plan.store import has_checkpoint, load_plan, save_plan
from lynchpin.solve.progress import PlanProgress
from tests.plans import tiny_plan

RUN = """
import os, pathlib, signal, sys
import lynchpin

place, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
left = iter(range(count))

def deadly(call):
    def dies(*arguments, **more):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return call(*arguments, **more)
    return dies

if name == "fsync":
    os.fsync = deadly(os.fsync)
elif name == "rename":
    pathlib.Path.rename, pathlib.Path.replace = deadly(pathlib.Path.rename), deadly(pathlib.Path.replace)
elif name == "judge":
    from lynchpin.plan.case import Case
    Case.judge = deadly(Case.judge)
elif name == "as-is":
    import time
    from lynchpin.plan.case import Case
    solve = Case.solve
    def last(case):
        if case.name == "as-is":
            time.sleep(2.5)  # the checkpoint is written every two seconds
            os.kill(os.getpid(), signal.SIGKILL)
        solve(case)
    Case.solve = last
lynchpin.plan_to(lynchpin.examples.tiny(), place, gap=1e-6, threads=1)
"""


def killed(place: Path, name: str, count: int) -> bool:
    """Plan `tiny` in a process that kills itself at some call of a function; return if that came to pass."""
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(place), name, str(count)], capture_output=True, text=True
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode != 0


def half_replaced(place: Path) -> bool:
    """Tell whether a plan was taken away, and the next one not yet put in its place."""
    return any(place.parent.glob(".*.old/plan"))


def cut_off(place: Path) -> None:
    """Leave a checkpoint of `tiny` in which only the plan as it is today is missing."""
    assert killed(place, "as-is", 0)
    assert has_checkpoint(place)


def check_end(place: Path) -> None:
    """Check that a folder holds the whole plan of `tiny` and nothing else, and so does the one above it."""
    plan = load_plan(place)
    assert plan.objective == pytest.approx(tiny_plan().objective, rel=2e-6)
    assert (plan.status, sorted(plan.references)) == ("optimal", ["as-is", "partner"])
    assert all(part.ok for part in lynchpin.verify(place).values())
    assert sorted(path.name for path in place.iterdir()) == ["plan.json", "references", "study", "tables"]
    assert not half_replaced(place)


def went_on(place: Path) -> None:
    """Go on from a checkpoint if there is one, or begin again where the run was killed before it asked."""
    if has_checkpoint(place) or half_replaced(place):
        lynchpin.resume(place)
    elif not (place / "plan.json").exists():
        lynchpin.plan_to(lynchpin.examples.tiny(), place, gap=1e-6, threads=1)


@pytest.mark.parametrize(("name", "count"), [("judge", 2), ("fsync", 60)])
def test_a_run_that_was_killed_goes_on(tmp_path: Path, name: str, count: int) -> None:
    """Killed before a candidate is judged, after some, or within a write, the plan is made to its end."""
    place = tmp_path / "plan"
    assert killed(place, name, count)
    went_on(place)
    check_end(place)


def test_a_run_killed_before_it_asked_leaves_the_plan_as_it_was(tmp_path: Path) -> None:
    """What was written of its checkpoint stands beside the plan, and goes with the next run or `resume`."""
    place = save_plan(tiny_plan(), tmp_path / "plan")
    for next_run in ("resume", "plan"):
        assert killed(place, "fsync", 40)
        assert sorted(path.name for path in tmp_path.iterdir()) == [".plan.checkpoint", "plan"]
        check_end(place)
        if next_run == "resume":
            with pytest.raises(PlanError, match="nothing to go on from"):
                lynchpin.resume(place)
        else:
            lynchpin.plan_to(lynchpin.examples.tiny(), place, gap=1e-6, threads=1)
        assert [path.name for path in tmp_path.iterdir()] == ["plan"]
        check_end(place)


def test_a_run_killed_while_it_replaced_a_plan_is_found(tmp_path: Path) -> None:
    """A folder that was taken away is put back before anything else, and removed where there is another."""
    place, old = tmp_path / "plan", tmp_path / ".plan.kept.old"
    cut_off(place)
    old.mkdir()
    place.rename(old / "plan")
    with pytest.raises(PlanError, match=r"left a checkpoint here.*--resume"):
        lynchpin.plan_to(lynchpin.examples.tiny(), place)
    shutil.copytree(place, old / "plan")
    lynchpin.resume(place)
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]
    check_end(place)


MOMENTS = {
    "judge": [*range(7)],
    "fsync": [*range(3, 395, 41), 49, 50, 51],  # about 50 the checkpoint is moved to its place
    "rename": [*range(2, 138, 23), *range(138, 151)],  # the last ones put the plan in its place
}
"""Calls at which a run is killed, of about 7, 395 and 151 that it makes."""


@pytest.mark.slow
@pytest.mark.parametrize("name", list(MOMENTS))
@pytest.mark.parametrize("replaced", [False, True], ids=["new", "over another plan"])
def test_a_run_may_be_killed_at_any_call(tmp_path: Path, name: str, replaced: bool) -> None:
    """At calls of what judges, flushes or renames, in a new folder and over an earlier plan."""
    died = 0
    for count in MOMENTS[name]:
        place = tmp_path / f"{count}" / "plan"
        place.parent.mkdir()
        if replaced:
            save_plan(tiny_plan(), place)
        died += killed(place, name, count)
        if replaced and place.exists():
            assert load_plan(place).verified  # the old one, or the new one
        went_on(place)
        check_end(place)
    assert died > len(MOMENTS[name]) / 2


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [1.2, 1.8, 2.4, 3.0])
def test_a_run_that_was_killed_by_the_clock_goes_on(tmp_path: Path, seconds: float) -> None:
    """Killed from outside, whatever it is doing, the plan is made to its end."""
    place = tmp_path / "plan"
    process = subprocess.Popen([sys.executable, "-c", RUN, str(place), "none", "0"])
    time.sleep(seconds)
    process.kill()
    process.wait()
    went_on(place)
    check_end(place)


def test_best_plan_bound_and_time_are_taken_up(tmp_path: Path) -> None:
    """The first news of a run that goes on has the value and bound that were kept, and the time goes on."""
    place = tmp_path / "plan"
    cut_off(place)
    kept = read_state(place / "checkpoint" / "plan.state")
    assert kept is not None
    assert kept.point is not None
    news: list[PlanProgress] = []
    plan = lynchpin.resume(place, on_progress=news.append)
    assert plan.bound is not None
    assert kept.bound is not None
    assert plan.bound <= kept.bound * (1 + 1e-9)
    assert plan.info.seconds > kept.seconds
    assert plan.info.started == kept.started


def test_plans_to_compare_with_are_not_made_again(tmp_path: Path) -> None:
    """What was finished is read; nothing is said of it while the run goes on."""
    place = tmp_path / "plan"
    assert killed(place, "as-is", 0)
    assert [path.name for path in (place / "checkpoint" / "plans").iterdir()] == ["partner"]
    news: list[PlanProgress] = []
    lynchpin.resume(place, on_progress=news.append)
    assert not any(item.phase.startswith("partner") for item in news)
    check_end(place)


def test_a_checkpoint_alone_is_no_plan_and_is_not_overwritten(tmp_path: Path) -> None:
    """Who reads or writes the folder is told how to go on."""
    place = tmp_path / "plan"
    cut_off(place)
    with pytest.raises(PlanError, match=r"only the checkpoint of a run .*--resume"):
        load_plan(place)
    with pytest.raises(PlanError, match=r"a run that did not end has left a checkpoint here.*--resume"):
        lynchpin.plan_to(lynchpin.examples.tiny(), place)


def test_nothing_to_go_on_from(tmp_path: Path) -> None:
    """A finished plan and a folder that does not exist are told apart from a checkpoint."""
    for place in (tmp_path / "none", save_plan(tiny_plan(), tmp_path / "plan")):
        with pytest.raises(PlanError, match="nothing to go on from"):
            lynchpin.resume(place)


def test_another_study_or_version_is_refused(tmp_path: Path) -> None:
    """A bound holds for one study and one version: both are compared, and the study may not be edited."""
    place = tmp_path / "plan"
    cut_off(place)
    study = lynchpin.examples.tiny()
    with pytest.raises(PlanError, match=r"of another study: study(\.toml)? differ"):
        lynchpin.resume(place, study=study.with_settings(title="Another"))
    question = place / "checkpoint" / "question.json"
    text = question.read_text()
    question.write_text(json.dumps(json.loads(text) | {"lynchpin": "0.0.1"}))
    with pytest.raises(PlanError, match=r"of Lynchpin 0\.0\.1"):
        lynchpin.resume(place)
    question.write_text(text)
    models = place / "checkpoint" / "study" / "models.csv"
    lines = models.read_text().splitlines()
    models.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n")
    with pytest.raises(PlanError, match="damaged: it was changed"):
        lynchpin.resume(place)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format_version": 1, "lynchpin": "0.1.0"}'])
def test_a_damaged_question_is_named(tmp_path: Path, text: str) -> None:
    """A question that cannot be read gives one message with its place."""
    folder = tmp_path / "plan" / "checkpoint"
    folder.mkdir(parents=True)
    (folder / "question.json").write_text(text)
    with pytest.raises(PlanError, match=r"question\.json: the checkpoint is damaged"):
        lynchpin.resume(tmp_path / "plan")


def test_a_question_that_was_edited_is_refused_in_one_line(tmp_path: Path) -> None:
    """Options out of range, words that no question has and a study that lost a table are damage."""
    place = tmp_path / "plan"
    cut_off(place)
    question = place / "checkpoint" / "question.json"
    text = question.read_text()
    for old, new in (
        ('"gap": 1e-06', '"gap": -4'),
        ('"threads": 1', '"threads": "two"'),
        ("as_is", "as_was"),
    ):
        assert old in text
        question.write_text(text.replace(old, new))
        with pytest.raises(
            PlanError, match=r"question\.json: the checkpoint is damaged: .*Remove the folder"
        ):
            lynchpin.resume(place)
    question.write_text(text)
    (place / "checkpoint" / "study" / "models.csv").unlink()
    with pytest.raises(PlanError, match=r"damaged: \d+ findings in the study's tables\. Remove") as caught:
        lynchpin.resume(place)
    assert len(str(caught.value).splitlines()) == 1


def test_a_damaged_state_is_named(tmp_path: Path) -> None:
    """A file that is no state is not half believed."""
    path = tmp_path / "plan.state"
    state = State(
        hashes={}, point=None, bound=1.0, bound_from="", spent=0.0, seconds=0.0, phases={}, started=""
    )
    write_state(state, path)
    whole = path.read_bytes()
    for content in (b"", whole[: len(whole) // 2], b"PK\x03\x04" + whole[9:]):
        path.write_bytes(content)
        with pytest.raises(PlanError, match=r"plan\.state: the checkpoint is damaged"):
            read_state(path)


def test_two_runs_do_not_go_on_from_one_folder(tmp_path: Path) -> None:
    """While one goes on, another is told to wait."""
    place = tmp_path / "plan"
    cut_off(place)
    busy = pytest.raises(PlanError, match="another run is still planning here")
    with Checkpoint.of(place, on_message=print)[0], busy:
        lynchpin.resume(place)
    lynchpin.resume(place)
    check_end(place)


def test_a_run_that_ends_without_a_plan_leaves_nothing(tmp_path: Path) -> None:
    """A study without a plan leaves no checkpoint and no folder."""
    with pytest.raises(lynchpin.SolveError):
        lynchpin.plan_to(lynchpin.examples.tiny(), tmp_path / "plan", time_limit=1e-6)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_ends_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a checkpoint cannot be written, that is said once, and the plan is made."""

    def full(state: State, path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lynchpin.plan.checkpoint.write_state", full)
    said: list[str] = []
    place = tmp_path / "plan"
    lynchpin.plan_to(lynchpin.examples.tiny(), place, gap=1e-6, threads=1, on_message=said.append)
    assert [line for line in said if "cannot be resumed" in line and "No space left" in line] == said
    assert len(said) == 1
    check_end(place)


def test_the_command_goes_on(tmp_path: Path) -> None:
    """`lynchpin plan --resume PLAN` ends as the run would have, and `show` tells of it before."""
    place = tmp_path / "plan"
    cut_off(place)
    command = [sys.executable, "-m", "lynchpin"]
    shown = subprocess.run([*command, "show", str(place)], capture_output=True, text=True)
    assert (shown.returncode, "--resume" in shown.stderr) == (1, True)
    wrong = subprocess.run(
        [*command, "plan", "--resume", str(place), "--seed", "3"],
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "200"},
    )
    assert (wrong.returncode, "--seed" in wrong.stderr) == (2, True)
    done = subprocess.run([*command, "plan", "--resume", str(place)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    check_end(place)
    shutil.rmtree(place)

"""What a run shows of itself: in place with a line for each worker, or a line now and then."""

import io

import pytest
from rich.console import Console

from lynchpin import terminal
from lynchpin.solve.progress import PlanProgress


def news(elapsed: float, doing: str, objective: float | None = None) -> PlanProgress:
    """Return news of a run."""
    return PlanProgress(elapsed=elapsed, phase=f"alliance: {doing}", objective=objective, bound=2e9)


def test_a_terminal_has_a_line_for_each_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Value, bound and gap stand in the first line, each task in one of its own below; old lines go."""
    screen = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=screen, force_terminal=True, width=100))
    with terminal.Watch(quiet=False) as watch:
        watch.progress(news(12.0, "block battery, branch and cut", 1.9e9))
        watch._status._live.refresh()  # type: ignore[union-attr]  # on a terminal
    shown = screen.getvalue()
    for part in (
        "12.0 s  alliance  best",
        "gap 5.26%",
        "\n\x1b[2m          block battery",
        "          branch and cut",
    ):
        assert part in shown
    assert "\x1b[1A" in shown


def test_a_file_has_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each better value has a line; changes of phase have one every two seconds at most."""
    text = io.StringIO()
    now = [100.0]
    monkeypatch.setattr(terminal, "err", Console(file=text, width=200))
    monkeypatch.setattr(terminal.time, "monotonic", lambda: now[0])
    with terminal.Watch(quiet=False) as watch:
        for number in range(100):
            now[0] += 0.1
            watch.progress(news(number / 10, f"family {number}", 1e9 + number // 50))
    lines = text.getvalue().splitlines()
    assert 6 <= len(lines) <= 8
    assert "family 50" in text.getvalue()


def test_quiet_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --quiet there is no line at all."""
    text = io.StringIO()
    monkeypatch.setattr(terminal, "err", Console(file=text, force_terminal=True))
    with terminal.Watch(quiet=True) as watch:
        watch.progress(news(1.0, "root"))
    assert text.getvalue() == ""

"""A child process that is listened to: its news with the time they arrived, its peak memory, its end.

Memory is the proportional share (PSS) of the child and all of its own children, looked at twice a second;
None where /proc does not tell.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
GRACE = 30.0  # seconds past its limit that a child may take to stop, beside half of the limit
READY = 600.0  # seconds that a child may take to hand the problem over
LOOK = 0.5
# What CP-SAT logs: "#3  1.20s best:-12.5 next:[-20.1,-12.5] ..." when it minimises
CPSAT = re.compile(r"^#(?:\d+|Bound|Model)\s+\S+s best:(\S+)\s+next:\[([^,\]]+),")
News = dict[str, Any]


@dataclass
class Heard:
    """What a child said and how it ended.

    news     its events in order; `seconds` of each since the last `start`
    failed   what went wrong, empty where it ended by itself
    peak_mb  its peak memory
    seconds  since it was called
    """

    news: list[News] = field(default_factory=list[News])
    failed: str = ""
    peak_mb: int | None = None
    seconds: float = 0.0


def listen(command: Sequence[str], *, limit: float, runs: int = 1, memory: float | None = None) -> Heard:
    """Call a module of this package with arguments and listen until it ends or must be ended.

    limit   seconds that it was told to keep to in each of its runs
    memory  GB above which it is ended, None for no limit
    """
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    heard, complaint = Heard(), []
    ears = [
        threading.Thread(target=_hear, args=(child.stdout, heard), daemon=True),
        threading.Thread(target=lambda: complaint.extend(child.stderr or ()), daemon=True),
    ]
    for ear in ears:
        ear.start()
    try:
        heard.failed = _watch(child, heard, began, runs * (1.5 * limit + GRACE), memory)
    finally:
        _end(child)
    for ear in ears:
        ear.join(timeout=5.0)
    for pipe in (child.stdout, child.stderr):
        if pipe is not None:
            pipe.close()
    if child.returncode and not heard.failed:
        last = next((line.strip() for line in reversed(complaint) if line.strip()), "it said nothing")
        heard.failed = f"broke down with code {child.returncode}: {last}"
    heard.seconds = time.perf_counter() - began
    return heard


def _watch(child: Any, heard: Heard, began: float, allowed: float, memory: float | None) -> str:
    """Look after a running child; return why it must be ended, empty where it ended by itself."""
    started = None
    while child.poll() is None:
        time.sleep(LOOK if started is not None else 0.05)
        now = time.perf_counter()
        used = _memory(child.pid)
        heard.peak_mb = max(filter(None, (heard.peak_mb, used)), default=None)
        if started is None and heard.news:
            started = now
        if memory is not None and used is not None and used > memory * 1000:
            return f"took more than {memory:g} GB of memory after {now - began:.0f} s"
        if now - (started or began) > (READY if started is None else allowed):
            what = "handed the problem over" if started is None else "stopped"
            return f"had not {what} after {now - (started or began):.0f} s and was ended"
    return ""


def _end(child: Any) -> None:
    """End a child and its children."""
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _hear(lines: Any, heard: Heard) -> None:
    """Take what a child prints; what CP-SAT logs is timed when it arrives."""
    began = time.perf_counter()
    for line in lines:
        now = time.perf_counter()
        if line.startswith('{"event"'):
            news = json.loads(line)
            began = now if news["event"] == "start" else began
            heard.news.append(news)
        elif found := CPSAT.match(line):
            primal, dual = map(float, found.groups())
            heard.news.append({"event": "point", "seconds": now - began, "primal": primal, "dual": dual})


def _memory(process: int) -> int | None:
    """Return the megabytes of a process and its children."""
    found = [used for used in map(_share, _family(process)) if used is not None]
    return sum(found) // 1000 if found else None


def _share(process: int) -> int | None:
    """Return the kilobytes of one process."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), None)


def _family(process: int) -> Iterator[int]:
    """Yield a process and all that descend from it."""
    yield process
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        children = " ".join((task / "children").read_text(encoding="ascii") for task in tasks)
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))

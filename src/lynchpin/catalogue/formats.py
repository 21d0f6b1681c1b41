"""Readers of published location files, as arcs.

Three formats are in use; all are plain numbers between blanks, and the lines are only for the eye.

    simple   FILE: name                        the Körkel–Ghosh instances and others of the UflLib collection
             n m p                             p = 0: any number of facilities; p > 0: at most p
             i opening c_i1 ... c_im           n times
    cap      n m                               OR-Library's warehouse location (Beasley 1990)
             capacity opening                  n times; the capacity is a number or the word `capacity`
             demand  c_1j ... c_nj             m times; c_ij serves the whole demand of j from i
    pmed     n e p                             OR-Library's p-median (Beasley 1985): a graph, p medians
             from to length                    e times; where an edge stands twice, the later line counts

A p-median's cost c_ij is the length of the shortest path from i to j; where there is none, there is no arc.
Capacities and demands of a cap file are left out, which `notes` says where they could matter.

Sources: J. E. Beasley, OR-Library (`pmedinfo`, `capinfo`), J. Opl Res. Soc. 41 (1990) 1069–1072; M. Hoefer,
UflLib, Max-Planck-Institut für Informatik, 2002.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csgraph, csr_array

from lynchpin.catalogue.arcs import LARGEST, Arcs
from lynchpin.errors import CatalogueError, OptionError

Format = Literal["simple", "cap", "pmed"]
Floats = NDArray[np.float64]

MOST_BYTES = 2_000_000_000
MOST_ARCS = 100_000_000  # of a graph whose paths are all counted
NUMBER = re.compile(rb"[+]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z")  # neither negative nor nan nor inf
TITLE = re.compile(rb"\A\s*FILE:[ \t]*(.*)")


class LocationFileError(CatalogueError):
    """A location file cannot be read.

    Cure: the message names the file, the line, the value and what should stand there.
    """


@dataclass(frozen=True, kw_only=True)
class LocationFile:
    """A published location problem.

    name     as the file gives it, else the file's own name
    format   simple, cap or pmed
    arcs     facilities, clients and costs
    at_most  most facilities, or None
    exactly  number of facilities, or None
    notes    what was left out, one sentence each
    """

    name: str
    format: Format
    arcs: Arcs
    at_most: int | None = None
    exactly: int | None = None
    notes: tuple[str, ...] = ()


def read_location(path: str | Path, *, format: Format | None = None) -> LocationFile:  # noqa: A002 - its name
    """Return the location problem in a file.

    format  simple, cap or pmed; found from the file where it is None

    Raises LocationFileError where the file is not in order, OptionError for an unknown format, and OSError
    where it cannot be opened.
    """
    if format is not None and format not in get_args(Format):
        raise OptionError(
            "is no format", thing="format", value=format, cure=f"Choose one of {', '.join(get_args(Format))}."
        )
    place = Path(path)
    if place.stat().st_size > MOST_BYTES:
        raise LocationFileError(
            f"has more than {MOST_BYTES:,} bytes", thing=str(place), value=place.stat().st_size,
            cure="Give the arcs to lynchpin.catalogue.Arcs.of instead.",
        )  # fmt: skip
    text = _Text.of(place)
    kind = format or _format(text)
    return _READERS[kind](text)


@dataclass(frozen=True, kw_only=True)
class _Text:
    """The words of a file, and where each stands.

    place  the file
    title  the name after `FILE:`, or None
    raw    its bytes after that line, with the words `capacity` put as 0
    skip   lines before `raw`
    words  every number, in order
    """

    place: Path
    title: str | None
    raw: bytes
    skip: int
    words: Floats = field(repr=False)

    @staticmethod
    def of(place: Path) -> "_Text":
        """Read a file; raises LocationFileError where a word is no number."""
        raw = place.read_bytes().removeprefix(b"\xef\xbb\xbf")
        title, skip = None, 0
        if (found := TITLE.match(raw)) is not None:
            title = found[1].strip().decode("utf-8", "replace")
            skip = raw.count(b"\n", 0, found.end()) + 1
            raw = raw[found.end() :].removeprefix(b"\n")
        raw = raw.replace(b"capacity", b"0")
        return _Text(place=place, title=title, raw=raw, skip=skip, words=_numbers(place, raw, skip))

    @property
    def name(self) -> str:
        """The title, or the file's own name."""
        return self.title or self.place.stem

    def line(self, word: int) -> int:
        """Return the line, from 1, of a word; one beyond the last stands on the last line."""
        seen = 0
        for number, line in enumerate(self.raw.splitlines(), start=self.skip + 1):
            seen += len(line.split())
            if seen > word:
                return number
        return max(1, self.skip + len(self.raw.splitlines()))

    def error(self, word: int, problem: str, *, cure: str, found: bool = True) -> LocationFileError:
        """Return an error about a word."""
        value = float(self.words[word]) if found and word < self.words.size else None
        value = int(value) if value is not None and value.is_integer() else value
        return LocationFileError(
            problem, thing=f"{self.place}, line {self.line(word)}", value=value, cure=cure
        )

    def whole(self, word: int, what: str, *, lowest: int, highest: int | None = None) -> int:
        """Return a word as a whole number within limits."""
        if word >= self.words.size:
            raise self.error(word, f"ends before {what}", cure="Give the whole file.", found=False)
        value = float(self.words[word])
        top = 2**31 if highest is None else highest
        if not value.is_integer() or not lowest <= value <= top:
            span = f"{lowest} or more" if highest is None else f"from {lowest} to {highest}"
            raise self.error(word, f"{what} is no whole number {span}", cure="Correct the number.")
        return int(value)

    def body(self, start: int, expected: int, what: str) -> Floats:
        """Return the words from `start` on, of which there must be as many as the first line says."""
        found = self.words.size - start
        if found != expected:
            where = self.words.size if found < expected else start + expected
            raise self.error(
                where, f"the first line asks for {expected:,} numbers ({what}), the file has {found:,}",
                cure="Give the whole file, and no more; or name its format: simple, cap or pmed.",
                found=False,
            )  # fmt: skip
        return self.words[start:]


def _numbers(place: Path, raw: bytes, skip: int) -> Floats:
    """Return all words as numbers, none of them negative or without limit."""
    words = raw.split()
    try:
        numbers = np.array(words, dtype=np.float64)
    except (ValueError, UnicodeDecodeError):
        numbers = np.full(1, np.nan)
    if not (np.isfinite(numbers).all() and (numbers >= 0).all()):
        raise _bad_word(place, raw, skip)
    return numbers


def _bad_word(place: Path, raw: bytes, skip: int) -> LocationFileError:
    """Return the error about the first word that is no number."""
    for number, line in enumerate(raw.splitlines(), start=skip + 1):
        for position, word in enumerate(line.split(), start=1):
            if NUMBER.match(word) is None or not np.isfinite(float(word)):
                return LocationFileError(
                    "is no finite number of 0 or more",
                    thing=f"{place}, line {number}, word {position}",
                    value=word[:40].decode("utf-8", "replace"),
                    cure="Write digits with a decimal point, such as 1250 or 12.5.",
                )
    return LocationFileError("holds no numbers", thing=str(place), cure="Name a location file.")


def _format(text: _Text) -> Format:
    """Return the format that the first line and the number of words speak for."""
    lines = (line.split() for line in text.raw.splitlines())
    first, second = [*(words for words in lines if words), [], []][:2]
    if len(first) == 2:
        return "cap"
    if len(first) != 3:
        raise text.error(
            0, "starts with neither `n m` nor `n m p`",
            cure="Begin a simple file with FILE: and a name, or name the format: simple, cap or pmed.",
            found=False,
        )  # fmt: skip
    n, m, p = text.words[:3]
    if text.title is not None or text.words.size == 3 + n * (m + 2) or p == 0:
        return "simple"
    return "pmed" if text.words.size == 3 + 3 * m or len(second) == 3 else "simple"


def _simple(text: _Text) -> LocationFile:
    """Read `n m p`, then `i opening c_i1 ... c_im` for each facility."""
    n, m = (text.whole(k, what, lowest=1) for k, what in enumerate(("facilities", "clients")))
    most = text.whole(2, "facilities at most", lowest=0)
    table = text.body(3, n * (m + 2), f"{n} times a number, an opening cost and {m} costs").reshape(n, m + 2)
    wrong = np.flatnonzero(table[:, 0] != np.arange(1, n + 1))
    if wrong.size and not np.array_equal(table[:, 0], np.arange(n)):
        word = 3 + int(wrong[0]) * (m + 2)
        raise text.error(
            word, f"facility {wrong[0] + 1} of the file has another number",
            cure="Number the facilities 1, 2, 3 and so on, and give each as many costs as there are clients.",
        )  # fmt: skip
    return LocationFile(
        name=text.name,
        format="simple",
        arcs=_dense(text.place, table[:, 2:], table[:, 1]),
        at_most=most or None,
    )


def _cap(text: _Text) -> LocationFile:
    """Read `n m`, then `capacity opening` for each facility, then `demand c_1j ... c_nj` for each client."""
    n, m = (text.whole(k, what, lowest=1) for k, what in enumerate(("facilities", "clients")))
    body = text.body(2, 2 * n + m * (n + 1), f"{n} pairs, then {m} times a demand and {n} costs")
    sites, needs = body[: 2 * n].reshape(n, 2), body[2 * n :].reshape(m, n + 1)
    total = needs[:, 0].sum()
    binding = int(((sites[:, 0] > 0) & (sites[:, 0] < total)).sum())
    note = f"{binding} of {n} facilities could not serve the whole demand of {total:,g}."
    return LocationFile(
        name=text.name,
        format="cap",
        arcs=_dense(text.place, needs[:, 1:].T, sites[:, 1]),
        notes=(f"Capacities are left out: {note}",) if binding else (),
    )


def _pmed(text: _Text) -> LocationFile:
    """Read `n e p`, then `from to length` for each edge, and measure every shortest path."""
    n, edges = text.whole(0, "nodes", lowest=1), text.whole(1, "edges", lowest=0)
    p = text.whole(2, "medians", lowest=1, highest=n)
    if n * n > MOST_ARCS:
        raise text.error(0, f"has more than {MOST_ARCS:,} pairs of nodes", cure="Give a smaller graph.")
    rows = text.body(3, 3 * edges, f"{edges} edges of two nodes and a length").reshape(edges, 3)
    ends = rows[:, :2]
    bad = np.flatnonzero(((ends % 1 != 0) | (ends < 1) | (ends > n)).ravel())
    if bad.size:
        word = 3 + 3 * int(bad[0] // 2) + int(bad[0] % 2)
        raise text.error(word, f"an edge ends at no node from 1 to {n}", cure="Correct the node.")
    lengths = _paths(n, np.sort(ends.astype(np.int64) - 1, axis=1), rows[:, 2])
    return LocationFile(
        name=text.name, format="pmed", arcs=_dense(text.place, lengths, np.zeros(n)), exactly=p
    )


def _paths(n: int, ends: NDArray[np.int64], lengths: Floats) -> Floats:
    """Return the lengths of all shortest paths (n × n); the last of equal edges counts, loops do not."""
    keys = ends[::-1, 0] * n + ends[::-1, 1]
    _, kept = np.unique(keys, return_index=True)  # first from the end
    kept = kept[ends[::-1][kept, 0] != ends[::-1][kept, 1]]
    i, j, length = *ends[::-1][kept].T, lengths[::-1][kept]
    graph = csr_array((length, (i, j)), shape=(n, n))
    return np.asarray(csgraph.dijkstra(graph, directed=False), dtype=np.float64)


def _dense(place: Path, costs: Floats, opening: Floats) -> Arcs:
    """Return the arcs of a table of costs (facilities × clients); an infinite cost is no arc."""
    highest = np.maximum(opening, np.where(np.isfinite(costs), costs, 0.0).max(axis=1, initial=0.0))
    at = int(highest.argmax())
    if highest[at] > LARGEST:
        raise LocationFileError(
            f"facility {at + 1} has a cost beyond {LARGEST:g}, where sums lose whole units",
            thing=str(place), value=float(highest[at]), cure="Write all costs in a larger unit.",
        )  # fmt: skip
    facilities, clients = np.nonzero(np.isfinite(costs))
    return Arcs.of(clients, facilities, costs[facilities, clients], opening)


_READERS: dict[Format, Callable[[_Text], LocationFile]] = {"simple": _simple, "cap": _cap, "pmed": _pmed}

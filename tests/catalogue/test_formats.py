"""Published location files become arcs, and broken ones say where they are broken."""

from pathlib import Path

import numpy as np
import pytest

from lynchpin.catalogue.formats import LocationFile, LocationFileError, read_location
from lynchpin.errors import OptionError

SIMPLE = "FILE: small one\n2 3 0\n1 10 1 2 3\n2 20.5 3 2 1e1\n"
CAP = "2 3\n capacity 10\n 0 20.5\n 5\n 1 3\n 5\n 2\n 2\n 7 3 10\n"
PMED = "4 5 2\n1 2 9\n2 3 4\n3 4 0\n4 4 7\n2 1 1\n"


def read(folder: Path, text: str | bytes, **named: object) -> LocationFile:
    """Return what a file of this text holds."""
    path = folder / "case.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_location(path, **named)  # type: ignore[arg-type]  # options by name


def table(file: LocationFile) -> list[list[float]]:
    """Return the costs, facilities × clients, infinite where there is no arc."""
    arcs = file.arcs
    costs = np.full((arcs.facilities, arcs.needs), np.inf)
    costs[arcs.facility, arcs.need] = arcs.cost
    return costs.tolist()


def test_a_simple_file_is_read(tmp_path: Path) -> None:
    """Name, openings and costs are as they stand, one line for each facility."""
    file = read(tmp_path, SIMPLE)
    assert (file.name, file.format, file.at_most, file.exactly) == ("small one", "simple", None, None)
    assert file.arcs.opening.tolist() == [10, 20.5]
    assert table(file) == [[1, 2, 3], [3, 2, 10]]


def test_the_third_number_limits_the_facilities(tmp_path: Path) -> None:
    """A simple file whose first line ends in 2 opens at most two facilities."""
    assert read(tmp_path, SIMPLE.replace("3 0", "3 2")).at_most == 2


def test_a_cap_file_is_read(tmp_path: Path) -> None:
    """The same problem in OR-Library's order, with the word `capacity`, gives the same arcs."""
    file = read(tmp_path, CAP)
    assert (file.name, file.format, file.notes) == ("case", "cap", ())
    assert file.arcs.opening.tolist() == [10, 20.5]
    assert table(file) == [[1, 2, 3], [3, 2, 10]]


def test_a_capacity_that_could_matter_is_named(tmp_path: Path) -> None:
    """What is left out of a cap file is said when it could change the answer."""
    file = read(tmp_path, CAP.replace("capacity", "16").replace(" 0 20.5", " 17 20.5"))
    assert [note.split(":")[1] for note in file.notes] == [
        " 1 of 2 facilities could not serve the whole demand of 17."
    ]


def test_a_graph_becomes_shortest_paths(tmp_path: Path) -> None:
    """The later line of an edge counts, an edge of no length is an edge, a loop is none."""
    file = read(tmp_path, PMED)
    assert (file.format, file.exactly, file.arcs.opening.tolist()) == ("pmed", 2, [0, 0, 0, 0])
    assert table(file) == [[0, 1, 5, 5], [1, 0, 4, 4], [5, 4, 0, 0], [5, 4, 0, 0]]


def test_nodes_without_a_path_have_no_arc(tmp_path: Path) -> None:
    """Two parts of a graph are no arcs to each other."""
    assert read(tmp_path, "3 1 1\n1 2 5\n").arcs.size == 5


def test_a_file_without_title_is_told_from_a_graph(tmp_path: Path) -> None:
    """A simple file need not have a title, and a wrapped line is no matter."""
    wrapped = "2 3 0\n1 10 1\n2 3 2\n20.5 3 2 10"
    assert table(read(tmp_path, wrapped)) == [[1, 2, 3], [3, 2, 10]]
    assert read(tmp_path, "2 1 1\n1 5 7\n2 6 8\n").format == "simple"
    assert read(tmp_path, PMED, format="pmed").format == "pmed"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", "case.txt", "neither"),
        ("FILE: x\n", "case.txt", "neither"),
        ("1 2 3 4\n", "line 1", "neither"),
        (SIMPLE.replace("20.5", "2O.5"), "line 4, word 2", "'2O.5'"),
        (SIMPLE.replace("20.5", "-1"), "line 4, word 2", "'-1'"),
        (SIMPLE.replace("20.5", "nan"), "line 4, word 2", "'nan'"),
        (SIMPLE.replace("20.5", "1e999"), "line 4, word 2", "'1e999'"),
        (SIMPLE.replace("20.5", "1e200"), "case.txt", "facility 2 has a cost beyond 1e+15"),
        (CAP.replace("3 10\n", "3 1e16\n"), "case.txt", "facility 2 has a cost beyond 1e+15"),
        (SIMPLE.replace("20.5", "2,5"), "line 4, word 2", "'2,5'"),
        (SIMPLE.replace("20.5", "="), "line 4, word 2", "'='"),
        (SIMPLE.removesuffix(" 1e1\n"), "line 4", "asks for 10 numbers (2 times"),
        (SIMPLE + "3 4", "line 5", "the file has 12"),
        (SIMPLE.replace("2 20.5", "3 20.5"), "line 4", "another number, found 3"),
        (SIMPLE.replace("2 3 0", "2 3 0.5"), "line 2", "found 0.5"),
        (SIMPLE.replace("2 3 0", "0 3 0"), "line 2", "facilities is no whole number 1 or more, found 0"),
        (SIMPLE.replace("2 3 0", "2000000000 2000000000 0"), "line 4", "the file has 10"),
        (CAP.removesuffix("3 10\n"), "line 9", "asks for 13 numbers"),
        (PMED.replace("4 5 2", "4 5 9"), "line 1", "from 1 to 4, found 9"),
        (PMED.replace("3 4 0", "3 5 0"), "line 4", "from 1 to 4, found 5"),
        (PMED.replace("3 4 0", "3 1.5 0"), "line 4", "found 1.5"),
        (PMED.replace("4 5 2", "4 6 2"), "line 6", "asks for 18 numbers"),
        ("20000 1 3\n1 2 3\n", "line 1", "pairs of nodes"),
        (b"PK\x03\x04\x00\xff\xfe binary", "line 1, word 1", "no finite number"),
        (b"2 3 0\n\x00\x01\n", "line 2, word 1", "no finite number"),
    ],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, text: str | bytes, place: str, message: str
) -> None:
    """The message names the file, the line and the value, and what to do."""
    with pytest.raises(LocationFileError) as caught:
        read(tmp_path, text)
    assert "case.txt" in caught.value.thing and place in caught.value.thing
    assert message in str(caught.value) and caught.value.cure


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    """Only the three formats there are can be asked for."""
    with pytest.raises(OptionError, match="csv"):
        read(tmp_path, SIMPLE, format="csv")

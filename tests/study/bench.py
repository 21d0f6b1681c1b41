"""A copy of the example `tiny` whose tables a test may spoil, cell by cell."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from lynchpin.study.check import check
from lynchpin.study.finding import Finding, cell_name


class Bench:
    """A study in a folder; rows are counted as a spreadsheet shows them, the header being row 1."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for file in files("lynchpin").joinpath("examples", "tiny").iterdir():
            if file.name.endswith((".csv", ".toml")):
                folder.joinpath(file.name).write_bytes(file.read_bytes())

    def table(self, name: str) -> list[list[str]]:
        """Return the rows of a table, the header first; a table that does not exist has none."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream))

    def save(self, name: str, rows: list[list[str]]) -> None:
        """Write the rows of a table."""
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)

    def put(self, table: str, row: int, /, **cells: str) -> "Bench":
        """Write cells of one row, adding columns that are missing; a trailing _ is left off names."""
        rows = self.table(table)
        for name, value in cells.items():
            column = name.rstrip("_")
            if column not in rows[0]:
                for other in rows:
                    other.append("")
                rows[0][-1] = column
            rows[row - 1][rows[0].index(column)] = value
        self.save(table, rows)
        return self

    def add(self, table: str, /, **cells: str) -> "Bench":
        """Add a row, and the table where it does not exist."""
        rows = self.table(table) or [[name.rstrip("_") for name in cells]]
        rows.append([""] * len(rows[0]))
        self.save(table, rows)
        return self.put(table, len(rows), **cells)

    def drop(self, table: str, *numbers: int) -> "Bench":
        """Delete rows."""
        self.save(table, [row for number, row in enumerate(self.table(table), 1) if number not in numbers])
        return self

    def rename(self, table: str, old: str, new: str) -> "Bench":
        """Give a column another name."""
        rows = self.table(table)
        rows[0][rows[0].index(old)] = new
        self.save(table, rows)
        return self

    def without(self, table: str, column: str) -> "Bench":
        """Delete a column."""
        rows = self.table(table)
        position = rows[0].index(column)
        self.save(table, [row[:position] + row[position + 1 :] for row in rows])
        return self

    def write(self, file: str, content: str | bytes) -> "Bench":
        """Write a file of the folder as it is."""
        data = content.encode() if isinstance(content, str) else content
        (self.folder / file).write_bytes(data)
        return self

    def replace(self, file: str, old: str, new: str) -> "Bench":
        """Replace text in a file."""
        text = (self.folder / file).read_text(encoding="utf-8")
        assert old in text
        return self.write(file, text.replace(old, new))

    def setting(self, line: str) -> "Bench":
        """Add a line to `study.toml`, in place of the one of the same name."""
        name = line.split("=")[0].strip()
        lines = (self.folder / "study.toml").read_text(encoding="utf-8").splitlines()
        kept = [old for old in lines if old.split("=")[0].strip() != name]
        return self.write("study.toml", "\n".join([*kept, line]) + "\n")


@dataclass(frozen=True)
class Bad:
    """One way to spoil the study, and the finding that must come of it.

    word   stands in the cure
    near   the nearest known identifier that must be named
    """

    spoil: Callable[[Bench], object]
    file: str
    row: int
    column: str
    word: str
    level: str = "error"
    near: str = ""

    def __str__(self) -> str:
        """Return the place and the cure, as the name of the test."""
        return f"{self.file}-{self.column}-{self.word}"

    def holds(self, folder: Path) -> None:
        """Spoil a copy of the study and look for the finding, with the cell that its file and column give."""
        bench = Bench(folder)
        self.spoil(bench)
        findings = check(folder)
        here = [item for item in findings if self._placed(item)]
        told = "\n".join(str(item) for item in findings)
        assert here, f"no {self.level} at {self.file} row {self.row}, column {self.column}:\n{told}"
        cured = [item for item in here if self.word in item.cure]
        assert cured, f"no cure says {self.word!r}:\n" + "\n".join(str(item) for item in here)
        assert not self.near or any(item.nearest == self.near for item in cured), told
        placed = self.column and self.row and self.file.endswith(".csv")
        header = bench.table(self.file.removesuffix(".csv"))[:1] if placed else []
        if header and header[0].count(self.column) == 1:
            assert cured[0].cell == cell_name(self.row, header[0].index(self.column) + 1)

    def _placed(self, item: Finding) -> bool:
        place = (item.level, item.file, item.row, item.column)
        return place == (self.level, self.file, self.row, self.column)

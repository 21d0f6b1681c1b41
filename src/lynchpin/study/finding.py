"""One finding of the checks: where it is, what was found, which rule it breaks and what to do."""

from dataclasses import asdict, dataclass
from typing import Literal

Level = Literal["error", "warning"]


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell as Excel writes it, such as `C7`; row and column count from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or looks wrong, in a study.

    level    error: the study cannot be planned; warning: it can, but look at it
    file     the file, or the sheet of a workbook; empty for the study as a whole
    row      counted as a spreadsheet does, the header being row 1; 0 where no row is meant
    column   name of the column or setting; empty where none is meant
    cell     name of the cell as in Excel, such as `C7`; empty where none is meant
    value    what was found, as text
    rule     what the dictionary or the statement asks
    cure     what to do
    nearest  the known identifier that is nearest to the value; empty where there is none
    """

    level: Level
    file: str
    row: int
    column: str
    cell: str
    value: str
    rule: str
    cure: str
    nearest: str = ""

    def __str__(self) -> str:
        """Return the finding as one line."""
        place = self.file or "study"
        if self.row:
            place += f" row {self.row}"
        if self.column:
            place += f", column {self.column}" if self.row else f" column {self.column}"
        if self.cell:
            place += f" ({self.cell})"
        found = f", found {self.value!r}" if self.value else ""
        nearest = f" Did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{self.level}: {place}: {self.rule}{found}. {self.cure}{nearest}"

    def as_dict(self) -> dict[str, str | int]:
        """Return the parts by name, for `--json`."""
        return asdict(self)

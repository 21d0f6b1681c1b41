"""What the checks between tables work on: a study whose cells are understood, and where they stand."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from lynchpin.study.finding import Finding, Level
from lynchpin.study.raw import AT_MOST, Place, and_more
from lynchpin.study.study import Study
from lynchpin.study.words import nearest


@dataclass(frozen=True)
class Checked:
    """A study with the place of every table.

    wrong  file, row and column of the cells that are in error already, and blank in the study
    """

    study: Study
    places: Mapping[str, Place]
    wrong: frozenset[tuple[str, int, str]] = frozenset()

    def unspoilt(self, table: str, columns: Collection[str], rows: pl.DataFrame) -> pl.DataFrame:
        """Return the rows none of whose cells in these columns is in error already."""
        place = self.places[table]
        spoilt = {row for file, row, column in self.wrong if file == place.file and column in columns}
        if not spoilt:
            return rows
        kept = [place.row(int(index)) not in spoilt for index in rows["row"].to_list()]
        return rows.filter(pl.Series(kept, dtype=pl.Boolean))

    def rows(self, table: str) -> pl.DataFrame:
        """Return a table with defaults filled in and the position of each row as `row`."""
        return self.study.table(table).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))

    def known(self, table: str, column: str) -> frozenset[str]:
        """Return the different words of a column."""
        return frozenset(self.study.tables[table][column].drop_nulls().to_list())

    def report(
        self,
        level: Level,
        table: str,
        column: str,
        rows: pl.DataFrame,
        rule: str,
        cure: str,
        *,
        near: Collection[str] = (),
    ) -> list[Finding]:
        """Return a finding for each row: `rule` and `cure` may name the row's columns in braces.

        rows  a frame with the column `row`, the position in the table
        near  known words, the nearest of which to the row's value is named
        """
        place = self.places[table]
        rows = self.unspoilt(table, (column,), rows)
        findings: list[Finding] = []
        for row in rows.sort("row").head(AT_MOST).iter_rows(named=True):
            value = "" if row.get(column) is None else _shown(row[column])
            named = {name: _shown(cell) for name, cell in row.items()}
            findings.append(
                place.finding(
                    level,
                    row["row"],
                    column,
                    value,
                    rule.format(**named),
                    cure.format(**named),
                    nearest(value, near) if near else "",
                )
            )
        return findings + and_more(place, level, column, rows.height, "the same rule")

    def setting(self, level: Level, name: str, rule: str, cure: str) -> list[Finding]:
        """Return a finding about a setting."""
        value = self.study.settings.model_dump()[name]
        shown = "" if value is None else _shown(value)
        return [self.places["study"].finding(level, None, name, shown, rule, cure)]

    def whole(self, level: Level, table: str, column: str, rule: str, cure: str) -> list[Finding]:
        """Return a finding about a table as a whole."""
        return [self.places[table].finding(level, None, column, "", rule, cure)]


def _shown(value: object) -> str:
    if value is None:
        return "blank"
    return f"{value:.10g}" if isinstance(value, float) else str(value)

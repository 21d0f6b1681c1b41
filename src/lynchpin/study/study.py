"""The study in memory: settings and tables, frozen.

A table holds what was given: every column of the dictionary, typed, blank as null. `Study.table(name)` is
the same table with the dictionary's defaults in place of blanks.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

from lynchpin.errors import StudyError
from lynchpin.study.canonical import settings_text, table_text
from lynchpin.study.dictionary import SETTINGS, Table, dictionary, table_names
from lynchpin.study.masks import true, without
from lynchpin.study.periods import Periods
from lynchpin.study.words import nearest


class Settings(BaseModel):
    """The settings of a study, one field for each `study` line of the dictionary, defaults filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str | None = None
    first_period: str
    periods: int
    period: Literal["year", "half-year"] = "year"
    currency: str
    price_year: int | None = None
    discount_rate: float = 0.0
    objective: Literal["contribution", "cost"] = "contribution"
    short_penalty: float | None = None
    detour_factor: float = 1.3
    sea_detour_factor: float = 1.0
    sea_km_per_day: float = 700.0
    land_km_per_day: float = 500.0
    port_days: float = 8.0
    sea_cost_per_m3: float = 0.0
    sea_cost_per_m3_1000km: float = 0.0
    land_cost_per_m3_1000km: float = 0.0
    sea_cost_per_kg: float = 0.0
    sea_cost_per_kg_1000km: float = 0.0
    land_cost_per_kg_1000km: float = 0.0
    suez_closed: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """The settings that were given, by name; a setting left blank is not among them."""
        return self.model_dump(exclude_unset=True, exclude_none=True)


@dataclass(frozen=True, eq=False)
class Study:
    """A study: its settings and every table of the dictionary.

    settings  the settings, defaults filled in
    tables    table name to frame as given: every column, typed, blank = null, in the order of the rows
    given     names of the tables that exist in the study; the others are empty
    """

    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    given: frozenset[str]

    @classmethod
    def of(cls, settings: Settings, tables: Mapping[str, pl.DataFrame]) -> "Study":
        """Make a study from frames that may lack columns; raises StudyError on an unknown table or column."""
        for name in tables:
            if name not in table_names():
                raise _no_table(name)
        filled = {
            name: conform(dictionary()[name], tables[name]) if name in tables else dictionary()[name].empty()
            for name in table_names()
        }
        return cls(settings, filled, frozenset(tables))

    @property
    def name(self) -> str:
        """Return the short name of the study."""
        return self.settings.name

    @cached_property
    def periods(self) -> Periods:
        """Return the horizon."""
        return Periods(
            self.settings.first_period, self.settings.periods, half_years=self.settings.period == "half-year"
        )

    def table(self, name: str) -> pl.DataFrame:
        """Return a table, defaults in place of blanks; raises StudyError where a study has no such table."""
        if name not in self.tables:
            raise _no_table(name)
        if name not in self._filled:
            self._filled[name] = with_defaults(dictionary()[name], self.tables[name])
        return self._filled[name]

    @cached_property
    def _filled(self) -> dict[str, pl.DataFrame]:
        return {}

    def replace(self, **tables: pl.DataFrame) -> "Study":
        """Return the study with these tables in place of its own."""
        given = {name: self.tables[name] for name in table_names() if name in self.given}
        return Study.of(self.settings, given | tables)

    def with_settings(self, **settings: Any) -> "Study":
        """Return the study with these settings, None for blank; raises StudyError where one is wrong."""
        from pydantic import ValidationError

        try:
            merged = self.settings.given | settings
            changed = Settings.model_validate(
                {name: merged[name] for name in merged if merged[name] is not None}
            )
        except ValidationError as error:
            first = error.errors()[0]
            name = str(first["loc"][0])
            raise StudyError(
                f"setting {name} is not allowed: {first['msg']}",
                thing="study",
                value=settings.get(name),
                cure="Read the line of the setting in the dictionary.",
            ) from error
        return Study(changed, self.tables, self.given)

    def hashes(self) -> dict[str, str]:
        """Return the sha256 of the canonical text of the settings (`study`) and of every given table."""
        texts = {SETTINGS: settings_text(self.settings.given)}
        texts |= {name: table_text(dictionary()[name], self.tables[name]) for name in sorted(self.given)}
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}

    def _repr_html_(self) -> str:
        """Return the tables and their sizes, for notebooks."""
        names = [name for name in table_names() if name in self.given]
        rows = [self.tables[name].height for name in names]
        meanings = [dictionary()[name].meaning for name in names]
        # what notebooks ask any object for, by this name
        return pl.DataFrame({"table": names, "rows": rows, "meaning": meanings})._repr_html_()  # pyright: ignore[reportPrivateUsage]

    def __repr__(self) -> str:
        """Return one line: name, horizon, currency and the number of rows of each table."""
        rows = ", ".join(f"{name} {self.tables[name].height}" for name in table_names() if name in self.given)
        labels = self.periods.labels
        return f"Study {self.name!r}, {labels[0]} to {labels[-1]}, {self.settings.currency}; rows: {rows}"


def _no_table(name: str) -> StudyError:
    near = nearest(name, table_names()) or "one of the dictionary"
    return StudyError("is no table of a study", thing="table", value=name, cure=f"Did you mean {near!r}?")


def conform(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with every column of the table, in order and typed; empty text becomes null."""
    for name in frame.columns:
        if name not in table.columns:
            raise StudyError(
                f"has no column {name!r}",
                thing=f"table {table.name}",
                cure=f"Did you mean {nearest(name, tuple(table.columns)) or 'one of the dictionary'!r}?",
            )
    columns = [
        _conform(frame[name], column.dtype, table.name).alias(name)
        if name in frame.columns
        else pl.Series(name, [None] * frame.height, dtype=column.dtype)
        for name, column in table.columns.items()
    ]
    return pl.DataFrame(columns)


def _conform(series: pl.Series, dtype: type[pl.DataType], table: str) -> pl.Series:
    try:
        cast = series if series.dtype == dtype else series.cast(dtype)
    except pl.exceptions.PolarsError as error:
        raise StudyError(
            f"column {series.name} is not of the type {dtype.__name__}",
            thing=f"table {table}",
            cure="Give numbers for numbers and text for text.",
        ) from error
    if dtype == pl.String:
        return without(cast, true(cast == ""))
    return cast.fill_nan(None) if dtype == pl.Float64 else cast


def with_defaults(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with defaults in place of blanks; columns whose default is `none` keep them."""
    return frame.with_columns(
        pl.col(name).fill_null(pl.lit(column.fallback, dtype=column.dtype))
        for name, column in table.columns.items()
        if column.fallback is not None
    )

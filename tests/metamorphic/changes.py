"""Changes of a study whose effect on its best value is known without solving it."""

from collections.abc import Callable, Mapping

import polars as pl

from lynchpin.study.dictionary import MONEY_KINDS, SETTINGS, dictionary
from lynchpin.study.study import Study

NAMED = (
    "partners",
    "brands",
    "platforms",
    "programmes",
    "models",
    "families",
    "variants",
    "sites",
    "markets",
)
PARTNER_TEXTS = {
    ("sites", "operator"),
    ("ventures", "operator"),
    ("ventures", "owner"),
    ("tariffs", "maker"),
    ("targets", "partners"),
}
BRAND_TEXTS = {("targets", "brands")}


def rename(study: Study) -> Study:
    """Return the study with other identifiers, whose order is the reverse of the old one's."""
    names = {table: _reversed(study, table) for table in NAMED}
    tables = {}
    for table in study.given:
        frame = study.tables[table]
        for column in frame.columns:
            mapping = _mapping(table, column, names)
            if mapping:
                changed = [_renamed(cell, mapping) for cell in frame[column]]
                frame = frame.with_columns(pl.Series(column, changed, dtype=pl.String))
        tables[table] = frame
    return study.replace(**tables)


def _reversed(study: Study, table: str) -> dict[str, str]:
    old = sorted(study.tables[table][_identifier(table)])
    return {name: f"n{len(old) - index:03d}-{table[0]}" for index, name in enumerate(old)}


def _identifier(table: str) -> str:
    return next(name for name, column in dictionary()[table].columns.items() if column.key)


def _mapping(table: str, column: str, names: Mapping[str, dict[str, str]]) -> dict[str, str]:
    if table in names and column == _identifier(table):
        return names[table]
    if (table, column) in PARTNER_TEXTS:
        return names["partners"]
    if (table, column) in BRAND_TEXTS:
        return names["brands"]
    targets = dictionary()[table].columns[column].targets
    return {old: new for target in targets for old, new in names.get(target, {}).items()}


def _renamed(cell: str | None, mapping: Mapping[str, str]) -> str | None:
    """Return a cell with its words renamed; words that name nothing stay."""
    return None if cell is None else ";".join(mapping.get(word, word) for word in cell.split(";"))


def reorder(study: Study) -> Study:
    """Return the study with the rows of every table in reverse."""
    return study.replace(**{name: study.tables[name].reverse() for name in study.given})


def rescale(study: Study, factor: float) -> Study:
    """Return the study with all money times a factor."""
    tables = {}
    for name in study.given:
        money = [key for key, column in dictionary()[name].columns.items() if column.kind in MONEY_KINDS]
        tables[name] = study.tables[name].with_columns(pl.col(key) * factor for key in money)
    given = study.settings.model_dump()
    money = [key for key, column in dictionary()[SETTINGS].columns.items() if column.kind in MONEY_KINDS]
    settings = {key: given[key] * factor for key in money if given[key] is not None}
    return study.replace(**tables).with_settings(**settings)


def edit(study: Study, table: str, rows: pl.Expr, column: str, change: Callable[[pl.Expr], pl.Expr]) -> Study:
    """Return the study with a column changed in some rows; at least one must be touched."""
    frame = study.tables[table]
    assert frame.filter(rows & pl.col(column).is_not_null()).height > 0, f"no {column} of {table} is changed"
    changed = pl.when(rows).then(change(pl.col(column))).otherwise(column).alias(column)
    return study.replace(**{table: frame.with_columns(changed)})


def drop(study: Study, table: str, rows: pl.Expr) -> Study:
    """Return the study without some rows; at least one must go, and one stay."""
    frame = study.tables[table]
    kept = frame.filter(~rows.fill_null(value=False))
    assert 0 < kept.height < frame.height, f"{kept.height} of {frame.height} rows of {table} are left"
    return study.replace(**{table: kept})

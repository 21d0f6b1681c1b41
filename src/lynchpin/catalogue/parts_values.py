"""From cells and a mapping to parts: common units, words in common spelling, prices in one currency."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from lynchpin.catalogue.mapping import IGNORE, CatalogueMapping, ColumnMapping, Row, scale_of
from lynchpin.catalogue.parts import BASE, Attribute, Parts
from lynchpin.catalogue.parts_numbers import read_numbers
from lynchpin.catalogue.units import price_of, unit_of
from lynchpin.catalogue.vocabulary import key
from lynchpin.study.finding import Finding
from lynchpin.study.raw import AT_MOST, Place, RawTable, and_more, capped, explained
from lynchpin.study.words import nearest

CONTRADICTION = 0.001
_TEXTS = ("name", "supplier", "owner", "status", "release")


@dataclass(frozen=True)
class Read:
    """The parts of one catalogue: figures as in `BASE`, attributes as given, and findings."""

    base: pl.DataFrame
    values: pl.DataFrame
    findings: tuple[Finding, ...]


def harmonised(tables: Mapping[str, RawTable], mapping: ColumnMapping) -> tuple[Parts, list[Finding]]:
    """Return the parts of all catalogues in one form, and everything that is wrong in their cells.

    tables  catalogue to its cells; a catalogue's name is that of its file
    """
    labels = catalogue_labels(tables)
    read = [_catalogue(labels[file], table, mapping.of(file), mapping) for file, table in tables.items()]
    findings = [finding for part in read for finding in part.findings]
    base = pl.concat([pl.DataFrame(schema=BASE), *(part.base for part in read)])
    findings += _repeated(base, mapping)
    values = pl.concat([pl.DataFrame(), *(part.values for part in read)], how="diagonal")
    values = _same_spelling(values).with_row_index("index").cast({"index": pl.Int64})
    attributes = tuple(sorted(_attributes(mapping, base, values), key=lambda item: (item.family, item.name)))
    by_family, warnings = _by_family(attributes, base, values)
    findings += warnings
    currency = price_of(mapping.currency)
    warned = tuple(finding for finding in findings if finding.level == "warning")
    return Parts(base, by_family, attributes, currency[0].name if currency else "", warned), findings


def catalogue_labels(tables: Mapping[str, RawTable]) -> dict[str, str]:
    """Return the name of each catalogue: its file without the ending, unless two are alike."""
    stems = {file: file.partition("/")[0].rpartition(".")[0] or file for file in tables}
    sources: dict[str, set[str]] = {}
    for file, stem in stems.items():
        sources.setdefault(stem, set()).add(file.partition("/")[0])
    return {file: stem if len(sources[stem]) == 1 else file.partition("/")[0] for file, stem in stems.items()}


def _catalogue(label: str, table: RawTable, said: CatalogueMapping, mapping: ColumnMapping) -> Read:
    """Return the parts of one catalogue."""
    place, cells = table.place, table.cells
    findings = [*_unknown_columns(table, said), *_missing(table, said)]
    columns = {name: row for name, row in said.columns.items() if name in cells.columns}
    base: dict[str, pl.Series] = {"catalogue": pl.Series([label] * cells.height, dtype=pl.String)}
    base["file"] = pl.Series([place.file] * cells.height, dtype=pl.String)
    base["row"] = pl.Series([place.row(index) for index in range(cells.height)], dtype=pl.Int64)
    values: dict[str, pl.Series] = {}
    for name, row in columns.items():
        if row.becomes == IGNORE:
            continue
        series, wrong = _column(cells[name], row, said, mapping, place)
        findings += wrong
        if row.attribute and row.becomes in values:
            series, wrong = _agreeing(values[row.becomes], series, row, place, cells[name])
            findings += wrong
        (values if row.attribute else base)[row.becomes] = series
    for role, word in said.whole.items():
        base[role] = pl.Series([word] * cells.height, dtype=pl.String)
    base.setdefault("owner", base["catalogue"])
    findings += _blanks(said, cells, place)
    blank = {name: pl.lit(None, dtype=kind).alias(name) for name, kind in BASE.items() if name not in base}
    frame = pl.DataFrame(base).with_columns(blank.values()).select(*BASE)
    return Read(
        frame, pl.DataFrame(values) if values else _rows_without_columns(cells.height), tuple(findings)
    )


def _rows_without_columns(height: int) -> pl.DataFrame:
    """Return a frame with rows for parts of which no attribute is given."""
    return pl.DataFrame({"": [None] * height}, schema={"": pl.String})


def _unknown_columns(table: RawTable, said: CatalogueMapping) -> Iterator[Finding]:
    """Yield a finding for each column without a row in the mapping, and for each row without a column."""
    place, known = table.place, table.cells.columns
    for name in known:
        if name not in said.columns:
            cure = "Add a row for it to the mapping; it becomes ignore where it does not matter."
            yield place.heading(
                "error", name, name, "the mapping does not say what this column becomes", cure
            )
    for name in said.columns:
        if name not in known:
            cure = "Delete the row of the mapping, or correct its column."
            rule = "the mapping names a column that the catalogue has not"
            yield place.finding("error", None, name, name, rule, cure, nearest(name, known))


def _missing(table: RawTable, said: CatalogueMapping) -> Iterator[Finding]:
    place = table.place
    if table.cells.is_empty():
        cure = "Name another file, or fill it."
        yield place.finding("error", None, "", "", "the catalogue holds no parts", cure)
    if said.column_of("part") is None:
        cure = "Let one column become part in the mapping."
        yield place.finding("error", None, "", "", "no column becomes part, the part number", cure)
    if said.column_of("family") is None and "family" not in said.whole:
        cure = "Let a column become family, or add a row with file, becomes family, and the family in word."
        yield place.finding("error", None, "", "", "no column becomes family", cure)


def _column(
    cells: pl.Series, row: Row, said: CatalogueMapping, mapping: ColumnMapping, place: Place
) -> tuple[pl.Series, list[Finding]]:
    """Return the cells of one column as what they become."""
    if row.number:
        rates = dict(mapping.rates)
        return read_numbers(cells, row, scale_of(row, rates), rates, place)
    texts = cells.str.strip_chars()
    words = said.words.get(row.column, {})
    spelt = {text: words.get(key(text), text) for text in texts.drop_nulls().unique().to_list()}
    if row.becomes == "family":
        strange = texts.is_in([text for text in spelt if key(text) not in words]).fill_null(value=False)
        cure = "Add a row to the mapping with this column, the word, and the family that it becomes."
        findings = _once(
            place, row.column, strange, texts, "the mapping does not say which family this is", cure
        )
        return texts.replace_strict(spelt, default=None, return_dtype=pl.String), findings
    if row.attribute:
        spelt = {text: word if key(word) else None for text, word in spelt.items()}
    return texts.replace_strict(spelt, default=None, return_dtype=pl.String), []


def _once(
    place: Place, column: str, wrong: pl.Series, texts: pl.Series, rule: str, cure: str
) -> list[Finding]:
    """Return a finding for the first row of each different text that is wrong."""
    first = wrong & texts.is_first_distinct()
    return explained(place, "error", column, first, texts, lambda _: (rule, cure, ""))


def _agreeing(
    first: pl.Series, second: pl.Series, row: Row, place: Place, cells: pl.Series
) -> tuple[pl.Series, list[Finding]]:
    """Return what two columns for one attribute say together, and where they contradict each other."""
    if first.dtype == pl.String:
        differ = first != second
    else:
        differ = (first - second).abs() > CONTRADICTION * pl.select(
            pl.max_horizontal(first.abs(), second.abs())
        ).to_series()
    rule = f"contradicts the other column that becomes {row.becomes}"
    cure = "Correct one of the two cells, or let one of the columns become ignore."
    wrong = capped(place, "error", row.column, differ.fill_null(value=False), cells, rule, cure)
    return first.zip_with(first.is_not_null(), second), wrong


def _blanks(said: CatalogueMapping, cells: pl.DataFrame, place: Place) -> list[Finding]:
    """Return findings on parts without a number or a family."""
    findings: list[Finding] = []
    for role, rule, cure in (
        ("part", "a part needs its number", "Write the part number, or delete the row."),
        ("family", "a part needs its family", "Write its family."),
    ):
        column = said.column_of(role)
        if column is not None and column in cells.columns:
            blank = cells[column].is_null()
            findings += capped(place, "error", column, blank, cells[column], rule, cure)
    return findings


def _repeated(base: pl.DataFrame, mapping: ColumnMapping) -> list[Finding]:
    """Return findings on part numbers that stand twice in one catalogue."""
    given = base.filter(pl.col("part").is_not_null()).select("catalogue", "part", "file", "row")
    key = ("catalogue", "part")
    first = given.with_columns(pl.col("row", "file").first().over(key).name.prefix("first_"))
    later = first.filter(~pl.struct(key).is_first_distinct()).sort("file", "row")
    later = later.with_columns(again=pl.len().over(key) - 1).unique(key, keep="first", maintain_order=True)
    findings: list[Finding] = []
    for (file,), rows in later.group_by("file", maintain_order=True):
        column = mapping.of(str(file)).column_of("part") or "part"
        for row in rows.head(AT_MOST).iter_rows(named=True):
            elsewhere = "" if row["first_file"] == row["file"] else f" of {row['first_file']}"
            more = f", and {row['again']:,} times more" if row["again"] else ""
            rule = f"the part number stands in row {row['first_row']}{elsewhere} already{more}"
            cure = "Delete one of the rows, or give the part its own number."
            findings.append(Finding("error", str(file), row["row"], column, "", row["part"], rule, cure))
        findings += and_more(Place(str(file)), "error", column, rows.height, "the same rule")
    return findings


def _same_spelling(values: pl.DataFrame) -> pl.DataFrame:
    """Return texts in the most frequent of their spellings, case and punctuation apart."""
    changed: list[pl.Series] = []
    for name in values.columns:
        if values[name].dtype != pl.String or not name:
            continue
        counts: dict[str, Counter[str]] = {}
        for text, count in values[name].drop_nulls().value_counts().iter_rows():
            counts.setdefault(key(text), Counter())[text] = count
        best = {
            text: min(spellings, key=lambda word: (-spellings[word], word))
            for spellings in counts.values()
            for text in spellings
        }
        changed.append(values[name].replace_strict(best, default=None, return_dtype=pl.String))
    return values.with_columns(changed).drop("", strict=False)


def _attributes(mapping: ColumnMapping, base: pl.DataFrame, values: pl.DataFrame) -> Iterator[Attribute]:
    """Yield the attributes of each family: those that the mapping gives it, or that its parts give."""
    families = base["family"]
    seen: set[tuple[str, str]] = set()
    for row in mapping.rows:
        if not row.attribute or row.becomes not in values.columns:
            continue
        given = families.filter(values[row.becomes].is_not_null() & (base["file"] == row.file))
        named = row.in_families or tuple(given.drop_nulls().unique().to_list())
        for family in named:
            if (family, row.becomes) not in seen and (families == family).any():
                seen.add((family, row.becomes))
                yield _attribute(family, row)


def _attribute(family: str, row: Row) -> Attribute:
    tolerance, reach = (float(text) if text else None for text in (row.tolerance, row.reach))
    unit = unit_of(row.in_unit).name if row.in_unit else ""
    return Attribute(family, row.becomes, unit, row.kind, row.sense, tolerance, reach)


def _by_family(
    attributes: Sequence[Attribute], base: pl.DataFrame, values: pl.DataFrame
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Return the values of each family's attributes, and warnings about values of others."""
    by_family: dict[str, pl.DataFrame] = {}
    findings: list[Finding] = []
    families = base["family"].drop_nulls().unique().sort().to_list()
    for family in families:
        own = [attribute.name for attribute in attributes if attribute.family == family]
        rows = values.filter(base["family"] == family)
        by_family[family] = rows.select("index", *own)
        for name in (name for name in values.columns if name not in (*own, "index")):
            count = rows[name].count()
            if count:
                rule = f"{count} parts of the family {family} give {name}, which is none of its attributes"
                cure = "Add the family to families in the mapping if the attribute matters."
                findings.append(Finding("warning", "catalogues", 0, name, "", "", rule, cure))
        if not own:
            rule = f"the family {family} has no attribute, so its parts were compared with none"
            findings.append(
                Finding(
                    "warning", "catalogues", 0, "family", "", family, rule, "Map its columns to attributes."
                )
            )
    return by_family, findings

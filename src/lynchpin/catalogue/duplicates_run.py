"""The doors to the comparison of catalogues: from places on disk to duplicates, or to a proposed mapping."""

from pathlib import Path

from lynchpin.catalogue.duplicates import Duplicates, compare_parts
from lynchpin.catalogue.parts import DuplicateOptions
from lynchpin.catalogue.study_parts import parts_of_study
from lynchpin.errors import CatalogueError
from lynchpin.study.dictionary import SETTINGS
from lynchpin.study.package import inspect
from lynchpin.study.read import read_study
from lynchpin.study.study import Study

Source = Study | str | Path


def is_study(source: Source) -> bool:
    """Return whether a source is a study: in memory, a folder with study.toml or a workbook with settings."""
    if isinstance(source, Study):
        return True
    place = Path(source)
    if place.is_dir():
        return (place / "study.toml").is_file()
    return place.suffix.lower() == ".xlsx" and place.is_file() and SETTINGS in inspect(place)


def duplicates(
    *sources: Source,
    tolerance: float = 0.01,
    reach: float = 0.10,
    rounding: float = 0.0005,
    part_number_cost: float | None = None,
) -> Duplicates:
    """Return which parts do the same job, why, which to keep, and what merging them saves in a year.

    sources           one study, or the path of one
    tolerance         relative difference within which two parts are interchangeable both ways
    reach             how much better, relative, a part may be that takes another's place one way
    rounding          relative difference that writing in another unit makes
    part_number_cost  money per year and part number; None: 1,000 where prices are in EUR, USD, GBP or CHF

    Raises CatalogueError or InputError with all findings, OptionError for an option out of range.
    """
    options = DuplicateOptions(
        tolerance=tolerance, reach=reach, rounding=rounding, part_number_cost=part_number_cost
    )
    if len(sources) != 1 or not is_study(sources[0]):
        raise CatalogueError("name one study", cure="Name a folder with study.toml.")
    source = sources[0]
    return compare_parts(parts_of_study(source if isinstance(source, Study) else read_study(source)), options)

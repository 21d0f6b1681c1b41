"""Parts before planning: duplicates, common specifications, and the location engine behind them.

The location engine can be used alone:

    >>> from lynchpin.catalogue import Arcs, locate
    >>> arcs = Arcs.of(needs=[0, 0, 1], facilities=[0, 1, 1], costs=[1.0, 3.0, 2.0], opening=[5.0, 4.0])
    >>> locate(arcs).value
    9.0

Its names are looked up when they are first used, so that nothing is loaded that is not needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lynchpin.catalogue.arcs import Arcs
    from lynchpin.catalogue.bands import Banded, Bands, banded, bands_of
    from lynchpin.catalogue.certificate import CertificateError, read_certificate, write_certificate
    from lynchpin.catalogue.evaluate import Evaluation
    from lynchpin.catalogue.evaluate import evaluate as check_certificate
    from lynchpin.catalogue.formats import LocationFile, LocationFileError, read_location
    from lynchpin.catalogue.location import LocateOptions, Location, locate
    from lynchpin.catalogue.location_file import LocatedFile, check_file, locate_file
    from lynchpin.catalogue.proof import Certificate
    from lynchpin.catalogue.watch import LocateProgress

__all__ = [
    "Arcs",
    "Banded",
    "Bands",
    "Certificate",
    "CertificateError",
    "Evaluation",
    "LocateOptions",
    "LocateProgress",
    "LocatedFile",
    "Location",
    "LocationFile",
    "LocationFileError",
    "banded",
    "bands_of",
    "check_certificate",
    "check_file",
    "locate",
    "locate_file",
    "read_certificate",
    "read_location",
    "write_certificate",
]

_HOMES = {
    "arcs": "Arcs",
    "bands": "Banded Bands banded bands_of",
    "certificate": "CertificateError read_certificate write_certificate",
    "evaluate": "Evaluation",
    "formats": "LocationFile LocationFileError read_location",
    "location": "LocateOptions Location locate",
    "location_file": "LocatedFile check_file locate_file",
    "proof": "Certificate",
    "watch": "LocateProgress",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its home when it is first asked for."""
    if name == "check_certificate":  # there is a module called `evaluate`
        return import_module("lynchpin.catalogue.evaluate").evaluate
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(f"lynchpin.catalogue.{home}"), name)
    raise AttributeError(f"module 'lynchpin.catalogue' has no name {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__]

"""A location file solved, its certificate written, and a certificate held against its file."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lynchpin.catalogue.certificate import read_certificate, statement, write_certificate
from lynchpin.catalogue.evaluate import Evaluation, evaluate
from lynchpin.catalogue.formats import LocationFile, read_location
from lynchpin.catalogue.location import LocateOptions, LocateProgress, Location, Stop, locate
from lynchpin.errors import OptionError


@dataclass(frozen=True, eq=False, kw_only=True)
class LocatedFile:
    """What was found for a location file; facilities and needs count from 1, as in the file.

    file         the problem
    at_most      most facilities that were allowed, or None
    exactly      number of facilities that was asked for, or None
    location     what the engine found
    certificate  where its certificate was written, or None
    """

    file: LocationFile
    at_most: int | None
    exactly: int | None
    location: Location
    certificate: Path | None

    @property
    def proves(self) -> str:
        """What the certificate proves, and on what each part rests."""
        return statement(self.location.certificate)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data; None where a number is infinite."""
        found, arcs = self.location, self.file.arcs
        return {
            "name": self.file.name,
            "format": self.file.format,
            "facilities": arcs.facilities,
            "needs": arcs.needs,
            "arcs": arcs.size,
            "at_most": self.at_most,
            "exactly": self.exactly,
            "notes": [*self.file.notes],
            "status": found.status,
            "value": _finite(found.value),
            "bound": _finite(found.bound),
            "gap": found.gap,
            "proven": _finite(found.certificate.proven),
            "solver": found.certificate.solver,
            "proves": self.proves,
            "seconds": found.seconds,
            "phases": dict(found.phases),
            "open": (found.open + 1).tolist(),
            "served_by": (found.assigned + 1).tolist(),
            "certificate": None if self.certificate is None else str(self.certificate),
        }

    def __str__(self) -> str:
        """Return the result in a few lines."""
        found, arcs = self.location, self.file.arcs
        size = f"{arcs.facilities:,} facilities, {arcs.needs:,} needs, {arcs.size:,} arcs"
        lines = [f"{self.file.name} ({self.file.format}): {size}{self._limit}", *self.file.notes]
        if math.isfinite(found.value):
            lines += [
                f"{found.status}: value {found.value:,.10g}, bound {found.bound:,.10g}, gap {found.gap:.4%}, "
                f"{found.seconds:.1f} s",
                f"open ({found.open.size}): {', '.join(map(str, (found.open + 1).tolist()))}",
            ]
        else:
            lines.append(f"{found.status}: no solution, {found.seconds:.1f} s")
        return "\n".join([*lines, self.proves])

    @property
    def _limit(self) -> str:
        if self.at_most is not None:
            return f", at most {self.at_most} open"
        return "" if self.exactly is None else f", exactly {self.exactly} open"


def locate_file(
    path: str | Path,
    *,
    at_most: int | None = None,
    exactly: int | None = None,
    options: LocateOptions | None = None,
    certificate: str | Path | None = None,
    on_progress: Callable[[LocateProgress], object] | None = None,
    stop: Stop | None = None,
) -> LocatedFile:
    """Read a location file, solve it, and write a certificate where one is asked for.

    path         file of one of the formats of `read_location`
    at_most      most facilities that may be open, instead of what the file says
    exactly      number of facilities that must be open, instead of what the file says
    options      limits and precision
    certificate  file to write the certificate to

    Raises LocationFileError for a file that is not in order, OptionError for options that do not fit it, and
    OSError where a file cannot be read or written.
    """
    if certificate is not None and not Path(certificate).absolute().parent.is_dir():
        raise OptionError(
            "is in no folder that there is", thing="certificate", value=str(certificate),
            cure="Name a file in a folder that exists.",
        )  # fmt: skip
    file = read_location(path)
    if at_most is None and exactly is None:
        at_most, exactly = file.at_most, file.exactly
    found = locate(
        file.arcs, at_most=at_most, exactly=exactly, options=options, on_progress=on_progress, stop=stop
    )
    place = None if certificate is None else write_certificate(found.certificate, file.arcs, certificate)
    return LocatedFile(file=file, at_most=at_most, exactly=exactly, location=found, certificate=place)


def check_file(path: str | Path, certificate: str | Path) -> Evaluation:
    """Return what a stored certificate proves about a location file, recomputed without the engine.

    Raises LocationFileError and CertificateError where a file cannot be read or they do not belong together.
    """
    file = read_location(path)
    return evaluate(read_certificate(certificate, file.arcs), file.arcs)


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None

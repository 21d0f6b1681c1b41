"""Certificates on disk: one file that says what it proves and holds all that is needed to recompute it.

The file is a zip of numpy arrays (`.npz`), readable without Lynchpin:

    about          JSON text: format, version, what is proven, the certificate's numbers; null: infinite
    solution       open facilities
    dominated      (K, 2) facilities left out, each with the one that takes its place
    group          group of each need; nothing where each is by itself (`about.grouped`)
    node_*         parent, facility, opened, bound, multipliers, closed, opening of each node of each tree,
                   see `lynchpin.catalogue.proof`, and which of the sets of cycles it uses, -1 for none
    cycles_*       start, need, facility, weight of each set of cycles
    part_*         needs, facilities, open, value, bound of each part
    trees_pointer  the nodes of the problem itself are trees_pointer[0]:trees_pointer[1]; those of the first
                   part follow, and so on

Lists of different lengths stand end to end: entry k of `x` is x[x_pointer[k]:x_pointer[k + 1]].

`about.arcs` is the SHA-256 of the problem's arrays, so that a certificate is not held against other data.
"""

import hashlib
import io
import json
import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from lynchpin.catalogue.arcs import Arcs
from lynchpin.catalogue.proof import Certificate, Cycles, Node, Part
from lynchpin.errors import CatalogueError

Arrays = dict[str, npt.NDArray[Any]]

FORMAT = "lynchpin location certificate"
VERSION = 1
MOST_BYTES = 8_000_000_000  # unpacked
NUMBERS = ("value", "bound", "proven", "step")
KINDS = {"ids": "<i4", "places": "<i8", "bools": "|b1", "floats": "<f8"}
NODE = {"parent": "ids", "facility": "ids", "opened": "bools", "bound": "floats"}
CYCLES = {"start": "places", "need": "ids", "facility": "ids", "weight": "floats"}
NODE_LISTS = {"multipliers": "floats", "closed": "ids", "opening": "ids"}
PART = {"value": "floats", "bound": "floats"}
PART_LISTS = {"needs": "ids", "facilities": "ids", "open": "ids"}
CURE = "Name a file that `lynchpin locate FILE --certificate OUT` wrote."


class CertificateError(CatalogueError):
    """A certificate cannot be read, or belongs to other data.

    Cure: name a file that `lynchpin locate FILE --certificate OUT` wrote, and the location file it was
    written for.
    """


def write_certificate(certificate: Certificate, arcs: Arcs, path: str | Path) -> Path:
    """Write a certificate whole or not at all, and return its path.

    Raises OSError where the place cannot be written.
    """
    place = Path(path)
    about = {
        "format": FORMAT,
        "version": VERSION,
        "proves": statement(certificate),
        "arcs": digest(arcs),
        "needs": arcs.needs,
        "facilities": arcs.facilities,
        "at_most": certificate.at_most,
        "exactly": certificate.exactly,
        "solver": certificate.solver,
        "grouped": certificate.group is not None,
        **{name: _finite(getattr(certificate, name)) for name in NUMBERS},
    }
    arrays = _arrays(certificate)
    text = json.dumps(about, ensure_ascii=False, allow_nan=False)
    arrays["about"] = np.frombuffer(text.encode(), dtype=np.uint8)
    descriptor, temporary = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            np.savez_compressed(stream, allow_pickle=False, **arrays)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return place


def read_certificate(path: str | Path, arcs: Arcs) -> Certificate:
    """Return the certificate in a file.

    Raises CertificateError where the file is no certificate or belongs to other arcs, and OSError where it
    cannot be opened. What it claims is not judged here: see `evaluate`.
    """
    place = Path(path)
    with place.open("rb") as stream:
        arrays = _load(place, stream)
    about = _about(place, arrays)
    if about.get("arcs") != digest(arcs):
        raise CertificateError(
            f"belongs to another problem: {about.get('facilities')} facilities and {about.get('needs')} "
            f"needs, here {arcs.facilities} and {arcs.needs}: sizes or costs differ",
            thing=str(place),
            cure="Name the location file it was written for.",
        )
    try:
        return _certificate(about, arrays)
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise CertificateError(f"is damaged: {error}", thing=str(place), cure=CURE) from error


def statement(certificate: Certificate) -> str:
    """Return in a sentence or two what a certificate claims, and on what each part rests."""
    limit = ""
    if certificate.at_most is not None:
        limit = f" with at most {certificate.at_most} facilities"
    elif certificate.exactly is not None:
        limit = f" with exactly {certificate.exactly} facilities"
    claimed, proven = certificate.bound, certificate.proven
    claim = (
        "there is no solution"
        if math.isinf(claimed)
        else f"no solution{limit} costs less than {claimed:.12g}"
    )
    if not certificate.solver:
        return f"By the multipliers alone, {claim}."
    if math.isinf(proven):
        return f"By the multipliers alone, there is no solution{limit}."
    return (
        f"By the multipliers alone, no solution{limit} costs less than {proven:.12g}. "
        f"On the word of {certificate.solver}, which this file does not prove, {claim}."
    )


def digest(arcs: Arcs) -> str:
    """Return the SHA-256 of a problem's arrays: opening, pointer, facility and cost, little-endian."""
    total = hashlib.sha256()
    for array, kind in (
        (arcs.opening, "<f8"), (arcs.pointer, "<i8"), (arcs.facility, "<i4"), (arcs.cost, "<f8")
    ):  # fmt: skip
        total.update(str(array.size).encode() + b"\n")
        total.update(np.ascontiguousarray(array, dtype=kind).data)
    return total.hexdigest()


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None


def _arrays(certificate: Certificate) -> Arrays:
    """Return the arrays of a certificate by name."""
    trees = [certificate.nodes, *(part.nodes for part in certificate.parts)]
    nodes = [node for tree in trees for node in tree]
    sets = {id(node.cycles): node.cycles for node in nodes if node.cycles is not None}
    number = {key: k for k, key in enumerate(sets)}
    group = np.zeros(0) if certificate.group is None else certificate.group
    return {
        "solution": np.asarray(certificate.solution, dtype="<i4"),
        "dominated": np.asarray(certificate.dominated, dtype="<i4").reshape(-1, 2),
        "trees_pointer": np.cumsum([0, *(len(tree) for tree in trees)]).astype("<i8"),
        "group": np.asarray(group, dtype="<i4"),
        "node_cycles": np.array([number.get(id(node.cycles), -1) for node in nodes], dtype="<i4"),
        **_columns("cycles", [*sets.values()], {}, CYCLES),
        **_columns("node", nodes, NODE, NODE_LISTS),
        **_columns("part", certificate.parts, PART, PART_LISTS),
    }


def _columns(
    what: str, rows: Sequence[object], numbers: Mapping[str, str], lists: Mapping[str, str]
) -> Arrays:
    """Return an array for each field of some rows, and a pointer into it where the field is a list."""
    arrays: Arrays = {}
    for name, kind in numbers.items():
        arrays[f"{what}_{name}"] = np.array([getattr(row, name) for row in rows], dtype=KINDS[kind])
    for name, kind in lists.items():
        parts: list[npt.NDArray[Any]] = [np.asarray(getattr(row, name)) for row in rows]
        single = parts and all(part.dtype == np.float32 for part in parts)
        empty = np.zeros(0, "<f4" if single else KINDS[kind])
        arrays[f"{what}_{name}"] = np.concatenate([empty, *parts]).astype(empty.dtype)
        arrays[f"{what}_{name}_pointer"] = np.cumsum([0, *(part.size for part in parts)]).astype("<i8")
    return arrays


def _load(place: Path, stream: io.BufferedReader) -> Arrays:
    """Return the arrays of a file; nothing in it is run, and it may not unpack to more than the limit."""
    try:
        with zipfile.ZipFile(stream) as archive:
            size = sum(member.file_size for member in archive.infolist())
        if size > MOST_BYTES:
            raise CertificateError(
                f"unpacks to more than {MOST_BYTES:,} bytes", thing=str(place), value=size, cure=CURE
            )
        stream.seek(0)
        with np.load(stream, allow_pickle=False) as loaded:
            return {name: loaded[name] for name in loaded.files}
    except (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, MemoryError) as error:
        raise CertificateError("is no certificate, or a damaged one", thing=str(place), cure=CURE) from error
    except (NotImplementedError, RuntimeError) as error:  # ways of packing that numpy never writes
        raise CertificateError("is packed in another way", thing=str(place), cure=CURE) from error


def _about(place: Path, arrays: Arrays) -> dict[str, Any]:
    """Return what a certificate says of itself."""
    try:
        about: Any = json.loads(np.asarray(arrays["about"], dtype=np.uint8).tobytes().decode())
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise CertificateError("does not say what it is", thing=str(place), cure=CURE) from error
    about = cast("dict[str, Any]", about) if isinstance(about, dict) else {}
    if about.get("format") != FORMAT:
        raise CertificateError("is no certificate", thing=str(place), cure=CURE)
    if about.get("version") != VERSION:
        raise CertificateError(
            f"is of another version than {VERSION}", thing=str(place), value=about.get("version"),
            cure="Write it again with this version of Lynchpin.",
        )  # fmt: skip
    return about


def _certificate(about: Mapping[str, Any], arrays: Arrays) -> Certificate:
    """Return the certificate of loaded arrays; raises ValueError where they do not fit together."""
    sets = {-1: None, **{k: Cycles(**row) for k, row in enumerate(_rows("cycles", arrays, {}, CYCLES))}}
    used: list[int] = _flat("node_cycles", arrays, "ids").tolist()
    rows = _rows("node", arrays, NODE, NODE_LISTS)
    nodes = [Node(**row, cycles=sets[place]) for row, place in zip(rows, used, strict=True)]
    parts = _rows("part", arrays, PART, PART_LISTS)
    ends = _pointer("trees_pointer", arrays, len(nodes), len(parts) + 1)
    trees = [tuple(nodes[a:b]) for a, b in pairwise(ends)]
    return Certificate(
        solution=_flat("solution", arrays, "ids"),
        dominated=_flat("dominated", arrays, "ids", dimensions=2).reshape(-1, 2),
        group=_flat("group", arrays, "ids") if about["grouped"] is True else None,
        nodes=trees[0],
        parts=tuple(Part(**row, nodes=tree) for row, tree in zip(parts, trees[1:], strict=True)),
        at_most=_count(about["at_most"]),
        exactly=_count(about["exactly"]),
        solver=str(about["solver"]),
        value=_number(about["value"]),
        bound=_number(about["bound"]),
        proven=_number(about["proven"]),
        step=_number(about["step"]),
    )


def _rows(
    what: str, arrays: Arrays, numbers: Mapping[str, str], lists: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the fields of each row."""
    count = arrays[f"{what}_{next(iter(lists))}_pointer"].size - 1
    columns: dict[str, Sequence[Any]] = {}
    for name, kind in numbers.items():
        columns[name] = _flat(f"{what}_{name}", arrays, kind).tolist()
    for name, kind in lists.items():
        values = _flat(f"{what}_{name}", arrays, kind)
        ends = _pointer(f"{what}_{name}_pointer", arrays, values.size, count)
        columns[name] = [values[a:b] for a, b in pairwise(ends)]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _flat(name: str, arrays: Arrays, kind: str, *, dimensions: int = 1) -> npt.NDArray[Any]:
    """Return an array of the kind and dimensions that it should have."""
    array = arrays[name]
    allowed = ("<f4", "<f8") if kind == "floats" else (KINDS[kind],)
    if array.ndim != dimensions or array.dtype.str not in allowed:
        raise ValueError(f"{name} has {array.ndim} dimensions of {array.dtype.str}")
    return array


def _pointer(name: str, arrays: Arrays, size: int, count: int) -> list[int]:
    """Return where each of `count` lists begins and the last one ends."""
    ends = arrays[name]
    whole = ends.shape == (count + 1,) and ends.dtype.str == "<i8" and ends[0] == 0 and ends[-1] == size
    if not whole or (np.diff(ends) < 0).any():
        raise ValueError(f"{name} does not divide {size} entries into {count} lists")
    return ends.tolist()


def _number(given: object) -> float:
    """Return a number of `about`; null stands for infinite."""
    if given is None:
        return math.inf
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise ValueError(f"{given!r} is no number")
    return float(given)


def _count(given: object) -> int | None:
    """Return a number of facilities of `about`, or None."""
    if given is None or (isinstance(given, int) and not isinstance(given, bool)):
        return given
    raise ValueError(f"{given!r} is no number of facilities")

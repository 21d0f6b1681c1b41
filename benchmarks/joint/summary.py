"""Ratios of time, also of what-ifs, and growth with size, from the cells of every study.

    ratio(gap) = seconds of the best peer / seconds of the split method, until the gap was proven

A peer that never proved the gap counts with the limit, so such a ratio is at least what is printed; where the
split method did not prove it, the ratio is at most what is printed, and where neither did there is none.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.joint.curve import GAPS, gap_of

Cell = dict[str, Any]
FORMS = ("yearly", "aggregate")
LEAST = 1e-3  # seconds


def ratios(cells: Sequence[Cell], limit: float) -> list[dict[str, Any]]:
    """Return the ratios of one study: one for each form of the peers and each gap."""
    split = next((cell for cell in cells if cell["method"] == "split"), None)
    found = []
    for form in FORMS:
        peers = [cell for cell in cells if cell["form"] == form]
        if split is not None and peers:
            found += [_ratio(split, peers, form, f"{gap:g}", limit) for gap in GAPS]
    return found


def _ratio(split: Cell, peers: Sequence[Cell], form: str, gap: str, limit: float) -> dict[str, Any]:
    times = {peer["method"]: peer["reached"][gap] for peer in peers if peer["reached"][gap] is not None}
    best = min(times, key=times.__getitem__) if times else None
    theirs = times[best] if best is not None else None
    mine = split["reached"][gap]
    return {
        "form": form, "gap": float(gap), "split_seconds": mine, "peer_seconds": theirs, "best_peer": best,
        **_times_faster(mine, theirs, limit),
    }  # fmt: skip


def known(cells: Sequence[Cell]) -> dict[str, Any]:
    """Return the best plan and the best bound of a study over all methods, and the gap between them.

    The bounds of CP-SAT are left out: they hold for rounded plans only.
    """
    plans = [(cell["valued"], cell["method"]) for cell in cells if cell["valued"] is not None]
    bounds = [
        (cell["dual"], cell["method"])
        for cell in cells
        if cell["dual"] is not None and not cell["method"].startswith("cpsat")
    ]
    plan, maker = max(plans, default=(None, None))
    bound, prover = min(bounds, default=(None, None))
    gap = None if plan is None or bound is None else gap_of((0.0, plan, bound))
    return {"plan": plan, "plan_of": maker, "bound": bound, "bound_of": prover, "gap": gap}


def what_if_ratios(runs: Mapping[str, Cell], limit: float) -> list[dict[str, Any]]:
    """Return how much sooner a what-if is done that begins from the plan before, for each gap."""
    if not {"scratch", "start"} <= runs.keys():
        return []
    found = []
    for gap in GAPS:
        scratch, start = (runs[run]["reached"][f"{gap:g}"] for run in ("scratch", "start"))
        found.append({"gap": gap, "scratch_seconds": scratch, "start_seconds": start,
                      **_times_faster(start, scratch, limit)})  # fmt: skip
    return found


def _times_faster(mine: float | None, theirs: float | None, limit: float) -> dict[str, Any]:
    """Return theirs / mine, and on which side it may be off; the limit stands for who did not get there."""
    if mine is None and theirs is None:
        return {"ratio": None, "kind": None}
    kind = "=" if mine is not None and theirs is not None else ">=" if theirs is None else "<="
    ratio = (limit if theirs is None else theirs) / max(limit if mine is None else mine, LEAST)
    return {"ratio": ratio, "kind": kind}


def growth(studies: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what each method takes at each size, as geometric means over seeds, with the power of growth.

    power  log(seconds / seconds before) / log(size / size before), at the narrowest of the gaps 1, 2 and 5 %
           that is proven at both sizes; None without one
    """
    found = []
    for method in sorted({cell["method"] for study in studies for cell in study["cells"]}):
        before: dict[str, Any] | None = None
        for size in sorted({study["size"] for study in studies}):
            cells = [
                cell
                for study in studies
                for cell in study["cells"]
                if study["size"] == size and cell["method"] == method
            ]
            if cells:
                now = _at_size(method, size, cells)
                now["power"] = None if before is None else _power(before, now)
                found.append(now)
                before = now
    return found


def _at_size(method: str, size: int, cells: Sequence[Cell]) -> dict[str, Any]:
    peaks = [cell["peak_mb"] for cell in cells if cell["peak_mb"] is not None]
    return {
        "method": method,
        "size": size,
        "studies": len(cells),
        "seconds": {f"{gap:g}": _mean([cell["reached"][f"{gap:g}"] for cell in cells]) for gap in GAPS},
        "peak_mb": max(peaks, default=None),
    }


def _mean(seconds: Sequence[float | None]) -> float | None:
    """Return the geometric mean, None where one is missing."""
    known = [max(one, LEAST) for one in seconds if one is not None]
    if len(known) < len(seconds) or not known:
        return None
    return math.exp(math.fsum(map(math.log, known)) / len(known))


def _power(before: Mapping[str, Any], now: Mapping[str, Any]) -> float | None:
    for gap in ("0.01", "0.02", "0.05"):
        earlier, later = before["seconds"][gap], now["seconds"][gap]
        if earlier is not None and later is not None:
            return math.log(later / earlier) / math.log(now["size"] / before["size"])
    return None

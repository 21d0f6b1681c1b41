"""Every structure of a very small study, one after the other, each with its flows by a linear programme."""

from collections.abc import Iterator
from itertools import chain, combinations, product

from lynchpin.study.study import Study
from tests.oracle.programme import Name
from tests.oracle.values import Values
from tests.oracle.whole import Whole


def enumerated(study: Study, *, sharing: str) -> tuple[float, int]:
    """Return the best contribution over all structures, and their number; the study has no scale."""
    values = Values(study, sharing)
    whole = Whole(values, {})
    best, count = float("-inf"), 0
    binaries = [name for name, at in whole.programme.place.items() if whole.programme.whole[at]]
    for chosen in structures(whole):
        fixed = {name: float(name in chosen) for name in binaries if name[0] != "piece"}
        found, _ = whole.programme.solve(fixed)
        best = max(best, whole.valued(found, 0.0).low)
        count += 1
    return best, count


def structures(whole: Whole) -> Iterator[set[Name]]:
    """Yield every structure in which nothing is decided that nothing needs, except opened sites."""
    v, p = whole.v, whole.programme
    free = [m for m in whole.models if not v.certain(m)]
    for candidates in subsets(free):
        launched = {m for m in whole.models if v.certain(m) or m in candidates}
        names = {("launched", m) for m in launched} | {
            ("launchedq", v.programme(m)["programme"]) for m in launched
        }
        choices = [
            [
                name
                for name in p.place
                if name[0] == "use" and name[1] == m and v.family(name[2])["family"] == f
            ]
            for m in sorted(launched)
            for f in sorted(v.families(m))
        ]
        for uses in product(*choices):
            pairs = sorted({(part, v.member(m)) for _, m, part in uses})
            tools = [
                [n for n in p.place if n[0] == "nominate" and n[1] == part and n[3] == c] for part, c in pairs
            ]
            plants = [
                [n for n in p.place if n[0] == "allocate" and n[1] == q[1]]
                for q in sorted(names)
                if q[0] == "launchedq"
            ]
            for picks in product(*(filled(group) for group in (*tools, *plants))):
                chosen = set(chain(names, uses, *picks))
                sites = {n[2] for n in chosen if n[0] in ("nominate", "allocate")}
                standing = {r["site"] for r in v.table("sites") if r["status"] != "candidate"}
                yield chosen | {("open", site) for site in sites | standing}


def subsets(things: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield every subset."""
    return chain.from_iterable(combinations(things, size) for size in range(len(things) + 1))


def filled(group: list[Name]) -> list[tuple[Name, ...]]:
    """Return every subset that is not empty."""
    return [part for size in range(1, len(group) + 1) for part in combinations(group, size)]

"""Duties between blocs: general rates, agreements that lower them, and additional duties with dates.

Levels are of the order of those in force in 2025, drawn again for every seed: they are no quotations. Only
rows that some flow of the study meets are written.
"""

from collections.abc import Iterator
from itertools import permutations

from lynchpin.study.ladder.draft import Draft, Row, drawn, rounded
from lynchpin.study.ladder.places import World

CARS = "8703"
GENERAL = {  # duty on cars from anywhere
    "eu": 0.10,
    "britain": 0.10,
    "usmca": 0.12,
    "china": 0.15,
    "japan": 0.0,
    "korea": 0.08,
    "taiwan": 0.17,
    "india": 0.35,
    "asean": 0.22,
    "mercosur": 0.28,
    "turkey": 0.10,
    "morocco": 0.17,
    "australia": 0.05,
    "new_zealand": 0.0,
    "south_africa": 0.22,
    "norway": 0.0,
    "switzerland": 0.0,
    "chile": 0.06,
    "colombia": 0.16,
    "egypt": 0.2,
    "israel": 0.07,
    "saudi_arabia": 0.05,
    "emirates": 0.05,
    "serbia": 0.1,
    "tunisia": 0.15,
}
AGREED = frozenset(  # unordered pairs of blocs that trade cars and parts free of duty
    {
        *(frozenset(("eu", other)) for other in ("britain", "korea", "japan", "turkey", "morocco")),
        *(frozenset(("eu", other)) for other in ("norway", "switzerland", "serbia", "tunisia", "chile")),
        *(frozenset(("eu", other)) for other in ("south_africa", "egypt", "israel", "colombia")),
        *(frozenset(("usmca", other)) for other in ("korea", "israel", "colombia", "chile")),
        *(frozenset(("japan", other)) for other in ("asean", "britain", "chile", "switzerland")),
        *(frozenset(("australia", other)) for other in ("asean", "japan", "korea", "china", "britain")),
        *(frozenset(("turkey", other)) for other in ("britain", "korea", "morocco")),
        frozenset(("asean", "korea")),
        frozenset(("mercosur", "south_africa")),
    }
)
LATE = 0.35  # share of agreements that free cars only from a year within the horizon
DRAWN = 0.06  # share of other pairs of blocs that have an agreement in this study
FLOW = tuple[str, str, str]  # exporting bloc, importing bloc, heading


def trade(draft: Draft, world: World) -> None:
    """Write the tariffs that the flows of the study meet."""
    flows = _flows(draft, world)
    headings = sorted({heading for _, _, heading in flows})
    for bloc in sorted({into for _, into, _ in flows}):
        _general(draft, bloc, sorted({heading for _, into, heading in flows if into == bloc}))
    pairs = sorted({(out, into) for out, into, _ in flows})
    for out, into in pairs:
        _agreed(draft, out, into, [heading for heading in headings if (out, into, heading) in flows])
    for row in _additional(draft):
        heading = CARS if row["hs"] == CARS else row["hs"]
        if (row["exporter"], row["importer"], heading) in flows:
            draft.add("tariffs", **row)


def _flows(draft: Draft, world: World) -> frozenset[FLOW]:
    """Return every flow of cars and parts that crosses the border of a bloc."""
    bloc = {place.name: place.bloc for place in (*world.plants, *world.suppliers)}
    into = {place.name: place.bloc for place in world.markets}
    headings = {row["family"]: row["hs"] for row in draft.rows["families"]}
    families = {row["variant"]: row["family"] for row in draft.rows["variants"]}
    markets: dict[str, set[str]] = {}
    programmes = {row["model"]: row["programme"] for row in draft.rows["models"]}
    for row in draft.rows["offers"]:
        markets.setdefault(programmes[row["model"]], set()).add(into[row["market"]])
    found = {
        (bloc[row["site"]], market, CARS)
        for row in draft.rows["allocations"]
        for market in markets[row["programme"]]
    }
    builders = {bloc[row["site"]] for row in draft.rows["allocations"]}
    found |= {
        (bloc[row["site"]], builder, headings[families[row["variant"]]])
        for row in draft.rows["nominations"]
        for builder in builders
    }
    return frozenset(flow for flow in found if flow[0] != flow[1])


def _general(draft: Draft, bloc: str, headings: list[str]) -> None:
    dice = draft.dice("general", bloc)
    level = GENERAL[bloc] * float(dice.uniform(0.85, 1.15))
    parts = float(dice.uniform(0.015, 0.06))
    for heading in headings:
        rate = level if heading == CARS else parts * float(dice.uniform(0.6, 1.4))
        draft.add(
            "tariffs",
            importer=bloc,
            exporter="*",
            hs=heading,
            kind="mfn",
            ad_valorem=rounded(rate, 0.005),
        )


def _agreed(draft: Draft, out: str, into: str, headings: list[str]) -> None:
    """Write an agreement of two blocs; some begin within the horizon, some exist in this study only."""
    first, second = sorted((out, into))
    dice = draft.dice("agreement", first, second)
    chance, late, start = dice.uniform(), dice.uniform(), int(dice.integers(1, len(draft.years)))
    if frozenset((out, into)) not in AGREED and chance > DRAWN:
        return
    for heading in headings:
        begins = str(draft.years[start]) if heading == CARS and late < LATE else None
        draft.add(
            "tariffs",
            importer=into,
            exporter=out,
            hs=heading,
            kind="preference",
            name=f"{first}_{second}",
            ad_valorem=0.0,
            **({"from": begins} if begins else {}),
        )


def _additional(draft: Draft) -> Iterator[Row]:
    """Yield additional duties: on cars and batteries from China, and a few drawn ones with dates."""
    years = draft.years
    dice = draft.dice("additional")
    half = len(years) // 2
    yield _extra("eu", "china", CARS, float(dice.uniform(0.08, 0.22)), until=years[half])
    yield _extra("usmca", "china", CARS, float(dice.uniform(0.4, 0.9)))
    yield _extra("usmca", "china", "8507.60", float(dice.uniform(0.15, 0.3)))
    yield _extra("eu", "china", "8507.60", float(dice.uniform(0.03, 0.1)))
    blocs = list(permutations(sorted({"eu", "usmca", "china", "asean", "india", "britain", "turkey"}), 2))
    for importer, exporter in drawn(dice, blocs, 6):
        start = int(dice.integers(0, half))
        end = int(dice.integers(start + 1, len(years)))
        rate = float(dice.uniform(0.05, 0.25))
        name = f"dispute_{importer}_{exporter}"
        yield _extra(importer, exporter, CARS, rate, name=name, start=years[start], until=years[end])


def _extra(
    importer: str,
    exporter: str,
    hs: str,
    rate: float,
    *,
    name: str | None = None,
    start: int | None = None,
    until: int | None = None,
) -> Row:
    dates = {"from": None if start is None else str(start), "until": None if until is None else str(until)}
    return {
        "importer": importer,
        "exporter": exporter,
        "hs": hs,
        "kind": "addon",
        "name": name or f"{importer}_on_{exporter}",
        "ad_valorem": rounded(rate, 0.005),
        **dates,
    }

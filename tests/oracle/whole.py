"""The statement as one mixed-integer programme; its scale curve is refined until it is exact.

Saving by scale is convex in the volume, so that a chord is never under it: each solve bounds the best plan
from above, and its structure and flows, valued on the curve, from below. Volumes found become breakpoints.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import inf

from lynchpin.study.study import Study
from tests.oracle.aims import Aims
from tests.oracle.programme import Name
from tests.oracle.values import Values


@dataclass(frozen=True)
class Answer:
    """What was found: low <= best contribution <= high (of cost: minus the cost), and a plan worth `low`."""

    low: float
    high: float
    flows: dict[Name, float]
    ledger: dict[Name, float]
    volumes: dict[tuple[str, str], float]
    values: Values

    @property
    def objective(self) -> float:
        """The plan's objective as a plan would say it: contribution, or cost."""
        return -self.low if self.values.set.objective == "cost" else self.low


def answer(study: Study, *, sharing: str = "alliance", as_is: bool = False, gap: float = 1e-8) -> Answer:
    """Return the best plan of a small study and a proven bound on it."""
    values = Values(study, sharing, as_is)
    points: dict[tuple[str, str], set[float]] = {}
    best: Answer | None = None
    high = inf
    for _ in range(25):
        whole = Whole(values, points)
        found, bound = whole.programme.solve()
        high = min(high, bound)
        fixed = {
            name: round(found[name])
            for name, at in whole.programme.place.items()
            if whole.programme.whole[at] and name[0] != "piece"
        }
        found, _ = whole.programme.solve(fixed)
        trial = whole.valued(found, high)
        if best is None or trial.low > best.low:
            best = trial
        before = sum(len(found) for found in points.values())
        for pair, volume in trial.volumes.items():
            points.setdefault(pair, set()).add(float(f"{volume:.9g}"))
        same = before == sum(len(found) for found in points.values())
        if same or high - best.low <= gap * max(1.0, abs(high)):
            break
    assert best is not None
    return Answer(best.low, high, best.flows, best.ledger, best.volumes, values)


class Whole(Aims):
    """The programme of one study with given breakpoints of scale (S1, S2)."""

    def __init__(self, values: Values, points: dict[tuple[str, str], set[float]]) -> None:
        super().__init__(values)
        self.points = points
        self.launches()
        self.sites()
        self.parts()
        self.platforms()
        self.cars()
        self.purchases()
        self.commitments()
        self.targets()
        self.savings()

    def weight(self, f: str, t: int) -> float:
        """Return d times the family's path."""
        return self.d(t) * self.v.index(f, "any", "any", t)

    def savings(self) -> None:
        """S1 and S2: saving by chords between breakpoints, at or above the curve."""
        v, p = self.v, self.programme
        for part, c in self.users:
            f = v.family(part)
            if not f["scale_rate"]:
                continue
            each = v.units(part, f["scale_attribute"])
            weights = sum(self.weight(f["family"], t) for t in v.T) * v.y
            terms, most = [], 0.0
            for name in p.place:
                if name[0] == "buy" and name[2] == part and v.member(name[1]) == c:
                    terms.append((self.weight(f["family"], name[6]) * each / weights, name))
            for m in self.users[part, c]:
                for t in self.windows[m]:
                    sales = sum(v.possible(m, r["market"], t) for r in v.some("offers", model=m))
                    most += sales * v.families(m)[f["family"]] * each * self.weight(f["family"], t) / weights
            self.chords(part, c, terms, most, v.own_cost(part, 0) / each * weights)

    def chords(self, part: str, c: str, terms: list[tuple[float, Name]], most: float, money: float) -> None:
        """Add volume and chord of one variant and member; `money` is worth of one saved unit of volume."""
        v, p = self.v, self.programme
        least, sated = v.knees(part)
        between = [least * (sated / least) ** (i / 6) for i in range(7)]
        cuts = sorted({0.0, *between, *self.points.get((part, c), set())})
        cuts = [cut for i, cut in enumerate(cuts) if i == 0 or cut > cuts[i - 1] * (1 + 1e-9)]
        cuts = [cut for cut in cuts if cut < most] + [max(most, 1.0) * 1.001]
        picks = []
        for i, (a, b) in enumerate(pairwise(cuts)):
            low, high = ((1 - v.phi(part, x)) * x for x in (a, b))
            slope = (high - low) / (b - a)
            pick = p.add("piece", part, c, i, high=1, whole=True, worth=(low - slope * a) * money)
            size = p.add("volume", part, c, i, worth=slope * money)
            p.row([(1, size), (-b, pick)], high=0)
            p.row([(1, size), (-a, pick)], low=0)
            picks.append(i)
        p.row([(1, ("piece", part, c, i)) for i in picks], low=1, high=1)
        p.row([(1, ("volume", part, c, i)) for i in picks] + [(-x, name) for x, name in terms], low=0, high=0)

    def valued(self, found: dict[Name, float], high: float) -> Answer:
        """Return the plan that a solution gives, with scale on the curve."""
        v, ledger, volumes = self.v, {}, {}
        flows = {name: amount for name, amount in found.items() if amount > 1e-6}
        for name, amount in flows.items():
            for key, money in self.programme.entries.get(name, {}).items():
                ledger[key] = ledger.get(key, 0.0) + money * amount
        for part, c in self.users:
            f = v.family(part)
            weights = sum(self.weight(f["family"], t) for t in v.T) * v.y
            each = v.units(part, f["scale_attribute"])
            buys = [n for n in flows if n[0] == "buy" and n[2] == part and v.member(n[1]) == c]
            volume = sum(flows[n] * self.weight(f["family"], n[6]) for n in buys) * each / weights
            volumes[part, c] = volume
            for name in buys if f["scale_rate"] else []:
                _, m, _, _, k, _, t = name
                saved = (
                    v.own_cost(part, 0) * v.index(f["family"], "any", "any", t) * (1 - v.phi(part, volume))
                )
                q = v.programme(m)["programme"]
                key = ("scale", v.brand_partner(m), m, q, part, None, k, None, None, t)
                ledger[key] = ledger.get(key, 0.0) + saved * flows[name]
        low = sum(money * self.d(key[-1]) for key, money in ledger.items())
        return Answer(low, high, flows, ledger, volumes, v)

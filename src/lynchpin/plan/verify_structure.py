"""What is decided once: launched versions, parts carried, nominations, allocations, platforms, open sites.

(L1) launched[q] <= sum launched[m];  launched[m] <= launched[q], equal unless m is a candidate version
(U1) one fitting variant of each required family       (U2) keep = the members that carry a variant
(U3) nominate[v,s,c] <= sum use;  somewhere where used (U5) develop = platforms of launched versions
(A1) a launched programme has a plant, open; others none   (O1) current and committed sites are open
"""

from typing import Any

from lynchpin.plan.verify_facts import Facts
from lynchpin.plan.verify_rules import Book
from lynchpin.plan.verify_tables import PlanRows


class Structure:
    """The structure of a plan by key, as its tables say."""

    def __init__(self, rows: PlanRows, facts: Facts) -> None:
        self.launched = {key[1] for key in rows.keys("launch")} & set(facts.windows)
        self.programmes = {facts.models[model]["programme"] for model in self.launched}
        self.uses = {(key[0], key[2]) for key in rows.keys("use") if key[0] in self.launched}
        self.users: dict[tuple[str, str], set[str]] = {}
        self.used: dict[tuple[str, str], set[int]] = {}
        for model, variant in self.uses:
            pair = (variant, facts.member(model))
            self.users.setdefault(pair, set()).add(model)
            self.used.setdefault(pair, set()).update(facts.windows[model])
        self.nominated: set[tuple[str, str, str]] = {
            (key[0], key[1], key[2]) for key in rows.keys("nominate")
        }
        self.allocated: set[tuple[str, str]] = {(key[0], key[1]) for key in rows.keys("allocate")}
        self.open: set[str] = {key[0] for key in rows.keys("open")}
        self.developed: dict[tuple[str, str], set[int]] = {}
        for model in self.launched:
            platform = facts.models[model]["platform"]
            if platform is not None:
                pair = (platform, facts.member(model))
                self.developed.setdefault(pair, set()).update(facts.windows[model])

    def bought_under(self, variant: str, site: str) -> set[int]:
        """Return the periods in which some member has a variant nominated at a site and uses it."""
        found: set[int] = set()
        for name, place, member in self.nominated:
            if name == variant and place == site:
                found |= self.used.get((variant, member), set())
        return found


def check_structure(rows: PlanRows, structure: Structure, facts: Facts, book: Book) -> None:
    """Note every broken rule of the structure in the book."""
    _launches(rows, structure, facts, book)
    _carried(rows, structure, facts, book)
    _nominations(structure, book)
    _plants(structure, facts, book)
    _fit(rows, structure, facts, book)
    if facts.as_is:
        _as_is(structure, facts, book)


def _launches(rows: PlanRows, structure: Structure, facts: Facts, book: Book) -> None:
    """L1: certain versions are launched, versions and programmes agree, periods are the first ones."""
    for programme, model, t in rows.keys("launch"):
        window = facts.windows.get(model)
        if window is None:
            book.note("L1", 1, f"launch: {model} is not in the plan's horizon")
        elif t != window[0]:
            first, found = facts.calendar.labels[window[0]], facts.calendar.labels[int(t)]
            book.note("L1", 1, f"launch: {programme} {model} in {found} instead of {first}")
    for programme, models in facts.versions.items():
        on = {model for model in models if model in structure.launched}
        if facts.programmes[programme]["status"] != "candidate" and not on:
            book.note("L1", 1, f"launch: no version of {programme}, which is certain")
        must = {m for m in models if facts.certain(m) or (on and facts.status(m) != "candidate")}
        lacking = sorted(must - on)
        if lacking:
            book.note("L1", len(lacking), f"launch: {lacking[0]} of {programme} is missing")


def _carried(rows: PlanRows, structure: Structure, facts: Facts, book: Book) -> None:
    """U1, U2, U5: one fitting variant per family; keep and develop are what follows."""
    carried: dict[tuple[str, str], list[str]] = {}
    for model, family, variant in rows.keys("use"):
        carried.setdefault((model, family), []).append(variant)
        if model not in structure.launched:
            book.note("U1", 1, f"use: {model} is not launched")
        if not facts.fits(variant, model):
            book.note("U1", 1, f"use: {variant} does not meet the requirements of {model}")
    for model in structure.launched:
        for family in facts.needs.get(model, {}):
            count = len(carried.get((model, family), []))
            if count != 1:
                book.note("U1", abs(count - 1), f"use: {model} carries {count} variants of {family}")
    book.same("U2", _texts(rows.keys("keep")), set(structure.users), "keep")
    book.same("U5", _texts(rows.keys("develop")), set(structure.developed), "develop")


def _nominations(structure: Structure, book: Book) -> None:
    """U3: every used variant of a member is nominated somewhere, nothing else is."""
    nominated = {(variant, member) for variant, _, member in structure.nominated}
    book.same("U3", nominated, set(structure.users), "nominate")


def _plants(structure: Structure, facts: Facts, book: Book) -> None:
    """A1, O1: plants of launched programmes and only of these; open sites."""
    for programme in structure.programmes - {programme for programme, _ in structure.allocated}:
        book.note("A1", 1, f"allocate: {programme} has no plant")
    for programme, site in structure.allocated:
        if programme not in structure.programmes:
            book.note("A1", 1, f"allocate: {programme} is not launched")
        if site not in structure.open:
            book.note("A1", 1, f"allocate: {programme} at {site}, which is not open")
        if facts.sites[site]["kind"] != "assembly":
            book.note("A1", 1, f"allocate: {programme} at {site}, which is no assembly site")
    for variant, site, _ in structure.nominated:
        if site not in structure.open:
            book.note("O1", 1, f"nominate: {variant} at {site}, which is not open")
    for site, row in facts.sites.items():
        if row["status"] != "candidate" and site not in structure.open:
            book.note("O1", 1, f"open: {site} is missing")


def _fit(rows: PlanRows, structure: Structure, facts: Facts, book: Book) -> None:
    """Demand in `fit` one row for every requirement with an attribute of every carried variant."""
    wanted: set[tuple[str, ...]] = set()
    for model, variant in structure.uses:
        family = facts.variants[variant]["family"]
        for row in facts.needs[model].get(family, []):
            attribute = row["attribute"]
            if attribute is not None and attribute in facts.specifications[variant]:
                sense = facts.attributes[family, attribute]["sense"]
                need, given = plain(row["value"]), plain(facts.specifications[variant][attribute])
                wanted.add((model, family, variant, attribute, sense, need, given))
    found = {(*key[:5], plain(key[5]), plain(key[6])) for key in rows.keys("fit")}
    book.same("fit", found, wanted, "fit")


def _as_is(structure: Structure, facts: Facts, book: Book) -> None:
    """Candidates stay out and every version carries what `uses` says, by itself or through `replaces`."""
    for model in structure.launched:
        if not facts.certain(model):
            book.note("as_is", 1, f"launch: {model} is a candidate")
    for site in structure.open:
        if facts.sites[site]["status"] == "candidate":
            book.note("as_is", 1, f"open: {site} is a candidate")
    for programme, site in structure.allocated:
        if facts.allocations[programme, site]["status"] == "candidate":
            book.note("as_is", 1, f"allocate: {programme} at {site} is a candidate")
    for variant, site, _ in structure.nominated:
        row = facts.nomination(variant, site)
        if row is None or row["status"] == "candidate":
            book.note("as_is", 1, f"nominate: {variant} at {site} is a candidate")
    _today(structure, facts, book)


def _today(structure: Structure, facts: Facts, book: Book) -> None:
    """Note every version that does not carry what `uses` says of it or of what it replaces."""
    today: dict[tuple[str, str], str] = {
        (r["model"], facts.variants[r["variant"]]["family"]): r["variant"] for r in facts.rows("uses")
    }
    for model, variant in structure.uses:
        family = facts.variants[variant]["family"]
        carrier: Any = model
        while carrier is not None and (carrier, family) not in today:
            carrier = facts.models[carrier]["replaces"]
        if carrier is None or today[carrier, family] != variant:
            book.note("as_is", 1, f"use: {model} carries {variant}, which `uses` does not say")


def plain(cell: object) -> str:
    """Return a need or a value as text, numbers in one spelling."""
    try:
        return f"{float(str(cell)):.12g}"
    except ValueError:
        return str(cell).strip()


def _texts(keys: set[Any]) -> set[tuple[str, ...]]:
    """Return keys as tuples of text."""
    return {tuple(str(part) for part in key) for key in keys}

"""An oracle's answer written as the tables of a plan."""

from typing import Any

import polars as pl

from lynchpin.plan.tables import COLUMNS, schema
from tests.oracle.whole import Answer


def plan_tables(answer: Answer, scenario: str | None = None) -> dict[str, pl.DataFrame]:
    """Return every table of the plan that an oracle found."""
    rows = {name: [] for name in COLUMNS}
    _structure(answer, rows)
    _flows(answer, rows)
    _money(answer, rows, scenario)
    return {
        name: pl.DataFrame(found, schema=schema(name), orient="row").sort(
            [c for c in COLUMNS[name] if schema(name)[c] == pl.String]
        )
        for name, found in rows.items()
    }


def _structure(answer: Answer, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    v, flows = answer.values, answer.flows
    keep, develop = set(), set()
    for name in flows:
        if name[0] == "launched":
            m = name[1]
            rows["launch"].append((v.programme(m)["programme"], m, v.label(v.window(m)[0])))
            platform = v.one("models", model=m)["platform"]
            if platform:
                develop.add((platform, v.member(m)))
        if name[0] == "use":
            _, m, part = name
            f = v.family(part)["family"]
            rows["use"].append((m, f, part))
            keep.add((part, v.member(m)))
            for need in v.some("requirements", model=m, family=f):
                a = need["attribute"]
                if a is not None:
                    sense = v.one("attributes", family=f, attribute=a)["sense"]
                    rows["fit"].append((m, f, part, a, sense, str(need["value"]), v.spec(part)[a]))
        if name[0] in ("nominate", "allocate", "open"):
            rows[name[0]].append(name[1:])
    rows["keep"] += keep
    rows["develop"] += develop
    for part, c in keep:
        if v.family(part)["scale_rate"]:
            volume = answer.volumes[part, c]
            rows["scale"].append((part, c, volume, v.phi(part, volume)))


def _flows(answer: Answer, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for name, amount in answer.flows.items():
        kind = name[0]
        if kind in ("make", "ship", "buy", "sell", "idle", "short", "unmet", "miss"):
            rows[kind].append((*name[1:-1], answer.values.label(name[-1]), amount))


def _money(answer: Answer, rows: dict[str, list[tuple[Any, ...]]], scenario: str | None) -> None:
    v = answer.values
    for key, money in answer.ledger.items():
        if abs(money) > 1e-6:
            rows["ledger"].append((*key[:-1], v.label(key[-1]), scenario, money, money * v.d(key[-1])))
    for name in answer.flows:
        for partner, kind, item, site, member, t, money in _cash(answer, name):
            rows["investment"].append((partner, kind, item, site, member, v.label(t), money))


def _cash(answer: Answer, name: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Return the cash of what one structural decision invests."""
    v, flows = answer.values, answer.flows
    if name[0] == "launchedq":
        row = v.one("programmes", programme=name[1])
        ts = [t for t in v.T if v.sold(row, t)]
        payers = {v.one("brands", brand=row["brand"])["partner"]: 1.0}
        return _split("development", name[1], None, None, row, "development_cost", payers, ts, v)
    if name[0] == "allocate":
        row = v.one("allocations", programme=name[1], site=name[2])
        ts = [t for t in v.T if v.sold(v.one("programmes", programme=name[1]), t)]
        return _split(
            "plant_tooling", name[1], name[2], None, row, "tooling_cost", v.owners(name[2])[0], ts, v
        )
    if name[0] == "open":
        row = v.one("sites", site=name[1])
        return _split("opening", name[1], name[1], None, row, "opening_cost", v.owners(name[1])[0], v.T, v)
    first = {"used": "engineering", "tooled": "supplier_tooling", "developed": "platform"}.get(name[0])
    if first is None or any((*name[:-1], t) in flows for t in range(name[-1])):
        return []
    item, site, member = name[1], (name[2] if first == "supplier_tooling" else None), name[-2]
    row = v.one("platforms", platform=item) if first == "platform" else v.one("variants", variant=item)
    payer, owner = v.payer(member, row["owner"]), row["owner"]
    money = {
        "engineering": "engineering_cost",
        "supplier_tooling": "tooling_cost",
        "platform": "development_cost",
    }[first]
    if first == "supplier_tooling":
        row = v.suppliers(item)[site]
    if row["status"] == "current" and payer != owner:
        row = row | {"status": "committed"}
    return _split(first, item, site, member, row, money, {payer: 1.0}, [name[-1]], v)


def _split(
    kind: str, item: str, site: Any, member: Any, row: Any, column: str, payers: Any, ts: list[int], v: Any
) -> Any:
    if row["status"] == "current" or not row[column]:
        return []
    t = ts[0]
    cash = row[column] * 1e6 * v.rate(row, t)
    return [(partner, kind, item, site, member, t, share * cash) for partner, share in payers.items()]

"""Profit-and-loss columns: the lines of each model and market as people read them, per car and in all.

consumer price − tax − dealer = net price          from the revenue R of the ledger:
before tax = R / (1 − dealer_share),  consumer price = before tax (1 + vat)
"""

from dataclasses import dataclass

from lynchpin.plan.plan import Plan
from lynchpin.report.profit import ORDER, SHARED, present_vehicles, profit
from lynchpin.report.words import Names, line_words

DIRECT = tuple(line for line in ORDER if line not in SHARED and line not in ("revenue", "selling"))
BEFORE, AFTER = "Contribution before shared cost", "Contribution"


@dataclass(frozen=True)
class Line:
    """One line of every column: its words, its kind, and the ledger's line and family behind it."""

    words: str
    kind: str
    line: str | None = None
    family: str | None = None


@dataclass(frozen=True)
class Column:
    """One model in one market: discounted cars, tax, dealer's share, money by line; None: not placed."""

    model: str | None
    market: str | None
    vehicles: float
    vat: float
    dealer_share: float
    amounts: dict[tuple[str, str | None], float]

    @property
    def revenue(self) -> float:
        """Return net revenue."""
        return self.amounts.get(("revenue", None), 0.0)

    @property
    def consumer(self) -> float:
        """Return what customers pay."""
        return self.before_tax * (1 + self.vat)

    @property
    def before_tax(self) -> float:
        """Return what customers pay without taxes."""
        return self.revenue / (1 - self.dealer_share)


def columns(plan: Plan) -> tuple[Column, ...]:
    """Return every column, sorted by model and market; one without both holds what no car caused."""
    rows = profit(plan).select("model", "market", "line", "family", "money")
    amounts: dict[tuple[str | None, str | None], dict[tuple[str, str | None], float]] = {}
    for model, market, line, family, money in rows.iter_rows():
        amounts.setdefault((model, market), {})[line, family] = money
    cars = {(model, market): sold for model, market, sold in present_vehicles(plan).iter_rows()}
    taxes = {
        market: (vat, dealer)
        for market, vat, dealer in plan.study.table("markets")
        .select("market", "vat", "dealer_share")
        .iter_rows()
    }
    found: list[Column] = []
    for (model, market), money in amounts.items():
        vat, dealer = taxes.get(market, (0.0, 0.0)) if market is not None else (0.0, 0.0)
        found.append(
            Column(
                model, market, cars.get((model, market), 0.0) if model and market else 0.0, vat, dealer, money
            )
        )
    return tuple(
        sorted(found, key=lambda column: (column.model is None, column.model or "", column.market or ""))
    )


def lines(plan: Plan, shown: tuple[Column, ...]) -> tuple[Line, ...]:
    """Return the lines that at least one column needs, in the order in which they are read."""
    names = Names.of(plan)
    used = {key for column in shown for key in column.amounts}
    order = list(plan.study.table("families").get_column("family"))
    result: list[Line] = []
    if ("revenue", None) in used:
        result += [Line("Consumer price", "price"), Line("Tax", "tax"), Line("Dealer", "dealer")]
        result.append(Line("Net price", "net", "revenue"))
    for line in ("selling", *DIRECT):
        result += _of_line(line, used, order, names)
    result.append(Line(BEFORE, "before"))
    for line in SHARED:
        result += _of_line(line, used, order, names)
    result += [
        Line(line_words(line), "line", line, family)
        for line, family in sorted(used - _known(result), key=str)
    ]
    result.append(Line(AFTER, "after"))
    return tuple(result)


def _known(result: list[Line]) -> set[tuple[str, str | None]]:
    """Return the ledger's lines and families that have a line."""
    return {(line.line, line.family) for line in result if line.line is not None}


def _of_line(line: str, used: set[tuple[str, str | None]], order: list[str], names: Names) -> list[Line]:
    """Return the lines of one line of the ledger: one for each family where it has families."""
    families = [family for known, family in used if known == line]
    ranked = sorted(
        families, key=lambda family: (order.index(family) if family in order else -1, family or "")
    )
    words = line_words(line)
    return [
        Line(f"{words}: {names('family', family)}" if family else words, "line", line, family)
        for family in ranked
    ]


def amount(column: Column, line: Line) -> float:
    """Return the present money of a line in a column."""
    if line.kind == "price":
        return column.consumer
    if line.kind == "tax":
        return column.before_tax - column.consumer
    if line.kind == "dealer":
        return column.revenue - column.before_tax
    if line.kind == "before":
        return sum(money for (name, _), money in column.amounts.items() if name not in SHARED)
    if line.kind == "after":
        return sum(column.amounts.values())
    return column.amounts.get((line.line or "", line.family), 0.0)

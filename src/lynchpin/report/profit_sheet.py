"""The sheet `profit and loss` in live formulas: one column for each model and market, and their sum.

Given cells: cars, consumer price, tax, dealer's share, and the money of every line of the ledger. Formulas:

    net price = price / (1 + tax) (1 − dealer)             revenue = net price × cars
    before shared cost = revenue + lines of the car         contribution = before + shared lines
    all = sum of the columns                                difference = all − objective
"""

from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from lynchpin.plan.plan import Plan
from lynchpin.report.columns import Column, Line, amount, columns, lines
from lynchpin.report.measures import value
from lynchpin.report.profit import SHARED
from lynchpin.report.words import Names

SHEET = "profit and loss"
MODEL, MARKET, CARS, PRICE, TAX, DEALER, NET, FIRST = 1, 2, 3, 4, 5, 6, 7, 9
WORDS, ALL, LEFT = 0, 1, 2


@dataclass(frozen=True)
class Formats:
    """The looks of cells."""

    head: Format
    bold: Format
    whole: Format
    share: Format
    sum: Format


@dataclass(frozen=True)
class Rows:
    """Where the rows of money stand: direct lines, the sum before shared cost, shared lines, the sum."""

    direct: tuple[Line, ...]
    before: Line
    shared: tuple[Line, ...]
    after: Line

    @property
    def listed(self) -> tuple[Line, ...]:
        """Every row from the first one on."""
        return (*self.direct, self.before, *self.shared, self.after)

    @property
    def priced(self) -> bool:
        """Return whether cars have a price: a study of least cost has none."""
        return any(line.kind == "net" for line in self.direct)

    @property
    def before_row(self) -> int:
        """Return the row of the sum before shared cost."""
        return FIRST + len(self.direct)

    @property
    def after_row(self) -> int:
        """Return the row of the contribution."""
        return self.before_row + 1 + len(self.shared)


def write_profit(sheet: Worksheet, plan: Plan, formats: Formats) -> None:
    """Write the sheet."""
    shown = columns(plan)
    rows = _rows(lines(plan, shown))
    _heads(sheet, plan, rows, formats)
    names = Names.of(plan)
    for position, column in enumerate(shown):
        _column(sheet, LEFT + position, column, rows, names, formats)
    _sums(sheet, shown, rows, formats)
    _check(sheet, plan, shown, rows, formats)
    sheet.freeze_panes(FIRST, LEFT)
    sheet.set_column(WORDS, WORDS, 42)
    sheet.set_column(ALL, LEFT + len(shown), 17)


def _rows(wanted: tuple[Line, ...]) -> Rows:
    """Sort the lines into direct ones, shared ones and sums."""
    listed = [line for line in wanted if line.kind in ("net", "line")]
    before, after = (next(line for line in wanted if line.kind == kind) for kind in ("before", "after"))
    return Rows(
        direct=tuple(line for line in listed if line.line not in SHARED),
        before=before,
        shared=tuple(line for line in listed if line.line in SHARED),
        after=after,
    )


def _heads(sheet: Worksheet, plan: Plan, rows: Rows, formats: Formats) -> None:
    """Write the words of every row."""
    currency = plan.study.settings.currency
    sheet.write_string(0, WORDS, f"{plan.study.name}: present value in {currency}", formats.bold)
    words = {
        MODEL: "Model",
        MARKET: "Market",
        CARS: "Cars, discounted",
        PRICE: f"Consumer price, {currency} a car",
        TAX: "Tax on the price before tax",
        DEALER: "Dealer’s share",
        NET: f"Net price, {currency} a car",
    }
    words = {row: text for row, text in words.items() if row < PRICE or rows.priced}
    for row, text in words.items():
        sheet.write_string(row, WORDS, text, formats.bold if row in (MODEL, MARKET, NET) else None)
    for row, line in enumerate(rows.listed, start=FIRST):
        text = "Revenue: net price × cars" if line.kind == "net" else line.words
        sheet.write_string(row, WORDS, text, formats.bold if line.kind in ("before", "after") else None)


def _column(sheet: Worksheet, place: int, column: Column, rows: Rows, names: Names, formats: Formats) -> None:
    """Write one model in one market."""
    name = xl_col_to_name(place)
    cars = column.vehicles
    model = names("model", column.model) if column.model else "Not placed"
    sheet.write_string(MODEL, place, model, formats.head)
    sheet.write_string(MARKET, place, names("market", column.market), formats.head)
    sheet.write_number(CARS, place, cars, formats.whole)
    if rows.priced:
        sheet.write_number(PRICE, place, column.consumer / cars if cars else 0.0, formats.whole)
        sheet.write_number(TAX, place, column.vat, formats.share)
        sheet.write_number(DEALER, place, column.dealer_share, formats.share)
        net = f"={name}{PRICE + 1}/(1+{name}{TAX + 1})*(1-{name}{DEALER + 1})"
        _write(sheet, NET, place, net, formats.sum, column.revenue / cars if cars else 0.0)
    for row, line in enumerate(rows.listed, start=FIRST):
        money = amount(column, line)
        formula = _formula(line, name, rows)
        if formula:
            _write(sheet, row, place, formula, formats.sum, money)
        else:
            sheet.write_number(row, place, money, formats.whole)


def _formula(line: Line, name: str, rows: Rows) -> str:
    """Return the formula of a row in a column, empty where the cell is given."""
    if line.kind == "net":
        return f"={name}{NET + 1}*{name}{CARS + 1}"
    if line.kind == "before":
        return f"=SUM({name}{FIRST + 1}:{name}{rows.before_row})" if rows.direct else "=0"
    if line.kind == "after":
        return f"=SUM({name}{rows.before_row + 1}:{name}{rows.after_row})"
    return ""


def _sums(sheet: Worksheet, shown: tuple[Column, ...], rows: Rows, formats: Formats) -> None:
    """Write the sum of all columns."""
    sheet.write_string(MODEL, ALL, "All", formats.head)
    first, last = xl_col_to_name(LEFT), xl_col_to_name(LEFT + max(len(shown), 1) - 1)
    sums = {CARS: sum(column.vehicles for column in shown)}
    sums |= {
        row: sum(amount(column, line) for column in shown)
        for row, line in enumerate(rows.listed, start=FIRST)
    }
    for row, whole in sums.items():
        _write(sheet, row, ALL, f"=SUM({first}{row + 1}:{last}{row + 1})", formats.sum, whole)


def _check(sheet: Worksheet, plan: Plan, shown: tuple[Column, ...], rows: Rows, formats: Formats) -> None:
    """Write contribution per car, the objective, and what is left between it and the sum."""
    per_car, optimum, left = rows.after_row + 1, rows.after_row + 2, rows.after_row + 3
    words = "Minus the least cost" if plan.info.objective_kind == "cost" else "Objective of the plan"
    sheet.write_string(per_car, WORDS, "Contribution per car")
    sheet.write_string(optimum, WORDS, words, formats.bold)
    sheet.write_string(left, WORDS, "All columns less the objective")
    after, cars = f"{{0}}{rows.after_row + 1}", f"{{0}}{CARS + 1}"
    whole = [sum(column.amounts.values()) for column in shown]
    sold = [column.vehicles for column in shown]
    for place, (money, vehicles) in enumerate(
        zip([sum(whole), *whole], [sum(sold), *sold], strict=True), start=ALL
    ):
        name = xl_col_to_name(place)
        formula = f"=IF({cars}>0,{after}/{cars},0)".replace("{0}", name)
        _write(sheet, per_car, place, formula, formats.whole, money / vehicles if vehicles else 0.0)
    name = xl_col_to_name(ALL)
    sheet.write_number(optimum, ALL, value(plan), formats.sum)
    formula = f"={name}{rows.after_row + 1}-{name}{optimum + 1}"
    _write(sheet, left, ALL, formula, formats.whole, sum(whole) - value(plan))


def _write(sheet: Worksheet, row: int, place: int, formula: str, look: Format, result: float) -> None:
    """Write a formula with its computed value, which programs show that do not compute."""
    sheet.write_formula(row, place, formula, look, result)  # pyright: ignore[reportArgumentType]  # says str, takes numbers

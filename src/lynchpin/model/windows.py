"""Who is on sale when, and how much could be sold.

    age        (start of t) - (start of launch), in years; inside the window if 0 <= age < life
    version    its programme's window, cut before the launch of a certain version that replaces it
    B[m,n,t] = base_sales growth life_curve(floor age) y   inside the window, else 0

A programme without a launch is on sale from before the horizon, for ever unless it is replaced.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar, codes, floats, series_over_periods
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.study.dictionary import split_numbers

CERTAIN = ("current", "committed")
SHORT = 1e-9  # years


@dataclass(frozen=True, eq=False)
class Windows:
    """Programmes and versions that touch the horizon, sorted, with their windows.

    programmes, models   rows of the tables, `models` with `partner` and its own effective `status`
    programme            position of each model's programme
    age                  of a programme in years, nan without a launch (programmes, T)
    on_sale              (models, T)
    programme_on_sale    (programmes, T)
    certain              whether a model's launch is certain (models)
    """

    programmes: pl.DataFrame
    models: pl.DataFrame
    programme: Positions
    age: Vector
    on_sale: Flags
    programme_on_sale: Flags
    certain: Flags


def windows(calendar: Calendar, *, as_is: bool) -> Windows:
    """Return what is on sale when; `as_is` leaves candidate programmes and versions out."""
    study = calendar.study
    programmes = _programmes(calendar)
    models = (
        study.table("models")
        .join(programmes.select("programme", "brand", "partner", programme_status="status"), on="programme")
        .with_columns(pl.col("status").fill_null(pl.col("programme_status")))
        .sort("model")
    )
    if as_is:
        models = models.filter(pl.col("status").is_in(CERTAIN) & pl.col("programme_status").is_in(CERTAIN))
    programme = codes(models, "programme", programmes["programme"].to_list())
    age, inside = _ages(calendar, programmes)
    certain = (models["status"].is_in(CERTAIN) & models["programme_status"].is_in(CERTAIN)).to_numpy()
    on_sale = _cut(models, programme, age, inside[programme], certain)
    return _touching(programmes, models, programme, age, inside, on_sale, certain)


def possible_sales(
    calendar: Calendar, found: Windows, markets: tuple[str, ...]
) -> tuple[Vector, pl.DataFrame]:
    """Return B (models, markets, T) and the sorted offers, `model` and `market` as positions."""
    study = calendar.study
    names = found.models["model"].to_list()
    offers = study.table("offers").filter(pl.col("model").is_in(names)).sort("model", "market")
    model, market = codes(offers, "model", names), codes(offers, "market", markets)
    curve = _life_curves(found)[found.programme[model]]
    sales = (
        floats(offers, "base_sales")[:, None]
        * _growth(calendar, found, offers, model)
        * curve
        * calendar.years
    )
    possible = np.zeros((len(names), len(markets), calendar.n))
    possible[model, market] = np.where(found.on_sale[model], sales, 0.0)
    return possible, offers.with_columns(
        model=pl.Series(model, dtype=pl.Int32), market=pl.Series(market, dtype=pl.Int32)
    )


def by_age(lists: list[tuple[float, ...]], age: Vector, *, after: float | None) -> Vector:
    """Return each list's entry for whole years of age (rows, T); past its end `after`, else its last."""
    values = np.ones(age.shape)
    for row, numbers in enumerate(lists):
        if numbers and not np.isnan(age[row]).any():
            padded = np.array([*numbers, numbers[-1] if after is None else after])
            values[row] = padded[np.clip(np.floor(age[row] + SHORT).astype(int), 0, len(numbers))]
    return values


def _programmes(calendar: Calendar) -> pl.DataFrame:
    study = calendar.study
    brands = study.table("brands").select("brand", "partner")
    return study.table("programmes").join(brands, on="brand").sort("programme")


def _ages(calendar: Calendar, programmes: pl.DataFrame) -> tuple[Vector, Flags]:
    """Return the age of each programme in years and whether it is inside its window (programmes, T)."""
    periods = calendar.study.periods
    launch = np.array([np.nan if label is None else periods.start(label) for label in programmes["launch"]])
    age = np.array(periods.starts)[None, :] - launch[:, None]
    life = floats(programmes, "life", np.inf)[:, None]
    return age, np.isnan(age) | ((age > -SHORT) & (age < life - SHORT))


def _cut(models: pl.DataFrame, programme: Positions, age: Vector, inside: Flags, certain: Flags) -> Flags:
    """Return the windows of versions, cut before the launch of certain successors."""
    position = {name: index for index, name in enumerate(models["model"])}
    cut = inside.copy()
    for successor, old in enumerate(models["replaces"]):
        if certain[successor] and old in position:
            cut[position[old]] &= age[programme[successor]] <= -SHORT
    return cut


def _touching(
    programmes: pl.DataFrame,
    models: pl.DataFrame,
    programme: Positions,
    age: Vector,
    inside: Flags,
    on_sale: Flags,
    certain: Flags,
) -> Windows:
    """Keep the versions that touch the horizon and the programmes that have one."""
    keep: Flags = np.asarray(on_sale.any(axis=1))
    kept = np.zeros(programmes.height, dtype=np.bool_)
    kept[programme[keep]] = True
    return Windows(
        programmes=programmes.filter(pl.Series(kept)),
        models=models.filter(pl.Series(keep)),
        programme=(np.cumsum(kept) - 1)[programme[keep]],
        age=age[kept],
        on_sale=on_sale[keep],
        programme_on_sale=inside[kept],
        certain=certain[keep],
    )


def _life_curves(found: Windows) -> Vector:
    lists = [split_numbers(text) for text in found.programmes["life_curve"]]
    return by_age(lists, found.age, after=None)


def _growth(calendar: Calendar, found: Windows, offers: pl.DataFrame, model: Positions) -> Vector:
    """Return vehicles of a period over vehicles of the first, by market, segment and drive (offers, T)."""
    sizes = series_over_periods(
        calendar.study, calendar.study.table("demand"), ("market", "segment", "powertrain"), "vehicles"
    )
    segments, drives = found.models["segment"].to_list(), found.models["powertrain"].to_list()
    growth = np.ones((offers.height, calendar.n))
    for row, (market, position) in enumerate(zip(offers["market"], model, strict=True)):
        segment = segments[position]
        size = sizes.get((market, segment, drives[position]), sizes.get((market, segment, "any")))
        if size is not None:
            growth[row] = _relative(size, f"demand in {market}, segment {segment}")
    return growth


def _relative(size: Vector, thing: str) -> Vector:
    if not size[0] > 0:
        raise ModelError(
            "no growth follows from it: the first period has no vehicles",
            thing=thing,
            value=float(size[0]),
            cure="Give the size of the market in every period, above zero in the first.",
        )
    return size / size[0]

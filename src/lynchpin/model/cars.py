"""Flows of cars and the money of one car.

    net price  = price / (1 + vat) x (1 - dealer_share)         revenue, selling = selling_share x net price
    body       = body_cost x body_factor                         conversion = unit_cost of the allocation
    customs    = transfer price, else customs_share x net price; for duty plus freight where duty_basis is cif
    transit    = (freight + customs) x days/365 x r

All in the study's currency; sigma is the share of owners outside the alliance in a plant's profit.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.errors import ModelError
from lynchpin.model.calendar import Calendar, codes, floats, rows_of
from lynchpin.model.duty import DutyBook, Goods
from lynchpin.model.grants import grants
from lynchpin.model.lanes import Lanes
from lynchpin.model.levied import levied
from lynchpin.model.structure import Structure
from lynchpin.model.vectors import Positions, Vector
from lynchpin.model.windows import Windows, by_age
from lynchpin.study.dictionary import split_numbers

Money = dict[str, Vector]


@dataclass(frozen=True, eq=False)
class Cars:
    """Compiles `sell`, `short`, `make`, `ship` and `idle` with the money of one unit.

    possible  B (models, markets, T)
    offers    offers by model and market, positions
    outside   sigma of each site
    """

    calendar: Calendar
    windows: Windows
    structure: Structure
    book: DutyBook
    possible: Vector
    offers: pl.DataFrame
    outside: Vector

    def compiled(self) -> tuple[dict[str, pl.DataFrame], dict[str, Money]]:
        """Return the frames and the money of every flow of cars."""
        sell, offer = self._sell()
        ship, shipped = self._ship(sell, offer)
        made = self._capacities.join(
            ship.select("model", "site", "period").unique(), on=["model", "site", "period"], how="semi"
        )
        made = made.sort("model", "site", "period")
        short, penalty = self._short(sell, offer)
        idle, unused = self._idle()
        frames = {"sell": sell, "short": short, "make": made, "ship": ship, "idle": idle}
        money = {
            "sell": self._sold(sell, offer),
            "short": penalty,
            "make": self._made(made),
            "ship": shipped,
            "idle": unused,
        }
        return frames, money

    @property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return self.structure.names

    @cached_property
    def _sites(self) -> pl.DataFrame:
        return rows_of(self.calendar.study, "sites", self._names["site"])

    @cached_property
    def _net(self) -> Vector:
        """Return the net price of each offer (offers, T)."""
        markets = self.calendar.study.table("markets").sort("market")
        row = self.offers["market"].to_numpy()
        tax = 1 + floats(markets, "vat")[row]
        kept = 1 - floats(markets, "dealer_share")[row]
        return self.calendar.money(self.offers, "price") * (kept / tax)[:, None]

    @cached_property
    def _capacities(self) -> pl.DataFrame:
        """Return model, site, period with slots and `most`, the most vehicles that could be made."""
        study, names = self.calendar.study, self._names
        rows = study.table("allocations").filter(pl.col("programme").is_in(names["programme"]))
        lists = {
            (site, programme): split_numbers(ramp)
            for site, programme, ramp in rows.select("site", "programme", "ramp").iter_rows()
        }
        allocate = self.structure.frames["allocate"]
        programme, site = allocate["programme"].to_numpy(), allocate["site"].to_numpy()
        ramps = [lists[names["site"][k], names["programme"][q]] for q, k in zip(programme, site, strict=True)]
        ramp = by_age(ramps, self.windows.age[programme], after=1.0)
        capacity = floats(self._sites, "capacity", np.inf)[site][:, None] * self.calendar.years
        usable = np.where(np.isinf(capacity), np.inf, np.where(np.isinf(capacity), 0.0, capacity) * ramp)
        long = pl.DataFrame({
            "allocate": np.repeat(np.arange(allocate.height), self.calendar.n),
            "period": np.tile(np.arange(self.calendar.n, dtype=np.int32), allocate.height),
            "usable": usable.ravel(),
        })  # fmt: skip
        long = long.join(allocate.with_row_index("allocate").cast({"allocate": pl.Int64}), on="allocate")
        demand = np.argwhere(self.possible.sum(axis=1) > 0).astype(np.int32)
        wanted = pl.DataFrame({
            "model": demand[:, 0], "period": demand[:, 1],
            "demand": self.possible.sum(axis=1)[demand[:, 0], demand[:, 1]],
        }).join(self.structure.frames["models"].select("model", "programme"), on="model")  # fmt: skip
        return wanted.join(long, on=["programme", "period"]).select(
            "model", "site", "period", "programme", "allocate", "slots", "usable",
            most=pl.min_horizontal("demand", pl.col("usable") / pl.col("slots")),
        ).filter(pl.col("most") > 0)  # fmt: skip

    def _sell(self) -> tuple[pl.DataFrame, Positions]:
        """Return the frame and the offer of each of its rows."""
        at = np.argwhere(self.possible > 0).astype(np.int32)
        offers = self.offers.select("model", "market").with_row_index("offer")
        frame = pl.DataFrame({
            "model": at[:, 0], "market": at[:, 1], "period": at[:, 2],
            "possible": self.possible[self.possible > 0],
        }).join(offers, on=["model", "market"], maintain_order="left")  # fmt: skip
        return frame.drop("offer"), frame["offer"].cast(pl.Int64).to_numpy()

    def _sold(self, sell: pl.DataFrame, offer: Positions) -> Money:
        if self.calendar.study.settings.objective == "cost":
            return {}
        net = self._net[offer, sell["period"].to_numpy()]
        return {"revenue": net, "selling": -net * floats(self.offers, "selling_share")[offer]}

    def _short(self, sell: pl.DataFrame, offer: Positions) -> tuple[pl.DataFrame, Money]:
        """Return the rows with a minimum, with `least` (a share of possible sales), and the penalty."""
        settings = self.calendar.study.settings
        share = floats(self.offers, "min_share", 1.0 if settings.objective == "cost" else 0.0)[offer]
        default = 0.0 if settings.short_penalty is None else settings.short_penalty
        given = self.calendar.money(self.offers, "short_penalty")
        price = np.where(self.offers["short_penalty"].is_null().to_numpy()[:, None], default, given)
        frame = sell.with_columns(least=pl.Series(share)).with_row_index("sell").filter(pl.col("least") > 0)
        rows = frame["sell"].to_numpy()
        return frame.drop("sell"), {"short": -price[offer[rows], frame["period"].to_numpy()]}

    def _made(self, made: pl.DataFrame) -> Money:
        study = self.calendar.study
        model, site, period = (made[column].to_numpy() for column in ("model", "site", "period"))
        body = (
            self.calendar.money(self.windows.models, "body_cost")[model, period]
            * floats(self._sites, "body_factor", 1.0)[site]
        )
        rows = study.table("allocations").join(
            _pair(self.structure, "allocate", ("programme", "site")), on=["programme", "site"]
        ).sort("row")  # fmt: skip
        conversion = self.calendar.money(rows, "unit_cost")[made["allocate"].to_numpy(), period]
        drives = sorted(set(self.windows.models["powertrain"]))
        per_car = np.stack([grants(self.book, self._sites, "powertrain", drive)[0] for drive in drives])
        drive = codes(self.windows.models, "powertrain", drives)[model]
        incentive = per_car[drive, site, period]
        loss = self.outside[site] * (body + conversion - incentive)
        return {"body": -body, "conversion": -conversion, "incentive": incentive, "venture": loss}

    def _ship(self, sell: pl.DataFrame, offer: Positions) -> tuple[pl.DataFrame, Money]:
        """Return the frame and the money of one car shipped, banned flows left out."""
        pairs = self._capacities.select("model", "site", "period", "programme", "allocate").join(
            sell.with_columns(offer=pl.Series(offer)), on=["model", "period"]
        )
        pairs = pairs.sort("model", "site", "market", "period")
        priced = self._priced(pairs)
        which, goods = self._goods(pairs)
        duties = levied(self.book, goods, which, priced["base"], pairs["period"].to_numpy())
        frame = (
            pairs[duties.row]
            .with_columns(regime=duties.regime)
            .with_columns(
                pl.Series("duty", duties.duty), pl.Series("transfer", priced["transfer"][duties.row])
            )
        )
        money = {name: -priced[name][duties.row] for name in ("car_freight", "car_transit")}
        money["car_duty"] = -duties.duty
        sigma = self.outside[frame["site"].to_numpy()]
        transfer = frame["transfer"].to_numpy()
        self._refuse_unpriced(frame, sigma, transfer)
        money["venture"] = -sigma * np.nan_to_num(transfer)
        return frame, money

    def _priced(self, pairs: pl.DataFrame) -> Money:
        """Return freight, transit, transfer price and customs value for duty of each pair."""
        model, market, period = (pairs[name].to_numpy() for name in ("model", "market", "period"))
        names, markets = self._names, self.calendar.study.table("markets").sort("market")
        size = floats(self.windows.models, "volume_m3", np.nan)[model]
        begin, end = (
            pl.Series(names["site"]).gather(pairs["site"]),
            pl.Series(names["market"]).gather(pairs["market"]),
        )
        freight, days = Lanes(self.calendar, "cars").costs(begin, end, size, period)
        offer = pairs["offer"].to_numpy()
        transfer = self._transfer_prices(pairs)
        own = self._net[offer, period] * floats(self.offers, "customs_share", 1.0)[offer]
        customs = np.where(np.isnan(transfer), own, transfer)
        cif = (markets["duty_basis"] == "cif").to_numpy()[market]
        held = days / 365 * self.calendar.study.settings.discount_rate
        return {
            "car_freight": freight,
            "car_transit": (freight + customs) * held,
            "transfer": transfer,
            "base": customs + cif * freight,
        }

    def _goods(self, pairs: pl.DataFrame) -> tuple[Positions, list[Goods]]:
        """Return the kind of goods of each pair, and the kinds."""
        headings = self.windows.models.select("hs").with_row_index("model").cast({"model": pl.Int32})
        keyed = pairs.select("site", "market", "programme", "model").join(
            headings, on="model", maintain_order="left"
        )
        kinds = (
            keyed.select("site", "market", "programme", "hs")
            .unique(maintain_order=True)
            .with_row_index("kind")
        )
        which = keyed.join(
            kinds, on=["site", "market", "programme", "hs"], nulls_equal=True, maintain_order="left"
        )["kind"]
        markets = self.calendar.study.table("markets").sort("market")["country"]
        country, operator = self._sites["country"], self._sites["operator"]
        sites, programmes = self._names["site"], self._names["programme"]
        goods: list[Goods] = []
        for _, site, market, programme, heading in kinds.iter_rows():
            origin = (sites[int(site)], programmes[int(programme)])
            goods.append(Goods(country[site], markets[market], heading, operator[site], origin))
        return which.cast(pl.Int64).to_numpy(), goods

    def _transfer_prices(self, pairs: pl.DataFrame) -> Vector:
        """Return the transfer price of each pair, the most exact territory first; nan without one."""
        table, names = self.calendar.study.table("transfer_prices"), self._names
        prices = np.full(pairs.height, np.nan)
        best = np.full(pairs.height, 3)
        model, site, market, period = (
            pairs[name].to_numpy() for name in ("model", "site", "market", "period")
        )
        countries = self.calendar.study.table("markets").sort("market")["country"].to_list()
        value = self.calendar.money(table, "price")
        for row, (place, version, territory) in enumerate(
            table.select("site", "model", "territory").iter_rows()
        ):
            if place not in names["site"] or version not in names["model"]:
                continue
            rank = np.array([self.book.ranks(territory, country) for country in countries])
            mine = (site == names["site"].index(place)) & (model == names["model"].index(version))
            better = np.flatnonzero(mine)
            better = better[rank[market[better], period[better]] < best[better]]
            best[better] = rank[market[better], period[better]]
            prices[better] = value[row, period[better]]
        return prices

    def _refuse_unpriced(self, ship: pl.DataFrame, sigma: Vector, transfer: Vector) -> None:
        wrong = (sigma > 0) & np.isnan(transfer)
        if wrong.any():
            model, site = ship.select("model", "site").row(int(np.argmax(wrong)))
            raise ModelError(
                "owners outside the alliance share its profit, but a model lacks its transfer price",
                thing=f"site {self._names['site'][int(site)]}",
                value=self._names["model"][int(model)],
                cure="Add the row to `transfer_prices`.",
            )

    def _idle(self) -> tuple[pl.DataFrame, Money]:
        """Return the slots that may stay idle, at assembly sites with a finite capacity."""
        capacity = floats(self._sites, "capacity", np.inf)
        rows = np.flatnonzero((self._sites["kind"] == "assembly").to_numpy() & np.isfinite(capacity))
        site, period = np.repeat(rows, self.calendar.n), np.tile(np.arange(self.calendar.n), len(rows))
        frame = pl.DataFrame({"site": site.astype(np.int32), "period": period.astype(np.int32)}).with_columns(
            capacity=pl.Series(capacity[site] * self.calendar.years)
        )
        cost = self.calendar.money(self._sites, "idle_cost")[site, period]
        return frame, {"idle": -cost, "venture": self.outside[site] * cost}


def _pair(structure: Structure, frame: str, keys: tuple[str, str]) -> pl.DataFrame:
    """Return the identifiers of a structural frame with its row number."""
    rows = structure.frames[frame].with_row_index("row")
    return rows.select(
        "row", *(pl.Series(key, structure.names[key]).gather(rows[key]).alias(key) for key in keys)
    )

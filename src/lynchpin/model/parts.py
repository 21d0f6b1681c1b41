"""Flows of parts and the money of one piece.

    parts    list cost of the variant at the supplier
    freight  of the lane supplier -> plant, none within one site;  transit = (freight + list) x days/365 x r
    duty     on list cost, plus freight where the plant's duty_basis is cif
    grant    per_unit + per_kwh x kwh of the piece

All in the study's currency; parts flow per model, and cost per variant, supplier, plant, regime and period.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.model.calendar import Calendar, floats, rows_of
from lynchpin.model.duty import DutyBook, Goods
from lynchpin.model.fitting import attribute_values
from lynchpin.model.grants import grants
from lynchpin.model.lanes import Lanes
from lynchpin.model.levied import levied
from lynchpin.model.prices import list_costs
from lynchpin.model.structure import Structure
from lynchpin.model.vectors import Positions, Vector

Money = dict[str, Vector]
LINES = ("parts", "parts_freight", "parts_transit", "parts_duty", "incentive", "venture")


@dataclass(frozen=True, eq=False)
class Parts:
    """Compiles `parts` (what one piece costs) and `buy` (its flows by model).

    make     frame of the plant flows
    outside  sigma of each site
    """

    calendar: Calendar
    structure: Structure
    book: DutyBook
    make: pl.DataFrame
    outside: Vector

    def compiled(self) -> tuple[dict[str, pl.DataFrame], Money]:
        """Return the frames `parts` and `buy`, and the money of one piece of each row of `parts`."""
        routes = self._routes
        pairs = routes.join(self._periods, how="cross").sort("variant", "supplier", "site", "period")
        list_cost = self.list_cost[pairs["source"].to_numpy(), pairs["period"].to_numpy()]
        freight, transit, base = self._moved(pairs, list_cost)
        which, goods = self._goods(pairs)
        duties = levied(self.book, goods, which, base, pairs["period"].to_numpy())
        parts = pairs[duties.row].with_columns(regime=duties.regime)
        costs = {"parts": list_cost, "parts_freight": freight, "parts_transit": transit}
        money = {line: -cost[duties.row] for line, cost in costs.items()}
        money["parts_duty"] = -duties.duty
        money["incentive"] = self._granted(parts)
        total = sum(money.values(), np.zeros(parts.height))
        money["venture"] = -self.outside[parts["site"].to_numpy()] * total
        return {"parts": parts, "buy": self._buy(parts), "sources": self._sources}, money

    @property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return self.structure.names

    @property
    def _periods(self) -> pl.DataFrame:
        return pl.DataFrame({"period": np.arange(self.calendar.n, dtype=np.int32)})

    @cached_property
    def _sources(self) -> pl.DataFrame:
        """Return variant, supplier and pool of every nomination, with its family."""
        nominate = self.structure.frames["nominate"].rename({"site": "supplier"})
        return (
            nominate.select("variant", "supplier", "pool", "family", "measure")
            .unique()
            .sort("variant", "supplier")
        )

    @cached_property
    def _routes(self) -> pl.DataFrame:
        """Return variant, supplier, site for every plant that could need the variant, and its source."""
        frames = self.structure.frames
        plants = self.make.select("model", "site").unique()
        users = (
            frames["use"]
            .select("model", "variant")
            .join(plants, on="model")
            .select("variant", "site")
            .unique()
        )
        return (
            self._sources.with_row_index("source")
            .join(users, on="variant")
            .sort("variant", "supplier", "site")
        )

    @cached_property
    def _sites(self) -> pl.DataFrame:
        return rows_of(self.calendar.study, "sites", self._names["site"])

    @cached_property
    def _variants(self) -> pl.DataFrame:
        return rows_of(self.calendar.study, "variants", self._names["variant"])

    @cached_property
    def list_cost(self) -> Vector:
        """Return the list cost of a piece of each source (sources, T)."""
        names, sources = self._names, self._sources
        pools = self.structure.frames["pools"].select("unit_cost", "currency", "cost_factor")[sources["pool"]]
        sites = self._sites.select("country", site_factor="cost_factor")[sources["supplier"]]
        words = {axis: pl.Series(names[axis]).gather(sources[axis]) for axis in ("variant", "family")}
        return list_costs(self.calendar, pools.with_columns(**words).hstack(sites), names["variant"])

    def _moved(self, pairs: pl.DataFrame, list_cost: Vector) -> tuple[Vector, Vector, Vector]:
        """Return freight, capital in transit and the customs value of one piece."""
        names = pl.Series(self._names["site"])
        mass = floats(self._variants, "mass_kg", np.nan)[pairs["variant"].to_numpy()]
        freight, days = Lanes(self.calendar, "parts").costs(
            names.gather(pairs["supplier"]), names.gather(pairs["site"]), mass, pairs["period"].to_numpy()
        )
        held = days / 365 * self.calendar.study.settings.discount_rate
        cif = (self._sites["duty_basis"] == "cif").to_numpy()[pairs["site"].to_numpy()]
        return freight, (freight + list_cost) * held, list_cost + cif * freight

    def _goods(self, pairs: pl.DataFrame) -> tuple[Positions, list[Goods]]:
        """Return the kind of goods of each pair, and the kinds."""
        keys = ["supplier", "site", "family"]
        kinds = pairs.select(keys).unique(maintain_order=True).with_row_index("kind")
        which = (
            pairs.select(keys).join(kinds, on=keys, maintain_order="left")["kind"].cast(pl.Int64).to_numpy()
        )
        headings = dict(self.calendar.study.table("families").select("family", "hs").iter_rows())
        country, operator, names = self._sites["country"], self._sites["operator"], self._names
        goods: list[Goods] = []
        for _, supplier, site, family in kinds.iter_rows():
            word = names["family"][int(family)]
            end = country[site] if headings[word] is not None else country[supplier]
            origin = (names["site"][int(supplier)], word)
            goods.append(Goods(country[supplier], end, headings[word], operator[supplier], origin))
        return which, goods

    def _granted(self, parts: pl.DataFrame) -> Vector:
        families = self._names["family"]
        given = [grants(self.book, self._sites, "family", family) for family in families]
        if not given:
            return np.zeros(parts.height)
        per_piece, per_kwh = np.stack([pair[0] for pair in given]), np.stack([pair[1] for pair in given])
        energy = dict(
            attribute_values(self.calendar.study)
            .filter(pl.col("attribute") == "kwh")
            .select("variant", "value")
            .iter_rows()
        )
        kwh = np.array([energy.get(name, 0.0) for name in self._names["variant"]])
        family, supplier, period = (parts[name].to_numpy() for name in ("family", "supplier", "period"))
        return (
            per_piece[family, supplier, period]
            + per_kwh[family, supplier, period] * kwh[parts["variant"].to_numpy()]
        )

    def _buy(self, parts: pl.DataFrame) -> pl.DataFrame:
        """Return the flows by model: `part` is the row of `parts`, `most` the most that could be used."""
        made = self.make.select(
            "model", "site", "period", "most", pl.int_range(pl.len(), dtype=pl.Int64).alias("make")
        )
        pieces = parts.select("variant", "supplier", "site", "regime", "period", "pool").with_row_index(
            "part"
        )
        use = self.structure.frames["use"].with_row_index("use")
        rows = use.join(made, on="model").join(pieces, on=["variant", "site", "period"])
        return rows.with_columns(most=pl.col("most") * pl.col("quantity"))

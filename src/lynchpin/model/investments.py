"""What structure costs: annuities and fixed cost of every row, for each period in which it is paid.

Sunk are `current` platforms and variants for members whose partner is the owner (alliance: always), `current`
nominations for members whose partner is the variant's owner (alliance: always), and `current` allocations,
programmes and sites. Committed and candidate ones pay.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.model.calendar import MILLION, Calendar, codes, rows_of
from lynchpin.model.structure import Structure
from lynchpin.model.vectors import Flags, Positions, Vector
from lynchpin.model.windows import Windows

Money = dict[str, Vector]


@dataclass(frozen=True, eq=False)
class Investments:
    """Compiles the money of structure; `outside` is sigma of each site."""

    calendar: Calendar
    windows: Windows
    structure: Structure
    outside: Vector

    def compiled(self) -> dict[str, Money]:
        """Return variable -> line -> signed money of each row in each period (rows, T)."""
        return {
            "launched_programme": self._development(),
            "allocate": self._plant_tooling(),
            "open": self._sites(),
            "used": {"engineering": -self._scoped("used", "variant", "engineering_cost")},
            "tooled": {"supplier_tooling": -self._supplier_tooling()},
            "developed": {"platform": -self._scoped("developed", "platform", "development_cost")},
        }

    @cached_property
    def member_partner(self) -> Positions:
        """Return the partner of each member, -1 where the member is the alliance."""
        models = self.structure.frames["models"]
        partner = np.full(len(self.structure.names["member"]), -1)
        if self.structure.sharing != "alliance":
            partner[models["member"].to_numpy()] = models["partner"].to_numpy()
        return partner

    def _development(self) -> Money:
        paid = (self.windows.programmes["status"] != "current").to_numpy()
        annuity = self.calendar.annuity(self.windows.programmes, "development_cost", "development_life")
        return {"development": -annuity * paid[:, None] * self.windows.programme_on_sale}

    def _plant_tooling(self) -> Money:
        names, frame = self.structure.names, self.structure.frames["allocate"]
        table = self.calendar.study.table("allocations")
        keyed = frame.select(
            pl.Series("programme", names["programme"]).gather(frame["programme"]),
            pl.Series("site", names["site"]).gather(frame["site"]),
        ).join(table, on=["programme", "site"], maintain_order="left")
        paid = (keyed["status"] != "current").to_numpy()[:, None]
        cost = self.calendar.annuity(keyed, "tooling_cost", "life") * paid
        cost = cost * self.windows.programme_on_sale[frame["programme"].to_numpy()]
        return {"plant_tooling": -cost, "venture": self.outside[frame["site"].to_numpy()][:, None] * cost}

    def _sites(self) -> Money:
        table = rows_of(self.calendar.study, "sites", self.structure.names["site"])
        fixed = self.calendar.money(table, "fixed_cost") * MILLION * self.calendar.years
        opening = self.calendar.annuity(table, "opening_cost", "life")
        opening = opening * (table["status"] != "current").to_numpy()[:, None]
        venture = self.outside[:, None] * (fixed + opening)
        return {"fixed": -fixed, "opening": -opening, "venture": venture}

    def _scoped(self, frame: str, axis: str, cost: str) -> Vector:
        """Return the annuity of a variant's or platform's row, nought where sunk (rows, T)."""
        rows, names = self.structure.frames[frame], self.structure.names
        table = rows_of(self.calendar.study, f"{axis}s", names[axis])
        which = rows[axis].to_numpy()
        owner = codes(table, "owner", names["partner"])[which]
        sunk = (table["status"] == "current").to_numpy()[which] & self._at_home(
            owner, rows["member"].to_numpy()
        )
        annuity = self.calendar.annuity(table, cost, "life")[which]
        return annuity * ~sunk[:, None] * self.structure.phases[frame]

    def _supplier_tooling(self) -> Vector:
        rows, names = self.structure.frames["tooled"], self.structure.names
        nominate = self.structure.frames["nominate"][rows["nominate"]]
        pools = self.structure.frames["pools"]
        pool = nominate["pool"].to_numpy()
        owners = dict(self.calendar.study.table("variants").select("variant", "owner").iter_rows())
        partner = {name: index for index, name in enumerate(names["partner"])}
        owner = np.array([partner.get(owners[name], -1) for name in names["variant"]], dtype=np.int64)
        home = self._at_home(owner[rows["variant"].to_numpy()], rows["member"].to_numpy())
        sunk = (pools["status"] == "current").to_numpy()[pool] & home
        annuity = self.calendar.annuity(pools, "tooling_cost", "life")[pool]
        return annuity * ~sunk[:, None] * self.structure.phases["tooled"]

    def _at_home(self, owner: Positions, member: Positions) -> Flags:
        """Whether the member's partner is the owner; in the alliance everybody is at home."""
        partner = self.member_partner[member]
        return (partner < 0) | (partner == owner)

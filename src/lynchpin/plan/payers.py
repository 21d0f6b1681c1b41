"""Who pays a line of the ledger: for each row of a frame its partners and their shares, which add to one."""

from collections.abc import Callable
from functools import cached_property

import numpy as np
import polars as pl

from lynchpin.model.instance import Instance
from lynchpin.study.dictionary import split_list


class Payers:
    """The rules of an instance's study for splitting money over partners.

    Every rule returns frames with the columns of its key, `partner` and `share`.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def split(self, rows: pl.DataFrame, rule: str) -> pl.DataFrame:
        """Return `rows` with `partner`, one row for each payer, and `undiscounted` multiplied by its share.

        rows  labelled rows of one variable with their amount `undiscounted`
        rule  brand, side, owners, member, pool or target
        """
        if rule == "side":
            keys = ["model", "site", "period"]
            theirs = rows.join(self.at_transfer, on=keys, how="semi")
            ours = rows.join(self.at_transfer, on=keys, how="anti")
            return pl.concat([_shared(ours, self.brand(ours)), _shared(theirs, self.owners)])
        shares: dict[str, Callable[[], pl.DataFrame]] = {
            "brand": lambda: self.brand(rows),
            "owners": lambda: self.owners,
            "member": lambda: self.member(rows),
            "pool": lambda: self.pools,
            "target": lambda: self.targets,
        }
        return _shared(rows, shares[rule]())

    @cached_property
    def at_transfer(self) -> pl.DataFrame:
        """Return the model, site and period whose cars are all sold at transfer prices."""
        keys = ["model", "site", "period"]
        ship = self.instance.frames["ship"].group_by(keys).agg(pl.col("transfer").is_not_nan().all())
        return self.instance.in_words(ship.filter("transfer").select(keys))

    @cached_property
    def models(self) -> pl.DataFrame:
        """Return model, programme, member and partner of each version."""
        return self.instance.labelled("models").select("model", "programme", "member", "partner")

    def brand(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return the partner of each version's brand, or of each programme's where rows have no version."""
        key = "model" if "model" in rows.columns else "programme"
        partners = self.models.select(key, "partner").unique()
        return partners.with_columns(share=pl.lit(1.0))

    @cached_property
    def owners(self) -> pl.DataFrame:
        """Return the owners of each site."""
        instance = self.instance
        site, partner = np.nonzero(instance.owners)
        return pl.DataFrame(
            {
                "site": [instance.names["site"][index] for index in site],
                "partner": [instance.names["partner"][index] for index in partner],
                "share": instance.owners[site, partner],
            },
            schema={"site": pl.String, "partner": pl.String, "share": pl.Float64},
        )

    def member(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return who engineers a variant or platform for a member: its owner, or the member's partner."""
        key, table = ("variant", "variants") if "variant" in rows.columns else ("platform", "platforms")
        owners = self.instance.study.table(table).select(key, partner="owner")
        if self.instance.sharing == "alliance":
            return owners.with_columns(share=pl.lit(1.0))
        members = self.models.select("member", "partner").unique()
        return members.with_columns(share=pl.lit(1.0))

    @cached_property
    def pools(self) -> pl.DataFrame:
        """Return who pays committed volume: the variant's owner; for a family's row all partners equally."""
        study = self.instance.study
        pools = self.instance.labelled("pools").select("pool", "variant")
        own = pools.filter(pl.col("variant").is_not_null()).join(
            study.table("variants").select("variant", partner="owner"), on="variant"
        )
        return pl.concat(
            [
                own.select("pool", "partner", share=pl.lit(1.0)),
                self._equally(pools.filter(pl.col("variant").is_null()).select("pool")),
            ]
        )

    @cached_property
    def targets(self) -> pl.DataFrame:
        """Return the partners of each target: its own; else those of its brands; else all."""
        study = self.instance.study
        brand_partner = dict(study.table("brands").select("brand", "partner").iter_rows())
        rows: list[tuple[str, str]] = []
        for row in study.table("targets").iter_rows(named=True):
            named = split_list(row["partners"]) if row["partners"] else ()
            brands = split_list(row["brands"]) if row["brands"] else ()
            found = named or tuple(brand_partner[brand] for brand in brands) or self.instance.names["partner"]
            rows += [(row["target"], partner) for partner in sorted(set(found))]
        frame = pl.DataFrame(rows, schema={"target": pl.String, "partner": pl.String}, orient="row")
        return frame.with_columns(share=1.0 / pl.len().over("target"))

    def _equally(self, keys: pl.DataFrame) -> pl.DataFrame:
        """Return every key with all partners at equal shares."""
        partners = self.instance.names["partner"]
        frame = pl.DataFrame({"partner": partners, "share": [1.0 / len(partners)] * len(partners)})
        return keys.join(frame, how="cross")


def _shared(rows: pl.DataFrame, shares: pl.DataFrame) -> pl.DataFrame:
    """Return the rows joined with their payers, amounts multiplied by the shares."""
    keys = [column for column in shares.columns if column in rows.columns]
    joined = rows.join(shares, on=keys)
    return joined.with_columns(pl.col("undiscounted") * pl.col("share")).select(*rows.columns, "partner")

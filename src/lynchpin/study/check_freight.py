"""Checks of lanes: what must be computed has coordinates, what is priced by volume or mass has one."""

from dataclasses import dataclass

import polars as pl

from lynchpin.study.check_sales import offered_from
from lynchpin.study.checked import Checked
from lynchpin.study.finding import Finding
from lynchpin.study.study import Settings


@dataclass(frozen=True)
class Goods:
    """Cars, whose freight counts by volume, or parts, whose freight counts by mass."""

    carries: str
    price: str

    def computed_price(self, settings: Settings) -> float:
        """Return a number above zero where the computed lanes of these goods cost anything."""
        unit = self.price.removeprefix("cost_per_")
        rates = (f"sea_cost_per_{unit}", f"sea_cost_per_{unit}_1000km", f"land_cost_per_{unit}_1000km")
        return max(float(getattr(settings, rate)) for rate in rates)


CARS, PARTS = Goods("cars", "cost_per_m3"), Goods("parts", "cost_per_kg")


def check_freight(checked: Checked) -> list[Finding]:
    """Return what lanes, coordinates, volumes and masses break between them."""
    cars = (
        offered_from(checked)
        .select(pl.col("site").alias("from"), pl.col("market").alias("to"), "model")
        .unique()
    )
    parts = parts_ways(checked)
    return [
        *_unpriced(checked),
        *_within(checked),
        *_points(checked, cars, parts),
        *_volumes(checked, _weighed(checked, CARS, cars)),
        *_masses(checked, _weighed(checked, PARTS, parts)),
    ]


def parts_ways(checked: Checked) -> pl.DataFrame:
    """Return from, to and family of every way that a part may take from one site to another."""
    study = checked.study
    models = study.tables["models"].select("model", "programme")
    needs = study.tables["requirements"].select("model", "family").unique().join(models, on="model")
    takers = study.tables["allocations"].select("site", "programme").join(needs, on="programme")
    takers = takers.select(pl.col("site").alias("to"), "family").drop_nulls().unique()
    makers = _makers(checked).select("from", "family").unique()
    return makers.join(takers, on="family").filter(pl.col("from") != pl.col("to"))


def _makers(checked: Checked) -> pl.DataFrame:
    """Return the site as `from`, variant and family of everything that a site may make."""
    variants = checked.study.tables["variants"].select("variant", "family").drop_nulls()
    rows = checked.study.tables["nominations"].select(pl.col("site").alias("from"), "variant", "family")
    own = rows.drop("family").join(variants, on="variant")
    pooled = rows.filter(pl.col("variant").is_null()).drop("variant").join(variants, on="family")
    return pl.concat(
        [own.select("from", "variant", "family"), pooled.select("from", "variant", "family")]
    ).unique()


def _given(checked: Checked, goods: Goods) -> pl.DataFrame:
    """Return the lanes of the study that hold for the goods: from, to, price per unit and by measure."""
    rows = checked.study.table("lanes").filter(pl.col("from").is_not_null() & pl.col("to").is_not_null())
    priced = pl.col("cost_per_unit").is_not_null() | pl.col(goods.price).is_not_null()
    exact = pl.col("carries") == goods.carries
    rows = rows.filter(exact | ((pl.col("carries") == "any") & priced))
    rows = rows.with_columns(exact.alias("exact")).sort("exact", descending=True)
    return rows.unique(["from", "to"], keep="first", maintain_order=True).select(
        "from", "to", "cost_per_unit", goods.price
    )


def _within(checked: Checked) -> list[Finding]:
    """Return lanes that lead nowhere; one to a market with the name of the site leads there."""
    rows = checked.rows("lanes").filter(pl.col("from") == pl.col("to"))
    market = pl.col("to").is_in(checked.study.tables["markets"]["market"].to_list())
    nowhere = rows.filter(~market | (pl.col("carries") == "parts"))
    rule = "a lane leads from one place to another"
    return checked.report(
        "error", "lanes", "to", nowhere, rule, "Delete the row: within a site nothing is paid."
    )


def _unpriced(checked: Checked) -> list[Finding]:
    rows = checked.rows("lanes")
    none = pl.col("cost_per_unit").is_null()
    cars = none & (pl.col("carries") == "cars") & pl.col("cost_per_m3").is_null()
    parts = none & (pl.col("carries") == "parts") & pl.col("cost_per_kg").is_null()
    both = (
        none
        & (pl.col("carries") == "any")
        & pl.col("cost_per_m3").is_null()
        & pl.col("cost_per_kg").is_null()
    )
    rule = "the lane carries {carries} and has no price for it"
    cure = "Write cost_per_m3 (cars), cost_per_kg (parts) or cost_per_unit; 0 if it is free."
    return checked.report("error", "lanes", "cost_per_unit", rows.filter(cars | parts | both), rule, cure)


def _points(checked: Checked, cars: pl.DataFrame, parts: pl.DataFrame) -> list[Finding]:
    """Return sites and markets without coordinates on lanes that must be computed."""
    ways = [
        cars.select("from", "to").unique().join(_given(checked, CARS), on=["from", "to"], how="anti"),
        parts.select("from", "to").unique().join(_given(checked, PARTS), on=["from", "to"], how="anti"),
    ]
    ends = {
        "sites": pl.concat([ways[0].select("from", "to"), ways[1].select("from", "to")]).rename(
            {"from": "place"}
        ),
        "markets": ways[0].select(pl.col("to").alias("place"), pl.col("from").alias("to")),
    }
    back = ways[1].select(pl.col("to").alias("place"), pl.col("from").alias("to"))
    ends["sites"] = pl.concat([ends["sites"].select("place", "to"), back.select("place", "to")])
    findings: list[Finding] = []
    for table, places in ends.items():
        name = table.removesuffix("s")
        other = places.sort("to").unique("place", keep="first", maintain_order=True)
        rows = checked.rows(table).filter(pl.col("lat").is_null() | pl.col("lon").is_null())
        rows = rows.join(other.rename({"to": "other"}), left_on=name, right_on="place")
        rule = f"{{{name}}} has no coordinates, and no lane between it and {{other}} is given"
        cure = "Write lat and lon, or add the lane to lanes."
        findings += checked.report("error", table, "lat", rows, rule, cure)
    return findings


def _weighed(checked: Checked, goods: Goods, ways: pl.DataFrame) -> pl.DataFrame:
    """Return the ways whose freight counts by volume or mass."""
    rows = ways.join(
        _given(checked, goods).with_columns(given=pl.lit(value=True)), on=["from", "to"], how="left"
    )
    computed = pl.lit(goods.computed_price(checked.study.settings) > 0)
    by_measure = pl.col("cost_per_unit").is_null() & (pl.col(goods.price).fill_null(0.0) > 0)
    return rows.filter(pl.when(pl.col("given").is_null()).then(computed).otherwise(by_measure))


def _volumes(checked: Checked, ways: pl.DataFrame) -> list[Finding]:
    sample = ways.sort("from", "to").unique("model", keep="first", maintain_order=True)
    rows = checked.rows("models").filter(pl.col("volume_m3").is_null()).join(sample, on="model")
    rule = "is needed: the lane from {from} to {to} is priced per m3"
    return checked.report("error", "models", "volume_m3", rows, rule, "Write the shipping volume of {model}.")


def _masses(checked: Checked, ways: pl.DataFrame) -> list[Finding]:
    made = ways.select("from", "to", "family").join(_makers(checked), on=["from", "family"])
    sample = made.sort("from", "to").unique("variant", keep="first", maintain_order=True)
    rows = checked.rows("variants").filter(pl.col("mass_kg").is_null())
    rows = rows.join(sample.select("variant", "from", "to"), on="variant")
    rule = "is needed: the lane from {from} to {to} is priced per kg"
    return checked.report(
        "error", "variants", "mass_kg", rows, rule, "Write the mass of one piece of {variant}."
    )

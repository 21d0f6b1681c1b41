"""A published plant-location case as a study, and its least cost found apart from the package.

Regions are both places for plants and markets. A plant of a size has a fixed cost and a capacity; a unit
has a cost of production and of freight. All demand is to be served. In a study: one model, objective cost,
a candidate site for each region and size with its fixed cost and no opening cost, a lane with a price per
unit, base sales equal to demand.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import linprog

from lynchpin.study.study import Settings, Study


@dataclass(frozen=True, kw_only=True)
class PlantSize:
    """A size of plant: fixed cost (currency) and capacity (units) in each region."""

    fixed: tuple[float, ...]
    capacity: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Network:
    """A case: production and freight in currency per unit, freight by origin (rows) and destination."""

    name: str
    currency: str
    regions: Mapping[str, str]  # name -> country code
    demand: tuple[float, ...]
    sizes: Mapping[str, PlantSize]
    production: tuple[float, ...]
    freight: tuple[tuple[float, ...], ...]


def study_of(network: Network) -> Study:
    """Return the case as a study of one period."""
    settings = Settings(
        name=network.name,
        first_period="2026",
        periods=1,
        currency=network.currency,
        objective="cost",
        short_penalty=1000.0 * max(map(max, network.freight)),
    )
    car = {"programme": "car", "model": "car"}
    regions = list(network.regions)
    tables: dict[str, list[dict[str, Any]]] = {
        "partners": [{"partner": "maker"}],
        "brands": [{"brand": "maker", "partner": "maker"}],
        "programmes": [{"programme": "car", "brand": "maker", "status": "committed"}],
        "models": [car | {"powertrain": "ICE"}],
        "markets": [{"market": f"{name}-market", "country": code} for name, code in network.regions.items()],
        "offers": [
            {"model": "car", "market": f"{name}-market", "base_sales": float(demand)}
            for name, demand in zip(regions, network.demand, strict=True)
        ],
        "sites": [],
        "allocations": [],
        "lanes": [],
    }
    for (index, (region, country)), (label, size) in itertools.product(
        enumerate(network.regions.items()), network.sizes.items()
    ):
        site = {"site": f"{region}-{label}", "kind": "assembly", "operator": "maker", "country": country}
        money = {"capacity": float(size.capacity[index]), "fixed_cost": size.fixed[index] / 1e6}
        tables["sites"].append(site | money | {"status": "candidate"})
        cost = {"unit_cost": float(network.production[index]), "status": "candidate"}
        tables["allocations"].append({"site": site["site"], "programme": "car"} | cost)
        for other, price in zip(regions, network.freight[index], strict=True):
            lane = {"from": site["site"], "to": f"{other}-market", "carries": "cars"}
            tables["lanes"].append(lane | {"cost_per_unit": float(price)})
    return Study.of(settings, {name: pl.DataFrame(rows) for name, rows in tables.items()})


def least_cost(network: Network, *, one_size: bool = False) -> tuple[float, tuple[str, ...]]:
    """Return the least cost and its plants, trying every set of them; `one_size`: one a region at most."""
    plants = [(i, label) for i in range(len(network.regions)) for label in network.sizes]
    best: tuple[float, tuple[str, ...]] = (np.inf, ())
    for chosen in itertools.product((False, True), repeat=len(plants)):
        opened = [plant for plant, taken in zip(plants, chosen, strict=True) if taken]
        if one_size and len({i for i, _ in opened}) < len(opened):
            continue
        fixed = sum(network.sizes[label].fixed[i] for i, label in opened)
        capacity = np.zeros(len(network.regions))
        for i, label in opened:
            capacity[i] += network.sizes[label].capacity[i]
        if capacity.sum() < sum(network.demand) or fixed >= best[0]:
            continue
        cost = fixed + transport_cost(network, capacity)
        if cost < best[0]:
            names = list(network.regions)
            best = (cost, tuple(f"{names[i]}-{label}" for i, label in opened))
    return best


def transport_cost(network: Network, capacity: np.ndarray) -> float:
    """Return the least cost of making and moving all demand within the regions' capacities."""
    count = len(network.regions)
    price = np.array(network.freight) + np.array(network.production)[:, None]
    made = np.kron(np.eye(count), np.ones(count))
    served = np.kron(np.ones(count), np.eye(count))
    result = linprog(price.ravel(), A_ub=made, b_ub=capacity, A_eq=served, b_eq=network.demand)
    return float(result.fun) if result.status == 0 else np.inf

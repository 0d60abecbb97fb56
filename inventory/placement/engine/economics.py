"""The prices of a run: what holding a unit costs in bond and forward, what a lost one costs, what a road costs. Pure.

Source: placement.md §1 (docs/placement.md).
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine import duties
from inventory.placement.engine.costs import holding
from inventory.placement.engine.grid import Grid, SitePair, supply_lane
from inventory.placement.engine.model import Floats, Params, Problem, Sku


@dataclass(frozen=True)
class Prices:
    """Per pair: h_B, h_D, what is charged for being forward (φ times the premium), p, freight and the unit's pace (step).

    `premium` is max(h_D − h_B, 0.02·h_D); `is_bond_dearer` marks pairs where bond costs more than forward. For site pairs, `charge`
    is (h_B + h̄_D)/2.
    """

    h_bond: Floats
    h_forward: Floats
    premium: Floats
    charge: Floats
    shortage: Floats
    freight: Floats
    step: Floats
    min_fill: Floats
    is_bond_dearer: "np.ndarray[tuple[int], np.dtype[np.bool_]]"


def pair_prices(problem: Problem, grid: Grid, phi: Floats) -> Prices:
    """The prices of every pair; φ is per item."""
    network, params = problem.network, problem.params
    skus = [grid.skus[pair.sku] for pair in grid.pairs]
    value, volume, duty = _column(skus, "unit_value"), _column(skus, "volume_m3"), duties.rates(problem, grid)
    worn = _column(skus, "obsolescence_per_year")
    inbound = np.array([_inbound(grid, pair.sku, pair.site) for pair in grid.pairs])
    onward = np.array([pair.lane.freight(sku.volume_m3) for pair, sku in zip(grid.pairs, skus, strict=True)])
    storage = [
        (grid.roads.nodes[p.site].storage_per_m3_week, grid.roads.nodes[p.dc].storage_per_m3_week) for p in grid.pairs
    ]
    at_site, at_dc = np.array(storage).reshape(-1, 2).T
    h_bond = holding(value, inbound, network, worn, at_site, volume)
    h_forward = holding(value * (1 + duty), inbound + onward, network, worn, at_dc, volume)
    premium = np.maximum(h_forward - h_bond, params.premium_floor * h_forward)
    return Prices(
        h_bond, h_forward, premium, phi[[pair.sku for pair in grid.pairs]] * premium, _shortage(skus, params), onward, _steps(skus),
        np.array([sku.min_fill or 0.0 for sku in skus]), h_bond >= h_forward,
    )  # fmt: skip


def site_prices(problem: Problem, grid: Grid, pairs: Prices, weekly: Floats) -> Prices:
    """The prices of every site pair; h̄_D is the mean of the DCs it feeds, by their demand."""
    params = problem.params
    skus = [grid.skus[site.sku] for site in grid.site_pairs]
    count = len(skus)
    h_bond, h_forward = np.zeros(count), np.zeros(count)
    for n, (site, sku) in enumerate(zip(grid.site_pairs, skus, strict=True)):
        h_bond[n] = _bond_holding(problem, grid, site, sku)
        members = list(site.pairs)
        weights = weekly[members] if members and weekly[members].sum() > 0 else np.ones(len(members))
        h_forward[n] = np.average(pairs.h_forward[members], weights=weights) if members else h_bond[n]
    freight = np.array(
        [
            site.supply.freight(sku.volume_m3) if site.supply else 0.0
            for site, sku in zip(grid.site_pairs, skus, strict=True)
        ]
    )
    nothing = np.zeros(count)
    return Prices(
        h_bond, h_forward, nothing, (h_bond + h_forward) / 2, _shortage(skus, params), freight, _steps(skus), nothing,
        np.zeros(count, dtype=np.bool_),
    )  # fmt: skip


def stockout_cost(sku: Sku, params: Params) -> float:
    """p: as stated, else 0.35 of the unit's value."""
    return params.default_stockout_share * sku.unit_value if sku.stockout_cost is None else sku.stockout_cost


def expiry_cost(sku: Sku, params: Params) -> float:
    """What a unit costs that has to leave by force: as stated, else 0.45 of its value."""
    return params.default_expiry_share * sku.unit_value if sku.expiry_cost is None else sku.expiry_cost


def pace(sku: Sku) -> float:
    """The smallest step in which a level is stated: one unit, or a pack where packs are smaller."""
    return min(1.0, sku.pack_size)


def _bond_holding(problem: Problem, grid: Grid, site: SitePair, sku: Sku) -> float:
    one = np.ones(1)
    storage = grid.roads.nodes[site.site].storage_per_m3_week
    inbound = _inbound(grid, site.sku, site.site)
    worn, volume = sku.obsolescence_per_year * one, sku.volume_m3 * one
    return float(holding(sku.unit_value * one, inbound * one, problem.network, worn, storage * one, volume)[0])


def _inbound(grid: Grid, sku_no: int, site: str) -> float:
    """Freight of a unit from its supplier to bond."""
    lane = supply_lane(grid.skus[sku_no], site, grid.roads)
    return lane.freight(grid.skus[sku_no].volume_m3) if lane else 0.0


def _column(skus: list[Sku], name: str) -> Floats:
    return np.array([float(getattr(sku, name)) for sku in skus])


def _shortage(skus: list[Sku], params: Params) -> Floats:
    return np.array([stockout_cost(sku, params) for sku in skus])


def _steps(skus: list[Sku]) -> Floats:
    return np.array([pace(sku) for sku in skus])

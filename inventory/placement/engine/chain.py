"""Items, DCs and bonded sites of a problem as arrays, for playing them week by week. Pure.

Source: placement.md §1 (docs/placement.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.costs import holding
from inventory.placement.engine.economics import expiry_cost, stockout_cost
from inventory.placement.engine.grid import Grid, supply_lane
from inventory.placement.engine.model import TRUCK_FILL, Floats, Ints, Lane, LeadTime, Problem, Sku
from inventory.placement.engine.periods import MONTH_DAYS


@dataclass(frozen=True)
class ChainLane:
    """A lane out of bond with a name that does not depend on the others."""

    name: str
    lane: Lane

    @property
    def lead_time(self) -> LeadTime:
        """Of the lane."""
        return self.lane.lead_time


@dataclass(frozen=True)
class Chain:
    """N items, J DCs, S sites.

    `site` (N, J) feeds an item at a DC (−1: the item is not there); `lane` (S, J) and `supply` (N, S) number `lanes` and `supplies`
    (−1: none). Prices are per unit and week (holding) or per unit; `permanence` is in weeks.
    `freight` (S, N, J) is what a lane costs besides its trucks, `onward` all of it with trucks 85 % full. Trucks that others fill
    too (`are_trucks_shared`) are paid by the m³.
    """

    items: Ints
    dcs: tuple[str, ...]
    sites: tuple[str, ...]
    site: Ints
    lanes: tuple[ChainLane, ...]
    lane: Ints
    supplies: tuple[tuple[str, LeadTime], ...]
    supply: Ints
    h_bond: Floats
    h_forward: Floats
    premium: Floats
    shortage: Floats
    expiry: Floats
    value: Floats
    volume: Floats
    pack: Floats
    permanence: Floats
    truck_m3: Floats
    truck_cost: Floats
    freight: Floats
    freight_in: Floats
    onward: Floats
    duty: Floats
    worn: Floats
    storage_dc: Floats
    is_backordered: bool
    are_trucks_shared: bool = False

    @property
    def lead_mean(self) -> Floats:
        """Mean weeks from the feeding site to each DC, per item and DC."""
        return self._of_lanes([lane.lead_time.mean for lane in self.lanes])

    @property
    def lead_variance(self) -> Floats:
        """Its variance."""
        return self._of_lanes([lane.lead_time.variance for lane in self.lanes])

    @property
    def supply_mean(self) -> Floats:
        """Mean weeks from the supplier, per item and site."""
        return self._of_supplies([lead.mean for _name, lead in self.supplies])

    @property
    def supply_variance(self) -> Floats:
        """Its variance."""
        return self._of_supplies([lead.variance for _name, lead in self.supplies])

    def _of_lanes(self, values: list[float]) -> Floats:
        number = self.lane[np.maximum(self.site, 0), np.arange(len(self.dcs))]
        found = np.array([*values, 0.0])[np.where(number >= 0, number, len(values))]
        return np.asarray(np.where(self.site >= 0, found, 0.0))

    def _of_supplies(self, values: list[float]) -> Floats:
        return np.asarray(np.array([*values, 0.0])[np.where(self.supply >= 0, self.supply, len(values))])

    def by_site(self, at_dcs: Floats) -> Floats:
        """Values per (…, item, DC) summed over the DCs that each site feeds."""
        return np.stack([np.where(self.site == n, at_dcs, 0.0).sum(axis=-1) for n in range(len(self.sites))], axis=-1)

    def by_feeder(self, prices: Floats) -> Floats:
        """Prices (site, item, DC) of the lane that each item comes by: (item, DC)."""
        rows, columns = np.arange(len(self.value))[:, None], np.arange(len(self.dcs))[None, :]
        return np.asarray(prices[np.maximum(self.site, 0), rows, columns])

    def trucks(self, volume: Floats, site: int) -> Floats:
        """How many trucks are paid for so many m³ (…, DC) from a site: whole ones, or parts of those that others fill too."""
        number = volume / self.truck_m3[site]
        return np.asarray(number / TRUCK_FILL if self.are_trucks_shared else np.ceil(number - 1e-9))

    def ships(self, quantity: Floats) -> list[Floats]:
        """Quantities per (…, item, DC) parted by the site they come from."""
        return [np.where(self.site == n, quantity, 0.0) for n in range(len(self.sites))]


def chain_of(problem: Problem, grid: Grid, items: Sequence[int], site_of: dict[tuple[int, str], str]) -> Chain:
    """The arrays of some items; `site_of` names the site that feeds an item at a DC."""
    network, way = problem.network, grid.roads
    dcs = tuple(sorted(node.id for node in network.nodes if node.type == "dc"))
    sites = tuple(sorted(node.id for node in network.nodes if node.type == "bonded"))
    skus = [grid.skus[n] for n in items]
    number = {site: n for n, site in enumerate(sites)}
    site = np.array([[number.get(site_of.get((n, dc), ""), -1) for dc in dcs] for n in items], dtype=np.int64)
    site = site.reshape(len(skus), len(dcs))
    value, volume, duty, worn = (
        np.array([float(getattr(sku, name)) for sku in skus])
        for name in ("unit_value", "volume_m3", "duty_rate", "obsolescence_per_year")
    )
    lanes, lane = _lanes(sites, dcs, way.lanes)
    per_m3 = np.zeros((len(sites), len(dcs)))
    per_unit, truck_m3, truck_cost = np.zeros_like(per_m3), np.full_like(per_m3, np.inf), np.zeros_like(per_m3)
    onward = np.zeros((len(sites), len(skus), len(dcs)))
    for (s, d), n in np.ndenumerate(lane):
        if n < 0:
            continue
        road = lanes[n].lane
        onward[s, :, d] = [road.freight(m) for m in volume.tolist()]
        per_m3[s, d], per_unit[s, d] = road.cost_per_m3, road.cost_per_unit
        if road.truck_m3 and road.truck_cost is not None:
            truck_m3[s, d], truck_cost[s, d] = road.truck_m3, road.truck_cost
    supplies, supply, freight_in = _supplies(skus, sites, grid)
    storage = np.array([way.nodes[name].storage_per_m3_week for name in sites])
    h_bond = holding(value[:, None], freight_in, network, worn[:, None], storage, volume[:, None])
    storage_dc = np.array([way.nodes[name].storage_per_m3_week for name in dcs])
    fed_by = np.maximum(site, 0)
    rows, columns = np.arange(len(skus))[:, None], np.arange(len(dcs))[None, :]
    h_forward = holding(
        (value * (1 + duty))[:, None], freight_in[rows, fed_by] + onward[fed_by, rows, columns], network, worn[:, None],
        storage_dc, volume[:, None],
    )  # fmt: skip
    premium = np.maximum(h_forward - h_bond[rows, fed_by], problem.params.premium_floor * h_forward)
    months = [way.nodes[name].permanence_months for name in sites]
    return Chain(
        np.array(items, dtype=np.int64), dcs, sites, site, lanes, lane, supplies, supply, h_bond, h_forward, premium,
        np.array([stockout_cost(sku, problem.params) for sku in skus]),
        np.array([expiry_cost(sku, problem.params) for sku in skus]), value, volume,
        np.array([sku.pack_size for sku in skus]),
        np.array([m * MONTH_DAYS / network.period.days if m else np.inf for m in months]), truck_m3, truck_cost,
        per_unit[:, None, :] + per_m3[:, None, :] * volume[None, :, None], freight_in, onward, duty, worn, storage_dc,
        network.unmet != "lost", problem.params.are_trucks_shared,
    )  # fmt: skip


def _lanes(
    sites: tuple[str, ...], dcs: tuple[str, ...], known: dict[tuple[str, str], Lane]
) -> tuple[tuple[ChainLane, ...], Ints]:
    """The lanes out of bond in order of their ends, and the number of each."""
    keys = [(site, dc) for site in sites for dc in dcs if (site, dc) in known]
    place = {key: n for n, key in enumerate(keys)}
    lanes = tuple(ChainLane(f"{key[0]}>{key[1]}", known[key]) for key in keys)
    return lanes, np.array([[place.get((site, dc), -1) for dc in dcs] for site in sites], dtype=np.int64)


def _supplies(
    skus: Sequence[Sku], sites: tuple[str, ...], grid: Grid
) -> tuple[tuple[tuple[str, LeadTime], ...], Ints, Floats]:
    """Named lead times from suppliers, which of them each item and site has, and the freight of a unit."""
    named: dict[str, LeadTime] = {}
    found: dict[tuple[int, int], str] = {}
    freight = np.zeros((len(skus), len(sites)))
    for n, sku in enumerate(skus):
        for s, site in enumerate(sites):
            lane = supply_lane(sku, site, grid.roads)
            if lane:
                name = f"{lane.origin}>{site}"
                named[name], found[n, s] = lane.lead_time, name
                freight[n, s] = lane.freight(sku.volume_m3)
    names = sorted(named)
    place = {name: n for n, name in enumerate(names)}
    supply = np.full((len(skus), len(sites)), -1, dtype=np.int64)
    for key, name in found.items():
        supply[key] = place[name]
    return tuple((name, named[name]) for name in names), supply, freight

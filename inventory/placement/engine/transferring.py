"""What goes from bond to bond put into effect: shipments called back, lots as they then stand, orders that are left. Pure.

Source: placement.md §7.1 and §7.4 (docs/placement.md).
"""

from dataclasses import replace

import numpy as np

from inventory.placement.engine.deploy import SiteStock, put_values, view_lots
from inventory.placement.engine.explain import Settled
from inventory.placement.engine.groundwork import Groundwork
from inventory.placement.engine.model import Floats
from inventory.placement.engine.orders import order_quantities
from inventory.placement.engine.share import Outlooks
from inventory.placement.engine.transfer_worth import Standing
from inventory.placement.engine.transfers import transfer_lanes, transfers
from inventory.placement.engine.trucks import TruckLoad, truck_count

STEPS = 200


def transferred(ground: Groundwork, found: Outlooks, settled: Settled) -> Settled:
    """The same with what goes from bond to bond, and the orders that are left then; advice changes neither stock nor orders."""
    problem, grid, bridges = ground.prepared.problem, ground.prepared.grid, ground.bridges
    closed = bridges.now if bridges else frozenset()
    if not transfer_lanes(grid, closed):
        return settled
    known = standing_of(ground, found, settled)
    moved = transfers(known)
    settled = replace(settled, transfers=moved)
    if problem.params.are_transfers_advised or not moved:
        return settled
    owned, stock_at = settled.owned.copy(), {(stock.sku, stock.site): stock for stock in settled.deployment.stocks}
    loads = {(load.origin, load.destination): load for load in settled.loads}
    for entry in moved:
        stock, pack = stock_at[entry.sku, entry.lane.origin], grid.skus[entry.sku].pack_size
        _call_back(ground, found.pairs.weekly, settled.deployment.after, stock, entry.back, loads)
        stock.leaving_packs += entry.packs
        owned[entry.origin] -= entry.packs * pack
        owned[entry.target] += entry.packs * pack
        view_lots(stock, pack, float(known.weekly[entry.origin]), problem)
    packs = np.array([grid.skus[pair.sku].pack_size for pair in grid.pairs])
    put_values(settled.deployment, found.pairs.spread, settled.prices, packs)
    orders = order_quantities(problem, grid, owned, found.sites, settled.bond_prices, settled.bond_levels)
    return replace(settled, orders=orders, loads=tuple(loads.values()))


def standing_of(ground: Groundwork, found: Outlooks, settled: Settled) -> Standing:
    """What is known before any transfer."""
    problem, grid, bridges = ground.prepared.problem, ground.prepared.grid, ground.bridges
    closed = bridges.now if bridges else frozenset()
    leads = [site.lead_time for site in grid.site_pairs]
    if bridges:
        leads = [bridges.supply(n, lead) for n, lead in enumerate(leads)]
    weekly = np.array([float(found.pairs.weekly[list(site.pairs)].sum()) for site in grid.site_pairs])
    return Standing(
        problem, grid, settled.deployment, found.sites, settled.bond_prices, settled.bond_levels, settled.owned, settled.orders,
        weekly, found.pairs.weekly, settled.prices.premium, np.array([lead.mean for lead in leads]),
        np.array([float(site.supply is not None) for site in grid.site_pairs]), closed,
    )  # fmt: skip


def _call_back(
    ground: Groundwork, weekly: Floats, after: Floats, stock: SiteStock, packs: int, loads: dict[tuple[str, str], TruckLoad]
) -> None:  # fmt: skip
    """Take back packs that were to be shipped early, from the DC where the last one would wait longest."""
    grid = ground.prepared.grid
    sku = grid.skus[stock.sku]
    step = max(1, packs // STEPS)
    while packs > 0:
        early = [shipment for shipment in stock.shipments if shipment.early_packs]
        last = max(
            early, key=lambda shipment: (after[shipment.pair] / max(weekly[shipment.pair], 1e-12), -shipment.pair)
        )
        fewer = min(step, packs, last.early_packs)
        packs -= fewer
        last.early_packs -= fewer
        after[last.pair] -= fewer * sku.pack_size
        ends = (stock.site, grid.pairs[last.pair].dc)
        if ends in loads:
            size = float(grid.roads.lanes[ends].truck_m3 or np.inf)
            left = max(loads[ends].loaded_m3 - fewer * sku.pack_size * sku.volume_m3, 0.0)
            loads[ends] = replace(loads[ends], loaded_m3=left, trucks=truck_count(left, size))
    stock.shipments[:] = [shipment for shipment in stock.shipments if shipment.total > 0]

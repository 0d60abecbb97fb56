"""What is needed at a DC over a lane that is closed now, and which way round would bring it there. Pure.

Source: placement.md §18 (docs/placement.md): the need is computed, the move is blocked, and the way round is shown with its price.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.closures import open_ways
from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.model import Lane


@dataclass(frozen=True)
class Detour:
    """A way round: the lane, how many units it can bring, and what a unit costs more by it than by the closed lane."""

    lane: Lane
    quantity: float
    extra_per_unit: float


@dataclass(frozen=True)
class Blocked:
    """Units of a pair that cannot leave: what they would save over what is covered, and the ways round, cheapest first."""

    site: str
    pair: int
    quantity: float
    saves: float
    detours: tuple[Detour, ...]


def take_blocked(work: Work, stocks: Sequence[SiteStock], closed: Collection[tuple[str, str]]) -> tuple[Blocked, ...]:
    """Take the shipments over closed lanes back into bond and keep them as blocked."""
    pairs = work.grid.pairs
    found = []
    for stock in stocks:
        for shipment in [s for s in stock.shipments if (stock.site, pairs[s.pair].dc) in closed and s.total]:
            quantity = shipment.total * work.grid.skus[stock.sku].pack_size
            stock.shipments.remove(shipment)
            work.after[shipment.pair] -= quantity
            work.level[shipment.pair] = min(work.level[shipment.pair], work.after[shipment.pair])
            found.append((stock, shipment.pair, quantity))
    return tuple(_blocked(work, stocks, closed, *entry) for entry in found)


def _blocked(
    work: Work, stocks: Sequence[SiteStock], closed: Collection[tuple[str, str]], stock: SiteStock, n: int, quantity: float
) -> Blocked:  # fmt: skip
    cost = work.costs(np.array([n]), np.array([[0.0, quantity]]))[0]
    dc, lanes = work.grid.pairs[n].dc, work.grid.roads.lanes
    own, sku = lanes[stock.site, dc], work.grid.skus[stock.sku]
    ways = [(way, quantity) for way in open_ways(own, work.problem, work.grid.roads)]
    for other in stocks:
        ends = (other.site, dc)
        is_allowed = not sku.sites or other.site in sku.sites
        if other.sku == stock.sku and other is not stock and ends in lanes and ends not in closed and is_allowed:
            free = min(other.free_packs(sku.pack_size) * sku.pack_size, quantity)
            ways += [(lanes[ends], free)] if free > 0 else []
    premium = float(work.prices.premium[n])

    def dearer(way: Lane) -> float:
        slower = max(0.0, way.lead_time.mean - own.lead_time.mean)
        return way.freight(sku.volume_m3) - own.freight(sku.volume_m3) + premium * slower

    detours = [Detour(way, units, dearer(way)) for way, units in ways]
    detours.sort(key=lambda detour: (detour.extra_per_unit, detour.lane.origin, detour.lane.crossing))
    return Blocked(stock.site, n, quantity, float(cost[0] - cost[1]), tuple(detours))

"""Room at DCs: what is shipped now must fit beside what lies there and what is on the way. Pure.

Source: placement.md §6.6 and §7.3 (docs/placement.md). When a DC is asked to take more than it has room for, a m³ there gets the
price at which the rest waits in bond, found by bisection as for trucks; what is freed may go to other DCs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.model import Ints, Problem
from inventory.placement.engine.trucks import OnLane, cut, on_lane, thinned

TIGHT = 1e-9


@dataclass(frozen=True)
class Room:
    """A DC with a capacity: m³ taken by what is there or on the way, m³ asked of it now, and what one more would be worth."""

    node: str
    capacity_m3: float
    taken_m3: float
    asked_m3: float
    price_per_m3: float


def rooms(problem: Problem, grid: Grid) -> dict[str, float]:
    """m³ free at every DC with a capacity; on the way counts as there, because nobody knows that more leaves before it comes."""
    free = {n.id: n.capacity_m3 for n in problem.network.nodes if n.type == "dc" and n.capacity_m3 is not None}
    if free:
        volume = {sku.id: sku.volume_m3 for sku in grid.skus}
        for held in (problem.state.on_hand, problem.state.inbound):
            for (sku, node), units in sorted(held.items()):
                if node in free and sku in volume:
                    free[node] -= units * volume[sku]
    return {node: max(room, 0.0) for node, room in sorted(free.items())}


def fit(work: Work, stocks: Sequence[SiteStock], free: Mapping[str, float]) -> tuple[Room, ...]:
    """Take back from shipments what DCs have no room for, least worth a m³ first, and offer it to the other DCs."""
    left = left_after(free, work, stocks)
    asked = {dc: room - left[dc] for dc, room in free.items()}
    price = dict.fromkeys(free, 0.0)
    place = {(pair.sku, pair.dc): n for n, pair in enumerate(work.grid.pairs)}
    fed = {(site.sku, site.site): site.pairs for site in work.grid.site_pairs}
    # A DC that was too full asks for no more, so each pass can only crowd one that had room.
    while crowded := [dc for dc in free if left[dc] < -TIGHT]:
        freed: dict[tuple[int, str], SiteStock] = {}
        for dc in crowded:
            mine = on_lane(work, list(stocks), place, dc)
            packs, found = thinned(mine, free[dc])
            price[dc] = max(price[dc], found)
            freed |= {(s.sku, s.site): s for s in _take_back(work, mine, cut(mine, packs, free[dc]))}
        for _key, stock in sorted(freed.items()):
            work.ship(stock, fed.get((stock.sku, stock.site), ()))
        left = left_after(free, work, stocks)
    nodes = work.grid.roads.nodes
    return tuple(
        Room(dc, float(nodes[dc].capacity_m3 or 0.0), float(nodes[dc].capacity_m3 or 0.0) - room, asked[dc], price[dc])
        for dc, room in free.items()
    )  # fmt: skip


def left_after(free: Mapping[str, float], work: Work, stocks: Sequence[SiteStock]) -> dict[str, float]:
    """m³ still free at those DCs when the shipments are there."""
    left = dict(free)
    for stock in stocks if left else ():
        sku = work.grid.skus[stock.sku]
        for shipment in stock.shipments:
            dc = work.grid.pairs[shipment.pair].dc
            if dc in left:
                left[dc] -= shipment.total * sku.pack_size * sku.volume_m3
    return left


def _take_back(work: Work, mine: OnLane, packs: Ints) -> list[SiteStock]:
    """Lower the shipments to these packs, and the levels with them, so that nothing is asked for again."""
    freed = []
    for n, (pair, stock) in enumerate(zip(mine.pairs.tolist(), mine.stocks, strict=True)):
        fewer = int(mine.need[n] + mine.fixed[n] - packs[n])
        if fewer > 0:
            stock.to(pair).withdraw(fewer)
            work.after[pair] -= fewer * mine.pack[n]
            work.level[pair] = min(work.level[pair], work.after[pair])
            freed.append(stock)
    return freed

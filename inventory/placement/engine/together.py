"""Trucks of all lanes decided together, from the stock that they share. Pure.

Source: placement.md §7.3 (docs/placement.md). First only trucks are whole, which says how many each lane is worth; then packs are
made whole within those trucks. Of many items those of the most m³ a week are decided on, and the others stay as they are handed
out: what trucks lack or have too much is a small part of such a plan. What stands is kept unless the new plan costs less.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.model import Ints
from inventory.placement.engine.program import FLAT, Program
from inventory.placement.engine.trucks import TruckLoad

MOST_WAYS = 240  # few enough for about a second
ROUGH, FINE = 1e-3, 2e-3  # of what the plan costs
ROUGH_NODES, FINE_NODES = 200, 20
NEAR, STEPS = 8, 3


def settle_together(
    work: Work, stocks: Sequence[SiteStock], loads: Sequence[TruckLoad], *, free: Mapping[str, float],
    closed: AbstractSet[tuple[str, str]],
) -> list[TruckLoad]:  # fmt: skip
    """Put a cheaper plan in place of the one that stands, if one is found; shipments of `stocks` and positions of `work` change."""
    program = Program(work, stocks, free, closed, chosen=_chosen(work, stocks))
    if not program.lanes:
        return list(loads)
    best = _best(program)
    if best is None:
        return list(loads)
    program.put(best)
    return [program.load(load, best) for load in loads]


def _best(program: Program) -> Ints | None:
    """The cheapest packs: near the rough answer, then near the best one with a truck more a lane; None: what stands is as cheap."""
    best, least = None, program.cost(program.standing) - FLAT
    near = program.solved(tolerance=ROUGH, nodes=ROUGH_NODES, is_rough=True)
    for _step in range(STEPS):
        found = program.solved(tolerance=FINE, nodes=FINE_NODES, within=near, near=NEAR) if near else None
        if found is None:
            break
        packs = np.round(found.packs).astype(np.int64)
        cost = program.cost(packs)
        if cost >= least:
            break
        best, least = packs, cost
        near = replace(found, trucks=found.trucks + 1)
    return best


def _chosen(work: Work, stocks: Sequence[SiteStock]) -> set[int]:
    """The items of the most m³ a week, as many as have no more than so many ways."""
    grid = work.grid
    weekly: dict[int, float] = {}
    places: dict[int, int] = {}
    for n, pair in enumerate(grid.pairs):
        weekly[pair.sku] = weekly.get(pair.sku, 0.0) + float(work.outlook.weekly[n]) * grid.skus[pair.sku].volume_m3
        places[pair.sku] = places.get(pair.sku, 0) + 1
    sites: dict[int, int] = {}
    for stock in stocks:
        if stock.on_hand >= grid.skus[stock.sku].pack_size and stock.sku in places:
            sites[stock.sku] = sites.get(stock.sku, 0) + 1
    chosen: set[int] = set()
    ways = 0
    for sku in sorted(sites, key=lambda sku: (-weekly[sku], sku)):
        ways += sites[sku] * places[sku]
        if ways > MOST_WAYS and chosen:
            break
        chosen.add(sku)
    return chosen

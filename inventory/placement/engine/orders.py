"""What to order from the supplier: up to the network level, in packs, and not below the least order. Pure.

Source: placement.md §6.5 (docs/placement.md).
"""

import numpy as np

from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import Levels, cost_at
from inventory.placement.engine.model import Floats, Problem, Sku
from inventory.placement.engine.outlook import Outlook


def echelon_positions(problem: Problem, grid: Grid, at_dcs: Floats, passed: dict[tuple[str, str], float]) -> Floats:
    """Stock in bond that may leave, on order, and at or on the way to the DCs that are fed, per site pair."""
    state = problem.state
    found = np.zeros(len(grid.site_pairs))
    for n, site in enumerate(grid.site_pairs):
        key = (grid.skus[site.sku].id, site.site)
        in_bond = sum(lot.quantity for lot in state.lots.get(key, ())) - passed.get(key, 0.0)
        found[n] = in_bond + state.on_order.get(key, 0.0) + float(at_dcs[list(site.pairs)].sum())
    return found


def order_quantity(n: int, sku: Sku, position: float, outlook: Outlook, prices: Prices, levels: Levels) -> float:
    """What to order now: nothing, or the cheapest of the whole packs around the gap, or the least order."""
    gap = float(levels.level[n]) - position
    if gap <= 0:
        return 0.0
    pack = sku.pack_size
    least = np.ceil(sku.moq / pack - 1e-9) * pack
    sizes = {0.0} | {float(max(np.floor(gap / pack) * pack, least)), float(max(np.ceil(gap / pack) * pack, least))}
    options = np.array(sorted(sizes))
    line = slice(n, n + 1)
    spread = Spread(outlook.spread.whole[line], outlook.spread.lead[line], 0.0, outlook.spread.is_short[line])
    cost = cost_at((position + options)[None, :], spread, prices.charge[line], prices.shortage[line])[0]
    return float(options[int(np.argmin(cost))])

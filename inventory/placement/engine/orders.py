"""What to order from the supplier: up to the network level, in packs, and not below the least order. Pure.

Source: placement.md §6.5 (docs/placement.md).
"""

import numpy as np

from inventory.placement.engine.costs import left_over, newly_short
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.economics import Prices
from inventory.placement.engine.grid import Grid
from inventory.placement.engine.levels import Levels, cost_at
from inventory.placement.engine.model import Floats, Problem
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


def order_quantities(
    problem: Problem, grid: Grid, owned: Floats, outlook: Outlook, prices: Prices, levels: Levels
) -> Floats:
    """What to order now for each site pair: whole packs up to the level; where the least order is more, that or nothing.

    Which of the two is cheaper is judged at the charge at which the level is the best one, so that a tuned level is not undone.
    """
    found = np.zeros(len(grid.site_pairs))
    if not problem.state.is_given or not len(found):
        return found
    pack = np.array([grid.skus[site.sku].pack_size for site in grid.site_pairs])
    moq = np.array([grid.skus[site.sku].moq for site in grid.site_pairs])
    gap = np.maximum(levels.level - owned, 0.0)
    wanted = np.round(gap / pack) * pack
    least = np.ceil(moq / pack - 1e-9) * pack
    options = np.stack([owned, owned + least], axis=1)
    charge = implied_charge(levels.level, outlook.spread, prices.shortage, prices.step)
    cost = cost_at(options, outlook.spread, charge, prices.shortage)
    short = np.where(cost[:, 1] < cost[:, 0], least, 0.0)
    return np.asarray(np.where(gap <= 0, 0.0, np.where(wanted >= least, wanted, short)), dtype=np.float64)


def implied_charge(level: Floats, spread: Spread, shortage: Floats, step: Floats) -> Floats:
    """The charge for a unit left over at which a level is the cheapest: what a step more or less would save in shortage."""
    around = np.stack([np.maximum(level - step, 0.0), level + step], axis=1)
    left = left_over(around, spread.whole)
    short = newly_short(around, spread.whole, spread.lead)
    more = left[:, 1] - left[:, 0]
    saved = short[:, 0] - short[:, 1]
    return np.asarray(np.where(more > 0, shortage * saved / np.where(more > 0, more, 1.0), 0.0), dtype=np.float64)

"""What goes over faster lanes put into effect: units that would have waited for a truck leave, and trucks carry the rest. Pure.

Source: placement.md §7.1 and §7.3 (docs/placement.md).
"""

from dataclasses import replace

import numpy as np

from inventory.placement.engine.deploy import put_values, view_lots
from inventory.placement.engine.expedite import carried, expedite
from inventory.placement.engine.explain import Settled
from inventory.placement.engine.groundwork import Groundwork
from inventory.placement.engine.share import Outlooks


def expedited(ground: Groundwork, found: Outlooks, settled: Settled) -> Settled:
    """The same with the units that go over faster lanes, taken off the usual ones."""
    problem, grid, deployment = ground.prepared.problem, ground.prepared.grid, settled.deployment
    closed = ground.bridges.now if ground.bridges else frozenset()
    over = expedite(
        problem, grid, found.pairs.spread, settled.prices.shortage, deployment, settled.aimed, closed=closed
    )  # fmt: skip
    if not over:
        return settled
    stock_at = {(stock.sku, stock.site): stock for stock in deployment.stocks}
    fed = {(site.sku, site.site): list(site.pairs) for site in grid.site_pairs}
    for (site, n), entry in over.items():
        if entry.more:
            stock, pack = stock_at[grid.pairs[n].sku, site], grid.skus[grid.pairs[n].sku].pack_size
            stock.to(n).packs += entry.more
            deployment.after[n] += entry.more * pack
            view_lots(stock, pack, float(found.pairs.weekly[fed[stock.sku, site]].sum()), problem)
    packs = np.array([grid.skus[pair.sku].pack_size for pair in grid.pairs])
    put_values(deployment, found.pairs.spread, settled.prices, packs)
    return replace(settled, expedited=over, loads=carried(settled.loads, over, grid))

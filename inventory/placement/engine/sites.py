"""From which bonded site each item's DCs are fed: each from its cheapest, or all from one, where that saves enough. Pure.

Source: placement.md §6.4 (docs/placement.md). The split is kept unless a single site saves more than 5 %: estimates of pooling are
optimistic, and without this guard it cost 0.8 % of sales in freight on real data.
"""

from collections.abc import Sequence

import numpy as np

from inventory.placement.engine.families import Style
from inventory.placement.engine.foretell import Laws
from inventory.placement.engine.model import Ints
from inventory.placement.engine.prepare import Prepared
from inventory.placement.engine.stage import Stage

SAVES = 0.95
CHUNK = 8_000
SiteOf = dict[tuple[int, str], str]


def choose(prepared: Prepared, styles: Sequence[Style], style: Ints, laws: Laws) -> SiteOf:
    """The feeding site of every pair; `style` numbers the style of each item. The same for an item, whatever the others are."""
    grid = prepared.grid
    found = {(pair.sku, pair.dc): pair.site for pair in grid.pairs}
    sites = sorted(node.id for node in prepared.problem.network.nodes if node.type == "bonded")
    if len(sites) < 2:
        return found
    items = np.array(sorted({pair.sku for pair in grid.pairs}), dtype=np.int64)
    step = max(1, CHUNK // max(len({pair.dc for pair in grid.pairs}), 1))
    for begin in range(0, len(items), step):
        found.update(_singles(prepared, items[begin : begin + step], sites, found, (styles, style, laws)))
    return found


def _singles(
    prepared: Prepared, items: Ints, sites: list[str], split: SiteOf, planned: tuple[Sequence[Style], Ints, Laws]
) -> SiteOf:
    """The pairs that are better fed from one site than from the cheapest each."""
    styles, style, laws = planned
    dcs: dict[int, list[str]] = {int(n): [] for n in items}
    for sku, dc in split:
        if sku in dcs:
            dcs[sku].append(dc)
    best = Stage(prepared, items, split).costs(styles, style[items], laws) * SAVES
    single = np.full(len(items), -1)
    for n, site in enumerate(sites):
        able = np.array([_feeds(prepared, int(item), site, dcs[int(item)]) for item in items])
        if not able.any():
            continue
        some = items[able]
        alone = {(int(item), dc): site for item in some for dc in dcs[int(item)]}
        cost = np.full(len(items), np.inf)
        cost[able] = Stage(prepared, some, alone).costs(styles, style[some], laws)
        single = np.where(cost < best, n, single)
        best = np.minimum(best, cost)
    chosen = [(int(item), sites[n]) for item, n in zip(items.tolist(), single.tolist(), strict=True) if n >= 0]
    return {(item, dc): site for item, site in chosen for dc in dcs[item]}


def _feeds(prepared: Prepared, item: int, site: str, dcs: list[str]) -> bool:
    """True if the item may lie at the site, more than one site feeds it, and lanes lead to all its DCs."""
    allowed = prepared.grid.skus[item].sites
    lanes = prepared.grid.roads.lanes
    return (not allowed or site in allowed) and len(dcs) > 1 and all((site, dc) in lanes for dc in dcs)

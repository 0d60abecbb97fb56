"""The deployment that costs least, trucks and all, proven where that takes not too long. Pure.

Source: placement.md §7.3 (docs/placement.md). First lanes decide together, limited by nodes; then the whole program is solved,
limited by time and by how many items move. What stands is kept where nothing cheaper is found.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.deploy import SiteStock, Work
from inventory.placement.engine.program import FLAT, Program
from inventory.placement.engine.together import settle_together
from inventory.placement.engine.trucks import TruckLoad

MOST_SKUS, SECONDS, GAP = 500, 20.0, 1e-5


@dataclass(frozen=True)
class Solved:
    """What came of it: how many items move, what the standing plan and the best one found cost, and whether that one is proven.

    A cost is that of the DCs' positions and of trucks, less what a m³ shipped ahead saves of later ones. None: nothing may move.
    """

    skus: int
    standing: float
    best: float | None = None
    is_proven: bool = False


def improve(
    work: Work, stocks: Sequence[SiteStock], loads: Sequence[TruckLoad], *, free: Mapping[str, float],
    closed: AbstractSet[tuple[str, str]],
) -> tuple[list[TruckLoad], Solved]:  # fmt: skip
    """Put the cheapest plan in place of a dearer one that stands; the shipments of `stocks` and the positions of `work` change.

    Nothing goes over a lane whose ends are `closed`, and no DC gets more than the m³ it has `free`.
    """
    program = Program(work, stocks, free, closed)
    skus = len({stocks[way.stock].sku for way in program.ways})
    if not program.ways:
        return list(loads), Solved(skus, 0.0)
    standing = program.cost(program.standing)
    loads = settle_together(work, stocks, loads, free=free, closed=closed)
    program = Program(work, stocks, free, closed)
    best = program.cost(program.standing)
    answer = program.solved(tolerance=GAP, seconds=SECONDS) if skus <= MOST_SKUS else None
    if answer is None:
        return loads, Solved(skus, standing, best)
    packs = np.round(answer.packs).astype(np.int64)
    cost = program.cost(packs)
    if cost < best - FLAT:
        program.put(packs)
        loads = [program.load(load, packs) for load in loads]
    return loads, Solved(skus, standing, min(best, cost), answer.is_proven)

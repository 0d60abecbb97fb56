"""Who gets the stock there is: whole packs, one by one, to where the next is worth most. Pure.

Source: placement.md §7.2 (docs/placement.md). For convex costs greedy on marginal values is exactly optimal; a curve
that is not convex is handed out along its lower hull.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.model import Floats, Ints

TABLE = 64
SLIGHT = 1e-9


@dataclass(frozen=True)
class Share:
    """What each DC gets, in packs, what its last pack was worth, and in which order they were handed out."""

    packs: Ints
    last_value: Floats
    order: tuple[int, ...]
    values: tuple[float, ...]


def greedy(costs: list[Floats], packs: int) -> Share:
    """Hand out up to `packs` packs; `costs[j][n]` is what DC j costs with n more of them. Stops where none gains.

    >>> share = greedy([np.array([10.0, 4.0, 1.0]), np.array([9.0, 8.0, 8.0])], 5)
    >>> share.packs.tolist(), share.order, share.values
    ([2, 1], (0, 0, 1), (6.0, 3.0, 1.0))
    """
    gains = [np.diff(-hull(cost)) for cost in costs]
    target = np.repeat(np.arange(len(gains)), [len(gain) for gain in gains])
    value = np.concatenate(gains) if gains else np.zeros(0)
    # By value; equals go to the earlier DC, and a DC's own packs keep their order because the sort is stable.
    order = np.lexsort((target, -value))
    order = order[value[order] > 0][: max(packs, 0)]
    given = np.bincount(target[order], minlength=len(costs)).astype(np.int64)
    last = np.zeros(len(costs))
    last[target[order]] = value[order]
    return Share(given, last, tuple(target[order].tolist()), tuple(value[order].tolist()))


def hand_out(cost_of: Callable[[Floats], Floats], wanted: Ints, packs: int) -> Share:
    """The same for any numbers of packs: first by large lots of packs, then by smaller, at last one by one.

    `cost_of(extra)` is what each DC costs with so many packs more, both (DC, number); `wanted[j]` is the most it may get.
    """
    given = np.zeros(len(wanted), dtype=np.int64)
    last, promised = np.zeros(len(wanted)), 0.0
    quantum = 1
    while wanted.max(initial=0) > quantum * TABLE:
        quantum *= TABLE
    while quantum:
        room = np.minimum((wanted - given) // quantum, TABLE)
        table = cost_of(given[:, None] + quantum * np.arange(room.max() + 1.0))
        costs = [table[j, : room[j] + 1] for j in range(len(wanted))]
        share = greedy(costs, (packs - int(given.sum())) // quantum)
        last = np.where(share.packs > 0, share.last_value / quantum, last)
        given += share.packs * quantum
        promised += sum(share.values)
        quantum //= TABLE
    ends = cost_of(np.stack([np.zeros(len(wanted)), given], axis=1))
    kept = float((ends[:, 0] - ends[:, 1]).sum())
    # Along a hull a pack may be handed out that gains nothing by itself, before those come that do.
    if packs < wanted.sum() and kept < promised - SLIGHT * max(promised, 1.0):
        other = _best(cost_of, wanted, packs)
        reached = cost_of(np.stack([np.zeros(len(wanted)), other], axis=1))
        if float((reached[:, 0] - reached[:, 1]).sum()) > kept:
            given = other
    return Share(given, last, (), ())


def _best(cost_of: Callable[[Floats], Floats], wanted: Ints, packs: int) -> Ints:
    """The cheapest way to hand out packs whatever the curves look like, in lots of a 64th of them; the rest by marginal value."""
    lot = max(1, -(-packs // TABLE))
    steps = packs // lot
    table = cost_of(np.tile(np.arange(steps + 1.0) * lot, (len(wanted), 1)))
    table = np.where(np.arange(steps + 1) * lot <= wanted[:, None], table, np.inf)
    back = np.arange(steps + 1)[:, None] - np.arange(steps + 1)  # what is left for the others, by total and by own
    best, chosen = np.zeros(steps + 1), []
    for cost in table:
        total = np.where(back >= 0, best[np.maximum(back, 0)] + cost, np.inf)
        chosen.append(np.argmin(total, axis=1))
        best = total.min(axis=1)
    given, left = np.zeros(len(wanted), dtype=np.int64), int(np.argmin(best))
    for place in reversed(range(len(wanted))):
        given[place] = chosen[place][left] * lot
        left -= int(chosen[place][left])
    room = np.minimum(wanted - given, packs - int(given.sum()))
    rest = cost_of(np.asarray(given[:, None] + np.arange(room.max(initial=0) + 1.0), dtype=np.float64))
    costs = [rest[place, : room[place] + 1] for place in range(len(wanted))]
    return given + greedy(costs, packs - int(given.sum())).packs


def hull(cost: Floats) -> Floats:
    """The greatest convex curve that lies nowhere above the cost.

    >>> hull(np.array([10.0, 10.0, 4.0, 3.0])).tolist()
    [10.0, 7.0, 4.0, 3.0]
    """
    steps = np.diff(cost)
    if len(cost) < 3 or np.all(np.diff(steps) >= 0):
        return cost
    corners: list[int] = []
    heights = cost.tolist()
    for n, height in enumerate(heights):
        while len(corners) > 1:
            a, b = corners[-2], corners[-1]
            if (heights[b] - heights[a]) * (n - a) < (height - heights[a]) * (b - a):
                break
            corners.pop()
        corners.append(n)
    return np.interp(np.arange(len(cost)), corners, cost[corners])

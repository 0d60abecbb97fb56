"""The levels themselves: how much a DC should have forward, and how much a bonded site and its DCs should own together. Pure.

Source: placement.md §6.2, §6.3 and §6.5 (docs/placement.md).
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.costs import fill, left_over, newly_short
from inventory.placement.engine.distribution import WEIGHTS, Spread, expect, quantile
from inventory.placement.engine.model import Floats

TIE, WHOLE = 1e-12, 1e-9
CHUNK_LINES = 4_000


@dataclass(frozen=True)
class Levels:
    """Per line: the level, what is expected at it, and what the last unit gained and the next one would."""

    level: Floats
    expected: Floats
    left: Floats
    fill: Floats
    cost: Floats
    gain_last: Floats
    gain_next: Floats


def cheapest(
    spread: Spread, *, charge: Floats, shortage: Floats, step: Floats, min_fill: Floats | None = None
) -> Levels:
    """S = argmin charge·A(S) + shortage·B(S) over multiples of `step`, the smallest of equals.

    For a DC the charge is φ·max(h_D − h_B, 0.02·h_D): only the premium of being forward (§6.2). For the network it is
    (h_B + h̄_D)/2 (§6.3, theory). `min_fill` raises a level to the least one that reaches this fill (§6.5).
    """
    level = np.empty(len(step))
    for begin in range(0, len(step), CHUNK_LINES):
        part = slice(begin, begin + CHUNK_LINES)
        floor = None if min_fill is None or not min_fill[part].any() else min_fill[part]
        level[part] = _argmin(spread.whole[part], spread.lead[part], charge[part], shortage[part], step[part], floor)
    return describe(level, spread, charge, shortage, step)


def at_quantile(spread: Spread, beta: Floats, *, charge: Floats, shortage: Floats, step: Floats) -> Levels:
    """S_b = the β-quantile of pooled demand, to the nearest step (§6.3)."""
    level = np.round(quantile(spread.whole, beta) / step) * step
    return describe(level, spread, charge, shortage, step)


def describe(level: Floats, spread: Spread, charge: Floats, shortage: Floats, step: Floats) -> Levels:
    """What is expected at given levels."""
    around = np.stack([np.maximum(level - step, 0.0), level, level + step], axis=1)
    cost = cost_at(around, spread, charge, shortage)
    at = level[:, None]
    return Levels(
        level=level,
        expected=spread.mean,
        left=left_over(at, spread.whole)[:, 0],
        fill=fill(at, spread.whole, spread.lead)[:, 0],
        cost=cost[:, 1],
        gain_last=np.where(level > 0, (cost[:, 0] - cost[:, 1]) / step, 0.0),
        gain_next=(cost[:, 1] - cost[:, 2]) / step,
    )


def cost_at(levels: Floats, spread: Spread, charge: Floats, shortage: Floats) -> Floats:
    """charge·A(S) + shortage·B(S), for each level of each line."""
    left = left_over(levels, spread.whole)
    short = newly_short(levels, spread.whole, spread.lead)
    return charge[:, None] * left + shortage[:, None] * short


def _argmin(
    whole: Floats, lead: Floats, charge: Floats, shortage: Floats, step: Floats, min_fill: Floats | None
) -> Floats:
    """The cheapest whole step of each line.

    The cost is piecewise linear: at a quantile of the whole its slope grows by w·(charge + shortage), at one of the lead time
    it falls by w·shortage. So one pass over the corners in order gives the cost at each, and at the whole steps next to them,
    among which the least must be.
    """
    corners = np.concatenate([whole, lead], axis=1)
    steps = corners / step[:, None]
    near = np.round(steps)
    # A corner that is whole but for rounding is not moved to the next step.
    steps = np.where(np.abs(steps - near) < WHOLE, near, steps)
    zero = np.zeros((len(step), 1))
    points = np.concatenate([zero, corners, np.floor(steps) * step[:, None], np.ceil(steps) * step[:, None]], axis=1)
    of_whole, of_lead = np.zeros(points.shape[1]), np.zeros(points.shape[1])
    count = len(WEIGHTS)
    of_whole[1 : 1 + count], of_lead[1 + count : 1 + 2 * count] = WEIGHTS, WEIGHTS
    order = np.argsort(points, axis=1, kind="stable")
    points = np.take_along_axis(points, order, axis=1)
    below_whole, below_lead = np.cumsum(of_whole[order], axis=1), np.cumsum(of_lead[order], axis=1)
    gap = np.diff(points, axis=1)
    left = np.concatenate([zero, np.cumsum(below_whole[:, :-1] * gap, axis=1)], axis=1)
    served = np.concatenate([zero, np.cumsum((below_lead - below_whole)[:, :-1] * gap, axis=1)], axis=1)
    cost = charge[:, None] * left - shortage[:, None] * served
    is_step = (order == 0) | (order > 2 * count)
    cost = np.where(is_step, cost, np.inf)
    least = cost.min(axis=1, keepdims=True)
    chosen = np.argmax(cost <= least + TIE * (1.0 + np.abs(least)), axis=1)
    if min_fill is not None:
        review = expect(whole - lead)[:, None]
        enough = is_step & (served >= (min_fill[:, None] - TIE) * review)
        last = is_step.shape[1] - 1 - np.argmax(is_step[:, ::-1], axis=1)
        chosen = np.maximum(chosen, np.where(enough.any(axis=1), np.argmax(enough, axis=1), last))
    return np.asarray(points[np.arange(len(points)), chosen], dtype=np.float64)

"""The levels themselves: how much a DC should have forward, and how much a bonded site and its DCs should own together. Pure.

Source: placement.md §6.2, §6.3 and §6.5 (docs/placement.md).
"""

from dataclasses import dataclass

import numpy as np

from inventory.placement.engine.costs import fill, left_over, newly_short
from inventory.placement.engine.distribution import Spread
from inventory.placement.engine.model import Floats

TIE, WHOLE = 1e-12, 1e-9


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
    """S = argmin charge·A(S) + shortage·B(S) over the kinks of the curve, the smallest of equals, in multiples of `step`.

    For a DC the charge is φ·max(h_D − h_B, 0.02·h_D): only the premium of being forward (§6.2). For the network it is
    (h_B + h̄_D)/2 (§6.3, theory). `min_fill` raises a level to the least one that reaches this fill (§6.5).
    """
    candidates = _candidates(spread, step)
    cost = cost_at(candidates, spread, charge, shortage)
    least = cost.min(axis=1, keepdims=True)
    chosen = np.argmax(cost <= least + TIE * (1.0 + np.abs(least)), axis=1)
    if min_fill is not None and min_fill.any():
        reached = fill(candidates, spread.whole, spread.lead) >= min_fill[:, None]
        floor = np.where(reached.any(axis=1), np.argmax(reached, axis=1), candidates.shape[1] - 1)
        chosen = np.maximum(chosen, floor)
    level = candidates[np.arange(len(candidates)), chosen]
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


def _candidates(spread: Spread, step: Floats) -> Floats:
    """Zero and the quantiles, where the piecewise linear cost has its corners, in whole steps and in order."""
    kinks = np.concatenate([np.zeros((len(step), 1)), spread.whole, spread.lead], axis=1) / step[:, None]
    # The best whole step lies next to a corner; a kink that is whole but for rounding is not moved to the next one.
    near = np.round(kinks)
    kinks = np.where(np.abs(kinks - near) < WHOLE, near, kinks)
    return np.sort(np.concatenate([np.floor(kinks), np.ceil(kinks)], axis=1), axis=1) * step[:, None]
